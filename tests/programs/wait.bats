#!/usr/bin/env bats
# Waits: a server's hint is a floor, the program's own timeout is a promise, and a program that
# wants to stop can stop.

load programs

# A hint of more than a minute is not waited for: 59 s is the longest wait that a program can be in.

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

gap() { # N: milliseconds from request N to the next, as the server saw them
    mock_requests | jq ".[$1].time_ms - .[$1 - 1].time_ms"
}

@test "Retry-After: 2 is never undercut" {
    server '429;retry-after=2,200'
    run wrapped curl -sS -o /dev/null -w '%{http_code} %{time_total}' "$CHAT" -d "$ASK"
    [ "$status" -eq 0 ]
    [[ $output =~ ^200\ ([2-9]|[1-9][0-9])\. ]] # the program's own clock sees one call
    [ "$(gap 1)" -ge 2000 ]
}

@test "retry-after-ms and a Retry-After with a fraction are never undercut" {
    server '429;retry-after-ms=300,503;header=Retry-After:0.4,200'
    run wrapped curl -sS -o /dev/null -w '%{http_code}' "$CHAT" -d "$ASK"
    [ "$output" = 200 ]
    [ "$(gap 1)" -ge 300 ]
    [ "$(gap 2)" -ge 400 ]
}

@test "a hint that does not fit into the program's timeout: the 429 comes back at once" {
    server '429;retry-after=59'
    run wrapped curl -sS -o /dev/null -w '%{http_code} %{time_total}' --max-time 55 "$CHAT" -d "$ASK"
    [ "$status" -eq 0 ]
    [[ $output =~ ^429\ ([0-9]+)\. ]]
    [ "${BASH_REMATCH[1]}" -lt 55 ]
    [ "$(mock_count)" -eq 1 ]
    logged "wait exceeds the program's timeout"
}

@test "the program's timeout bounds the whole call, attempts and waits" {
    local seconds
    seconds=$(ample_s 3)
    server '503,hang'
    run wrapped curl -sS -o /dev/null --max-time "$seconds" "$CHAT" -d "$ASK"
    echo "$output"
    [ "$status" -eq 28 ]
    # From the first attempt's begin on, and not by far longer.
    [[ $output =~ ^"curl: (28) Operation timed out after "([0-9]+)" milliseconds with 0 bytes received"$ ]]
    [ "${BASH_REMATCH[1]}" -ge $((seconds * 1000)) ] && [ "${BASH_REMATCH[1]}" -lt $((seconds * 10000)) ]
    [ "$(mock_count)" -eq 2 ]
}

@test "with program_timeout per_attempt each attempt has the program's timeout" {
    policy_with '"program_timeout": "per_attempt"' >"$BATS_TEST_TMPDIR/policy.json"
    server hang,200
    POLICY=$BATS_TEST_TMPDIR/policy.json run wrapped curl -sS -o /dev/null -w '%{http_code}' \
        --max-time "$(ample_s 2)" "$CHAT" -d "$ASK"
    [ "$status" -eq 0 ]
    [ "$output" = 200 ]
    [ "$(mock_count)" -eq 2 ]
}

@test "an abort from the progress callback ends a wait promptly" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    server '429;retry-after=59,200'
    run timeout 58 "$STEADYCURL" run --policy "$POLICY" --log "$LOG" -- $PYTHON "$HERE/wait.py" abort "$CHAT"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "result 42 Callback aborted 'Callback aborted'" ]
    [ "$(mock_count)" -eq 1 ]
}

@test "the progress callback is called all through a wait" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    server '503;retry-after-ms=1200,200'
    run wrapped $PYTHON "$HERE/wait.py" count "$CHAT"
    [ "${lines[0]}" = "result 0 200" ]
    [ "${lines[2]}" = "called often" ]
}

@test "to the progress callback several attempts are one transfer, whose numbers never fall" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    local how script
    for how in count multi; do
        for script in 503,429,200 '503;retry-after-ms=600,200' 503 404 200; do
            server "$script"
            run wrapped $PYTHON "$HERE/wait.py" "$how" "$CHAT"
            [[ ${lines[0]} == "result 0 "* ]]
            [ "${lines[3]}" = "fell 0 told all" ]
        done
    done
}

@test "a signal ends a waiting program as ever" {
    local pid
    server '429;retry-after=59,200'
    wrapped curl -sS "$CHAT" -d "$ASK" >/dev/null 2>&1 3>&- 4>&- &
    pid=$!
    await mock_got 1
    kill -TERM "$pid"
    run wait "$pid"
    local status=0
    wait "$pid" || status=$?
    [ "$status" -eq 143 ]
    [ "$(mock_count)" -eq 1 ]
}

@test "the call takes no longer than the wait: total_timeout_ms gives up at once" {
    policy_with >"$BATS_TEST_TMPDIR/policy.json"
    sed -i 's/"max_attempts": 3,/"max_attempts": 3, "total_timeout_ms": 1000,/' "$BATS_TEST_TMPDIR/policy.json"
    server '503;retry-after=59'
    POLICY=$BATS_TEST_TMPDIR/policy.json run wrapped curl -sS -o /dev/null -w '%{http_code} %{time_total}' "$CHAT" -d "$ASK"
    [[ $output =~ ^503\ ([0-9]+)\. ]]
    [ "${BASH_REMATCH[1]}" -lt 59 ]
    logged 'wait exceeds total_timeout_ms'
}

@test "times that newer libcurls tell count from the call's start, too" {
    server '429;retry-after=1,200'
    run wrapped curl -sS -o /dev/null -w '%{time_queue} %{time_pretransfer} %{time_posttransfer} %{time_starttransfer}' \
        "$CHAT" -d "$ASK"
    [ "$status" -eq 0 ]
    [[ $output =~ ^[0-9.]+(\ [0-9.]+){3}$ ]] || skip "curl before 8.12"
    echo "$output"
    # libcurl stamps the end of the request now before the end of its preparation, now after it.
    awk '{ exit !(1 <= $1 && $1 <= $2 && $1 <= $3 && $2 <= $4 && $3 <= $4) }' <<<"$output"
}
