#!/usr/bin/env bats
# STEADYCURL_STATS: one line of numbers at the end of a process.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    mock_start --script 503,200,401
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1, "defaults": {"retry": {"backoff": {"base_ms": 2, "max_ms": 4}}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
POLICY
}

teardown() {
    mock_stop
}

ask_twice() {
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$BATS_TEST_TMPDIR/log" -- \
        curl -s "$MOCK_URL/v1/models" "$MOCK_URL/v1/models"
}

@test "a process that asks for them writes its statistics when it ends" {
    STEADYCURL_STATS=1 ask_twice
    [ "$(grep -c 'Statistics: 2 calls, 1 ok, 1 failed, 0 answered by steadycurl, 3 attempts, 1 retries' \
        "$BATS_TEST_TMPDIR/log")" -eq 1 ]
}

@test "without being asked nobody does" {
    ask_twice
    run -1 grep Statistics "$BATS_TEST_TMPDIR/log"
}
