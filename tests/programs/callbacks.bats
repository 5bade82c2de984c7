#!/usr/bin/env bats
# What a program's callbacks are told, and what they may do, is the same with and without the
# library: each case of callbacks.c with direct answers, and with each answer behind a failure.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

# A case that performs COUNT times.
told_alike() { # COUNT CASE [PATH]
    local direct=200 each=503,200 i
    for ((i = 1; i < $1; i++)); do
        direct+=,200
        each+=,503,200
    done
    server "$direct"
    capture alone "$BUILT/callbacks" "$2" "$MOCK_URL${3:-/v1/models}"
    [ "$(mock_count)" -eq "$1" ]
    server "$each"
    capture under wrapped "$BUILT/callbacks" "$2" "$MOCK_URL${3:-/v1/models}"
    same alone under
    [ "$(mock_count)" -eq $((2 * $1)) ]
}

# One request in each attempt, whose bodies are all what a direct one is.
sends_alike() { # CASE [PATH]
    INPUT=abcdefghij compare 200 503,503,200 3 "$BUILT/callbacks" "$1" "$MOCK_URL${2:-/v1/models}"
}

@test "callbacks: what getinfo and the header API say inside of them" {
    told_alike 2 trace
    told_alike 1 trace-with-header
    told_alike 2 trace /bytes/3000
}

@test "callbacks: what they are told of a redirect and what follows" {
    local case
    for case in trace trace-with-header; do
        server 200
        capture alone "$BUILT/callbacks" $case "$MOCK_URL/redirect?to=/v1/models"
        server 200,503,200,200
        capture under wrapped "$BUILT/callbacks" $case "$MOCK_URL/redirect?to=/v1/models"
        same alone under
    done
}

@test "callbacks: after a refusal nothing has come behind the refused piece" {
    told_alike 4 refuse
    told_alike 4 refuse /bytes/3000
    for outcome in 503 429 401; do
        server "$outcome"
        capture alone "$BUILT/callbacks" refuse "$MOCK_URL/v1/models"
        capture under wrapped "$BUILT/callbacks" refuse "$MOCK_URL/v1/models"
        same alone under
    done
}

@test "callbacks: writing to a closed pipe is an error, not a signal" {
    told_alike 1 closed-pipe
}

@test "callbacks: a pause in a held body, and in held headers, is waited out" {
    told_alike 1 pause
    told_alike 1 pause /bytes/3000
}

@test "callbacks: copies made before, in and after a transfer are handles of their own" {
    told_alike 4 duplicate
    told_alike 2 duplicate-untouched
}

@test "callbacks: a reset handle starts anew" {
    told_alike 2 reset
}

@test "callbacks: what libcurl forbids inside of a callback stays forbidden" {
    told_alike 2 meddle
}

@test "callbacks: a header callback may send the body elsewhere" {
    told_alike 2 divert
}

@test "callbacks: one handle does GET, POST, HEAD and PATCH in turn, and multi" {
    told_alike 6 reuse
}

@test "callbacks: the program's HSTS list is asked for once a call" {
    told_alike 2 hsts
}

@test "callbacks: a program that forbids to resolve or connect is not asked again" {
    told_alike 1 forbid
}

@test "uploads: sized, chunked, with Expect, from the middle of a file, from standard input" {
    sends_alike upload-sized
    sends_alike upload-chunked
    sends_alike upload-expect
    sends_alike upload-file
    sends_alike upload-stdin
}

@test "uploads: a source that can seek is sent from its start" {
    sends_alike upload-seek
}

@test "uploads: a source that pauses is not what keeps a call from being tried again" {
    sends_alike upload-pause
}

@test "uploads: a MIME part from a callback that can seek" {
    sends_alike mime
}

@test "a large answer passes through in bounded memory" {
    server 200
    capture under wrapped "$BUILT/callbacks" large "$MOCK_URL/bytes/100000000"
    [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "result 0 100000000 within bounds" ]
}

# A proxy that refuses to make a tunnel.
refusing_proxy() { # STATUS: how many CONNECTs come for one call under the library, in $asked
    local proxy=$BATS_TEST_TMPDIR/proxy pid port
    cat >"$proxy.py" <<'EOF'
import socket, sys
s = socket.socket()
s.bind(("127.0.0.1", 0))
s.listen(9)
print(s.getsockname()[1], flush=True)
while True:
    c, _ = s.accept()
    c.recv(4096)
    print("asked", flush=True)
    c.sendall(b"HTTP/1.1 %s no\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
              % sys.argv[1].encode())
    c.close()
EOF
    rm -f "$proxy.out" # of the proxy before, whose port it is no longer
    $PYTHON "$proxy.py" "$1" >"$proxy.out" 3>&- 4>&- &
    pid=$!
    await test -s "$proxy.out"
    port=$(head -1 "$proxy.out")
    capture under wrapped curl -sS -p -x "http://127.0.0.1:$port" "http://127.0.0.1:1/"
    capture alone curl -sS -p -x "http://127.0.0.1:$port" "http://127.0.0.1:1/"
    kill "$pid"
    # CURLE_RECV_ERROR, or CURLE_COULDNT_CONNECT in newer ones: what this libcurl says by itself.
    [[ $(<"$BATS_TEST_TMPDIR/alone/status") == @(7|56) ]]
    diff "$BATS_TEST_TMPDIR/alone/status" "$BATS_TEST_TMPDIR/under/status"
    [[ $(<"$BATS_TEST_TMPDIR/under/err") == *"response $1" ]]
    asked=$(($(grep -c asked "$proxy.out") - 1))
}

@test "a proxy's refusal is judged by its status, not as a broken connection" {
    local asked
    refusing_proxy 403
    [ "$asked" -eq 1 ]
    refusing_proxy 407
    [ "$asked" -eq 1 ]
    refusing_proxy 503
    [ "$asked" -eq 3 ]
}
