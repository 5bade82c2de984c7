#!/usr/bin/env bats
# What a server told one process holds for all; the share of retries; programs that retry by themselves.

load fleet

setup() {
    fleet_begin
}

teardown() {
    fleet_end
}

quick='"base_ms": 1, "max_ms": 20'

@test "one process's Retry-After keeps all others away until then, and they come back spread" {
    local i pids=() hint
    hint=$(ample_s 5)
    policy '"retry": {"max_attempts": 3, "rate_limited": {"backoff": {'"$quick"'}}}, "limits": {"max_wait_ms": 600000}'
    mock_script "429;retry-after=$hint,200"
    start_ask "$BATS_TEST_TMPDIR/first"
    pids+=("$PID")
    await mock_got 1
    await has_events 1 '.event == "attempt"'
    for ((i = 0; i < 8; i++)); do
        start "$BATS_TEST_TMPDIR/out.$i" "$BUILT/fleet_load" "$CHAT" -t 2
        pids+=("$PID")
    done
    wait "${pids[@]}"
    [ "$(mock_count)" -eq 18 ]
    [ "$(cat "$BATS_TEST_TMPDIR"/out.* | grep -c ' 0 200 -$')" -eq 16 ]
    # A 64th of the closure, 78 ms or more, lies between two of those that waited.
    mock_requests | jq -e --argjson s "$hint" '[.[].time_ms] as $t | ($t[1:] | min) - $t[0] >= $s * 1000 and
        ($t[1:] | max) - ($t[1:] | min) >= 1000'
    [ "$(count_events '.event == "wait" and .reason == "gate"')" -ge 15 ]
    [ "$(count_events '.event == "waited" and .reason == "gate"')" -ge 15 ]
}

@test "who may not wait that long gets a 429 at once, and the server nothing" {
    local began=$SECONDS
    policy '"limits": {"max_wait_ms": 2000}'
    mock_script '429;retry-after=90,200'
    [ "$(code)" = "429 " ]
    run -0 ask -i
    [[ $output == *"HTTP/1.1 429 Too Many Requests"*"x-steadycurl: gate_closed"* ]]
    tells_rest 90 "$began"
    [ "$(mock_count)" -eq 1 ]
}

@test "a limit that is used up closes it, too, though nothing says Retry-After and nobody learns" {
    local began=$SECONDS
    policy '"limits": {"max_wait_ms": 2000}'
    mock_script '429;header=x-ratelimit-remaining-requests:0;header=x-ratelimit-reset-requests:98s,200'
    [ "$(code)" = "429 " ]
    run -0 ask -i
    [[ $output == *"HTTP/1.1 429 Too Many Requests"*"x-steadycurl: gate_closed"* ]]
    tells_rest 98 "$began"
    [ "$(mock_count)" -eq 1 ]
}

# OpenAI's durations above; Anthropic's moments, OpenRouter's milliseconds, and in the body.
@test "... in each service's own form, for whoever comes next in curl's parallel mode" {
    local provider said
    policy '"limits": {"max_wait_ms": 2000}'
    while read -r provider said; do
        policy '"provider": "'"$provider"'", "limits": {"max_wait_ms": 2000}'
        said=${said//@RFC@/$(date -u -d '98 seconds' +%Y-%m-%dT%H\\:%M\\:%SZ)}
        said=${said//@MS@/$(date -d '98 seconds' +%s000)}
        mock_script "429;$said,200"
        "$STEADYCURL" status --reset >/dev/null 2>&1 || true
        mock_reset
        [ "$(code --parallel -H "authorization: Bearer $provider" 2>/dev/null)" = "429 " ]
        run -0 --separate-stderr code --parallel -H "authorization: Bearer $provider"
        echo "$said: $output"
        [ "$output" = "429 gate_closed" ]
        [ "$(mock_count)" -eq 1 ]
    done <<'EOF'
anthropic header=anthropic-ratelimit-requests-remaining:0;header=anthropic-ratelimit-requests-reset:@RFC@
openrouter header=X-RateLimit-Remaining:0;header=X-RateLimit-Reset:@MS@
openrouter body-text={"error":{"code":429\,"message":"Rate limit exceeded"\,"metadata":{"headers":{"X-RateLimit-Remaining":"0"\,"X-RateLimit-Reset":"@MS@"}}}}
gemini body-text={"error":{"code":429\,"status":"RESOURCE_EXHAUSTED"\,"message":"x"\,"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo"\,"retryDelay":"98s"}]}}
EOF
}

@test "another key's 429 is its own, an overloaded service is everybody's" {
    policy '"limits": {"max_wait_ms": 500}'
    mock_script '429;retry-after=90,200,503;retry-after=90,200'
    [ "$(code -H 'authorization: Bearer one')" = "429 " ]
    [ "$(code -H 'authorization: Bearer two')" = "200 " ]
    [ "$(code -H 'authorization: Bearer two')" = "503 " ]
    [ "$(code -H 'authorization: Bearer three')" = "429 gate_closed" ]
    [ "$(mock_count)" -eq 3 ]
}

@test "what a server says of one path without a model it does not say of the others" {
    policy '"limits": {"max_wait_ms": 500}'
    mock_script '503;retry-after=90,200'
    local said=(wrapped curl -s -o "$BATS_TEST_TMPDIR/out" -w '%{http_code} %header{x-steadycurl}')
    [ "$("${said[@]}" "$MOCK_URL/one")" = "503 " ]
    [ "$("${said[@]}" "$MOCK_URL/one?again")" = "429 gate_closed" ]
    [ "$("${said[@]}" "$MOCK_URL/two")" = "200 " ]
    [ "$(mock_count)" -eq 2 ]
}

# Retry budget, attempts and breaker are the built-in ones; tests/common/state/test_goodput.c chose them.
@test "30 % failing at random: 99.9 % of 10,000 calls succeed, at most 1.5 attempts each" {
    mock_stop
    mock_start --fault-rate 503=0.15,reset=0.15 --seed 11
    CHAT=$MOCK_URL/v1/chat/completions
    policy '"retry": {"backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}}}'
    sed -i 's/"format": "json"/"format": "json", "level": "error"/' "$POLICY"
    many 4 "$BUILT/fleet_load" "$CHAT" -t 4 -n 625 -q
    local well attempts
    well=$(awk '{ n += $1 } END { print n }' "$OUT")
    attempts=$(mock_count)
    echo "# $well of 10000 well, $attempts attempts" >&3
    [ "$well" -ge 9990 ]
    [ "$attempts" -le 15000 ]
}

@test "an empty retry budget returns the original failure untouched" {
    local i
    policy '"retry": {"max_attempts": 5, "backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}},
                      "budget": {"per_success": 0, "reserve": 3}}'
    mock_script '503;header=X-Own:yes;body-text=its own words'
    for i in 1 2; do
        run -0 ask -i
        [[ $output == *"HTTP/1.1 503 Service Unavailable"*"X-Own: yes"*"its own words" ]]
        [[ $output != *x-steadycurl* ]]
    done
    # Two calls and three retries.
    [ "$(mock_count)" -eq 5 ]
    [ "$(count_events '.event == "call" and .reason == "retry.budget used up"')" -eq 2 ]
    [ "$(count_events '.event == "attempt" and .attempt == 1')" -eq 2 ]
}

@test "gate and budget in the log for people" {
    policy '"retry": {"max_attempts": 3, "backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}},
                      "rate_limited": {"backoff": {'"$quick"'}}, "budget": {"per_success": 0, "reserve": 0}}'
    sed -i 's/"format": "json"/"format": "text"/' "$POLICY"
    mock_script "429;retry-after=$(ample_s 3),200"
    start_ask /dev/null
    await grep -q '^.* Retry 1: HTTP 429' "$LOG"
    [ "$(code)" = "200 " ]
    wait "$PID"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Waiting [0-9.]+ m?s \((ms=[0-9]+ )?reason=gate .*host=127\.0\.0\.1' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Waited [0-9.]+ m?s \((ms=[0-9]+ )?reason=gate ' "$LOG"
    mock_script 503
    [ "$(code)" = "503 " ]
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Request failed: HTTP 503, not retried: retry\.budget used up \(' "$LOG"
}

@test "racing processes never take more retries than the budget has" {
    policy '"retry": {"max_attempts": 50, "backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}},
                      "budget": {"per_success": 0, "reserve": 26}}'
    mock_script 503
    local start=$SECONDS
    many 8 "$BUILT/fleet_load" "$CHAT" -t 4 -n 5 -b 20,30,40,50,60
    [ "$(wc -l <"$OUT")" -eq 160 ]
    # Of 160 calls and their retries 26 failures are tried again: a reserve, anew when two minutes are over.
    [ "$(mock_count)" -ge $((160 + 26)) ]
    [ "$(mock_count)" -le $((160 + 26 + 26 * ((SECONDS - start) / 96))) ]
}

@test "the program's own retry loop is charged, and cannot multiply ours" {
    local i
    policy '"retry": {"max_attempts": 4, "backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}},
                      "budget": {"per_success": 1, "reserve": 6}}'
    mock_script 503
    # Six tries of four attempts would be 24: but six failures are tried again, whoever's they are.
    run -0 wrapped "$BUILT/fleet_load" "$CHAT" -r 6
    echo "$output"
    [ "$(wc -l <<<"$output")" -eq 6 ]
    [ "$(mock_count)" -le $((6 + 6)) ]
    # So it is across processes: a loop in a shell.
    mock_reset
    for i in 1 2 3 4 5 6; do code >/dev/null; done
    [ "$(mock_count)" -le 7 ]
}

@test "a PHP program's own retry loop is charged, too: libcurl has the only copy of its body" {
    command -v php >/dev/null || skip "no php"
    policy '"retry": {"max_attempts": 4, "backoff": {'"$quick"'}, "overloaded": {"backoff": {'"$quick"'}},
                      "budget": {"per_success": 1, "reserve": 6}}'
    mock_script 503
    run -0 wrapped php -r '$c = curl_init($argv[1]);
        curl_setopt_array($c, [CURLOPT_POSTFIELDS => getenv("ASK"), CURLOPT_RETURNTRANSFER => true]);
        for ($i = 0; $i < 6; $i++) curl_exec($c);' "$CHAT"
    [ "$(mock_count)" -le $((6 + 6)) ]
}
