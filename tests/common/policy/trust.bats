#!/usr/bin/env bats
# A policy that others may write, as root meets it: run, check, and the library in a program.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY http_proxy
    export STEADYCURL_LOG=$dir/log XDG_CONFIG_HOME=$dir/config HOME=$dir
    cat >policy.json <<'POLICY'
{"version": 1,
 "defaults": {"retry": {"backoff": {"delays_ms": [1], "jitter": "none"}}},
 "rules": [{"name": "mock", "match": {"host": "127.0.0.1"}, "provider": "openai"}]}
POLICY
}

teardown() {
    mock_stop
    cd / || return
    rm -rf "$dir"
}

@test "what anybody may write is refused by run and check, with the remedy" {
    chmod 666 policy.json
    run -2 --separate-stderr "$STEADYCURL" run -p policy.json echo ran
    [ -z "$output" ]
    [[ $stderr == *"refused for root: anybody may write to"*"chmod o-w"* ]]
    run -1 "$STEADYCURL" check policy.json
    [[ $output == *"refused for root"* ]]
    chmod 644 policy.json
    chmod 777 .
    run -2 "$STEADYCURL" run -p policy.json echo ran
    [[ $output == *"anybody may write to $dir (mode 0777)"* ]]
}

@test "the library goes on without it, and says so in one line" {
    chmod 666 policy.json
    mock_start --script 503,200
    LD_PRELOAD=${STEADYCURL%/*}/libsteadycurl.so STEADYCURL_POLICY=$dir/policy.json \
        run -0 curl -s -o out -w '%{http_code} ' "$MOCK_URL/v1/models" "$MOCK_URL/v1/models"
    [[ $output == 503* ]]
    [ "$(grep -c "policy refused: anybody may write" log)" -eq 1 ]
    [ "$(wc -l <log)" -eq 1 ]
    # Mended, it is taken.
    chmod 644 policy.json
    mock_stop
    mock_start --script 503,200
    LD_PRELOAD=${STEADYCURL%/*}/libsteadycurl.so STEADYCURL_POLICY=$dir/policy.json \
        run -0 curl -s -o out -w '%{http_code}' "$MOCK_URL/v1/models"
    [ "$output" = 200 ]
}

@test "one that was only found keeps no program from running" {
    mkdir -p config/steadycurl
    cp policy.json config/steadycurl/
    chmod 666 config/steadycurl/policy.json
    run -0 --separate-stderr "$STEADYCURL" run echo ran
    [ "$output" = ran ]
    [[ $stderr == *"refused for root"*"not managed"* ]]
    echo '{' >config/steadycurl/policy.json
    run -0 --separate-stderr "$STEADYCURL" run echo ran
    [ "$output" = ran ]
    [[ $stderr == *"policy.json:"*"not managed"* ]]
}

@test "one of another user is used, with a warning" {
    chown 4711 policy.json
    chmod 755 .
    mock_start --script 503,200
    run -0 --separate-stderr "$STEADYCURL" run -p policy.json curl -s -o out -w '%{http_code}' \
        "$MOCK_URL/v1/models"
    [ "$output" = 200 ]
    [[ $stderr == *"warning: "*"uid 4711"* ]]
    run -0 --separate-stderr "$STEADYCURL" check policy.json
    [[ $stderr == *"warning: "*"uid 4711"* ]]
    # That user needs no warning of it.
    run -0 setpriv --reuid 4711 --clear-groups "$STEADYCURL" check "$dir/policy.json"
    [[ $output != *warning* ]]
}
