#!/usr/bin/env bats
# The ways to put a program under steadycurl that README.md names, as it names them. Each makes
# one call that gets two 503s first, from an installation in a folder of its own that other users
# can read.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup_file() {
    export DIR POLICY LIBRARY COMMAND
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy
    DIR=$(mktemp -d /tmp/steadycurl-recipes.XXXXXX)
    chmod 755 "$DIR"
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$SC_TOP" install DESTDIR="$DIR" >&2
    LIBRARY=$DIR/usr/local/lib/steadycurl/libsteadycurl.so
    COMMAND=$DIR/usr/local/bin/steadycurl
    mkdir -m 1777 "$DIR/log"
    POLICY=$DIR/etc/policy.json
    mkdir -m 755 "$DIR/etc"
    cat >"$POLICY" <<JSON
{"version": 1, "log": {"path": "$DIR/log/log"},
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
JSON
    chmod 644 "$POLICY"
}

teardown_file() {
    rm -rf "$DIR"
}

setup() {
    mock_start --script 503,503,200
    URL=$MOCK_URL/v1/models
    ASK="curl -sS -o /dev/null -w %{http_code} $URL"
}

teardown() {
    [ -z "${FPM-}" ] || kill "$FPM"
    [ -z "${CLUSTER-}" ] || pg_dropcluster --stop "$PG" "$CLUSTER" >&2
    mock_stop
    rm -rf "$DIR/log/log" "$DIR/state"
}

needs() { # PROGRAM PACKAGE
    command -v "$1" >/dev/null || [ -x "/usr/sbin/$1" ] || skip "the package $2 is not installed"
}

root_only() {
    [ "$(id -u)" -eq 0 ] || skip "not root"
}

# Three attempts, and the program saw the last.
retried() { # WHAT IT SAW
    echo "$1"
    [ "$1" = 200 ]
    [ "$(mock_count)" -eq 3 ]
    grep -q 'Retry 2: HTTP 503' "$DIR/log/log"
}

# Whatever title a worker has given itself since.
named() { # NAME
    grep -F "program=$1 " "$DIR/log/log"
    ! grep -F program= "$DIR/log/log" | grep -vF "program=$1 "
}

# A line of README.md's table, with our places for the real ones.
readme() { # WHERE
    sed -n "s/^| $1 | *//p" "$SC_TOP/README.md" |
        sed "s|/usr/local/|$DIR/usr/local/|g; s|/etc/steadycurl/|$DIR/etc/|g"
}

@test "a shell script" {
    printf '#!/bin/sh\n%s\n' "$ASK" >"$DIR/nightly.sh"
    chmod 755 "$DIR/nightly.sh"
    readme 'shell script' | grep -F 'steadycurl run -- ./nightly.sh'
    cd "$DIR"
    retried "$(PATH=$DIR/usr/local/bin:$PATH STEADYCURL_POLICY=$POLICY steadycurl run -- ./nightly.sh)"
}

@test "cron: a line as README.md has it, in cron's environment" {
    local line
    printf '#!/bin/sh\n%s\n' "$ASK" >"$DIR/summarize"
    chmod 755 "$DIR/summarize"
    line=$(readme cron | sed 's/^`[^/]*//; s/`.*//')
    line=${line/\/opt\/job\/summarize/$DIR\/summarize}
    [[ $line == "$COMMAND run -p $POLICY -- $DIR/summarize" ]]
    retried "$(cd / && env -i HOME=/ LOGNAME=nobody SHELL=/bin/sh PATH=/usr/bin:/bin /bin/sh -c "$line" </dev/null)"
}

@test "sudo: inside of it, since sudo drops LD_PRELOAD" {
    needs sudo sudo
    sudo -n true 2>/dev/null || skip "sudo asks for a password"
    readme sudo | grep -F 'sudo steadycurl run -- PROGRAM'
    # shellcheck disable=SC2086
    retried "$(sudo -n "$COMMAND" run --policy "$POLICY" -- $ASK)"
    mock_reset
    # shellcheck disable=SC2086
    [ "$(LD_PRELOAD=$LIBRARY STEADYCURL_POLICY=$POLICY sudo -n $ASK)" = 503 ]
}

# No systemd runs where tests do: its own checker reads the unit, and the program gets the
# environment that the unit describes.
@test "a systemd unit: systemd-analyze takes what README.md says" {
    needs systemd-analyze systemd
    local unit=$DIR/steadycurl-recipe.service setting
    setting=$(readme 'systemd unit' | grep -o 'Environment=[^`]*')
    [ "$setting" = "Environment=LD_PRELOAD=$LIBRARY" ]
    mkdir "$unit.d"
    printf '[Service]\nType=oneshot\nExecStart=%s\n' "/usr/bin/${ASK//%/%%}" >"$unit"
    printf '[Service]\n%s\nEnvironment=STEADYCURL_POLICY=%s\n' "$setting" "$POLICY" >"$unit.d/override.conf"
    run -0 systemd-analyze verify --man=no "$unit"
    echo "$output"
    [[ $output != *steadycurl-recipe* ]]
    printf '[Service]\nEnvironmint=x\n' >"$unit.d/override.conf"
    run systemd-analyze verify --man=no "$unit"
    [[ $output == *Environmint* ]] # it does read the file
    # shellcheck disable=SC2086
    retried "$(env -i PATH=/usr/bin:/bin "${setting#*=}" STEADYCURL_POLICY="$POLICY" $ASK)"
}

fpm_is_up_or_gone() {
    [ -S "$DIR/fpm.sock" ] || ! kill -0 "$FPM"
}

# fpm POOL_LINE...: a master with the preload, as its unit gives it, and workers without environment.
fpm() {
    local program
    needs cgi-fcgi libfcgi-bin
    program=$(compgen -G '/usr/sbin/php-fpm*' | head -n 1) || true
    [ -n "$program" ] || skip "the package php-fpm is not installed"
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip "the package php-curl is not installed"
    root_only
    cat >"$DIR/fpm.conf" <<CONF
[global]
error_log = $DIR/log/fpm
daemonize = no
[www]
user = www-data
listen = $DIR/fpm.sock
pm = static
pm.max_children = 2
clear_env = yes
$(printf '%s\n' "$@")
CONF
    cat >"$DIR/ask.php" <<'PHP'
<?php
$c = curl_init($_GET['url']);
curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
curl_exec($c);
echo curl_getinfo($c, CURLINFO_RESPONSE_CODE), getenv('LD_PRELOAD') ? ' LD_PRELOAD is set' : '';
PHP
    chmod 644 "$DIR/ask.php"
    rm -f "$DIR/fpm.sock"
    ${UNSHARE-} env LD_PRELOAD="$LIBRARY" "$program" --fpm-config "$DIR/fpm.conf" >&2 3>&- 4>&- &
    FPM=$!
    await fpm_is_up_or_gone
    [ -S "$DIR/fpm.sock" ]
    run -0 env SCRIPT_FILENAME="$DIR/ask.php" REQUEST_METHOD=GET QUERY_STRING="url=$URL" \
        cgi-fcgi -bind -connect "$DIR/fpm.sock"
    retried "${lines[-1]}"
    named "${program##*/}"
}

@test "PHP-FPM: workers whose environment is cleared, with the policy named in the pool" {
    readme PHP-FPM | grep -F 'env[STEADYCURL_POLICY] = '
    fpm "env[STEADYCURL_POLICY] = $POLICY" "env[STEADYCURL_STATE] = $DIR/log/state"
}

@test "PHP-FPM: the same, with the policy in /etc/steadycurl" {
    root_only
    unshare -m true 2>/dev/null || skip "no name space for mounts can be had"
    [ ! -e /etc/steadycurl ] || skip "/etc/steadycurl is somebody's"
    [ ! -e "/dev/shm/steadycurl-$(id -u www-data)" ] || skip "www-data has a state of its own"
    readme PHP-FPM | grep -F 'clear_env'
    # An /etc of its own, where only this folder differs, and a /dev/shm that goes with it.
    cat >"$DIR/unshare" <<'SH'
#!/bin/sh
mkdir -p "$DIR/over/upper" "$DIR/over/work" && mount -t tmpfs over "$DIR/over" || exit 77
mkdir "$DIR/over/upper" "$DIR/over/work"
mount -t overlay -o "lowerdir=/etc,upperdir=$DIR/over/upper,workdir=$DIR/over/work" over /etc || exit 77
mount -t tmpfs -o mode=1777 shm /dev/shm
mkdir /etc/steadycurl && cp "$POLICY" /etc/steadycurl/policy.json
exec "$@"
SH
    chmod 755 "$DIR/unshare"
    unshare -m "$DIR/unshare" true || skip "no overlay can be mounted"
    UNSHARE="unshare -m $DIR/unshare" fpm
}

# A cluster of its own, configured as README.md says; Debian's tools run it.
cluster() {
    needs pg_createcluster postgresql
    PG=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1 | cut -d / -f 5)
    [ -n "$PG" ] || skip "the package postgresql is not installed"
    root_only
    readme PostgreSQL | grep -F "LD_PRELOAD = '$LIBRARY'"
    export PG_CLUSTER_CONF_ROOT=$DIR/pg
    mkdir -m 755 "$DIR/pg"
    mkdir "$DIR/socket" && chown postgres "$DIR/socket"
    pg_createcluster "$PG" recipe --datadir "$DIR/data" --socketdir "$DIR/socket" \
        --logfile "$DIR/log/postgres" -- -A trust >&2 || skip "no cluster can be made here"
    CLUSTER=recipe
    cat >>"$DIR/pg/$PG/recipe/environment" <<CONF
LD_PRELOAD = '$LIBRARY'
STEADYCURL_POLICY = '$POLICY'
STEADYCURL_STATE = '$DIR/log/state'
CONF
    sed -i "s/^#*listen_addresses.*/listen_addresses = ''/" "$DIR/pg/$PG/recipe/postgresql.conf"
    pg_ctlcluster "$PG" recipe start >&2 3>&- 4>&-
}

sql() { # STATEMENT...
    psql -h "$DIR/socket" -U postgres -p "$(sed -n 's/^port = \([0-9]*\).*/\1/p' \
        "$DIR/pg/$PG/recipe/postgresql.conf")" -qAtX -v ON_ERROR_STOP=1 "${@/#/-c}" postgres
}

@test "PostgreSQL: programs that it starts, and libcurl inside of it" {
    cluster
    retried "$(sql 'CREATE TABLE t (line text)' "COPY t FROM PROGRAM '$ASK'" 'SELECT line FROM t')"
    mock_reset
    rm "$DIR/log/log"
    [ -e "/usr/lib/postgresql/$PG/lib/plpython3.so" ] || skip "the package postgresql-plpython3-$PG is not installed"
    /usr/bin/python3 -c 'import pycurl' || skip "no python3-pycurl"
    # shellcheck disable=SC2016
    retried "$(sql 'CREATE EXTENSION plpython3u' 'CREATE FUNCTION ask(url text) RETURNS int AS $$
import pycurl
c = pycurl.Curl()
c.setopt(c.URL, url)
c.setopt(c.WRITEFUNCTION, lambda data: None)
c.perform()
return c.getinfo(c.RESPONSE_CODE)
$$ LANGUAGE plpython3u' "SELECT ask('$URL')")"
    named postgres
}

@test "an image of one's own: two files in one folder are enough" {
    readme Docker | grep -F "LD_PRELOAD=$LIBRARY"
    mkdir -p "$DIR/image"
    cp "$SC_TOP"/build/*.so "$DIR/image"
    # shellcheck disable=SC2086
    retried "$(LD_PRELOAD=$DIR/image/libsteadycurl.so STEADYCURL_POLICY=$POLICY $ASK)"
}
