#!/usr/bin/env bats
# The multi interface over TLS, with both flavours of libcurl in one process.

load ../programs/programs

setup_file() {
    programs_begin --tls
}

teardown_file() {
    programs_end
}

@test "multis of both flavours, driven in turn, each through its failures" {
    server 200
    capture alone "$BUILT/multi_flavours" "$CHAT" "$MOCK_CA"
    [ "$(grep -c '^GnuTLS: result 0, status 200' "$BATS_TEST_TMPDIR/alone/out")" -eq 2 ]
    [ "$(grep -c '^OpenSSL: result 0, status 200' "$BATS_TEST_TMPDIR/alone/out")" -eq 2 ]
    server 503,429,503,503,503,429,200
    sed 's/"max_attempts": 3/"max_attempts": 7/' "$POLICY" >"$POLICY.more"
    : >"$LOG"
    POLICY=$POLICY.more capture under wrapped "$BUILT/multi_flavours" "$CHAT" "$MOCK_CA"
    same alone under
    [ "$(mock_count)" -eq 10 ]
    [ "$(grep -c 'Success: HTTP 200' "$LOG")" -eq 4 ]
}
