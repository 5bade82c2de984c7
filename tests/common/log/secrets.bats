#!/usr/bin/env bats
# A server quotes what it was sent: neither keys nor prompts get from there into anything written.

bats_require_minimum_version 1.5.0
load ../../lib/mock

@test "whatever a server says in an error, nothing of keys and prompts is written anywhere" {
    unset STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    mkdir "$BATS_TEST_TMPDIR/work"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/work/state XDG_CONFIG_HOME=$BATS_TEST_TMPDIR HOME=$BATS_TEST_TMPDIR/work
    run python3 "$BATS_TEST_DIRNAME/echo.py" "$STEADYCURL" "$BATS_TEST_TMPDIR/work" 7
    echo "$output"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" -ge 150 ]
}
