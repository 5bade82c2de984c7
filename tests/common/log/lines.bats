#!/usr/bin/env bats
# The log of a real program's calls: the lines that users rely on, and what must never be in one.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export XDG_CONFIG_HOME=$dir HOME=$dir TZ=UTC
    format=text
    log=$dir/log
}

teardown() {
    mock_stop
    cd / || return
    rm -rf "$dir"
}

policy() { # FORMAT
    cat >policy.json <<POLICY
{"version": 1, "log": {"path": "$log", "format": "$1"},
 "defaults": {"retry": {"max_attempts": 4, "backoff": {"delays_ms": [1], "jitter": "none"},
                        "rate_limited": {"backoff": {"delays_ms": [1], "jitter": "none"}}}},
 "rules": [{"name": "mock", "match": {"host": "127.0.0.1"}, "provider": "openai"}]}
POLICY
}

call() { # [CURL OPTION...]
    "$STEADYCURL" run --policy policy.json -- curl -s -d '{"model":"gpt-4o","messages":[]}' "$@" \
        >out 2>err
}

stamp='\[[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\]'

@test "text: one line a retry, then the success" {
    mock_start --script 500,503,200
    policy text
    call "$MOCK_URL/v1/chat/completions"
    run -0 cat log
    [ "${#lines[@]}" -eq 3 ]
    [[ ${lines[0]} =~ ^$stamp' Retry 1: HTTP 500 ('.*'model=gpt-4o'.*'wait_ms='.*')'$ ]]
    [[ ${lines[1]} =~ ^$stamp' Retry 2: HTTP 503 (' ]]
    [[ ${lines[2]} =~ ^$stamp' Success: HTTP 200 ('.*'attempts=3' ]]
}

@test "text: attempts used up end with the line that scripts look for" {
    mock_start --script 500
    policy text
    call "$MOCK_URL/v1/chat/completions"
    run -0 cat log
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[0]} =~ ^$stamp' Retry 1: HTTP 500 (' ]]
    [[ ${lines[2]} =~ ^$stamp' Retry 3: HTTP 500 (' ]]
    [[ ${lines[3]} =~ ^$stamp' Max retries reached. Request failed. (' ]]
}

@test "text: what is never retried says so" {
    mock_start --script 401
    policy text
    call "$MOCK_URL/v1/chat/completions"
    run -0 cat log
    [ "${#lines[@]}" -eq 1 ]
    [[ ${lines[0]} =~ ^$stamp' Non-retryable error: HTTP 401 ('.*'class=auth' ]]
}

@test "text: a transport error is told in libcurl's words" {
    policy text
    call "http://127.0.0.1:1/v1/x" || true
    run -0 cat log
    [[ ${lines[0]} =~ ^$stamp" Retry 1: Could"(n\'t|" not")" connect to server (" ]] # "not": newer ones
    [[ ${lines[3]} =~ ^$stamp' Max retries reached. Request failed. (' ]]
}

@test "json: every line is an object with the fields of its event" {
    mock_start --script '503,429;retry-after-ms=320,200'
    policy json
    # Of a wait that is over by the time it would begin there is no line.
    sed -i 's/"delays_ms": \[1\]/"delays_ms": [300]/' policy.json
    call "$MOCK_URL/v1/chat/completions"
    run -0 jq -es 'length > 0 and all(.[]; has("time") and has("event") and (.pid | type == "number")
        and .program == "curl" and (.call | test("^[0-9a-f]{16}$"))
        and (.time | test("^[0-9-]{10}T[0-9:]{8}\\.[0-9]{3}Z$")))' log
    run -0 jq -es '[.[] | select(.event == "attempt")] | map(.attempt) == [1, 2, 3]
        and map(.status) == [503, 429, 200] and map(.curl_code) == [0, 0, 0]
        and map(.class) == ["overloaded", "rate_limited", "ok"]
        and map(.retry_after_ms) == [null, 320, null]
        and all(.[]; .rule == "mock" and .provider == "openai" and .host == "127.0.0.1"
            and .model == "gpt-4o" and .ms >= 0)' log
    run -0 jq -es '[.[] | select(.event == "wait")] | map(.reason) == ["backoff", "hint"]
        and .[1].ms >= 320' log
    run -0 jq -es '[.[] | select(.event == "call")] | length == 1 and .[0].outcome == "ok"
        and .[0].attempts == 3 and .[0].class == "ok" and .[0].ms >= 320' log
    run -0 jq -es 'map(.call) | unique | length == 1' log
}

@test "json: a failed call says why" {
    mock_start --script 503
    policy json
    call "$MOCK_URL/v1/chat/completions"
    run -0 jq -es '.[-1] | .event == "call" and .outcome == "failed" and .attempts == 4
        and .status == 503 and .reason == "attempts used up"' log
}

@test "no key reaches the log, wherever it is" {
    key=sk-THISisVERYsecret0123456789
    mock_start --script '500,401;message=Incorrect+API+key+provided:+'$key
    for format in text json; do
        policy $format
        call -H "Authorization: Bearer $key" -H "x-api-key: $key" \
            "${MOCK_URL/:\/\//://user:$key@}/v1/chat/completions?key=$key" || true
        mock_reset
    done
    [ -s log ]
    run -1 grep -i VERYsecret log
}

@test "the log of the environment wins over the policy's" {
    mock_start --script 200
    policy text
    STEADYCURL_LOG=$dir/other/log call "$MOCK_URL/v1/chat/completions"
    [ ! -e log ]
    grep -q Success other/log
    [ "$(stat -c %a other/log)" = 600 ]
}

@test "a log that cannot be written harms nothing and is said once on stderr" {
    mock_start --script 503,200
    for log in /dev/full /proc/none/log "$dir"; do
        policy text
        call "$MOCK_URL/v1/chat/completions"
        grep -q Hello out
        [ "$(grep -c '^steadycurl: cannot write the log' err)" -eq 1 ]
        [ "$(wc -l <err)" -eq 1 ]
        mock_reset
    done
}

@test "a full disk tears no line, and what was torn is not glued to the next one" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    mkdir tiny
    mount -t tmpfs -o size=16k none tiny || skip "no mount here"
    mock_start --script 503,200
    log=$dir/tiny/log
    policy json
    head -c 8192 /dev/zero >tiny/filler
    for _ in $(seq 12); do # more than fits
        call "$MOCK_URL/v1/chat/completions"
        mock_reset
    done
    grep -q 'no space left' err
    jq -es 'length > 3' "$log" >/dev/null
    rm tiny/filler
    printf '{"cut' >>"$log" # as one who was killed leaves it
    call "$MOCK_URL/v1/chat/completions"
    whole=$(grep -c '}$' "$log")
    [ "$(grep -c '^{.*}$' "$log")" -eq "$whole" ]
    [ "$(grep -cv '^{.*}$' "$log")" -eq 1 ]
    grep -v 'cut$' "$log" | jq -es '.[-1].event == "call"' >/dev/null
    umount tiny
}

@test "a full disk loses lines, not answers" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    mkdir tiny
    mount -t tmpfs -o size=4k none tiny || skip "no mount here"
    mock_start --script 503,503,200
    log=$dir/tiny/log
    policy json
    for _ in 1 2 3 4 5; do
        call "$MOCK_URL/v1/chat/completions"
        grep -q Hello out
        mock_reset
    done
    umount tiny
    grep -q 'no space left' err
}
