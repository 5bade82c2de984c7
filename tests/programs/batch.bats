#!/usr/bin/env bats
# Embedding requests with too many inputs are sent in parts where the policy says so, and the
# program gets one answer. The mock gives an input the same embedding in every request.

load programs

setup_file() {
    programs_begin
    export EMBED=$MOCK_URL/v1/embeddings
    policy_with '"embeddings": {"split": true, "max_inputs": 3}' '"provider": "openai"' >"$POLICY"
    sed -i 's|"version": 1,|"version": 1, "log": {"format": "json"},|' "$POLICY"
    ASK=$(inputs 10)
}

setup() {
    export ASK
    ASK=$(inputs 10)
}

teardown_file() {
    programs_end
}

inputs() { # COUNT: a request; each input is four bytes, a token
    jq -nc --argjson n "$1" '{model: "text-embedding-3-small", dimensions: 4,
        input: [range($n) | tostring | ("000" + .)[-4:]]}'
}

sizes() { # of the requests, in inputs
    mock_requests | jq -c '[.[].body | fromjson.input | length]'
}

of_call() { # JQ FILTER: of the last call's line
    jq -rsc "map(select(.event == \"call\")) | last | $1" "$LOG"
}

# Alone in one piece, under the library through SCRIPT in PARTS: the program sees the same.
merged() { # SCRIPT PARTS PROGRAM ARGUMENT...
    local script=$1 parts=$2
    shift 2
    server 200
    capture alone "$@"
    [ "$(mock_count)" -eq 1 ]
    server "$script"
    : >"$LOG"
    capture under wrapped "$@"
    sed -i -E '/^(x-request-id|request_size|num_connects)/Id; s/req_[0-9a-f]*/ID/' \
        "$BATS_TEST_TMPDIR"/{alone,under}/out
    same alone under
    [ "$(sizes)" = "$parts" ]
}

@test "batch: parts of an embedding request make one answer, its length and its cost" {
    merged 200 '[3,3,3,1]' curl -sS -i -w '%{size_download} %{http_code} %{size_upload}' "$EMBED" -d "$ASK"
    grep -qi '^content-length: ' "$BATS_TEST_TMPDIR/under/out"
    [ "$(of_call '[.input_tokens, .attempts, .outcome]')" = '[10,4,"ok"]' ]
    grep -q '"cost_usd":0.000000200' "$LOG"
    merged 200 '[3,3]' curl -sS "$EMBED" -d "$(inputs 6)"
    merged 200 '[3]' curl -sS -i "$EMBED" -d "$(inputs 3)"
}

@test "batch: each part has its own retries" {
    merged 200,503,503,200,503,200 '[3,3,3,3,3,3,1]' curl -sS "$EMBED" -d "$ASK"
    [ "$(of_call .attempts)" = 7 ]
    merged 'reset-body;at=40,200,truncate-chunked;at=90,200' '[3,3,3,3,3,1]' curl -sS "$EMBED" -d "$ASK"
}

@test "batch: answers in chunks of any size, and compressed ones" {
    merged 'drip;ms=0;bytes=7' '[3,3,3,1]' curl -sS "$EMBED" -d "$ASK"
    merged 200 '[3,3,3,1]' curl -sS --compressed "$EMBED" -d "$ASK"
    compare 200 200 1 curl -sS "$EMBED" -d "$ASK" -H 'Accept-Encoding: gzip'
}

@test "batch: a part that fails for good is the call's failure" {
    server 200,400
    capture under wrapped curl -sS -w '%{http_code}' "$EMBED" -d "$ASK"
    server 400
    capture alone curl -sS -w '%{http_code}' "$EMBED" -d "$ASK"
    same alone under
    server 200,503
    capture under wrapped curl -sS --fail "$EMBED" -d "$ASK"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 22 ]
    [ ! -s "$BATS_TEST_TMPDIR/under/out" ]
    [ "$(sizes)" = '[3,3,3,3]' ]
    [ "$(of_call .outcome)" = failed ]
}

@test "batch: no time for the next part is a timeout" {
    server '200;latency=700'
    capture under wrapped curl -sS --max-time 1 "$EMBED" -d "$ASK"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 28 ]
    [ ! -s "$BATS_TEST_TMPDIR/under/out" ]
}

@test "batch: a part that the limits have no room for is refused" {
    policy_with '"embeddings": {"split": true, "max_inputs": 3},
        "limits": {"rpm": 2, "burst": 1, "max_wait_ms": 0}' '"provider": "openai"' >"$BATS_TEST_TMPDIR/limits"
    server 200
    POLICY=$BATS_TEST_TMPDIR/limits capture under wrapped curl -sS -i "$EMBED" -d "$ASK"
    grep -qi '^HTTP/1.1 429' "$BATS_TEST_TMPDIR/under/out"
    grep -qi '^x-steadycurl: ' "$BATS_TEST_TMPDIR/under/out"
    grep -q rate_limit "$BATS_TEST_TMPDIR/under/out"
    run ! grep -q '"embedding"' "$BATS_TEST_TMPDIR/under/out"
}

@test "batch: money is set aside for each part, and refused for each" {
    cat >"$BATS_TEST_TMPDIR/budget" <<EOF
{"version": 1, "log": {"format": "json"},
 "prices": [{"model": "house", "input_per_mtok": 100, "output_per_mtok": 1}],
 "budgets": [{"name": "team", "usd": 0.08, "per": "ever"}],
 "defaults": {"embeddings": {"split": true, "max_inputs": 3}},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai"}]}
EOF
    # A part's inputs are 300 tokens or 0.03 USD, and guessed to be some more; the request's are 1000.
    jq -nc '{model: "house", input: [range(10) | tostring * 400 | .[:400]]}' >"$BATS_TEST_TMPDIR/ask"
    server 200
    : >"$LOG"
    POLICY=$BATS_TEST_TMPDIR/budget capture under wrapped curl -sS -i "$EMBED" -d "@$BATS_TEST_TMPDIR/ask"
    grep -qi '^HTTP/1.1 429' "$BATS_TEST_TMPDIR/under/out"
    run ! grep -q '"embedding"' "$BATS_TEST_TMPDIR/under/out"
    [ "$(sizes)" = '[3,3]' ]
    grep -q '"input_tokens":600,"output_tokens":0,"cost_usd":0.060000000' "$LOG"
}

@test "batch: uploads, the multi interface, PHP and pycurl" {
    merged 200 '[3,3,3,1]' curl -sS -Z "$EMBED" -o answer -d "$ASK" --no-progress-meter
    INPUT=$ASK merged 200 '[3,3,3,1]' curl -sS -T - -X POST "$EMBED"
    merged 200,503,200 '[3,3,3,3,1]' curl -sS -Z "$EMBED" -o answer -d "$ASK" --no-progress-meter
    if php -m 2>/dev/null | grep -q curl; then
        merged 200,503,200 '[3,3,3,3,1]' php "$HERE/ask.php" return "$EMBED"
        merged 200,503,200 '[3,3,3,3,1]' php "$HERE/ask.php" header "$EMBED"
    fi
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    ASK_STREAM=$ASK merged 200,503,200 '[3,3,3,3,1]' $PYTHON "$HERE/usage.py" easy "$EMBED"
    ASK_STREAM=$ASK merged 200,503,200 '[3,3,3,3,1]' $PYTHON "$HERE/usage.py" multi "$EMBED"
    ASK_STREAM=$ASK merged 200 '[3,3,3,1]' $PYTHON "$HERE/usage.py" read "$EMBED"
}

@test "batch: a large request, beyond what is held otherwise" {
    policy_with '"embeddings": {"split": true}, "hold": {"success_max_kb": 64}' '"provider": "openai"' \
        >"$BATS_TEST_TMPDIR/large"
    inputs 5000 | jq -c '.dimensions = 16' >"$BATS_TEST_TMPDIR/ask"
    POLICY=$BATS_TEST_TMPDIR/large merged 200,503,200 '[2048,2048,2048,904]' \
        curl -sS "$EMBED" -d "@$BATS_TEST_TMPDIR/ask" -o answer
    [ "$(jq '.data | length' "$BATS_TEST_TMPDIR/under/files/answer")" -eq 5000 ]
    jq -e '[.data[].index] == [range(5000)]' "$BATS_TEST_TMPDIR/under/files/answer" >/dev/null
}

@test "batch: an answer that does not end is a failed write, not all of the memory" {
    local answer=$BATS_TEST_TMPDIR/answer got=$BATS_TEST_TMPDIR/got
    { printf '{"data":["' && head -c 2000000 /dev/zero | tr '\0' x && printf '"]}'; } >"$answer"
    mock_start --script "200;body=$answer"
    policy_with '"embeddings": {"split": true, "max_inputs": 1}, "hold": {"success_max_kb": 64}' \
        '"provider": "openai"' >"$BATS_TEST_TMPDIR/small"
    POLICY=$BATS_TEST_TMPDIR/small run wrapped curl -sS -o "$got" "$MOCK_URL/v1/embeddings" -d "$(inputs 2)"
    [ "$status" -eq 23 ]
    [ "$(stat -c %s "$got")" -lt 1200000 ] # what was held, as of any transfer that breaks
    [ "$(mock_count)" -eq 1 ]
    mock_stop
}

@test "batch: what cannot be merged is asked for in one piece" {
    server '200;body-text={"data":[]},200'
    capture under wrapped curl -sS "$EMBED" -d "$ASK"
    server 200
    capture alone curl -sS "$EMBED" -d "$ASK"
    same alone under
    logged 'cannot be merged'
}

@test "batch: other requests are left alone" {
    compare 200 503,200 2 curl -sS "$EMBED" -d "$(inputs 3)"
    compare 200 200 1 curl -sS "$EMBED" -d '{"model":"e","input":[1,2,3,4,5]}'
    compare 200 200 1 curl -sS "$EMBED" -d '{"model":"e","input":"abcdefgh"}'
    compare 200 200 1 curl -sS "$CHAT" -d '{"messages":[],"input":["a","b","c","d"]}'
}
