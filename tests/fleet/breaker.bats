#!/usr/bin/env bats
# One breaker for all processes: a service that keeps failing is left alone, and asked again by few.

load fleet

setup() {
    fleet_begin
    open_ms=$(ample_ms 2000)
}

teardown() {
    fleet_end
}

breaker() { # [MORE BREAKER KEYS]: opens after three failed calls, for two seconds or more
    local keys="${1-}"
    [[ $keys == *open_ms* ]] || keys="\"open_ms\": $open_ms${keys:+, $keys}"
    [[ $keys == *half_open_probes* ]] || keys+=', "half_open_probes": 1'
    policy '"breaker": {"consecutive_failures": 3, "success_threshold": 1, '"$keys"'}'
}

answered() {
    [ "$(code)" = "200 " ]
}

open_it() {
    mock_script 503
    for _ in 1 2 3; do code; done >/dev/null
    [[ $(code) == "503 breaker_open" ]]
    [ "$(mock_count)" -eq 3 ]
}

@test "a shell loop against a dead server: no more connections after the threshold" {
    local dead seen
    dead=http://127.0.0.1:$(free_port)/v1/chat/completions
    policy '"retry": {"max_attempts": 3, "backoff": {"base_ms": 1, "max_ms": 2}},
            "breaker": {"consecutive_failures": 5, "open_ms": 600000, "open_max_ms": 600000}'
    seen=$(for _ in $(seq 50); do
        wrapped curl -s -o /dev/null -w '%{http_code} %header{x-steadycurl} %{num_connects}\n' "$dead" \
            -d "$ASK" || echo "exit $?"
    done)
    echo "$seen"
    [ "$(grep -c 'exit 7' <<<"$seen")" -eq 5 ]
    [ "$(grep -c '^503 breaker_open 0$' <<<"$seen")" -eq 45 ]
    # Three attempts a call, less what the retry budget does not allow.
    [ "$(count_events '.event == "attempt"')" -le 15 ]
    [ "$(count_events '.event == "breaker" and (.text | startswith("Breaker open for"))')" -eq 1 ]
    ask_dead() { wrapped curl -s -i "$dead" -d "$ASK"; }
    run -0 ask_dead
    [[ $output == *"HTTP/1.1 503 Service Unavailable"*"x-steadycurl: breaker_open"* ]]
}

@test "a shell loop against a failing server: at most 1.2 attempts a call" {
    policy '"retry": {"max_attempts": 4, "backoff": {"base_ms": 1, "max_ms": 2},
                      "overloaded": {"backoff": {"base_ms": 1, "max_ms": 2}}},
            "breaker": {"consecutive_failures": 5, "open_ms": 600000, "open_max_ms": 600000}'
    mock_script 503
    for _ in $(seq 50); do code; done >"$BATS_TEST_TMPDIR/seen"
    [ "$(mock_count)" -le 60 ]
    [ "$(grep -c '^503 breaker_open$' "$BATS_TEST_TMPDIR/seen")" -eq 45 ]
}

@test "it recovers within the open time and one probe" {
    breaker
    open_it
    mock_script 200
    local open began refused
    open=$(date +%s%3N)
    while began=$(date +%s%3N) && [ "$(code)" != "200 " ]; do
        refused=$began
        sleep 0.1
    done
    [ $((refused - open)) -lt "$open_ms" ] # nobody who came later was turned away
    # Up to a tenth less: fleets on other machines shall not come back at the same moment.
    mock_requests | jq -e --argjson ms "$open_ms" '.[3].time_ms - .[2].time_ms >= $ms * 9 / 10'
    [ "$(mock_count)" -eq 4 ]
    for _ in 1 2 3; do [ "$(code)" = "200 " ]; done
    [ "$(count_events '.event == "breaker"')" -eq 3 ]
    events '.event == "breaker" and .host == "127.0.0.1"' | jq -r .text |
        diff - <(printf '%s\n' "$(events '.event == "breaker"' | jq -r .text | head -n 1)" \
            'Breaker half-open: one attempt goes through' \
            'Breaker closed: the service answers again')
}

@test "its log lines for people" {
    breaker
    sed -i 's/"format": "json"/"format": "text"/' "$POLICY"
    open_it
    mock_script 200
    await answered
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Breaker open for [0-9.]+ m?s: the service keeps failing \(.*host=127\.0\.0\.1' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Answered by steadycurl: breaker_open \(.*attempts=0' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Breaker half-open: one attempt goes through \(' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Breaker closed: the service answers again \(' "$LOG"
}

probes_of_eight() { # PERMITTED
    breaker "\"half_open_probes\": $1"
    open_it
    mock_script hang # a probe that has not come back is neither success nor failure
    local i pids=()
    for ((i = 0; i < 8; i++)); do
        start "$BATS_TEST_TMPDIR/out.$i" "$BUILT/fleet_load" "$CHAT" -t 2 -s $((open_ms / 1000 + 1))
        pids+=("$PID")
    done
    await mock_got $((3 + $1))
    sleep 0.7 # the others go on asking
    kill_hard "${pids[@]}"
    # A lease is as long as the open time, from before its probe arrives.
    mock_requests | jq -e "[.[3:][].time_ms] | min as \$first | map(select(. < \$first + $open_ms / 2)) | length <= $1"
    [ "$(cat "$BATS_TEST_TMPDIR"/out.* | grep -c ' 503 breaker_open$')" -gt 16 ]
}

@test "8 processes race: exactly one probe reaches the server" {
    probes_of_eight 1
}

@test "8 processes race: exactly three probes, if three are permitted" {
    probes_of_eight 3
}

@test "another process probes when the prober was killed" {
    breaker
    open_it
    mock_script hang,200
    mock_reset
    start "$BATS_TEST_TMPDIR/prober" "$BUILT/fleet_load" "$CHAT" -s 60
    await mock_got 1
    kill_hard "$PID"
    await answered
    [ "$(mock_count)" -eq 2 ]
    # The lease is as long as the open time; the first probe may have arrived late.
    mock_requests | jq -e --argjson ms "$open_ms" '.[1].time_ms - .[0].time_ms >= $ms / 2'
}

@test "a failed probe keeps the others away for twice as long" {
    breaker '"open_max_ms": 60000'
    open_it
    until [ "$(mock_count)" -eq 4 ]; do
        code >/dev/null
        sleep 0.05
    done
    mapfile -t open < <(events '.event == "breaker"' | sed -n 's/.*Breaker open for \([0-9.]*\) s:.*/\1/p')
    [ "${#open[@]}" -eq 2 ]
    # Up to a tenth less, as they are rounded.
    awk -v a="${open[0]}" -v b="${open[1]}" -v s="$open_ms" 'BEGIN {
        s /= 1000
        exit !(a >= 0.87 * s && a <= 1.03 * s && b >= 1.77 * s && b <= 2.03 * s)
    }'
}

@test "models of one host break apart; the caller's own faults break nothing" {
    breaker '"open_ms": 600000'
    open_it
    ASK=${ASK/gpt-4o/gpt-4o-mini}
    mock_script 400,404,422,413,400,404,200
    for _ in 1 2 3 4 5 6 7; do code; done >"$BATS_TEST_TMPDIR/seen"
    run -1 grep breaker_open "$BATS_TEST_TMPDIR/seen"
}

@test "\"on_open\": \"error\" gives the CURLcode instead of an answer" {
    breaker '"on_open": "error", "error_code": 7, "open_ms": 600000'
    mock_script 503
    for _ in 1 2 3; do code; done
    run -7 ask
    [ "$output" = "curl: (7) The service keeps failing; the circuit breaker is open." ]
    [ "$(mock_count)" -eq 3 ]
}

@test "marked healthy by hand: the breaker is forgotten" {
    breaker '"open_ms": 600000'
    open_it
    mock_script 200
    run -0 "$STEADYCURL" status --reset
    [ "$(code)" = "200 " ]
}
