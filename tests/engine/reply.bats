#!/usr/bin/env bats
# shellcheck disable=SC2086 # words of options
# The reply at the end of `fallback`: what the program gets where nobody answers.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    LOG=$BATS_TEST_TMPDIR/log
    CHAT='{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
    MESSAGES='{"model":"claude-opus-4-5","max_tokens":50,"messages":[{"role":"user","content":"hello"}]}'
    REPLY='{"reply": {"text": "Closed \"today\" \\ Come again: ä"}}'
    SAID='Closed "today" \ Come again: ä'
}

teardown() {
    mock_stop
}

policy() { # FALLBACK [MORE OF DEFAULTS]
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 2, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              ${2:-\"breaker\": false}},
 "targets": {"mini": {"model": "gpt-4o-mini"},
             "other": {"url": "${MOCK_URL-}", "dialect": "openai", "model": "local"},
             "away": {"url": "http://127.0.0.1:9", "dialect": "openai", "key_env": "NO_SUCH_KEY"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1", "path": "/v1*"}, "fallback": [$1]${ROUTE-}}]}
POLICY
}

ask() { # PATH BODY [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS "${@:3}" "$MOCK_URL$1" -d "$2"
}

logged() { # JQ FILTER: of all events
    jq -cs "$1" "$LOG"
}

streamed() { # BODY: the same, asked for as a stream
    jq -c '. + {stream: true}' <<<"$1"
}

# The data of a stream's events, one a line.
events() {
    grep '^data: {' | cut -c7-
}

@test "a reply is a chat completion, whole and as a stream, easy and multi" {
    mock_start --script 503
    policy "\"mini\", $REPLY"
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask /v1/chat/completions "$CHAT" $way -i
        [[ $output == "HTTP/1.1 200 OK"* ]]
        [[ $output == *"content-type: application/json"*"x-steadycurl: reply"* ]]
        body=$(tail -n1 <<<"$output")
        [ "$(jq -r '.choices[0].message.content' <<<"$body")" = "$SAID" ]
        [ "$(jq -c '[.object, .model, .choices[0].finish_reason, .usage.total_tokens]' <<<"$body")" = \
            '["chat.completion","gpt-4o","stop",0]' ]
        run -0 ask /v1/chat/completions "$(streamed "$CHAT")" $way -N -i
        [[ $output == *"content-type: text/event-stream"*"x-steadycurl: reply"* ]]
        [[ $output == *"data: [DONE]"* ]]
        [ "$(events <<<"$output" | jq -rj '.choices[0].delta.content // ""')" = "$SAID" ]
        [ "$(events <<<"$output" | jq -r .model | sort -u)" = gpt-4o ]
    done
    [ "$(logged '[.[] | select(.event == "call") | [.outcome, .reason, .class, .model]] | unique')" = \
        '[["synthesized","reply","ok","gpt-4o"]]' ]
    [ "$(logged '[.[] | select(.event == "fallback") | [.from, .to, .reason]] | unique')" = \
        '[["first","mini","overloaded"],["mini","reply","overloaded"]]' ]
    [ "$(logged '[.[] | select(.event == "call") | has("cost_usd") or has("output_tokens")] | any')" = false ]
}

@test "a reply is a message, whole and as a stream, easy and multi" {
    mock_start --script 503
    policy "$REPLY"
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask /v1/messages "$MESSAGES" $way
        [ "$(jq -r '.content[0].text' <<<"$output")" = "$SAID" ]
        [ "$(jq -c '[.type, .model, .stop_reason, .usage.output_tokens]' <<<"$output")" = \
            '["message","claude-opus-4-5","end_turn",0]' ]
        run -0 ask /v1/messages "$(streamed "$MESSAGES")" $way -N -i
        [[ $output == *"content-type: text/event-stream"* ]]
        [[ $output == *"event: message_stop"* ]]
        [ "$(events <<<"$output" | jq -rj '.delta.text? // ""')" = "$SAID" ]
    done
}

@test "a reply speaks the other dialects, too" {
    mock_start --script 503
    policy "$REPLY"
    run -0 ask /v1/responses '{"model":"gpt-4o","input":"hello"}'
    [ "$(jq -r '.output[0].content[0].text' <<<"$output")" = "$SAID" ]
    run -0 ask /v1beta/models/gemini-2.5-flash:generateContent '{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}'
    [ "$(jq -r '.candidates[0].content.parts[0].text' <<<"$output")" = "$SAID" ]
    [ "$(jq -r .modelVersion <<<"$output")" = gemini-2.5-flash ]
}

@test "a reply with an error's status is an error of the program's dialect" {
    mock_start --script 500
    policy '{"reply": {"status": 503, "text": "Please try \"later\"."}}'
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask /v1/chat/completions "$CHAT" $way -i
        [[ $output == "HTTP/1.1 503 "*"x-steadycurl: reply"* ]]
        [ "$(tail -n1 <<<"$output" | jq -r .error.message)" = 'Please try "later".' ]
        run -0 ask /v1/messages "$(streamed "$MESSAGES")" $way -i
        [[ $output == "HTTP/1.1 503 "* ]]
        [ "$(tail -n1 <<<"$output" | jq -c '[.type, .error.type, .error.message]')" = \
            '["error","overloaded_error","Please try \"later\"."]' ]
        run -22 ask /v1/chat/completions "$CHAT" $way -f
    done
    [ "$(logged '[.[] | select(.event == "call") | [.outcome, .reason, .class, .status]] | unique')" = \
        '[["synthesized","reply","overloaded",503]]' ]
    [ "$(mock_count)" -eq 12 ] # each call had both of its attempts
}

@test "a reply of JSON comes as it is" {
    mock_start --script 503
    policy '{"reply": {"json": {"n": 1.50,  "own": [true]}}}'
    run -0 ask /v1/chat/completions "$(streamed "$CHAT")" -i
    [[ $output == "HTTP/1.1 200 OK"*"content-type: application/json"* ]]
    [ "$(tail -n1 <<<"$output")" = '{"n": 1.50,  "own": [true]}' ]
}

@test "where the breaker is open the reply comes, and nobody is asked" {
    mock_start --script 503
    policy "$REPLY" '"breaker": {"consecutive_failures": 1, "min_calls": 1, "open_ms": 60000}'
    for way in '' '-Z --no-progress-meter'; do
        rm -rf "$STEADYCURL_STATE"
        mock_reset
        ask /v1/chat/completions "$CHAT" $way -o /dev/null
        asked=$(mock_count)
        run -0 ask /v1/chat/completions "$CHAT" $way
        [ "$(jq -r '.choices[0].message.content' <<<"$output")" = "$SAID" ]
        [ "$(mock_count)" -eq "$asked" ]
    done
}

@test "a connection that nobody takes, and one that hangs, end in the reply" {
    mock_start --script 'hang;ms=60000'
    policy "$REPLY"
    run -0 ask /v1/chat/completions "$CHAT" -m "$(ample_s 1)"
    [ "$(jq -r '.choices[0].message.content' <<<"$output")" = "$SAID" ]
    MOCK_URL=http://127.0.0.1:1 run -0 ask /v1/chat/completions "$CHAT"
    [ "$(jq -r '.choices[0].message.content' <<<"$output")" = "$SAID" ]
}

@test "a request that a callback reads is answered in its form as well, sent or not" {
    mock_start --script 503
    policy "$REPLY" '"breaker": {"consecutive_failures": 1, "min_calls": 1, "open_ms": 60000}'
    streamed "$CHAT" >"$BATS_TEST_TMPDIR/body"
    for way in '' '' '-Z --no-progress-meter'; do # from the second on the breaker is open
        run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
            curl -sSN $way -X POST -T "$BATS_TEST_TMPDIR/body" -H Expect: "$MOCK_URL/v1/chat/completions"
        [ "$(events <<<"$output" | jq -rj '.choices[0].delta.content // ""')" = "$SAID" ]
    done
    [ "$(logged '.[-1] | [.event, .attempts]')" = '["call",0]' ]
}

@test "where a request cannot be read, the first one's failure stays" {
    mock_start --script 503
    policy "$REPLY"
    run -0 ask /v1/chat/completions "$CHAT" -i -H 'Content-Encoding: x'
    [[ $output == "HTTP/1.1 503 "* ]]
    [[ $output != *x-steadycurl* ]]
}

@test "where no target that a route leads to is fit, the reply comes" {
    mock_start --script 200
    ROUTE=', "route": [{"to": "away"}]'
    policy "$REPLY"
    run -0 ask /v1/chat/completions "$CHAT"
    [ "$(jq -r '.choices[0].message.content' <<<"$output")" = "$SAID" ]
    [ "$(jq -r .model <<<"$output")" = gpt-4o ]
    [ "$(mock_count)" -eq 0 ]
}

@test "where another host is asked first and fails, the reply comes for the model that was asked" {
    mock_start --script 503
    ROUTE=', "route": [{"to": "other"}]'
    policy "$REPLY"
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask /v1/messages "$MESSAGES" $way
        [ "$(jq -r '.model + ": " + .content[0].text' <<<"$output")" = "claude-opus-4-5: $SAID" ]
        run -0 ask /v1/messages "$(streamed "$MESSAGES")" $way -N
        [ "$(events <<<"$output" | jq -rj '.delta.text? // ""')" = "$SAID" ]
    done
    [ "$(mock_requests | jq -r '[.[].path] | unique | .[]')" = /v1/chat/completions ]
    [ "$(logged '[.[] | select(.event == "fallback") | [.from, .to]] | unique')" = '[["other","reply"]]' ]
}

@test "what does not lead on, and what has no dialect, has no reply" {
    mock_start --script 400
    policy "$REPLY"
    run -0 ask /v1/chat/completions "$CHAT" -i
    [[ $output == "HTTP/1.1 400 "* ]]
    [[ $output != *x-steadycurl* ]]
    mock_script 503
    run -0 ask /v1/embeddings '{"model":"e","input":"hello"}' -i
    [[ $output == "HTTP/1.1 503 "* ]]
}

@test "a success is the service's, and no reply" {
    mock_start --script 503,200
    policy "$REPLY"
    run -0 ask /v1/chat/completions "$CHAT"
    [ "$(jq -r '.choices[0].message.content' <<<"$output")" = "You asked: hello" ]
}

@test "PHP gets the reply" {
    command -v php >/dev/null || skip "no php"
    mock_start --script 503
    policy "$REPLY"
    cat >"$BATS_TEST_TMPDIR/ask.php" <<'PHP'
<?php
$c = curl_init($argv[1]);
curl_setopt_array($c, [CURLOPT_POSTFIELDS => $argv[2], CURLOPT_RETURNTRANSFER => true]);
$answer = json_decode(curl_exec($c), true);
echo curl_getinfo($c, CURLINFO_RESPONSE_CODE), " ", $answer["choices"][0]["message"]["content"];
PHP
    run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        php "$BATS_TEST_TMPDIR/ask.php" "$MOCK_URL/v1/chat/completions" "$CHAT"
    [ "$output" = "200 $SAID" ]
}
