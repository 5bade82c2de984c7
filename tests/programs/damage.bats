#!/usr/bin/env bats
# Policies and logs that cannot be used: the program's own result is as without us, and one clear
# line says so.

load programs

setup_file() {
    programs_begin
    export LIBRARY=$SC_TOP/build/libsteadycurl.so
}

teardown_file() {
    programs_end
}

setup() {
    policy=$BATS_TEST_TMPDIR/policy.json
    log=$BATS_TEST_TMPDIR/log
}

# Preloaded, not started by the command, which would refuse a bad policy at once.
preloaded() {
    env LD_PRELOAD="$LIBRARY" STEADYCURL_POLICY="$policy" "$@"
}

one_line() { # FILE PATTERN
    [ "$(wc -l <"$1")" -eq 1 ] && grep -Eq -- "$2" "$1" && return 0
    echo "not one line that matches $2:"
    cat "$1"
    return 1
}

# A program with three calls: as without us, and one line in the log; without a log, on stderr.
harmless() { # PATTERN
    local calls=(curl -sS -w '%{http_code}\n' "$CHAT" "$CHAT" "$CHAT" -d "$ASK")
    server 503,200
    capture alone "${calls[@]}"
    server 503,200
    rm -f "$log"
    STEADYCURL_LOG=$log capture under preloaded "${calls[@]}"
    same alone under
    one_line "$log" "$1"
    server 503,200
    capture under preloaded "${calls[@]}"
    one_line "$BATS_TEST_TMPDIR/under/err" "^steadycurl: .*$1"
    : >"$BATS_TEST_TMPDIR/under/err"
    same alone under
}

@test "a policy that is not there" {
    harmless 'policy\.json.*(No such file|cannot)'
}

@test "a policy that is a folder" {
    mkdir "$policy"
    harmless 'policy\.json'
}

@test "a policy that must not be read" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    command -v setpriv >/dev/null || skip "no setpriv"
    setpriv --reuid 65534 --clear-groups test -r "$LIBRARY" || skip "the library cannot be read by others"
    policy_with >"$policy"
    chmod 000 "$policy"
    server 503
    run --separate-stderr setpriv --reuid 65534 --clear-groups env LD_PRELOAD="$LIBRARY" \
        STEADYCURL_POLICY="$policy" curl -sS -o /dev/null -w '%{http_code}' "$CHAT"
    [ "$output" = 503 ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "steadycurl: "*policy.json* ]]
}

@test "an empty policy" {
    : >"$policy"
    harmless 'policy\.json'
}

@test "a policy of 100 MB" {
    head -c 100000000 /dev/zero | tr '\0' ' ' >"$policy"
    harmless 'policy\.json'
}

@test "a binary policy" {
    head -c 5000 /bin/bash >"$policy"
    harmless 'policy\.json'
    head -c 5000 /dev/zero >"$policy"
    harmless 'policy\.json'
}

@test "a policy nested a hundred thousand deep" {
    head -c 100000 /dev/zero | tr '\0' '[' >"$policy"
    harmless 'policy\.json'
    head -c 100000 /dev/zero | sed 's/\x00/{"a":/g' >"$policy"
    harmless 'policy\.json'
}

@test "a policy with an unknown key" {
    echo '{"version": 1, "rulez": []}' >"$policy"
    harmless 'policy\.json:1.*rulez'
}

@test "STEADYCURL_STRICT: with a bad policy managed calls fail, and say why" {
    echo '{"version": 1, "rulez": []}' >"$policy"
    server 200
    STEADYCURL_STRICT=1 STEADYCURL_LOG=$log run --separate-stderr preloaded curl -sS "$CHAT"
    [ "$status" -ne 0 ]
    [ -z "$output" ]
    [[ $stderr == *STEADYCURL_STRICT* ]]
    [ "$(mock_count)" -eq 0 ]
}

@test "a FIFO for a policy does not hold the program up" {
    mkfifo "$policy"
    server 503
    run timeout 120 env LD_PRELOAD="$LIBRARY" STEADYCURL_POLICY="$policy" STEADYCURL_LOG="$log" \
        curl -sS -o /dev/null -w '%{http_code}' "$CHAT"
    [ "$output" = 503 ]
    one_line "$log" 'policy\.json'
}

# With a good policy, and a log that cannot be written.
log_lost() { # LOG PATTERN
    policy_with >"$policy"
    server 200
    capture alone curl -sS "$CHAT" "$CHAT" -d "$ASK"
    server 503,200,503,200
    STEADYCURL_LOG=$1 capture under preloaded curl -sS "$CHAT" "$CHAT" -d "$ASK"
    [ "$(mock_count)" -eq 4 ]
    one_line "$BATS_TEST_TMPDIR/under/err" "^steadycurl: cannot write the log .*$2"
    : >"$BATS_TEST_TMPDIR/under/err"
    same alone under
}

@test "a log in a folder that cannot be" {
    log_lost /proc/none/log '/proc/none/log'
}

@test "a log that is a folder" {
    mkdir "$log"
    log_lost "$log" "$log"
}

@test "a log on a full disk" {
    log_lost /dev/full '/dev/full: .*(space|full)'
}

@test "a log on a tiny file system that runs full" {
    local mount=$BATS_TEST_TMPDIR/tiny
    mkdir "$mount"
    mount -t tmpfs -o size=4k tiny "$mount" 2>/dev/null || skip "no tmpfs can be mounted"
    policy_with >"$policy"
    server 503
    STEADYCURL_LOG=$mount/log capture under preloaded sh -c \
        'for i in 1 2 3 4 5 6 7 8 9 10; do curl -s -o /dev/null -w "%{http_code} " "$CHAT" || exit; done'
    umount "$mount"
    [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "503 503 503 503 503 503 503 503 503 503 " ]
    grep -q '^steadycurl: cannot write the log' "$BATS_TEST_TMPDIR/under/err"
    # One line of each process that met the full disk.
    [ "$(wc -l <"$BATS_TEST_TMPDIR/under/err")" -le 10 ]
}

@test "a small limit on file sizes neither kills the program nor changes its result" {
    policy_with >"$policy"
    head -c 4096 /dev/zero >"$log"
    server 503,200
    STEADYCURL_LOG=$log run --separate-stderr bash -c 'ulimit -f 1; exec env LD_PRELOAD="$0" \
        STEADYCURL_POLICY="$1" curl -sS -o /dev/null -w "%{http_code}" "$2"' "$LIBRARY" "$policy" "$CHAT"
    [ "$status" -eq 0 ]
    [ "$output" = 200 ]
}

@test "a changed policy is taken up, a bad one refused and the old one kept" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    policy_with >"$policy"
    server 503,200,503,200,503,200
    STEADYCURL_LOG=$log run preloaded $PYTHON -c '
import os, pycurl, sys, time
url, policy = sys.argv[1:]
good = open(policy).read()
def ask():
    c = pycurl.Curl()
    c.setopt(c.URL, url)
    c.setopt(c.WRITEFUNCTION, lambda d: None)
    c.perform()
    return c.getinfo(c.RESPONSE_CODE)
def change(text):
    with open(policy + ".new", "w") as f:
        f.write(text)
    os.rename(policy + ".new", policy)
    time.sleep(0.1)
print(ask())
change("{")
print(ask())
change(good.replace("\"max_attempts\": 3", "\"max_attempts\": 1"))
print(ask())
' "$CHAT" "$policy"
    [ "${lines[*]}" = "200 200 503" ]
    [ "$(grep -c 'policy.json' "$log")" -eq 1 ]
}

# As a disk that ran full while installing leaves them: with part of the header, the code, the data.
@test "an engine that is cut off: calls as without us, one line, and no signal" {
    local size part here=$BATS_TEST_TMPDIR/here
    mkdir "$here"
    cp "$SC_TOP/build/libsteadycurl.so" "$here"
    size=$(stat -c %s "$SC_TOP/build/steadycurl-engine.so")
    for part in 0 1 63 64 1000 4096 $((size / 3)) $((size / 2)) $((size - 4096)) $((size - 1)); do
        head -c "$part" "$SC_TOP/build/steadycurl-engine.so" >"$here/steadycurl-engine.so"
        server 503,503
        run -0 --separate-stderr env LD_PRELOAD="$here/libsteadycurl.so" curl -sS -w '%{http_code}' \
            "$CHAT" -o /dev/null "$CHAT" -o /dev/null -d "$ASK"
        [ "$output" = 503503 ]
        # shellcheck disable=SC2154
        [ "$stderr" = "steadycurl: cut off, install it again: $here/steadycurl-engine.so; calls go on unmanaged" ]
    done
}

@test "run starts nothing with a library of ours that is cut off" {
    local file here=$BATS_TEST_TMPDIR/here
    mkdir "$here"
    for file in steadycurl-engine.so libsteadycurl.so steadycurl-audit.so; do
        cp "$SC_TOP"/build/*.so "$STEADYCURL" "$here"
        run -0 "$here/steadycurl" run --deep -- true
        truncate -s 5000 "$here/$file"
        run -119 "$here/steadycurl" run --deep -- echo started
        [[ $output == *"$here/$file is cut off: install it again" ]]
    done
}

@test "no free descriptor at the first handle, or the first call: managed later" {
    for when in load perform; do
        server 503,200
        rm -f "$LOG"
        run -0 --separate-stderr wrapped "$BUILT/descriptors" "$when" "$CHAT"
        [ "$output" = 200 ]
        grep -q 'Retry 1: HTTP 503' "$LOG"
    done
}
