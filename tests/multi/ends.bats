#!/usr/bin/env bats
# Transfers that end without an attempt more: answered by the library itself, or not worth a wait.

load ../programs/programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

@test "an open breaker answers in libcurl's stead, whichever way the program waits" {
    local way
    policy_with | sed 's/"breaker": false/"breaker": {"consecutive_failures": 2, "open_ms": 600000}/' \
        >"$WORK/breaker.json"
    server 503
    for way in wait poll select epoll; do
        POLICY=$WORK/breaker.json run -0 wrapped "$BUILT/multi_loop" $way "$CHAT" 1
    done
    echo "$output"
    [[ $output == *"1 done, result 0, status 503"* ]]
    [[ $output == *"circuit breaker is open"* ]]
    [ "$(mock_count)" -le 6 ] # two calls of three attempts
}

@test "a wait longer than the program's own timeout is not begun" {
    local way
    for way in wait poll select epoll; do
        server '429;retry-after=30'
        STEADYCURL_STATE=$BATS_TEST_TMPDIR/state-$way run -0 wrapped \
            "$BUILT/multi_loop" $way "$CHAT" 1 2000
        echo "$output"
        [[ $output == *"result 0, status 429"* ]]
        [ "$(mock_count)" -eq 1 ]
    done
}
