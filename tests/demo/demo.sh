#!/bin/bash
# demo.sh - the main job end to end: curl, PHP and pycurl, unmodified, get their answer through two
# HTTP 503, a 429 with Retry-After and a connection reset.
#
# Everything that it tells is checked: the exit status is 0 only if all of it happened.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
here=$top/tests/demo
steadycurl=${STEADYCURL:-$top/build/steadycurl}
faults='503,503,429;retry-after=1;close,reset,200'
secret='sk-demo-secret-0123456789'

work=$(mktemp -d)
mock=
finish() {
    [ -z "$mock" ] || kill "$mock" 2>/dev/null
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM

bold='' red='' plain=''
if [ -t 1 ]; then
    bold=$'\e[1m' red=$'\e[31m' plain=$'\e[0m'
fi
failures=0

wrong() { # TEXT: what should have happened and did not
    echo "  ${red}NOT SO:${plain} $1"
    failures=$((failures + 1))
}

title() {
    printf '\n%s%s%s\n' "$bold" "$1" "$plain"
}

indent() {
    sed 's/^/    /'
}

# The demo's own requests to the mock: without the library, and not through a proxy.
ask_mock() { # PAGE [CURL OPTION...]
    env -u LD_PRELOAD curl -sS --noproxy '*' "$url/_mock/$1" "${@:2}"
}

start_mock() {
    env -u LD_PRELOAD "$steadycurl" mock --quiet --port-file "$work/port" --script "$faults" \
        --idle-exit 120 >"$work/mock.out" 2>&1 &
    mock=$!
    for _ in $(seq 6000); do
        [ -s "$work/port" ] && break
        kill -0 "$mock" 2>/dev/null || break
        sleep 0.01
    done
    if ! read -r port <"$work/port"; then
        cat "$work/mock.out" >&2
        exit 1
    fi
    url=http://127.0.0.1:$port
}

write_policy() {
    cat >"$work/policy.json" <<END
{
  "version": 1,
  "log": {"format": "text"},
  "defaults": {"retry": {"max_attempts": 6, "backoff": {"base_ms": 100, "max_ms": 400},
                         "rate_limited": {"backoff": {"base_ms": 100, "max_ms": 2000}}}},
  "rules": [
    {"name": "openai",    "provider": "openai",    "match": {"host": "127.0.0.1:$port", "path": "/v1/chat/*"}},
    {"name": "anthropic", "provider": "anthropic", "match": {"host": "127.0.0.1:$port", "path": "/v1/messages"}},
    {"name": "google-ai", "provider": "gemini",    "match": {"host": "127.0.0.1:$port", "path": "/v1beta/*"}}
  ]
}
END
    "$steadycurl" check "$work/policy.json" >"$work/check.out" || {
        cat "$work/check.out" >&2
        exit 1
    }
}

# Runs the rest of the command line; leaves $work/NAME.out and the exit status in $status.
run() { # NAME PROGRAM...
    local name=$1
    shift
    ask_mock reset -X POST >/dev/null
    timeout 300 "$@" >"$work/$name.out" 2>&1 </dev/null
    status=$?
}

plural() { # N NOUN
    if [ "$1" -eq 1 ]; then echo "$1 $2"; else echo "$1 ${2}s"; fi
}

tell_requests() {
    jq -r '(.[0].path) as $p | .[] |
        "\(.n). \(.method) \(.path)  \(.body_bytes) bytes, at \(.time_ms - $t) ms  ->  \(.outcome)"' \
        --argjson t "$(jq '.[0].time_ms' "$work/requests")" "$work/requests" |
        sed 's/503$/HTTP 503/; s/429;retry-after=\([0-9]*\).*/HTTP 429, Retry-After: \1/
             s/reset$/connection reset/; s/200$/HTTP 200, the answer/' | indent
}

# The server's own account: the faults in their order, the same request each time, and the pause
# that Retry-After asked for.
check_requests() {
    jq -e '[.[].outcome] == ["503", "503", "429;retry-after=1;close", "reset", "200"]' \
        "$work/requests" >/dev/null || wrong "the server saw five requests and these four faults"
    jq -e '[.[] | [.method, .path, .body_sha256, .headers]] | unique | length == 1' \
        "$work/requests" >/dev/null || wrong "all requests were the same, byte for byte"
    jq -e 'length > 3 and .[3].time_ms - .[2].time_ms >= 1000' "$work/requests" >/dev/null ||
        wrong "Retry-After was kept"
}

check_log() { # PROGRAM
    local n=0 expected
    for expected in 'Retry 1: HTTP 503' 'Retry 2: HTTP 503' 'Retry 3: HTTP 429' 'Retry 4: ' \
        'Success: HTTP 200'; do
        n=$((n + 1))
        sed -n "${n}p" "$work/log" | grep -q "^\[.*\] $expected.*program=$1" ||
            wrong "line $n of the log says: $expected"
    done
    if grep -q "$secret" "$work/log"; then
        wrong "no key is in the log"
    fi
}

show() { # NAME WHAT_IT_ASKS ANSWER PROGRAM...
    local name=$1 asks=$2 answer=$3
    shift 3
    title "$name asks $asks"

    run "$name.direct" "$@"
    echo "  Without steadycurl it sees (exit status $status):"
    indent <"$work/$name.direct.out"
    if [ "$status" -eq 0 ] || ! grep -q 503 "$work/$name.direct.out"; then
        wrong "a direct run fails with HTTP 503"
    fi

    : >"$work/log"
    run "$name" "$steadycurl" run --policy "$work/policy.json" --log "$work/log" \
        --state "$work/state" -- "$@"
    ask_mock requests >"$work/requests"
    echo "  With steadycurl run it sees (exit status $status):"
    indent <"$work/$name.out"
    [ "$status" -eq 0 ] || wrong "the program succeeds"
    [ "$(cat "$work/$name.out")" = "$answer" ] || wrong "it prints exactly: $answer"
    echo "  What the server did:"
    tell_requests
    check_requests
    echo "  The log:"
    # More fields follow in the file; these tell the story.
    sed -E 's/ \(.* (class=[a-z_]+).* (wait_ms=[0-9]+|attempts=[0-9]+).*/ (\1 \2 ...)/' \
        "$work/log" | indent
    check_log "$name"
}

unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STATE STEADYCURL_STRICT
unset http_proxy HTTP_PROXY all_proxy ALL_PROXY
export NO_PROXY='*'
start_mock
write_policy
echo "A mock LLM server on $url answers each program with:"
echo "two HTTP 503, a 429 with Retry-After: 1, a connection reset, and only then the answer."

show curl 'OpenAI, from a shell script' 'You asked: Hello from curl' \
    sh -c "$(
        cat <<'END'
answer=$(curl -sS -w '%{stderr}HTTP %{http_code}\n' "$0/v1/chat/completions" \
    -H 'Content-Type: application/json' -H "Authorization: Bearer $1" \
    -d '{"model": "gpt-4o", "messages": [{"role": "user", "content": "Hello from curl"}]}' 2>"$2")
echo "$answer" | jq -r '.error.message // .choices[0].message.content'
[ "$(cat "$2")" = "HTTP 200" ] || { cat "$2"; exit 1; }
END
    )" "$url" "$secret" "$work/status"
show php 'Anthropic, by curl_exec' 'You asked: Hello from PHP' php "$here/ask.php" "$url" "$secret"
show python3 'Gemini, by pycurl' 'You asked: Hello from pycurl' \
    /usr/bin/python3 "$here/ask.py" "$url" "$secret"

echo
if [ "$failures" -gt 0 ]; then
    echo "The demo failed: $(plural "$failures" "point") above did not hold."
    exit 1
fi
echo 'All three programs got their answer, and none of them knows that anything went wrong.'
echo 'The same for a program of yours: build/steadycurl run -- PROGRAM'
