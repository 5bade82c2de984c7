#!/usr/bin/env bats
# Error bodies have each provider's own shape.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    mock_start
}

teardown() {
    mock_stop
}

fails() { # OUTCOME PATH [CURL ARGUMENT...]; the body, then the status
    curl -sS --noproxy '*' -w '\n{"status":%{http_code}}\n' -H "x-mock: $1" "$MOCK_URL$2" -d '{}' "${@:3}" |
        jq -sc '.'
}

@test "openai: rate limit, quota, context length, overload" {
    fails 429 /v1/chat/completions | jq -e '.[0].error.code == "rate_limit_exceeded" and .[1].status == 429'
    fails quota /v1/chat/completions | jq -e '.[0].error.type == "insufficient_quota" and .[1].status == 429'
    fails context /v1/chat/completions | jq -e '.[0].error.code == "context_length_exceeded" and .[1].status == 400'
    fails 503 /v1/embeddings | jq -e '.[0].error.type == "server_error" and .[1].status == 503'
    fails 401 /v1/responses | jq -e '.[0].error.code == "invalid_api_key"'
    fails 599 /v1/responses | jq -e '.[0].error.message and .[1].status == 599'
}

@test "azure: the status as code, the gateway's own 401" {
    local path='/openai/deployments/d/chat/completions?api-version=1'
    fails 429 "$path" | jq -e '.[0].error.code == "429" and (.[0].error | has("type") | not)'
    fails 404 "$path" | jq -e '.[0].error.code == "DeploymentNotFound"'
    fails 401 "$path" | jq -e '.[0].statusCode == 401'
    fails context "$path" | jq -e '.[0].error.code == "context_length_exceeded"'
}

@test "anthropic: typed errors with a request id" {
    fails 529 /v1/messages -D "$BATS_TEST_TMPDIR/h" |
        jq -e '.[0].type == "error" and .[0].error.type == "overloaded_error" and .[1].status == 529'
    grep -qi '^request-id: req_' "$BATS_TEST_TMPDIR/h"
    fails 429 /v1/messages | jq -e '.[0].error.type == "rate_limit_error" and (.[0].error | has("details") | not)'
    fails quota /v1/messages | jq -e '.[0].error.details.error_code == "enforced_spend_limit_reached"'
    fails context /v1/messages | jq -e '.[0].error.message | startswith("prompt is too long")'
    fails 500 /v1/messages | jq -e '.[0].error.type == "api_error"'
}

@test "gemini: status names, details, wrapped in an array by an array stream" {
    fails 503 /v1beta/models/g:generateContent | jq -e '.[0].error.status == "UNAVAILABLE" and .[0].error.code == 503'
    fails '429;retry-in=7.5s' /v1beta/models/g:generateContent |
        jq -e '.[0].error.details[0].retryDelay == "7.5s"'
    fails quota '/v1beta/models/g:streamGenerateContent?alt=sse' |
        jq -e '.[0].error.details[0].violations[0].quotaId | contains("PerDay")'
    fails 429 /v1beta/models/g:streamGenerateContent | jq -e '.[0][0].error.status == "RESOURCE_EXHAUSTED"'
}

@test "others by Host or header: mistral, cohere, ollama, xai, bedrock" {
    fails 429 /v1/chat/completions -H 'Host: api.mistral.ai' | jq -e '.[0].object == "error" and .[0].code == "1300"'
    fails 401 /v1/chat/completions -H 'x-mock-provider: mistral' | jq -e '.[0] == {"detail":"Unauthorized"}'
    fails 429 /v2/chat | jq -e '.[0] | keys == ["id", "message"]'
    fails 503 /api/chat | jq -e '.[0].error | type == "string"'
    fails quota /api/chat | jq -e '.[0].error | test("session usage limit")'
    fails 404 /v1/chat/completions -H 'x-mock-provider: ollama' | jq -e '.[0].error.type'
    fails 400 /v1/chat/completions -H 'Host: api.x.ai:443' | jq -e '.[0].error | type == "string"'
    fails 429 /model/m/converse -H 'Host: bedrock-runtime.us-east-1.amazonaws.com' |
        jq -e '.[0] | keys == ["message"]'
}

@test "--provider decides where the path does not" {
    mock_stop
    mock_start --provider mistral
    fails 429 /v1/chat/completions | jq -e '.[0].raw_status_code == 429'
    fails 529 /v1/messages | jq -e '.[0].error.type == "overloaded_error"'
    run -2 "$STEADYCURL" mock --provider mistrel
    [[ $output == *"did you mean 'mistral'?"* ]]
}

@test "type, code, message and hint can be replaced" {
    fails '429;code=slow_down;type=t;message=a\, b;retry-in=20ms' /v1/chat/completions | jq -e '
        .[0].error == {"message":"a, b Please try again in 20ms.","type":"t","param":null,"code":"slow_down"}'
}

stream_of() { # OUTCOME PATH
    curl -sS --noproxy '*' -w 'status %{http_code}\n' -H "x-mock: $1" "$MOCK_URL$2" \
        -d '{"stream":true,"messages":[{"role":"user","content":"a b c d e f"}]}'
}

@test "sse-error: 200, then the provider's error event before any output" {
    run stream_of sse-error /v1/messages
    [[ $output == *'event: message_start'*'event: error'*'"overloaded_error"'*'status 200' ]]
    [[ $output != *content_block_delta* && $output != *message_stop* ]]
    run stream_of 'sse-error;type=insufficient_quota;code=insufficient_quota' /v1/chat/completions
    [[ $output == *'"role":"assistant"'*'data: {"error":{'*'"code":"insufficient_quota"'* ]]
    [[ $output != *'"content":"You"'* && $output != *DONE* ]]
    run stream_of sse-error /v1/responses
    [[ $output == *response.created*'event: error'*'"type":"error"'* && $output != *output_text.delta* ]]
    run stream_of sse-error /api/chat
    [[ $output == '{"error":"'* ]]
}

@test "sse-error;bare: the error event is the first" {
    run stream_of 'sse-error;bare' /v1/messages
    [ "${lines[0]}" = 'event: error' ]
}

@test "sse-error-late: output first, as much as asked for" {
    run stream_of 'sse-error-late;after=2' /v1/messages
    [ "$(grep -c '^event: content_block_delta' <<<"$output")" = 2 ]
    [[ $output == *'event: error'*'status 200' ]]
    run stream_of sse-error-late /v1/chat/completions
    [[ $output == *'"content":"You"'*'data: {"error"'* && $output != *'[DONE]'* ]]
}

@test "sse-error for a request that does not stream: 200 with an error body" {
    fails sse-error /v1/chat/completions | jq -e '.[0].error.type == "server_error" and .[1].status == 200'
}
