#!/usr/bin/env bats
# What docs/hosts.md says of hosts holds for a real curl, without a policy.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy all_proxy
    export HOME=$BATS_TEST_TMPDIR XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/none LOG=$BATS_TEST_TMPDIR/log
    [ ! -e /etc/steadycurl/policy.json ] || skip "this machine has a policy"
    mock_start
}

teardown() {
    mock_stop
}

# The table's rows as lines of provider and host; stars are some name, ports those of this machine.
listed() {
    sed -n '/^|-/,/^$/{s/^| \([^|]*\)|\([^|]*\)|.*/\1|\2/p}' "$SC_TOP/docs/hosts.md" |
        awk -F'|' '{ gsub(/ /, "", $1); if ($1 != "") provider = $1
            text = $2
            while (match(text, /`[^`]*`|port [0-9]+/)) {
                one = substr(text, RSTART, RLENGTH); text = substr(text, RSTART + RLENGTH)
                sub(/^port /, "localhost:", one); gsub(/`/, "", one); gsub(/\*/, "house-1", one)
                if (one ~ /^[a-z0-9]/) print provider, one } }'
}

# Of each call its provider and host; two rules are named after the server.
managed() {
    sed -En 's/.* host=([^ ]*) rule=([^ ]*) .*/\2 \1/; s/^lmstudio /openai-compatible /; s/^ollama-cloud /ollama /; p' "$LOG"
}

@test "every host of docs/hosts.md has its provider's rule, easy and multi" {
    local way calls=() provider host path
    while read -r provider host; do
        path=/v1/chat/completions
        [ "$provider" != openrouter ] || path=/api$path # its other pages are not its API
        calls+=(--next "http://$host$path" -sS -o /dev/null -d '{"model":"m","messages":[]}'
            --noproxy '*' --connect-to "::127.0.0.1:$MOCK_PORT")
    done < <(listed)
    [ "$(listed | wc -l)" -ge 36 ]
    for way in "" --parallel; do
        rm -f "$LOG"
        "$STEADYCURL" run --log "$LOG" -- curl ${way:+"$way"} "${calls[@]:1}"
        diff <(listed | sed 's/:[0-9]*$//' | sort) <(managed | sort)
    done
}
