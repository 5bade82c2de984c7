#!/usr/bin/env bats
# Answers that are kept in a Redis: as in a file, with the server killed and restarted in the middle.

bats_require_minimum_version 1.5.0
load ../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    command -v redis-server >/dev/null || skip "no redis-server"
    [ -e "$SC_TOP/build/steadycurl-redis.so" ] || skip "built without hiredis"
    export XDG_CACHE_HOME=$BATS_TEST_TMPDIR/cache
    LOG=$BATS_TEST_TMPDIR/log
    SOCKET=$BATS_TEST_TMPDIR/redis.sock
    CHAT='{"model":"gpt-4o","messages":[{"role":"user","content":"hello"}]}'
    OTHER='{"model":"gpt-4o","messages":[{"role":"user","content":"bye"}]}'
}

teardown() {
    mock_stop
    [ -z "${REDIS-}" ] || kill "$REDIS"
}

redis_start() { # OPTION...
    redis-server --port 0 --unixsocket "$SOCKET" --dir "$BATS_TEST_TMPDIR" --save '' --appendonly yes "$@" \
        >"$BATS_TEST_TMPDIR/redis.log" 3>&- 9>&- &
    REDIS=$!
    await redis_says PING
}

redis_says() {
    redis-cli -s "$SOCKET" ${REDISCLI_AUTH:+--no-auth-warning} "$@" >/dev/null 2>&1
}

redis() {
    redis-cli -s "$SOCKET" "$@"
}

policy() { # MORE OF CACHE: at a chain's end, or a section that is asked always
    local cache="{\"cache\": {\"store\": \"redis\", \"redis\": \"unix:$SOCKET\", $1}}"
    local rest="\"fallback\": [$cache, {\"reply\": {\"text\": \"Later.\"}}]"
    [[ $1 != *always* ]] || rest=${cache:1:-1}
    cat >"$BATS_TEST_TMPDIR/policy.json" <<POLICY
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": {"max_attempts": 2, "backoff": {"base_ms": 2, "max_ms": 4}, "budget": false},
              "breaker": false},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1:$MOCK_PORT"},
            $rest}]}
POLICY
}

chat() {
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- timeout 60 \
        curl -sS "${@:2}" "$MOCK_URL/v1/chat/completions" -d "$1"
}

# A busy machine may find no answer of Redis within a call's patience: then that call goes without.
gets() { # WHAT BODY [CURL OPTION...]: whether a call is given that
    [[ $(chat "${@:2}" -i) == *"$1"* ]]
}

keeps() { # BODY [CURL OPTION...]: whether the answer of a call lies there
    chat "$@" -o /dev/null
    [ -n "$(redis --scan --pattern '{steadycurl}:answer:*')" ]
}

notes() {
    jq -cs '[.[] | select(.event == "note") | .text]' "$LOG"
}

@test "a service that is down, and a warm Redis: what was asked before is answered, others get the reply, also once it was killed and is back" {
    redis_start
    mock_start --script 200
    policy '"ttl_s": 60, "stale_s": 40'
    await keeps "$CHAT"
    mock_stop
    await gets 'cache-status: steadycurl; hit; fwd=stale; ttl=' "$CHAT"
    await gets 'You asked: hello' "$CHAT"
    run -0 chat "$OTHER"
    [[ $output == *Later.* ]]
    ttl=$(redis PTTL "$(redis --scan --pattern '{steadycurl}:answer:*')")
    [ "$ttl" -gt 0 ]
    [ "$ttl" -le 100000 ]
    kill -9 "$REDIS" && wait "$REDIS" || true
    run -0 chat "$CHAT"
    [[ $output == *Later.* ]]
    [[ $(notes) == *"Answers cannot be kept in Redis"* ]]
    rm -f "$SOCKET"
    redis_start
    await gets 'You asked: hello' "$CHAT"
    [ ! -e "$XDG_CACHE_HOME" ]
}

@test "one program through it all: a Redis that has failed is left alone for 5 s, and no call fails for it" {
    redis_start
    mock_start --script 200
    policy '"use": "always"'
    cat >"$BATS_TEST_TMPDIR/program.py" <<'END'
import pycurl, sys, time
def ask():
    heads = []
    c = pycurl.Curl()
    c.setopt(c.URL, sys.argv[1]); c.setopt(c.POSTFIELDS, sys.argv[2])
    c.setopt(c.WRITEFUNCTION, lambda b: None); c.setopt(c.HEADERFUNCTION, heads.append)
    c.perform()
    print(c.getinfo(c.RESPONSE_CODE), any(h.lower().startswith(b"cache-status") for h in heads), flush=True)
for line in sys.stdin:
    ask()
END
    mkfifo "$BATS_TEST_TMPDIR/in"
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$LOG" -- /usr/bin/python3 "$BATS_TEST_TMPDIR/program.py" \
        "$MOCK_URL/v1/chat/completions" "$CHAT" <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out" 3>&- &
    program=$!
    exec 9>"$BATS_TEST_TMPDIR/in"
    calls=0
    next_is() { # WHAT: whether the next call says so
        echo >&9
        calls=$((calls + 1))
        await answered "$calls"
        [ "$(sed -n "${calls}p" "$BATS_TEST_TMPDIR/out")" = "$1" ]
    }
    answered() {
        [ "$(wc -l <"$BATS_TEST_TMPDIR/out")" -ge "$1" ]
    }
    # On a busy machine a call may find no answer of Redis in its time, and the next ones go without.
    await next_is '200 True'
    kill -9 "$REDIS" && wait "$REDIS" || true
    next_is '200 False'
    rm -f "$SOCKET"
    redis_start
    next_is '200 False'
    await next_is '200 True'
    exec 9>&-
    wait "$program"
    run ! grep -v '^200 ' "$BATS_TEST_TMPDIR/out"
    [[ $(notes) == *"Answers cannot be kept in Redis"* ]]
}

@test "its password is of the environment or the URL, and nowhere else to be read" {
    export SC_REDIS_PW=s3cretpw REDISCLI_AUTH=s3cretpw
    redis_start --requirepass s3cretpw
    mock_start --script 200
    policy '"use": "always", "password_env": "SC_REDIS_PW"'
    await gets 'cache-status: steadycurl; hit' "$CHAT"
    sed -i "s|unix:$SOCKET|redis://:wr0ngpw@127.0.0.1:1|; s|, \"password_env\": \"SC_REDIS_PW\"||" "$BATS_TEST_TMPDIR/policy.json"
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 200"* ]]
    SC_REDIS_PW=wr0ngpw
    policy '"use": "always", "password_env": "SC_REDIS_PW"'
    run -0 chat "$CHAT" -i
    [[ $output == "HTTP/1.1 200"* && $output != *cache-status* ]]
    refused() {
        chat "$CHAT" -o /dev/null
        [[ $(notes) == *"it refuses: WRONGPASS"* ]]
    }
    await refused
    run ! grep -e s3cretpw -e wr0ngpw "$LOG"
    sed -i "s|unix:$SOCKET|redis://:wr0ngpw@127.0.0.1:1|" "$BATS_TEST_TMPDIR/policy.json"
    run -0 "$STEADYCURL" check "$BATS_TEST_TMPDIR/policy.json"
    [[ $output != *wr0ngpw* ]]
    run -0 "$STEADYCURL" explain --policy "$BATS_TEST_TMPDIR/policy.json" "$MOCK_URL/v1/chat/completions"
    [[ $output != *wr0ngpw* ]]
}

@test "no credential is in it, and what is not as it was kept is never given" {
    redis_start
    mock_start --script 200
    policy '"tools": false'
    await keeps "${CHAT/hello/a secret prompt}" -H 'Authorization: Bearer sk-secretkey123'
    mock_stop
    name=$(redis --scan --pattern '{steadycurl}:answer:*')
    [[ $(redis GET "$name" | tr '\0' ' ') != *secretkey* && $(redis KEYS '*') != *secretkey* ]]
    redis SETRANGE "$name" 200 x
    run -0 chat "${CHAT/hello/a secret prompt}" -H 'Authorization: Bearer sk-secretkey123'
    [[ $output == *Later.* ]]
    redis SET "$name" "no answer at all"
    run -0 chat "${CHAT/hello/a secret prompt}" -H 'Authorization: Bearer sk-secretkey123'
    [[ $output == *Later.* ]]
    redis DEL "$name"
    redis LPUSH "$name" x
    run -0 chat "${CHAT/hello/a secret prompt}" -H 'Authorization: Bearer sk-secretkey123'
    [[ $output == *Later.* ]]
}
