#!/usr/bin/env bats
# A thread that is cancelled while it loads the policy, or opens the state, stops nobody else.

load fleet

setup() {
    fleet_begin
}

teardown() {
    fleet_end
}

@test "a thread cancelled while it loads a new policy: later calls load what there is then" {
    local i
    policy
    for i in 1 2 3; do
        jq --arg log "$BATS_TEST_TMPDIR/log.$i" '.log.path = $log' "$POLICY" >"$BATS_TEST_TMPDIR/policy.$i"
    done
    run -0 env STEADYCURL_POLICY="$POLICY" LD_PRELOAD="$SC_TOP/build/libsteadycurl.so" \
        "$BUILT/cancel_load" "$CHAT" "$BATS_TEST_TMPDIR"/policy.{1,2,3}
    [ "$output" = 200 ]
    jq -e 'select(.event == "call") | .outcome == "ok"' "$BATS_TEST_TMPDIR/log.3"
    [ -n "$(ls "$STEADYCURL_STATE")" ]
}
