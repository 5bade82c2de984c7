#!/usr/bin/env bats
# run --fault: over the real host a program meets what a server that misbehaves would give it.
# The mock does the same over a connection: output, exit code and what getinfo says are equal.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS http_proxy
    LOG=$BATS_TEST_TMPDIR/log
    export STEADYCURL_LOG=$LOG
}

teardown() {
    mock_stop
}

BODY='{"model":"gpt-4o","messages":[{"role":"user","content":"hi there"}]}'
SAID='\n%{http_code} head=%{size_header} down=%{size_download} up=%{size_upload} new=%{num_connects}'
SAID+=' type=%{content_type} exit=%{exitcode} error=%{errormsg} version=%{http_version}'
SAID+=' scheme=%{scheme} url=%{url_effective} method=%{method} headers=%{num_headers}'
SAID+=' retry-after=%header{retry-after} sent=%{time_pretransfer} came=%{time_starttransfer}\n'

# Times are not compared, but whether something happened at all; nor is the order of headers.
plain() {
    tr -d '\r' | sed -E 's/=0\.000000/=never/g; s/(sent|came)=[0-9.]+/\1=once/g
        s/^date: .*/date:/I; s/^([A-Za-z-]+):/\L\1:/; s/retry-after: [A-Z].*/retry-after: DATE/
        s/retry-after=[A-Z].*GMT/retry-after=DATE/; s/req_[0-9a-f]+/req_X/; s/after [0-9]+ m/after N m/' | sort
}

# The same fault by a server and by us: FAULT PATH [CURL OPTION...]
compare() {
    local fault=$1 path=$2
    shift 2
    curl -sS --no-progress-meter -i "$@" -H "x-mock: $fault" -d "$BODY" -w "$SAID" \
        "$MOCK_URL$path" 2>&1 | plain >"$BATS_TEST_TMPDIR/server"
    "$STEADYCURL" run --unmarked --fault "127.0.0.1:$MOCK_PORT=$fault" -- \
        curl -sS --no-progress-meter -i "$@" -H "x-none: $fault" -d "$BODY" -w "$SAID" \
        "$MOCK_URL$path" 2>&1 | plain >"$BATS_TEST_TMPDIR/ours"
    diff "$BATS_TEST_TMPDIR/server" "$BATS_TEST_TMPDIR/ours" || {
        echo "$fault $path $*"
        return 1
    }
}

fault() { # SPEC [OPTION OF run...] -- PROGRAM...
    "$STEADYCURL" run --fault "$@"
}

ask() { # [CURL OPTION...]
    curl -sS -d "$BODY" "$@" https://api.openai.com/v1/chat/completions
}

@test "statuses, hints, bodies that are cut: as from a server, easy and multi, with -f, without headers" {
    mock_start
    for f in 503 '429;retry-after=2' quota context 401 500 '503;retry-after-date=100' 204 \
        '429;retry-in=2s' '400;type=x;code=y;message=a "quoted" word' '503;header=X-More:1' \
        '200;body-text=;content-type=text/html' '200;body-text={"a":' 'truncate;status=503' \
        'truncate;status=503;at=10' 'truncate-chunked;status=503' 'reset-body;status=500' \
        'cut;status=503;at=20' 'cut=50%;status=503' '503;latency=20'; do
        compare "$f" /v1/chat/completions
    done
    for f in 429 204 'truncate-chunked;status=503' 'reset-body;status=500'; do
        for o in -f -Z --no-include; do compare "$f" /v1/chat/completions $o; done
    done
}

@test "every provider's own error body" {
    mock_start
    for path in /v1/messages /v1beta/models/g:generateContent /v1beta/models/g:streamGenerateContent \
        /api/chat /v2/chat; do
        provider=$(case $path in /v1/m*) echo anthropic ;; /v1beta*) echo gemini ;;
            /api*) echo ollama ;; *) echo cohere ;; esac)
        cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "provider": "$provider"}]}
POLICY
        export STEADYCURL_POLICY=$BATS_TEST_TMPDIR/policy.json
        for f in 503 429 401 400 404 quota context 529; do
            curl -s -H "x-mock: $f" -d "$BODY" "$MOCK_URL$path" | sed 's/[0-9a-f]\{16\}/X/' >"$BATS_TEST_TMPDIR/server"
            fault "127.0.0.1=$f" -- curl -s -d "$BODY" "$MOCK_URL$path" | sed 's/[0-9a-f]\{16\}/X/' >"$BATS_TEST_TMPDIR/ours"
            [ -s "$BATS_TEST_TMPDIR/ours" ]
            diff "$BATS_TEST_TMPDIR/server" "$BATS_TEST_TMPDIR/ours"
        done
    done
}

@test "what only a connection knows: reset, no reply, time-out" {
    mock_start
    for f in reset 'hang;ms=50'; do
        for o in -N -f -Z; do compare "$f" /v1/chat/completions $o; done
    done
    for o in -N -Z; do compare hang /v1/chat/completions $o -m 0.3; done
}

@test "a real answer, altered: it ends early, is reset, or stalls, as a server's would" {
    mock_start
    for f in truncate 'truncate;at=10' 'truncate;at=50%' reset-body 'stall;ms=1300'; do
        for o in -N -Z; do compare "$f" /v1/chat/completions $o; done
    done
    for o in -N -Z; do compare stall /v1/chat/completions $o -m 1; done
}

@test "a stream is cut in order, or ends with the provider's error event" {
    mock_start
    stream() { # FAULT
        fault "127.0.0.1=$1" -- curl -sS -d '{"model":"gpt-4o","stream":true,"messages":[]}' \
            "$MOCK_URL/v1/chat/completions"
    }
    run stream ok
    [[ $output == *"[DONE]"* ]]
    run stream 'cut-after=3 events'
    [ "$status" -eq 0 ]
    [ "$(grep -c '^data: ' <<<"$output")" -eq 3 ]
    run stream sse-error-late
    [ "$status" -eq 0 ]
    [ "$(grep -c '^data: ' <<<"$output")" -eq 3 ]
    [[ $output == *'data: {"error":{"message":'* ]]
    run stream 'sse-error;bare'
    [ "$(grep -c '^data: ' <<<"$output")" -eq 1 ]
    run -18 stream 'truncate;after=2'
    # Held, it is tried again.
    run "$STEADYCURL" run --fault '127.0.0.1=sse-error,ok' --steady -- curl -sS \
        -d '{"model":"gpt-4o","stream":true,"messages":[]}' "$MOCK_URL/v1/chat/completions"
    [[ $output == *"[DONE]"* && $output != *error* ]]
}

@test "what only libcurl knows: its codes and its words, no name looked up, nobody connected to" {
    run -6 --separate-stderr fault 'api.openai.com=unresolved' -- curl -sS https://api.openai.com/v1/models
    [ "$stderr" = "curl: (6) Could not resolve host: api.openai.com" ]
    run -7 --separate-stderr fault '127.0.0.1=refused' -- curl -sS http://127.0.0.1:9/
    [[ $stderr == "curl: (7) Failed to connect to 127.0.0.1 port 9 after "* ]]
    for code in 28:timeout 35:tls 52:empty-reply 60:untrusted 92:stream-reset 16:curl-16; do
        run -"${code%:*}" fault "api.openai.com=${code#*:}" -- curl -sS https://api.openai.com/v1/models
    done
}

@test "outcomes come in order, whichever process asks, and the last one stays" {
    run fault 'api.openai.com=503*2,429,400' -- sh -c \
        'for i in 1 2 3 4 5; do curl -s -o /dev/null -w "%{http_code} " https://api.openai.com/v1/models; done'
    [ "$output" = "503 503 429 400 400 " ]
    # Another run begins anew.
    run fault 'api.openai.com=503*2,429,400' -- curl -s -o /dev/null -w '%{http_code}' https://api.openai.com/v1/models
    [ "$output" = 503 ]
}

@test "path, model, program, calls before it: who is not meant gets the real answer" {
    mock_start
    ours() { fault "$1" -- curl -s -o /dev/null -w '%{http_code} ' -d "$BODY" "$MOCK_URL/v1/chat/completions" "${@:2}"; }
    [ "$(ours '127.0.0.1/v1/chat/*=503')" = '503 ' ]
    [ "$(ours '127.0.0.1/v1/embeddings=503')" = '200 ' ]
    [ "$(ours '127.0.0.1@gpt-4*=503')" = '503 ' ]
    [ "$(ours '127.0.0.1@claude-*=503')" = '200 ' ]
    [ "$(ours "127.0.0.1:$MOCK_PORT=503")" = '503 ' ]
    [ "$(ours '127.0.0.1:1=503')" = '200 ' ]
    [ "$(ours '127.0.0.1=503;program=curl')" = '503 ' ]
    [ "$(ours '127.0.0.1=503;program=php*')" = '200 ' ]
    [ "$(ours '127.0.0.1=ok')" = '200 ' ]
    run fault '127.0.0.1=503;after=2 calls' -- sh -c \
        "for i in 1 2 3; do curl -s -o /dev/null -w '%{http_code} ' $MOCK_URL/v1/models; done"
    [ "$output" = "200 200 503 " ]
}

@test "--steady: our retries stand between, and the last fault is delivered as a server's" {
    run fault 'api.openai.com=503,reset,200;body-text={}' --steady -- curl -sS -d "$BODY" https://api.openai.com/v1/chat/completions
    [ "$status" -eq 0 ]
    [ "$output" = '{}' ]
    grep -q 'Retry 1: HTTP 503' "$LOG"
    grep -q 'Retry 2: ' "$LOG"
    run -22 fault 'api.openai.com=400' --steady -- curl -sSf -d "$BODY" https://api.openai.com/v1/chat/completions
    [ "$output" = "curl: (22) The requested URL returned error: 400" ]
    run -56 fault 'api.openai.com=reset' --steady -- curl -sS -m 2 -d "$BODY" https://api.openai.com/v1/chat/completions
}

@test "--steady: a made-up 200 that is no answer is judged as one that came" {
    for f in '200;body-text=' '200;body-text={"choices":[{"mess' \
        '200;content-type=text/event-stream;body-text=: wait\n\n'; do
        run -0 fault "api.openai.com=$f,200;body-text={\"choices\":[{\"message\":{}}]}" --steady -- \
            curl -sS -d '{"model":"gpt-4o","stream":true,"messages":[]}' https://api.openai.com/v1/chat/completions
        [ "$output" = '{"choices":[{"message":{}}]}' ]
    done
}

@test "each fault is in the log; an answer says that it is one, unless --unmarked" {
    run fault 'api.openai.com=503' -- curl -si https://api.openai.com/v1/models
    [[ $output == *"x-steadycurl: fault"* ]]
    grep -q 'Fault on purpose: 503 (' "$LOG"
    run fault 'api.openai.com=503' --unmarked -- curl -si https://api.openai.com/v1/models
    [[ $output != *steadycurl* ]]
}

@test "a policy's faults section asks for the same" {
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1, "log": {"format": "json"}, "rules": [], "faults": {"specs": ["api.openai.com=503,429"]}}
POLICY
    run "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- sh -c \
        'for i in 1 2; do curl -s -o /dev/null -w "%{http_code} " https://api.openai.com/v1/models; done'
    [ "$output" = "503 429 " ]
    [ "$(jq -r 'select(.event == "fault").text' "$LOG" | tr '\n' ' ')" = "503 429 " ]
    sed -i 's/503,429/5O3/' "$BATS_TEST_TMPDIR/policy.json"
    run -1 "$STEADYCURL" check "$BATS_TEST_TMPDIR/policy.json"
    [[ $output == *"faults.specs"*"(at character 16 of it)"* ]]
}

@test "bad specs: where, and which word is near" {
    bad() { # SPEC POSITION TEXT
        run -2 fault "$1" -- true
        [[ $output == *"character $2: "*"$3"* ]]
    }
    bad 'api.openai.com=503,rest' 20 "did you mean 'reset'?"
    bad 'a.b=503;retry-aftr=2' 9 "did you mean 'retry-after'?"
    bad 'a.b=503*x' 5 "not a count"
    bad 'a.b' 4 "no '='"
    bad 'a.b=503,' 9 "an outcome is missing"
    bad 'https://a.b=503' 1 "without 'https://'"
    bad '=503' 1 "HOST"
    bad 'a.b:200%=503' 5 "no share"
    bad 'a.b:60%=503,50%=429' 13 "more than 100%"
    bad 'a.b:60%=503,429' 13 "N%=OUTCOME"
    bad 'a.b=503;for=later' 9 "not a time"
    run -2 "$STEADYCURL" run --steady -- true
    [[ $output == *"which? --fault"* ]]
    run -2 "$STEADYCURL" run --seed x --fault a.b=503 -- true
}

@test "by chance: the same seed gives each call the same, whatever order processes run in" {
    calls() { # SEED ORDER...
        fault '127.0.0.1:30%=503,20%=reset' --seed "$1" -- sh -c \
            'for i; do curl -s -o /dev/null -w "$i %{http_code} %{exitcode}\n" $0/v1/models?$i; done' "$MOCK_URL" "${@:2}" |
            sort -n
    }
    mock_start
    calls 7 $(seq 40) >"$BATS_TEST_TMPDIR/one"
    calls 7 $(seq 40 -1 1) >"$BATS_TEST_TMPDIR/other"
    calls 8 $(seq 40) >"$BATS_TEST_TMPDIR/eight"
    diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/other"
    run ! diff -q "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/eight"
    grep -q ' 503 ' "$BATS_TEST_TMPDIR/one"
    grep -q ' 56$' "$BATS_TEST_TMPDIR/one"
}

@test "an error in a stream, where none was asked for, is what the server would say instead" {
    mock_start
    compare sse-error /v1/chat/completions
    compare sse-error-late /v1/messages -H 'anthropic-version: 2023-06-01'
}

@test "a fault that the answer was too short for is said not to have happened" {
    mock_start
    run -0 "$STEADYCURL" run --fault '127.0.0.1=truncate=100000' -- curl -sS "$MOCK_URL/v1/chat/completions" -d "$BODY"
    [[ $output == *"You asked: hi there"* ]]
    run -0 grep -c 'Fault on purpose: it did not happen' "$LOG"
    [ "$output" = 1 ]
}

@test "by chance: each fault comes as often as it was asked for, and to the same calls in any order" {
    PYTHON=/usr/bin/python3
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    cat >"$BATS_TEST_TMPDIR/calls.py" <<'PYTHON'
import sys, pycurl
c = pycurl.Curl()
for i in range(300):
    c.setopt(c.URL, "http://api.example.invalid/v1/chat/completions")
    c.setopt(c.POSTFIELDS, '{"model":"m","who":%s,"i":%d}' % (sys.argv[1], i))
    c.setopt(c.WRITEFUNCTION, lambda p: None)
    c.perform()
    print(sys.argv[1], i, c.getinfo(c.RESPONSE_CODE))
PYTHON
    storm() { # FILE WHO...: all of them at once, begun in this order
        local out=$1 who
        shift
        "$STEADYCURL" run --seed 7 --fault 'api.example.invalid:10%=503,5%=429,85%=400' -- bash -c '
            for who in "${@:4}"; do "$1" "$2" "$who" >"$3.$who" & done
            wait' storm $PYTHON "$BATS_TEST_TMPDIR/calls.py" "$out" "$@"
        for who in "$@"; do cat "$out.$who"; done | sort >"$out"
    }
    storm "$BATS_TEST_TMPDIR/one" 1 2 3 4
    storm "$BATS_TEST_TMPDIR/two" 4 2 1 3
    diff "$BATS_TEST_TMPDIR/one" "$BATS_TEST_TMPDIR/two"
    awk '{ n[$3]++ }
         function far(what, share) { d = n[what] - NR * share; return d * d > 9 * NR * share * (1 - share) }
         END { print n[503], n[429], n[400]; exit NR != 1200 || far(503, 0.1) || far(429, 0.05) || far(400, 0.85) }' \
        "$BATS_TEST_TMPDIR/one"
}
