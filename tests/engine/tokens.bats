#!/usr/bin/env bats
# Requests that are too long for their model, and output limits that an error says to lower.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup_file() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export MOCK_PID MOCK_PORT MOCK_URL
    TMPDIR=$BATS_FILE_TMPDIR mock_start
}

teardown_file() {
    mock_stop
}

setup() {
    mock_script ''
    mock_reset
    LOG=$BATS_TEST_TMPDIR/log
    POLICY=$BATS_TEST_TMPDIR/policy.json
    REQUEST=$BATS_TEST_TMPDIR/request
}

policy() { # TOKENS [RULE PARTS]
    cat >"$POLICY" <<EOF
{"version": 1, "log": {"path": "$LOG", "format": "json"},
 "prices": [{"model": "tiny*", "input_per_mtok": 1, "output_per_mtok": 1, "context_window": 600,
             "max_output_tokens": 400}],
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false, "tokens": {$1}},
 "rules": [
  {"name": "claude", "match": {"host": "127.0.0.1", "path": "/v1/messages"}, "provider": "anthropic"},
  {"name": "gemini", "match": {"host": "127.0.0.1", "path": "/v1beta/*"}, "provider": "gemini"},
  {"name": "cohere", "match": {"host": "127.0.0.1", "path": "/v2/*"}, "provider": "cohere"},
  {"name": "rest", "match": {"host": "127.0.0.1"}, "provider": "openai"${2:+, $2}}]}
EOF
}

request() { # JQ PROGRAM that may use words(N): N different words, 5 to 7 bytes each
    jq -ncj "def words(\$n): [range(0; \$n) | \"word\(. % 97)\"] | join(\" \"); $1" >"$REQUEST"
}

send() { # PATH [CURL OPTION...]
    "$STEADYCURL" run --policy "$POLICY" -- timeout 300 curl -sS "$MOCK_URL$1" \
        --data-binary "@$REQUEST" "${@:2}"
}

logged() { # JQ CONDITION of one event
    cat "$LOG" >&2
    jq -se "any($1)" "$LOG" >&2
}

sent() { # JQ PROGRAM of the last request's body
    mock_requests | jq -c ".[-1].body | fromjson | $1"
}

long_chat='{model: "tiny", messages: [{role: "user", content: words(2000)}]}'

@test "warn: a line in the log, and the request goes as it is" {
    policy '"context": "warn"'
    request "$long_chat"
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    logged '.event == "request" and .reason == "context" and (.text | contains("tiny takes (600)"))'
    [ "$(mock_requests | jq -r '.[0].body')" = "$(cat "$REQUEST")" ]
    [ "$(grep -c '"event":"request"' "$LOG")" -eq 1 ]
}

@test "reject: the provider's own error, without the network" {
    policy '"context": "reject"'
    request "$long_chat"
    run -0 send /v1/chat/completions -i
    [[ $output == "HTTP/1.1 400 "* && $output == *"x-steadycurl: context"* ]]
    [[ $output == *'"code":"context_length_exceeded"'* ]]
    logged '.event == "call" and .outcome == "synthesized" and .reason == "context" and
            .class == "token_limit" and .attempts == 0'
    run -0 send /v1/messages
    [[ $output == '{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: '*' tokens > 600 maximum"}}' ]]
    request '{contents: [{parts: [{text: words(2000)}]}]}'
    run -0 send /v1beta/models/tiny:generateContent
    [[ $output == '{"error":{"code":400,"message":"The input token count ('*') exceeds the maximum number of tokens allowed (600).","status":"INVALID_ARGUMENT"}}' ]]
    request '{model: "tiny", input: words(2000)}'
    run -22 send /v1/responses -f
    [ "$(mock_count)" -eq 0 ]
}

@test "reject: input and the output asked for together" {
    policy '"context": "reject"'
    request '{model: "tiny", max_tokens: 590, messages: [{role: "user", content: words(100)}]}'
    run -0 send /v1/chat/completions
    [[ $output == *'However, you requested '*' tokens ('*' in the messages, 590 in the completion)'* ]]
    run -0 send /v1/messages
    [[ $output == *'`max_tokens` exceed context limit: '*' + 590 > 600'* ]]
    [ "$(mock_count)" -eq 0 ]
}

@test "reject: what might fit is sent" {
    policy '"context": "reject"'
    # By the usual four bytes a token it is a third too long, by eight it is not.
    request '{model: "tiny", messages: [{role: "user", content: words(500)}]}'
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    logged '.event == "request" and .reason == "context"'
    # Escapes are not counted for more than they stand for.
    request '{model: "tiny", messages: [{role: "user", content: "x"}]}'
    jq -rn '[range(0; 600) | "\\u04\(30 + . % 20)\\n"] | "{\"model\":\"tiny\",\"messages\":[{\"role\":\"user\",\"content\":\"\(join(""))\"}]}"' >"$REQUEST"
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
}

@test "reject: images, embeddings, what the service cuts itself, and unknown models are not judged" {
    policy '"context": "reject"'
    request '{model: "tiny", messages: [{role: "user", content: [{type: "image_url",
        image_url: {url: ("data:image/png;base64," + ([range(0; 5000) | "Zm9v"] | join("")))}}]}]}'
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    request '{model: "tiny-embed", input: [range(0; 50) | words(100)]}'
    run -0 send /v1/embeddings
    [[ $output == *'"embedding"'* ]]
    request "$long_chat + {transforms: [\"middle-out\"]}"
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    request "$long_chat + {model: \"nobody-knows\"}"
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    [ "$(mock_count)" -eq 4 ]
}

@test "more output than the model gives is said, and left to the service" {
    policy '"context": "reject"'
    request '{model: "tiny", max_tokens: 500, messages: [{role: "user", content: "hi"}]}'
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    logged '.event == "request" and (.text | contains("500 tokens of output are more than tiny gives (400)"))'
}

@test "trim: the oldest messages are left out, and the log says how many" {
    policy '"context": "trim"'
    request '{model: "tiny", messages: ([{role: "system", content: "be brief"}] +
        [range(0; 6) | {role: "user", content: words(40)}, {role: "assistant", content: words(40)}] +
        [{role: "user", content: "And now?"}]), temperature: 0.5}'
    run -0 send /v1/chat/completions
    [[ $output == *'And now?'* ]]
    logged '.event == "request" and .reason == "trimmed" and .trimmed == 8'
    logged '.event == "call" and .outcome == "ok" and .trimmed == 8'
    [ "$(sent '[.messages[].role[0:1]] | join("")')" = '"suauau"' ]
    [ "$(sent '[.messages[0].content, .messages[-1].content, .temperature]')" = '["be brief","And now?",0.5]' ]
}

@test "trim: a tool's call is never parted from its results" {
    policy '"context": "trim"'
    request '{model: "tiny", messages: ([{role: "user", content: "Do it."}] + ([range(0; 8) |
        {role: "assistant", content: null, tool_calls: [{id: "c\(.)", type: "function",
            function: {name: "f", arguments: "{\"a\": 1}"}}]},
        {role: "tool", tool_call_id: "c\(.)", content: words(30)},
        {role: "tool", tool_call_id: "c\(.)b", content: words(30)}]))}'
    run -0 send /v1/chat/completions
    [ "$(sent '.messages[0].content')" = '"Do it."' ]
    local kept
    kept=$(sent '.messages[1:] | [.[].role[0:1]] | join("")')
    [[ $kept =~ ^\"(att)+\"$ ]]
    [ "$(sent '.messages[-1].tool_call_id')" = '"c7b"' ]
    logged '.event == "request" and .trimmed % 3 == 0'

    request '{model: "tiny", max_tokens: 50, system: "s", messages: [
        {role: "user", content: "Do it."},
        {role: "assistant", content: [{type: "tool_use", id: "a", name: "f", input: {}}]},
        {role: "user", content: [{type: "tool_result", tool_use_id: "a", content: words(400)}]},
        {role: "assistant", content: "done"},
        {role: "user", content: "Again."},
        {role: "assistant", content: [{type: "tool_use", id: "b", name: "f", input: {}}]},
        {role: "user", content: [{type: "tool_result", tool_use_id: "b", content: words(60)}]}]}'
    run -0 send /v1/messages
    [ "$(sent '[.messages[].role[0:1]] | join("")')" = '"uau"' ]
    [ "$(sent '[.system, .messages[0].content, .messages[2].content[0].tool_use_id]')" = '["s","Again.","b"]' ]

    request '{contents: [
        {role: "user", parts: [{text: "Do it."}]},
        {role: "model", parts: [{functionCall: {name: "f", args: {}}}]},
        {role: "user", parts: [{functionResponse: {name: "f", response: {r: words(500)}}}]},
        {role: "model", parts: [{text: "done"}]},
        {role: "user", parts: [{text: "Again."}]}]}'
    run -0 send /v1beta/models/tiny:generateContent
    [ "$(sent '[.contents[].parts[0].text]')" = '["Again."]' ]
}

@test "trim: what cannot be made to fit is rejected" {
    policy '"context": "trim"'
    request "{model: \"tiny\", messages: [{role: \"user\", content: \"old\"},
        {role: \"assistant\", content: \"old\"}, {role: \"user\", content: words(2000)}]}"
    run -0 send /v1/chat/completions -i
    [[ $output == *"x-steadycurl: context"* ]]
    [ "$(mock_count)" -eq 0 ]
    request '{model: "tiny", prompt: words(2000)}'
    run -0 send /v1/completions -i
    [[ $output == *"x-steadycurl: context"* ]]
}

@test "budgets set aside money for what is sent, not for what was left out" {
    policy '"context": "trim"'
    sed -i 's/"defaults"/"budgets": [{"name": "small", "usd": 0.0012, "per": "day"}],\n &/' "$POLICY"
    # Some 13,000 tokens as the program has it, at a dollar a million: too much.
    request '{model: "tiny", max_tokens: 10, messages: ([range(0; 60) |
        {role: "user", content: words(60)}, {role: "assistant", content: words(60)}] +
        [{role: "user", content: "And now?"}])}'
    run -0 send /v1/chat/completions
    [[ $output == *'And now?'* ]]
    logged '.event == "call" and .outcome == "ok" and .trimmed > 100'
}

said() { # STATUS MESSAGE: the server answers so, then as usual
    mock_script "$1;message=${2//,/%2C},200"
    mock_reset
}

@test "repair_max_tokens: a limit that was refused is lowered, once" {
    policy '"repair_max_tokens": true'
    request '{model: "m", max_tokens: 32000, messages: [{role: "user", content: "hi"}]}'
    said 400 'max_tokens is too large: 32000. This model supports at most 16384 completion tokens, whereas you provided 32000.'
    run -0 send /v1/chat/completions
    [[ $output == *'"choices"'* ]]
    [ "$(mock_count)" -eq 2 ]
    [ "$(mock_requests | jq -r '.[1].body')" = "$(sed 's/32000/16384/' "$REQUEST")" ]
    logged '.event == "request" and .reason == "max_tokens"'
    logged '.event == "call" and .outcome == "ok" and .attempts == 2'

    said 400 'input length and `max_tokens` exceed context limit: 190000 + 32000 > 200000, decrease input length or `max_tokens` and try again'
    run -0 send /v1/messages
    [[ $output == *'"end_turn"'* ]]
    [ "$(sent .max_tokens)" = 10000 ]

    request '{contents: [{parts: [{text: "hi"}]}], generationConfig: {maxOutputTokens: 100000}}'
    said 400 'Unable to submit request because it has a maxOutputTokens value of 100000 but the supported range is from 1 (inclusive) to 8193 (exclusive). Update the value and try again.'
    run -0 send /v1beta/models/m:generateContent
    [[ $output == *'"candidates"'* ]]
    [ "$(sent .generationConfig.maxOutputTokens)" = 8192 ]
}

@test "repair_max_tokens: twice refused is refused" {
    policy '"repair_max_tokens": true'
    request '{model: "m", max_completion_tokens: 32000, messages: [{role: "user", content: "hi"}]}'
    mock_script '400;message=This model supports at most 16384 completion tokens,400;message=This model supports at most 8192 completion tokens,200'
    mock_reset
    run -0 send /v1/chat/completions
    [[ $output == *'at most 8192'* ]]
    [ "$(mock_count)" -eq 2 ]
}

@test "repair_max_tokens: without retries, with -f, and through the multi interface" {
    request '{model: "m", max_tokens: 32000, messages: [{role: "user", content: "hi"}]}'
    policy '"repair_max_tokens": true' '"retry": false'
    for option in -f -Z -s; do
        said 400 'This model supports at most 16384 completion tokens'
        run -0 send /v1/chat/completions "$option"
        [[ $output == *'"choices"'* ]]
        [ "$(sent .max_tokens)" = 16384 ]
    done
    # What comes to nothing is as it ever was.
    said 400 'Invalid request'
    run -22 send /v1/chat/completions -f
    [[ $output == *'The requested URL returned error: 400'* ]]
    [ "$(mock_count)" -eq 1 ]
}

@test "repair_max_tokens: off, or with nothing to lower, the error is the program's" {
    policy '"repair_max_tokens": true'
    request '{model: "m", messages: [{role: "user", content: "hi"}]}'
    said 400 'This model supports at most 16384 completion tokens'
    run -0 send /v1/chat/completions
    [[ $output == *'at most 16384'* ]]
    [ "$(mock_count)" -eq 1 ]
    policy ''
    request '{model: "m", max_tokens: 32000, messages: [{role: "user", content: "hi"}]}'
    said 400 'This model supports at most 16384 completion tokens'
    run -0 send /v1/chat/completions
    [[ $output == *'at most 16384'* ]]
    [ "$(mock_count)" -eq 1 ]
}
