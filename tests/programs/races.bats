#!/usr/bin/env bats
# While a call is made twice at once a program sees one: callbacks, results, getinfo, as of a direct
# call to a server that answers at once; and whatever it does meanwhile does no harm.

load programs

setup_file() {
    programs_begin
    policy_with '"hedge": {"after_ms": 40, "max_extra": 1}' >"$POLICY"
    export STEADYCURL_STATE=$BATS_FILE_TMPDIR/state
    mkdir -m 700 "$STEADYCURL_STATE"
}

teardown_file() {
    programs_end
}

silent=hang\;ms=200000

raced() { # CASE SCRIPT-ALONE SCRIPT-UNDER
    : >"$LOG"
    server "$2"
    capture alone timeout 100 "$BUILT/races" "$1" "$CHAT"
    server "$3"
    capture under wrapped timeout 100 "$BUILT/races" "$1" "$CHAT"
    same alone under
    grep -q 'Hedge: a second attempt' "$LOG"
}

@test "a call whose second attempt answers looks like one, and the handle's next calls use its connection" {
    raced ask 200 "$silent,200"
    grep -q 'connects=0' "$BATS_TEST_TMPDIR/under/out"
    [ "$(grep -c 'hedge=won' "$LOG")" -eq 1 ]
}

@test "a call whose first attempt answers after all looks like one" {
    raced ask 200 "200;latency=500,$silent,200"
    [ "$(grep -c 'hedge=lost' "$LOG")" -eq 1 ]
}

@test "the recorder sees the same callbacks and values of a call whose second attempt answers" {
    local way
    for way in post copied_post with_headers streamed into_file private_pointer; do
        server 200
        capture alone "$BUILT/record" "$MOCK_URL" $way
        server "$silent,200"
        : >"$LOG"
        capture under wrapped "$BUILT/record" "$MOCK_URL" $way
        same alone under
        grep -q 'hedge=won' "$LOG"
    done
}

@test "a race in which the program refuses, pauses, recurses, forks or copies" {
    local what
    for what in refuse pause recurse fork copy; do
        raced $what 200 "$silent,200"
    done
}

@test "a race that the program stops, and one that its timeout ends" {
    raced abort "$silent" "$silent"
    raced timeout "$silent" "$silent"
}

@test "a race out of which the program jumps, or is cancelled" {
    raced jump 200 "$silent,200"
    raced cancel "$silent,200" "$silent,$silent,200"
}
