#!/usr/bin/env bats
# Without a policy file calls are logged all the same, in a place that the commands know; and a policy
# that changes under a running program leaves a line.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export XDG_CONFIG_HOME=$PWD/none HOME=$PWD TZ=UTC
    log=$XDG_STATE_HOME/steadycurl/steadycurl.log
}

teardown() {
    mock_stop
}

call() { # a host that the built-in policy manages
    "$STEADYCURL" run -- curl -sS --connect-to "api.openai.com:80:127.0.0.1:$MOCK_PORT" \
        -d '{"model":"gpt-4o","messages":[]}' http://api.openai.com/v1/chat/completions >out 2>err
}

@test "without a policy file calls are logged where log and costs look" {
    mock_start --script 200
    call
    run ! test -s err
    grep -q 'Success: HTTP 200 (provider=openai model=gpt-4o ' "$log"
    [ "$(stat -c %a "$log")" = 600 ]
    [ "$(stat -c %a "${log%/*}")" = 700 ]
    run -0 "$STEADYCURL" log
    [[ $output == *"Success: HTTP 200"* ]]
    run -0 "$STEADYCURL" log -j
    jq -e '.event == "call" and .outcome == "ok" and .model == "gpt-4o"' <<<"$output"
    run -0 "$STEADYCURL" costs -j
    jq -e '.total.calls == 1 and .rows[0].model == "gpt-4o" and .total.cost_usd > 0' <<<"$output"
}

@test "an empty STEADYCURL_LOG is no log, a policy file without one neither" {
    mock_start --script 200
    STEADYCURL_LOG='' call
    [ ! -e "$log" ]
    run -1 env STEADYCURL_LOG= "$STEADYCURL" log
    echo '{"version": 1, "rules": [{"name": "all", "match": {"host": "*"}}]}' >policy.json
    STEADYCURL_POLICY=$PWD/policy.json call
    [ ! -e "$log" ]
}

@test "that the default log cannot be written is told by status, not by the program" {
    mock_start --script 503,200
    XDG_STATE_HOME=/dev/null/x call
    grep -q Hello out
    [ ! -s err ]
    run -0 env XDG_STATE_HOME=/dev/null/x "$STEADYCURL" status
    [[ $output == *"no log: /dev/null/x/steadycurl/steadycurl.log: "* ]]
    run -0 "$STEADYCURL" status
    [[ $output != *"no log: "* ]]
}

@test "root leaves no log in the folder of another" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    mkdir theirs
    chown 65534 theirs
    run -0 env XDG_STATE_HOME="$PWD/theirs/state" STEADYCURL_STATE="$PWD/s" "$STEADYCURL" log -n 0 /dev/null
    mock_start --script 200
    before=$(stat -c %s /var/log/steadycurl.log 2>/dev/null || echo none)
    XDG_STATE_HOME=$PWD/theirs/state call
    [ -z "$(ls theirs)" ]
    [ "$(stat -c %s /var/log/steadycurl.log)" != "$before" ]
    [ "$before" != none ] || rm /var/log/steadycurl.log
}

policy() { # BODY
    printf '{"version": 1, "log": {"path": "%s/log", "format": "json"}, %s}' "$PWD" "$1" >policy.new
    mv policy.new policy.json
}

# Two calls of one process; the policy becomes BODY while the first is under way.
call_twice_with() { # BODY
    mock_start
    mock_script "200;latency=$(ample_ms 1500),200"
    policy '"rules": [{"name": "first", "match": {"host": "*"}}]'
    "$STEADYCURL" run -p "$PWD/policy.json" -- curl -sS "$MOCK_URL/v1/chat/completions" -d '{}' \
        --next -sS "$MOCK_URL/v1/chat/completions" -d '{}' >out 2>err 3>&- &
    await mock_got 1
    policy "$1"
    wait $!
}

@test "a policy that changes leaves a line, and is in force from the next call on" {
    call_twice_with '"rules": [{"name": "second", "match": {"host": "*"}}, {"name": "third"}]'
    jq -es 'map(select(.event == "policy")) | length == 1 and .[0].text == "its file has changed and is in force, 2 rules"' log
    jq -es 'map(select(.event == "call") | .rule) == ["first", "second"]' log
}

@test "a change that is refused leaves a line, and the policy of before stays" {
    call_twice_with '"rulez": []'
    jq -es 'map(select(.event == "policy")) | length == 1 and (.[0].text
        | startswith("refused, the one of before stays: ") and contains("rulez"))' log
    jq -es 'map(select(.event == "call") | .rule) == ["first", "first"]' log
    [ ! -s err ]
}
