#!/usr/bin/env bats
# One rate for all processes: requests and tokens a minute, calls at the same time.

load fleet

setup() {
    fleet_begin
}

teardown() {
    fleet_end
}

number() { # NAME: of what arrivals.py printed, without fraction
    sed -n "s/^$1 \([0-9]*\).*/\1/p" <<<"$output"
}

# What must hold on any machine is looked at each time; all of a limit can be used by those alone
# who get a processor in time, so a busy machine has three tries.
until_used() { # PERCENT FUNCTION
    for _ in 1 2 3; do
        rm -rf "$STEADYCURL_STATE" "$LOG"
        mock_reset
        "$2"
        echo "$output"
        echo "# $(tr '\n' ' ' <<<"$output")" >&3
        [ "$(number fullest)" -le "$(number may)" ]
        [ "$(told ' 0 200 -$')" -eq "$(wc -l <"$OUT")" ] # nobody was turned away
        [ "$(number used)" -lt "$1" ] || return 0
    done
    return 1
}

share_requests() {
    many 8 "$BUILT/fleet_load" "$CHAT" -t 4 -s 9
    run -0 "$PYTHON" "$HERE/arrivals.py" 3000 0.01 6 8.5 "$LOG" "$OUT" < <(mock_requests)
    [ "$(number median)" -le 5 ]
    [ "$(number most)" -le "$(number overtaken)" ]
}

@test "8 processes of 4 threads share one rate: never over it, all of it, in order" {
    policy '"limits": {"rpm": 3000, "burst": 0.01, "max_wait_ms": 60000}'
    until_used 95 share_requests
}

share_tokens() {
    many 8 "$BUILT/fleet_load" "$CHAT" -t 4 -s 7 -b 400,4000,1200,8000,100
    run -0 "$PYTHON" "$HERE/tokens.py" 600000 0.01 4 7 "$LOG" < <(mock_requests)
}

@test "8 processes share one rate of tokens, with bodies of all sizes" {
    policy '"limits": {"tpm": 600000, "burst": 0.01, "max_wait_ms": 60000}'
    until_used 95 share_tokens
}

@test "a request that can never fit says so at once, in the provider's words" {
    local body
    policy '"limits": {"tpm": 1000}'
    body='{"model":"gpt-4o","max_tokens":5000,"messages":[{"role":"user","content":"hi"}]}'
    run -0 wrapped curl -sS -i "$CHAT" -H 'content-type: application/json' -d "$body"
    [[ $output == *"HTTP/1.1 400 Bad Request"*"x-should-retry: false"*"x-steadycurl: request_too_large"* ]]
    [[ $output != *[Rr]etry-[Aa]fter* ]]
    tail -n 1 <<<"$output" | jq -e '.error.message | test("larger than the token limit")'
    [ "$(mock_count)" -eq 0 ]
}

@test "the tokens of a PHP program's request count: libcurl has the only copy of its body" {
    command -v php >/dev/null || skip "no php"
    policy '"limits": {"tpm": 1000}'
    run -0 wrapped php -r '$c = curl_init($argv[1]);
        curl_setopt_array($c, [CURLOPT_POSTFIELDS => $argv[2], CURLOPT_RETURNTRANSFER => true]);
        echo curl_exec($c);' "$CHAT" '{"model":"gpt-4o","max_tokens":5000,"messages":[]}'
    jq -e '.error.message | test("larger than the token limit")' <<<"$output"
    [ "$(mock_count)" -eq 0 ]
}

@test "a wait longer than max_wait_ms is answered at once, with Retry-After" {
    local began=$SECONDS
    policy '"limits": {"rpm": 1, "burst": 0, "max_wait_ms": 2000}'
    [ "$(code)" = "200 " ]
    run -0 ask -i
    [ "$(count_events '.event == "wait"')" -eq 0 ]
    [[ $output == *"HTTP/1.1 429 Too Many Requests"*"x-steadycurl: rate_limit"* ]]
    tells_rest 60 "$began"
    tail -n 1 <<<"$output" | jq -e '.error.code == "rate_limit_exceeded"'
    [ "$(mock_count)" -eq 1 ]
    [ "$(count_events '.event == "call" and .outcome == "synthesized" and .attempts == 0')" -eq 1 ]
}

@test "the program's own timeout bounds the wait for a limit" {
    policy '"limits": {"rpm": 1, "burst": 0, "max_wait_ms": 60000}'
    [ "$(code)" = "200 " ]
    [ "$(code --max-time 3)" = "429 rate_limit" ]
    [ "$(mock_count)" -eq 1 ]
}

@test "waits for a limit are logged when they begin and when they end" {
    policy '"limits": {"rpm": 120, "burst": 0}'
    many 3 "$BUILT/fleet_load" "$CHAT" -n 2 # who has just called waits for half a second
    [ "$(count_events '.event == "wait" and .reason == "limit" and .ms > 0 and .host == "127.0.0.1"')" -ge 3 ]
    [ "$(count_events '.event == "wait"')" -eq "$(count_events '.event == "waited" and .reason == "limit"')" ]
    sed -i 's/"format": "json"/"format": "text"/' "$POLICY"
    : >"$LOG"
    many 2 "$BUILT/fleet_load" "$CHAT" -n 2
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Waiting [0-9.]+ m?s \((ms=[0-9]+ )?reason=limit .*host=127\.0\.0\.1' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Waited [0-9.]+ m?s \((ms=[0-9]+ )?reason=limit ' "$LOG"
}

@test "never more calls at the same time than allowed" {
    mock_stop
    mock_start --latency 60
    policy '"limits": {"concurrent": 5, "max_wait_ms": 60000}'
    many 6 "$BUILT/fleet_load" "$MOCK_URL/v1/chat/completions" -t 3 -n 8
    [ "$(told ' 0 200 -$')" -eq 144 ]
    # An answer takes 60 ms: of six requests within 59 ms six would be under way.
    mock_requests | jq -e '[.[].time_ms] | sort | . as $t
        | [range(5; length) | $t[.] - $t[. - 5]] | min >= 59'
}

@test "a full house is waited for no longer than max_wait_ms" {
    policy '"limits": {"concurrent": 1, "max_wait_ms": 300}'
    mock_script hang,200
    start_ask /dev/null
    await mock_got 1
    [ "$(code)" = "429 concurrency_limit" ]
    [ "$(mock_count)" -eq 1 ]
}

@test "places of killed processes come back at once" {
    local pids=() i
    policy '"limits": {"concurrent": 2, "max_wait_ms": 60000}'
    mock_script 'hang*2,200'
    for i in 1 2; do
        start_ask /dev/null
        pids+=("$PID")
    done
    await mock_got 2
    for i in 1 2 3; do # these wait
        start_ask "$BATS_TEST_TMPDIR/out.$i" -o /dev/null -w '%{http_code}'
        pids+=("$PID")
    done
    await has_events 3 '.event == "wait"'
    kill_hard "${pids[@]:0:3}"
    wait "${pids[3]}" "${pids[4]}"
    [ "$(cat "$BATS_TEST_TMPDIR"/out.[23])" = 200200 ]
    [ "$(code --max-time 120)" = "200 " ]
}

@test "a call's place is free again when the call ends in any way" {
    policy '"limits": {"concurrent": 1, "max_wait_ms": 1000}'
    mock_script '200,500,reset,truncate,hang;ms=0,401,200'
    for _ in 1 2 3 4 5 6; do ask >/dev/null 2>&1 || true; done
    run ask --max-time 0.2 -H 'x-mock: hang'
    [ "$status" -eq 28 ]
    [ "$(code)" = "200 " ]
}

@test "killed while it waits: others need not wait for longer because of it" {
    local pids=() i rpm
    rpm=$((60000 / $(ample_ms 500) + 1))
    policy '"limits": {"rpm": '"$rpm"', "burst": 0, "max_wait_ms": 600000}'
    for i in 1 2 3 4; do
        start_ask /dev/null
        pids+=("$PID")
    done
    await has_events 3 '.event == "wait"'
    kill_hard "${pids[@]}"
    : >"$LOG"
    [ "$(code)" = "200 " ]
    # The four slots before it have their time, used or not.
    [ "$(jq -s 'map(select(.event == "wait").ms) | add // 0' "$LOG")" -le $((4 * 60000 / rpm)) ]
}

@test "the output that a request asks for counts, wherever a dialect says it" {
    local path body
    policy '"limits": {"tpm": 1000}'
    while read -r path body; do
        echo "# $path $body" >&2
        run -0 wrapped curl -sS -i "$MOCK_URL$path" -H 'content-type: application/json' -d "${body/N/5000}"
        [[ $output == *"x-steadycurl: request_too_large"* ]]
        [ "$(mock_count)" -eq 0 ]
        run -0 wrapped curl -sS -i "$MOCK_URL$path" -H 'content-type: application/json' -d "${body/N/10}"
        [[ $output != *"x-steadycurl: request_too_large"* ]]
        [ "$(mock_count)" -eq 1 ]
        mock_reset
        rm -rf "$STEADYCURL_STATE"
    done <<'END'
/v1/chat/completions {"model":"m","messages":[],"max_completion_tokens":N}
/v1/responses {"model":"m","input":"hi","max_output_tokens":N}
/v1/messages {"model":"m","messages":[],"max_tokens":N}
/v1beta/models/m:generateContent {"contents":[],"generationConfig":{"maxOutputTokens":N}}
/v1/projects/p/locations/l/publishers/google/models/m:generateContent {"contents":[],"generationConfig":{"maxOutputTokens":N}}
/v2/chat {"model":"m","messages":[],"max_tokens":N}
/api/chat {"model":"m","messages":[],"options":{"num_predict":N}}
/completion {"prompt":"hi","n_predict":N}
/model/m/converse {"messages":[],"inferenceConfig":{"maxTokens":N}}
END
}
