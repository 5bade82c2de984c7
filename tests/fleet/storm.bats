#!/usr/bin/env bats
# Processes killed at any moment leave nothing locked, and the limits hold on.

load fleet

setup() {
    fleet_begin --latency 20 --fault-rate 503=0.2,reset=0.1,429=0.05 --seed 5
    policy '"retry": {"max_attempts": 3, "backoff": {"base_ms": 5, "max_ms": 20}},
            "breaker": {"consecutive_failures": 200, "failure_ratio": 0.95, "min_calls": 1000, "open_ms": 1000},
            "limits": {"rpm": 30000, "tpm": 3000000, "concurrent": 4, "max_wait_ms": 60000}'
}

teardown() {
    fleet_end
}

# A slow machine gets its kills at a slower pace, until more come through than the first few.
storm() { # KILLS MS PROGRAM ARGUMENT...
    local kills=$1 ms=$2 killed=0
    until [ "$killed" -ge "$kills" ] && mock_got 20; do
        [ "$ms" -lt 10000 ]
        run -0 wrapped "$BUILT/fleet_storm" 8 100 "$ms" "${@:3}"
        echo "# every $ms ms: $output" >&3
        killed=$((killed + ${output%% killed*}))
        mock_got 20 || ms=$((ms * 2))
    done
}

works_at_once() {
    mock_script 200
    mock_reset
    : >"$LOG"
    [ "$(code)" = "200 " ]
    [ "$(count_events '.event == "wait"')" -eq 0 ]
    run -0 "$STEADYCURL" status
    run -0 "$STEADYCURL" status --json
    jq -e . <<<"$output" >/dev/null
    # Nobody had to say that something is wrong with the state.
    [ "$(grep -c '"event":"note"' "$LOG")" -eq 0 ]
}

limits_hold() {
    mock_reset
    many 6 "$BUILT/fleet_load" "$CHAT" -t 3 -n 8
    [ "$(told ' 0 200 -$')" -eq 144 ]
    # An answer takes 20 ms.
    mock_requests | jq -e '[.[].time_ms] | sort | . as $t
        | [range(4; length) | $t[.] - $t[. - 4]] | min >= 19'
}

@test "after a storm of kills a fresh process works at once, and limits hold" {
    storm 400 12 curl -s "$CHAT" -d "$ASK"
    works_at_once
    limits_hold
}

@test "the same with programs of several threads, killed amid many calls" {
    storm 150 30 "$BUILT/fleet_load" "$CHAT" -t 4 -n 1000
    works_at_once
    limits_hold
}

three_in_a_row() {
    [ "$(code)$(code)$(code)" = "200 200 200 " ]
}

@test "killed while the breaker is open, half-open, and closes" {
    policy '"breaker": {"consecutive_failures": 2, "open_ms": 100, "open_max_ms": 200, "success_threshold": 2}'
    storm 200 15 curl -s "$CHAT" -d "$ASK"
    mock_script 200
    mock_reset
    # A lease of a killed prober lasts a second.
    await three_in_a_row
    [ "$(code)" = "200 " ]
}
