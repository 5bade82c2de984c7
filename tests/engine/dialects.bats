#!/usr/bin/env bats
# shellcheck disable=SC2086 # words of options
# Every dialect answered by every other, through a real program: the first target is down, the
# second answers in its own words, and the program gets its own. What the target is sent and what
# comes of its answer are the golden files of tests/common/dialect, but for ids and times.

bats_require_minimum_version 1.5.0
load ../lib/mock

DIALECTS='chat responses messages gemini'
GOLDEN=$SC_TOP/tests/common/dialect

setup_file() {
    export FIRST FIRST_PID MOCK_URL MOCK_PID TMPDIR=$BATS_FILE_TMPDIR
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    mock_start --script 503
    FIRST=$MOCK_URL FIRST_PID=$MOCK_PID
    scripts >"$BATS_FILE_TMPDIR/scripts.json"
    mock_start --script-file "$BATS_FILE_TMPDIR/scripts.json"
}

teardown_file() {
    mock_stop
    kill "$FIRST_PID"
}

setup() {
    LOG=$BATS_TEST_TMPDIR/log
    export TARGET_KEY=sk-target
}

# What the second server does, by the first part of the path that it is asked with.
scripts() {
    local dialect
    echo '{"paths": {"/late/*": "sse-error-late;after=2", "/early/*": "sse-error",'
    echo '"/cut/*": "cut-after=2 events", "/down/*": "500", "/refused/*": "401", "/busy/*": "429",'
    for dialect in $DIALECTS; do
        echo "\"/whole$(path "$dialect" target)\": \"200;content-type=application/json;body=$GOLDEN/answers/tools.$dialect.json\","
        echo "\"/stream$(path "$dialect" target)\": \"200;content-type=text/event-stream;body=$GOLDEN/streams/tools.$dialect.sse\","
    done
    echo '"/ok/*": "200"}}'
}

# What the golden requests were made for.
speaks() { # DIALECT
    case $1 in
    chat) echo '"dialect": "openai", "provider": "openai", "model": "gpt-4o-mini"' ;;
    responses) echo '"dialect": "openai-responses", "model": "gpt-4o-mini"' ;;
    messages) echo '"dialect": "anthropic", "model": "claude-haiku-4-5"' ;;
    gemini) echo '"dialect": "gemini", "model": "gemini-2.5-flash"' ;;
    esac
}

policy() { # TARGET'S DIALECT, WHAT IT DOES, [MEMBER OF THE RULE]
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 1, "budget": false}, "breaker": false},
 "targets": {"$1": {"url": "$MOCK_URL/$2", $(speaks "$1"), "key_env": "TARGET_KEY"}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1:${FIRST##*:}"},
            ${3-\"fallback\": [\"$1\"]}}]}
POLICY
}

path() { # DIALECT whole|stream|target
    case $1-$2 in
    chat-*) echo /v1/chat/completions ;;
    responses-*) echo /v1/responses ;;
    messages-*) echo /v1/messages ;;
    gemini-whole) echo /v1beta/models/gemini-2.5-pro:generateContent ;;
    gemini-target) echo '/v1beta/models/gemini-2.5-flash:*' ;;
    gemini-stream) echo '/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse' ;;
    esac
}

# A conversation with calls of tools and their results, and an image.
request() { # DIALECT whole|stream
    case $1-$2 in
    gemini-* | *-whole) cat "$GOLDEN/requests/agent.$1.json" ;;
    chat-*) sed 's/}$/, "stream": true, "stream_options": {"include_usage": true}}/' "$GOLDEN/requests/agent.chat.json" ;;
    *) sed 's/}$/, "stream": true}/' "$GOLDEN/requests/agent.$1.json" ;;
    esac
}

ask() { # [CURL OPTION...]: the first, as the pair at hand; head and body into files
    request "$program" "$form" >"$BATS_TEST_TMPDIR/request"
    rm -f "$BATS_TEST_TMPDIR/head" "$BATS_TEST_TMPDIR/body"
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS -N -H 'Authorization: Bearer sk-program' $way "$@" "$FIRST$(path "$program" "$form")" \
        -D "$BATS_TEST_TMPDIR/head" -o "$BATS_TEST_TMPDIR/body" --data-binary @"$BATS_TEST_TMPDIR/request"
}

# Runs a command with each program's dialect, each target's, each form, each of curl's ways.
each() { # COMMAND...
    local program target form way failed=
    for program in $DIALECTS; do
        for target in $DIALECTS; do
            for form in whole stream; do
                for way in '' '-Z --no-progress-meter'; do
                    "$@" || failed+=" $program<-$target/$form${way:+/multi}"
                done
            done
        done
    done
    [ -z "$failed" ] || { echo "wrong:$failed" && return 1; }
}

# What differs from one answer to the next by nature.
settled() {
    sed -E 's/(chatcmpl-|resp_|msg_|rs_|fc_|call_|toolu_|"responseId":")[0-9a-f]{16}/\1X/g
        s/"(created|created_at)":[0-9]+/"\1":0/g'
}

same() { # WHAT FILE FILE
    local want got
    want=$(settled <"$2") got=$(settled <"$3")
    [ "$want" != "$got" ] || return 0
    echo "$program<-$target/$form $way: another $1"
    diff <(echo "$want") <(echo "$got")
}

golden() { # FOLDER NAME: of the pair at hand, as it is where nothing has to be translated
    local from=$GOLDEN/$1/$2
    if [ "$program" != "$target" ]; then
        echo "$from.$target.$program"
    elif [ "$1" = streams ]; then
        echo "$from.$target.sse"
    else
        echo "$from.$target.json"
    fi
}

# What the target was sent last: its path, and its body but for what asks for a stream.
request_is_golden() {
    local path want
    mock_requests | jq -c '.[-1]' >"$BATS_TEST_TMPDIR/asked"
    path=$(path "$target" "$form" | sed 's/2.5-pro/2.5-flash/')
    if [ "$program" = "$target" ]; then
        want=$(jq -S --arg m "$(speaks "$target" | sed 's/.*"model": "\(.*\)"/\1/')" \
            'if .model then .model = $m else . end' "$GOLDEN/requests/agent.$program.json")
    else
        want=$(tail -n1 "$GOLDEN/requests/agent.$program.$target" | jq -S .)
    fi
    [ "$(jq -r .path "$BATS_TEST_TMPDIR/asked")" = "/$form$path" ] &&
        [ "$(jq -S '.body | fromjson | del(.stream, .stream_options)' "$BATS_TEST_TMPDIR/asked")" = "$want" ] &&
        return 0
    echo "$program->$target/$form: another request" && cat "$BATS_TEST_TMPDIR/asked"
    return 1
}

answer_is_golden() {
    local folder=answers type=application/json
    [ "$form" = whole ] || folder=streams type=text/event-stream
    policy "$target" "$form"
    ask || return 1
    same answer "$(golden "$folder" tools)" "$BATS_TEST_TMPDIR/body" || return 1
    tr -d '\r' <"$BATS_TEST_TMPDIR/head" >"$BATS_TEST_TMPDIR/lines"
    grep -qix "x-steadycurl: fallback; target=$target; reason=overloaded" "$BATS_TEST_TMPDIR/lines" &&
        grep -qi "^content-type: $type" "$BATS_TEST_TMPDIR/lines" &&
        { [ -n "$way" ] || request_is_golden; }
}

@test "calls of tools, thoughts and usage come in the program's words, from every dialect" {
    each answer_is_golden
}

# The data of a stream's events, one a line.
events() {
    grep '^data: {' "$BATS_TEST_TMPDIR/body" | cut -c7-
}

# Text, why it ended, and whether its usage is there, of an answer or of all of a stream's events.
said() {
    case $program-$form in
    chat-whole) jq -c '[.choices[0].message.content, .choices[0].finish_reason, .usage.total_tokens > 0]' ;;
    chat-stream) jq -cs '[(map(.choices[0].delta.content // "") | add),
        (map(.choices[0].finish_reason | values)[0]), .[-1].usage.total_tokens > 0]' ;;
    responses-whole) jq -c '[.output[0].content[0].text, .status, .usage.total_tokens > 0]' ;;
    responses-stream) jq -cs '[(map(select(.type == "response.output_text.delta").delta) | add),
        .[-1].response.status, .[-1].response.usage.total_tokens > 0]' ;;
    messages-whole) jq -c '[.content[0].text, .stop_reason, .usage.output_tokens > 0]' ;;
    messages-stream) jq -cs '[(map(select(.type == "content_block_delta").delta.text) | add),
        (map(.delta.stop_reason? | values)[0]), (map(select(.type == "message_delta").usage.output_tokens)[0] > 0)]' ;;
    gemini-*) jq -cs '[(map(.candidates[0].content.parts[0].text // "") | add), .[-1].candidates[0].finishReason,
        .[-1].usageMetadata.totalTokenCount > 0]' ;;
    esac
}

ends_well() {
    case $program in
    chat) echo stop ;;
    responses) echo completed ;;
    messages) echo end_turn ;;
    gemini) echo STOP ;;
    esac
}

text_is_said() {
    local got
    [ -z "$way" ] || return 0
    policy "$target" ok
    ask || return 1
    got=$(if [ "$form" = whole ]; then cat "$BATS_TEST_TMPDIR/body"; else events; fi | said)
    [[ $got == '["You asked: '*"\",\"$(ends_well)\",true]" ]] && return 0
    echo "$program<-$target/$form: $got"
    return 1
}

@test "text is said in the program's words, and why it ended, from every dialect" {
    each text_is_said
}

# An error as the program's dialect has it, in an answer or an event.
is_error() {
    case $program in
    chat) jq -e 'keys == ["error"] and (.error | has("message") and has("type") and has("param") and has("code"))' ;;
    responses) if [ "$1" = event ]; then
        jq -e '.type == "error" and (.message | length > 0) and (.error.message | length > 0) and has("code") and has("param")'
    else
        jq -e '.error | has("message") and has("type") and has("param") and has("code")'
    fi ;;
    messages) jq -e '.type == "error" and (.error | has("message") and has("type"))' ;;
    gemini) jq -e '.error | (.code | type == "number") and has("message") and has("status")' ;;
    esac >/dev/null
}

# Each anew: a key that was refused once would not be tried again.
failure_is_told() {
    local status got script
    for script in refused/401 busy/429 down/500; do
        [ "$form$way-$script" = whole-refused/401 ] || [ "$script" = down/500 ] || continue
        status=${script#*/}
        policy "$target" "${script%/*}" "\"route\": [{\"to\": \"$target\"}]"
        rm -rf "$STEADYCURL_STATE"
        got=$(ask -w '%{http_code}') && [ "$got" = "$status" ] && is_error answer <"$BATS_TEST_TMPDIR/body" && continue
        echo "$program<-$target/$form $script: $got" && cat "$BATS_TEST_TMPDIR/body"
        return 1
    done
}

# What is refused without being sent, since a key was refused, is in the program's words as well.
refusal_is_told() {
    [ "$form$way" = whole ] || return 0
    policy "$target" refused "\"route\": [{\"to\": \"$target\"}]"
    rm -rf "$STEADYCURL_STATE"
    ask -o /dev/null && ask && grep -qi '^x-steadycurl: auth' "$BATS_TEST_TMPDIR/head" &&
        is_error answer <"$BATS_TEST_TMPDIR/body" && return 0
    echo "$program<-$target:" && cat "$BATS_TEST_TMPDIR/head" "$BATS_TEST_TMPDIR/body"
    return 1
}

@test "the failure of a target that is asked first is an error of the program's dialect" {
    each failure_is_told
    each refusal_is_told
}

# The last event, with the line of its name where the dialect has one.
stream_fails() { # SCRIPT
    policy "$target" "$1"
    ask || return 1
    if [ "$target" != "$program" ] && ! events | tail -n1 | is_error event; then
        echo "$program<-$target: no error at the end:" && cat "$BATS_TEST_TMPDIR/body"
        return 1
    fi
    [[ $program == chat || $program == gemini ]] || grep . "$BATS_TEST_TMPDIR/body" | tail -n2 | grep -qx 'event: error'
}

stream_failure_is_told() {
    [ "$form" = stream ] || return 0
    stream_fails late || return 1
    [ "$target" = "$program" ] || [ -n "$way" ] || stream_fails cut
}

@test "an error in a stream, and a stream without its end, are an error event of the program's dialect" {
    each stream_failure_is_told
}

first_is_told() {
    local direct
    [ -z "$way" ] || [ "$program" = "$target" ] || return 0
    for script in down early; do
        [ "$form-$script" = whole-early ] && continue
        policy "$target" "$script"
        ask -i -w '%{http_code} %{size_header} %{size_download}' >"$BATS_TEST_TMPDIR/told" || return 1
        mv "$BATS_TEST_TMPDIR/body" "$BATS_TEST_TMPDIR/under"
        direct=$(curl -sS -i $way -w '%{http_code} %{size_header} %{size_download}' "$FIRST$(path "$program" "$form")" \
            -o "$BATS_TEST_TMPDIR/body" --data-binary @"$BATS_TEST_TMPDIR/request")
        [ "$(<"$BATS_TEST_TMPDIR/told")" = "$direct" ] &&
            diff <(grep -v ^Date "$BATS_TEST_TMPDIR/body") <(grep -v ^Date "$BATS_TEST_TMPDIR/under") && continue
        echo "$program<-$target/$form: $direct" && cat "$BATS_TEST_TMPDIR/told"
        return 1
    done
}

@test "where both are down, the program gets its own host's failure, byte for byte" {
    each first_is_told
}

# Programs that others have written for OpenAI's chat: NAME NEEDS COMMAND...
CLIENTS=$(cat <<'TABLE'
php      curl_init            php tests/programs/ask.php return
phpmulti curl_init            php tests/multi/ask.php select
pycurl   pycurl               /usr/bin/python3 tests/programs/ask.py string
pymulti  pycurl               /usr/bin/python3 tests/multi/ask.py select
R        RCurl                Rscript tests/programs/ask.R post
guzzle   GuzzleHttp           php tests/multi/clients.php guzzle
TABLE
)

is_there() { # NEED
    case $1 in
    curl_init) php -r 'exit(function_exists("curl_init") ? 0 : 1);' ;;
    pycurl) /usr/bin/python3 -c 'import pycurl' ;;
    RCurl) Rscript -e 'library(RCurl)' ;;
    GuzzleHttp) php -r 'exit(@include("GuzzleHttp/autoload.php") ? 0 : 1);' ;;
    esac >/dev/null 2>&1
}

# The text of all answers and streams in what a program prints, whatever it prints around them.
printed_text() {
    grep -o '"content":"[^"]*"' | cut -d'"' -f4 | tr -d '\n'
}

@test "PHP, pycurl, R and Guzzle that speak chat are answered by every dialect, whole and streamed" {
    local question='"messages":[{"role":"user","content":"Why?"}]' name need command missing=
    cd "$SC_TOP"
    while read -r name need command; do
        is_there "$need" || { missing+=" $name" && continue; }
        for target in $DIALECTS; do
            policy "$target" ok
            for ask in "{\"model\":\"gpt-4o\",$question}" "{\"model\":\"gpt-4o\",\"stream\":true,$question}"; do
                ASK=$ask ASK_STREAM=$ask run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" \
                    --log "$LOG" -- timeout 60 $command "$FIRST/v1/chat/completions"
                echo "$name <- $target: $ask: $output"
                [[ $output == *chat.completion* && $output != *503* ]]
                [[ $(tr -d '\134' <<<"$output" | printed_text) == "You asked: Why?"* ]]
            done
        done
    done <<<"$CLIENTS"
    [ -z "$missing" ] || skip "not here:$missing"
}
