#!/usr/bin/env bats
# The providers' own clients, pinned, through a bridge to libcurl under the library: their own host
# is down, another provider answers, and they read it as their own.

bats_require_minimum_version 1.5.0
load ../lib/mock

packages=(openai@6.49.0 openai7@npm:openai@7.59.0 @anthropic-ai/sdk@1.14.0 @google/genai@2.32.0)
GOLDEN=$SC_TOP/tests/common/dialect

# DIALECT_CLIENTS names a folder that has them already.
setup_file() {
    local major
    major=$(node --version 2>/dev/null | sed 's/^v//; s/\..*//')
    [ "${major:-0}" -ge 20 ] || skip "node 20 is needed, here is ${major:-none}"
    /usr/bin/python3 -c 'import pycurl' || skip "no python3-pycurl"
    export CLIENTS=${DIALECT_CLIENTS-$BATS_FILE_TMPDIR}
    [ -z "${DIALECT_CLIENTS-}" ] || return 0
    timeout 300 npm install --prefix "$CLIENTS" --no-save --no-audit --no-fund --ignore-scripts \
        "${packages[@]}" >"$CLIENTS/npm.log" 2>&1 || skip "npm cannot install ${packages[*]}"
}

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    mock_start --script 503
    FIRST=$MOCK_URL FIRST_PID=$MOCK_PID
    scripts >"$BATS_TEST_TMPDIR/scripts.json"
    mock_start --script-file "$BATS_TEST_TMPDIR/scripts.json"
    policy >"$BATS_TEST_TMPDIR/policy.json"
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$BATS_TEST_TMPDIR/log" -- \
        /usr/bin/python3 "$SC_TOP/tests/engine/bridge.py" "$FIRST" "$BATS_TEST_TMPDIR/port" 3>&- 4>&- &
    BRIDGE_PID=$!
    await test -s "$BATS_TEST_TMPDIR/port"
    BRIDGE=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
}

teardown() {
    mock_stop
    kill "$FIRST_PID" "$BRIDGE_PID"
}

# What the targets do, by the first part of the path that they are asked with.
scripts() {
    local pair path
    echo '{"paths": {"/late/*": "sse-error-late;after=2", "/early/*": "sse-error", "/cut/*": "cut-after=2 events",'
    for pair in down=500 both=500 refused=401 busy=429 missing=404 bad=400; do
        echo "\"/${pair%=*}/*\": \"${pair#*=}\","
    done
    for pair in chat=/v1/chat/completions responses=/v1/responses messages=/v1/messages 'gemini=/v1beta/*'; do
        path=${pair#*=}
        echo "\"/whole$path\": \"200;content-type=application/json;body=$GOLDEN/answers/tools.${pair%%=*}.json\","
        echo "\"/stream$path\": \"200;content-type=text/event-stream;body=$GOLDEN/streams/tools.${pair%%=*}.sse\","
    done
    echo '"/ok/*": "200"}}'
}

# A target and a rule for each dialect and each of those: asked at once where the failure is to be
# seen, else after the program's own host.
policy() {
    local pair what targets='' rules='' how
    for pair in chat=openai responses=openai-responses messages=anthropic gemini=gemini; do
        for what in ok whole stream late early cut both down refused busy missing bad; do
            case $what in
            down | refused | busy | missing | bad) how='"route": [{"to": "%s"}], "fallback": []' ;;
            *) how='"fallback": ["%s"]' ;;
            esac
            targets+=${targets:+, }"\"${pair%=*}-$what\": {\"url\": \"$MOCK_URL/$what\", \"dialect\": \"${pair#*=}\", \"model\": \"other\"}"
            # shellcheck disable=SC2059 # the format is one of two above
            rules+=${rules:+, }"{\"match\": {\"path\": \"/${pair%=*}/$what/*\"}, $(printf "$how" "${pair%=*}-$what")}"
        done
    done
    echo "{\"version\": 1, \"defaults\": {\"retry\": {\"max_attempts\": 1, \"budget\": false}, \"breaker\": false},"
    echo " \"targets\": {$targets}, \"rules\": [$rules]}"
}

judged_by() { # PACKAGE OF OPENAI'S CLIENT
    run timeout 600 node "$SC_TOP/tests/engine/clients.mjs" "$CLIENTS" "$BRIDGE" "$1"
    grep WRONG <<<"$output" || true
    [ "$status" -eq 0 ]
    [ "$(grep -c '^good ' <<<"$output")" -gt 250 ]
}

@test "openai 6.49.0, Anthropic's and Google's clients take every dialect's answers for their own" {
    judged_by openai
}

@test "openai 7.59.0 does, too" {
    judged_by openai7
}
