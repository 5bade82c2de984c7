#!/usr/bin/env bats
# "mode": "shadow": nothing is changed or delayed; the log says what would have been done.

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

policy() { # RULE PARTS
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "${FORMAT-json}"},
 "targets": {"other": {"url": "http://127.0.0.1:9", "dialect": "openai", "model": "x"}},
 "rules": [{"name": "watched", "mode": "shadow", "match": {"host": "127.0.0.1"}, "provider": "openai", $1}]}
POLICY
}

ask() { # [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 100 \
        curl -sS -o /dev/null -w '%{http_code}' "$@" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
}

would() {
    jq -r 'select(.event == "shadow") | .reason' "$LOG" | tr '\n' ' '
}

@test "a failure reaches the program at once, and the log says that it would have been tried again" {
    mock_start --script '503,401,400,200,429;retry-after=30'
    local code
    policy '"retry": {"max_attempts": 3}'
    run -0 ask
    [ "$output" = 503 ]
    policy '"retry": {"max_attempts": 3}, "fallback": ["other"]'
    for code in 401 400 200 429; do
        run -0 ask
        [ "$output" = "$code" ]
    done
    [ "$(mock_count)" -eq 5 ]
    [ "$(would)" = 'retry fallback fallback ' ]
    [ "$(jq -r 'select(.event == "call") | "\(.mode) \(.attempts)"' "$LOG" | sort -u)" = 'shadow 1' ]
}

@test "a limit delays nobody, and the log says for how long it would have" {
    mock_start
    policy '"limits": {"rpm": 2, "burst": 0, "max_wait_ms": 40000}'
    for _ in 1 2 3; do ask >/dev/null; done
    [ "$(mock_count)" -eq 3 ]
    [ "$(would)" = 'limit rate_limit ' ]
    [ "$(jq -r 'select(.event == "shadow" and .reason == "limit") | .ms > 1000' "$LOG")" = true ]
    run -0 "$STEADYCURL" costs --shadow --json "$LOG"
    local whole=$output
    [ "$("$STEADYCURL" costs --shadow --json - <"$LOG")" = "$whole" ]
    mv "$LOG" "$LOG.1" # a log that was rotated just now
    : >"$LOG"
    [ "$("$STEADYCURL" costs --shadow --json "$LOG")" = "$whole" ]
    mv "$LOG.1" "$LOG"
    run -1 "$STEADYCURL" costs --shadow "$BATS_TEST_TMPDIR"
    [[ $output == *'s a directory' ]]
    run -0 "$STEADYCURL" costs --shadow --json "$LOG"
    [ "$(jq -c '.rows[0] | [.rule, .calls, .waits, .answered, (.saved_usd > 0), (.cost_usd > .saved_usd)]' <<<"$output")" = \
        '["watched",3,1,1,true,true]' ]
    run -0 "$STEADYCURL" costs --shadow "$LOG"
    [[ $output == *watched*' 3 '*' 1 '* ]]
}

@test "the breaker of a rule in shadow opens for itself alone" {
    mock_start --script '503'
    policy '"retry": false, "breaker": {"consecutive_failures": 2, "open_ms": 60000, "open_max_ms": 60000}'
    for _ in 1 2 3; do
        run -0 ask
        [ "$output" = 503 ]
    done
    [ "$(mock_count)" -eq 3 ]
    [ "$(would)" = 'breaker breaker_open ' ]
    sed -i 's/"mode": "shadow", //' "$BATS_TEST_TMPDIR/policy.json"
    run -0 ask # in force it begins closed
    [ "$(mock_count)" -eq 4 ]
}

@test "the log for people tells the same, and streams pass as they come" {
    mock_start --script '503,200'
    FORMAT=text policy '"retry": {"max_attempts": 3}'
    ask >/dev/null
    grep -q 'Shadow: would have been tried again after .*reason=retry' "$LOG"
    grep -q 'not retried: the rule is in shadow.* mode=shadow' "$LOG"
    run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- curl -sSN \
        "$MOCK_URL/v1/chat/completions" -d '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"one two"}]}'
    [[ $output == *'[DONE]'* ]]
    grep -q 'Success: HTTP 200 .*mode=shadow' "$LOG"
    run -0 "$STEADYCURL" costs --shadow --json "$LOG"
    [ "$(jq -c '.rows[0] | [.calls, .retried]' <<<"$output")" = '[2,1]' ]
}

@test "transfers of the multi interface are only looked at, too" {
    mock_start --script '503'
    policy '"retry": {"max_attempts": 3}'
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- curl -sS --parallel -o /dev/null -o /dev/null \
        "$MOCK_URL/v1/chat/completions" "$MOCK_URL/v1/chat/completions" -d '{"model":"gpt-4o","messages":[]}' 2>/dev/null
    [ "$(mock_count)" -eq 2 ]
    [ "$(would)" = 'retry retry ' ]
}
