#!/usr/bin/env bats
# steadycurl explain: rule, settings, class of a response, and what would happen next.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY
    export XDG_CONFIG_HOME=$dir/none HOME=$dir
    cat >policy.json <<'POLICY'
{"version": 1,
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 100, "factor": 2, "max_ms": 1000, "jitter": "none"},
                        "rate_limited": {"max_attempts": 2, "backoff": {"base_ms": 700, "jitter": "none"}}}},
 "rules": [
  {"name": "large", "match": {"host": "api.openai.com", "model": "gpt-4*"}, "limits": {"rpm": 100}},
  {"name": "get", "match": {"host": "api.openai.com", "method": "GET"}, "retry": false},
  {"name": "local", "match": {"host": "127.0.0.1:8080"}, "provider": "ollama"}]}
POLICY
    export STEADYCURL_POLICY=$dir/policy.json
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

has() {
    [[ $output == *"$1"* ]] || {
        echo "lacks: $1"
        echo "$output"
        return 1
    }
}

@test "the rule is found by host, model, method and port" {
    run -0 "$steadycurl" explain --model gpt-4o https://api.openai.com/v1/chat/completions
    has "large (rules[0])"
    has "openai (by the host)"
    has "100 requests a minute"
    has "retryable: 3 attempts"
    has "rate_limited: 2 attempts"
    run -0 "$steadycurl" explain --method GET https://API.openai.com/v1/models
    has "get (rules[1])"
    has "retry     off"
    run -0 "$steadycurl" explain http://127.0.0.1:8080/api/chat
    has "local (rules[2])"
    has "ollama (by the rule)"
    run -0 "$steadycurl" explain http://127.0.0.1:8081/api/chat
    has "none: the call passes through"
}

@test "a model in the URL is read" {
    run -0 "$steadycurl" explain \
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-1.5-pro:generateContent"
    has "model     gemini-1.5-pro"
}

@test "a transient failure is followed by a wait, the last attempt by the failure" {
    url=https://api.openai.com/v1/chat/completions
    run -0 "$steadycurl" explain -m gpt-4 $url --status 500
    has "class     retryable"
    has "wait 100 ms (backoff), then attempt 2 of 3"
    run -0 "$steadycurl" explain -m gpt-4 $url --status 503 --attempt 2
    has "wait 200 ms (backoff), then attempt 3 of 3"
    run -0 "$steadycurl" explain -m gpt-4 $url --status 503 --attempt 3
    has "the program gets the failure: attempts used up"
}

@test "a server's hint is a floor" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 429 \
        --header "Retry-After: 2"
    has "class     rate_limited"
    has "hint      the server asks for 2 s"
    has "wait 2 s to 2.5 s (hint)"
}

@test "the body decides: quota is never retried" {
    echo '{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m"}}' >body
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 429 --body body
    has "class     quota_exhausted"
    has "never retried"
    run -0 sh -c '"$1" explain -m gpt-4 https://api.openai.com/v1/x --status 429 --body - <body' \
        sh "$steadycurl"
    has "class     quota_exhausted"
}

@test "an error event at the head of a stream is classified, one after output is not retried" {
    printf 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n' >early
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 200 \
        -H "Content-Type: text/event-stream" -b early
    has "class     overloaded"
    has "then attempt 2 of 3"
}

@test "a transport error is explained" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --curl-code 56
    has "class     retryable"
}

@test "success goes to the program" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 200
    has "class     ok"
    has "the program gets the response"
}

@test "URLs that parsers disagree about are refused" {
    for url in "https://api.openai.com@evil.example/" ftp://h/ nonsense "https://h/a/../b"; do
        run -2 "$steadycurl" explain "$url"
        has "not a plain http or https URL"
    done
}

@test "a broken policy is named with its place" {
    echo '{"version": 1, "rulez": []}' >bad.json
    run -1 "$steadycurl" explain --policy bad.json https://api.openai.com/
    has "bad.json:1:"
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" explain
    has "which URL?"
    run -2 "$steadycurl" explain https://a/ https://b/
    has "one URL, please"
    run -2 "$steadycurl" explain https://a/ --status x
    has "--status: cannot be \"x\""
    run -2 "$steadycurl" explain https://a/ --header nocolon
    has "--header: cannot be \"nocolon\""
    run -2 "$steadycurl" explain https://a/ --stat 1
    has "did you mean --status?"
    run -2 "$steadycurl" explain https://a/ --body none
    has "cannot read the body"
    run -0 "$steadycurl" explain --help
    has "usage: steadycurl explain"
}

# A response as curl -i writes it: status line, headers, body.
captured() { # STATUS BODY HEADER...
    printf 'HTTP/1.1 %s X\r\n' "$1"
    printf '%s\r\n' "${@:3}" ""
    printf '%s' "$2"
}

@test "what curl -i wrote is explained, from a file and from standard input" {
    captured 429 '{"error":{"type":"requests","code":"rate_limit_exceeded","message":"m"}}' \
        'Retry-After: 2' 'x-ratelimit-limit-requests: 60' 'x-ratelimit-remaining-requests: 0' \
        'x-ratelimit-reset-requests: 1m0s' >answer
    run -0 "$steadycurl" explain -m gpt-4 --response answer https://api.openai.com/v1/x
    has 'class     rate_limited (row "status-429")'
    has 'code "rate_limit_exceeded"'
    has "the server asks for 2 s"
    has "0 of 60 requests left, full again in 1 min"
    has "wait 2 s to 2.5 s (hint), then attempt 2 of 2"
    run -0 sh -c '"$1" explain -r - -m gpt-4 https://api.openai.com/v1/x <answer' sh "$steadycurl"
    has 'class     rate_limited (row "status-429")'
}

@test "of several header blocks the last is the response; a real curl's output is taken" {
    { printf 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 302 Found\r\nLocation: /b\r\n\r\n'
      captured 503 '' 'Content-Type: text/html'; } >answer
    run -0 "$steadycurl" explain -r answer -m gpt-4 https://api.openai.com/v1/x
    has 'class     overloaded (row "status-503")'
    printf 'HTTP/2 529 \n\n{}' >answer
    run -0 "$steadycurl" explain -r answer --provider anthropic -p "$SC_TOP/policies/anthropic.json"
    has 'class     overloaded'
    # shellcheck source=tests/lib/mock.bash
    . "$SC_TOP/tests/lib/mock.bash"
    mock_start --script '400;code=context_length_exceeded'
    mock_curl /v1/chat/completions -i -d '{}' >answer
    mock_stop
    run -0 "$steadycurl" explain -r answer -m gpt-4 https://api.openai.com/v1/x
    has 'class     token_limit (row "code-context_length_exceeded")'
}

@test "an answer's tokens and cost are told, by the model of the request or of the answer" {
    captured 200 '{"model":"gpt-4o-mini","choices":[{"finish_reason":"stop"}],"usage":{
        "prompt_tokens":1000000,"completion_tokens":1000,"prompt_tokens_details":{"cached_tokens":0}}}' \
        'Content-Type: application/json' >answer
    echo '{"version": 1, "rules": [{}], "prices": [
        {"model": "gpt-4o-mini", "input_per_mtok": 2, "output_per_mtok": 5},
        {"model": "house", "input_per_mtok": 1, "output_per_mtok": 1}]}' >prices.json
    run -0 "$steadycurl" explain -p prices.json -r answer --provider openai
    has "tokens    1000000 in (0 from a cache, 0 written to one), 1000 out"
    has 'cost      $2.005 (gpt-4o-mini: $2 in, $5 out'
    echo '{"model":"house","messages":[]}' >request
    run -0 "$steadycurl" explain -p prices.json -r answer --provider openai --request request
    has "model     house"
    has 'cost      $1.001'
    run -0 "$steadycurl" explain -p prices.json -r answer --provider openai -m house --json
    [ "$(jq -c '[.class, .input_tokens, .cost_usd + 0, .price, .will_retry]' <<<"$output")" = \
        '["ok",1000000,1.001,"house",false]' ]
    sed -i 's/gpt-4o-mini/nobody-knows/' answer
    run -0 "$steadycurl" explain -r answer -p prices.json --provider openai
    has "cost      unknown: no price for nobody-knows"
}

@test "an answer costs what the tier that it names costs" {
    echo '{"version": 1, "rules": [{}], "prices": [
        {"model": "house", "input_per_mtok": 2, "output_per_mtok": 4}]}' >prices.json
    local tier cost estimated
    while read -r tier cost estimated; do
        captured 200 '{"choices":[],"service_tier":"'"$tier"'","usage":{"prompt_tokens":1000000,"completion_tokens":0}}' \
            'Content-Type: application/json' >answer
        run -0 "$steadycurl" explain -p prices.json -r answer -m house --provider openai --json
        [ "$(jq -c '[.service_tier, .cost_usd + 0, .estimated]' <<<"$output")" = \
            "[\"$tier\",$cost,$estimated]" ]
    done <<<$'default 2 false\nflex 1 false\npriority 4 true\nunheard-of 2 true'
    run -0 "$steadycurl" explain -p prices.json -r answer -m house --provider openai
    has "0 out (0 of reasoning), estimated"
    captured 200 '{"usageMetadata":{"promptTokenCount":1000000,"candidatesTokenCount":0}}' \
        'Content-Type: application/json' 'X-Gemini-Service-Tier: flex' >answer
    run -0 "$steadycurl" explain -p prices.json -r answer -m house --provider gemini
    has 'cost      $1.00 at tier "flex", 50 % of the list price (house'
    run -0 "$steadycurl" explain -p prices.json -r answer -m house --provider openai
    run ! grep -q flex <<<"$output"
}

@test "llama.cpp's timings in a stream's last event are its usage" {
    captured 200 $'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"timings":{"cache_n":23,"prompt_n":1,"predicted_n":30}}\n\ndata: [DONE]\n\n' \
        'Content-Type: text/event-stream' >answer
    run -0 "$steadycurl" explain -r answer -m some http://127.0.0.1:8080/v1/chat/completions
    has "tokens    24 in (23 from a cache, 0 written to one), 30 out"
}

@test "a stream's usage is counted, a stream without end is tried again" {
    captured 200 $'data: {"choices":[{"delta":{"content":"a"}}]}\n\ndata: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n' \
        'Content-Type: text/event-stream' >answer
    run -0 "$steadycurl" explain -r answer -m gpt-4o https://api.openai.com/v1/x
    has "tokens    7 in"
    has 'class     ok (row "ok")'
    captured 200 $': waiting\n\n' 'Content-Type: text/event-stream' >answer
    run -0 "$steadycurl" explain -r answer -m gpt-4o https://api.openai.com/v1/x
    has 'class     retryable (row "cut-answer")'
    captured 200 '{"choices":[' 'Content-Type: application/json' 'Content-Length: 50' >answer
    run -0 "$steadycurl" explain -r answer -m gpt-4o https://api.openai.com/v1/x
    has 'class     retryable (row "curl-partial")'
}

@test "the policy's own rows and providers decide, as in a program" {
    echo '{"version": 1, "providers": [{"name": "house", "extends": "anthropic", "hosts": "llm.example",
        "classify": [{"name": "nap", "status": 400, "type": "nap", "class": "overloaded"}]}],
        "rules": [{}]}' >own.json
    captured 400 '{"type":"error","error":{"type":"nap","message":"m"}}' 'x: y' >answer
    run -0 "$steadycurl" explain -p own.json -r answer https://llm.example/v1/messages
    has "provider  house (by the host)"
    has 'class     overloaded (row "nap")'
    run -0 "$steadycurl" explain -p own.json -r answer --json https://llm.example/v1/messages
    [ "$(jq -c '[.provider, .class, .row, .will_retry, .wait_reason]' <<<"$output")" = \
        '["house","overloaded","nap",true,"backoff"]' ]
    run -0 "$steadycurl" explain -p own.json -r answer --json https://other.example/v1/messages
    [ "$(jq -c '[.class, .will_retry, .reason]' <<<"$output")" = '["bad_request",false,"never retried"]' ]
}

@test "every provider has a call of its own to ask about" {
    for provider in openai azure anthropic gemini vertex mistral cohere groq deepseek xai together \
        openrouter bedrock ollama vllm llamacpp; do
        run -0 "$steadycurl" explain --provider $provider --json --status 503 -p "$SC_TOP/policies/default.json"
        jq -e --arg p $provider '.class == "overloaded" and .provider == $p' <<<"$output"
    done
}

@test "a capture that is none is said to be none" {
    echo '{"error": {}}' >answer
    run -2 "$steadycurl" explain -r answer https://a/
    has "does not begin with a status line"
    captured 200 $'\x1f\x8b\x08' 'Content-Encoding: gzip' >answer
    run -2 "$steadycurl" explain -r answer https://a/
    has "take it with curl -i --compressed"
    run -2 "$steadycurl" explain -r none https://a/
    has "cannot read the response"
    run -2 "$steadycurl" explain -r answer --status 200 https://a/
    has "--response says it all"
    run -2 "$steadycurl" explain --provider nobody
    has '--provider: cannot be "nobody"'
}

@test "what a server or a request sends does nothing to a terminal, nor makes a line of its own" {
    printf 'HTTP/1.1 400 Bad\r\nContent-Type: application/json\r\n\r\n{"error":{"type":"a\\u001b]0;x\\u0007\\nclass     ok","code":"\xc2\x9b31m\x9b\\u202eb","message":"m"}}' >response
    printf '{"model":"gpt-4\\u001b[2J\xe2\x80\xae\\nrule x"}' >request
    for how in "" -j; do
        run -0 "$steadycurl" explain $how --request request --response response https://api.openai.com/v1/chat/completions
        run ! grep -qP '\x1b|\x07|\x9b|\xe2\x80\xae' <<<"$output"
        run ! grep -q '^rule x\|^class     ok' <<<"$output"
    done
    run -0 "$steadycurl" explain -j --request request --response response https://api.openai.com/v1/chat/completions
    jq -e '.model | startswith("gpt-4\u001b[2J")' <<<"$output"
    run -2 "$steadycurl" explain --model $'a\e[31m' $'ftp://\e[31m'
    [[ $output != *$'\e'* ]]
}

@test "without a model it says that the rule depends on it" {
    run -0 "$steadycurl" explain https://api.openai.com/v1/chat/completions
    has "rule      it depends on the model: large (rules[0]) is for some"
    run ! grep -q 'passes through' <<<"$output"
    run -0 "$steadycurl" explain -j https://api.openai.com/v1/chat/completions
    jq -e '.rule == null and .rule_for_some_models == "large"' <<<"$output"
    run -0 "$steadycurl" explain --model gpt-5 https://api.openai.com/v1/chat/completions
    has "passes through"
    run -0 "$steadycurl" explain -X GET https://api.openai.com/v1/models # another rule, without one
    has "rule      get (rules[1])"
    has "large (rules[0]) is for some models"
}

cases() {
    echo "$SC_TOP/tests/common/dialect/$1"
}

@test "a request is shown in the words of another dialect" {
    local request
    request=$(cases requests/plain.chat.json)
    run -0 "$steadycurl" explain --to anthropic:claude-haiku-4-5 --request "$request" \
        https://api.openai.com/v1/chat/completions
    has "left out  user: changes nothing"
    has "anthropic, POST /v1/messages"
    has '{"model":"claude-haiku-4-5","max_tokens":8192,"system":"Be terse."'
    run -0 "$steadycurl" explain --from chat --to gemini:gemini-2.5-flash -j --request "$request"
    has '"fit":true'
    has '"path":"/v1beta/models/gemini-2.5-flash:generateContent","body":{"contents":['
}

@test "what cannot be said is named, parameter by parameter" {
    run -1 "$steadycurl" explain --to openai-responses --request "$(cases requests/unfit.chat.json)" \
        https://api.openai.com/v1/chat/completions
    has "unfit     n: cannot be said"
    has "unfit     messages[0].name: "
    has "unfit     frequency_penalty: responses has no such parameter"
    [[ $output != *POST* ]]
    run -1 "$steadycurl" explain --to openai -j --request "$(cases requests/bound.messages.json)" \
        https://api.anthropic.com/v1/messages
    has '"fit":false'
    has '{"kind":"bound","where":"messages[1].content[0].signature","why":'
}

@test "a response is shown as the program would get it" {
    run -0 "$steadycurl" explain --from anthropic --body "$(cases answers/plain.messages.json)" \
        https://api.openai.com/v1/chat/completions
    has '"object":"chat.completion"'
    has '"finish_reason":"stop"'
    run -0 "$steadycurl" explain --from anthropic --to openai --body "$(cases streams/plain.messages.sse)"
    has '"delta":{"content":"Café "}'
    has "data: [DONE]"
    run -0 "$steadycurl" explain --from anthropic --to gemini --status 529 \
        --body "$(cases errors/529_overloaded.messages.json)"
    has '"status":"UNAVAILABLE"'
    printf 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n' >captured
    cat "$(cases streams/late_error.messages.sse)" >>captured
    run -1 "$steadycurl" explain --from anthropic --to openai --response captured
    has 'data: {"error":{"message":"Internal server error"'
}

@test "what is to be translated, and into what, has to be said" {
    run -2 "$steadycurl" explain --to klingon https://api.openai.com/v1/chat/completions
    run -2 "$steadycurl" explain --to anthropic https://api.openai.com/v1/chat/completions
    run -2 "$steadycurl" explain --to anthropic --request policy.json https://api.openai.com/v1/files
    run -1 "$steadycurl" explain --from openai --to gemini --body policy.json
    has "no answer in the words of"
}

@test "explain and check say which faults on purpose a policy lays on calls" {
    cat >"$BATS_TEST_TMPDIR/faults.json" <<'POLICY'
{"version": 1, "faults": {"specs": ["api.openai.com=503*2,ok", "*.example.com/v1/*:10%=529"], "steady": true}, "rules": []}
POLICY
    run -0 "$steadycurl" explain -p "$BATS_TEST_TMPDIR/faults.json" https://api.openai.com/v1/chat/completions
    [[ $output == *"faults    on purpose, with retries and the rest between them and the program; "*$'\n          api.openai.com=503*2,ok'* ]]
    [[ $output != *529* ]]
    run -0 "$steadycurl" explain -j -p "$BATS_TEST_TMPDIR/faults.json" https://x.example.com/v1/a
    [ "$(jq -c '[.faults, .faults_steady]' <<<"$output")" = '[["*.example.com/v1/*:10%=529"],true]' ]
    run -0 "$steadycurl" explain -j -p "$BATS_TEST_TMPDIR/faults.json" https://x.example.com/v2/a
    [ "$(jq -c .faults <<<"$output")" = null ]
    run -0 "$steadycurl" check "$BATS_TEST_TMPDIR/faults.json"
    [[ $output == *": a fault on purpose, with retries between: api.openai.com=503*2,ok"* ]]
}
