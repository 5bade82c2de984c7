#!/usr/bin/env bats
# hedge: a second attempt where the first is slow to begin its answer; the program sees one.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    LOG=$BATS_TEST_TMPDIR/log
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/state
    mkdir -m 700 "$STEADYCURL_STATE"
}

teardown() {
    mock_stop
}

policy() { # HEDGE [MORE]
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json", "level": "debug"},
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}}, "hedge": {$1}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}${2-}}]}
POLICY
}

wrapped() {
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 300 "$@"
}

ask() { # [CURL OPTION...]
    wrapped curl -sS "$@" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
}

call() { # FILTER: of the call's line
    jq -r "select(.event == \"call\") | $1" "$LOG"
}

@test "a silent attempt is doubled, and the second's answer is the program's, as if it had been the first" {
    mock_start --script '200,hang;ms=200000,200'
    policy '"after_ms": 50'
    curl -sS -D "$BATS_TEST_TMPDIR/head" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}' >"$BATS_TEST_TMPDIR/alone"
    ask -D "$BATS_TEST_TMPDIR/head2" -w '%{stderr}%{http_code} %{num_connects} %{size_download} %{content_type} %{url_effective}\n' \
        >"$BATS_TEST_TMPDIR/under" 2>"$BATS_TEST_TMPDIR/info"
    cmp "$BATS_TEST_TMPDIR/alone" "$BATS_TEST_TMPDIR/under"
    diff <(grep -vi '^date' "$BATS_TEST_TMPDIR/head") <(grep -vi '^date' "$BATS_TEST_TMPDIR/head2")
    grep -q "^200 1 $(stat -c %s "$BATS_TEST_TMPDIR/alone") application/json $MOCK_URL/v1" "$BATS_TEST_TMPDIR/info"
    [ "$(mock_count)" -eq 3 ]
    [ "$(jq -r 'select(.event == "hedge") | .outcome' "$LOG")" = sent ]
    [ "$(call '"\(.outcome) \(.attempts) \(.hedges) \(.hedge) \(.estimated)"')" = 'ok 1 1 won true' ]
}
