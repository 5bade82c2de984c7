#!/usr/bin/env bats
# Transfers of one multi that share an HTTP/2 connection over TLS, and streams that a server pushes.

load ../programs/programs
load ../programs/front

setup_file() {
    programs_begin
    front_certificate
    sed 's/"max_attempts": 3/"max_attempts": 10/' "$POLICY" >"$POLICY.more"
}

teardown_file() {
    programs_end
}

teardown() {
    front_stop
}

@test "transfers that share a connection go as without the library" {
    before_the_mock
    server 200
    capture alone timeout 300 "$BUILT/multi_h2" 8 "$FRONT_URL/v1/chat/completions" "$ASK"
    capture under wrapped timeout 300 "$BUILT/multi_h2" 8 "$FRONT_URL/v1/chat/completions" "$ASK"
    same alone under
    grep -q 'HTTP version 3,' "$BATS_TEST_TMPDIR/under/out"
    grep -q '^1 connections' "$BATS_TEST_TMPDIR/under/out"
}

@test "each of them gets through failures of its own, on the same connection" {
    before_the_mock
    server 200
    capture alone timeout 300 "$BUILT/multi_h2" 5 "$FRONT_URL/v1/chat/completions" "$ASK"
    server '503*9,200'
    POLICY=$POLICY.more capture under wrapped \
        timeout 300 "$BUILT/multi_h2" 5 "$FRONT_URL/v1/chat/completions" "$ASK"
    same alone under
    [ "$(mock_count)" -eq 14 ]
}

@test "what a server pushes is asked about, and taken or not, as without the library" {
    local dir=$BATS_TEST_TMPDIR/www
    mkdir "$dir"
    seq 2000 >"$dir/page.json"
    seq 3000 6000 >"$dir/more.json"
    front /page.json nghttpd --address=127.0.0.1 --htdocs="$dir" --push=/page.json=/more.json \
        @PORT "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
    # libcurl 7.88 takes a push for an authority with a port as one for another host.
    export CONNECT_TO=push.example:443:${FRONT_URL#https://}
    sed 's/"host": "127.0.0.1"/"host": "*"/' "$POLICY" >"$POLICY.all"
    capture alone timeout 300 "$BUILT/multi_h2" 2 https://push.example/page.json
    : >"$LOG"
    POLICY=$POLICY.all capture under wrapped \
        timeout 300 "$BUILT/multi_h2" 2 https://push.example/page.json
    same alone under
    [ "$(grep -c 'pushes /more.json' "$BATS_TEST_TMPDIR/under/out")" -ge 1 ]
    logged 'Success: HTTP 200'
}
