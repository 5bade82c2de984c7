#!/usr/bin/env bats
# What a call took, in its line of the log: tokens as the provider counts them, and their cost.

load programs

setup_file() {
    programs_begin
    cat >"$POLICY" <<EOF
{"version": 1,
 "prices": [{"model": "house-*", "input_per_mtok": 1.5, "output_per_mtok": 4}],
 "defaults": {"retry": {"backoff": {"base_ms": 5, "max_ms": 10}, "budget": false},
              "breaker": false},
 "rules": [
  {"name": "claude", "match": {"host": "127.0.0.1", "path": "/v1/messages"}, "provider": "anthropic"},
  {"name": "gemini", "match": {"host": "127.0.0.1", "path": "/v1beta/*"}, "provider": "gemini"},
  {"name": "ollama", "match": {"host": "127.0.0.1", "path": "/api/*"}, "provider": "ollama"},
  {"name": "once", "match": {"host": "127.0.0.1", "model": "gpt-4o-mini"}, "provider": "openai",
   "retry": false},
  {"name": "chat", "match": {"host": "127.0.0.1"}, "provider": "openai"}]}
EOF
}

teardown_file() {
    programs_end
}

ask() { # PATH MODEL [MORE MEMBERS] [CURL OPTION...]: the answer is left in $answer
    local path=$1 body
    body="{\"model\":\"$2\",\"max_tokens\":50${3:+,$3},\"messages\":[{\"role\":\"user\",\"content\":\"Why is the sky blue?\"}]}"
    shift $(($# < 3 ? $# : 3))
    log=$BATS_TEST_TMPDIR/log
    rm -f "$log"
    answer=$("$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        curl -sS "$MOCK_URL$path" -d "$body" "$@")
}

setup() {
    sed 's|"version": 1,|"version": 1, "log": {"path": "'"$BATS_TEST_TMPDIR"'/log", "format": "json"},|' \
        "$POLICY" >"$BATS_TEST_TMPDIR/policy.json"
}

of_call() { # JQ FILTER: of the call's line
    jq -rc "select(.event == \"call\") | $1" "$log"
}

# Prices per million: gpt-4o 2.50 and 10, claude-sonnet-4-5 3 and 15, gemini-2.5-flash 0.30 and 2.50.
cost() { # INPUT OUTPUT RATE_IN RATE_OUT (USD per 1000 million)
    local nano=$((($1 * $3 + $2 * $4) / 1000))
    printf '%d.%09d' $((nano / 1000000000)) $((nano % 1000000000))
}

logged() { # INPUT OUTPUT COST: the line as it is written says exactly that
    grep '"event":"call"' "$log" >&2
    grep -qF "\"input_tokens\":$1,\"output_tokens\":$2,\"cost_usd\":$3" "$log"
}

@test "openai, plain: what usage says, at the price of the model" {
    ask /v1/chat/completions gpt-4o
    local in out
    in=$(jq .usage.prompt_tokens <<<"$answer")
    out=$(jq .usage.completion_tokens <<<"$answer")
    [ "$in" -gt 0 ] && [ "$out" -gt 0 ]
    logged "$in" "$out" "$(cost "$in" "$out" 2500000 10000000)"
    [ "$(of_call .estimated)" = null ]
}

@test "openai, plain, where nothing is held because there is no second attempt" {
    ask /v1/chat/completions gpt-4o-mini
    local in out
    in=$(jq .usage.prompt_tokens <<<"$answer")
    out=$(jq .usage.completion_tokens <<<"$answer")
    logged "$in" "$out" "$(cost "$in" "$out" 150000 600000)"
}

@test "openai, streamed with include_usage" {
    ask /v1/chat/completions gpt-4o '"stream":true,"stream_options":{"include_usage":true}' -N
    local usage
    usage=$(sed -n 's/^data: \({.*\)/\1/p' <<<"$answer" | jq -c 'select(.usage) | .usage')
    logged "$(jq .prompt_tokens <<<"$usage")" "$(jq .completion_tokens <<<"$usage")" \
        "$(cost "$(jq .prompt_tokens <<<"$usage")" "$(jq .completion_tokens <<<"$usage")" 2500000 10000000)"
}

@test "openai, streamed without usage: an estimate that says so" {
    ask /v1/chat/completions gpt-4o '"stream":true' -N
    [ "$(of_call .estimated)" = true ]
    [ "$(of_call '.output_tokens')" -eq "$(grep -c '"content":"[^"]' <<<"$answer")" ]
    [ "$(of_call '.input_tokens > 0 and .cost_usd > 0')" = true ]
}

@test "openai responses, plain and streamed" {
    ask /v1/responses gpt-4o
    logged "$(jq .usage.input_tokens <<<"$answer")" "$(jq .usage.output_tokens <<<"$answer")" \
        "$(cost "$(jq .usage.input_tokens <<<"$answer")" "$(jq .usage.output_tokens <<<"$answer")" 2500000 10000000)"
    local plain
    plain=$(of_call .cost_usd)
    ask /v1/responses gpt-4o '"stream":true' -N
    [ "$(of_call .estimated)" = null ]
    [ "$(of_call .cost_usd)" = "$plain" ]
}

@test "anthropic, plain and streamed: the same" {
    ask /v1/messages claude-sonnet-4-5
    local in out price
    in=$(jq .usage.input_tokens <<<"$answer")
    out=$(jq .usage.output_tokens <<<"$answer")
    price=$(cost "$in" "$out" 3000000 15000000)
    logged "$in" "$out" "$price"
    ask /v1/messages claude-sonnet-4-5 '"stream":true' -N
    logged "$in" "$out" "$price"
}

@test "gemini, plain, as SSE and as a list: the same" {
    local in out price path
    for path in generateContent 'streamGenerateContent?alt=sse' streamGenerateContent; do
        ask "/v1beta/models/gemini-2.5-flash:$path" x '"contents":[{"parts":[{"text":"Why?"}]}]'
        in=${in:-$(jq .usageMetadata.promptTokenCount <<<"$answer")}
        out=${out:-$(jq .usageMetadata.candidatesTokenCount <<<"$answer")}
        price=$(cost "$in" "$out" 300000 2500000)
        logged "$in" "$out" "$price"
    done
}

@test "ollama, streamed by itself: counted, and free" {
    ask /api/chat llama3
    local last
    last=$(tail -n 1 <<<"$answer")
    logged "$(jq .prompt_eval_count <<<"$last")" "$(jq .eval_count <<<"$last")" 0.000000000
}

@test "a call that needed three attempts pays for the one that answered" {
    server 503,503,200
    ask /v1/chat/completions gpt-4o
    server 200
    [ "$(of_call .attempts)" = 3 ]
    logged "$(jq .usage.prompt_tokens <<<"$answer")" "$(jq .usage.completion_tokens <<<"$answer")" \
        "$(cost "$(jq .usage.prompt_tokens <<<"$answer")" "$(jq .usage.completion_tokens <<<"$answer")" 2500000 10000000)"
}

@test "a model of the house has the price that the policy gives it" {
    ask /v1/chat/completions house-7b
    local in out
    in=$(jq .usage.prompt_tokens <<<"$answer")
    out=$(jq .usage.completion_tokens <<<"$answer")
    logged "$in" "$out" "$(cost "$in" "$out" 1500000 4000000)"
}

@test "a model without a price is counted, and no cost is made up" {
    ask /v1/chat/completions some-model
    [ "$(of_call '.input_tokens > 0')" = true ]
    [ "$(of_call 'has("cost_usd")')" = false ]
}

@test "a failed call has neither" {
    server 400
    ask /v1/chat/completions gpt-4o
    server 200
    [ "$(of_call .outcome)" = failed ]
    [ "$(of_call 'has("input_tokens") or has("cost_usd")')" = false ]
}
