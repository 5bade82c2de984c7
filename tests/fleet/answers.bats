#!/usr/bin/env bats
# Answers that no server gave: a program cannot tell them from a server's, but by x-steadycurl.
#
# Each test lets a program see an answer of ours, then the same status, headers and body from the
# mock server without the library, and compares what the program says.

load fleet

setup() {
    fleet_begin
    breaker_opened
}

teardown() {
    fleet_end
}

breaker_opened() { # [PROVIDER]: by one failed call, for long: minutes are told, in as many digits
    policy '"provider": "'"${1:-openai}"'", "breaker": {"consecutive_failures": 1, "open_ms": 900000, "scope": ["host"]}'
    mock_script 503
    ask -o /dev/null
}

# The mock gives the answer that is in FILE (as curl -i shows it), with the same headers.
mock_says() { # FILE
    local script body line
    body=$(sed '1,/^\r$/d' "$1")
    script=$(sed -n '1s/^[^ ]* \([0-9]*\).*/\1/p' "$1")
    while IFS= read -r line; do
        line=${line%$'\r'}
        case ${line,,} in
        '' | http/* | date:* | content-*) ;;
        *) script="$script;header=${line/: /:}" ;;
        esac
    done < <(sed '/^\r$/q' "$1")
    mock_script "$script;body-text=$(sed 's/[;,\\]/\\&/g' <<<"$body")"
}

# What differs by nature: the server's own headers, their order and case, times.
plain() { # FILE
    "$PYTHON" "$HERE/plain.py" "$1"
}

told() { # NAME PROGRAM ARGUMENT...
    local status=0
    "${@:2}" >"$BATS_TEST_TMPDIR/$1" 2>&1 || status=$?
    echo "exit $status" >>"$BATS_TEST_TMPDIR/$1"
}

like_real() { # PROGRAM ARGUMENT...
    ask -i >"$BATS_TEST_TMPDIR/answer"
    grep -q '^x-steadycurl: ' "$BATS_TEST_TMPDIR/answer"
    told ours wrapped "$@"
    mock_reset
    mock_says "$BATS_TEST_TMPDIR/answer"
    told real "$@"
    [ "$(mock_count)" -ge 1 ]
    plain "$BATS_TEST_TMPDIR/ours" >"$BATS_TEST_TMPDIR/ours.plain"
    plain "$BATS_TEST_TMPDIR/real" >"$BATS_TEST_TMPDIR/real.plain"
    diff "$BATS_TEST_TMPDIR/real.plain" "$BATS_TEST_TMPDIR/ours.plain"
}

@test "a C program: callbacks in order, getinfo, the header API" {
    like_real "$BUILT/fleet_answer" plain "$CHAT"
}

@test "a C program with CURLOPT_HEADER, header data without a function" {
    like_real "$BUILT/fleet_answer" header "$CHAT"
    like_real "$BUILT/fleet_answer" headerdata "$CHAT"
}

@test "FAILONERROR: no body, code 22, the error text" {
    like_real "$BUILT/fleet_answer" fail "$CHAT"
}

@test "HEAD: headers, no body" {
    like_real "$BUILT/fleet_answer" head "$CHAT"
}

@test "a write callback that pauses, and the progress callback that goes on" {
    like_real "$BUILT/fleet_answer" pause "$CHAT"
}

@test "callbacks that refuse or abort" {
    like_real "$BUILT/fleet_answer" refuse "$CHAT"
    like_real "$BUILT/fleet_answer" refuse-header "$CHAT"
    like_real "$BUILT/fleet_answer" abort "$CHAT"
}

@test "through the multi interface, and on a handle that is used again" {
    like_real "$BUILT/fleet_answer" multi "$CHAT"
    like_real "$BUILT/fleet_answer" twice "$CHAT"
}

@test "curl -i, -f, -o and -D, -I" {
    like_real curl -sS -i "$CHAT" -d "$ASK"
    like_real curl -sS -f "$CHAT" -d "$ASK"
    like_real curl -sS --fail-with-body "$CHAT" -d "$ASK"
    like_real curl -sS "$CHAT" -d "$ASK" -D - -o /dev/null
    like_real curl -sS -I "$CHAT"
}

@test "curl -w %{json} and %{header_json}" {
    like_real curl -sS "$CHAT" -d "$ASK" -o /dev/null -w '%{json}\n'
    # shellcheck disable=SC2016
    like_real bash -c 'curl -sS "$CHAT" -d "$ASK" -o /dev/null -w "%{header_json}\n" | jq -c .'
}

@test "PHP: body, curl_getinfo, curl_errno, header function" {
    command -v php >/dev/null || skip "no php"
    like_real php "$HERE/answer.php" "$CHAT"
}

@test "pycurl: body, headers, getinfo" {
    "$PYTHON" -c 'import pycurl' || skip "no python3-pycurl"
    like_real "$PYTHON" "$HERE/answer.py" "$CHAT"
}

@test "each provider's clients find the error where their own server would put it" {
    shape() { # PROVIDER JQ: of our answer and of the mock's own 503
        fleet_end
        rm -rf "$BATS_TEST_TMPDIR/state" "$LOG"
        mock_start --provider "$1"
        CHAT=$MOCK_URL$2
        breaker_opened "$1"
        ask -i | grep -q '^x-steadycurl: breaker_open'
        wrapped curl -sS "$CHAT" -d "$ASK" >"$BATS_TEST_TMPDIR/ours"
        curl -sS "$CHAT" -d "$ASK" >"$BATS_TEST_TMPDIR/real"
        cat "$BATS_TEST_TMPDIR/ours" "$BATS_TEST_TMPDIR/real"
        # The same keys, kinds of values, and all values but the texts for people.
        local keys='del(.request_id) | [paths as $p | {p: $p, v: getpath($p) | if type == "object" then 0
            elif $p[-1] == "message" then "text" else . end}]'
        [ "$(jq -c "$keys" "$BATS_TEST_TMPDIR/ours")" = "$(jq -c "$keys" "$BATS_TEST_TMPDIR/real")" ]
    }
    shape openai /v1/chat/completions
    shape anthropic /v1/messages
    shape gemini /v1beta/models/gemini-pro:generateContent
    shape mistral /v1/chat/completions
}

@test "an answer after a wait, and one without Retry-After" {
    local body='{"model":"gpt-4o","max_tokens":5000,"messages":[]}'
    policy '"provider": "openai", "limits": {"tpm": 1000, "concurrent": 1, "max_wait_ms": 400}'
    ASK=$body like_real "$BUILT/fleet_answer" plain "$CHAT"
    mock_script hang
    mock_reset
    start_ask /dev/null
    await mock_got 1
    run -0 ask -o /dev/null -w '%{http_code} %header{x-steadycurl} %{time_starttransfer} %{time_total}'
    echo "$output"
    [[ $output =~ ^429\ concurrency_limit\ (0\.[3-9]|[1-9])[0-9]*\.?[0-9]*\ (0\.[3-9]|[1-9]) ]]
}

@test "a handle that was answered goes on to a real transfer, which is told of as ever" {
    policy '"provider": "openai", "breaker": {"consecutive_failures": 1, "open_ms": 900000, "scope": ["host"]}'
    sed -i 's/"rules": \[/&{"name": "other", "match": {"host": "localhost"}},/' "$POLICY"
    rm -rf "$STEADYCURL_STATE"
    mock_script 503
    ask -o /dev/null
    mock_script 200
    run -0 wrapped curl -sS -d "$ASK" -w '%{http_code} %{num_connects} %{method} %header{x-steadycurl}\n' \
        -o /dev/null "$CHAT" -o /dev/null "${CHAT/127.0.0.1/localhost}"
    [ "$output" = $'503 0 POST breaker_open\n200 1 POST ' ]
}
