#!/usr/bin/env bats
# shellcheck disable=SC2086 # words of options
# A real server of models, llama.cpp's, speaks chat, Responses and Messages itself: what it answers
# in one of them through translation, it answers to a program that speaks that one directly.

bats_require_minimum_version 1.5.0
load ../lib/mock

DIALECTS='chat responses messages'

# LLAMA_URL names a server that already runs with this model.
setup_file() {
    export FIRST FIRST_PID LLAMA_PID LLAMA_URL TMPDIR=$BATS_FILE_TMPDIR
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    if [ -z "${LLAMA_URL-}" ]; then
        command -v llama-server >/dev/null || return 0 # setup says so
        local port
        port=$(/usr/bin/python3 -c 'import socket; s = socket.create_server(("127.0.0.1", 0)); print(s.getsockname()[1])')
        /usr/bin/python3 "$SC_TOP/tests/engine/tiny_model.py" "$BATS_FILE_TMPDIR/tiny.gguf"
        llama-server -m "$BATS_FILE_TMPDIR/tiny.gguf" --host 127.0.0.1 --port "$port" -c 2048 -t 1 --jinja \
            >"$BATS_FILE_TMPDIR/llama.log" 2>&1 3>&- 4>&- &
        LLAMA_PID=$!
        LLAMA_URL=http://127.0.0.1:$port
        await curl -sSf "$LLAMA_URL/health"
    fi
    mock_start --script 503
    FIRST=$MOCK_URL FIRST_PID=$MOCK_PID
}

teardown_file() {
    [ -z "${FIRST_PID-}" ] || kill "$FIRST_PID"
    [ -z "${LLAMA_PID-}" ] || kill "$LLAMA_PID"
}

setup() {
    [ -n "${LLAMA_URL-}" ] || skip "no llama-server (Debian: llama.cpp-tools)"
}

path() { # DIALECT
    case $1 in
    chat) echo /v1/chat/completions ;;
    *) echo "/v1/$1" ;;
    esac
}

# The likeliest letters, and no words that differ by dialect.
request() { # DIALECT FORM
    local messages='[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi \"there\""}]' more
    [ "$2" = whole ] || more=', "stream": true'
    case $1 in
    chat) echo "{\"model\":\"tiny\",\"temperature\":0,\"max_completion_tokens\":40,\"messages\":$messages$more}" ;;
    responses) echo "{\"model\":\"tiny\",\"temperature\":0,\"max_output_tokens\":40,\"input\":$messages$more}" ;;
    messages) echo "{\"model\":\"tiny\",\"temperature\":0,\"max_tokens\":40,\"system\":\"Be brief.\"," \
        "\"messages\":[{\"role\":\"user\",\"content\":\"Hi \\\"there\\\"\"}]$more}" ;;
    esac
}

# The text, and for a whole answer why it ended and what it took.
said() { # DIALECT FORM
    if [ "$2" = stream ]; then
        grep '^data: {' | cut -c7- | jq -rj '.choices[0].delta.content? // .delta.text? //
            (if .type == "response.output_text.delta" then .delta else "" end)'
        return
    fi
    case $1 in
    chat) jq -c '[.choices[0].message.content, .choices[0].finish_reason == "length", .usage.prompt_tokens, .usage.completion_tokens]' ;;
    responses) jq -c '[([.output[] | select(.type == "message").content[].text] | add), .incomplete_details.reason == "max_output_tokens",
        .usage.input_tokens, .usage.output_tokens]' ;;
    messages) jq -c '[.content[0].text, .stop_reason == "max_tokens", .usage.input_tokens + .usage.cache_read_input_tokens, .usage.output_tokens]' ;;
    esac
}

# In its Responses this server calls an answer completed that its limit has cut (0.7.0).
comparable() {
    if [[ $form == whole && "$program $target" == *responses* ]]; then
        jq -c 'del(.[1])'
    else
        cat
    fi
}

policy() { # DIALECT OF THE TARGET
    local -A names=([chat]=openai [responses]=openai-responses [messages]=anthropic)
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "defaults": {"retry": {"max_attempts": 1, "budget": false}, "breaker": false},
 "targets": {"llama": {"url": "$LLAMA_URL", "dialect": "${names[$1]}", "provider": "llamacpp", "model": "tiny"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1:${FIRST##*:}"}, "fallback": ["llama"]}]}
POLICY
}

@test "llama.cpp's server answers the same in all its dialects, through translation both ways" {
    local direct got
    for form in whole stream; do
        for program in $DIALECTS; do
            direct=$(curl -sS "$LLAMA_URL$(path "$program")" -d "$(request "$program" "$form")" | said "$program" "$form")
            echo "$program/$form: $direct"
            [ "${#direct}" -gt 20 ]
            for target in $DIALECTS; do
                policy "$target"
                got=$("$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- timeout 100 \
                    curl -sS -N "$FIRST$(path "$program")" -d "$(request "$program" "$form")" | said "$program" "$form")
                echo "  by $target: $got"
                [ "$(comparable <<<"$got")" = "$(comparable <<<"$direct")" ]
            done
        done
    done
}
