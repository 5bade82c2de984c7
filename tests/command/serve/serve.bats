#!/usr/bin/env bats
# The page on which people see what calls do: what it answers, to whom, and that it only looks.

load ../../lib/mock
bats_require_minimum_version 1.5.0

LOG=
setup() {
    LOG=$BATS_TEST_TMPDIR/log.json
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1, "log": {"format": "json", "level": "debug"},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai",
            "retry": {"backoff": {"base_ms": 20}, "overloaded": {"backoff": {"base_ms": 20}}},
            "limits": {"rpm": 600}}]}
POLICY
}

teardown() {
    [ -z "${SERVE_PID-}" ] || { kill "$SERVE_PID" && wait "$SERVE_PID"; } || true
    mock_stop
}

serve() { # [OPTION...]
    rm -f "$BATS_TEST_TMPDIR/port"
    "$STEADYCURL" serve --port 0 --port-file "$BATS_TEST_TMPDIR/port" --log "$LOG" "$@" \
        </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- 4>&- &
    SERVE_PID=$!
    await test -s "$BATS_TEST_TMPDIR/port"
    URL=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
}

get() { # PATH [CURL OPTION...]
    curl -sS --noproxy '*' "$URL$1" "${@:2}"
}

call() { # [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- curl -sS -o /dev/null \
        "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}' "$@"
}

calls_are() { # NUMBER
    [ "$(get /api/v1/calls | jq '.calls | length')" = "$1" ]
}

@test "calls are there with what happened within them, also those that come later" {
    mock_start --script 503,200
    call
    serve
    await calls_are 1
    run -0 get /api/v1/calls
    [ "$(jq -r '.calls[0] | .program, .model, .outcome, .attempts, ([.spans[].kind] | join(","))' <<<"$output" | tr '\n' ' ')" = \
        "curl gpt-4o ok 2 attempt,wait,attempt " ]
    [ "$(jq -c '[.calls[0].spans[] | .status // empty]' <<<"$output")" = "[503,200]" ]
    call
    await calls_are 2
    [ "$(get '/api/v1/calls?limit=1' | jq '.calls[0].attempts')" = 1 ]
    [ "$(get '/api/v1/calls?model=other' | jq '.calls | length')" = 0 ]
    [ "$(get '/api/v1/calls?failed=1' | jq '.calls | length')" = 0 ]
}

@test "what the page says is what the commands say" {
    mock_start
    call
    serve
    await calls_are 1
    diff <(get /api/v1/status | jq '.status | .scopes[].scope') <("$STEADYCURL" status --json | jq '.scopes[].scope')
    diff <(get '/api/v1/costs?by=model' | jq -S .) <("$STEADYCURL" costs --json --by model --log "$LOG" | jq -S .)
    diff <(get /metrics | grep -v '_seconds\|rate' | sed 's/ .*//') \
        <("$STEADYCURL" metrics | grep -v '_seconds\|rate' | sed 's/ .*//')
    diff <(get "/api/v1/policy?url=https%3A%2F%2Fapi.openai.com%2Fv1%2Fchat%2Fcompletions&model=gpt-4o") \
        <("$STEADYCURL" explain --model gpt-4o https://api.openai.com/v1/chat/completions)
    run -0 get '/api/v1/costs?by=nonsense' -w '%{http_code}'
    [[ $output == *'"nonsense" is none of'*400 ]]
    [ "$(get /healthz | jq -r .status)" = ok ]
}

@test "an option in an address is no option of a command" {
    serve
    run -0 get '/api/v1/policy?url=--version' -w '%{http_code}'
    [[ $output != *steadycurl\ 0* ]]
    [[ $output == *400 ]]
}

@test "without a script the page tells of state and calls, and nothing of them is markup" {
    mock_start
    call -H 'x-mock: 200'
    printf '%s\n' '{"time":"2026-01-01T00:00:00.000Z","event":"call","call":"ab","pid":1,"program":"<script>alert(1)</script>","model":"\u001b[31m&\"<i>","outcome":"failed","class":"auth"}' >>"$LOG"
    serve
    run -0 get /
    [[ $output == *'calls go through'* ]]
    [[ $output == *'requests    600 a minute'* ]]
    [[ $output == *'failed: auth'* ]]
    [[ $output == *'&lt;script&gt;alert(1)&lt;/script&gt;'* ]]
    [[ $output != *'<script>alert'* && $output != *$'\e'* && $output != *'<i>'* ]]
    [ "$(grep -o '\(src\|href\)="[^"]*"' <<<"$output" | grep -vc '="\(#\|/\|data:,\)')" = 0 ]
    get / -D "$BATS_TEST_TMPDIR/headers" -o /dev/null
    grep -qi "^content-security-policy: default-src 'none'" "$BATS_TEST_TMPDIR/headers"
    [ "$(grep -ci '^access-control' "$BATS_TEST_TMPDIR/headers")" = 0 ]
}

@test "what happens is told to viewers as it does" {
    mock_start
    serve
    get /api/v1/events -N >"$BATS_TEST_TMPDIR/events" 3>&- 4>&- &
    viewer=$!
    await grep -q '^event: now' "$BATS_TEST_TMPDIR/events"
    call
    await grep -q '"outcome":"ok"' "$BATS_TEST_TMPDIR/events"
    kill "$viewer"
    [ "$(grep -A1 '^event: calls' "$BATS_TEST_TMPDIR/events" | sed -n 's/^data: //p' | jq -s 'add | length')" = 1 ]
}

@test "a log that is rotated is followed, one that is not there yet is waited for" {
    mock_start
    serve
    calls_are 0
    call
    await calls_are 1
    mv "$LOG" "$LOG.1"
    call
    await calls_are 2
    rm "$LOG"
    call
    await calls_are 3
}

@test "it asks for its own names, and for a token wherever others can come from" {
    serve
    for host in localhost localhost:80 127.0.0.1 '[::1]:9' LOCALHOST; do
        [ "$(get /healthz -H "Host: $host" -o /dev/null -w '%{http_code}')" = 200 ] || { echo "$host"; false; }
    done
    for host in evil.example localhost.evil.example 127.0.0.1.evil.example localhost:80x ''; do
        [ "$(get /api/v1/status -H "Host: $host" -o /dev/null -w '%{http_code}')" = 421 ] || { echo "$host"; false; }
    done
    for method in POST PUT DELETE OPTIONS; do
        [ "$(get / -X "$method" -o /dev/null -w '%{http_code}')" = 405 ]
    done
    kill "$SERVE_PID"
    wait "$SERVE_PID"

    run -2 "$STEADYCURL" serve --bind 0.0.0.0 --port 0
    [[ $output == *'--token-file'* ]]
    echo short >"$BATS_TEST_TMPDIR/token"
    run -1 "$STEADYCURL" serve --bind 0.0.0.0 --port 0 --token-file "$BATS_TEST_TMPDIR/token"
    [[ $output == *'16 to 256'* ]]
    echo 0123456789abcdefXYZ >"$BATS_TEST_TMPDIR/token"
    serve --bind 0.0.0.0 --token-file "$BATS_TEST_TMPDIR/token"
    for path in / /metrics /healthz /api/v1/events '/?token=0123456789abcdefXY'; do
        [ "$(get "$path" -o /dev/null -w '%{http_code}')" = 401 ]
    done
    [ "$(get / -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer 0123456789abcdefXYZ' -H 'Host: any.example')" = 200 ]
    run -0 get '/?token=0123456789abcdefXYZ' -i
    [[ $output == *303* && $output == *'HttpOnly; SameSite=Strict'* ]]
    [ "$(get /api/v1/status -b 'steadycurl=0123456789abcdefXYZ' -o /dev/null -w '%{http_code}')" = 200 ]
}

@test "slow clients and many connections do not keep it from answering" {
    serve
    python3 - "$URL" <<'PYTHON'
import socket, sys, urllib.request, random
host, port = sys.argv[1][7:].split(":")
held = []
for i in range(600):
    s = socket.socket()
    s.settimeout(5)
    try:
        s.connect((host, int(port)))
        if i % 3 == 0:
            s.send(b"GET / HTTP/1.1\r\nHost: local")
        elif i % 3 == 1:
            s.send(bytes(random.Random(i).randrange(256) for _ in range(300)))
    except OSError:
        pass
    held.append(s)
for s in held[:500]:
    s.close()
print(urllib.request.urlopen(sys.argv[1] + "/healthz", timeout=40).status)
PYTHON
    kill -0 "$SERVE_PID"
}

@test "it ends when it is told to, also with viewers and questions under way" {
    mock_start
    call
    serve
    clients=()
    for path in events events events 'costs?by=day'; do
        get "/api/v1/$path" -N >/dev/null 3>&- 4>&- &
        clients+=($!)
    done
    await calls_are 1
    kill "$SERVE_PID"
    wait "$SERVE_PID"
    SERVE_PID=
    for pid in "${clients[@]}"; do wait "$pid" || true; done
}

@test "what is wrong with its options is said" {
    run -2 "$STEADYCURL" serve --port 70000
    [[ $output == *'"70000" is not a whole number from 0 to 65535'* ]]
    run -1 "$STEADYCURL" serve --bind 999.1.1.1 --token-file <(echo 0123456789abcdefXYZ) --log "$LOG"
    [[ $output == *"'999.1.1.1' is not a numeric address"* ]]
    serve
    run -1 "$STEADYCURL" serve --port "$(<"$BATS_TEST_TMPDIR/port")" --log "$LOG"
    [[ $output == *'Address already in use'* ]]
}

@test "of a log that is long already only the end is read" {
    awk 'BEGIN {
        for (i = 0; i < 120000; i++)
            printf("{\"time\":\"2026-01-01T00:00:00.000Z\",\"event\":\"call\",\"call\":\"%016x\",\"program\":\"%064d\"," \
                   "\"outcome\":\"ok\",\"attempts\":1,\"ms\":900,\"model\":\"gpt-4o\"}\n", i, i)
    }' >"$LOG"
    serve
    await calls_are 100
    [ "$(get '/api/v1/calls?limit=1' | jq -r '.calls[0].call')" = 000000000001d4bf ]
    # shellcheck disable=SC2030,SC2031 # each test has its own
    [ "$(awk '/^rchar/ { print $2 }' "/proc/$SERVE_PID/io")" -lt $(($(stat -c %s "$LOG") / 3)) ]
}
