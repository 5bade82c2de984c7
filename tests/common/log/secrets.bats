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

@test "a password or cookie is not said, though it is a word of errors, wherever libcurl has it from" {
    local said
    cd "$BATS_TEST_TMPDIR"
    export HOME=$BATS_TEST_TMPDIR
    unset STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/state
    echo '{"version": 1, "log": {"level": "debug"}, "defaults": {"breaker": false},
           "rules": [{"match": {"host": "127.0.0.1"}, "provider": "openai"}]}' >"$BATS_TEST_TMPDIR/policy"
    run -0 "$STEADYCURL" run -p "$BATS_TEST_TMPDIR/policy" --log "$BATS_TEST_TMPDIR/log" -- \
        /usr/bin/python3 "$BATS_TEST_DIRNAME/options.py"
    said=$(sed -n '/] Attempt /{s/.*said="\(.*\)".*/\1/; /said=/!s/^\[.*/nothing/; p}' "$BATS_TEST_TMPDIR/log")
    diff <(sed 's/.* reset$/The key insufficient is not allowed/; t; s/.*cannot be read/nothing/; t
        s/.*/The key [...] is not allowed/' <<<"$output") <(echo "$said")
}
