#!/usr/bin/env bats
# What servers really send with a 200: streams under other types, errors where no error belongs,
# answers that end before their end. Each is served byte for byte, to the easy and to the multi
# interface.

load programs

GEMINI_STREAM=/v1beta/models/gemini-2.5-flash:streamGenerateContent
COMPLETIONS=/v1/chat/completions
ROLE='data: {"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}'
TEXT='data: {"choices":[{"index":0,"delta":{"content":"Hi"},"finish_reason":null}]}'
ASK_IT='{"model":"m","stream":true}'

setup() {
    export POLICY=$BATS_TEST_TMPDIR/policy.json LOG=$BATS_TEST_TMPDIR/log
    export GOOD=$BATS_TEST_TMPDIR/good
    cat >"$POLICY" <<'EOF'
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 3, "budget": false, "backoff": {"base_ms": 1, "jitter": "none"}},
              "breaker": false},
 "rules": [{"match": {"host": "127.0.0.1", "path": "/v1beta/*"}, "provider": "gemini"},
           {"match": {"host": "127.0.0.1"}}]}
EOF
    answer good application/json '{"second":true}'
}

teardown() {
    [ -z "${SHAPES_PID-}" ] || kill "$SHAPES_PID"
    SHAPES_PID=
}

answer() { # NAME TYPE BODY [HEADER]: a file with an answer whose framing is intact
    printf 'HTTP/1.1 200 OK\r\n%s%sContent-Length: %d\r\nConnection: close\r\n\r\n%b' \
        "${2:+Content-Type: $2\r\n}" "${4:+$4\r\n}" "$(printf %b "${3//@@WAIT@@/}" | wc -c)" "$3" |
        sed -E '1,/^\r$/ s/\\r\\n/\r\n/g' >"$BATS_TEST_TMPDIR/$1"
}

served() { # FILE...: in that order
    [ -z "${SHAPES_PID-}" ] || kill "$SHAPES_PID"
    : >"$LOG"
    rm -f "$1.count" "$1.asked" "$BATS_TEST_TMPDIR/port"
    $PYTHON "$HERE/shapes.py" "$@" >"$BATS_TEST_TMPDIR/port" 3>&- 4>&- &
    SHAPES_PID=$!
    await test -s "$BATS_TEST_TMPDIR/port"
    BASE=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
}

call() { # CURL ARGUMENT...: what curl printed is in $BATS_TEST_TMPDIR/out
    wrapped curl -sS -N -o "$BATS_TEST_TMPDIR/out" "$@"
}

requests() {
    wc -c <"$1.count"
}

last_call() { # JQ FILTER
    jq -rsc "map(select(.event == \"call\")) | last | $1" "$LOG"
}

again() { # NAME CLASS [PATH]: answered so, it is tried again, easy and multi
    local file=$BATS_TEST_TMPDIR/$1 way
    for way in "" --parallel; do
        served "$file" "$GOOD"
        call $way "$BASE${3:-$COMPLETIONS}" -d "$ASK_IT" 2>/dev/null
        cmp "$BATS_TEST_TMPDIR/out" <(printf '{"second":true}')
        [ "$(jq -rsc 'map(select(.event == "attempt"))[0].class' "$LOG")" = "$2" ]
        [ "$(requests "$file")" -eq 2 ]
    done
}

once() { # NAME CLASS [CURL ARGUMENT...]: it is what the program gets, and that is said of it
    local file=$BATS_TEST_TMPDIR/$1 class=$2 way
    shift 2
    for way in "" --parallel; do
        served "$file" "$GOOD"
        if [ $# -eq 0 ]; then
            call $way "$BASE$COMPLETIONS" -d "$ASK_IT" 2>/dev/null
        else
            call $way "${@/BASE/$BASE}" 2>/dev/null
        fi
        cmp "$BATS_TEST_TMPDIR/out" <(sed '1,/^\r$/d' "$file")
        [ "$(last_call .class)" = "$class" ]
        [ "$(requests "$file")" -eq 1 ]
    done
}

# The first part is with the program before the server goes on.
flows() { # NAME TYPE FIRST REST [PATH]
    local way file=$BATS_TEST_TMPDIR/$1 client
    answer "$1" "$2" "$3@@WAIT@@$4"
    for way in "" --parallel; do
        rm -f "$file.go" "$BATS_TEST_TMPDIR/out"
        served "$file" "$GOOD"
        call $way "$BASE${5:-$COMPLETIONS}" -d "$ASK_IT" 2>/dev/null 3>&- 4>&- &
        client=$!
        until [ -s "$BATS_TEST_TMPDIR/out" ]; do
            kill -0 "$client"
            sleep 0.02
        done
        cmp "$BATS_TEST_TMPDIR/out" <(printf %b "$3")
        touch "$file.go"
        wait "$client"
        cmp "$BATS_TEST_TMPDIR/out" <(printf %b "$3$4")
        [ "$(last_call .class)" = ok ]
        [ "$(requests "$file")" -eq 1 ]
    done
}

@test "shapes: an array of JSON flows from its first element with output" {
    flows array application/json '[{"candidates": [{"content": {"parts": [{"text": "a]\\\\"}]}}]}' \
        ',\r\n{"candidates": [{"content": {"parts": []}, "finishReason": "STOP"}],\n "usageMetadata": {"promptTokenCount": 7, "candidatesTokenCount": 2}}]\n' \
        "$GEMINI_STREAM"
    [ "$(last_call '[.input_tokens, .output_tokens]')" = '[7,2]' ]
}

@test "shapes: events and lines flow under other types" {
    local type
    for type in application/json "text/plain; charset=utf-8" ""; do
        flows events "$type" "$ROLE\n\n$TEXT\n\n" 'data: [DONE]\n\n'
    done
    flows lines application/json '{"model":"m","response":"a","done":false}\n{"mod' \
        'el":"m","response":"","done":true,"prompt_eval_count":3,"eval_count":4}\n'
}

@test "shapes: an ordinary JSON answer, list or not, is held whole" {
    local body
    for body in '{"choices":[{"message":{"content":"Hi"}}]' '[{"embedding":[1,2]}'; do
        answer whole application/json "$body"
        sed -i -E 's/Content-Length: [0-9]+/Content-Length: 99/' "$BATS_TEST_TMPDIR/whole"
        ASK_IT='{"model":"m"}' again whole retryable
    done
}

@test "shapes: an error as an element of an array" {
    answer first application/json '[{\n  "error": {\n    "code": 503,\n    "message": "x",\n    "status": "UNAVAILABLE"\n  }\n}\n]\n'
    again first overloaded "$GEMINI_STREAM"
    answer later application/json '[{"candidates":[{"content":{}}]}\n,{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}]'
    once later overloaded "BASE$GEMINI_STREAM" -d '{}'
}

@test "shapes: a JSON error over several lines in an event stream" {
    local error='{\n  "error": {\n    "code": 503,\n    "message": "high demand",\n    "status": "UNAVAILABLE"\n  }\n}\n\n'
    answer bare text/event-stream "$error"
    again bare overloaded
    answer behind text/event-stream "$ROLE\n\n$error"
    again behind overloaded
    answer late text/event-stream "$TEXT\n\n$error"
    once late overloaded
}

@test "shapes: text in an event stream is no output" {
    answer proxy text/event-stream 'proxy error: Failed to read connection'
    again proxy retryable
    answer role text/event-stream "$ROLE\n\nproxy error: Failed to read connection"
    again role retryable
    answer text text/event-stream "$TEXT\n\nproxy error: Failed to read connection"
    once text retryable
}

@test "shapes: a stream that ends in order and before its end was cut" {
    answer cut text/event-stream "$TEXT\n\n"
    once cut retryable
    [ "$(last_call .outcome)" = failed ]
    answer finished text/event-stream "$TEXT\n\ndata: [DONE]\n\n"
    once finished ok
    answer reason text/event-stream "$TEXT\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
    once reason ok
    answer unknown text/event-stream 'data: {"token":"a"}\n\ndata: {"token":"b"}\n\n'
    once unknown ok
}

@test "shapes: an answer that is empty, blank, [DONE] alone, or cut within its JSON" {
    answer empty application/json ''
    again empty retryable
    answer blank application/json ' \n\r\n'
    again blank retryable
    answer half application/json '{"choices":[{"message":{"content":"The answ'
    again half retryable
    answer nothing '' ''
    again nothing retryable
    answer marker text/event-stream 'data: [DONE]\n\n'
    again marker retryable
    once empty ok BASE/v1/files/f -X DELETE
    once empty ok BASE/v1/files
    once half ok BASE/v1/models
}

@test "shapes: an error on the choice, and as the reason of its end" {
    answer choice application/json '{"choices":[{"error":{"message":"x","code":502},"finish_reason":"error","index":0,"message":{"content":""}}]}'
    again choice retryable
    answer limited application/json '{"choices":[{"error":{"message":"x","code":429},"finish_reason":"error"}]}'
    again limited rate_limited
    answer stream text/event-stream ": OPENROUTER PROCESSING\n\n$ROLE\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"error\",\"native_finish_reason\":\"upstream_502\"}]}\n\ndata: [DONE]\n\n"
    again stream retryable
    answer late text/event-stream "$TEXT\n\ndata: {\"choices\":[{\"delta\":{},\"finish_reason\":\"error\"}]}\n\ndata: [DONE]\n\n"
    once late retryable
}

# Who asks for a compressed stream by a header of its own gets it as it is: nobody can tell its end.
@test "shapes: a compressed stream that libcurl does not decode passes, one that it decodes is read" {
    local file=$BATS_TEST_TMPDIR/packed body=$BATS_TEST_TMPDIR/body.gz option way
    printf %b "$ROLE\n\n$TEXT\n\ndata: [DONE]\n\n" | gzip >"$body"
    { printf 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'
      cat "$body"; } >"$file"
    for way in "" --parallel; do
        for option in "" --raw; do
            served "$file" "$GOOD"
            call $way $option -H 'Accept-Encoding: gzip' ${option:+--compressed} "$BASE$COMPLETIONS" -d "$ASK_IT" 2>/dev/null
            cmp "$BATS_TEST_TMPDIR/out" "$body"
            [ "$(requests "$file")" -eq 1 ]
            [ "$(last_call .class)" = ok ]
        done
        served "$file" "$GOOD"
        call $way --compressed "$BASE$COMPLETIONS" -d "$ASK_IT" 2>/dev/null
        cmp "$BATS_TEST_TMPDIR/out" <(zcat "$body")
        [ "$(requests "$file")" -eq 1 ]
    done
    { printf 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n'
      printf %b "$ROLE\n\n" | gzip; } >"$file"
    served "$file" "$GOOD"
    call --compressed "$BASE$COMPLETIONS" -d "$ASK_IT"
    [ "$(requests "$file")" -eq 2 ]
}

@test "shapes: llama.cpp's timings are counted, whoever it is taken for" {
    answer timings text/event-stream "$TEXT\n\ndata: {\"choices\":[{\"finish_reason\":\"length\",\"index\":0,\"delta\":{}}],\"timings\":{\"cache_n\":23,\"prompt_n\":1,\"predicted_n\":30}}\n\ndata: [DONE]\n\n"
    once timings ok
    [ "$(last_call '[.input_tokens, .output_tokens, .cached_tokens, .estimated]')" = '[24,30,23,null]' ]
    answer list application/json '[{"index":0,"content":"a","timings":{"prompt_n":7,"predicted_n":4},"tokens_evaluated":7},{"index":1,"content":"b","timings":{"cache_n":6,"prompt_n":3,"predicted_n":2},"tokens_evaluated":9}]'
    ASK_IT='{"prompt":["a","b"]}' once list ok
    [ "$(last_call '[.input_tokens, .output_tokens]')" = '[16,6]' ]
}

@test "shapes: the tier that the answer names has its price" {
    local body='{"candidates":[{"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":1000000,"candidatesTokenCount":0}}'
    local url="BASE/v1beta/models/gemini-2.5-flash:generateContent" full
    answer standard application/json "$body"
    once standard ok "$url" -d '{}'
    full=$(last_call .cost_usd)
    answer flex application/json "$body" 'x-gemini-service-tier: flex'
    once flex ok "$url" -d '{"service_tier":"priority"}'
    [ "$(last_call "[.cost_usd * 2 == $full, .estimated]")" = '[true,null]' ]
    answer priority application/json "$body" 'X-Gemini-Service-Tier: priority'
    once priority ok "$url" -d '{}'
    [ "$(last_call "[.cost_usd > $full, .estimated]")" = '[true,true]' ]
}

@test "shapes: Gemini's interactions" {
    answer good_one text/event-stream 'event: interaction.created\ndata: {"interaction":{"status":"in_progress"},"event_type":"interaction.created"}\n\nevent: step.delta\ndata: {"delta":{"text":"a"},"event_type":"step.delta"}\n\nevent: interaction.completed\ndata: {"interaction":{"model":"gemini-2.5-flash","status":"completed","usage":{"total_input_tokens":5,"total_output_tokens":2}},"event_type":"interaction.completed"}\n\n'
    once good_one ok BASE/v1beta/interactions -d '{"stream":true}'
    [ "$(last_call '[.input_tokens, .output_tokens]')" = '[5,2]' ]
    answer error text/event-stream 'event: interaction.created\ndata: {"interaction":{"status":"in_progress"},"event_type":"interaction.created"}\n\nevent: error\ndata: {"event_type":"error","error":{"code":"unavailable"}}\n\n'
    again error overloaded /v1beta/interactions
}

# The server answers with `timings` in its last chunk, which is the one with usage where it is asked.
LLAMA_END='"choices":[{"finish_reason":"stop","index":0,"delta":{}}],"model":"m"'
LLAMA_TIMINGS='"timings":{"cache_n":23,"prompt_n":1,"predicted_n":30,"predicted_ms":9.5}'
LLAMA_USAGE='"choices":[],"model":"m","usage":{"completion_tokens":30,"prompt_tokens":24,"total_tokens":54,"prompt_tokens_details":{"cached_tokens":23}}'

# Streams have no length; where one is told, blanks keep it (usage.bats).
stream() { # NAME BODY
    answer "$1" text/event-stream "$2"
    sed -i '/^Content-Length:/d' "$BATS_TEST_TMPDIR/$1"
}

asking() { # [RULE PARTS]: usage is asked for, where that is needed
    sed 's/"breaker": false/&, "usage": {"include": true}/; s/{"match": {"host": "127.0.0.1"}/&'"${1-}"'/' \
        "$BATS_TEST_TMPDIR/policy.json" >"$BATS_TEST_TMPDIR/asking.json"
    POLICY=$BATS_TEST_TMPDIR/asking.json
}

# Alone it would be the same.
untouched() { # CURL ARGUMENT...
    local file=$BATS_TEST_TMPDIR/llama way there
    for way in "" --parallel; do
        served "$file"
        there=("${@/@BASEHOST/${BASE#http://}}")
        call $way -d "$ASK_IT" "${there[@]/BASE/$BASE}" 2>/dev/null
        cmp "$BATS_TEST_TMPDIR/out" <(sed '1,/^\r$/d' "$file")
        [ "$(last_call '[.class, .input_tokens, .output_tokens, .cached_tokens, .estimated]')" = \
            '["ok",24,30,23,null]' ]
        run ! grep -q stream_options "$file.asked"
    done
}

@test "shapes: llama-server is not asked for usage, by name and by port: its timings stay where they are" {
    stream llama "$TEXT\n\ndata: {$LLAMA_END,$LLAMA_TIMINGS}\n\ndata: [DONE]\n\n"
    local port
    asking ', "provider": "llamacpp"'
    untouched "BASE$COMPLETIONS"
    asking
    for port in 8080 9931; do
        untouched "http://127.0.0.1:$port$COMPLETIONS" --connect-to "127.0.0.1:$port:@BASEHOST"
    done
}

@test "shapes: vLLM and servers of no name: the extra chunk is hidden, and it alone" {
    local name head="$ROLE\n\n$TEXT\n\ndata: {$LLAMA_END}\n\n"
    stream vllm "${head}data: {$LLAMA_USAGE}\n\ndata: [DONE]\n\n"
    for name in vllm openai-compatible; do
        asking ', "provider": "'$name'"'
        served "$BATS_TEST_TMPDIR/vllm"
        call "$BASE$COMPLETIONS" -d "$ASK_IT"
        cmp "$BATS_TEST_TMPDIR/out" <(printf %b "${head}data: [DONE]\n\n")
        [ "$(last_call '[.input_tokens, .output_tokens, .estimated]')" = '[24,30,null]' ]
        grep -q '"stream_options":{"include_usage":true}' "$BATS_TEST_TMPDIR/vllm.asked"
    done
}

# It has to be asked to be known, and tells its timings in the chunk that is hidden then.
@test "shapes: a llama-server that nobody has named is asked once" {
    local way head="$ROLE\n\n$TEXT\n\ndata: {$LLAMA_END"
    asking
    stream asked "$head}\n\ndata: {$LLAMA_USAGE,$LLAMA_TIMINGS}\n\ndata: [DONE]\n\n"
    stream plain "$head,$LLAMA_TIMINGS}\n\ndata: [DONE]\n\n"
    for way in "" --parallel; do
        served "$BATS_TEST_TMPDIR/asked" "$BATS_TEST_TMPDIR/plain"
        call $way --parallel-max 1 "$BASE$COMPLETIONS" -d "$ASK_IT" --next -sS -N -o "$BATS_TEST_TMPDIR/second" \
            "$BASE$COMPLETIONS" -d "$ASK_IT" 2>/dev/null
        [ "$(grep -c stream_options "$BATS_TEST_TMPDIR/asked.asked")" -eq 1 ]
        cmp "$BATS_TEST_TMPDIR/out" <(sed '1,/^\r$/d' "$BATS_TEST_TMPDIR/plain")
        cmp "$BATS_TEST_TMPDIR/second" <(sed '1,/^\r$/d' "$BATS_TEST_TMPDIR/plain")
        [ "$(jq -sc 'map(select(.event == "call") | [.input_tokens, .output_tokens, .estimated])' "$LOG")" = \
            '[[24,30,null],[24,30,null]]' ]
    done
}
