# Who holds a place and is killed holds nothing, for status and metrics alike.
bats_require_minimum_version 1.5.0
load ../../lib/mock

teardown() {
    mock_stop
}

in_use() { # COUNT
    [ "$("$STEADYCURL" status --json | jq '[.scopes[] | .concurrent // empty | .in_use] | add')" = "$1" ]
}

@test "status and metrics count the living holders only" {
    cd "$BATS_TEST_TMPDIR"
    mock_start --script '200;latency=60000'
    echo '{"version": 1, "rules": [{"name": "all", "match": {"host": "*"}, "limits": {"concurrent": 3}}]}' >policy.json
    for i in 1 2; do
        "$STEADYCURL" run -p policy.json -- curl -s "$MOCK_URL/v1/chat/completions" -d '{"model":"m"}' >/dev/null 2>&1 3>&- &
        pids[i]=$!
    done
    await in_use 2
    kill -9 "${pids[1]}"
    wait "${pids[1]}" || true
    in_use 1
    run -0 "$STEADYCURL" status
    [[ $output == *"concurrent  1 of 3"* ]]
    run -0 "$STEADYCURL" metrics
    grep -q '^steadycurl_concurrent_in_use{.*} 1$' <<<"$output"
    kill -9 "${pids[2]}"
    wait "${pids[2]}" || true
    in_use 0
}
