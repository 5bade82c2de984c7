#!/usr/bin/env bats
# What makes or changes something is sent again only if it surely was not processed.

load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    log=$BATS_TEST_TMPDIR/log
    policy false
}

teardown() {
    mock_stop
}

policy() { # UNSAFE
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 4, "unsafe": $1, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}, "provider": "openai"}]}
POLICY
}

ask() { # PATH [CURL OPTION...]
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$log" -- \
        curl -sS -o "$BATS_TEST_TMPDIR/out" --noproxy '*' "$MOCK_URL$1" "${@:2}"
}

@test "a connection that is lost while something is made: not made twice, and the log says why" {
    for how in easy parallel; do
        mock_start --script 'reset,200'
        [ "$how" = easy ] && options=() || options=(--parallel)
        run ask /v1/files -F purpose=batch -F file=@"$BATS_TEST_TMPDIR/policy.json" "${options[@]}"
        [ "$status" -eq 56 ]
        [ "$(mock_count)" -eq 1 ]
        grep '"event":"call"' "$log" | tail -n 1 | grep -F 'retry.unsafe'
        mock_stop
    done
}

@test "... unless the policy says that it may be" {
    policy true
    for way in -s --parallel; do
        mock_start --script 'reset,200'
        ask /v1/batches -d '{"input_file_id":"file-1"}' $way
        [ "$(mock_count)" -eq 2 ]
        mock_stop
    done
}

@test "... or the request has a key by which the service knows it again" {
    mock_start --script 'reset,200'
    ask /v1/batches -d '{"input_file_id":"file-1"}' -H 'idempotency-key: 5f2b'
    [ "$(mock_count)" -eq 2 ]
}

@test "a service that turns it away has not made it: 429 and 503 are tried again, 500 is not" {
    for way in -s --parallel; do
        mock_start --script '429,503,200'
        ask /v1/batches -d '{"input_file_id":"file-1"}' $way
        [ "$(mock_count)" -eq 3 ]
        mock_stop
        mock_start --script '500,200'
        ask /v1/batches -d '{"input_file_id":"file-1"}' $way
        [ "$(mock_count)" -eq 1 ]
        mock_stop
    done
}

@test "a connection that never came about: tried again" {
    mock_start
    port=$MOCK_PORT
    mock_stop
    run "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$log" -- \
        curl -sS --noproxy '*' "http://127.0.0.1:$port/v1/files" -d x=1
    [ "$status" -eq 7 ]
    [ "$(grep -c '"event":"attempt"' "$log")" -eq 4 ]
}

@test "a connection that does not come about in time: tried again" {
    # A listener whose queue is full answers no more: curl gives up while it connects.
    /usr/bin/python3 - "$BATS_TEST_TMPDIR/port" 3>&- 4>&- <<'PY' &
import socket, sys, time
s = socket.socket(); s.bind(("127.0.0.1", 0)); s.listen(0)
held = []
for _ in range(3):
    c = socket.socket(); c.setblocking(False); c.connect_ex(s.getsockname()); held.append(c)
time.sleep(0.2)
with open(sys.argv[1] + ".new", "w") as f: f.write("%d\n" % s.getsockname()[1])
import os; os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
PY
    listener=$!
    await test -s "$BATS_TEST_TMPDIR/port"
    run "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$log" -- \
        curl -sS --noproxy '*' --connect-timeout 1 \
        "http://127.0.0.1:$(cat "$BATS_TEST_TMPDIR/port")/v1/files" -d x=1
    kill "$listener"
    [ "$status" -eq 28 ]
    [ "$(grep -c '"event":"attempt"' "$log")" -gt 1 ]
}

@test "a model may be asked twice, whoever sends the body" {
    for way in -s --parallel; do
        mock_start --script 'reset,200'
        ask /v1/chat/completions -d '{"model":"m"}' $way
        [ "$(mock_count)" -eq 2 ]
        mock_stop
        mock_start --script 'reset,200'
        echo '{"model":"m"}' | ask /v1/chat/completions -T - -X POST $way
        [ "$(mock_count)" -eq 2 ]
        mock_stop
    done
}

@test "each class has its own attempts: those of one failure are not used up by another" {
    sed -i 's/"max_attempts": 4, /"max_attempts": 2, "overloaded": {"max_attempts": 9}, /' "$BATS_TEST_TMPDIR/policy.json"
    for way in -s --parallel; do
        mock_start --script '503,503,503,reset,503,200'
        ask /v1/chat/completions -d '{"model":"m"}' -H 'Connection: close' $way -w '%{http_code}' >"$BATS_TEST_TMPDIR/code"
        [ "$(<"$BATS_TEST_TMPDIR/code")" = 200 ]
        [ "$(mock_count)" -eq 6 ]
        mock_stop
        mock_start --script '503,reset,503,reset,200'
        run ask /v1/chat/completions -d '{"model":"m"}' -H 'Connection: close' $way
        [ "$status" -eq 56 ]
        [ "$(mock_count)" -eq 4 ]
        mock_stop
    done
}

@test "where no path is known the body decides, also one that is read as it goes" {
    sed -i 's/, "provider": "openai"//' "$BATS_TEST_TMPDIR/policy.json"
    mock_start --script 'reset,200'
    echo '{"messages":[]}' | ask /our/own -T - -X POST
    [ "$(mock_count)" -eq 2 ]
    mock_stop
    mock_start --script 'reset,200'
    run ask /orders -d '{"quantity":5}'
    [ "$status" -eq 56 ]
    [ "$(mock_count)" -eq 1 ]
    mock_stop
    mock_start --script 'reset,200'
    echo '{"quantity":5}' >"$BATS_TEST_TMPDIR/order"
    run ask /orders -T - -X POST <"$BATS_TEST_TMPDIR/order"
    [ "$status" -eq 56 ]
    [ "$(mock_count)" -eq 1 ]
}

@test "explain says what a request does, and that it would not be sent again" {
    explain() {
        "$STEADYCURL" explain --policy "$BATS_TEST_TMPDIR/policy.json" "$@"
    }
    explain http://127.0.0.1/v1/files | grep -q '^request.*surely was not processed'
    explain http://127.0.0.1/v1/responses | grep -q '^request.*may be sent twice'
    explain --status 500 http://127.0.0.1/v1/files | grep -q '^next.*retry.unsafe'
    explain --status 503 http://127.0.0.1/v1/files | grep -q '^next.*then attempt 2'
    explain --json http://127.0.0.1/v1/files | jq -e '.request == "changes"'
}
