#!/usr/bin/env bats
# steadycurl log: which file, how many lines, and following.

bats_require_minimum_version 1.5.0

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

until_seen() { # FILE TEXT
    for _ in $(seq 200); do
        grep -q "$2" "$1" && return 0
        sleep 0.05
    done
    return 1
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
    until_seen out "line 30"
    echo "line 31" >>log
    until_seen out "line 31"
    echo "line 32" >>log
    mv log log.1
    echo "line 33" >log
    until_seen out "line 33"
    [ "$(cat out)" = $'line 30\nline 31\nline 32\nline 33' ]
}

@test "-f waits for a log that is not there yet" {
    "$steadycurl" log -f later >out 3>&- &
    follower=$!
    echo "first" >later
    until_seen out first
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" log -n x log
    [[ $output == *"not a number of lines"* ]]
    run -2 "$steadycurl" log a b
    [[ $output == *"too much"* ]]
    run -2 "$steadycurl" log --folow
    [[ $output == *"did you mean --follow?"* ]]
}
