#!/usr/bin/env bats
# C programs on the multi interface, one for each way to wait: through failures they print what a
# direct success gives them, and a failure that lasts as a direct one.

load ../programs/programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

# Three transfers in one multi, six failures: whoever meets them goes on.
through_failures() { # PROGRAM STYLE
    server 200
    capture alone "$BUILT/$1" "$2" "$CHAT" 3
    server 503,429,503,503,503,429,200
    : >"$LOG"
    sed 's/"max_attempts": 3/"max_attempts": 7/' "$POLICY" >"$BATS_TEST_TMPDIR/more.json"
    POLICY=$BATS_TEST_TMPDIR/more.json capture under wrapped "$BUILT/$1" "$2" "$CHAT" 3
    same alone under
    [ "$(mock_count)" -eq 9 ]
    [ "$(grep -c 'Success: HTTP 200' "$LOG")" -eq 3 ]
}

@test "curl_multi_perform and curl_multi_wait" {
    through_failures multi_loop wait
    through_failures multi_loop_gnutls wait
}

@test "curl_multi_perform and curl_multi_poll" {
    through_failures multi_loop poll
    through_failures multi_loop_gnutls poll
}

@test "curl_multi_fdset, select and curl_multi_timeout" {
    through_failures multi_loop select
    through_failures multi_loop_gnutls select
}

@test "curl_multi_socket_action with epoll and a timer callback" {
    through_failures multi_loop epoll
    through_failures multi_loop_gnutls epoll
}

@test "failures that last are told as a direct one" {
    local way
    for way in wait poll select epoll; do
        fails_alike 503 3 "$BUILT/multi_loop" $way "$CHAT" 1
        fails_alike 'reset' 3 "$BUILT/multi_loop" $way "$CHAT" 1
        fails_alike 400 1 "$BUILT/multi_loop" $way "$CHAT" 1
    done
}
