#!/usr/bin/env bats
# What decides the outcome of a request: the server's script, the request's own, the path's, chance.

bats_require_minimum_version 1.5.0
load ../../lib/mock

teardown() {
    mock_stop
}

status_of() { # CURL ARGUMENT...
    curl -s --noproxy '*' -o /dev/null -w '%{http_code}' "$@"
}

statuses() { # COUNT CURL ARGUMENT...
    local i out=
    for ((i = 0; i < $1; i++)); do
        out="$out $(status_of "${@:2}")"
    done
    echo "${out# }"
}

@test "a script is used one outcome a request, and its last one repeats" {
    mock_start --script 503,429,200
    [ "$(statuses 5 "$MOCK_URL/v1/chat/completions" -d '{}')" = "503 429 200 200 200" ]
}

@test "an outcome can be repeated by a count" {
    mock_start --script '503*3,200'
    [ "$(statuses 5 "$MOCK_URL/x")" = "503 503 503 200 200" ]
}

@test "a request's own outcome comes first, by header or query, and uses up no script" {
    mock_start --script 503,200
    [ "$(status_of -H 'x-mock: 418' "$MOCK_URL/x")" = 418 ]
    [ "$(status_of "$MOCK_URL/x?mock=429%3Bretry-after%3D1")" = 429 ]
    [ "$(statuses 2 "$MOCK_URL/x")" = "503 200" ]
}

@test "a request's own script keeps a position per id" {
    mock_start
    local own="$MOCK_URL/x?mock-script=503,500,200"
    [ "$(statuses 2 "$own&mock-id=a")" = "503 500" ]
    [ "$(statuses 2 -H 'x-mock-script: 503,500,200' -H 'x-mock-id: b' "$MOCK_URL/x")" = "503 500" ]
    [ "$(statuses 2 "$own&mock-id=a")" = "200 200" ]
}

@test "a script file gives scripts per path, an array needs no backslash for commas" {
    cat >"$BATS_TEST_TMPDIR/plan.json" <<'JSON'
{"script": "500", "seed": 3,
 "paths": {"/v1/embeddings": [429, "200;header=X-List:a,b"], "/v1/chat/*": "503,200"}}
JSON
    mock_start --script-file "$BATS_TEST_TMPDIR/plan.json"
    [ "$(statuses 2 "$MOCK_URL/v1/chat/completions")" = "503 200" ]
    [ "$(status_of "$MOCK_URL/v1/embeddings")" = 429 ]
    curl -si "$MOCK_URL/v1/embeddings" -d '{}' | grep -q '^X-List: a,b'
    [ "$(status_of "$MOCK_URL/other")" = 500 ]
}

@test "random faults come at their rate, the same again with the same seed" {
    local url='/x?[1-400]' first
    mock_start --fault-rate 503=0.25,429=0.1 --seed 7
    first=$(curl -s -o /dev/null -w '%{http_code} ' "$MOCK_URL$url")
    mock_count
    local n503 n429
    n503=$(tr ' ' '\n' <<<"$first" | grep -c 503)
    n429=$(tr ' ' '\n' <<<"$first" | grep -c 429)
    [ "$n503" -gt 70 ] && [ "$n503" -lt 130 ]
    [ "$n429" -gt 20 ] && [ "$n429" -lt 65 ]
    mock_reset
    [ "$(curl -s -o /dev/null -w '%{http_code} ' "$MOCK_URL$url")" = "$first" ]
    mock_stop
    mock_start --fault-rate 503=0.25,429=0.1 --seed 8
    [ "$(curl -s -o /dev/null -w '%{http_code} ' "$MOCK_URL$url")" != "$first" ]
}

@test "/_mock/script sets another script, /_mock/reset starts it anew" {
    mock_start
    mock_script 503,200
    [ "$(statuses 2 "$MOCK_URL/x")" = "503 200" ]
    mock_reset
    [ "$(statuses 2 "$MOCK_URL/x")" = "503 200" ]
    mock_script ''
    [ "$(status_of "$MOCK_URL/x")" = 200 ]
}

@test "headers of an outcome: given ones, Retry-After in all its forms" {
    mock_start
    local out
    out=$(curl -si "$MOCK_URL/x" -H 'x-mock: 429;retry-after=2;header=X-One:a b;header=X-Two:c\,d')
    grep -qi '^retry-after: 2' <<<"$out"
    grep -q '^X-One: a b' <<<"$out"
    grep -q '^X-Two: c,d' <<<"$out"
    curl -si "$MOCK_URL/x" -H 'x-mock: 429;retry-after-ms=150' | grep -qi '^retry-after-ms: 150'
    out=$(curl -si "$MOCK_URL/x" -H 'x-mock: 503;retry-after-date=90')
    local date after
    date=$(date -d "$(sed -n 's/^Date: //p' <<<"$out" | tr -d '\r')" +%s)
    after=$(date -d "$(sed -n 's/^Retry-After: //p' <<<"$out" | tr -d '\r')" +%s)
    [ $((after - date)) -ge 89 ] && [ $((after - date)) -le 91 ]
}

@test "a body and its type can be given, from a file for those who start the server" {
    printf 'from a file\n' >"$BATS_TEST_TMPDIR/body"
    mock_start --script "500;body=$BATS_TEST_TMPDIR/body;content-type=text/html"
    [ "$(curl -s -w '%{http_code} %{content_type}' "$MOCK_URL/x")" = $'from a file\n500 text/html' ]
    [ "$(curl -s -H 'x-mock: 200;body-text=a\;b\nc' "$MOCK_URL/x")" = $'a;b\nc' ]
}

@test "requests cannot make the server read files" {
    mock_start
    run curl -s -H "x-mock: 200;body=/etc/passwd" "$MOCK_URL/x"
    [[ $output == *'not allowed here'* ]]
    run mock_curl /_mock/script --data-binary '200;body=/etc/passwd'
    [[ $output == *'not allowed here'* ]]
}

@test "a script that cannot be read is refused with the reason" {
    mock_start
    [ "$(curl -s -w '%{http_code}' -H 'x-mock: 5o3' "$MOCK_URL/x")" = \
        $'{"error":"neither a status nor a word of the script language: \'5o3\'"}\n400' ]
    local bad
    for bad in 99 1000 '503*0' '503;ms=-1' '503;colour=red' '' '503,,200' '200;header=x'; do
        run -2 "$STEADYCURL" mock --script "$bad"
        [[ $output == "steadycurl mock: "* ]]
    done
}

@test "a script file that is wrong: which file, member, and what is allowed" {
    local file=$BATS_TEST_TMPDIR/plan.json content said
    while IFS='|' read -r content said; do
        printf '%b' "$content" >"$file"
        run -2 "$STEADYCURL" mock --script-file "$file"
        [[ $output == "steadycurl mock: $file:"*"$said"* ]] || { echo "$content: $output" && false; }
    done <<'END'
{"scripts":"503"}| scripts: no such member: there are script, paths, fault_rate and seed
{"script":5}| script: allowed is a string or a list of outcomes
{"script":"503,foo"}| script: neither a status nor a word of the script language: 'foo'
{"script":"503","script":"200"}| script: it is there a second time
{"paths":{"v1":"503"}}| paths: v1: a path begins with '/'
{"paths":{"/a":"5o3"}}| paths: /a: neither a status
{"paths":[]}| paths: allowed is an object
{"fault_rate":{"503":2}}| fault_rate: 503: fault rates are 0 to 1
{"seed":1.5}| seed: allowed is a whole number
{"script":"503",\n"seed":}|2: this is not JSON
[1]| not a JSON object
END
    run -2 "$STEADYCURL" mock --script-file "$BATS_TEST_TMPDIR"
    [[ $output == *"Is a directory"* ]]
}
