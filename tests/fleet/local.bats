#!/usr/bin/env bats
# A server on this machine that starts, or loads its model, is waited for: without a policy file.

load fleet

setup() {
    fleet_begin
    export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/none
    [ ! -e /etc/steadycurl/policy.json ] || skip "this machine has a policy"
    LLAMA=http://127.0.0.1:8080/v1/chat/completions # its default port, whoever listens there
}

teardown() {
    fleet_end
}

# The URL is that of the server's default port, the connection goes to the mock.
start_local() { # FILE PORT [CURL ARGUMENT...]
    "$STEADYCURL" run --log "$LOG" -- curl "${@:3}" -sS --no-progress-meter -o /dev/null -w '%{http_code}\n' "$LLAMA" -d "$ASK" \
        --connect-to "127.0.0.1:8080:127.0.0.1:$2" >"$1" 2>&1 3>&- 4>&- &
    PID=$!
}

@test "sixteen calls at once while a model loads lose none, easy and multi" {
    local i pids=() ways=("" --parallel)
    mock_stop
    mock_start --script '503;body-text={"error":{"message":"Loading model"\,"type":"unavailable_error"\,"code":503}}'
    for ((i = 0; i < 16; i++)); do
        start_local "$BATS_TEST_TMPDIR/out.$i" "$MOCK_PORT" ${ways[i % 2]:+"${ways[i % 2]}"}
        pids+=("$PID")
    done
    # Two refusals each are more than a retry budget would let pass.
    await mock_got 32
    mock_script 200
    wait "${pids[@]}"
    [ "$(cat "$BATS_TEST_TMPDIR"/out.* | sort | uniq -c | tr -s ' ')" = " 16 200" ]
}

both_wait() {
    [ "$(grep -c ' Retry 1: ' "$LOG")" -eq 2 ]
}

@test "a server that does not listen yet is waited for, easy and multi" {
    local port first
    port=$(free_port)
    start_local "$BATS_TEST_TMPDIR/out.0" "$port"
    first=$PID
    start_local "$BATS_TEST_TMPDIR/out.1" "$port" --parallel
    await both_wait
    mock_stop
    mock_start --port "$port"
    wait "$first" "$PID"
    [ "$(cat "$BATS_TEST_TMPDIR"/out.*)" = $'200\n200' ]
}

@test "a minute and more: a model may take its time, and a hosted service's rules are its own" {
    local next='[.rule, .max_attempts, .wait_least_ms, .wait_most_ms]'
    run -0 --separate-stderr "$STEADYCURL" explain "$LLAMA" --status 503 --attempt 12 --json
    [ "$(jq -c "$next" <<<"$output")" = '["llamacpp",20,10000,11000]' ]
    run -0 --separate-stderr "$STEADYCURL" explain http://localhost:11434/api/chat --curl-code 7 --json
    [ "$(jq -c "$next" <<<"$output")" = '["ollama",12,100,200]' ]
    run -0 --separate-stderr "$STEADYCURL" explain https://api.openai.com/v1/chat/completions --status 503 --json
    [ "$(jq -c "$next" <<<"$output")" = '["openai",12,300,3000]' ]
}
