#!/usr/bin/env bats
# shellcheck disable=SC2086,SC2030,SC2031 # words of options; variables of a test
# `fallback`: another target answers where the one that was asked stays down.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    LOG=$BATS_TEST_TMPDIR/log
    export CLAUDE_KEY=sk-ant-first CLAUDE_KEY_2=sk-ant-second
    BODY='{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
    STREAM='{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hello"}]}'
}

teardown() {
    mock_stop
    [ -z "${FIRST_PID-}" ] || kill "$FIRST_PID"
    [ -z "${WITNESS-}" ] || kill "$WITNESS"
}

# Two servers: FIRST is the one that the program asks, MOCK_ the other.
servers() { # FIRST'S SCRIPT, THE OTHER'S
    mock_start --script "$1"
    FIRST=$MOCK_URL FIRST_PID=$MOCK_PID
    mock_start --script "$2"
}

first_count() {
    curl -sS "$FIRST/_mock/count" | sed 's/[^0-9]*\([0-9]*\).*/\1/'
}

policy() { # FALLBACK [MORE OF DEFAULTS]
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": ${TRIES-4}, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              ${2:-\"breaker\": false}},
 "targets": {"mini": {"model": "gpt-4o-mini"},
             "large": {"model": "gpt-large", "context": 900000},
             "claude": {"url": "${MOCK_URL-http://127.0.0.1:9}", "dialect": "anthropic",
                        "model": "claude-haiku-4-5", "key_env": ["CLAUDE_KEY", "CLAUDE_KEY_2"]},
             "other": {"url": "${MOCK_URL-http://127.0.0.1:9}", "dialect": "openai",
                       "model": "local"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1", "path": "/v1/*"}, "fallback": [$1]${ROUTE-}}]}
POLICY
}

ask() { # BODY [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS -H 'Authorization: Bearer sk-program' "${@:2}" \
        "${FIRST-$MOCK_URL}/v1/chat/completions" -d "$1"
}

logged() { # JQ FILTER: of all events
    jq -cs "$1" "$LOG"
}

# libcurl 7.88 cannot duplicate a handle whose body it has copied without being told its size.
@test "a body that libcurl has copied, as R's curl gives it, is asked elsewhere, too" {
    command -v Rscript >/dev/null && Rscript -e 'library(curl)' 2>/dev/null || skip "no curl for R"
    servers 503 200
    policy '"claude"'
    run -0 --separate-stderr env FIRST="$FIRST" BODY="$BODY" "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- Rscript -e '
        library(curl)
        h <- new_handle()
        handle_setopt(h, copypostfields = Sys.getenv("BODY"))
        handle_setheaders(h, Authorization = "Bearer sk-program")
        for (i in 1:2) {
            r <- curl_fetch_memory(paste0(Sys.getenv("FIRST"), "/v1/chat/completions"), handle = h)
            cat(r$status_code, rawToChar(r$content), "\n")
        }'
    [ "$(grep -c '^200 .*"object":"chat.completion".*hello' <<<"$output")" -eq 2 ]
    [ "$(logged '.[] | select(.event == "call") | [.target, .outcome]' | sort -u)" = '["claude","ok"]' ]
}

@test "another model of the same host answers, and is told of" {
    mock_start --script 503,503,200
    policy '"mini"'
    run -0 ask "$BODY" -i
    [[ $output == *"x-steadycurl: fallback; target=mini; reason=overloaded"* ]]
    [[ $output == *'"model":"gpt-4o-mini"'* ]]
    [ "$(mock_requests | jq -r '.[].body | fromjson.model' | paste -sd,)" = gpt-4o,gpt-4o,gpt-4o-mini ]
    [ "$(mock_requests | jq -r '.[2].headers[] | select(.[0] == "Authorization")[1]')" = \
        'Bearer [redacted]' ]
    [ "$(logged '.[] | select(.event == "fallback") | [.from, .to, .reason]')" = \
        '["first","mini","overloaded"]' ]
    [ "$(logged '.[] | select(.event == "call") | [.target, .model, .outcome, .attempts]')" = \
        '["mini","gpt-4o-mini","ok",3]' ]
}

# The requests' lines and models, as the mock got them.
asked_for() {
    mock_requests | jq -r '.[] | .path + " " + ((.body | fromjson).model // "-")'
}

path_policy() { # PROVIDER
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 1, "budget": false}, "breaker": false},
 "targets": {"other": {"model": "x/y:1"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}, "provider": "$1", "fallback": ["other"]}]}
POLICY
}

@test "where the path names the model it is the path that is another, and the program's URL stays" {
    local gemini='/v1beta/models/gemini-2.5-pro:generateContent?key=k1' way told
    local azure='/openai/deployments/big/chat/completions?api-version=2024-10-21'
    mock_start --script 503,200,503,200,503,200
    for way in '' '-Z --no-progress-meter' '-L'; do
        mock_reset
        path_policy gemini
        run -0 run_path $way -d '{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}' "$MOCK_URL$gemini"
        [[ $output == *'"candidates"'*" $MOCK_URL$gemini fallback; target=other; reason=overloaded" ]]
        path_policy azure
        run -0 run_path $way -d '{"messages":[{"role":"user","content":"hello"}]}' "$MOCK_URL$azure"
        [[ $output == *'"chat.completion"'*" $MOCK_URL$azure fallback;"* ]]
        run -0 run_path $way -d '{"model":"big","messages":[{"role":"user","content":"hello"}]}' "$MOCK_URL$azure"
        [ "$(asked_for)" = "${gemini%k1}[redacted] -
/v1beta/models/x%2Fy%3A1:generateContent?key=[redacted] -
$azure -
/openai/deployments/x%2Fy%3A1/chat/completions?api-version=2024-10-21 -
$azure big
/openai/deployments/x%2Fy%3A1/chat/completions?api-version=2024-10-21 x/y:1" ]
    done
    [ "$(logged '.[] | select(.event == "call") | [.target, .model, .outcome]' | sort -u)" = '["other","x/y:1","ok"]' ]

    mock_reset
    path_policy bedrock
    run -0 run_path -d '{"messages":[{"role":"user","content":[{"text":"hello"}]}]}' "$MOCK_URL/model/a/converse"
    [[ $output == *"fallback; target=other; reason=overloaded" ]]
    run -0 run_path -d '{"prompt":"hello"}' "$MOCK_URL/model/a/invoke" # which means each model in its own way
    [ "$(asked_for | cut -d' ' -f1 | paste -sd' ')" = '/model/a/converse /model/x%2Fy%3A1/converse /model/a/invoke' ]
}


run_path() { # CURL OPTION...
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS -w ' %{url_effective} %header{x-steadycurl}' "$@"
}

@test "a path that is signed, or not the URL's own, is no other model's" {
    local url body='{"contents":[{"role":"user","parts":[{"text":"hello"}]}]}'
    mock_start --script 503
    path_policy gemini
    url=$MOCK_URL/v1beta/models/gemini-2.5-pro:generateContent
    run -0 run_path --aws-sigv4 aws:amz:us-east-1:aiplatform -u id:secret -d "$body" "$url"
    run -0 run_path --request-target "${url#"$MOCK_URL"}?a=1" -d "$body" "$url"
    no_proxy='' NO_PROXY='' http_proxy=$MOCK_URL run -0 run_path -d "$body" http://127.0.0.1:9/v1beta/models/a:generateContent
    [ "$(mock_count)" -eq 3 ]
    [ "$(logged '.[] | select(.event == "fallback") | [.reason, .text // .error]' | sort | grep -c unfit)" -eq 3 ]
}

@test "the header of ours is there for getinfo and the header API as well" {
    TRIES=1
    mock_start --script 503,200
    policy '"mini"'
    run -0 ask "$BODY" -o "$BATS_TEST_TMPDIR/body" -D "$BATS_TEST_TMPDIR/head" -w '%{size_header} %header{x-steadycurl}'
    [ "$output" = "$(wc -c <"$BATS_TEST_TMPDIR/head") fallback; target=mini; reason=overloaded" ]
}

@test "if all fail the program gets the first one's answer, byte for byte" {
    TRIES=1
    local told='%{http_code} %{size_header} %{size_download} %{content_type} %{num_connects} %{url_effective} %{header_json}'

    for way in '' '-Z --no-progress-meter'; do
        mock_start --script '503;header=X-First:one,429;header=X-Second:two'
        policy '"mini"'
        run -0 curl -sS $way -i -w "$told" -H 'Authorization: Bearer sk-program' \
            "$MOCK_URL/v1/chat/completions" -d "$BODY"
        direct=$(grep -v -i '^date' <<<"$output" | sed 's/"date":\[[^]]*\]//')
        mock_reset
        run -0 ask "$BODY" $way -i -w "$told"
        [ "$(grep -v -i '^date' <<<"$output" | sed 's/"date":\[[^]]*\]//')" = "$direct" ]
        [ "$(mock_count)" -eq 2 ]
        mock_stop
    done
    [ "$(logged '.[-1] | [.event, .outcome, .class, .attempts, has("target")]')" = \
        '["call","failed","overloaded",2,false]' ]
}

@test "FAILONERROR ends as it would have with the first one's failure" {
    servers 503 500
    policy '"claude"'
    run -22 ask "$BODY" -f
    [[ $output == *"returned error: 503" ]]
    [ "$(mock_count)" -eq 4 ]
}

@test "what decides is the class" {
    while read -r script first other; do
        servers "$script" 200
        policy '"claude"'
        rm -rf "$STEADYCURL_STATE"
        run -0 ask "$BODY" -o /dev/null
        echo "$script: $(first_count) $(mock_count)"
        [ "$(first_count) $(mock_count)" = "$first $other" ]
        mock_stop
        kill "$FIRST_PID"
    done <<'CASES'
503 2 1
500 2 1
429;retry-after=60 1 1
quota 1 1
401 1 1
404 1 1
404;message=Not-here;code=none 1 0
400 1 0
context 1 1
CASES
    FIRST_PID=
}

@test "a connection that nobody takes leads on" {
    mock_start --script 200
    FIRST=http://127.0.0.1:1
    policy '"claude"'
    run -0 ask "$BODY"
    [[ $output == *"You asked: hello"* ]]
    [[ $output == *'"object":"chat.completion"'* ]]
}

@test "another provider answers in the program's dialect, easy and multi, whole and streamed" {
    servers 503 200
    policy '"claude"'
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask "$BODY" $way -i
        [[ $output == "HTTP/1.1 200 OK"* ]]
        [[ $output == *"x-steadycurl: fallback; target=claude; reason=overloaded"* ]]
        [[ $output != *[Aa]nthropic* ]]
        [ "$(tail -n1 <<<"$output" | jq -r '.choices[0].message.content')" = "You asked: hello" ]
        [ "$(tail -n1 <<<"$output" | jq -r '.usage.total_tokens')" -gt 0 ]
        run -0 ask "$STREAM" $way -N -i
        [[ $output == *"content-type: text/event-stream"* ]]
        [[ $output == *"data: [DONE]"* ]]
        [[ $output != *content_block* ]]
        text=$(grep '^data: {' <<<"$output" | cut -c7- | jq -rj '.choices[0].delta.content // ""')
        [ "$text" = "You asked: hello" ]
    done
    [ "$(mock_requests | jq -r '[.[].path] | unique | .[]')" = /v1/messages ]
    [ "$(logged '[.[] | select(.event == "call") | .target] | unique')" = '["claude"]' ]
}

@test "another host of the same dialect" {
    servers 503 200
    policy '"other"'
    run -0 ask "$BODY"
    [[ $output == *'"model":"local"'* ]]
    run -0 ask "$STREAM" -N
    [[ $output == *"data: [DONE]"* ]]
    [ "$(mock_requests | jq '[.[].headers[] | select(.[0] == "Authorization")] | length')" -eq 0 ]
}

@test "what getinfo says of another's answer is what the program's own URL would have given" {
    servers 503 200
    policy '"claude"'
    run -0 ask "$BODY" -o "$BATS_TEST_TMPDIR/body" -w '%{http_code} %{url_effective} %{size_download} %{content_type} %{remote_ip}'
    [ "$output" = "200 $FIRST/v1/chat/completions $(wc -c <"$BATS_TEST_TMPDIR/body") application/json " ]
    run -0 ask "$STREAM" -N -o "$BATS_TEST_TMPDIR/body" -w '%{http_code} %{url_effective} %{size_download} %{content_type}'
    [ "$output" = "200 $FIRST/v1/chat/completions $(wc -c <"$BATS_TEST_TMPDIR/body") text/event-stream" ]
}

@test "an error before a stream's output leads on, one after it is the program's dialect's own" {
    TRIES=1
    servers sse-error 200
    policy '"claude"'
    run -0 ask "$STREAM" -N
    [[ $output == *"data: [DONE]"* ]]
    [[ $output != *error* ]]

    mock_script 'sse-error'
    curl -sS "$FIRST/_mock/script" --data-binary '503;header=X-First:one' >/dev/null
    run -0 ask "$STREAM" -N -i
    [[ $output == "HTTP/1.1 503 "*"X-First: one"* ]]

    mock_script 'sse-error-late;after=2'
    run -0 ask "$STREAM" -N
    [[ $output == *'"content":"You"'* ]]
    [[ $(grep . <<<"$output" | tail -n1) == 'data: {"error":{"message":'* ]]

    mock_script 200
    curl -sS "$FIRST/_mock/script" --data-binary 'sse-error-late;after=2' >/dev/null
    mock_curl /_mock/reset -X POST
    run -0 ask "$STREAM" -N
    [ "$(mock_count)" -eq 0 ]
}

@test "a stream of another that breaks off ends in an error event, never well-formed" {
    TRIES=1
    servers 503 'reset-body;at=900'
    policy '"claude"'
    run -56 ask "$STREAM" -N
    [[ $output == *'"content":"You"'* ]]
    [[ $output == *'data: {"error":{"message":'* ]]
    [[ $output != *"[DONE]"* ]]
}

@test "another key of the target at once, and no wait" {
    servers 503 '429;retry-after=60,200'
    policy '"claude"'
    run -0 ask "$BODY"
    [[ $output == *"You asked: hello"* ]]
    [ "$(mock_count)" -eq 2 ]
    CLAUDE_KEY='' run -0 ask "$BODY" # what is not set is passed over
}

@test "of three keys one is latched and one gated: all calls go to the third, and none waits" {
    local names='"CLAUDE_KEY","CLAUDE_KEY_2","CLAUDE_KEY_3"' i pids=()
    export CLAUDE_KEY_3=sk-ant-third
    servers 503 quota
    key_policy() { # NAMES
        TRIES=1 policy '"claude"'
        jq --argjson names "[$1]" '.targets.claude.key_env = $names' "$BATS_TEST_TMPDIR/policy.json" >"$BATS_TEST_TMPDIR/keys.json"
        mv "$BATS_TEST_TMPDIR/keys.json" "$BATS_TEST_TMPDIR/policy.json"
    }
    key_policy '"CLAUDE_KEY"'
    run -0 ask "$BODY"
    mock_script '429;retry-after=600'
    key_policy '"CLAUDE_KEY_2"'
    run -0 ask "$BODY"
    mock_script 200
    mock_reset
    key_policy '"CLAUDE_KEY", "CLAUDE_KEY_2"' # neither of the two is asked
    run -0 ask "$BODY" -w ' %{http_code}'
    [[ $output == *" 503" ]]
    [ "$(mock_count)" -eq 0 ]
    rm -f "$LOG"
    key_policy "$names"
    for i in 1 2 3 4 5 6 7 8; do
        ask "${BODY/hello/hello $i}" >"$BATS_TEST_TMPDIR/answer.$i" 3>&- &
        pids+=($!)
    done
    wait "${pids[@]}"
    [ "$(grep -l '"chat.completion"' "$BATS_TEST_TMPDIR"/answer.* | wc -l)" -eq 8 ]
    [ "$(mock_count)" -eq 8 ]
    [ "$(logged '[.[] | select(.event == "call") | [.target, .outcome, .attempts]] | unique')" = '[["claude","ok",2]]' ]
    [ "$(logged '[.[] | select(.event == "wait" or .event == "waited")] | length')" -eq 0 ]
}

@test "a target that is unfit is passed over, and the log says why" {
    servers 503 200
    CLAUDE_KEY='' CLAUDE_KEY_2=''
    policy '"claude", "other"'
    run -0 ask "$BODY"
    [[ $output == *'"model":"local"'* ]]
    [ "$(logged '.[] | select(.event == "fallback" and .reason == "unfit") | [.to, .text]')" = \
        '["claude","claude is not asked: it has no key that could be read"]' ]
}

@test "what cannot be said in the target's dialect stays" {
    servers 503 200
    policy '"claude"'
    run -0 ask '{"model":"gpt-4o","n":3,"messages":[{"role":"user","content":"hello"}]}'
    [ "$(mock_count)" -eq 0 ]
    [[ $(logged '.[] | select(.reason == "unfit") | .text') == *'"claude is not asked: n '* ]]
}

@test "a target whose breaker is open costs no attempt" {
    servers 503 200
    policy '"claude"' '"breaker": {"consecutive_failures": 1, "min_calls": 1, "open_ms": 60000}'
    run -0 ask "$BODY"
    run -0 ask "$BODY"
    [[ $output == *"You asked: hello"* ]]
    [ "$(first_count)" -eq 2 ]
    [ "$(mock_count)" -eq 2 ]
}

@test "a silent first target leaves time for the second" {
    TRIES=1
    servers 'hang;ms=60000' 200
    policy '"claude"'
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask "$BODY" $way -m 8
        [[ $output == *"You asked: hello"* ]]
    done
}

@test "a target has timeouts of its own: in all, its retries included, and between pieces" {
    servers 503 'hang;ms=60000'
    MOCK=$MOCK_URL
    timed() { # TIMEOUTS: of "slow", which is asked before "other"
        policy '"slow", "other"'
        jq --arg url "$MOCK" --argjson t "$1" \
            '.targets.slow = (.targets.other | .url = $url | .timeouts = $t) |
             .targets.other.url = "'"$FAST"'"' "$BATS_TEST_TMPDIR/policy.json" >"$BATS_TEST_TMPDIR/p"
        mv "$BATS_TEST_TMPDIR/p" "$BATS_TEST_TMPDIR/policy.json"
    }
    SLOW_PID=$MOCK_PID
    mock_start --script 200
    FAST=$MOCK_URL
    timed '{"total_ms": 300}'
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask "$BODY" $way -i
        [[ $output == *"target=other"* ]]
    done
    # One that answers 503 for ever is asked once more, if that is within its time.
    curl -sS "$MOCK/_mock/script" --data-binary '503;retry-after=2' >/dev/null
    curl -sS "$MOCK/_mock/reset" -X POST >/dev/null
    run -0 ask "$BODY" -i
    [[ $output == *"target=other"* ]]
    [ "$(curl -sS "$MOCK/_mock/count" | jq .requests)" -eq 1 ]
    # Between pieces: the answer has begun, so its end is an error.
    curl -sS "$MOCK/_mock/script" --data-binary 'stall;at=900;ms=60000' >/dev/null
    timed '{"gap_ms": 300}'
    run -28 ask "$STREAM" -N
    kill "$SLOW_PID"
}

@test "a prompt that is too long goes to who takes more, and to nobody else" {
    mock_start --script context,200
    policy '"mini", "large"'
    run -0 ask "$BODY"
    [[ $output == *'"model":"gpt-large"'* ]]
    [ "$(mock_count)" -eq 2 ]
}

@test "an embedding is never answered by another model" {
    mock_start --script 503
    policy '"mini"'
    run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        curl -sS "$MOCK_URL/v1/embeddings" -d '{"model":"text-embedding-3-small","input":"x"}'
    [ "$(mock_requests | jq -r '[.[].body | fromjson.model] | unique | .[]')" = text-embedding-3-small ]
}

witness_start() {
    local file=$BATS_TEST_TMPDIR/witness.port
    RECORD=$BATS_TEST_TMPDIR/record
    /usr/bin/python3 "$SC_TOP/tests/engine/witness.py" "$file" "$RECORD" >/dev/null 2>&1 3>&- 4>&- &
    WITNESS=$!
    for _ in $(seq 1000); do
        [ -s "$file" ] && break
        sleep 0.01
    done
    MOCK_URL=http://127.0.0.1:$(cat "$file")
}

@test "of all that libcurl can send, nothing of the program's reaches another host" {
    TRIES=1
    witness_start
    policy '"claude"'
    echo 'machine 127.0.0.1 login zqSECRET password zqSECRET' >"$BATS_TEST_TMPDIR/netrc"
    printf '127.0.0.1\tFALSE\t/\tFALSE\t0\tc\tzqSECRET\n' >"$BATS_TEST_TMPDIR/cookies"
    for way in '' multi; do
        : >"$RECORD"
        run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
            "$SC_TOP/build/tests/programs/stranger" http://127.0.0.1:1/v1/chat/completions \
            "$BATS_TEST_TMPDIR/netrc" "$BATS_TEST_TMPDIR/cookies" $way
        [[ $output == *"hello from the other side"* ]]
        [[ $output == *"rc 0 code 200 url http://127.0.0.1:1/v1/chat/completions"* ]]
        grep -aq 'x-api-key: sk-ant-\(first\|second\)' "$RECORD"
        run ! grep -aiE 'zq|enF|c2stcHJv' "$RECORD"
        [ "$(tr -d "\0\r" <"$RECORD" | sed -n "1,/^$/p" | cut -d: -f1 | sort | paste -sd,)" = \
            ",Accept,Content-Length,Content-Type,Host,POST /v1/messages HTTP/1.1,User-Agent,anthropic-version,x-api-key" ]
    done
    run ! grep -E 'sk-ant|zqSECRET' "$LOG"
}

@test "of 10,000 calls with some of that, drawn by lot, nothing of the program's does either" {
    TRIES=1
    witness_start
    policy '"claude"'
    echo 'machine 127.0.0.1 login zqSECRET password zqSECRET' >"$BATS_TEST_TMPDIR/netrc"
    printf '127.0.0.1\tFALSE\t/\tFALSE\t0\tc\tzqSECRET\n' >"$BATS_TEST_TMPDIR/cookies"
    run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 1000 \
        "$SC_TOP/build/tests/programs/stranger" http://127.0.0.1:1/v1/chat/completions \
        "$BATS_TEST_TMPDIR/netrc" "$BATS_TEST_TMPDIR/cookies" "${DRAWS:-10000}"
    [ "$output" -eq "${DRAWS:-10000}" ]
    [ "$(grep -ao 'POST /v1/messages ' "$RECORD" | wc -l)" -eq "${DRAWS:-10000}" ]
    run ! grep -aiE 'zq|enF|c2stcHJv' "$RECORD"
    run ! grep -E 'sk-ant|zqSECRET' "$LOG"
}

@test "a redirect does not take the target's key along" {
    TRIES=1
    witness_start
    MOCK_URL+=/away
    policy '"claude"'
    FIRST=http://127.0.0.1:1
    run -7 ask "$BODY" -L
    [ "$(grep -ac '^POST ' "$RECORD")" -eq 1 ]
}

@test "the program's verbose output does not show the target's key" {
    servers 503 200
    policy '"claude"'
    run -0 ask "$BODY" -v
    [[ $output == *"You asked: hello"* ]]
    [[ $output != *sk-ant-* ]]
}

@test "a route sends the call to a model of one's own, and its failure comes in the program's words" {
    servers 200 200
    ROUTE=', "route": [{"when": {"model": "gpt-4o"}, "to": "claude"}]'
    policy ''
    for way in '' '-Z --no-progress-meter'; do
        run -0 ask "$BODY" $way -i
        [[ $output == *"x-steadycurl: route; target=claude"* ]]
        [[ $output == *'"object":"chat.completion"'* ]]
        run -0 ask "$STREAM" $way -N
        [[ $output == *"data: [DONE]"* ]]
    done
    [ "$(first_count)" -eq 0 ]

    mock_script 401
    run -0 ask "$BODY" -w ' %{http_code}'
    [ "$(jq -r '.error | has("type") and has("code")' <<<"${output% *}")" = true ]
    [[ $output == *" 401" ]]
    [[ $output != *authentication_error* ]]
    [ "$(first_count)" -eq 0 ]
}

@test "a route by a header that the program sends, however it writes it" {
    servers 200 200
    ROUTE=', "route": [{"when": {"header": "X-Team: a*z"}, "to": "claude"}]'
    policy ''
    for header in 'X-Team: abcz' 'x-team:az' 'X-Team:   a z '; do
        run -0 ask "$BODY" -i -H "$header"
        [[ $output == *"x-steadycurl: route; target=claude"* ]]
    done
    [ "$(first_count)" -eq 0 ]
    for header in 'X-Team: b' 'X-Team: abc' 'X-Teams: az'; do
        run -0 ask "$BODY" -i -H "$header"
        [[ $output != *x-steadycurl* ]]
    done
    [ "$(first_count)" -eq 3 ]
}

@test "a fault is the place's that it names, not that of the target that is asked next" {
    servers 200 200
    policy '"claude"'
    fault() {
        "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" --steady \
            --state "$(mktemp -d "$BATS_TEST_TMPDIR/state.XXXX")" "${FAULTS[@]}" -- \
            curl -sS -i "$FIRST/v1/chat/completions" -d "$BODY"
    }
    FAULTS=(--fault "127.0.0.1:${FIRST##*:}=503")
    run -0 fault
    [[ $output == *"x-steadycurl: fallback; target=claude; reason=overloaded"* ]]
    [ "$(first_count)" -eq 0 ]
    FAULTS+=(--fault "127.0.0.1:$MOCK_PORT/v1/messages@claude-*=401")
    run -0 fault
    [[ $output == "HTTP/1.1 503"* && $output == *"x-steadycurl: fault"* ]]
    [ "$(logged '[.[] | select(.event == "fault" and .model == "claude-haiku-4-5")] | length > 0')" = true ]
    [ "$(mock_count)" -eq 1 ]
}

@test "where a route led away from the program's host, only a target without a URL leads back" {
    servers 200 503
    TRIES=1 ROUTE=', "route": [{"to": "claude"}]'
    policy '"mini"'
    run -0 ask "$BODY" -i
    [[ $output == *"x-steadycurl: fallback; target=mini; reason=overloaded"* ]]
    [ "$(curl -sS "$FIRST/_mock/requests" | jq -r '.[].body | fromjson.model')" = gpt-4o-mini ]

    policy ''
    CLAUDE_KEY='' CLAUDE_KEY_2='' run -0 ask "$BODY" -i # unfit, and nobody else
    [[ $output == *"x-steadycurl: unfit"* ]]
    [ "$(first_count)" -eq 1 ]
}

@test "a program that stops while another host answers sees nothing of that answer" {
    servers 503 'stall;at=40;ms=20000'
    TRIES=1
    policy '"claude"'
    cat >"$BATS_TEST_TMPDIR/p.py" <<'PY'
import pycurl, sys, time
got, since = [], time.monotonic()
c = pycurl.Curl()
c.setopt(c.URL, sys.argv[1])
c.setopt(c.POSTFIELDS, sys.argv[2])
c.setopt(c.NOPROGRESS, 0)
c.setopt(c.XFERINFOFUNCTION, lambda *a: time.monotonic() - since > 3)
c.setopt(c.WRITEFUNCTION, got.append)
c.setopt(c.HEADERFUNCTION, got.append)
try:
    c.perform()
except pycurl.error as e:
    print(e.args[0], got)
PY
    run -0 timeout 60 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        /usr/bin/python3 "$BATS_TEST_TMPDIR/p.py" "$FIRST/v1/chat/completions" "$BODY"
    [ "$output" = "42 []" ]
}

@test "an answer longer than may be held is not asked for again: it would be paid for again" {
    servers 503 200
    policy '"other"' '"hold": {"success_max_kb": 0}, "breaker": false'
    run -0 ask "$BODY" -w '%{http_code}'
    [[ $output == *503 ]]
    [ "$(mock_count)" -eq 1 ]
    [ "$(logged 'map(select(.row == "longer-than-hold.success_max_kb")) | length')" = 1 ]
}
