#!/usr/bin/env bats
# Whose state it is: two users share nothing, and a folder that somebody else prepared is refused.

load fleet

setup() {
    fleet_begin
    policy '"breaker": {"consecutive_failures": 2, "open_ms": 60000}'
    mock_script 503
    unset STEADYCURL_STATE
}

teardown() {
    fleet_end
    [ ! -d "$BATS_TEST_TMPDIR/other" ] || rm -rf /dev/shm/steadycurl-54321
}

# curl as another user, with its own log.
as_other() { # [CURL ARGUMENT...]
    setpriv --reuid 54321 --regid 54321 --clear-groups "$STEADYCURL" run --policy "$POLICY" \
        --log "$BATS_TEST_TMPDIR/other/log" -- curl -s -o /dev/null \
        -w '%{http_code} %header{x-steadycurl}\n' "$CHAT" -d "$ASK" "$@"
}

needs_root() {
    local folder=$BATS_TEST_TMPDIR
    [ "$(id -u)" -eq 0 ] || skip "not root"
    command -v setpriv >/dev/null || skip "no setpriv"
    mkdir "$BATS_TEST_TMPDIR/other"
    chmod 777 "$BATS_TEST_TMPDIR/other"
    chmod 644 "$POLICY"
    until [ "$folder" = / ]; do
        chmod o+x "$folder"
        folder=$(dirname "$folder")
    done
    setpriv --reuid 54321 --regid 54321 --clear-groups "$STEADYCURL" version >/dev/null ||
        skip "another user cannot reach the build"
}

@test "one user's open breaker is not another's" {
    needs_root
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/mine
    code
    code
    [ "$(code)" = "503 breaker_open" ]
    unset STEADYCURL_STATE
    [ "$(as_other)" = "503 " ]
    [ "$(as_other)" = "503 " ]
    [ "$(as_other)" = "503 breaker_open" ]
    [ "$(stat -c '%u %a' /dev/shm/steadycurl-54321)" = "54321 700" ]
    # Theirs was opened by their own two failures: four requests in all.
    [ "$(mock_count)" -eq 4 ]
}

@test "another user's folder is refused in one clear line, and the call goes on" {
    needs_root
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/mine
    code
    [ "$(as_other)" = "503 " ]
    [ "$(jq -r 'select(.event == "note") | .text' "$BATS_TEST_TMPDIR/other/log" |
        grep -c '^state folder .*/mine ')" -eq 1 ]
    [ "$(stat -c '%u %a' "$STEADYCURL_STATE")" = "$(id -u) 700" ]
}

refused() { # PATTERN: one line says so, the call goes on, and nothing was left in the folder
    local note
    : >"$LOG"
    [ "$(code)" = "503 " ]
    note=$(events '.event == "note"' | jq -r .text)
    echo "$note"
    [ "$(wc -l <<<"$note")" -eq 1 ]
    [[ $note =~ $1 ]]
}

@test "a link in the folder's place is refused" {
    mkdir -m 700 "$BATS_TEST_TMPDIR/elsewhere"
    ln -s elsewhere "$BATS_TEST_TMPDIR/link"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/link
    refused 'link'
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/elsewhere")" ]
}

@test "a folder in which others may write is refused" {
    mkdir -m 777 "$BATS_TEST_TMPDIR/open"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/open
    refused 'others may write'
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/open")" ]
}

@test "a folder of somebody else's is refused" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    mkdir -m 700 "$BATS_TEST_TMPDIR/theirs"
    chown 54321 "$BATS_TEST_TMPDIR/theirs"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/theirs
    refused 'belongs to uid 54321'
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/theirs")" ]
}

@test "a file in the folder's place is refused; text logs say so, too" {
    echo hello >"$BATS_TEST_TMPDIR/file"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/file
    refused 'no folder'
    [ "$(cat "$BATS_TEST_TMPDIR/file")" = hello ]
    sed -i 's/"format": "json"/"format": "text"/' "$POLICY"
    : >"$LOG"
    code
    [ "$(grep -c '^\[[-0-9]\{10\} [:0-9]\{8\}\] .*state folder .*refused' "$LOG")" -eq 1 ]
}

@test "a process without shared state still has one of its own" {
    : >"$BATS_TEST_TMPDIR/file"
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/file
    run -0 wrapped "$BUILT/fleet_load" "$CHAT" -n 5
    [ "$(grep -c ' 503 breaker_open$' <<<"$output")" -eq 3 ]
    [ "$(mock_count)" -eq 2 ]
}
