#!/usr/bin/env bats
# shellcheck disable=SC2089,SC2090 # JSON, not words of a shell
# run --record and --replay: exchanges are written down, and given again without a network.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS http_proxy
    TMP=$BATS_TEST_TMPDIR
    TAPE=$TMP/tape.jsonl
    export STEADYCURL_LOG=$TMP/log PYTHON=/usr/bin/python3
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

@test "words that a program sends beside its key are no secrets, and an answer keeps its names" {
    mock_start
    record -- curl -sS -d "$BODY" -H 'Authorization: Bearer sk-abcdefgh12345' -H 'X-Title: message' -H 'X-Provider: openai' \
        -b 'view=content; sid=k3y-of-mine' "$MOCK_URL/v1/chat/completions" >"$TMP/first"
    replay -- curl -sS -d "$BODY" "$MOCK_URL/v1/chat/completions" >"$TMP/second"
    [ "$(jq -r '.choices[0].message.content' "$TMP/second")" = "$(jq -r '.choices[0].message.content' "$TMP/first")" ]
    run -1 grep -E 'sk-abcdefgh|k3y-of-mine' "$TAPE"
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

@test "calls that ask the same get one answer after the other, whatever process asks; then the last, or none" {
    mock_start --script 500,503,200
    cat >"$TMP/policy.json" <<'POLICY'
{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "retry": {"max_attempts": 1}}]}
POLICY
    export STEADYCURL_POLICY=$TMP/policy.json
    codes() { # N: in N processes
        for ((i = 0; i < $1; i++)); do ask -o /dev/null -w '%{http_code} '; done
    }
    export -f codes ask
    export MOCK_URL BODY
    [ "$(record -- bash -c 'codes 3')" = '500 503 200 ' ]
    [ "$(replay -- bash -c 'codes 5')" = '500 503 200 200 200 ' ]
    run replay --once -- bash -c 'codes 4'
    [[ $output == *'500 503 200 '*'it has been given 3 times'* ]]
    [ "$(mock_count)" -eq 3 ]
    grep -q 'Answered by steadycurl: replay .*status=503' "$TMP/log"
    grep -q 'Request failed: .* not retried: miss' "$TMP/log"
}

@test "once replays what is there, new records what is not, all begins anew" {
    mock_start
    record -- curl -sS "$MOCK_URL/v1/models" >"$TMP/a"
    record -- curl -sS "$MOCK_URL/v1/models" >"$TMP/b"
    cmp "$TMP/a" "$TMP/b"
    [ "$(mock_count)" -eq 1 ]
    run -7 record -- curl -sS "$MOCK_URL/v1/other"
    record --mode new -- sh -c "curl -sS $MOCK_URL/v1/models; curl -sS -d '$BODY' $MOCK_URL/v1/chat/completions" >/dev/null
    [ "$(mock_count)" -eq 2 ]
    [ "$(lines)" -eq 2 ]
    record --mode all -- curl -sS "$MOCK_URL/v1/models" >/dev/null
    [ "$(mock_count)" -eq 3 ]
    [ "$(lines)" -eq 1 ]
    echo 'my notes' >"$TMP/notes"
    run -2 "$STEADYCURL" run --record "$TMP/notes" --mode all -- true
    [[ $output == *"no cassette: none of its lines is an exchange"* ]]
    [ "$(cat "$TMP/notes")" = 'my notes' ]
}

@test "a file that is damaged: which line, and the others are used" {
    mock_start
    record -- sh -c "curl -sS $MOCK_URL/v1/models; curl -sS -d '$BODY' $MOCK_URL/v1/chat/completions" >"$TMP/first"
    sed -i '1a {"cassette":1,"request":{"method":"GET","url":' "$TAPE"
    printf '{"cassette":1,"requ' >>"$TAPE"
    run -0 replay -- sh -c "curl -sS $MOCK_URL/v1/models; curl -sS -d '$BODY' $MOCK_URL/v1/chat/completions"
    [[ ${lines[0]} == "steadycurl run: $TAPE: line 2 is cut off, and others are damaged; the rest is used" ]]
    [ "$(mock_count)" -eq 2 ]
    grep -q 'Cassette tape.jsonl: line 2 is cut off, and others are damaged; the other 2 exchanges are used' "$TMP/log"
    run -1 "$STEADYCURL" cassette diff "$TAPE" "$TAPE"
    [[ $output == *"line 2 is cut off, and others are damaged, too"* ]]
    mkfifo "$TMP/pipe"
    run -2 "$STEADYCURL" run --replay "$TMP/pipe" -- true
    [[ $output == *"it is no regular file"* ]]
    run -2 replay --miss pass --match path,metod -- true
    [[ $output == *"--match: 'metod' is none of method, host, path, query, body"* ]]
    run -2 "$STEADYCURL" run --replay "$TMP/none" -- true
    [[ $output == *"no such file or directory"* ]]
    run -2 "$STEADYCURL" run --pace 1 -- true
    run -2 "$STEADYCURL" run --record "$TAPE" --replay "$TAPE" -- true
}

# A time is not waited for longer than it was, nor shorter: 0.2 s apart.
@test "pieces come in their time, easy and multi, at another pace, and a time-out of the program holds" {
    cat >"$TAPE" <<'TAPE'
{"cassette":1,"request":{"method":"GET","url":"http://slow.example/"},"answer":{"code":0,"us":600000,"head_us":200000,"head":["HTTP/1.1 200 OK","Content-Type: text/event-stream"],"pieces":[[200000,9],[400000,9],[600000,9]],"body":"data: 1\n\ndata: 2\n\ndata: 3\n\n"}}
TAPE
    times() { # [CURL OPTION...]
        curl -sS -N -o /dev/null --no-progress-meter -w '%{time_starttransfer} %{time_total} %{size_download} %{exitcode}\n' \
            "$@" http://slow.example/
    }
    export -f times
    for o in '' -Z; do
        "$STEADYCURL" run --replay "$TAPE" -- bash -c "times $o" |
            awk '!($1 >= 0.2 && $1 < $2 && $2 >= 0.6 && $3 == 27 && $4 == 0) { print; exit 1 }'
        "$STEADYCURL" run --replay "$TAPE" --pace 2 -- bash -c "times $o" | awk '!($2 >= 1.2) { print; exit 1 }'
        "$STEADYCURL" run --replay "$TAPE" --pace 100 -- bash -c "times -m 0.4 $o || true" 2>"$TMP/err" |
            awk '!($2 >= 0.4 && $2 < 20 && $3 == 0 && $4 == 28) { print; exit 1 }'
        grep -q 'timed out after' "$TMP/err"
    done
}

@test "faults lie over a replay: instead of it, in the middle of it, before it; with retries between" {
    mock_start
    record -- curl -sS -d "$STREAM" "$MOCK_URL/v1/chat/completions" >"$TMP/whole"
    mock_stop
    for o in '' -Z; do
        run -0 replay --fault '127.0.0.1=503' -- curl -sS $o -o /dev/null --no-progress-meter -w '%{http_code}' -d "$STREAM" "$MOCK_URL/v1/chat/completions"
        [ "$output" = 503 ]
        replay --fault '127.0.0.1=cut-after=3 events' -- curl -sS $o --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions" >"$TMP/part"
        [ "$(grep -c '^data: ' "$TMP/part")" -eq 3 ]
        cmp -n "$(stat -c %s "$TMP/part")" "$TMP/part" "$TMP/whole"
        run -18 replay --fault '127.0.0.1=truncate;at=40' -- curl -sS $o -o /dev/null --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions"
        run -28 replay --fault '127.0.0.1=stall' -- curl -sS $o -m 0.3 -o /dev/null --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions"
        run -28 replay --fault '127.0.0.1=delay=60000' -- curl -sS $o -m 0.3 -o /dev/null --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions"
        replay --fault '127.0.0.1=delay=100' -- curl -sS $o --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions" | cmp - "$TMP/whole"
        replay --steady --fault '127.0.0.1=503,reset,ok' -- curl -sS $o --no-progress-meter -d "$STREAM" "$MOCK_URL/v1/chat/completions" | cmp - "$TMP/whole"
    done
}

@test "of a call that was tried again the last answer is kept, and given at once" {
    mock_start --script 503,503,200
    cat >"$TMP/policy.json" <<'POLICY'
{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "retry": {"backoff": {"base_ms": 1, "max_ms": 5}}}]}
POLICY
    export STEADYCURL_POLICY=$TMP/policy.json
    record -- curl -sS "$MOCK_URL/v1/models" >"$TMP/a"
    [ "$(mock_count)" -eq 3 ]
    [ "$(jq -c '[.attempts, .answer.head[0]]' "$TAPE")" = '[3,"HTTP/1.1 200 OK"]' ]
    replay -- curl -sS "$MOCK_URL/v1/models" | cmp - "$TMP/a"
    mock_script '401'
    record --mode all -- curl -sS -o /dev/null "$MOCK_URL/v1/models"
    run -0 replay -- curl -sS -o /dev/null -w '%{http_code}' "$MOCK_URL/v1/models"
    [ "$output" = 401 ]
    grep -q 'HTTP 401.*attempts=1' "$TMP/log"
}

@test "PHP and pycurl, easy and multi, get the same again; many processes write whole lines" {
    mock_start
    php -m | grep -q curl || skip "no php-curl"
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    cat >"$TMP/ask.php" <<'PHP'
<?php
$multi = curl_multi_init();
$all = [];
foreach ([false, true, false] as $i => $stream) {
    $c = curl_init($argv[1] . '/v1/chat/completions');
    curl_setopt_array($c, [CURLOPT_POSTFIELDS => json_encode(['model' => 'gpt-4o', 'n' => $i, 'stream' => $stream, 'messages' => []]),
        CURLOPT_RETURNTRANSFER => true, CURLOPT_HEADER => true]);
    if ($i == 0) echo curl_exec($c), curl_getinfo($c, CURLINFO_HTTP_CODE), curl_getinfo($c, CURLINFO_CONTENT_TYPE), "\n";
    else { curl_multi_add_handle($multi, $c); $all[] = $c; }
}
do { curl_multi_exec($multi, $running); curl_multi_select($multi, 0.1); } while ($running);
foreach ($all as $c) echo curl_multi_getcontent($c), curl_getinfo($c, CURLINFO_SIZE_DOWNLOAD), "\n";
PHP
    cat >"$TMP/ask.py" <<'PYTHON'
import io, sys, pycurl
for i in range(3):
    c, b, sizes = pycurl.Curl(), io.BytesIO(), []
    c.setopt(c.URL, sys.argv[1] + "/v1/chat/completions")
    c.setopt(c.POSTFIELDS, '{"model":"gpt-4o","stream":true,"i":%d,"messages":[]}' % i)
    c.setopt(c.WRITEFUNCTION, lambda p: (sizes.append(len(p)), b.write(p))[1])
    c.perform()
    print(b.getvalue(), sum(sizes), c.getinfo(c.RESPONSE_CODE), c.getinfo(c.EFFECTIVE_URL))
PYTHON
    cat >"$TMP/session" <<SESSION
for i in 1 2 3; do
    php $TMP/ask.php $MOCK_URL >\$1.php\$i & $PYTHON $TMP/ask.py $MOCK_URL >\$1.py\$i &
done
wait
SESSION
    record -- bash "$TMP/session" "$TMP/first"
    [ "$(lines)" -eq 18 ]
    jq -e .answer.body "$TAPE" >/dev/null
    mock_stop
    replay -- bash "$TMP/session" "$TMP/second"
    for i in 1 2 3; do
        diff "$TMP/first.py$i" "$TMP/second.py$i"
        diff <(grep -v '^Date\|^x-request-id' "$TMP/first.php$i") <(grep -v '^Date\|^x-request-id' "$TMP/second.php$i")
    done
    [ -s "$TMP/second.php1" ]
    [ "$(grep -c 'data: \[DONE\]' "$TMP/second.py1")" -eq 3 ]
}
