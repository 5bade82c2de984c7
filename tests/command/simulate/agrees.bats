#!/usr/bin/env bats
# What is simulated is what happens: 64 real processes and the mock server, and the same policy, the
# same faults and the same calls in virtual time, agree within 10 %. Only counts are compared, none
# of which depends on how fast this machine is.

bats_require_minimum_version 1.5.0

load ../../lib/mock

PROCESSES=64 CALLS=10

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    command -v curl >/dev/null || skip "no curl"
    # The calls of all processes, each following the other.
    for ((i = 0; i < PROCESSES * CALLS; i++)); do
        printf '{"time":"2026-01-01T00:00:01.000Z","event":"call","call":"%016x","outcome":"ok","ms":1000,"input_tokens":10,"output_tokens":10}\n' "$i"
    done >calls.log
}

teardown() {
    mock_stop
}

policy() { # SETTINGS of the rule
    cat >policy.json <<EOF
{"version": 1, "rules": [{"name": "all", "provider": "openai", "match": {"host": "*"}, $1}]}
EOF
}

# 64 processes at once, each with its calls; sets ok, calls.
real() {
    local urls=() i
    for ((i = 0; i < CALLS; i++)); do
        urls+=(-o /dev/null "$MOCK_URL/v1/chat/completions")
    done
    for ((i = 0; i < PROCESSES; i++)); do
        STEADYCURL_POLICY=$PWD/policy.json STEADYCURL_LOG=$PWD/real.log \
            LD_PRELOAD=$SC_TOP/build/libsteadycurl.so \
            curl -s --noproxy '*' -H 'Connection: close' -w '%{http_code}\n' \
            -d '{"model":"gpt-4o-mini","max_tokens":20,"messages":[{"role":"user","content":"hello"}]}' \
            "${urls[@]}" >"status.$i" 3>&- 4>&- &
        pids[i]=$!
    done
    wait "${pids[@]}" || true
    calls=$(cat status.* | wc -l)
    ok=$(cat status.* | grep -c '^200$' || true)
}

# SERVICE: the same in virtual time; sets simulated to its JSON.
virtual() {
    cat >same.json <<EOF
{"clients": $PROCESSES, "processes": $PROCESSES,
 "calls": {"url": "http://127.0.0.1:9/v1/chat/completions"},
 "service": {"first_token_ms": 20, "first_token_spread": 0, "tokens_per_s": 1000000, "fail_ms": 20, $1}}
EOF
    run -0 --separate-stderr "$STEADYCURL" simulate --scenario same.json --from-log calls.log policy.json --json
    simulated=$(jq -c '.ways[0]' <<<"$output")
    [ "$(jq .calls <<<"$simulated")" -eq $((PROCESSES * CALLS)) ]
}

# Whether two numbers differ by 10 % at most.
agree() { # WHAT REAL VIRTUAL
    awk -v a="$2" -v b="$3" 'BEGIN { exit !(a > 0 && b > 0 && a / b <= 1.1 && b / a <= 1.1) }' ||
        { echo "$1: $2 in reality, $3 in virtual time"; return 1; }
}

@test "at 30 % faults as many requests are made, and as many calls answered" {
    mock_start --fault-rate 503=0.2,reset=0.1 --latency 20
    policy '"retry": {"max_attempts": 2, "budget": false, "backoff": {"base_ms": 20, "max_ms": 200}}, "breaker": false'
    real
    virtual '"faults": {"503": 0.2, "reset": 0.1}'
    [ "$calls" -eq $((PROCESSES * CALLS)) ]
    agree "requests" "$(mock_curl /_mock/count | jq .requests)" "$(jq .attempts <<<"$simulated")"
    agree "answered" "$ok" "$(jq .answered <<<"$simulated")"
    agree "503s" "$(mock_curl /_mock/count | jq '.outcomes["503"]')" \
        "$(jq .attempts_by_class.overloaded <<<"$simulated")"
}

@test "with the default retries all calls are answered, at as many requests" {
    mock_start --fault-rate 503=0.2,reset=0.1 --latency 20
    policy '"retry": {"backoff": {"base_ms": 20, "max_ms": 200}}'
    real
    virtual '"faults": {"503": 0.2, "reset": 0.1}'
    agree "requests" "$(mock_curl /_mock/count | jq .requests)" "$(jq .attempts <<<"$simulated")"
    agree "answered" "$ok" "$(jq .answered <<<"$simulated")"
}

@test "a dead service is spared alike" {
    mock_start --script 503 --latency 20
    policy '"retry": {"backoff": {"base_ms": 20, "max_ms": 200}}'
    real
    virtual '"faults": {"503": 1}'
    most=$((PROCESSES * CALLS * 12 / 10))
    [ "$(mock_curl /_mock/count | jq .requests)" -le $most ]
    [ "$(jq .attempts <<<"$simulated")" -le $most ]
    [ "$ok" -eq 0 ]
    [ "$(jq .answered <<<"$simulated")" -eq 0 ]
    [ "$(jq .turned_away <<<"$simulated")" -gt 0 ]
    grep -q "Breaker open" real.log
}

@test "a limit of the policy that is the service's own leaves nothing for it to refuse" {
    CALLS=2
    head -n $((PROCESSES * CALLS)) calls.log >fewer.log
    mv fewer.log calls.log
    mock_start --limit-rpm 1200 --limit-burst 10
    policy '"limits": {"rpm": 1200, "burst": 0.05, "max_wait_ms": 300000}'
    real
    virtual '"rpm": 1200, "burst": 0.1'
    [ "$ok" -eq $((PROCESSES * CALLS)) ]
    [ "$(mock_curl /_mock/limits | jq .refused)" -eq 0 ]
    [ "$(mock_curl /_mock/limits | jq .granted)" -eq $((PROCESSES * CALLS)) ]
    [ "$(jq .status_429 <<<"$simulated")" -eq 0 ]
    [ "$(jq .attempts <<<"$simulated")" -eq $((PROCESSES * CALLS)) ]
    [ "$(jq .answered <<<"$simulated")" -eq $((PROCESSES * CALLS)) ]
}
