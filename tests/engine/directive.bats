#!/usr/bin/env bats
# x-should-retry: the server's own word on whether trying again makes sense.

load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1,
 "defaults": {"retry": {"backoff": {"base_ms": 2, "max_ms": 4}, "budget": false}, "breaker": false},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
POLICY
}

teardown() {
    mock_stop
}

ask() {
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        curl -s -o /dev/null -w '%{http_code}' "$MOCK_URL/v1/chat/completions" -d '{"model":"m"}'
}

@test "x-should-retry: true makes a 400 worth another attempt" {
    mock_start --script '400;x-should-retry=true,200'
    [ "$(ask)" = 200 ]
    [ "$(mock_count)" -eq 2 ]
}

@test "x-should-retry: false makes a 503 final" {
    mock_start --script '503;x-should-retry=false,200'
    [ "$(ask)" = 503 ]
    [ "$(mock_count)" -eq 1 ]
}
