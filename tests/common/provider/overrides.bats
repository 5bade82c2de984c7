#!/usr/bin/env bats
# What a policy says of failures and providers holds for a real curl under the library.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    mock_start
}

teardown() {
    mock_stop
}

policy() { # PROVIDERS RULE: both JSON
    cat >policy.json <<POLICY
{"version": 1, "log": {"format": "json"}, "providers": [$1],
 "defaults": {"breaker": false, "retry": {"max_attempts": 2, "budget": false,
                                          "backoff": {"base_ms": 1, "jitter": "none"}}},
 "rules": [$2]}
POLICY
}

ask() { # SCRIPT [CURL ARGUMENT...]
    mock_reset
    mock_script "$1"
    run "$STEADYCURL" run --policy policy.json --log log -- curl -s --noproxy '*' \
        "$MOCK_URL/v1/chat/completions" -d '{"model":"m"}' "${@:2}"
    echo "$output"
    cat log
}

attempt() { # JQ EXPRESSION on the last call's first attempt
    jq -se "[.[] | select(.event == \"attempt\" and .attempt == 1)] | last | $1" log
}

@test "a row of the rule makes a final answer worth another attempt, also with -f" {
    policy '' '{"match": {"host": "*"}, "classify": [
        {"name": "warming", "status": 404, "code": "warming_up", "class": "overloaded"}]}'
    ask '404;code=warming_up,200'
    attempt '.class == "overloaded" and .row == "warming" and .will_retry'
    [ "$(mock_count)" -eq 2 ]
    ask '404;code=warming_up,200' -f
    [ "$status" -eq 0 ]
    [ "$(mock_count)" -eq 2 ]
    ask '404,200'
    attempt '.class == "not_found" and (.will_retry | not)'
    [ "$(mock_count)" -eq 1 ]
}

@test "a row of the rule stops what would be tried again" {
    policy '' '{"match": {"host": "*"}, "classify": [
        {"status": [500, 503], "message": "disk quota", "class": "quota_exhausted"},
        {"curl_code": 52, "class": "bad_request"}]}'
    ask '503;message=Your disk quota is used up.,200'
    attempt '.class == "quota_exhausted" and .row == "rules[0].classify[0]"'
    [ "$(mock_count)" -eq 1 ]
    ask '503,200'
    [ "$(mock_count)" -eq 2 ]
    ask 'hang;ms=1,200'
    [ "$status" -eq 52 ]
    attempt '.class == "bad_request" and .curl_code == 52'
    [ "$(mock_count)" -eq 1 ]
}

@test "a row sees an error event at the head of a stream" {
    policy '' '{"match": {"host": "*"}, "classify": [
        {"status": 200, "type": "odd", "class": "bad_request"}]}'
    ask 'sse-error;bare;type=odd,200' -d '{"model":"m","stream":true}'
    attempt '.class == "bad_request"'
    [ "$(mock_count)" -eq 1 ]
}

@test "a provider of one's own speaks another's dialect, by rule and by host, with rows more" {
    local house='{"name": "house", "extends": "anthropic", "hosts": "127.0.0.1",
        "classify": [{"status": 400, "type": "nap", "class": "retryable"}]}'
    policy "$house" '{"match": {"host": "*"}}'
    ask '400;type=nap,200'
    attempt '.provider == "house" and .class == "retryable"'
    [ "$(mock_count)" -eq 2 ]
    ask '400;message=prompt is too long: 9 tokens > 8 maximum'
    attempt '.class == "token_limit" and .row == "claude-context"'
    policy "${house/127.0.0.1/house.example}" '{"match": {"host": "*"}, "provider": "house"}'
    ask '400;type=nap,200'
    attempt '.provider == "house" and .class == "retryable"'
}

@test "rows for a built-in provider hold for its hosts alone" {
    policy '{"name": "vllm", "classify": [{"status": 400, "class": "retryable"}]}' \
        '{"match": {"path": "/v1/*"}, "provider": "vllm"}'
    ask '400,200'
    [ "$(mock_count)" -eq 2 ]
    policy '{"name": "vllm", "classify": [{"status": 400, "class": "retryable"}]}' \
        '{"match": {"path": "/v1/*"}, "provider": "groq"}'
    ask '400,200'
    [ "$(mock_count)" -eq 1 ]
}
