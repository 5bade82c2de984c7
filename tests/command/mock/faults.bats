#!/usr/bin/env bats
# Faults on the wire, seen with a real client.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    mock_start
}

teardown() {
    mock_stop
}

plain='{"model":"m","messages":[{"role":"user","content":"hi there"}]}'
stream='{"model":"m","stream":true,"messages":[{"role":"user","content":"hi there"}]}'

ask() { # OUTCOME BODY [CURL ARGUMENT...]
    curl -sSk --noproxy '*' -H "x-mock: $1" "$MOCK_URL/v1/chat/completions" -d "$2" "${@:3}"
}

wire_faults() {
    local body full
    for body in "$plain" "$stream"; do
        full=$(ask 200 "$body" | wc -c)
        run -56 ask reset "$body"
        [[ $output == *reset* ]]
        run -56 ask reset-body "$body" -o "$BATS_TEST_TMPDIR/part"
        [ "$(wc -c <"$BATS_TEST_TMPDIR/part")" = $((full / 2)) ]
        run -56 ask 'reset-body;at=1' "$body" -o "$BATS_TEST_TMPDIR/part"
        [ "$(wc -c <"$BATS_TEST_TMPDIR/part")" = 1 ]
        run -18 ask truncate "$body"
        run -18 ask 'truncate;at=10' "$body"
        run -18 ask truncate-chunked "$body"
        run -52 ask 'hang;ms=0' "$body"
    done
}

@test "reset, reset-body, truncate, truncate-chunked, hang" {
    wire_faults
}

@test "the same over TLS" {
    mock_stop
    mock_start --tls
    wire_faults
}

@test "truncate announces the whole length" {
    run -18 ask truncate "$plain" -D "$BATS_TEST_TMPDIR/h"
    local announced
    announced=$(sed -n 's/^Content-Length: //p' "$BATS_TEST_TMPDIR/h" | tr -d '\r')
    [ "$announced" = "$(ask 200 "$plain" | wc -c)" ]
    run -18 ask truncate-chunked "$plain" -D "$BATS_TEST_TMPDIR/h"
    grep -qi '^transfer-encoding: chunked' "$BATS_TEST_TMPDIR/h"
}

@test "cut: the stream ends without its own terminator" {
    run -0 ask cut "$stream"
    [[ $output == *'"content":"You"'* && $output != *DONE* ]]
}

@test "stall: headers, then nothing until the client gives up; others are served meanwhile" {
    ask stall "$plain" -D "$BATS_TEST_TMPDIR/h" -o "$BATS_TEST_TMPDIR/b" --max-time 60 3>&- &
    local waiter=$!
    await mock_got 1
    await grep -q '^HTTP/1.1 200' "$BATS_TEST_TMPDIR/h"
    run -0 ask 200 "$plain"
    [ ! -s "$BATS_TEST_TMPDIR/b" ]
    kill "$waiter"
}

@test "stall;at: silence in the middle of the body" {
    run -18 ask 'stall;at=7;ms=0' "$plain" -o "$BATS_TEST_TMPDIR/b"
    [ "$(cat "$BATS_TEST_TMPDIR/b")" = '{"id":"' ]
}

@test "hang: nothing at all, and the request is on record" {
    run -28 ask hang "$plain" --max-time 2 -D "$BATS_TEST_TMPDIR/h"
    [ ! -s "$BATS_TEST_TMPDIR/h" ]
    await mock_got 1
    mock_requests | jq -e '.[0].outcome == "hang"'
}

@test "drip: whole, but not at once" {
    local out
    out=$(ask 'drip;ms=50;bytes=50' "$plain" -w '\n%{time_starttransfer} %{time_total}')
    [ "$(head -1 <<<"$out")" = "$(ask 200 "$plain")" ]
    tail -1 <<<"$out" | awk '{ exit !($2 - $1 >= 0.05) }'
    [ "$(ask 'drip;ms=5' "$stream" | tail -2 | head -1)" = 'data: [DONE]' ]
}

@test "latency: on an outcome, and of the server" {
    ask '503;latency=120' "$plain" -o /dev/null -w '%{http_code} %{time_starttransfer}' |
        awk '{ exit !($1 == 503 && $2 >= 0.12) }'
    mock_stop
    mock_start --latency 60
    ask '200;latency=60' "$plain" -o /dev/null -w '%{time_starttransfer}' | awk '{ exit !($1 >= 0.12) }'
}

@test "a fault can carry another status" {
    run -18 ask 'truncate;status=503' "$plain" -o /dev/null -w '%{http_code}'
    [[ $output == *503* ]]
}

@test "early: answered before the body is read" {
    head -c 3000000 /dev/zero >"$BATS_TEST_TMPDIR/big"
    run curl -s -H 'x-mock: 413;early' -T "$BATS_TEST_TMPDIR/big" "$MOCK_URL/upload" -w '%{http_code} %{size_upload}'
    [[ ${lines[-1]} == *413* ]]
    mock_requests | jq -e '.[0].complete == false and .[0].body_bytes == 0'
}

@test "the connection can be closed after an answer" {
    ask '200;close' "$plain" -D - -o /dev/null | grep -qi '^connection: close'
}
