#!/usr/bin/env bats
# steadycurl log: which file, how many lines, and following.

bats_require_minimum_version 1.5.0
load ../../lib/await

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG
    seq 1 30 | sed 's/^/line /' >log
    follower=
}

teardown() {
    [ -z "$follower" ] || kill "$follower" 2>/dev/null || true
    cd / || return
    rm -rf "$dir"
}

@test "shows the last twenty lines, or as many as asked for" {
    run -0 "$steadycurl" log log
    [ "${#lines[@]}" -eq 20 ]
    [ "${lines[0]}" = "line 11" ]
    [ "${lines[19]}" = "line 30" ]
    run -0 "$steadycurl" log -n 2 log
    [ "$output" = $'line 29\nline 30' ]
    run -0 "$steadycurl" log -n0 log
    [ -z "$output" ]
    run -0 "$steadycurl" log --lines=all log
    [ "${#lines[@]}" -eq 30 ]
    run -0 "$steadycurl" log -n 1000 log
    [ "${#lines[@]}" -eq 30 ]
}

@test "a last line without newline counts as a line" {
    printf 'a\nb\nc' >short
    run -0 "$steadycurl" log -n 2 short
    [ "$output" = $'b\nc' ]
}

@test "long logs are read from their end" {
    seq 1 100000 >long
    run -0 "$steadycurl" log -n 3000 long
    [ "${lines[0]}" = 97001 ]
    [ "${#lines[@]}" -eq 3000 ]
}

@test "the log is FILE, else STEADYCURL_LOG, else the policy's" {
    printf '{"version": 1, "log": {"path": "%s/log"}, "rules": []}' "$dir" >policy.json
    STEADYCURL_LOG=$dir/log run -0 "$steadycurl" log -n 1
    [ "$output" = "line 30" ]
    run -0 "$steadycurl" log -n 1 --policy policy.json
    [ "$output" = "line 30" ]
    STEADYCURL_POLICY=$dir/policy.json run -0 "$steadycurl" log -n 1
    [ "$output" = "line 30" ]
    STEADYCURL_LOG=$dir/none run -1 "$steadycurl" log
    [[ $output == *"$dir/none: No such file"* ]]
    echo '{"version": 1, "rules": []}' >silent.json
    run -1 "$steadycurl" log --policy silent.json
    [[ $output == *"no log"* ]]
}

@test "--json shows JSON lines only" {
    printf '{"event":"call"}\n[x] text\n{"event":"wait"}\n' >mixed
    run -0 "$steadycurl" log --json mixed
    [ "$output" = $'{"event":"call"}\n{"event":"wait"}' ]
}

@test "control characters of a log do not reach the terminal" {
    printf 'a\033[31mb\n' >colour
    run -0 "$steadycurl" log colour
    [ "$output" = "a?[31mb" ]
}

@test "-f shows what is appended, also after a rotation" {
    "$steadycurl" log -f -n 1 log >out 3>&- &
    follower=$!
    await grep -q "line 30" out
    echo "line 31" >>log
    await grep -q "line 31" out
    echo "line 32" >>log
    mv log log.1
    echo "line 33" >log
    await grep -q "line 33" out
    [ "$(cat out)" = $'line 30\nline 31\nline 32\nline 33' ]
}

@test "-f waits for a log that is not there yet" {
    "$steadycurl" log -f later >out 3>&- &
    follower=$!
    echo "first" >later
    await grep -q first out
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" log -n x log
    [[ $output == *"not a number of lines"* ]]
    run -2 "$steadycurl" log a b
    [[ $output == *"too much"* ]]
    run -2 "$steadycurl" log --folow
    [[ $output == *"did you mean --follow?"* ]]
}

@test "a folder is no log" {
    mkdir folder
    run -1 timeout 120 "$steadycurl" log folder
    [[ $output == *"folder: Is a directory"* ]]
    run -1 timeout 120 "$steadycurl" log -f folder
}

@test "standard input can be shown" {
    run -0 "$steadycurl" log - <log
    [ "${#lines[@]}" -eq 20 ]
    run -0 bash -c 'cat log | "$1" log -n all -' - "$steadycurl"
    [ "${#lines[@]}" -eq 30 ]
}

@test "nothing in a log does anything to a terminal" {
    printf 'a\x1b[31m\xc2\x9b1m\x9bb\xe2\x80\xaec\xef\xbb\xbf\td\xc3\xa9\xf0\x9f\x98\x80\xff\x00e\n' >log
    run -0 "$steadycurl" log log
    [ "$output" = $'a?[31m?1m?b?c?\td\u00e9\U0001f600??e' ]
}

@test "-j turns the lines of a text log into objects" {
    export TZ=Europe/Berlin
    cat >log <<'LOG'
[2025-08-08 09:32:01] Retry 1: HTTP 500 (provider=openai model=gpt-4o host=h rule="a b" class=retryable row=status-500 ms=7 wait_ms=9 program=curl pid=7 call=62db9f74c1b10e5c)
[2025-08-08 09:32:02] Retry 2: Couldn't connect to server (provider=openai model=gpt-4o ms=1 program=curl pid=7 call=62db9f74c1b10e5c)
[2025-01-08 09:32:03] Waiting 250 ms (reason=limit provider=openai program=curl pid=7 call=62db9f74c1b10e5c)
[2025-08-08 09:32:04] Success: HTTP 200 (provider=openai class=ok attempts=2 ms=900 input_tokens=10 output_tokens=20 cost_usd=0.000225000 program=curl pid=7 call=62db9f74c1b10e5c)
[2025-08-08 09:32:05] Max retries reached. Request failed. (status=500 attempts=4 program="my (odd) "name"" pid=7 call=62db9f74c1b10e5c)
[2025-08-08 09:32:06] Breaker open for 30000 ms: the service (all of it) keeps failing (provider=openai program=curl pid=7)
[2025-08-08 09:32:07] Waiting 3 d 8 h (ms=288893000 reason=gate provider=openai program=curl pid=7)
some line
{"time":"2025-08-08T07:32:01.000Z","event":"x"}
LOG
    run -0 "$steadycurl" log -j -n all log
    printf '%s\n' "$output" >objects
    run -0 jq -es '[.[].event] == ["attempt", "attempt", "wait", "call", "call", "breaker", "wait", "x"]' objects
    run -0 jq -es '.[0] == {time: "2025-08-08T07:32:01.000Z", event: "attempt", attempt: 1, will_retry: true,
        status: 500, provider: "openai", model: "gpt-4o", host: "h", rule: "a b", class: "retryable",
        row: "status-500", ms: 7, wait_ms: 9, program: "curl", pid: 7, call: "62db9f74c1b10e5c"}' objects
    run -0 jq -es '.[1].text == "Couldn'"'"'t connect to server" and .[1].attempt == 2' objects
    run -0 jq -es '.[2].ms == 250 and .[2].reason == "limit" and .[2].time == "2025-01-08T08:32:03.000Z"' objects
    run -0 jq -es '.[3].outcome == "ok" and .[3].cost_usd == 0.000225 and .[3].status == 200' objects
    run -0 jq -es '.[4].outcome == "failed" and .[4].program == "my (odd) \"name\""' objects
    run -0 jq -es '.[6].ms == 288893000 and .[6].reason == "gate"' objects
    run -0 jq -es '.[5].text == "Breaker open for 30000 ms: the service (all of it) keeps failing"' objects
}
