#!/usr/bin/env bats
# Programs that read messages only where libcurl tells them that there are some, as curl -Z of 8.17
# and later does: they are told of what we answer, and of no attempt that is made again.

load ../programs/programs

setup_file() {
    programs_begin
    policy_with '"limits": {"rpm": 1, "burst": 0.01, "max_wait_ms": 0}' >"$POLICY.one"
}

teardown_file() {
    programs_end
}

notified() { # PROGRAM ARGUMENT...
    run --separate-stderr "$@" timeout 300 "$BUILT/multi_notify" "$MOCK_URL/v1/models" 4
    [ "$status" -ne 77 ] || skip "this libcurl has no notifications"
    [ "$status" -eq 0 ]
}

@test "each end is told once, whatever came before it" {
    server 200
    notified env
    local alone=$output
    server 503,503,200,429,503,200
    notified wrapped
    [ "$output" = "$alone" ]
    logged 'Retry 1: '
}

@test "so is that of transfers that libcurl knows nothing of" {
    server 200
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR
    POLICY=$POLICY.one notified wrapped
    [ "$(grep -c 'result 0, status 429' <<<"$output")" -eq 7 ]
    POLICY=$POLICY.one notified wrapped
    [ "$(grep -c 'result 0, status 429' <<<"$output")" -eq 8 ]
}

@test "curl -Z: transfers that we turn away come to their end, and count" {
    server 200
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR
    local url=$MOCK_URL/v1/models
    POLICY=$POLICY.one run -0 --separate-stderr wrapped curl -sS "$url" -o /dev/null
    POLICY=$POLICY.one run -22 --separate-stderr wrapped timeout 300 curl -Z -sS -f "$url" "$url" \
        -o /dev/null -o /dev/null -w '%{http_code}\n'
    [ "$output" = $'429\n429' ]
    POLICY=$POLICY.one run -0 --separate-stderr wrapped timeout 300 curl -Z --parallel-max 1 -sS \
        "$url" "$url" "$url" -o /dev/null -o /dev/null -o /dev/null -w '%{http_code}\n'
    [ "$output" = $'429\n429\n429' ]
    [ "$(mock_count)" -eq 1 ]
}
