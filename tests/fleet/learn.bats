#!/usr/bin/env bats
# The service's own limits, learned from its answers: paced before it refuses.

load fleet

teardown() {
    fleet_end
}

learning() { # true|false [MORE]: no retries; each run begins with an empty state
    rm -rf "$STEADYCURL_STATE"
    policy "${2:+$2, }\"limits\": {\"learn\": $1, \"max_wait_ms\": 60000}"
}

# Pacing shows only while the programs get a processor when they want one: what is measured has
# three tries.
tries() { # FUNCTION ARGUMENT...: returns 0 if what it measured is good
    "$@" || "$@" || "$@"
}

load_for() { # SECONDS [OPTION...]: 4 processes of 4 threads; sets granted refused used wall_ms
    local seconds=$1
    shift
    mock_reset
    many 4 "$BUILT/fleet_load" "$CHAT" -t 4 -s "$seconds" "$@"
    wall_ms=$(mock_requests | jq '[.[].time_ms] | max - min')
    read -r granted refused used < <(mock_curl /_mock/limits | jq -r '"\(.granted) \(.refused) \(.tokens)"')
}

# Both ways, the same load.
compare() { # SECONDS UNIT PER_SECOND AT_ONCE [OPTION...]
    local seconds=$1 unit=$2 rate=$3 burst=$4 before amount
    shift 4
    learning false
    load_for "$seconds" "$@"
    before=$refused
    learning true
    load_for "$seconds" "$@"
    amount=$granted
    [ "$unit" = requests ] || amount=$used
    share=$((amount * 100000 / (burst * 1000 + rate * wall_ms)))
    fewer=$((before ? 100 - refused * 100 / before : 0))
    echo "# 429s: $before without learning, $refused with ($fewer % fewer); $share % of the $unit used" >&3
    [ "$fewer" -ge 95 ] && [ "$share" -ge 90 ]
}

@test "with learning on, 429s fall by 95 % and the throughput stays (requests)" {
    fleet_begin --latency 20 --limit-rpm 1200 --limit-burst 5
    tries compare 10 requests 20 60
    [ "$(told ' 0 200 -$')" -ge $((granted - 1)) ]
}

@test "with learning on, 429s fall by 95 % and the throughput stays (tokens)" {
    fleet_begin --latency 20 --limit-tpm 60000 --limit-burst 10
    tries compare 10 tokens 1000 6000 -b 100,400,1200,50
}

follow() { # PROVIDER
    learning true "\"provider\": \"$1\""
    load_for 6
    share=$((granted * 100000 / (60000 + 20 * wall_ms)))
    echo "# $1: $refused of $((granted + refused)) refused, $share % used" >&3
    [ "$refused" -le 3 ] && [ "$share" -ge 85 ]
}

@test "each provider's own headers are followed: Anthropic, Mistral" {
    local p path
    for p in anthropic:/v1/messages mistral:/v1/chat/completions; do
        path=${p#*:}
        p=${p%%:*}
        fleet_begin --latency 20 --limit-rpm 1200 --limit-burst 5 --provider "$p"
        CHAT=$MOCK_URL$path
        tries follow "$p"
        mock_stop
    done
}

find_out() {
    learning true '"provider": "deepseek"'
    load_for 12
    echo "# $refused of $((granted + refused)) refused" >&3
    [ $((refused * 100)) -le $(((granted + refused) * 20)) ] && [ "$granted" -ge 150 ]
}

@test "a service that says nothing is found out by trying" {
    fleet_begin --latency 20 --limit-rpm 1200 --limit-burst 5 --provider deepseek
    tries find_out
}

@test "the policy's own limit is kept even where the service allows more" {
    fleet_begin --limit-rpm 60000
    policy '"limits": {"rpm": 600, "burst": 0.01}'
    load_for 3
    # Between the first that the server saw and the last; each may have been seen late.
    [ "$granted" -le $((6 + 10 * (wall_ms + 500) / 1000 + 1)) ]
    [ "$granted" -ge 15 ]
    [ "$refused" -eq 0 ]
}
