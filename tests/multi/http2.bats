#!/usr/bin/env bats
# Transfers of one multi that share an HTTP/2 connection over TLS, and streams that a server pushes.

load ../programs/programs

setup_file() {
    local dir=$BATS_FILE_TMPDIR
    programs_begin
    command -v openssl >/dev/null || return 0
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
        -keyout "$dir/key.pem" -out "$dir/cert.pem" 2>/dev/null
    sed 's/"max_attempts": 3/"max_attempts": 10/' "$POLICY" >"$POLICY.more"
}

teardown_file() {
    programs_end
}

teardown() {
    [ -z "${FRONT-}" ] || kill "$FRONT"
}

# Starts an HTTP/2 server on a port of its own: sets FRONT and FRONT_URL.
front() { # PATH SERVER ARGUMENT...; @PORT stands for the port
    local path=$1 port
    shift
    needs "$1" openssl curl
    port=$($PYTHON -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${@//@PORT/$port}" </dev/null >"$BATS_TEST_TMPDIR/front" 2>&1 3>&- 4>&- &
    FRONT=$!
    FRONT_URL=https://127.0.0.1:$port
    for _ in $(seq 500); do
        curl -ksf --noproxy '*' "$FRONT_URL$path" >"$BATS_TEST_TMPDIR/up" && return
        sleep 0.02
    done
    cat "$BATS_TEST_TMPDIR/front"
    return 1
}

before_the_mock() {
    front /_mock/count nghttpx --conf /dev/null --single-process --workers 1 \
        --frontend="127.0.0.1,@PORT" --backend="127.0.0.1,$MOCK_PORT" \
        "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
}

@test "transfers that share a connection go as without the library" {
    before_the_mock
    server 200
    capture alone timeout 60 "$BUILT/multi_h2" 8 "$FRONT_URL/v1/chat/completions" "$ASK"
    capture under wrapped timeout 60 "$BUILT/multi_h2" 8 "$FRONT_URL/v1/chat/completions" "$ASK"
    same alone under
    grep -q 'HTTP version 3,' "$BATS_TEST_TMPDIR/under/out"
    grep -q '^1 connections' "$BATS_TEST_TMPDIR/under/out"
}

@test "each of them gets through failures of its own, on the same connection" {
    before_the_mock
    server 200
    capture alone timeout 60 "$BUILT/multi_h2" 5 "$FRONT_URL/v1/chat/completions" "$ASK"
    server '503*9,200'
    POLICY=$POLICY.more capture under wrapped \
        timeout 60 "$BUILT/multi_h2" 5 "$FRONT_URL/v1/chat/completions" "$ASK"
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
    capture alone timeout 60 "$BUILT/multi_h2" 2 https://push.example/page.json
    : >"$LOG"
    POLICY=$POLICY.all capture under wrapped \
        timeout 60 "$BUILT/multi_h2" 2 https://push.example/page.json
    same alone under
    [ "$(grep -c 'pushes /more.json' "$BATS_TEST_TMPDIR/under/out")" -ge 1 ]
    logged 'Success: HTTP 200'
}
