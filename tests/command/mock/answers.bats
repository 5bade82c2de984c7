#!/usr/bin/env bats
# Good answers in the wire format of each provider.

load ../../lib/mock

setup() {
    mock_start
}

teardown() {
    mock_stop
}

ask() { # PATH BODY [CURL ARGUMENT...]
    curl -sS --noproxy '*' "$MOCK_URL$1" -H 'Content-Type: application/json' -d "$2" "${@:3}"
}

sse_data() { # the data of a stream's events, one a line
    tr -d '\r' | sed -n 's/^data: //p'
}

chat='{"model":"gpt-4o","messages":[{"role":"system","content":"Be kind."},{"role":"user","content":"hi there"}]}'

@test "chat completion: text, model and usage" {
    ask /v1/chat/completions "$chat" | jq -e '
        .object == "chat.completion" and .model == "gpt-4o" and
        .choices[0].message.content == "You asked: hi there" and
        .choices[0].finish_reason == "stop" and .usage.prompt_tokens == 4 and
        .usage.completion_tokens == 4 and .usage.total_tokens == 8'
}

@test "the same request gets the same bytes, another one others" {
    local one
    one=$(ask /v1/chat/completions "$chat")
    [ "$(ask /v1/chat/completions "$chat")" = "$one" ]
    [ "$(ask /v1/chat/completions "${chat/hi/ho}")" != "$one" ]
}

@test "chat stream: role, words, reason, usage when asked for, [DONE]" {
    local body="${chat%\}},\"stream\":true,\"stream_options\":{\"include_usage\":true}}"
    ask /v1/chat/completions "$body" | sse_data >"$BATS_TEST_TMPDIR/data"
    [ "$(tail -1 "$BATS_TEST_TMPDIR/data")" = '[DONE]' ]
    head -n -1 "$BATS_TEST_TMPDIR/data" | jq -se '
        .[0].choices[0].delta.role == "assistant" and
        ([.[].choices[0].delta.content // ""] | join("")) == "You asked: hi there" and
        .[-2].choices[0].finish_reason == "stop" and .[-1].choices == [] and
        .[-1].usage.total_tokens == 8'
    ask /v1/chat/completions "${chat%\}},\"stream\":true}" | sse_data | head -n -1 |
        jq -se 'all(has("usage") | not)'
}

@test "a stream is chunked text/event-stream, each event a chunk of its own" {
    local head
    head=$(ask /v1/chat/completions "${chat%\}},\"stream\":true}" -D - -o /dev/null)
    grep -qi '^content-type: text/event-stream' <<<"$head"
    grep -qi '^transfer-encoding: chunked' <<<"$head"
    ask /v1/chat/completions "${chat%\}},\"stream\":true}" --raw |
        tr -d '\r' | grep -ciE '^[0-9a-f]+$' | grep -qx 8
}

@test "token limits cut the answer and say so" {
    ask /v1/chat/completions "${chat%\}},\"max_tokens\":2}" |
        jq -e '.choices[0].finish_reason == "length" and .usage.completion_tokens == 2'
    ask /v1/messages "${chat%\}},\"max_tokens\":2}" | jq -e '.stop_reason == "max_tokens"'
    ask /v1beta/models/g:generateContent '{"contents":[],"generationConfig":{"maxOutputTokens":1}}' |
        jq -e '.candidates[0].finishReason == "MAX_TOKENS"'
}

@test "x-mock-words sets the length of the answer" {
    ask /v1/chat/completions "$chat" -H 'x-mock-words: 1000' | jq -e '.usage.completion_tokens == 1000'
}

@test "completions, embeddings, models" {
    ask /v1/completions '{"model":"m","prompt":"abc"}' | jq -e '.choices[0].text == "You asked: abc"'
    ask /v1/completions '{"prompt":"abc","stream":true}' | sse_data | head -n -1 |
        jq -se '[.[].choices[0].text] | join("") == "You asked: abc"'
    ask /v1/embeddings '{"model":"e","input":["a","b"],"dimensions":3}' |
        jq -e '(.data | length) == 2 and (.data[1].embedding | length) == 3 and .usage.prompt_tokens == 1'
    curl -s "$MOCK_URL/v1/models" | jq -e '.data | map(.id) | index("gpt-4o") != null'
}

@test "responses: plain and as numbered events" {
    ask /v1/responses '{"model":"gpt-5","input":"hi there"}' | jq -e '
        .status == "completed" and .output[0].content[0].text == "You asked: hi there" and
        .usage.output_tokens == 4'
    ask /v1/responses '{"model":"gpt-5","input":"hi","stream":true}' | sse_data | jq -se '
        .[0].type == "response.created" and .[-1].type == "response.completed" and
        ([.[].sequence_number] == [range(length)]) and .[-1].response.usage.total_tokens > 0 and
        ([.[] | select(.type == "response.output_text.delta").delta] | join("")) == "You asked: hi"'
}

@test "azure: the model is the deployment of the path" {
    ask '/openai/deployments/mine/chat/completions?api-version=2024-10-21' "$chat" |
        jq -e '.model == "mine"'
}

@test "anthropic: message and stream" {
    ask /v1/messages "$chat" | jq -e '.type == "message" and .content[0].text == "You asked: hi there"
        and .usage.input_tokens == 4 and .usage.output_tokens == 4'
    ask /v1/messages "${chat%\}},\"stream\":true}" >"$BATS_TEST_TMPDIR/out"
    [ "$(sed -n 's/^event: //p' "$BATS_TEST_TMPDIR/out" | uniq | tr '\n' ' ')" = \
        'message_start content_block_start ping content_block_delta content_block_stop message_delta message_stop ' ]
    sse_data <"$BATS_TEST_TMPDIR/out" | jq -se '
        ([.[] | select(.delta.text).delta.text] | join("")) == "You asked: hi there" and
        .[0].message.usage.input_tokens == 4 and .[-2].usage.output_tokens == 4'
    ask /v1/messages/count_tokens "$chat" | jq -e '.input_tokens == 4'
}

@test "gemini: plain, SSE, and one array without alt=sse" {
    local body='{"contents":[{"role":"user","parts":[{"text":"hi"}]}]}' text
    text='[.[].candidates[0].content.parts[0].text] | join("") == "You asked: hi"'
    ask /v1beta/models/gemini-2.5-pro:generateContent "$body" | jq -e "[.] | $text"
    ask '/v1beta/models/g:streamGenerateContent?alt=sse' "$body" | sse_data | jq -se "$text"
    ask /v1beta/models/g:streamGenerateContent "$body" | jq -e "$text"
    ask /v1beta/models/g:streamGenerateContent "$body" |
        jq -e '.[-1].usageMetadata.candidatesTokenCount == 3 and .[-1].modelVersion == "g"'
}

@test "ollama: NDJSON unless told not to" {
    ask /api/chat '{"model":"l","messages":[{"role":"user","content":"hi"}]}' -D "$BATS_TEST_TMPDIR/h" |
        jq -se '([.[].message.content] | join("")) == "You asked: hi" and .[-1].done and
            .[-1].eval_count == 3'
    grep -qi '^content-type: application/x-ndjson' "$BATS_TEST_TMPDIR/h"
    ask /api/generate '{"model":"l","prompt":"hi","stream":false}' |
        jq -e '.response == "You asked: hi" and .done'
}

@test "cohere: plain and stream" {
    ask /v2/chat "$chat" | jq -e '.message.content[0].text == "You asked: hi there"'
    ask /v2/chat "${chat%\}},\"stream\":true}" | sse_data |
        jq -se '.[-1].type == "message-end" and .[-1].delta.usage.tokens.output_tokens == 4'
}

@test "mistral by Host or header: usage in the last chunk without asking" {
    local how
    for how in 'Host: api.mistral.ai' 'x-mock-provider: mistral'; do
        ask /v1/chat/completions "${chat%\}},\"stream\":true}" -H "$how" | sse_data | head -n -1 |
            jq -se '.[-1].usage.total_tokens == 8 and (.[0] | has("usage") | not)'
    done
}

@test "pages for plain HTTP: echo, bytes, status, redirect" {
    local out
    out=$(curl -s -X PUT --data-binary abc -H 'X-A: 1' "$MOCK_URL/echo/%7E?q=a%20b")
    [ "$(head -1 <<<"$out")" = 'PUT /echo/%7E?q=a%20b' ]
    grep -qx 'X-A: 1' <<<"$out"
    [ "$(tail -1 <<<"$out")" = abc ]
    [ "$(curl -s "$MOCK_URL/bytes/100001" | wc -c)" = 100001 ]
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$MOCK_URL/status/404")" = 404 ]
    [ "$(curl -sL -w ' %{http_code} %{num_redirects}' "$MOCK_URL/redirect?to=/status/202")" = $'status 202\n 202 1' ]
    [ "$(curl -sI -w '%{http_code}' -o /dev/null "$MOCK_URL/echo")" = 200 ]
}

@test "garbage is answered too" {
    ask /v1/chat/completions '{"model":' | jq -e '.model == "mock-model"'
    printf '\xff\x00\xfe{' | curl -sS "$MOCK_URL/v1/chat/completions" --data-binary @- | jq -e .usage
    ask /v1/chat/completions '{"messages":[{"content":"\ud800 \u0007 \" \\ é"}]}' | jq -e .usage
    printf '[%.0s' $(seq 100000) | ask /v1/messages @- | jq -e .usage
}
