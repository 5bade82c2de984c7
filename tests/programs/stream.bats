#!/usr/bin/env bats
# Streams: what comes before the first output is as good as not shown; after it nothing is retried.
# JSON answers are held to their end.

load programs

setup_file() {
    programs_begin
    export MESSAGES=$MOCK_URL/v1/messages
}

teardown_file() {
    programs_end
}

@test "an error event before the first output is retried" {
    compare 200 sse-error,sse-error,200 3 curl -sS -N "$MESSAGES" -d "$ASK_STREAM"
    logged 'Retry 1: .*class=overloaded'
    compare 200 'sse-error;bare,503,200' 3 curl -sS -N -i "$MESSAGES" -d "$ASK_STREAM"
    compare 200 sse-error,200 2 curl -sS -N "$CHAT" -d "$ASK_STREAM"
}

@test "an error event that comes each time is shown as it is" {
    fails_alike sse-error 3 curl -sS -N -i "$MESSAGES" -d "$ASK_STREAM"
    logged 'Max retries reached. Request failed.'
}

@test "an error event after output is delivered and logged" {
    fails_alike sse-error-late 1 curl -sS -N "$MESSAGES" -d "$ASK_STREAM"
    [[ $(<"$BATS_TEST_TMPDIR/under/out") == *overloaded_error* ]]
    logged "Error after output began: overloaded .*row=code-overloaded"
    fails_alike sse-error-late 1 curl -sS -N -i "$CHAT" -d "$ASK_STREAM"
}

@test "a stream that ends before its first output is retried" {
    compare 200 'reset-body;at=10,truncate-chunked;at=30,200' 3 curl -sS -N "$MESSAGES" -d "$ASK_STREAM"
    compare 200 'cut;at=20,200' 2 curl -sS -N "$MESSAGES" -d "$ASK_STREAM"
}

@test "a stream cut after output is not retried, and the error is libcurl's own" {
    local outcome
    for outcome in 'reset-body;at=900' 'truncate-chunked;at=900'; do
        fails_alike "$outcome" 1 curl -sS -N "$MESSAGES" -d "$ASK_STREAM"
        [ "$(<"$BATS_TEST_TMPDIR/under/status")" -ne 0 ]
        [ -s "$BATS_TEST_TMPDIR/under/out" ]
        logged 'bytes already delivered'
    done
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    fails_alike 'truncate-chunked;at=900' 1 $PYTHON "$HERE/ask.py" stream "$MESSAGES"
}

@test "what has come of a stream is shown while its server stalls" {
    local seconds
    seconds=$(ample_s 1)
    server 'stall;at=900'
    capture alone curl -sS -N --max-time "$seconds" "$MESSAGES" -d "$ASK_STREAM"
    server 'stall;at=900'
    capture under wrapped curl -sS -N --max-time "$seconds" "$MESSAGES" -d "$ASK_STREAM"
    sed -i 's/after [0-9]* ms/after N ms/; s/after [0-9]* milli/after N milli/' "$BATS_TEST_TMPDIR"/{alone,under}/err
    same alone under
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 28 ]
    [ -s "$BATS_TEST_TMPDIR/under/out" ]
    [ "$(mock_count)" -eq 1 ]
}

@test "a JSON answer cut in the middle is retried" {
    compare 200 'truncate;at=100,reset-body;at=200,200' 3 curl -sS "$CHAT" -d "$ASK"
    compare 200 'truncate-chunked;at=50,truncate-chunked,200' 3 curl -sS "$CHAT" -d "$ASK"
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    compare 200 'truncate;at=300,reset-body;at=100,200' 3 $PYTHON "$HERE/ask.py" callbacks "$CHAT"
}

@test "a slow answer in pieces is whole" {
    transparent curl -sS "$CHAT" -d "$ASK" -H 'x-mock-words: 3000'
    server 503,200
    capture alone curl -sS "$CHAT" -d "$ASK" -H 'x-mock: drip;ms=2;bytes=50'
    capture under wrapped curl -sS "$CHAT" -d "$ASK" -H 'x-mock: drip;ms=2;bytes=50'
    same alone under
}

@test "other types are passed on as they come, whatever their size" {
    transparent curl -sS "$MOCK_URL/bytes/20000000" -o answer
    transparent curl -sS "$CHAT" -d "$ASK" -H 'x-mock-words: 400000' -o answer
}
