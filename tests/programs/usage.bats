#!/usr/bin/env bats
# Streams are asked for their usage where the policy says so, and the program does not see it.

load programs

USAGE='"stream_options":{"include_usage":true}'

setup_file() {
    programs_begin
    policy_with '"usage": {"include": true}' '"provider": "openai"' >"$POLICY"
    sed -i 's|"version": 1,|"version": 1, "log": {"format": "json"},|' "$POLICY"
    export MOCK_OUTCOME=200
}

teardown_file() {
    programs_end
}

# The mock names its answer after the request, which is another one under the library.
unnamed() {
    sed -i -E 's/(chatcmpl-|req_)[0-9a-f]*/ID/g; /^request_size /d' \
        "$BATS_TEST_TMPDIR"/{alone,under}/{out,files/*} 2>/dev/null || true
}

# Alone, then under the library: the same is seen, and only then usage is asked for.
hidden() { # PROGRAM ARGUMENT...
    server "$MOCK_OUTCOME"
    : >"$LOG"
    capture alone "$@"
    capture under wrapped "$@"
    unnamed
    same alone under
    mock_requests | jq -e '.[0].body | contains("stream_options") | not' >/dev/null
    mock_requests | jq -e '.[1].body | fromjson.stream_options.include_usage' >/dev/null
}

of_call() { # JQ FILTER: of the last call's line
    jq -rsc "map(select(.event == \"call\")) | last | $1" "$LOG"
}

said_by_service() {
    [ "$(of_call .estimated)" = null ] && [ "$(of_call '.output_tokens > 0 and .cost_usd > 0')" = true ]
}

@test "usage: a stream is the same, and its tokens are known" {
    hidden curl -sS -N "$CHAT" -d "$ASK_STREAM"
    said_by_service
    local tokens
    tokens=$(of_call '[.input_tokens, .output_tokens, .cost_usd]')
    grep -q '"content":" sky' "$BATS_TEST_TMPDIR/under/out"
    wrapped curl -sS -N "$CHAT" -d "${ASK_STREAM/\"stream\":true/\"stream\":true,$USAGE}" -o /dev/null
    [ "$(of_call '[.input_tokens, .output_tokens, .cost_usd]')" = "$tokens" ]
}

@test "usage: chunks of any size" {
    local bytes
    for bytes in 1 2 3 5 16 200; do
        MOCK_OUTCOME="drip;ms=0;bytes=$bytes" hidden curl -sS -N -i "$CHAT" -d "$ASK_STREAM"
        said_by_service
    done
    MOCK_OUTCOME='drip;ms=0;bytes=3' hidden curl -sS -N "$CHAT" -o answer -d \
        '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"ä€😀 \"usage\":null"}]}'
    grep -q "ä€😀" "$BATS_TEST_TMPDIR/under/files/answer"
}

@test "usage: a stream held to its end because it never had output" {
    MOCK_OUTCOME=sse-error hidden curl -sS -N "$CHAT" -d "$ASK_STREAM" -H 'x-mock: sse-error;bare'
    MOCK_OUTCOME='sse-error-late;after=3' hidden curl -sS -N "$CHAT" -d "$ASK_STREAM"
}

@test "usage: retried streams, and those that nobody holds" {
    server '503,sse-error,200'
    capture under wrapped curl -sS -N "$CHAT" -d "$ASK_STREAM"
    server 200
    capture alone curl -sS -N "$CHAT" -d "$ASK_STREAM"
    unnamed
    same alone under
    said_by_service
    policy_with '"usage": {"include": true}' '"provider": "openai", "retry": false' >"$BATS_TEST_TMPDIR/once"
    POLICY=$BATS_TEST_TMPDIR/once hidden curl -sS -N "$CHAT" -d "$ASK_STREAM"
}

@test "usage: in pycurl, with pauses, refusals, read callbacks and the multi interface" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    local way outcome
    for outcome in 200 'drip;ms=0;bytes=3' 'drip;ms=0;bytes=150'; do
        for way in easy pause read multi; do
            MOCK_OUTCOME=$outcome hidden $PYTHON "$HERE/usage.py" $way "$CHAT"
        done
    done
    hidden $PYTHON "$HERE/usage.py" short "$CHAT"
}

@test "usage: in PHP" {
    needs php
    php -m | grep -q curl || skip "no php-curl"
    ASK=$ASK_STREAM hidden php "$HERE/ask.php" return "$CHAT"
}

@test "usage: several streams at a time" {
    server 200
    wrapped curl -sS -N -Z "$CHAT" -o "$BATS_TEST_TMPDIR/1" "$CHAT" -o "$BATS_TEST_TMPDIR/2" \
        "$CHAT" -o "$BATS_TEST_TMPDIR/3" -d "$ASK_STREAM"
    [ "$(mock_requests | jq '[.[].body | contains("include_usage")] | all')" = true ]
    for i in 1 2 3; do
        run ! grep -q usage "$BATS_TEST_TMPDIR/$i"
        [ "$(tail -n 2 "$BATS_TEST_TMPDIR/$i")" = 'data: [DONE]' ]
    done
}

@test "usage: of a stream that is cut everything comes but what was only asked for by us" {
    local at cut whole
    server 200
    wrapped curl -sS -N "$CHAT" -d "$ASK_STREAM" -o "$BATS_TEST_TMPDIR/whole"
    whole=$(<"$BATS_TEST_TMPDIR/whole")
    for at in 700 701 720 750 800 840 877 1000 1500 1900 2000 2100 2200; do
        server "cut;at=$at"
        wrapped curl -sS -N "$CHAT" -d "$ASK_STREAM" -o "$BATS_TEST_TMPDIR/cut" || true
        cut=$(<"$BATS_TEST_TMPDIR/cut")
        ((${#cut} > 300))
        if [[ $whole != "${cut%%,\"u*}"* ]]; then # an unfinished member may be seen
            echo "at $at: $cut"
            return 1
        fi
    done
}

@test "usage: who has refused a piece is not called again" {
    server 'drip;ms=0;bytes=60'
    wrapped "$BUILT/bodies" refused "$CHAT" "$CHAT" "$ASK_STREAM" >"$BATS_TEST_TMPDIR/said"
    [ "$(<"$BATS_TEST_TMPDIR/said")" = 'many refusals, 0 calls after them' ]
}

@test "usage: a body that is set while its call waits is the one that is sent" {
    policy_with '"usage": {"include": true}, "limits": {"concurrent": 1}' '"provider": "openai"' \
        >"$BATS_TEST_TMPDIR/policy"
    server 200
    POLICY=$BATS_TEST_TMPDIR/policy wrapped "$BUILT/bodies" anew "$CHAT" "$CHAT" "$ASK_STREAM"
    [ "$(mock_requests | jq -c '[.[].body | fromjson | .user, .stream_options.include_usage]')" = \
        '[null,true,"second",true]' ]
}

@test "usage: who asks for it sees it, and so does who forbids it" {
    local own
    for own in "$USAGE" '"stream_options":{"include_usage":false}' \
        '"stream_options":{"include_usage":true,"x":1}'; do
        compare 200 200 1 curl -sS -N "$CHAT" -d "${ASK_STREAM/\"stream\":true/\"stream\":true,$own}"
    done
    grep -q '"usage":{' "$BATS_TEST_TMPDIR/under/out"
}

@test "usage: other options of a stream stay" {
    server 200
    wrapped curl -sS -N "$CHAT" -o /dev/null \
        -d '{"stream":true,"stream_options":{"include_obfuscation":false},"messages":[],"model":"gpt-4o"}'
    mock_requests | jq -ce '.[0].body | fromjson.stream_options ==
        {"include_usage": true, "include_obfuscation": false}'
    wrapped curl -sS -N "$CHAT" -o /dev/null -d '{"stream":true,"stream_options":null,"messages":[]}'
    mock_requests | jq -ce '.[1].body | fromjson.stream_options == {"include_usage": true}'
}

@test "usage: nothing else is asked" {
    compare 200 200 1 curl -sS "$CHAT" -d "$ASK"
    compare 200 200 1 curl -sS -N "$MOCK_URL/v1/messages" -d "$ASK_STREAM"
    compare 200 200 1 curl -sS -N "$MOCK_URL/v1/responses" -d "$ASK_STREAM"
    compare 200 200 1 curl -sS -N "$CHAT" -d "$ASK_STREAM" -H 'Accept-Encoding: gzip'
    compare 200 200 1 curl -sS -N "$CHAT" -d "[$ASK_STREAM]"
    compare 200 200 1 curl -sS -N "$CHAT" -d "${ASK_STREAM%\}}"
    compare 200 200 1 curl -sS -N "$CHAT" -H 'Content-Encoding: identity' -d "$ASK_STREAM"
    policy_with '"usage": {"include": true}' '"provider": "mistral"' >"$BATS_TEST_TMPDIR/mistral"
    POLICY=$BATS_TEST_TMPDIR/mistral compare 200 200 1 curl -sS -N "$CHAT" -d "$ASK_STREAM"
}

@test "usage: a length that the server tells stays true" {
    local body='data: {"choices":[{"delta":{"content":"x"}}],"usage":null}\n\ndata: {"choices":[]\,"usage":{"prompt_tokens":3\,"completion_tokens":2}}\n\ndata: [DONE]\n\n'
    printf '%b' "${body//\\,/,}" >"$BATS_TEST_TMPDIR/body"
    cat >"$BATS_TEST_TMPDIR/server.py" <<'END'
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = open(sys.argv[1], "rb").read()
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a):
        pass
server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
print(server.server_address[1], flush=True)
server.timeout = 30
server.handle_request()
END
    coproc PY { exec $PYTHON "$BATS_TEST_TMPDIR/server.py" "$BATS_TEST_TMPDIR/body" 3>&- 4>&-; }
    local port
    read -r port <&"${PY[0]}"
    : >"$LOG"
    wrapped curl -sS -N "http://127.0.0.1:$port/v1/chat/completions" -d "$ASK_STREAM" \
        -o "$BATS_TEST_TMPDIR/got"
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/got")" = "$(stat -c %s "$BATS_TEST_TMPDIR/body")" ]
    run ! grep -q usage "$BATS_TEST_TMPDIR/got"
    [ "$(grep -c '^data: ' "$BATS_TEST_TMPDIR/got")" = 2 ]
    [ "$(of_call '[.input_tokens, .output_tokens]')" = '[3,2]' ]
}

REFUSED='400;body-text={"error":{"message":"Unrecognized request argument supplied: stream_options"}}'

@test "usage: a service that does not know it is asked again without, and no more" {
    server "$REFUSED,200"
    : >"$LOG"
    wrapped curl -sS -N -w '%{num_connects} %{size_upload}' "$CHAT" -d "$ASK_STREAM" -o "$BATS_TEST_TMPDIR/1" \
        --next -sS -N "$CHAT" -d "$ASK_STREAM" -o "$BATS_TEST_TMPDIR/2"
    cmp "$BATS_TEST_TMPDIR/1" "$BATS_TEST_TMPDIR/2"
    [ "$(mock_requests | jq -c '[.[].body | contains("stream_options")]')" = '[true,false,false]' ]
    [ "$(jq -rsc 'map(select(.event == "call") | .outcome)' "$LOG")" = '["ok","ok"]' ]
    logged 'does not know stream_options'
}

@test "usage: that also goes for --fail, uploads, the multi interface and a rule without retries" {
    policy_with '"usage": {"include": true}' '"provider": "openai", "retry": false' >"$BATS_TEST_TMPDIR/once"
    local POLICY=$BATS_TEST_TMPDIR/once
    server "$REFUSED,200"
    wrapped curl -sS -N --fail "$CHAT" -d "$ASK_STREAM" | grep -q DONE
    server "$REFUSED,200"
    wrapped curl -sS -N -Z "$CHAT" -d "$ASK_STREAM" -o "$BATS_TEST_TMPDIR/1"
    grep -q DONE "$BATS_TEST_TMPDIR/1"
    server "$REFUSED,200"
    wrapped curl -sS -N -T - -X POST "$CHAT" <<<"$ASK_STREAM" | grep -q DONE
    [ "$(mock_requests | jq -c '[.[].body | contains("stream_options")]')" = '[true,false]' ]
}

@test "usage: another 400 is the program's" {
    fails_alike 400 1 curl -sS -N "$MOCK_URL/v1/messages" -d "$ASK_STREAM"
    server 400
    capture alone curl -sS -N -i --fail "$CHAT" -d "$ASK_STREAM"
    capture under wrapped curl -sS -N -i --fail "$CHAT" -d "$ASK_STREAM"
    unnamed
    same alone under
    [ "$(mock_count)" -eq 2 ]
}
