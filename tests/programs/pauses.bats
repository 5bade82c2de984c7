#!/usr/bin/env bats
# A pause, and its end, while a call is between two attempts: libcurl has nothing to pause then, but
# to the program its transfer goes on. See pauses.c.

load programs

setup_file() {
    programs_begin
    # A wait after a 429, so that there is a time to pause in; none after a lost connection.
    sed 's/"rate_limited": {"backoff": {"base_ms": 5, "max_ms": 10}}/"rate_limited": {"backoff": {"base_ms": 400, "max_ms": 400, "jitter": "none"}}/' \
        "$POLICY" >"$POLICY.wait"
    sed 's/"backoff": {"base_ms": 5, "max_ms": 10}/"backoff": {"base_ms": 0, "jitter": "none"}/' \
        "$POLICY.wait" >"$POLICY.now"
    sed 's/"base_ms": 5, "max_ms": 10/"base_ms": 400, "max_ms": 400, "jitter": "none"/g' \
        "$POLICY" >"$POLICY.slow"
}

teardown_file() {
    programs_end
}

pauses() { # DRIVER CASE POLICY SCRIPT [PATH]: ends as if nothing had been
    server "$4"
    POLICY=$POLICY.$3 run -0 wrapped timeout 300 "$BUILT/pauses" "$1" "$2" "$MOCK_URL${5:-/v1/models}"
    [[ $output == "result 0, status 200, head 1, body "[1-9]*", paused 1" ]]
    [ "$(mock_count)" -eq 3 ]
}

@test "easy: paused and let go while the call waits" {
    pauses easy wait wait "429;close,503,200"
    pauses easy wait wait "429;close,503,200" /bytes/40000
}

@test "easy: paused in one wait, let go in the next, after a lost connection" {
    pauses easy across slow "429;close,reset,200"
    pauses easy across slow "429;close,reset,200" /bytes/40000
}

@test "easy: a pause from before the attempt holds until it is lifted" {
    pauses easy later now "429;close,reset,200;close"
    pauses easy later now "429;close,reset,200;close" /bytes/40000
}

@test "multi: paused and let go while the transfer waits" {
    pauses multi wait wait "429;close,503,200"
    pauses sockets wait wait "429;close,503,200"
}

@test "multi: let go after a lost connection, before there is another" {
    pauses multi across now "429;close,reset,200"
    pauses sockets across now "429;close,reset,200"
}

@test "multi: a pause from before the attempt holds until it is lifted" {
    local path
    for path in /v1/models /bytes/40000; do
        pauses multi later now "429;close,reset,200;close" $path
        pauses sockets later now "429;close,reset,200;close" $path
        pauses multi later now "reset,reset,200;close" $path # no wait before it
    done
}

@test "a paused upload is not asked for more in the next attempt, until it is let go" {
    local driver
    for driver in easy multi sockets; do
        server "reset;early,200"
        POLICY=$POLICY.slow run -0 wrapped timeout 300 "$BUILT/pauses" $driver upload "$MOCK_URL/echo"
        [[ $output == "result 0, status 200, head 1, body "[1-9]*", paused 1" ]]
        [ "$(mock_requests | jq -r '.[-1].body')" = 0123456789abcdef ]
    done
}
