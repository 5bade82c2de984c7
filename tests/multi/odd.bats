#!/usr/bin/env bats
# What programs do in the middle of a transfer: see ../programs/multi_odd.c.

load ../programs/programs

setup_file() {
    programs_begin
    sed 's/"max_attempts": 3/"max_attempts": 7/' "$POLICY" >"$POLICY.more"
    sed 's/"base_ms": 5, "max_ms": 10/"base_ms": 90000, "max_ms": 90000, "jitter": "none"/g' \
        "$POLICY" >"$POLICY.slow"
}

teardown_file() {
    programs_end
}

# Six failures: whoever meets them goes on.
through_failures() { # MODE
    server 200
    capture alone timeout 300 "$BUILT/multi_odd" "$1" "$CHAT"
    [ "$(<"$BATS_TEST_TMPDIR/alone/status")" -eq 0 ]
    server 503,429,503,503,503,429,200
    : >"$LOG"
    POLICY=$POLICY.more capture under wrapped timeout 300 "$BUILT/multi_odd" "$1" "$CHAT"
    same alone under
    logged 'Retry 1: HTTP'
}

@test "a handle moves from multi to multi, is performed singly, reset, used again" {
    through_failures moves
}

@test "calls from inside a callback are refused as by libcurl alone" {
    through_failures inside
}

# Which callbacks libcurl gives messages in depends on its version: as alone, so under the library,
# for transfers that are managed, tried again, or not ours at all.
@test "messages are had inside callbacks where this libcurl gives them there" {
    local plain=http://localhost:$MOCK_PORT/v1/models
    server 200
    capture alone timeout 300 "$BUILT/multi_read" "$MOCK_URL/v1/models" "$CHAT?mock=hang" "$plain"
    [ "$(<"$BATS_TEST_TMPDIR/alone/status")" -eq 0 ]
    server 503,503,200
    : >"$LOG"
    POLICY=$POLICY.more capture under wrapped timeout 300 "$BUILT/multi_read" "$MOCK_URL/v1/models" \
        "$CHAT?mock=hang" "$plain?mock=200"
    sort -o "$BATS_TEST_TMPDIR/alone/out" "$BATS_TEST_TMPDIR/alone/out"
    sort -o "$BATS_TEST_TMPDIR/under/out" "$BATS_TEST_TMPDIR/under/out"
    same alone under
    grep -c '^[a-z]*: ' "$BATS_TEST_TMPDIR/under/out" | grep -qx 3
    logged 'Retry 2: HTTP 503'
}

@test "handles that share cookies, names and connections" {
    through_failures share
}

@test "a fork in the middle: the child makes calls, the parent's go on" {
    through_failures forks
}

@test "signals that interrupt every system call" {
    through_failures alarms
}

@test "a longjmp out of libcurl's own callback leaves what it leaves without us" {
    server 200
    capture alone "$BUILT/multi_odd" jump "$CHAT"
    server 503,503,200
    capture under wrapped "$BUILT/multi_odd" jump "$CHAT"
    same alone under
    [ "$(mock_count)" -eq 4 ]
}

@test "a longjmp out of a handing over ends that transfer, and all can be used again" {
    server 429
    run -0 wrapped "$BUILT/multi_odd" jump "$MOCK_URL/status/429"
    [ "${lines[1]}" = "out of the callback" ]
    [ "${lines[2]}" = "perform 0, add 0, remove 0" ]
    [ "${lines[3]}" = "1: result 2, status 0, 0 bytes" ] # in a multi
    [[ ${lines[4]} == "0: result 0, status 429, "[1-9]*" bytes" ]]
    [ "$(mock_count)" -eq 6 ]
}

@test "a thread cancelled while the library waits: its handle can be used by others" {
    server 503,200,503,200
    : >"$LOG"
    POLICY=$POLICY.slow run -0 wrapped timeout 300 "$BUILT/multi_odd" cancelled "$CHAT"
    [ "$(grep -c '^cancelled$' <<<"$output")" -eq 2 ]
    [ "$(grep -c '^0: result 0, status 200' <<<"$output")" -eq 3 ]
    [[ ${lines[-1]} == "cleanup 0" ]]
}

@test "valgrind finds nothing in any of it" {
    needs valgrind
    local mode
    for mode in moves inside share; do
        server 503,429,503,503,503,429,200
        POLICY=$POLICY.more run -0 --separate-stderr wrapped valgrind -q --error-exitcode=99 \
            --leak-check=full --errors-for-leak-kinds=definite "$BUILT/multi_odd" $mode "$CHAT"
    done
}
