# front.bash - servers of HTTP/2 in front of the mock, or in its stead. load front
#
# front_certificate in setup_file, front_stop in teardown; sets FRONT and FRONT_URL.

front_certificate() {
    command -v openssl >/dev/null || return 0
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 \
        -keyout "$BATS_FILE_TMPDIR/key.pem" -out "$BATS_FILE_TMPDIR/cert.pem" 2>/dev/null
}

front_stop() {
    [ -z "${FRONT-}" ] || kill "$FRONT"
}

# Starts a server on a port of its own, and waits until it answers.
front_at() { # SCHEME PATH SERVER ARGUMENT...; @PORT stands for the port
    local scheme=$1 path=$2 port more=()
    shift 2
    needs "$1" openssl curl
    [ "$scheme" = https ] || more=(--http2-prior-knowledge)
    port=$($PYTHON -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    "${@//@PORT/$port}" </dev/null >"$BATS_TEST_TMPDIR/front" 2>&1 3>&- 4>&- &
    FRONT=$!
    FRONT_URL=$scheme://127.0.0.1:$port
    await curl -ksf "${more[@]}" --noproxy '*' -o "$BATS_TEST_TMPDIR/up" "$FRONT_URL$path" && return
    cat "$BATS_TEST_TMPDIR/front"
    return 1
}

front() { # PATH SERVER ARGUMENT...
    front_at https "$@"
}

before_the_mock() {
    front /_mock/count nghttpx --conf /dev/null --single-process --workers 1 \
        --frontend="127.0.0.1,@PORT" --backend="127.0.0.1,$MOCK_PORT" \
        "$BATS_FILE_TMPDIR/key.pem" "$BATS_FILE_TMPDIR/cert.pem"
}

# HTTP/2 without TLS, to be known beforehand.
plain_before_the_mock() {
    front_at http /_mock/count nghttpx --conf /dev/null --single-process --workers 1 \
        --frontend="127.0.0.1,@PORT;no-tls" --backend="127.0.0.1,$MOCK_PORT"
}
