#!/usr/bin/env bats
# shellcheck disable=SC2089,SC2090 # bodies, whose quotes are theirs
# Answers that were kept: given where the service fails, or at once; what the program gets of them.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    FILE=$XDG_CACHE_HOME/steadycurl/answers.db
    LOG=$BATS_TEST_TMPDIR/log
    CHAT='{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
    OTHER='{"model":"gpt-4o","messages":[{"role":"user","content":"bye"}]}'
    MESSAGES='{"model":"claude-opus-4-5","max_tokens":50,"messages":[{"role":"user","content":"hello"}]}'
}

teardown() {
    mock_stop
}

policy() { # MORE OF THE RULE
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 2, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false},
 "targets": {"other": {"url": "${OTHER_URL-http://127.0.0.1:9}", "dialect": "anthropic", "model": "claude-opus-4-5"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1:$MOCK_PORT"}, $1}]}
POLICY
}

ask() { # PATH BODY [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS "${@:3}" "$MOCK_URL$1" -d "$2"
}

chat() {
    ask /v1/chat/completions "$@"
}

logged() { # JQ FILTER: of all events
    jq -cs "$1" "$LOG"
}

streamed() { # BODY: the same, asked for as a stream
    jq -c '. + {stream: true}' <<<"$1"
}

asked() { # how many requests the server got
    mock_requests | jq length
}

@test "where the service fails an answer that was kept is given, else the failure" {
    mock_start --script 200,503
    policy '"fallback": [{"cache": {"ttl_s": 60, "stale_s": 60}}]'
    run -0 chat "$CHAT"
    first=$output
    run -0 chat "$CHAT" -i
    [ "$(tail -n1 <<<"$output")" = "$first" ]
    [[ $output == "HTTP/1.1 200 OK"* && $output == *"age: "* && $output == *"x-steadycurl: cache"* ]]
    [[ $output == *"cache-status: steadycurl; hit; fwd=stale; ttl="* ]]
    run -0 chat "$OTHER" -i
    [[ $output == "HTTP/1.1 503"* ]]
    [[ $output != *cache-status* ]]
    [ "$(logged '[.[] | select(.event == "call") | [.outcome, .reason // "", .cached // false]]')" = \
        '[["ok","",false],["synthesized","cache",true],["failed","attempts used up",false]]' ]
    [ "$(logged '[.[] | select(.event == "fallback") | [.from, .to, .reason]]')" = '[["first","cache","overloaded"]]' ]
    [ "$(asked)" = 5 ] # while it fails it is asked as ever
}

@test "a section of a rule does the same without a chain, and behind it a reply answers the others" {
    mock_start --script 200,503
    policy '"cache": {}'
    run -0 chat "$CHAT"
    first=$output
    run -0 chat "$CHAT"
    [ "$output" = "$first" ]
    policy '"fallback": [{"cache": {}}, {"reply": {"text": "Later."}}]'
    run -0 chat "$CHAT"
    [ "$output" = "$first" ]
    run -0 chat "$OTHER"
    [ "$(jq -r '.choices[0].message.content' <<<"$output")" = Later. ]
}

@test "without the section nothing is kept, and no file is made" {
    mock_start --script 200,503
    policy '"breaker": false'
    chat "$CHAT"
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 503"* ]]
    [ ! -e "$XDG_CACHE_HOME" ]
}

@test "always: an answer that is fresh is given without asking, and costs nothing" {
    mock_start --script 200
    policy '"cache": {"use": "always"}'
    run -0 chat "$CHAT"
    first=$output
    for way in '' '-Z --no-progress-meter'; do
        # shellcheck disable=SC2086 # words of options
        run -0 chat "$CHAT" $way -i
        [ "$(tail -n1 <<<"$output")" = "$first" ]
        [[ $output == *"cache-status: steadycurl; hit; ttl="* ]]
    done
    [ "$(asked)" = 1 ]
    [ "$(logged '[.[] | select(.cached) | [.outcome, .cost_usd + 0, .attempts, .input_tokens]] | unique')" = \
        '[["synthesized",0,0,null]]' ]
}

@test "another credential, header, path or body is another question" {
    mock_start --script 200
    policy '"cache": {"use": "always", "vary": "X-Tenant"}'
    chat "$CHAT" -H 'Authorization: Bearer a'
    chat "$CHAT" -H 'Authorization: Bearer b'
    chat "$CHAT" -H 'Authorization: Bearer a' -H 'X-Tenant: 1'
    chat "$CHAT" -H 'Authorization: Bearer a' -H 'x-tenant: 2'
    chat "$OTHER" -H 'Authorization: Bearer a'
    ask '/v1/chat/completions?x=1' "$CHAT" -H 'Authorization: Bearer a'
    chat "$(streamed "$CHAT")" -H 'Authorization: Bearer a'
    [ "$(asked)" = 7 ]
    chat "$CHAT" -H 'Authorization: Bearer a' -H 'X-Other: 1'
    chat "$(jq '. + {user: "x"}' <<<"$CHAT")" -H 'Authorization: Bearer a'
    [ "$(asked)" = 7 ]
}

@test "a stream comes again event by event, with its end" {
    mock_start --script 200,200,200,503
    policy '"cache": {}'
    n=0
    for at in "/v1/chat/completions $(streamed "$CHAT")" "/v1/messages $(streamed "$MESSAGES")" \
        '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse {"contents":[{"parts":[{"text":"hello"}]}]}'; do
        n=$((n + 1))
        ask "${at%% *}" "${at#* }" -N >"$BATS_TEST_TMPDIR/$n"
    done
    n=0
    for at in "/v1/chat/completions $(streamed "$CHAT")" "/v1/messages $(streamed "$MESSAGES")" \
        '/v1beta/models/gemini-2.5-flash:streamGenerateContent?alt=sse {"contents":[{"parts":[{"text":"hello"}]}]}'; do
        ask "${at%% *}" "${at#* }" -N -D "$BATS_TEST_TMPDIR/head" >"$BATS_TEST_TMPDIR/again"
        diff "$BATS_TEST_TMPDIR/$((++n))" "$BATS_TEST_TMPDIR/again"
        grep -i '^content-type: text/event-stream' "$BATS_TEST_TMPDIR/head"
        grep -i '^transfer-encoding: chunked' "$BATS_TEST_TMPDIR/head"
    done
}

@test "what another target gave is kept in the program's words" {
    mock_start --script 200
    OTHER_URL=$MOCK_URL other=$MOCK_PID
    mock_start --script 503
    policy '"fallback": ["other", {"cache": {}}]'
    for body in "$CHAT" "$(streamed "$CHAT")"; do
        chat "$body" -N >"$BATS_TEST_TMPDIR/first"
    done
    kill "$other" && wait "$other" || true
    for body in "$CHAT" "$(streamed "$CHAT")"; do
        run -0 chat "$body" -N -i
        [[ $output == *"x-steadycurl: cache"* ]]
    done
    diff "$BATS_TEST_TMPDIR/first" <(chat "$(streamed "$CHAT")" -N)
    grep -q 'chat.completion.chunk' "$BATS_TEST_TMPDIR/first"
    grep -q '^data: \[DONE\]' "$BATS_TEST_TMPDIR/first"
}

@test "it is fresh for ttl_s, given on errors for stale_s more, then gone" {
    mock_start --script 200,503
    policy '"cache": {"ttl_s": 1, "stale_s": 50}'
    chat "$CHAT"
    sleep 1.1
    run -0 chat "$CHAT" -i
    [[ $output =~ age:\ [1-9] && $output =~ "hit; fwd=stale; ttl="[0-]  ]]
    policy '"cache": {"ttl_s": 1, "stale_s": 0}'
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 503"* ]]
    policy '"cache": {"ttl_s": 10000, "use": "always"}'
    run -0 chat "$CHAT" -i
    [[ $output == *"cache-status: steadycurl; hit; ttl=9"* ]]
    policy '"cache": {"ttl_s": 1, "use": "always"}'
    run -0 chat "$CHAT" -i
    [[ $output == *"fwd=stale"* ]]
    [ "$(asked)" = 7 ]
}

@test "cut, filtered and unwanted answers are not kept, calls of tools only if asked" {
    mock_start --script 200
    policy '"cache": {"use": "always"}'
    chat "$(jq '. + {max_tokens: 1}' <<<"$CHAT")"
    chat "$(jq '. + {store: false}' <<<"$CHAT")"
    chat "$CHAT" -H 'Cache-Control: max-age=0, No-Store'
    ask /v1/responses '{"model":"gpt-4o","input":"hi","store":false}'
    [ ! -e "$FILE" ] || [ "$(python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("SELECT count(*) FROM answers").fetchone())' "$FILE")" = 0 ]
}

@test "neither prompt nor credential is in the file, which is this user's alone" {
    mock_start --script 200
    policy '"cache": {}'
    ask /v1/embeddings '{"model":"text-embedding-3-small","input":"a secret prompt"}' -H 'Authorization: Bearer sk-secretkey123'
    [ "$(stat -c %a "$FILE")" = 600 ]
    [ "$(stat -c %a "${FILE%/*}")" = 700 ]
    ! grep -c -e 'secret prompt' -e secretkey "$FILE"
}

@test "a damaged file is set aside, which is said, and calls go on" {
    mock_start --script 200
    policy '"cache": {"use": "always"}'
    chat "$CHAT"
    printf 'no database at all, but longer than a header of one would be: %0512d' 0 >"$FILE"
    run -0 chat "$CHAT"
    run -0 chat "$CHAT" -i
    [ -e "$FILE.damaged" ]
    [ "$(logged '[.[] | select(.event == "note") | .text | select(test("damaged"))] | length')" = 1 ]
    run -0 chat "$CHAT" -i
    [[ $output == *"x-steadycurl: cache"* ]]
}

@test "a byte of an answer that is not as it was is never given" {
    mock_start --script 200,503
    policy '"cache": {}'
    chat "$CHAT"
    python3 - "$FILE" <<'END'
import sys
data = bytearray(open(sys.argv[1], "rb").read())
at = data.find(b"You asked")
assert at > 0
data[at] ^= 1
open(sys.argv[1], "wb").write(data)
END
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 503"* ]]
}

@test "a place where nothing can be kept harms no call, and is said" {
    mock_start --script 200
    policy '"cache": {"path": "/proc/nowhere/answers.db"}'
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 200"* ]]
    [ "$(logged '[.[] | select(.event == "note") | .text | select(test("cannot be kept"))] | length')" = 1 ]
    ln -s /etc/passwd "$BATS_TEST_TMPDIR/link.db"
    policy "\"cache\": {\"path\": \"$BATS_TEST_TMPDIR/link.db\"}"
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 200"* ]]
}

@test "a full disk costs kept answers and no call, which is said once; what it has is still given" {
    inside() { # on a disk of a few pages, in a namespace of its own
        mount -t tmpfs -o size=64k tmpfs "$BATS_TEST_TMPDIR/disk" || return 99
        head -c 8k /dev/zero >"$BATS_TEST_TMPDIR/disk/other"
        chat "$CHAT" -o /dev/null -w '%{http_code}\n'
        head -c 80k /dev/zero >>"$BATS_TEST_TMPDIR/disk/other" 2>/dev/null
        for _ in 1 2; do
            chat "$OTHER" -o /dev/null -w '%{http_code} %header{cache-status}\n'
        done
        chat "$CHAT" -o /dev/null -w '%{http_code} %header{cache-status}\n'
        rm "$BATS_TEST_TMPDIR/disk/other"
        for _ in 1 2; do
            chat "$OTHER" -o /dev/null -w '%{http_code} %header{cache-status}\n'
        done
    }
    mock_start --script 200
    mkdir "$BATS_TEST_TMPDIR/disk"
    policy "\"cache\": {\"use\": \"always\", \"path\": \"$BATS_TEST_TMPDIR/disk/answers.db\"}"
    export -f inside chat ask
    export SC_TOP STEADYCURL MOCK_URL LOG CHAT OTHER BATS_TEST_TMPDIR
    unshare -rm true 2>/dev/null || skip "no namespaces here"
    run unshare -rm bash -c inside
    [ "$status" != 99 ] || skip "no tmpfs in a namespace here"
    [ "$(sed 's/; ttl=.*//; s/ *$//' <<<"$output" | tr '\n' ,)" = '200,200,200,200 steadycurl; hit,200,200 steadycurl; hit,' ]
    [ "$(logged '[.[] | select(.event == "note") | .text | select(test("cannot be kept"))] | length')" = 2 ] # each a process
}

@test "a limit on the size of files costs kept answers, and no program its life" {
    mock_start --script 200
    policy '"cache": {"use": "always"}'
    for _ in 1 2; do
        run -0 bash -c 'ulimit -f 9; "$@"' - env STEADYCURL_LOG=/dev/null "$STEADYCURL" run \
            --policy "$BATS_TEST_TMPDIR/policy.json" -- curl -sS "$MOCK_URL/v1/chat/completions" -d "$CHAT" -i
        [[ $output == "HTTP/1.1 200"* && $output != *cache-status* ]]
    done
    chat "$CHAT"
    run -0 bash -c 'ulimit -f 9; "$@"' - env STEADYCURL_LOG=/dev/null "$STEADYCURL" run \
        --policy "$BATS_TEST_TMPDIR/policy.json" -- curl -sS "$MOCK_URL/v1/chat/completions" -d "$CHAT" -i
    [[ $output == *"cache-status: steadycurl; hit"* ]]
}

@test "the program keeps no descriptor, and loads no store unless it keeps answers" {
    mock_start --script 200
    probe='import pycurl, os, sys, io
c = pycurl.Curl()
c.setopt(c.URL, sys.argv[1]); c.setopt(c.POSTFIELDS, sys.argv[2]); c.setopt(c.WRITEFUNCTION, lambda b: None)
c.setopt(c.FORBID_REUSE, 1)
c.perform()
before = sorted(os.listdir("/proc/self/fd"))
c.perform()
print(before == sorted(os.listdir("/proc/self/fd")), any("steadycurl-store" in l for l in open("/proc/self/maps")))'
    for want in 'True "cache": {"use": "always"}' 'False "breaker": false'; do
        policy "${want#* }"
        run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- \
            /usr/bin/python3 -c "$probe" "$MOCK_URL/v1/chat/completions" "$CHAT"
        [ "$output" = "True ${want%% *}" ]
    done
}

@test "16 processes share a file, and kills at any time leave one that is whole" {
    mock_start --script 200
    policy '"cache": {"use": "always"}'
    run -0 env STORM_OUT="$BATS_TEST_TMPDIR/storm" "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- \
        /usr/bin/python3 "$SC_TOP/tests/engine/cache_storm.py" "$MOCK_URL/v1/chat/completions" 16 60 12
    jq -e '.processes >= 16 and .killed > 5 and .failed == 0 and .kept.calls > 10' <<<"$output"
    [ ! -e "$FILE.damaged" ]
    [ "$(/usr/bin/python3 -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute("PRAGMA integrity_check").fetchone())' "$FILE")" = ok ]
    [ "$("$STEADYCURL" cache stats --json | jq .answers)" -gt 10 ]
}
