#!/usr/bin/env bats
# Which connection an attempt uses that follows a failure.

load programs
load front

setup_file() {
    programs_begin
    front_certificate
    sed 's/"max_attempts": 3/"max_attempts": 4/' "$POLICY" >"$POLICY.more"
}

teardown_file() {
    programs_end
}

teardown() {
    front_stop
}

told='%{http_code} %{num_connects} %{exitcode}\n'

# libcurl 7.88 cannot use such a connection twice, 8.14 and later can.
@test "HTTP/2 by prior knowledge: failures are got over" {
    plain_before_the_mock
    local parallel
    for parallel in "" -Z; do
        server 503,503,200
        POLICY=$POLICY.more run -0 --separate-stderr wrapped curl -sS $parallel \
            --http2-prior-knowledge "$FRONT_URL/v1/models" -o /dev/null -w "$told"
        [[ $output =~ ^200\ [0-9]\ 0$ ]]
    done
}

@test "HTTP/2 by prior knowledge: calls one after the other on one handle" {
    plain_before_the_mock
    server 200,503,200,200
    POLICY=$POLICY.more run -0 --separate-stderr wrapped curl -sS --http2-prior-knowledge \
        -w "$told" "$FRONT_URL/v1/models" -o /dev/null "$FRONT_URL/v1/models" -o /dev/null \
        "$FRONT_URL/v1/models" -o /dev/null
    [[ ${lines[0]} =~ ^200\ 1\ 0$ && ${lines[1]} =~ ^200\ .\ 0$ && ${lines[2]} =~ ^200\ .\ 0$ ]]
}

@test "a server that speaks no HTTP/2 at all is not asked again" {
    needs curl
    $PYTHON "$HERE/plain_server.py" "$BATS_TEST_TMPDIR/port" >"$BATS_TEST_TMPDIR/asked" 2>&1 3>&- 4>&- &
    # shellcheck disable=SC2034 # front_stop ends it
    FRONT=$!
    local parallel
    await test -s "$BATS_TEST_TMPDIR/port"
    FRONT_URL=http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/port")
    run --separate-stderr curl -sS --http2-prior-knowledge "$FRONT_URL/"
    [ "$status" -eq 16 ] || skip "this libcurl says $status, as of any server that hangs up"
    for parallel in "" -Z; do
        : >"$LOG"
        : >"$BATS_TEST_TMPDIR/asked"
        run -16 --separate-stderr wrapped curl -sS $parallel --http2-prior-knowledge "$FRONT_URL/"
        logged 'class=bad_request .*attempts=1 '
        [ "$(wc -l <"$BATS_TEST_TMPDIR/asked")" -eq 1 ]
    done
}

# Its stream is given up, the connection itself lives on: only a new one is not the one that failed.
@test "an attempt after one that hung has a connection of its own, others do not" {
    before_the_mock
    policy_with '"timeouts": {"first_token_ms": '"$(ample_ms 1000)"'}' >"$POLICY.token"
    sed -i 's/"max_attempts": 3/"max_attempts": 2/' "$POLICY.token"
    server 'hang,200'
    POLICY=$POLICY.token run -0 --separate-stderr wrapped curl -ksS "$FRONT_URL/v1/models" \
        -o /dev/null -w "$told"
    [ "$output" = "200 2 0" ]
    server '503,200'
    POLICY=$POLICY.token run -0 --separate-stderr wrapped curl -ksS "$FRONT_URL/v1/models" \
        -o /dev/null -w "$told"
    [ "$output" = "200 1 0" ]
}

@test "the program's own CURLOPT_FRESH_CONNECT holds afterwards" {
    needs php
    local fresh
    for fresh in 0 1; do
        server reset,200,200
        run -0 --separate-stderr wrapped php -r '
            $c = curl_init($argv[1]);
            curl_setopt($c, CURLOPT_RETURNTRANSFER, true);
            curl_setopt($c, CURLOPT_FRESH_CONNECT, (bool)$argv[2]);
            foreach ([1, 2] as $i) {
                curl_exec($c);
                echo curl_getinfo($c, CURLINFO_HTTP_CODE), " ", curl_getinfo($c)["connect_time"] > 0, " ",
                    curl_getinfo($c, CURLINFO_LOCAL_PORT), "\n";
            }' "$MOCK_URL/v1/models" $fresh
        [[ ${lines[0]} == 200* && ${lines[1]} == 200* ]]
        if [ $fresh -eq 1 ]; then
            [ "${lines[0]##* }" != "${lines[1]##* }" ]
        else
            [ "${lines[0]##* }" = "${lines[1]##* }" ]
        fi
    done
}
