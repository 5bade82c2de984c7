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
    [ -z "${SLOW-}" ] || kill "$SLOW"
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
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 300 \
        curl -sS "$@" "$MOCK_URL/v1/chat/completions" -d '{"model":"m","stream":true,"messages":[]}'
}

@test "an attempt without a first token in time is tried again" {
    mock_start --script 'hang;ms=200000,200'
    policy '"first_token_ms": '"$(ample_ms 1500)"
    run -0 ask -N
    [[ $output == *"[DONE]"* ]]
    [ "$(mock_count)" -eq 2 ]
    grep -q 'Retry 1: ' "$LOG"
}

@test "a stream that falls silent after output ends with libcurl's timeout" {
    mock_start --script 'stall;at=900;ms=200000'
    policy '"gap_ms": '"$(ample_ms 1500)"
    run -28 ask -N
    [[ $output == *"data: "* ]]
    [[ $output == *"Operation timed out"* ]]
    [ "$(mock_count)" -eq 1 ]
    grep -q 'Timeout was reached: gap_ms' "$LOG"
}

@test "total_ms bounds the whole call" {
    mock_start --script 'hang;ms=200000'
    policy '"total_ms": 700'
    run -28 ask
    [[ $output == *"timed out"* ]]
}

@test "the program's own progress callback still runs, and can still stop the call" {
    mock_start --script 'hang;ms=200000'
    policy '"first_token_ms": 200000'
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
    run -0 timeout 190 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" -- \
        /usr/bin/python3 "$BATS_TEST_TMPDIR/p.py" "$MOCK_URL/v1/models"
    [ "$output" = "42 3" ]
}

slow_start() { # sets BOUND: ample for an answer, and shorter than a "wait" of the server's
    local file=$BATS_TEST_TMPDIR/port
    BOUND=$(ample_ms 1500)
    SLOW_WAIT=$((BOUND * 3 / 1000)) /usr/bin/python3 "$SC_TOP/tests/engine/slow_stream.py" "$file" >/dev/null 2>&1 3>&- 4>&- &
    SLOW=$!
    await test -s "$file"
    SLOW_URL=http://127.0.0.1:$(<"$file")
}

ask_slow() { # STEPS [CURL OPTION...]
    local steps=$1
    shift
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 300 \
        curl -sS "$@" "$SLOW_URL/v1/$steps" -d '{"model":"m","stream":true,"messages":[]}'
}

asked() { # the number of requests since the last time
    curl -sS "$SLOW_URL/"
}

@test "the gap counts from output to output: not from a ping before the first" {
    local before
    slow_start
    policy '"gap_ms": '"$BOUND"
    for before in ping event-ping blank; do
        for way in -s --parallel; do
            run -0 ask_slow $before,wait,out,end $way
            [[ $output == *"a word"*"[DONE]"* ]]
        done
    done
    [ "$(asked)" -eq 6 ]
}

@test "comments, pings and blanks are no output, before the first nor after it" {
    local alive
    slow_start
    policy '"gap_ms": '"$BOUND"
    for alive in pings event-pings blanks; do
        for way in -s --parallel; do
            run -28 ask_slow out,$alive $way
            [[ $output == *"a word"* ]]
        done
    done
    policy '"first_token_ms": '"$BOUND"
    for alive in pings event-pings blanks; do
        run -0 ask_slow "!$alive,out,end"
        grep -q 'Timeout was reached: first_token_ms' "$LOG"
        : >"$LOG"
    done
    run -0 ask_slow '!blanks,json'
    grep -q 'Timeout was reached: first_token_ms' "$LOG"
}

@test "what the error text says is the time that the call took, once" {
    local told took seconds
    slow_start
    policy '"first_token_ms": '"$BOUND"', "gap_ms": '"$BOUND"
    run -28 ask_slow '!wait,out,wait,end' -w '%{stderr}took %{time_total}\n'
    told=$(sed -n 's/.*timed out after \([0-9]*\) milliseconds.*/\1/p' <<<"$output")
    took=$(sed -n 's/.*took \([0-9]*\)\.\([0-9]\{3\}\).*/\1\2/p' <<<"$output")
    [ "$told" -ge $((2 * BOUND)) ]
    [ "$told" -le $((10#$took + 500)) ]
    policy '"first_token_ms": '"$BOUND"
    seconds=$((BOUND * 8 / 3000)) # ends in the third attempt
    run -28 ask_slow wait -m "$seconds" -w '%{stderr}took %{time_total}\n'
    told=$(sed -n 's/.*timed out after \([0-9]*\) milliseconds.*/\1/p' <<<"$output")
    took=$(sed -n 's/.*took \([0-9]*\)\.\([0-9]\{3\}\).*/\1\2/p' <<<"$output")
    [ "$told" -ge $((seconds * 1000 - 10)) ]
    [ "$told" -le $((10#$took + 500)) ]
}

@test "a pause of the program's own is not the server's time" {
    local driver bound
    mock_start --script '200'
    bound=$(ample_ms 3000)
    policy '"first_token_ms": '"$bound"', "gap_ms": '"$bound"
    for driver in easy multi sockets; do
        run -0 "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- \
            timeout 600 "$SC_TOP/build/tests/programs/pauses" $driver long "$MOCK_URL/v1/models" $((bound * 2 / 1000))
        [[ $output == "result 0, status 200, head 1, body "*", paused 1" ]]
    done
    [ "$(mock_count)" -eq 3 ]
}

@test "a stream that trickles before output counts as overloaded and is tried again, one that brings enough is not" {
    slow_start
    policy '"slow": {"below_chars_per_s": 20, "over_ms": '"$BOUND"'}'
    # For the first request only comments, pings or one word and nothing come; the second is answered.
    run -0 ask_slow '!pings,out,end' -N
    [[ $output == *"a word"*"[DONE]"* ]]
    [ "$(asked)" -eq 2 ]
    run -0 ask_slow 'role,!event-pings,out,end' -N
    [[ $output == *"a word"*"[DONE]"* ]]
    [ "$(asked)" -eq 2 ]
    grep 'Retry 1: ' "$LOG" | grep -q 'overloaded'
    # Behind output a stream may be as slow as it likes.
    run -0 ask_slow 'out,wait,end' -N
    [ "$(asked)" -eq 1 ]
    # Much that is no output yet is no trickle: 70 characters five times a second, until the other bound.
    policy '"slow": {"below_chars_per_s": 20, "over_ms": '"$((BOUND / 2))"'}, "first_token_ms": '"$BOUND"
    : >"$LOG"
    run -0 ask_slow '!roles,out,end' -N
    grep 'Retry 1: ' "$LOG" | grep -q 'first_token_ms'
}
