#!/usr/bin/env bats
# Bodies that a callback of the program can read only once.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

@test "an upload whose old connection the server drops unread is sent again from the spool" {
    # Alone, libcurl has to give up: 65, "necessary data rewind wasn't possible".
    server '200,hang;ms=1,200'
    run -0 timeout 60 "$BUILT/uploads" twice "$CHAT"
    [ "${lines[1]%% *}" -eq 65 ]
    server 200,200
    capture alone "$BUILT/uploads" twice "$CHAT"
    server '200,hang;ms=1,200'
    capture under wrapped timeout 60 "$BUILT/uploads" twice "$CHAT"
    same alone under
    got_same_requests 3
    logged 'Retry 1: .*row=curl-send'
}

@test "without retries such an upload fails as it does alone" {
    sed 's/"max_attempts": 3/"max_attempts": 1/' "$POLICY" >"$BATS_TEST_TMPDIR/once.json"
    server '200,hang;ms=1,200'
    capture alone timeout 60 "$BUILT/uploads" twice "$CHAT"
    server '200,hang;ms=1,200'
    POLICY=$BATS_TEST_TMPDIR/once.json capture under wrapped timeout 60 "$BUILT/uploads" twice "$CHAT"
    same alone under
}

@test "a form's part that a callback reads, on a handle and on its copies" {
    local way script
    for way in forms copies; do
        server 200
        capture alone "$BUILT/uploads" $way "$CHAT"
        script=$(printf '503,200,%.0s' {1..20})
        server "${script%,}"
        capture under wrapped "$BUILT/uploads" $way "$CHAT"
        same alone under
    done
    [ "$(mock_count)" -eq 40 ]
}
