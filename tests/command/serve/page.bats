#!/usr/bin/env bats
# The page in a browser: it lives, can be searched and worked by keys, has no serious fault of
# accessibility, fits a phone, is dark where that is wished, and asks nobody but its server.

load ../../lib/mock
bats_require_minimum_version 1.5.0

setup() {
    [ -x /usr/bin/chromium ] || skip "no chromium"
    command -v node >/dev/null && command -v npm >/dev/null || skip "no node or npm"
    [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 18 ] || skip "node is older than 18"
    FOLDER=$BATS_TEST_TMPDIR/npm
    mkdir -p "$FOLDER"
    (cd "$FOLDER" && timeout 120 npm install --silent --no-audit --no-fund --no-save \
        playwright-core@1.56.1 axe-core@4.10.3 >npm.out 2>&1) || skip "npm cannot install playwright-core"
}

teardown() {
    [ -z "${SERVE_PID-}" ] || { kill "$SERVE_PID" && wait "$SERVE_PID"; } || true
    mock_stop
}

@test "the page in chromium: live, searched, explained, accessible, narrow, dark, and alone" {
    LOG=$BATS_TEST_TMPDIR/log.json
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1, "log": {"format": "json", "level": "debug"},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai",
            "retry": {"backoff": {"base_ms": 20}, "overloaded": {"backoff": {"base_ms": 20}}},
            "limits": {"rpm": 600}}]}
POLICY
    mock_start --script 503,200
    call="\"$STEADYCURL\" run --policy \"$BATS_TEST_TMPDIR/policy.json\" --log \"$LOG\" -- curl -sS -o /dev/null \"$MOCK_URL/v1/chat/completions\" -d '{\"model\":\"gpt-4o\",\"messages\":[]}'"
    sh -c "$call"
    "$STEADYCURL" serve --port 0 --port-file "$BATS_TEST_TMPDIR/port" --log "$LOG" \
        </dev/null >"$BATS_TEST_TMPDIR/out" 2>&1 3>&- 4>&- &
    SERVE_PID=$!
    await test -s "$BATS_TEST_TMPDIR/port"
    run -0 timeout 300 node "$SC_TOP/tests/command/serve/page.mjs" \
        "http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")/" "$FOLDER" "$call"
    diff - <(printf '%s\n' "$output") <<'EXPECTED'
a call that ends comes to the page
spans: attempt: HTTP 503; wait: backoff; attempt: HTTP 200
a filter that fits nothing says so
money: gpt-4o
a URL is explained
wide: faults none
wide: too wide false
wide: dark false
wide: odd none
dark: faults none
dark: too wide false
dark: dark true
dark: odd none
phone: faults none
phone: too wide false
phone: dark false
phone: odd none
EXPECTED
}
