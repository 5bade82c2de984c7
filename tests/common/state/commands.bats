# steadycurl status and metrics, on a state that a helper fills.
bats_require_minimum_version 1.5.0
load ../../lib/mock

setup_file() {
    cd "$SC_TOP" || exit 1
    make -s build/tests/common/state/play >&2
}

setup() {
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/state
    PATH=$SC_TOP/build:$SC_TOP/build/tests/common/state:$PATH
}

@test "without a state, status and metrics say so and succeed" {
    run steadycurl status
    [ "$status" -eq 0 ]
    [[ $output == *"No such file"* ]]
    run --separate-stderr steadycurl metrics
    [ "$status" -eq 0 ]
    [ "$(grep -v '^#' <<<"$output")" = "steadycurl_build_info{version=\"$(steadycurl --version | cut -d' ' -f2)\"} 1" ]
    mkdir -m 700 "$STEADYCURL_STATE"
    run steadycurl status
    [ "$status" -eq 0 ]
    [[ $output == *"nothing in $STEADYCURL_STATE yet"* ]]
    [ -z "$(ls "$STEADYCURL_STATE")" ] # looking makes nothing
}

@test "status shows an open breaker, why, and when it will be probed" {
    play api.openai.com gpt-4o retryable retryable retryable retryable retryable ok >/dev/null
    run steadycurl status
    [ "$status" -eq 0 ]
    [[ $output == *"provider=openai host=api.openai.com model=gpt-4o"* ]]
    [[ $output == *"breaker     open after retryable, next probe in "* ]]
    [[ $output == *"openai: 1 of 1 breakers not closed"* ]]
    run steadycurl status --json
    jq -e '.providers.openai == "unhealthy"' <<<"$output"
    jq -e '.scopes[] | select(.scope | contains("gpt-4o")) | select(.breaker)
           | .breaker.state == "open" and .breaker.next_probe_ms > 20000
             and .breaker.last_class == "retryable"' <<<"$output"
}

@test "a process sees what another one learned" {
    play h m retryable retryable retryable retryable retryable >/dev/null
    run play h m ok
    [ "$output" = breaker_open ]
    run play h other-model ok
    [ "$output" = ok ]
}

@test "a hint closes the gate for all, and status says until when" {
    play h m rate_limited:60000 >/dev/null
    run play h m ok
    [[ $output == gate_closed || $output == "wait "* ]]
    run steadycurl status
    [[ $output == *"gate        closed by the server's hint, opens in "* ]]
}

@test "reset of one scope heals it and leaves the others" {
    play h m1 retryable retryable retryable retryable retryable >/dev/null
    play h m2 retryable retryable retryable retryable retryable >/dev/null
    run steadycurl status --reset model=m1
    [ "$status" -eq 0 ]
    run play h m1 ok
    [ "$output" = ok ]
    run play h m2 ok
    [ "$output" = breaker_open ]
    run steadycurl status --reset no-such-scope
    [ "$status" -eq 1 ]
    run steadycurl status --reset
    [ "$status" -eq 0 ]
    run play h m2 ok
    [ "$output" = ok ]
}

@test "metrics are what promtool accepts, and count" {
    play api.openai.com gpt-4o ok ok rate_limited retryable >/dev/null
    play api.anthropic.com claude-x ok overloaded:100 >/dev/null
    run --separate-stderr steadycurl metrics
    [ "$status" -eq 0 ]
    grep -qx 'steadycurl_calls_total{provider="openai",host="api.openai.com",model="gpt-4o",outcome="ok"} 2' <<<"$output"
    grep -qx 'steadycurl_attempts_total{provider="anthropic",host="api.anthropic.com",model="claude-x",class="overloaded"} 1' <<<"$output"
    grep -qx 'steadycurl_attempt_duration_seconds_bucket{provider="openai",host="api.openai.com",model="gpt-4o",le="1"} 4' <<<"$output"
    grep -qx 'steadycurl_attempt_duration_seconds_bucket{provider="openai",host="api.openai.com",model="gpt-4o",le="0.5"} 0' <<<"$output"
    grep -q '^steadycurl_breaker_state{.*model="gpt-4o".*} 0$' <<<"$output"
    command -v promtool >/dev/null || skip "promtool is not installed"
    promtool check metrics <<<"$output"
}

@test "a textfile appears whole or not at all" {
    play h m ok >/dev/null
    run steadycurl metrics --textfile "$BATS_TEST_TMPDIR/steadycurl.prom"
    [ "$status" -eq 0 ]
    grep -q '^steadycurl_calls_total{.*outcome="ok"} 1$' "$BATS_TEST_TMPDIR/steadycurl.prom"
    [ "$(find "$BATS_TEST_TMPDIR" -name '*.tmp' | wc -l)" -eq 0 ]
    run steadycurl metrics --textfile /nowhere/at/all.prom
    [ "$status" -eq 1 ]
    [[ $output == *"cannot write /nowhere/at/all.prom"* ]]
}

@test "no credential is in the shared memory, nor a hash that could be looked up" {
    play h m ok auth >/dev/null
    run --separate-stderr steadycurl status --json
    run ! grep -q verysecret <<<"$output"
    STEADYCURL_STATE=$BATS_TEST_TMPDIR/second play h m ok auth >/dev/null
    first=$(steadycurl status --json | jq -r '.scopes[].scope' | grep -o 'key=#[0-9a-f]*' | sort -u)
    second=$(steadycurl status --state "$BATS_TEST_TMPDIR/second" --json | jq -r '.scopes[].scope' |
        grep -o 'key=#[0-9a-f]*' | sort -u)
    [ -n "$first" ]
    [ "$first" != "$second" ]
}

@test "a refused key stops the next process" {
    play h m auth >/dev/null
    run play h m ok
    [ "$output" = auth_failed ]
    run steadycurl status
    [[ $output == *"latch       auth, next probe in "* ]]
}

@test "a hostile folder is refused with one clear line, and the call goes on" {
    mkdir "$BATS_TEST_TMPDIR/real"
    ln -s "$BATS_TEST_TMPDIR/real" "$STEADYCURL_STATE"
    run --separate-stderr play h m ok
    [ "$output" = ok ]
    [[ $stderr == *"refused: it is a link or no folder; limits hold for this process alone"* ]]
    [ -z "$(ls "$BATS_TEST_TMPDIR/real")" ]
}

@test "a fresh machine reads like one, an unusable folder is an error" {
    run --separate-stderr steadycurl status
    [ "$status" -eq 0 ]
    [[ $output == "nothing known yet: "* && -z $stderr ]]
    run steadycurl status --json
    [ "$status" -eq 0 ]
    jq -e '.headline.calls == "unknown" and .state == {"present": false, "usable": true}' <<<"$output"
    mkdir "$STEADYCURL_STATE"
    chmod 777 "$STEADYCURL_STATE"
    touch "$BATS_TEST_TMPDIR/file"
    for folder in "$STEADYCURL_STATE" "$BATS_TEST_TMPDIR/file" "$BATS_TEST_TMPDIR/file/below"; do
        for command in status metrics "status --json"; do
            # shellcheck disable=SC2086 # two words
            run --separate-stderr steadycurl $command --state "$folder"
            [ "$status" -eq 1 ]
            [ "$command" = "status --json" ] || [[ $stderr == *"$folder"* ]]
        done
        jq -e '.state.usable | not' <<<"$output"
    done
}

headline() { # of status, which must be 0
    steadycurl status | head -n 1
}

# What JSON and metrics say of the same: how calls go, and the reason.
agrees() { # HOW NUMBER REASON
    steadycurl status --json |
        jq -e --arg how "$1" --arg why "$3" '.headline | .calls == $how and .reason == $why'
    [ "$(steadycurl metrics | grep '^steadycurl_calls_now ')" = "steadycurl_calls_now $2" ]
}

@test "the headline is the worst that would happen to a call now, and why" {
    play h m ok >/dev/null
    [ "$(headline)" = "calls go through" ]
    play h waits rate_limited:60000 >/dev/null
    [[ $(headline) == "calls wait: the server asked to be left alone for another "*" s (provider=openai-compatible host=h model=waits key="*")"* ]]
    agrees waiting 2 gate_closed
    play h broken retryable retryable retryable retryable retryable >/dev/null
    [[ $(headline) == "calls are refused: the breaker is open: the service kept failing; a probe goes in "*"model=broken)" ]]
    agrees refused 3 breaker_open
    play api.anthropic.com m quota_exhausted >/dev/null
    [[ $(headline) == "calls are refused: the quota is used up; a probe goes in "*" model=m key="*"), and so in 1 more scope" ]]
    agrees refused 3 quota_exhausted
    run steadycurl status
    [[ $output == *"anthropic: the quota is used up; a probe goes in "* ]]
    run steadycurl status --json
    jq -e '.providers.anthropic == "unhealthy"' <<<"$output"
}

@test "a limit whose burst is taken is said, although the minute has room" {
    mock_start --script 200
    echo '{"version": 1, "rules": [{"name": "all", "match": {"host": "*"}, "limits": {"rpm": 2, "burst": 0.5}}]}' >"$BATS_TEST_TMPDIR/policy.json"
    steadycurl run -p "$BATS_TEST_TMPDIR/policy.json" -- curl -s "$MOCK_URL/v1/chat/completions" -d '{"model":"m"}'
    run steadycurl status
    mock_stop
    [[ ${lines[0]} == "calls wait: the limit of 2 requests a minute (1 at once) is full: a new call waits "*" s ("* ]]
    [[ $output == *"  requests    2 a minute, 1 at once, "*" in use, a new one waits "* ]]
    agrees waiting 2 rate_limit
    steadycurl metrics | grep -q '^steadycurl_limit_wait_seconds{.*of="requests"} [1-9]'
}

@test "what is open has series as well, and promtool takes all" {
    play h m ok >/dev/null
    run --separate-stderr steadycurl metrics
    for line in 'breaker_state{.*} 0' 'latch_state{.*} 0' 'gate_closed_seconds{.*} 0' 'concurrent_limit{.*} 8' \
        'concurrent_in_use{.*} 0' 'limit_per_minute{.*of="requests"} 600' 'limit_at_once{.*of="requests"} 60' \
        'limit_in_use{.*of="tokens"} [0-9]*' 'limit_wait_seconds{.*of="requests"} 0'; do
        grep -qx "steadycurl_$line" <<<"$output"
    done
    play h m auth >/dev/null
    run --separate-stderr steadycurl metrics
    grep -qx 'steadycurl_latch_state{.*} 2' <<<"$output"
    grep -q '^steadycurl_latch_next_probe_seconds{.*} [1-9]' <<<"$output"
    command -v promtool >/dev/null || skip "promtool is not installed"
    promtool check metrics <<<"$output"
}

@test "a retry budget that is used up is said, and has series" {
    # More failures than a breaker of five in a row would let pass, so each time another answer between.
    # shellcheck disable=SC2046 # words are what is wanted
    play h m $(printf 'retryable retryable retryable ok %.0s' 1 2 3 4 5 6 7 8 9) >/dev/null
    run steadycurl status
    [[ ${lines[0]} == "calls go, but retry.budget is used up: 27 attempts failed in two minutes and 9 were "* ]] ||
        { echo "$output"; false; }
    [[ $output == *"  retries     27 of 36 attempts failed in two minutes; retry.budget is used up at 19"* ]]
    steadycurl status --json | jq -e '[.scopes[].retry_budget | select(.)] ==
        [{tried: 36, answered: 9, failed: 27, allows: 19}]'
    run --separate-stderr steadycurl metrics
    grep -q '^steadycurl_retry_budget_failed{.*} 27$' <<<"$output"
    grep -q '^steadycurl_retry_budget_allows{.*} 19$' <<<"$output"
}

@test "clean removes what was left, and nothing that has a folder" {
    play h m ok >/dev/null
    local gone=$BATS_TEST_TMPDIR/gone
    STEADYCURL_STATE=$gone play h m ok >/dev/null
    rm -r "$gone"
    sleep 11
    run steadycurl status --clean
    [ "$status" -eq 0 ]
    [[ $output == *" shared memory segment"*" removed" ]]
    # Programs of other tests may have been faster to remove it; nobody has it now.
    run steadycurl status --clean
    [[ $output != *"$gone"* ]]
    run steadycurl status
    [[ $output == *"host=h"* ]]
}

@test "root sees the state of another user, and of all" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    uid=48211
    as() {
        setpriv --reuid $uid --regid $uid --clear-groups env -u STEADYCURL_STATE -u XDG_RUNTIME_DIR "$@"
    }
    forget() {
        rm -rf "/dev/shm/steadycurl-$uid"
        ipcs -m | awk -v u="$uid" '$3 == u { print $2 }' | while read -r id; do ipcrm -m "$id"; done
    }
    forget
    as "$(type -P play)" their.host m retryable retryable retryable retryable retryable >/dev/null
    unset STEADYCURL_STATE
    run -0 steadycurl status --user $uid
    [[ $output == *"host=their.host"*"breaker     open"* ]]
    run -0 steadycurl status --user $uid --json
    jq -e '.scopes[0].scope | contains("their.host")' <<<"$output"
    run -0 steadycurl status --all
    [[ $output == *"uid $uid"*"host=their.host"* ]]
    run -0 steadycurl status --all -j
    jq -e --argjson u $uid '.users | map(select(.uid == $u))[0].status.scopes[0].scope | contains("their.host")' <<<"$output"
    # Another user sees the own state only.
    run -1 as "$(type -P steadycurl)" status --user root
    [[ $output == *"only root may look at another user's state"* ]]
    run -0 as "$(type -P steadycurl)" status --all -j
    jq -e --argjson u $uid '[.users[].uid] == [$u]' <<<"$output"
    run -0 as "$(type -P steadycurl)" status --user $uid
    # A reset is that user's, too.
    run -0 steadycurl status --user $uid --reset their.host
    run -0 steadycurl status --user $uid
    [[ $output != *"breaker     open"* ]]
    forget
    run -1 steadycurl status --user no-such-user
    run -2 steadycurl status --all --reset
}

@test "wrong usage" {
    run steadycurl status one two
    [ "$status" -eq 2 ]
    run steadycurl metrics --nonsense
    [ "$status" -eq 2 ]
}
