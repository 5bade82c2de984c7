#!/usr/bin/env bats
# hedge: a second attempt where the first is slow to begin its answer; the program sees one.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    LOG=$BATS_TEST_TMPDIR/log
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/state
    mkdir -m 700 "$STEADYCURL_STATE"
}

teardown() {
    mock_stop
}

policy() { # HEDGE [MORE]
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json", "level": "debug"},
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 2, "max_ms": 4}}, "hedge": {$1}},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}${2-}}]}
POLICY
}

wrapped() {
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 300 "$@"
}

ask() { # [CURL OPTION...]
    wrapped curl -sS "$@" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
}

call() { # FILTER: of the call's line
    jq -r "select(.event == \"call\") | $1" "$LOG"
}

@test "a silent attempt is doubled, and the second's answer is the program's, as if it had been the first" {
    mock_start --script '200,hang;ms=200000,200'
    policy '"after_ms": 50'
    curl -sS -D "$BATS_TEST_TMPDIR/head" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}' >"$BATS_TEST_TMPDIR/alone"
    ask -D "$BATS_TEST_TMPDIR/head2" -w '%{stderr}%{http_code} %{num_connects} %{size_download} %{content_type} %{url_effective}\n' \
        >"$BATS_TEST_TMPDIR/under" 2>"$BATS_TEST_TMPDIR/info"
    cmp "$BATS_TEST_TMPDIR/alone" "$BATS_TEST_TMPDIR/under"
    diff <(grep -vi '^date' "$BATS_TEST_TMPDIR/head") <(grep -vi '^date' "$BATS_TEST_TMPDIR/head2")
    grep -q "^200 1 $(stat -c %s "$BATS_TEST_TMPDIR/alone") application/json $MOCK_URL/v1" "$BATS_TEST_TMPDIR/info"
    [ "$(mock_count)" -eq 3 ]
    [ "$(jq -r 'select(.event == "hedge") | .outcome' "$LOG")" = sent ]
    [ "$(call '"\(.outcome) \(.attempts) \(.hedges) \(.hedge) \(.estimated)"')" = 'ok 1 1 won true' ]
}

@test "a stream that keeps silent behind its head is doubled, one that has begun is not" {
    mock_start --script 'stall;at=0;ms=200000,200,drip;ms=30'
    policy '"after_ms": 60, "max_extra": 1'
    for _ in 1 2; do
        wrapped curl -sSN "$MOCK_URL/v1/chat/completions" \
            -d '{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"one two three four"}]}' \
            >"$BATS_TEST_TMPDIR/out"
        [ "$(grep -c '\[DONE\]' "$BATS_TEST_TMPDIR/out")" -eq 1 ]
    done
    [ "$(call '.hedge // "none"' | head -n 1)" = won ]
    [ "$(mock_count)" -ge 3 ]
}

@test "one failure waits for the other attempt; what another could not mend ends the race" {
    mock_start --script '503;latency=400,200;latency=800,hang;ms=200000,401'
    policy '"after_ms": 50, "max_extra": 1'
    run -0 ask -o /dev/null -w '%{http_code}'
    [ "$output" = 200 ]
    [ "$(call '"\(.attempts) \(.hedge)"')" = '1 won' ]
    run -0 ask -o /dev/null -w '%{http_code}'
    [ "$output" = 401 ]
    [ "$(mock_count)" -eq 4 ]
}

@test "when both fail the call is tried again as after any failure" {
    mock_start --script '503;latency=300,503;latency=600,200'
    policy '"after_ms": 50, "max_extra": 1'
    run -0 ask -o /dev/null -w '%{http_code}'
    [ "$output" = 200 ]
    [ "$(mock_count)" -eq 3 ]
    [ "$(call '"\(.attempts) \(.hedges) \(.hedge)"')" = '2 1 failed' ]
}

@test "no second attempt where a limit, the budget, max_extra or the request itself forbids it" {
    mock_start --script '200;latency=300'
    policy '"after_ms": 40, "max_extra": 0.01'
    ask >"$BATS_TEST_TMPDIR/out"
    ask >"$BATS_TEST_TMPDIR/out" # the first was given
    [ "$(jq -r 'select(.event == "hedge") | .reason // .outcome' "$LOG" | tr '\n' ' ')" = 'sent max_extra ' ]
    : >"$LOG"
    policy '"after_ms": 40, "max_extra": 1' ', "limits": {"concurrent": 1}'
    ask >"$BATS_TEST_TMPDIR/out"
    [ "$(jq -r 'select(.event == "hedge") | .outcome' "$LOG")" = not_sent ]
    : >"$LOG"
    policy '"after_ms": 40, "max_extra": 1'
    ask -H 'Idempotency-Key: one' >"$BATS_TEST_TMPDIR/out"
    printf '{"model":"m","messages":[]}' | wrapped curl -sS -T - "$MOCK_URL/v1/chat/completions" >"$BATS_TEST_TMPDIR/out"
    wrapped curl -sS "$MOCK_URL/v1/files" -d '{"purpose":"batch"}' >"$BATS_TEST_TMPDIR/out"
    [ "$(jq -c 'select(.event == "hedge")' "$LOG")" = '' ]
}

@test "what the attempt that nobody saw has cost is in the call's cost" {
    mock_start --script '200,hang;ms=200000,200'
    policy '"after_ms": 60, "max_extra": 1' ', "provider": "openai"'
    ask -o /dev/null
    ask -o /dev/null
    run -0 jq -rs '[.[] | select(.event == "call")] | "\(.[0].input_tokens < .[1].input_tokens) \(.[0].cost_usd < .[1].cost_usd) \(.[1].hedge)"' "$LOG"
    [ "$output" = 'true true won' ]
}

@test "a handle that keeps no cookies keeps none of a second attempt either" {
    /usr/bin/python3 -c 'import pycurl' 2>/dev/null || skip "no pycurl"
    mock_start --script '200,hang;ms=200000,200;header=Set-Cookie:sid=1,200'
    policy '"after_ms": 60, "max_extra": 1'
    wrapped /usr/bin/python3 -c '
import pycurl, sys
c = pycurl.Curl()
c.setopt(c.URL, sys.argv[1] + "/v1/chat/completions")
c.setopt(c.POSTFIELDS, "{\"model\":\"gpt-4o\",\"messages\":[]}")
c.setopt(c.WRITEFUNCTION, lambda piece: None)
for _ in range(3):
    c.perform()
print(c.getinfo(c.INFO_COOKIELIST))' "$MOCK_URL" >"$BATS_TEST_TMPDIR/out"
    [ "$(call 'select(.hedge == "won") | .hedge')" = won ]
    [ "$(mock_requests | jq length)" -eq 4 ]
    [ "$(mock_requests | jq '[.[].headers[] | select(.[0] | ascii_downcase == "cookie")] | length')" -eq 0 ]
    [ "$(cat "$BATS_TEST_TMPDIR/out")" = '[]' ]
}

@test "the time is learned, and the few that are slow are cut off" {
    local slow script
    script=$(printf '200,%.0s' {1..24})'200;latency=3000,200,200,200;latency=3000,200'
    mock_start --script "$script"
    policy '"max_extra": 1'
    wrapped curl -sS -o /dev/null -w '%{time_total}\n' "$MOCK_URL/v1/chat/completions?[1-27]" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}' >"$BATS_TEST_TMPDIR/times"
    slow=$(awk '$1 >= 3' "$BATS_TEST_TMPDIR/times" | wc -l)
    [ "$slow" -eq 0 ]
    # At least: on a busy machine a call that is only late may use up what was meant for another.
    [ "$(call 'select(.hedge == "won") | .hedge' | wc -l)" -ge 1 ]
}

@test "transfers of the multi interface are not doubled" {
    mock_start --script '200;latency=400'
    policy '"after_ms": 50, "max_extra": 1'
    wrapped curl -sS --parallel -o /dev/null -o /dev/null "$MOCK_URL/v1/chat/completions" "$MOCK_URL/v1/chat/completions" \
        -d '{"model":"gpt-4o","messages":[]}' 2>/dev/null
    [ "$(mock_count)" -eq 2 ]
    [ "$(call '.outcome' | sort -u)" = ok ]
}
