#!/usr/bin/env bats
# steadycurl cache: what is kept, listed, shown and removed.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    mock_start --script 200
    echo '{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "cache": {}}]}' >"$BATS_TEST_TMPDIR/policy.json"
    for model in gpt-4o gpt-4o-mini; do
        "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$BATS_TEST_TMPDIR/log" -- \
            curl -sS "$MOCK_URL/v1/chat/completions" -d "{\"model\":\"$model\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}" \
            >"$BATS_TEST_TMPDIR/$model"
    done
}

teardown() {
    mock_stop
}

cache() {
    "$STEADYCURL" cache "$@"
}

@test "ls lists answers, show prints one as it was given" {
    [ "$(cache ls | wc -l)" = 2 ]
    [ "$(cache ls --model '*-mini' --json | jq -r '[.model, .host, .stream, .status] | join(" ")')" = 'gpt-4o-mini 127.0.0.1 false 200' ]
    key=$(cache ls --model gpt-4o --json | jq -r .key)
    diff "$BATS_TEST_TMPDIR/gpt-4o" <(cache show "${key:0:12}")
    run -1 cache show ''
    [[ $output == *"more than one answer"* ]]
    run -1 cache show zz
    [[ $output == *"no answer has a key"* ]]
}

@test "purge removes what it is asked to, and no more" {
    run -0 cache purge --older 1h
    [ "$output" = '0 answers purged' ]
    run -0 cache purge --host example.com
    [ "$output" = '0 answers purged' ]
    run -0 cache purge --model gpt-4o
    [ "$output" = '1 answer purged' ]
    [ "$(cache stats --json | jq .answers)" = 1 ]
    run -0 cache purge
    run -0 cache stats
    [[ $output == "no answers in "* ]]
}

@test "stats counts, and without a file there are none" {
    [ "$(cache stats --json | jq -c '[.answers, .expired, (.bytes > 400)]')" = '[2,0,true]' ]
    run -0 cache ls --file "$BATS_TEST_TMPDIR/none.db"
    [[ $output == "no answers in "* ]]
    [ "$(cache stats --json --file "$BATS_TEST_TMPDIR/none.db" | jq .answers)" = 0 ]
    [ ! -e "$BATS_TEST_TMPDIR/none.db" ]
}

@test "what is no such file, or no such command, is said" {
    echo text >"$BATS_TEST_TMPDIR/text"
    run -1 cache ls --file "$BATS_TEST_TMPDIR/text"
    [[ $output == *"not a database"* ]]
    run -2 cache
    run -2 cache list
    run -2 cache show
    run -2 cache ls more
}
