#!/usr/bin/env bats
# Lines that wait to be written together: when they must be in the file, whose they are, and that
# nothing that happens to a program or to the log loses or doubles one.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG http_proxy
    export XDG_CONFIG_HOME=$dir HOME=$dir TZ=UTC STEADYCURL_STATE=$dir/state
    program=$SC_TOP/build/tests/programs/logging
    log=$dir/log
    mock_start
}

teardown() {
    [ -z "${follower-}" ] || kill "$follower" 2>/dev/null || true
    [ -z "${pid-}" ] || kill -9 "$pid" 2>/dev/null || true
    mock_stop
    cd / || return
    rm -rf "$dir"
}

policy() { # [MEMBERS OF log [MEMBERS OF THE RULE]]
    cat >policy.json <<POLICY
{"version": 1, "log": {"path": "$log", "format": "json", "flush": "batch"${1+, $1}},
 "defaults": {"retry": {"backoff": {"delays_ms": [1], "jitter": "none"}}},
 "rules": [{"name": "mock", "match": {"host": "127.0.0.1"}, "provider": "openai"${2+, $2}}]}
POLICY
}

wrapped() { # STEP...
    "$STEADYCURL" run --policy policy.json -- "$program" "$MOCK_URL/v1/chat/completions" "$@"
}

# The same in the place of a subshell, so that $! is the program.
instead() { # STEP...
    exec "$STEADYCURL" run --policy policy.json -- "$program" "$MOCK_URL/v1/chat/completions" "$@"
}

# Starts one that waits; `go` has it go on.
waiting() { # STEP...
    rm -f in out
    mkfifo in
    instead "$@" <in >out &
    pid=$!
    exec 5>in
    await has out ready "${readies:-1}"
}

go() {
    echo >&5
}

finish() {
    go
    exec 5>&-
    wait "$pid"
    pid=
}

has() { # FILE TEXT COUNT
    [ "$(grep -c "$2" "$1")" -ge "$3" ]
}

lines() {
    grep -c '"event":"call"' "${1:-$log}" || true
}

# Each line is one object, and no call is told twice.
whole() {
    jq -e . "$@" >/dev/null
    [ -z "$(cat "$@" | jq -r 'select(.event == "call") | .call' | sort | uniq -d)" ]
}

@test "a line alone is there at once, the others of a burst when the handle is given back" {
    policy
    waiting calls 3 wait cleanup wait
    [ "$(lines)" -eq 1 ]
    go
    await has out ready 2
    [ "$(lines)" -eq 3 ]
    finish
    [ "$(lines)" -eq 3 ]
    whole log
}

@test "with \"line\" each is there at once" {
    policy
    sed -i 's/"batch"/"line"/' policy.json
    waiting calls 3 wait
    [ "$(lines)" -eq 3 ]
    finish
}

@test "at the end of a process its lines are there, also without a cleanup" {
    policy
    wrapped calls 5
    [ "$(lines)" -eq 5 ]
    whole log
}

@test "steadycurl log, status and costs have what waits" {
    policy
    waiting calls 4 wait
    [ "$(lines)" -eq 1 ]
    [ "$("$STEADYCURL" log -n all --json log | grep -c '"event":"call"')" -eq 4 ]
    [ "$(lines)" -eq 4 ]
    finish
    waiting calls 4 wait
    [ "$(lines)" -eq 5 ]
    "$STEADYCURL" log -n all --state "$dir/state" log >/dev/null
    [ "$(lines)" -eq 8 ]
    finish
    waiting calls 4 wait
    STEADYCURL_LOG=$log "$STEADYCURL" status >/dev/null
    [ "$(lines)" -eq 12 ]
    finish
    waiting calls 4 wait
    "$STEADYCURL" costs --ledger costs.db log >costs
    [ "$(lines)" -eq 16 ]
    finish
    whole log
}

@test "a log that is followed shows them within its next look" {
    policy
    : >log
    "$STEADYCURL" log -f -n all --json log >followed &
    follower=$!
    waiting calls 4 wait
    await has followed '"event":"call"' 4
    finish
}

@test "who is killed, or leaves without saying goodbye, loses no line: the next one writes it" {
    policy
    wrapped calls 3 kill || true
    wrapped calls 3 _exit
    [ "$(lines)" -ge 4 ]
    wrapped calls 1
    [ "$(lines)" -eq 7 ]
    whole log
    wrapped calls 2 _exit
    "$STEADYCURL" log log >/dev/null
    [ "$(lines)" -eq 9 ]
}

@test "a failure is there at once, and what came before it stands before it" {
    policy '"level": "info"' '"retry": {"max_attempts": 1}'
    mock_script 200,200,200,500
    waiting calls 4 wait
    [ "$(jq -r 'select(.event == "call") | .outcome' log | tr '\n' ' ')" = 'ok ok ok failed ' ]
    finish
}

@test "a retry is told while the call goes on" {
    policy
    mock_script 200,200,500,200
    waiting calls 3 wait
    grep -q '"event":"attempt".*"will_retry":true' log
    [ "$(lines)" -eq 2 ]
    finish
    [ "$(lines)" -eq 3 ]
}

@test "the file has the lines of all processes in the order of their calls" {
    policy
    for i in 1 2 3 4; do
        instead calls 200 &
        pids+=($!)
    done
    wait "${pids[@]}"
    [ "$(lines)" -eq 800 ]
    whole log
    for p in $(jq -r .pid log | sort -u); do
        [ "$(jq -r "select(.pid == $p) | .time" log)" = \
            "$(jq -r "select(.pid == $p) | .time" log | sort)" ]
    done
}

@test "two logs on one state keep apart, whatever their paths are called" {
    policy
    wrapped calls 3 kill || true
    mkdir other
    sed "s,$log,$dir/other/log," policy.json >2.json
    mv 2.json policy.json
    wrapped calls 3
    [ "$(lines)" -eq 1 ]
    [ "$(lines other/log)" -eq 3 ]
    ln -s "$dir/log" link
    "$STEADYCURL" log "$dir/link" >/dev/null
    [ "$(lines)" -eq 3 ]
}

@test "a log that is renamed or cut short between two lines goes on in the new one" {
    policy
    waiting calls 3 wait calls 3 cleanup wait
    mv log log.1
    go
    await has out ready 2
    [ "$(cat log log.1 | lines /dev/stdin)" -eq 6 ]
    whole log log.1
    finish
    rm -f log log.1
    waiting calls 3 wait calls 3 cleanup wait
    cp log copy && : >log
    go
    await has out ready 2
    [ "$(cat log copy | lines /dev/stdin)" -eq 6 ]
    whole log copy
    finish
}

@test "rotation at the maximum keeps every line whole" {
    policy '"max_mb": 1'
    head -c 1040000 /dev/zero | tr '\0' x | fold -w 100 | sed 's/.*/{"text":"&"}/' >log
    truncate -s 1048000 log && sed -i '$d' log
    wrapped calls 100
    [ -e log.1 ]
    [ "$(cat log log.1 | grep -c '"event":"call"')" -eq 100 ]
}

@test "what is no regular file gets each line as it comes" {
    policy
    mkfifo pipe
    sed -i "s,$log,$dir/pipe," policy.json
    exec 6<>pipe
    waiting calls 3 wait
    n=0
    while read -r -t 0.2 -u 6 line; do
        [[ $line == *'"event":"call"'* ]] && n=$((n + 1))
    done
    [ "$n" -eq 3 ]
    finish
    exec 6>&-
}

@test "standard error gets each line as it comes, file or not" {
    policy
    sed -i "s,$log,/dev/stderr," policy.json
    wrapped calls 3 _exit 2>err
    [ "$(lines err)" -eq 3 ]
}

@test "a full device is said once, and the program goes on" {
    policy
    sed -i "s,$log,/dev/full," policy.json
    run --separate-stderr -0 wrapped calls 5
    # shellcheck disable=SC2154 # run sets it
    [ "$stderr" = "steadycurl: cannot write the log /dev/full: no space left on device" ]
}

@test "no descriptor stays open, and the lowest free one is the program's" {
    policy
    "$program" "$MOCK_URL/x" calls 3 open free cleanup open free calls 0 >plain
    wrapped calls 3 open free cleanup open free calls 0 >managed
    cmp plain managed
}

@test "a program that closes all descriptors loses no line" {
    policy
    wrapped calls 3 close calls 3
    [ "$(lines)" -eq 6 ]
    whole log
}

@test "a child that was forked, and its parent, each write theirs" {
    policy
    wrapped calls 3 fork calls 3
    [ "$(lines)" -eq 6 ]
    wrapped calls 3 fork calls 3 _exit
    wrapped calls 1
    [ "$(lines)" -eq 13 ]
    whole log
}

@test "after a chroot neither side's lines come into the other's file" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    policy
    mkdir -p "root$dir"
    wrapped calls 3 chroot "$dir/root" calls 3 cleanup
    inside=$(lines "root$log")
    "$STEADYCURL" log log >/dev/null
    [ "$(lines)" -ge 3 ]
    [ $(($(lines) + inside)) -eq 6 ]
    whole log
}

@test "who gives up root does not put lines into what root will write" {
    [ "$(id -u)" -eq 0 ] || skip "needs root"
    policy '"mode": "0666"'
    chmod 755 "$dir"
    waiting calls 1 sleep 250 user 65534 sleep 250 calls 3 wait
    [ "$(lines)" -eq 4 ]
    finish
}

@test "without a shared state each line is written as it comes" {
    policy
    export STEADYCURL_STATE=/proc/nowhere
    waiting calls 3 wait
    [ "$(lines)" -eq 3 ]
    finish
}

@test "a storm of kills neither loses nor doubles a line" {
    policy
    local rounds=0
    until [ "$rounds" -ge 5 ] && [ "$(cat done.* | wc -l)" -gt 100 ]; do
        rounds=$((rounds + 1))
        [ "$rounds" -lt 100 ]
        for i in 1 2 3 4; do
            instead forever >>"done.$i" 2>/dev/null &
            victims[i]=$!
        done
        sleep 0.3
        for i in 1 3 2 4; do
            kill -9 "${victims[i]}"
            sleep "0.0$((RANDOM % 30))"
        done
        wait "${victims[@]}" 2>/dev/null || true
    done
    wrapped calls 1
    "$STEADYCURL" log log >/dev/null
    whole log
    # Each call that returned is told; of one that was killed in between nobody knows.
    returned=$(cat done.* | wc -l)
    told=$(lines)
    echo "$returned returned, $told told"
    [ "$told" -gt "$returned" ]
    [ "$told" -le $((returned + 1 + 4 * rounds)) ]
}
