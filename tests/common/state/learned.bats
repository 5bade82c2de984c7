#!/usr/bin/env bats
# steadycurl status shows what was learned of the service's own limits.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    echo '{"version": 1, "defaults": {"retry": false, "breaker": false},
           "rules": [{"match": {"host": "*"}, "limits": {"learn": true}}]}' >policy.json
}

teardown() {
    mock_stop
}

ask() { # TIMES
    for _ in $(seq "$1"); do
        "$STEADYCURL" run --policy policy.json -- curl -s --noproxy '*' -o /dev/null \
            "$MOCK_URL/v1/chat/completions" -d '{"model":"m","messages":[{"role":"user","content":"hi"}]}'
    done
}

@test "limits that headers told are shown, a minute's worth and what fits at once" {
    mock_start --limit-rpm 600 --limit-tpm 120000 --limit-burst 10
    ask 3
    "$STEADYCURL" status --json >status
    jq -e '[.scopes[] | .learned_requests // empty] | length == 1 and
           (.[0] | .per_minute == 600 and .at_once > 0 and .at_once <= 600 and .believed == 1)' status
    jq -e '[.scopes[] | .learned_tokens // empty] | length == 1 and .[0].per_minute == 120000' status
    run -0 "$STEADYCURL" status
    [[ $output == *"learned     600 requests a minute, "* ]]
    [[ $output == *"learned     120000 tokens a minute, "* ]]
}

@test "a rate found by refusals is shown, and nothing where nothing was learned" {
    mock_start
    ask 1
    run -0 "$STEADYCURL" status
    [[ $output != *learned* ]]
    mock_script '429;message=no'
    for _ in $(seq 200); do # refusals within a second are one
        ask 1
        "$STEADYCURL" status --json >status
        jq -e '[.scopes[] | .learned_rate // empty] | length == 1 and .[0].per_minute > 0' status && break
    done
    jq -e '[.scopes[] | .learned_rate // empty] | length == 1' status
    run -0 "$STEADYCURL" status
    [[ $output == *"requests a minute, by refusals"* ]]
}
