#!/usr/bin/env bats
# Programs that make it hard: no crash, no hang, nothing of theirs touched, and still retried.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

odd() { # MODE [SECONDS]
    : >"$LOG"
    cd "$BATS_TEST_TMPDIR" || return
    run timeout "${2:-300}" "$STEADYCURL" run --policy "$POLICY" --log "$LOG" -- "$BUILT/odd" "$1" "$CHAT"
    echo "status $status: $output"
    [ "$status" -eq 0 ]
    [ -z "$output" ]
}

@test "a program that closes all descriptors and opens files under their numbers" {
    server 200
    odd closes
    [ "$(grep -c 'attempts=2' "$LOG")" -eq 4 ]
    [ "$(mock_count)" -eq 8 ]
}

@test "a program that takes the spooled upload's descriptor: no retry, and its file is unharmed" {
    server '503'
    odd spool
    logged 'request body cannot be sent again'
}

@test "a program that forks, before and after its first call" {
    server 200
    odd forks
    [ "$(grep -c 'attempts=2' "$LOG")" -eq 8 ]
}

@test "many threads on many handles" {
    server 200
    odd threads
    [ "$(grep -c 'attempts=2' "$LOG")" -eq 120 ]
    [ "$(mock_count)" -eq 240 ]
}

@test "a reader that has gone is an error, not a signal, for held answers, too" {
    local outcome
    for outcome in 200 400 503; do
        server $outcome
        odd pipe
    done
}

@test "a call before main, in a program that exports the names of our dependencies" {
    server 503,503,200
    run wrapped "$BUILT/early"
    [ "$status" -eq 0 ]
    [ "$output" = "0 200" ]
    [ "$(mock_count)" -eq 3 ]
}

@test "plugins on both flavours of libcurl in one process, unloaded and loaded again" {
    local flavour script
    for flavour in libcurl libcurl-gnutls; do
        cc -shared -fPIC -DPLUGIN -o "$BATS_TEST_TMPDIR/$flavour.so" "$HERE/unload.c" "-l:$flavour.so.4"
    done
    set -- "$BUILT/unload" "$CHAT" "$BATS_TEST_TMPDIR/libcurl.so" "$BATS_TEST_TMPDIR/libcurl-gnutls.so"
    server 200
    capture alone "$@"
    script=$(printf '503,200,%.0s' {1..12})
    server "${script%,}"
    : >"$LOG"
    capture under wrapped "$@"
    same alone under
    [ "$(grep -c GnuTLS "$BATS_TEST_TMPDIR/under/out")" -eq 6 ]
    [ "$(mock_count)" -eq 24 ]
    [ "$(grep -c 'attempts=2' "$LOG")" -eq 12 ]
}

@test "a program with another allocator" {
    local jemalloc
    jemalloc=$(ldconfig -p | sed -n 's/.*libjemalloc\.so\.2 .*=> //p' | head -n 1)
    [ -n "$jemalloc" ] || skip "no libjemalloc2"
    server 503,503,200
    capture alone curl -sS "$CHAT" -d "$ASK" -H 'x-mock: 200'
    LD_PRELOAD=$jemalloc capture under wrapped curl -sS "$CHAT" -d "$ASK"
    same alone under
    LD_PRELOAD=$jemalloc run wrapped "$BUILT/odd" threads "$CHAT"
    [ "$status" -eq 0 ]
}

@test "a program that is replaced by exec keeps being served" {
    server 503,200,503,200
    run wrapped sh -c 'curl -sS -o /dev/null "$0"; exec env curl -sS -o /dev/null -w "%{http_code}" "$0"' "$CHAT"
    [ "$output" = 200 ]
    [ "$(mock_count)" -eq 4 ]
}

@test "a program whose locale writes numbers with a comma" {
    needs php
    local name
    name=$(locale -a 2>/dev/null | grep -iE '^(de_DE|fr_FR)' | head -n 1)
    [ -n "$name" ] || skip "no locale with a comma"
    server '503;header=Retry-After:0.2,200'
    LC_ALL=$name run wrapped php -r 'setlocale(LC_ALL, ""); $c = curl_init($argv[1]);
        curl_setopt($c, CURLOPT_RETURNTRANSFER, true); curl_exec($c);
        echo curl_getinfo($c, CURLINFO_RESPONSE_CODE);' "$CHAT"
    [ "$output" = 200 ]
}

@test "STEADYCURL_DISABLE leaves a program alone" {
    server 503,200
    STEADYCURL_DISABLE=1 run wrapped curl -sS -o /dev/null -w '%{http_code}' "$CHAT"
    [ "$output" = 503 ]
    [ "$(mock_count)" -eq 1 ]
}
