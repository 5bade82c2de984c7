#!/usr/bin/env bats
# run --mock: known hosts are answered by a mock of this run alone, and nothing leaves the machine.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS STEADYCURL_STATE OPENAI_API_KEY
    export STEADYCURL_LOG=$BATS_TEST_TMPDIR/log XDG_CONFIG_HOME=$BATS_TEST_TMPDIR
    # Whoever goes out by mistake meets a proxy that is not there, and not the network.
    export https_proxy=http://127.0.0.1:9 http_proxy=http://127.0.0.1:9
    cd "$BATS_TEST_TMPDIR" || exit
}

teardown() {
    mock_stop
}

mocked() { # [--mock=SCRIPT] PROGRAM...
    local option=--mock
    case $1 in --mock*) option=$1 && shift ;; esac
    "$STEADYCURL" run "$option" -- "$@"
}

BODY='{"model":"m","max_tokens":50,"messages":[{"role":"user","content":"hi there"}]}'

@test "every provider's host answers in its own words, without its name being looked up" {
    while read -r url mark; do
        run -0 mocked curl -sS -d "$BODY" "https://$url"
        [[ $output == *"$mark"* ]] || { echo "$url: $output" && false; }
    done <<'HOSTS'
api.openai.com/v1/chat/completions "object":"chat.completion"
API.OpenAI.com:443/v1/responses "object":"response"
name.openai.azure.com/openai/deployments/x/chat/completions?api-version=1 "object":"chat.completion"
api.anthropic.com/v1/messages "type":"message"
generativelanguage.googleapis.com/v1beta/models/g:generateContent "candidates"
api.mistral.ai/v1/chat/completions "object":"chat.completion"
api.cohere.com/v2/chat "finish_reason":"COMPLETE"
api.groq.com/openai/v1/chat/completions "object":"chat.completion"
eu-west-1-aiplatform.googleapis.com/v1/p/models/g:generateContent "candidates"
HOSTS
}

@test "a host that a rule names is known, one that only a rule for all hosts fits is not" {
    export STEADYCURL_POLICY=$PWD/policy.json
    echo '{"version": 1, "rules": [{"match": {"host": "llm.example"}}, {"match": {"host": "*"}}]}' >policy.json
    mocked curl -sS -d "$BODY" https://llm.example/v1/chat/completions | grep -q chat.completion
    mocked curl -sS -d "$BODY" https://api.openai.com/v1/chat/completions | grep -q chat.completion
    mocked curl -sS -d "$BODY" http://api.deepseek.com/chat/completions | grep -q chat.completion
    run mocked curl -sS --retry 0 https://other.example/v1/chat/completions
    [ "$status" -ne 0 ]
}

@test "the program's URL is what it has asked, and its own options hold again afterwards" {
    mock_start
    run -0 mocked curl -sS -d "$BODY" -o a -w '%{url_effective} %{scheme} %{http_version}\n' \
        --proto '=https' --noproxy none.example --connect-to "::127.0.0.1:1" --http2-prior-knowledge \
        https://api.openai.com/v1/chat/completions
    [[ ${output,,} == "https://api.openai.com/v1/chat/completions https 1.1" ]]
    cat >twice.py <<'PY'
import pycurl, io, sys
c, port = pycurl.Curl(), int(sys.argv[1])
def ask(url):
    out = io.BytesIO()
    c.setopt(c.URL, url)
    c.setopt(c.WRITEFUNCTION, out.write)
    c.perform()
    return out.getvalue().decode(), c.getinfo(c.EFFECTIVE_URL)
c.setopt(c.POSTFIELDS, '{"model":"m","messages":[]}')
c.setopt(c.CONNECT_TO, ["else.example:80:127.0.0.1:%d" % port])
c.setopt(c.NOPROXY, "else.example")
c.setopt(c.PROTOCOLS, c.PROTO_HTTP | c.PROTO_HTTPS)
for _ in range(2):
    body, url = ask("https://api.openai.com/v1/chat/completions")
    assert "chat.completion" in body and url == "https://api.openai.com/v1/chat/completions", (body, url)
    body, url = ask("http://else.example/echo")
    assert "else.example" in body and url == "http://else.example/echo", (body, url)
PY
    mocked /usr/bin/python3 twice.py "$MOCK_PORT"
    [ "$(mock_count)" -eq 2 ]
}

@test "streams, transfers in parallel, uploads that are read, and no scheme at all" {
    mocked curl -sSN -d '{"model":"m","stream":true,"messages":[]}' https://api.openai.com/v1/chat/completions |
        grep -q 'data: \[DONE\]'
    mocked curl -sS -Z -d "$BODY" https://api.openai.com/v1/chat/completions https://api.mistral.ai/v1/chat/completions 2>/dev/null >both
    [ "$(grep -o '"id":"chatcmpl' both | wc -l)" -eq 2 ]
    echo "$BODY" | mocked curl -sS -T - -X POST https://api.anthropic.com/v1/messages | grep -q '"type":"message"'
    mocked curl -sS --proto-default https -d "$BODY" api.openai.com/v1/chat/completions | grep -q chat.completion
}

@test "it misbehaves on script, and what it does is retried as a server's failure is" {
    run -0 mocked --mock=503,ok curl -sS -d "$BODY" -w '%{http_code}' https://api.openai.com/v1/chat/completions
    [[ $output == *200 ]]
    grep -q 'Retry 1: HTTP 503' log
    run -2 mocked --mock=503,ock true
    [[ $output == *"'ock'"* ]]
}

# The state of the run is a folder that goes with it: then the companion is gone, too.
folder_of() {
    sed -n 's/^STEADYCURL_STATE=//p' env
}

@test "mock and state of a run end with the program, also with one that is killed, and are no child of it" {
    mocked sh -c 'env >env; test -d "$STEADYCURL_STATE"; ps -o comm= --ppid $$ >children'
    run -1 grep steadycurl children
    [ -n "$(folder_of)" ]
    await test ! -e "$(folder_of)"
    mocked sh -c 'env >env; kill -9 $$' || true
    await test ! -e "$(folder_of)"
    out=$(mocked sh -c 'env >env; echo done') # nobody holds the pipe
    [ "$out" = "done" ]
    await test ! -e "$(folder_of)"
    run -0 "$STEADYCURL" run --steady --fault 'api.openai.com=503,200;body-text=fine' -- \
        sh -c 'env >env; curl -sS -d "{}" https://api.openai.com/v1/chat/completions'
    [ "$output" = fine ]
    await test ! -e "$(folder_of)"
    STEADYCURL_STATE=$PWD/mine mocked sh -c 'env >env'
    [ "$(folder_of)" = "$PWD/mine" ]
    [ -d "$PWD/mine" ] || [ ! -e "$PWD/mine" ]
}

@test "faults lie over it, a made-up one and one that alters what it answers" {
    run -0 "$STEADYCURL" run --mock --fault 'api.openai.com=503,cut=50%,ok' -- sh -c '
        for i in 1 2 3; do
            curl -sS -d "$1" -w "%{http_code}\n" https://api.openai.com/v1/chat/completions
        done' sh "$BODY"
    [[ ${lines[0]} == *'"error"'*503 ]]
    [[ ${lines[1]} == *'"object":"chat.completion"'*200 && ${lines[1]} != *usage* ]]
    [[ ${lines[2]} == *usage*200 ]]
}

@test "no packet leaves: it works where there is no network but loopback" {
    unshare -rn true 2>/dev/null || skip "no network namespace here"
    unshare -rn sh -c 'ip link set lo up 2>/dev/null || ifconfig lo up
        "$@"' sh "$STEADYCURL" run --mock -- curl -sS -d "$BODY" https://api.openai.com/v1/chat/completions |
        grep -q chat.completion
}
