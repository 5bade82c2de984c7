#!/usr/bin/env bats
# timeouts.first_token_ms, gap_ms and total_ms: bounds that libcurl itself does not know.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    LOG=$BATS_TEST_TMPDIR/log
}

teardown() {
    mock_stop
}

policy() { # TIMEOUTS
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1,
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false, "timeouts": {$1}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
POLICY
}

ask() { # [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 30 \
        curl -sS "$@" "$MOCK_URL/v1/chat/completions" -d '{"model":"m","stream":true,"messages":[]}'
}

@test "an attempt without a first token in time is tried again" {
    mock_start --script 'hang;ms=20000,200'
    policy '"first_token_ms": 1500'
    run -0 ask -N
    [[ $output == *"[DONE]"* ]]
    [ "$(mock_count)" -eq 2 ]
    grep -q 'Retry 1: ' "$LOG"
}

@test "a stream that falls silent after output ends with libcurl's timeout" {
    mock_start --script 'stall;at=900;ms=20000'
    policy '"gap_ms": 1500'
    run -28 ask -N
    [[ $output == *"data: "* ]]
    [[ $output == *"Operation timed out"* ]]
    [ "$(mock_count)" -eq 1 ]
    grep -q 'Timeout was reached: gap_ms' "$LOG"
}

@test "total_ms bounds the whole call" {
    mock_start --script 'hang;ms=20000'
    policy '"total_ms": 700'
    run -28 ask
    [[ $output == *"timed out"* ]]
}

@test "the program's own progress callback still runs, and can still stop the call" {
    mock_start --script 'hang;ms=20000'
    policy '"first_token_ms": 20000'
    cat >"$BATS_TEST_TMPDIR/p.py" <<'PY'
import pycurl, sys
calls = []
c = pycurl.Curl()
c.setopt(c.URL, sys.argv[1])
c.setopt(c.NOPROGRESS, 0)
c.setopt(c.XFERINFOFUNCTION, lambda *a: (calls.append(a), len(calls) > 2)[1])
try:
    c.perform()
except pycurl.error as e:
    print(e.args[0], len(calls))
PY
    run -0 timeout 30 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        /usr/bin/python3 "$BATS_TEST_TMPDIR/p.py" "$MOCK_URL/v1/models"
    [ "$output" = "42 3" ]
}
