#!/usr/bin/env bats
# steadycurl cassette: listed, shown, compared, and as HTTP archives.

bats_require_minimum_version 1.5.0
load ../../lib/mock

HERE=$BATS_TEST_DIRNAME

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS http_proxy
    TMP=$BATS_TEST_TMPDIR
    export STEADYCURL_LOG=$TMP/log
}

teardown() {
    mock_stop
}

cassette() {
    "$STEADYCURL" cassette "$@"
}

# A plain answer, a stream, a failure, and nobody.
record() { # FILE
    "$STEADYCURL" run --record "$1" --bodies -- sh -c "
        curl -s -d '{\"model\":\"gpt-4o\",\"messages\":[]}' '$MOCK_URL/v1/chat/completions?a=1&b=%C3%A9'
        curl -s -d '{\"model\":\"gpt-4o\",\"stream\":true,\"messages\":[]}' $MOCK_URL/v1/chat/completions
        curl -s -H 'x-mock: 429;retry-after=5' $MOCK_URL/v1/models
        curl -s http://127.0.0.1:1/
        true" >/dev/null
}

@test "ls has a row an exchange, show prints one" {
    mock_start
    record "$TMP/tape"
    [ "$(cassette ls "$TMP/tape" | wc -l)" -eq 4 ]
    [ "$(cassette ls --json "$TMP/tape" | jq -r '[.line, .status, .code, .method] | join(" ")')" = '1 200 0 POST
2 200 0 POST
3 429 0 GET
4 0 7 GET' ]
    run -0 cassette show "$TMP/tape" 2
    [[ $output == "> POST $MOCK_URL/v1/chat/completions"* ]]
    [[ $output == *'{"model":"gpt-4o","stream":true,"messages":[]}'* ]]
    [[ $output == *'< HTTP/1.1 200 OK'* ]]
    [[ $output == *'data: [DONE]'* ]]
    [[ $output == *'bytes after'* ]]
    run -1 cassette show "$TMP/tape" 9
    [[ $output == *"line 9 is no exchange, or is not there" ]]
    run -2 cassette show "$TMP/tape"
    run -2 cassette export "$TMP/tape"
    run -1 cassette ls "$TMP/none"
    [[ $output == *"no such file or directory" ]]
}

@test "diff says what another answer, another request is, and not what only the time has changed" {
    mock_start
    record "$TMP/a"
    record "$TMP/b"
    run -0 cassette diff "$TMP/a" "$TMP/b"
    [ -z "$output" ]
    sed -e '3s/HTTP\/1.1 429/HTTP\/1.1 503/' -e '1s/fp_mock/fp_other/' -e '4d' "$TMP/b" >"$TMP/c"
    run -1 cassette diff "$TMP/a" "$TMP/c"
    [ "${#lines[@]}" -eq 3 ]
    [[ ${lines[0]} == *"a:1 "*"c:1 "*"another body ("*" bytes, the first other one is byte "* ]]
    [[ ${lines[1]} == *"another status (429, 503)" ]]
    [[ ${lines[2]} == "- "*"a:4 "*"GET http://127.0.0.1:1/" ]]
    run -1 cassette diff "$TMP/c" "$TMP/a"
    [[ ${lines[2]} == "+ "*"a:4 "* ]]
    run -0 cassette diff --match host,body "$TMP/a" "$TMP/a"
}

@test "an archive is HAR 1.2, and comes back as the cassette that it was" {
    mock_start
    record "$TMP/tape"
    cassette export --har "$TMP/tape" >"$TMP/har"
    python3 - "$HERE/har.schema.json" "$TMP/har" <<'PYTHON'
import json, sys
import jsonschema
schema, har = (json.load(open(f)) for f in sys.argv[1:])
jsonschema.Draft202012Validator(schema).validate(har)
entries = har["log"]["entries"]
assert [e["response"]["status"] for e in entries] == [200, 200, 429, 0], entries
assert entries[0]["request"]["queryString"] == [{"name": "a", "value": "1"}, {"name": "b", "value": "\u00e9"}]
assert entries[1]["response"]["content"]["text"].endswith("data: [DONE]\n\n")
assert entries[3]["response"]["_error"]
for e in entries:
    t = e["timings"]
    assert abs(e["time"] - t["send"] - t["wait"] - t["receive"]) < 0.01, e
PYTHON
    cassette import --har "$TMP/har" >"$TMP/back"
    diff "$TMP/tape" "$TMP/back"
    cassette import --har - <"$TMP/har" | cmp - "$TMP/back"
}

@test "a browser's archive: bodies in base64, joined headers, what was never answered, no secrets" {
    cassette import --har "$HERE/browser.har" >"$TMP/tape" 2>"$TMP/err"
    [[ $(cat "$TMP/err") == *"2 exchanges; 1 entries are none, and left out" ]]
    for secret in browserkey BrowserKey browserCookie; do
        if grep -n "$secret" "$TMP/tape"; then return 1; fi
    done
    run -0 "$STEADYCURL" run --replay "$TMP/tape" --pace 0 -- curl -sS -i -d ' {"n":1,"model":"gpt-4o"}' \
        'https://api.openai.com/v1/chat/completions?key=AIzaSyAnotherKey1234567'
    plain=${output//$'\r'/}
    [[ $plain == 'HTTP/2 200 '* ]]
    [[ $plain == *$'\ncontent-length: 29\n'* ]]
    [[ $plain != *content-encoding* ]]
    [[ $plain == *$'data: {"a":1}\n\ndata: [DONE]'* ]]
    [ "$(grep -c '^set-cookie: \*' <<<"$plain")" -eq 2 ]
    run -7 "$STEADYCURL" run --replay "$TMP/tape" -- curl -sS https://blocked.example/x
    [[ $output == *"net::ERR_BLOCKED_BY_CLIENT"* ]]
    # three pieces of a time become one, in its time
    [ "$(cassette ls --json "$TMP/tape" | jq -c 'select(.line == 1) | [.time_ms, .us, .pieces]')" = '[1795859400123,120500,1]' ]
    run -1 cassette import --har "$HERE/har.schema.json"
    [[ $output == *'it is no HTTP archive: "log" has no "entries"' ]]
    run -1 cassette import --har "$HERE/cassette.bats"
    [[ $output == *'it is no JSON' ]]
}

@test "an archive that says it is ours is believed no more than another: secrets go, and a call with one in its body is found" {
    cat >"$TMP/foreign.har" <<'END'
{"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [
 {"startedDateTime": "2026-11-28T10:00:00.000Z", "time": 5, "cache": {}, "timings": {"send": 1, "wait": 2, "receive": 2},
  "request": {"method": "POST", "url": "https://api.example/v1/x", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
              "queryString": [], "headersSize": -1, "bodySize": 10,
              "postData": {"mimeType": "application/json", "text": "{\"api_key\":\"firstkey123456\"}"}},
  "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "", "headersSize": -1,
               "bodySize": 2, "headers": [{"name": "Set-Cookie2", "value": "plain=cookieTwo22"}],
               "content": {"size": 2, "mimeType": "application/json", "text": "{}"}}},
 {"startedDateTime": "2026-11-28T10:00:00.000Z", "time": 5, "cache": {}, "timings": {"send": 1, "wait": 2, "receive": 2},
  "request": {"method": "GET", "url": "https://api.example/v1/y", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
              "queryString": [], "headersSize": -1, "bodySize": 0},
  "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "", "headersSize": -1,
               "bodySize": 2, "headers": [], "content": {"size": 2, "mimeType": "application/json", "text": "{}"}},
  "_steadycurl": {"cassette": 1, "attempts": 1,
    "request": {"method": "GET", "url": "https://api.example/v1/y?api_key=sk-abcdefgh123456", "size": 0,
                "headers": ["authorization: Bearer ownSecret99"]},
    "answer": {"code": 0, "us": 5, "head_us": 3, "head": ["HTTP/1.1 200 ", "set-cookie: sid=ownCookie77"], "pieces": [["x"]]}}},
 {"startedDateTime": "2026-11-28T10:00:00.000Z", "time": 5, "cache": {}, "timings": {"send": 1, "wait": 2, "receive": 2},
  "request": {"method": "GET", "url": "https://api.example/v1/z", "httpVersion": "HTTP/1.1", "cookies": [], "headers": [],
              "queryString": [], "headersSize": -1, "bodySize": 0},
  "response": {"status": 200, "statusText": "OK", "httpVersion": "HTTP/1.1", "cookies": [], "redirectURL": "", "headersSize": -1,
               "bodySize": 2, "headers": [], "content": {"size": 2, "mimeType": "application/json", "text": "{}"}},
  "_steadycurl": {"cassette": 1, "attempts": 1,
    "request": {"method": "GET", "url": "https://api.example/v1/z?api_key=sk-abcdefgh123456", "size": 0,
                "headers": ["authorization: Bearer ownSecret99"]},
    "answer": {"code": 0, "us": 5, "head_us": 3, "head": ["HTTP/1.1 200 ", "set-cookie: sid=ownCookie77"], "pieces": [[4, 2]]}}}]}}
END
    cassette import --har "$TMP/foreign.har" >"$TMP/tape"
    [ "$(wc -l <"$TMP/tape")" -eq 3 ]
    for secret in firstkey cookieTwo sk-abcdefgh ownSecret ownCookie; do
        if grep -n "$secret" "$TMP/tape"; then return 1; fi
    done
    run -0 "$STEADYCURL" run --replay "$TMP/tape" --pace 0 -- \
        curl -sS https://api.example/v1/x -d '{"api_key":"anotherkey99"}'
    [ "$output" = '{}' ]
}

@test "a replay hands over no more at once than libcurl does" {
    head -c 100000 /dev/zero | tr '\0' x >"$TMP/big"
    jq -n --rawfile big "$TMP/big" '{log: {version: "1.2", creator: {name: "x", version: "1"}, entries: [{
        startedDateTime: "2026-11-28T10:00:00.000Z", time: 5, cache: {}, timings: {send: 1, wait: 2, receive: 2},
        request: {method: "GET", url: "http://api.example/big", httpVersion: "HTTP/1.1", cookies: [], headers: [],
                  queryString: [], headersSize: -1, bodySize: 0},
        response: {status: 200, statusText: "OK", httpVersion: "HTTP/1.1", cookies: [], headers: [], redirectURL: "",
                   headersSize: -1, bodySize: 100000, content: {size: 100000, mimeType: "text/plain", text: $big}}}]}}' >"$TMP/big.har"
    cassette import --har "$TMP/big.har" >"$TMP/tape"
    /usr/bin/python3 -c "import pycurl" 2>/dev/null || skip "no pycurl"
    run -0 "$STEADYCURL" run --replay "$TMP/tape" --pace 0 -- /usr/bin/python3 -c '
import pycurl
sizes = []
c = pycurl.Curl()
c.setopt(c.URL, "http://api.example/big")
c.setopt(c.WRITEFUNCTION, lambda piece: sizes.append(len(piece)))
c.perform()
print(sum(sizes), max(sizes))'
    [ "$output" = '100000 16384' ]
}
