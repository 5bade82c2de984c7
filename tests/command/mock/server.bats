#!/usr/bin/env bats
# The server around the answers: what it received, its options, its end.

bats_require_minimum_version 1.5.0
load ../../lib/mock

teardown() {
    mock_stop
}

@test "/_mock/requests shows method, path, headers in order, body, connection, outcome" {
    mock_start --script 503,200
    curl -s -o /dev/null -o /dev/null -H 'X-B: 2' -H 'X-A: 1' -d 'a "body"' "$MOCK_URL/one?x=%41" "$MOCK_URL/two"
    mock_requests | jq -e 'length == 2 and .[0].method == "POST" and .[0].path == "/one?x=%41" and
        .[0].body == "a \"body\"" and .[0].body_bytes == 8 and .[0].complete and
        .[0].outcome == "503" and .[1].outcome == "200" and .[0].connection == .[1].connection and
        .[1].time_ms >= .[0].time_ms and
        ([.[0].headers[][0]] | index("X-A") == index("X-B") + 1)'
    curl -s -o /dev/null "$MOCK_URL/three"
    mock_requests | jq -e '.[2].connection != .[0].connection and .[2].n == 3'
    mock_curl /_mock/count | jq -e '. == {"requests":3,"connections":2,"outcomes":{"503":1,"200":2}}'
    mock_reset
    [ "$(mock_requests)" = '[]' ]
    [ "$(mock_count)" = 0 ]
}

@test "binary bodies come as base64, large ones cut but with the hash of all" {
    mock_start
    head -c 3000 /dev/urandom >"$BATS_TEST_TMPDIR/small"
    head -c 20000000 /dev/urandom >"$BATS_TEST_TMPDIR/big"
    curl -s -o /dev/null --data-binary @"$BATS_TEST_TMPDIR/small" "$MOCK_URL/x"
    curl -s -o /dev/null -T "$BATS_TEST_TMPDIR/big" "$MOCK_URL/status/200"
    mock_requests >"$BATS_TEST_TMPDIR/seen"
    jq -r '.[0].body_base64' "$BATS_TEST_TMPDIR/seen" | base64 -d | cmp - "$BATS_TEST_TMPDIR/small"
    jq -r '.[1].body_base64' "$BATS_TEST_TMPDIR/seen" | base64 -d |
        cmp - <(head -c 1048576 "$BATS_TEST_TMPDIR/big")
    jq -e '.[1].body_bytes == 20000000' "$BATS_TEST_TMPDIR/seen"
    [ "$(jq -r '.[1].body_sha256' "$BATS_TEST_TMPDIR/seen")" = "$(sha256sum <"$BATS_TEST_TMPDIR/big" | cut -d' ' -f1)" ]
}

@test "chunked uploads and Expect: 100-continue" {
    mock_start
    printf 'from a pipe' | curl -s -T - "$MOCK_URL/echo" | grep -q 'from a pipe'
    mock_requests | jq -e '.[0].body == "from a pipe"'
    run curl -sv -o /dev/null -H 'Expect: 100-continue' -d abc "$MOCK_URL/x"
    [[ $output == *'100 Continue'* ]]
}

@test "an upload that breaks off is on record as incomplete" {
    mock_start
    exec {peer}<>"/dev/tcp/127.0.0.1/$MOCK_PORT"
    printf 'POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc' >&"$peer"
    exec {peer}>&-
    await mock_got 1
    mock_requests | jq -e '.[0].complete == false and .[0].body == "abc"'
}

@test "the last thousand requests are kept, all are counted" {
    mock_start
    curl -s -o /dev/null "$MOCK_URL/status/200?[1-1100]"
    [ "$(mock_count)" = 1100 ]
    mock_requests | jq -e 'length == 1000 and .[0].n == 101 and .[-1].path == "/status/200?1100"'
}

@test "the mock's own pages say what they do not have" {
    mock_start
    [ "$(mock_curl /_mock/nothing -o /dev/null -w '%{http_code}')" = 404 ]
    [ "$(mock_curl /_mock/reset -o /dev/null -w '%{http_code}')" = 405 ]
    [ "$(mock_count)" = 0 ]
}

@test "TLS: the certificate is good for loopback and the providers' hosts" {
    mock_start --tls
    curl -sS --cacert "$MOCK_CA" "$MOCK_URL/v1/models" | jq -e .data
    curl -sS --cacert "$MOCK_CA" "https://localhost:$MOCK_PORT/v1/models" | jq -e .data
    curl -sS --cacert "$MOCK_CA" --connect-to "::127.0.0.1:$MOCK_PORT" \
        https://api.anthropic.com/v1/messages -d '{}' | jq -e '.type == "message"'
    run -60 curl -sS "$MOCK_URL/v1/models"
    run -60 curl -sS --cacert "$MOCK_CA" --connect-to "::127.0.0.1:$MOCK_PORT" https://example.com/
}

@test "prints its address, which loopback by default is" {
    "$STEADYCURL" mock >"$BATS_TEST_TMPDIR/out" 3>&- &
    MOCK_PID=$!
    until [ -s "$BATS_TEST_TMPDIR/out" ]; do :; done
    grep -qE '^listening on http://127\.0\.0\.1:[0-9]+$' "$BATS_TEST_TMPDIR/out"
}

@test "--ready-fd tells the port without a file" {
    exec {ready}< <(exec "$STEADYCURL" mock --quiet --ready-fd 9 --max-requests 1 9>&1 1>/dev/null 3>&-)
    read -r MOCK_PORT <&"$ready"
    [ "$(curl -s "http://127.0.0.1:$MOCK_PORT/status/200")" = 'status 200' ]
}

@test "--bind: another address, IPv6" {
    mock_start --bind 127.0.0.2
    [ "$(curl -s "http://127.0.0.2:$MOCK_PORT/status/200")" = 'status 200' ]
    run -7 curl -s "$MOCK_URL/status/200"
    mock_stop
    [ -e /proc/net/if_inet6 ] && grep -q ' lo$' /proc/net/if_inet6 || skip "no IPv6 here"
    mock_start --bind ::1
    [ "$(curl -gs "http://[::1]:$MOCK_PORT/status/200")" = 'status 200' ]
}

@test "ends cleanly on SIGTERM and SIGINT, whatever its connections wait for" {
    local sig
    for sig in TERM INT; do
        mock_start --script hang,stall,'drip;ms=60000'
        local i
        for i in 1 2 3; do
            curl -s -o /dev/null "$MOCK_URL/v1/models" 3>&- &
            await mock_got "$i"
        done
        kill -"$sig" "$MOCK_PID"
        wait "$MOCK_PID"
        MOCK_PID=
    done
}

@test "--max-requests and --idle-exit end it" {
    mock_start --max-requests 2
    curl -s -o /dev/null "$MOCK_URL/a" "$MOCK_URL/b"
    wait "$MOCK_PID"
    mock_start --idle-exit 5 # not less: a busy machine may take as long for the next line
    curl -s -o /dev/null "$MOCK_URL/a"
    wait "$MOCK_PID"
    MOCK_PID=
}

@test "wrong options are named" {
    mock_start
    run -1 "$STEADYCURL" mock --port "$MOCK_PORT"
    [[ $output == *"cannot listen on 127.0.0.1 port $MOCK_PORT: Address already in use"* ]]
    run -1 "$STEADYCURL" mock --bind example.com
    [[ $output == *"'example.com' is not a numeric address"* ]]
    run -2 "$STEADYCURL" mock --port 65536
    run -2 "$STEADYCURL" mock --port x
    run -2 "$STEADYCURL" mock --fault-rate 503
    run -2 "$STEADYCURL" mock --fault-rate 503=0.6,429=0.6
    run -2 "$STEADYCURL" mock --script-file /nonexistent
    [[ $output == *'No such file'* ]]
    run -2 "$STEADYCURL" mock operand
    [[ $output == *'unexpected argument "operand"'* ]]
    run -2 "$STEADYCURL" mock --latency soon
    [[ $output == *'--latency: "soon" is not a whole number from 0 to 2147483647'* ]]
    run -2 "$STEADYCURL" mock --ready-fd 99
    [[ $output == *"--ready-fd: descriptor 99 is not open"* ]]
    run -2 "$STEADYCURL" mock --cert-out "$BATS_TEST_TMPDIR/x"
    run -0 "$STEADYCURL" mock --help
    [[ $output == *--script-file* ]]
}

@test "/_mock/requests shows no credentials: headers, query, JSON, form, multipart, binary" {
    mock_start --script 200
    secret=Zq7vXn2LkT9pWm4sHd8y
    curl -s -o /dev/null -H "Authorization: Bearer $secret" -H "x-api-key: $secret" -H "api-key: $secret" \
        -H "x-goog-api-key: $secret" -H "Cookie: a=$secret; b=$secret" -H 'Idempotency-Key: again-1' \
        -H "Proxy-Authorization: Basic $secret" -H "X-Amz-Security-Token: $secret" \
        -d "{\"model\": \"m\", \"max_tokens\": 5, \"api_key\": \"$secret\"}" \
        "$MOCK_URL/v1/chat/completions?key=$secret&x=1"
    curl -s -o /dev/null -H "Authorization: AWS4-HMAC-SHA256 Credential=$secret/x, Signature=$secret" \
        -d "api_key=$secret&prompt=hello" "$MOCK_URL/a?api-key=$secret"
    curl -s -o /dev/null -F "api_key=$secret" -F 'prompt=hello' -F "token=$secret" "$MOCK_URL/b"
    printf '\377\376 "password": "%s"' "$secret" | curl -s -o /dev/null --data-binary @- "$MOCK_URL/c"
    curl -s -o /dev/null -d "a line
sk-ant-api03-$secret and $(printf 'http://me:%s@h/' "$secret")" "$MOCK_URL/d"
    mock_requests >"$BATS_TEST_TMPDIR/seen"
    run ! grep -F "$secret" "$BATS_TEST_TMPDIR/seen"
    run ! sh -c 'jq -r ".[3].body_base64" "$1" | base64 -d | grep -aF "$2"' sh "$BATS_TEST_TMPDIR/seen" "$secret"
    jq -e '(.[0].headers | map({(.[0]): .[1]}) | add) as $h |
        $h.Authorization == "Bearer [redacted]" and $h["x-api-key"] == "[redacted]" and
        $h["Idempotency-Key"] == "again-1" and $h["Cookie"] == "[redacted]" and
        .[0].path == "/v1/chat/completions?key=[redacted]&x=1" and
        (.[0].body | fromjson | .max_tokens == 5 and .api_key == "[redacted]") and
        .[1].body == "api_key=[redacted]&prompt=hello" and
        (.[2].body | contains("hello") and contains("[redacted]\r\n--")) and
        (.[4].body | startswith("a line\n[redacted] and http://[redacted]@h/"))' "$BATS_TEST_TMPDIR/seen"
    # Number and hash are those of what came.
    jq -e --arg sum "$(printf 'api_key=%s&prompt=hello' "$secret" | sha256sum | cut -d' ' -f1)" \
        '.[1].body_sha256 == $sum' "$BATS_TEST_TMPDIR/seen"
}
