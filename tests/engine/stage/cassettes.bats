#!/usr/bin/env bats
# run --record and --replay: exchanges are written down, and given again without a network.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS http_proxy
    TMP=$BATS_TEST_TMPDIR
    TAPE=$TMP/tape.jsonl
    export STEADYCURL_LOG=$TMP/log
}

teardown() {
    mock_stop
}

BODY='{"model":"gpt-4o","messages":[{"role":"user","content":"hi there"}]}'
STREAM='{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"hi there"}]}'
SAID='\n%{http_code} head=%{size_header} down=%{size_download} up=%{size_upload}'
SAID+=' type=%{content_type} exit=%{exitcode} error=%{errormsg} version=%{http_version}'
SAID+=' scheme=%{scheme} url=%{url_effective} method=%{method} headers=%{num_headers}'
SAID+=' redirects=%{num_redirects} retry-after=%header{retry-after} id=%header{x-request-id}\n'

record() { # [OPTION OF run...] -- PROGRAM...
    "$STEADYCURL" run --record "$TAPE" "$@"
}

replay() { # [OPTION OF run...] -- PROGRAM...
    "$STEADYCURL" run --replay "$TAPE" --pace 0 "$@"
}

ask() { # [CURL OPTION...]
    curl -sS -d "$BODY" "$@" "$MOCK_URL/v1/chat/completions"
}

lines() {
    wc -l <"$TAPE"
}

# PROGRAM... in a network that has nothing, not even a loopback.
apart() {
    unshare -rn true 2>/dev/null || skip "no network namespace may be made here"
    unshare -rn "$@"
}

@test "what was recorded is given again, byte for byte, with no network: plain, streamed, failures" {
    mock_start
    cat >"$TMP/session" <<SESSION
for o in '' -Z -f --no-include; do
    curl -sS --no-progress-meter -i -w '$SAID' -d '$BODY' \$o $MOCK_URL/v1/chat/completions
    curl -sS --no-progress-meter -i -w '$SAID' -d '$STREAM' \$o $MOCK_URL/v1/chat/completions
    curl -sS --no-progress-meter -i -w '$SAID' -H 'x-mock: 400' -d '{"x":1}' \$o $MOCK_URL/v1/chat/completions
    curl -sS --no-progress-meter -i -w '$SAID' -H 'x-mock: truncate;at=40' -d '{"x":2}' \$o $MOCK_URL/v1/chat/completions
    curl -sS --no-progress-meter -I -w '$SAID' \$o $MOCK_URL/v1/models
    curl -sS --no-progress-meter -w '$SAID' \$o http://127.0.0.1:1/nobody
done
exit 0
SESSION
    record -- sh "$TMP/session" >"$TMP/first" 2>&1
    mock_stop
    [ "$(lines)" -eq 24 ]
    apart "$STEADYCURL" run --replay "$TAPE" --pace 0 -- sh "$TMP/session" >"$TMP/second" 2>&1
    diff "$TMP/first" "$TMP/second"
    grep -q '"error":' "$TMP/first"
    grep -q 'exit=18' "$TMP/first"
    grep -q 'exit=7' "$TMP/first"
}

@test "a cassette is for its user alone, and holds no key, cookie or password" {
    mock_start
    cat >"$TMP/policy.json" <<'POLICY'
{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "provider": "openai"}]}
POLICY
    export STEADYCURL_POLICY=$TMP/policy.json
    record --bodies -- curl -sS -d '{"api_key":"bodykey12345678","say":"plainsecret99"}' \
        -H 'Authorization: Bearer plainsecret99' -H 'x-api-key: second-Secret-1' \
        -b 'session=cookie-Secret-2; theme=dark' -u 'me:passWord-3' \
        -H 'x-mock: 401;header=Set-Cookie:sid=cookie-Secret-4;message=no plainsecret99 cookie-Secret-2 passWord-3 or sk-abcdefgh12345' \
        "$MOCK_URL/v1/chat/completions?key=queryKey567&alt=sse" >"$TMP/out"
    grep -q 'no plainsecret99' "$TMP/out"
    [ "$(stat -c %a "$TAPE")" = 600 ]
    for secret in plainsecret99 bodykey second-Secret cookie-Secret passWord queryKey sk-abcdefgh bWU6cGFzc1; do
        if grep -n "$secret" "$TAPE"; then return 1; fi
    done
    grep -q 'alt=sse' "$TAPE"
    grep -q 'message\\":\\"no \*' "$TAPE"
    # and with another key it is found all the same
    replay -- curl -sS -H "Authorization: Bearer mine-0123456789" -o /dev/null -w '%{http_code}' -d '{"api_key":"otherkey12345678","say":"mine-0123456789"}' \
        "$MOCK_URL/v1/chat/completions?key=otherKey999&alt=sse" >"$TMP/out"
    [ "$(cat "$TMP/out")" = 401 ]
}

@test "a call that is not in it fails, and says what is nearest; pass and record let it out" {
    mock_start
    record -- curl -sS -d "$BODY" "$MOCK_URL/v1/chat/completions" >/dev/null
    run -7 replay -- curl -sS -d '{"other":1}' "$MOCK_URL/v1/chat/completions"
    [[ $output == *"has no answer for POST $MOCK_URL/v1/chat/completions; line 1 is nearest: it has another body" ]]
    run -7 replay -- curl -sS http://elsewhere.invalid/x
    [[ $output == *"it has another method, host, path and body" ]]
    [ "$(mock_count)" -eq 1 ]
    run -0 replay --match method,host,path -- curl -sS -d '{"other":1}' "$MOCK_URL/v1/chat/completions"
    [ "$(mock_count)" -eq 1 ]
    run -0 replay --miss pass -- curl -sS -d '{"other":1}' "$MOCK_URL/v1/chat/completions"
    [ "$(mock_count)" -eq 2 ]
    [ "$(lines)" -eq 1 ]
    run -0 replay --miss record -- curl -sS -d '{"other":1}' "$MOCK_URL/v1/chat/completions"
    [ "$(mock_count)" -eq 3 ]
    [ "$(lines)" -eq 2 ]
    run -0 replay -- curl -sS -d '{ "other" : 1.0 }' "$MOCK_URL/v1/chat/completions"
    [ "$(mock_count)" -eq 3 ]
}
