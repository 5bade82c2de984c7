#!/usr/bin/env bats
# Another body than the program's, from wherever that comes: the server gets the new one, in one
# piece and with its own length, and the program sees nothing of it.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup_file() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export MOCK_PID MOCK_PORT MOCK_URL CHAT
    TMPDIR=$BATS_FILE_TMPDIR mock_start
    CHAT=$MOCK_URL/v1/chat/completions
}

teardown_file() {
    mock_stop
}

# Three rounds and a question; the model's window has room for the last round.
setup() {
    mock_script ''
    mock_reset
    LOG=$BATS_TEST_TMPDIR/log
    POLICY=$BATS_TEST_TMPDIR/policy.json
    cat >"$POLICY" <<EOF
{"version": 1, "log": {"path": "$LOG", "format": "json"},
 "prices": [{"model": "tiny", "input_per_mtok": 1, "output_per_mtok": 1, "context_window": 600}],
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false, "hold": {"upload_memory_kb": 64}, "tokens": {"context": "trim"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
EOF
    conversation 3 >"$BATS_TEST_TMPDIR/long"
    # What must arrive: the last round and the question.
    jq -c '.messages |= [.[0]] + .[-3:]' "$BATS_TEST_TMPDIR/long" >"$BATS_TEST_TMPDIR/short"
}

conversation() { # ROUNDS: a line of JSON without an end of line
    jq -ncj --argjson n "$1" '
        def words($k): [range(0; 90) | "word\(. * 7 + $k)"] | join(" ");
        {model: "tiny", messages: ([{role: "system", content: "s"}] +
          [range(0; $n) | {role: "user", content: words(.)}, {role: "assistant", content: words(. + 3)}] +
          [{role: "user", content: "And now?"}])}'
}

wrapped() { # PROGRAM ARGUMENT...
    "$STEADYCURL" run --policy "$POLICY" -- timeout 300 "$@"
}

arrived() { # FILE: this, and nothing else, came to the server; as often as $TIMES says
    mock_requests >"$BATS_TEST_TMPDIR/requests"
    jq -c '.[] | [.body_bytes, .complete, .outcome]' "$BATS_TEST_TMPDIR/requests"
    [ "$(jq length "$BATS_TEST_TMPDIR/requests")" -eq "${TIMES:-1}" ]
    jq -e --rawfile body "$1" 'all(.complete and .body == ($body | rtrimstr("\n")))' \
        "$BATS_TEST_TMPDIR/requests"
    # No length but the right one, or none at all.
    jq -e 'all(.body_bytes as $n | [.headers[] | select(.[0] | ascii_downcase == "content-length") |
        .[1] | tonumber] | length <= 1 and all(. == $n))' "$BATS_TEST_TMPDIR/requests"
}

size() {
    stat -c %s "$BATS_TEST_TMPDIR/long"
}

post() { # WAY [FILE]
    /usr/bin/python3 -c 'import pycurl' 2>/dev/null || skip "no pycurl"
    run -0 wrapped /usr/bin/python3 "$BATS_TEST_DIRNAME/post.py" "$1" "$CHAT" \
        "${2:-$BATS_TEST_TMPDIR/long}"
    echo "$output"
}

# Of a body in chunks libcurl counts the framing as well.
says_size() { # WAY
    case $1 in
    *sized* | fields*) [ "$output" = "200 $(size) $(size)" ] ;;
    *) [[ $output == "200 "*" -1" ]] ;;
    esac
}

@test "curl -d" {
    run -0 wrapped curl -sS -o "$BATS_TEST_TMPDIR/answer" -w '%{http_code} %{size_upload}' "$CHAT" \
        --data-binary "@$BATS_TEST_TMPDIR/long"
    [ "$output" = "200 $(size)" ]
    arrived "$BATS_TEST_TMPDIR/short"
}

@test "curl -d with a Content-Length of its own" {
    wrapped curl -sS "$CHAT" -H "Content-Length: $(size)" --data-binary "@$BATS_TEST_TMPDIR/long"
    arrived "$BATS_TEST_TMPDIR/short"
}

@test "curl -T, with a size and without, easy and multi" {
    wrapped curl -sS "$CHAT" -X POST -T "$BATS_TEST_TMPDIR/long"
    arrived "$BATS_TEST_TMPDIR/short"
    wrapped curl -sS "$CHAT" -X POST -T - <"$BATS_TEST_TMPDIR/long"
    TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
    wrapped curl -sSZ "$CHAT" -X POST -T "$BATS_TEST_TMPDIR/long"
    TIMES=3 arrived "$BATS_TEST_TMPDIR/short"
}

@test "a retry sends the new body again" {
    mock_script 503,reset-body,200
    wrapped curl -sS "$CHAT" --data-binary "@$BATS_TEST_TMPDIR/long"
    TIMES=3 arrived "$BATS_TEST_TMPDIR/short"
    [ "$(jq -r 'select(.event == "request") | .trimmed' "$LOG")" = 4 ]
    [ "$(jq -r 'select(.event == "call") | .trimmed' "$LOG")" = 4 ]
}

@test "PHP" {
    command -v php >/dev/null || skip "no php"
    cat >"$BATS_TEST_TMPDIR/post.php" <<'PHP'
<?php
[, $url, $file] = $argv;
$body = file_get_contents($file);
$c = curl_init($url);
curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => true, CURLOPT_POSTFIELDS => $body,
    CURLOPT_HTTPHEADER => ['Content-Type: application/json', 'Content-Length: ' . strlen($body)]]);
for ($i = 0; $i < 2; $i++) {
    curl_exec($c);
    echo curl_getinfo($c, CURLINFO_RESPONSE_CODE), ' ',
        curl_getinfo($c, CURLINFO_SIZE_UPLOAD) == strlen($body), "\n";
}
PHP
    run -0 wrapped php "$BATS_TEST_TMPDIR/post.php" "$CHAT" "$BATS_TEST_TMPDIR/long"
    [ "$output" = $'200 1\n200 1' ]
    TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
}

@test "POSTFIELDS, used again and by a duplicate of the handle" {
    mock_script 200,503,200
    post fields-length-twice-copied
    [ "$output" = "200 $(size) $(size)"$'\n'"200 $(size) $(size)"$'\n'"200 $(size)" ]
    TIMES=4 arrived "$BATS_TEST_TMPDIR/short"
}

@test "a read callback, with a size and without, easy and multi, through a retry" {
    local way
    for way in read-sized read put-sized put; do
        mock_script 503,200
        mock_reset
        post "$way"
        says_size "$way"
        TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
        mock_reset
        post "$way-multi"
        says_size "$way"
        TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
    done
}

@test "a read callback that pauses: what it has is sent as it is" {
    post read-pause
    [[ $output == "200 "* ]]
    arrived "$BATS_TEST_TMPDIR/long"
    mock_reset
    post read-sized-pause-multi
    [[ $output == "200 "* ]]
    arrived "$BATS_TEST_TMPDIR/long"
}

@test "a read callback that aborts" {
    post read-sized-abort
    [ "$output" = "failed 42" ]
    jq -e 'select(.event == "call") | .class == "aborted"' "$LOG"
}

@test "a body longer than the buffer goes through as it is" {
    conversation 150 >"$BATS_TEST_TMPDIR/large"
    [ "$(stat -c %s "$BATS_TEST_TMPDIR/large")" -gt 200000 ]
    mock_script 503,200
    wrapped curl -sS "$CHAT" -X POST -T - <"$BATS_TEST_TMPDIR/large"
    TIMES=2 arrived "$BATS_TEST_TMPDIR/large"
    mock_reset
    post put-sized "$BATS_TEST_TMPDIR/large"
    TIMES=2 arrived "$BATS_TEST_TMPDIR/large"
    # Which does not hold for a body that lies in memory.
    mock_script ''
    mock_reset
    wrapped curl -sS "$CHAT" --data-binary "@$BATS_TEST_TMPDIR/large"
    jq -c '.messages |= [.[0]] + .[-3:]' "$BATS_TEST_TMPDIR/large" >"$BATS_TEST_TMPDIR/short"
    arrived "$BATS_TEST_TMPDIR/short"
}

@test "a redirect that repeats the body repeats the new one" {
    mock_script '307;header=Location:/v1/chat/completions,200'
    wrapped curl -sSL -o "$BATS_TEST_TMPDIR/answer" "$CHAT" --data-binary "@$BATS_TEST_TMPDIR/long"
    TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
    mock_reset
    wrapped curl -sSL -o "$BATS_TEST_TMPDIR/answer" "$CHAT" -X POST -T "$BATS_TEST_TMPDIR/long"
    TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
}

@test "a read callback that jumps out of the library" {
    run -0 wrapped "$SC_TOP/build/tests/programs/ahead" "$CHAT" "$BATS_TEST_TMPDIR/long"
    [ "$output" = $'easy: 0, 200\nleft: 42\nmulti: 0, 200' ]
    TIMES=2 arrived "$BATS_TEST_TMPDIR/short"
}

@test "bodies that are signed, encoded or no JSON object stay as they are" {
    local way edit f=$BATS_TEST_TMPDIR/odd
    for way in fields-signed fields-encoded put-sized-signed; do
        mock_reset
        post "$way"
        arrived "$BATS_TEST_TMPDIR/long"
    done
    for edit in '[%s]' '%s{}' 'x%s' '{"a":%s' '%s,'; do
        mock_reset
        # shellcheck disable=SC2059 # the formats are those above
        printf "$edit" "$(cat "$BATS_TEST_TMPDIR/long")" >"$f"
        wrapped curl -sS -o "$BATS_TEST_TMPDIR/answer" "$CHAT" --data-binary "@$f"
        arrived "$f"
    done
    mock_reset
    gzip -n <"$BATS_TEST_TMPDIR/long" >"$f.gz"
    wrapped curl -sS -o "$BATS_TEST_TMPDIR/answer" "$CHAT" --data-binary "@$f.gz"
    [ "$(mock_requests | jq -r '.[0].body_sha256')" = "$(sha256sum <"$f.gz" | cut -d' ' -f1)" ]
    mock_reset
    wrapped curl -sS -o "$BATS_TEST_TMPDIR/answer" "$CHAT" -F "x=<$BATS_TEST_TMPDIR/long"
    mock_requests | jq -e --rawfile body "$BATS_TEST_TMPDIR/long" '.[0].body | contains($body)'
}

@test "with the feature off every way sends what it has" {
    sed -i 's/"trim"/"off"/' "$POLICY"
    local way
    for way in fields-length read read-sized put put-sized-multi read-pause; do
        mock_reset
        post "$way"
        says_size "$way"
        arrived "$BATS_TEST_TMPDIR/long"
    done
}
