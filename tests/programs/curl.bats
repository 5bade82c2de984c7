#!/usr/bin/env bats
# curl(1) through two 503s prints, writes and returns what it does for a direct 200.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

@test "curl: a POST with -d" {
    transparent curl -sS "$CHAT" -d "$ASK" -H "Authorization: Bearer sk-test"
    [[ $request == *'"Authorization","Bearer [redacted]"'* ]]
}

@test "curl: a GET" {
    transparent curl -sS "$MOCK_URL/bytes/3000"
}

@test "curl: the body from standard input, -d @-" {
    INPUT=$ASK transparent curl -sS "$CHAT" -d @-
    INPUT=$ASK transparent curl -sS "$CHAT" --data-binary @-
}

@test "curl: an upload from a pipe, -T -" {
    INPUT=$ASK transparent curl -sS "$MOCK_URL/echo" -T -
    [[ $request == *'"Transfer-Encoding","chunked"'* ]]
}

@test "curl: an upload from a pipe that is larger than the memory for it" {
    head -c 3000000 /dev/urandom >"$BATS_TEST_TMPDIR/up"
    INPUT_FILE=$BATS_TEST_TMPDIR/up transparent curl -sS "$CHAT" -T -
    [[ $request == *"$(sha256sum <"$BATS_TEST_TMPDIR/up" | cut -d' ' -f1)"* ]]
}

@test "curl: an upload of a file, -T FILE" {
    head -c 200000 /dev/urandom >"$BATS_TEST_TMPDIR/up"
    transparent curl -sS "$MOCK_URL/v1/files" -T "$BATS_TEST_TMPDIR/up"
    [[ $request == *"$(sha256sum <"$BATS_TEST_TMPDIR/up" | cut -d' ' -f1)"* ]]
}

@test "curl: headers in the output, -i" {
    transparent curl -sS -i "$CHAT" -d "$ASK"
    [ "$(grep -c ^HTTP/ "$BATS_TEST_TMPDIR/under/out")" -eq 1 ]
}

@test "curl: headers into a file, -D" {
    transparent curl -sS -D heads "$CHAT" -d "$ASK"
    transparent curl -sS -D - -o body "$CHAT" -d "$ASK"
}

@test "curl: -f" {
    transparent curl -sS -f "$CHAT" -d "$ASK"
}

@test "curl: the output into a file, -o" {
    transparent curl -sS "$CHAT" -d "$ASK" -o answer
    [ -s "$BATS_TEST_TMPDIR/under/files/answer" ]
    transparent curl -sS "$MOCK_URL/bytes/300000" -o answer
}

@test "curl: a form, -F, of text, a file and standard input" {
    head -c 100000 /dev/urandom | base64 >"$BATS_TEST_TMPDIR/part"
    transparent curl -sS "$MOCK_URL/v1/files" -F purpose=batch -F "file=@$BATS_TEST_TMPDIR/part"
    INPUT=$ASK transparent curl -sS "$MOCK_URL/v1/files" -F purpose=batch -F "file=@-;filename=x"
    [[ $request == *"sky blue"* ]]
}

@test "curl: --max-time with room enough" {
    transparent curl -sS --max-time 30 "$CHAT" -d "$ASK"
}

@test "curl: streaming, -N" {
    transparent curl -sS -N "$CHAT" -d "$ASK_STREAM"
    [[ $(<"$BATS_TEST_TMPDIR/under/out") == *"data: [DONE]"* ]]
}

@test "curl: what -w shows" {
    transparent curl -sS "$CHAT" -d "$ASK" -o /dev/null -w '%{http_code} %{size_download}
%{size_upload} %{size_header} %{size_request} %{num_connects} %{num_redirects} %{content_type}
%{url_effective} %{method} %{errormsg} %{exitcode} %{http_version} %{scheme} %{num_headers}
%{remote_ip} %{remote_port} %{response_code} %{header_json}'
}

@test "curl: --max-filesize, which an error's body exceeds and the answer does not" {
    server 503,503,200
    capture under wrapped curl -sS --max-filesize 100 "$MOCK_URL/bytes/60"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
    [ "$(wc -c <"$BATS_TEST_TMPDIR/under/out")" -eq 60 ]
    [ "$(mock_count)" -eq 3 ]
}

@test "curl: HEAD, -I" {
    transparent curl -sS -I "$CHAT"
}

@test "curl: other verbs and bodies" {
    transparent curl -sS -X PUT "$CHAT" -d "$ASK"
    transparent curl -sS -X DELETE "$MOCK_URL/v1/files/a"
    transparent curl -sS -G "$MOCK_URL/echo" -d a=b --data-urlencode "c=d e"
    transparent curl -sS --json "$ASK" "$CHAT"
    transparent curl -sS --compressed --json "$ASK" "$CHAT"
}

@test "curl: the progress meter is one call's" {
    # Bar and meter are drawn ten times a second at most, so a slow machine has no line more.
    transparent curl "$CHAT" -d "$ASK" -o answer -#
    transparent curl "$MOCK_URL/bytes/1000" -o answer -#
    fails_alike 404 1 curl "$MOCK_URL/v1/models" -o answer -#
    server 503,503,200
    capture under wrapped curl "$MOCK_URL/bytes/1000" -o answer
    [ "$(grep -c '% Total' "$BATS_TEST_TMPDIR/under/err")" -eq 1 ]
}

@test "curl: several URLs in one command, each retried" {
    server 200
    capture alone curl -sS "$CHAT" "$MOCK_URL/bytes/100" "$CHAT" -d "$ASK"
    server 503,200,503,200,503,200
    capture under wrapped curl -sS "$CHAT" "$MOCK_URL/bytes/100" "$CHAT" -d "$ASK"
    same alone under
    [ "$(mock_count)" -eq 6 ]
}

@test "curl: --next with other options" {
    server 200
    capture alone curl -sS "$CHAT" -d "$ASK" --next -sS -i "$MOCK_URL/bytes/10"
    server 503,200,503,200
    capture under wrapped curl -sS "$CHAT" -d "$ASK" --next -sS -i "$MOCK_URL/bytes/10"
    same alone under
    [ "$(mock_count)" -eq 4 ]
}

@test "curl: a configuration file and a cookie jar" {
    printf 'url = "%s"\nsilent\ncookie-jar = "jar"\n' "$CHAT" >"$BATS_TEST_TMPDIR/rc"
    transparent curl -K "$BATS_TEST_TMPDIR/rc" -d "$ASK"
}

@test "curl: a redirect is followed in each attempt" {
    server 200
    capture alone curl -sS -L -i "$MOCK_URL/redirect?to=/v1/models"
    server 200,503,200,200
    capture under wrapped curl -sS -L -i "$MOCK_URL/redirect?to=/v1/models"
    same alone under
    [ "$(mock_count)" -eq 4 ]
}

@test "curl: a reset, a silent close and a cut answer are retried" {
    compare 200 reset,reset,200 3 curl -sS "$CHAT" -d "$ASK"
    compare 200 'truncate;at=20,reset-body;at=30,200' 3 curl -sS -i "$CHAT" -d "$ASK"
    compare 200 'truncate-chunked,truncate,200' 3 curl -sS "$CHAT" -d "$ASK"
}

@test "curl: 429, 529, 500, 502 and 504 are retried" {
    compare 200 429,529,200 3 curl -sS "$CHAT" -d "$ASK"
    compare 200 500,502,200 3 curl -sS "$CHAT" -d "$ASK"
    compare 200 504,429,200 3 curl -sS -f "$CHAT" -d "$ASK"
}

@test "curl: failures that last are seen as they are" {
    local outcome
    for outcome in 503 429 500; do
        fails_alike $outcome 3 curl -sS -i "$CHAT" -d "$ASK"
        fails_alike $outcome 3 curl -sS -f -i "$CHAT" -d "$ASK"
        fails_alike $outcome 3 curl -sS -o answer -w '%{http_code} %{size_download}' "$CHAT" -d "$ASK"
    done
    logged 'Max retries reached. Request failed.'
    fails_alike 503 3 curl -sS --fail-with-body "$CHAT" -d "$ASK"
    fails_alike 429 3 curl -sS --fail-with-body -i "$CHAT" -d "$ASK"
}

@test "curl: what cannot get better is asked for once" {
    local outcome
    for outcome in 400 401 403 404 quota context; do
        fails_alike $outcome 1 curl -sS -i "$CHAT" -d "$ASK"
        fails_alike $outcome 1 curl -sS -f -i "$CHAT" -d "$ASK"
    done
}

@test "curl: connections that always break give libcurl's own error" {
    fails_alike reset 3 curl -sS "$CHAT" -d "$ASK"
    fails_alike truncate 3 curl -sS -i "$CHAT" -d "$ASK"
    fails_alike truncate-chunked 3 curl -sS "$CHAT" -d "$ASK"
    fails_alike 'reset-body;at=40' 3 curl -sS "$CHAT" -d "$ASK"
}

@test "curl: a server that is not there" {
    local port
    port=$($PYTHON -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    capture alone curl -sS "http://127.0.0.1:$port/"
    : >"$LOG"
    capture under wrapped curl -sS "http://127.0.0.1:$port/"
    sed -i 's/after [0-9]* ms/after N ms/' "$BATS_TEST_TMPDIR"/{alone,under}/err
    same alone under
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 7 ]
    [ "$(grep -c Retry "$LOG")" -eq 2 ]
}

@test "curl: hosts that no rule names are left alone" {
    policy_with >"$BATS_TEST_TMPDIR/other.json"
    sed -i 's/127\.0\.0\.1/api.example.com/' "$BATS_TEST_TMPDIR/other.json"
    POLICY=$BATS_TEST_TMPDIR/other.json compare 503 503,200 1 curl -sS -i "$CHAT" -d "$ASK"
    [ ! -s "$LOG" ]
}

@test "curl: the multi interface, -Z, is as without the library" {
    compare 200 200 1 curl -sS --no-progress-meter -Z "$CHAT" -d "$ASK"
}
