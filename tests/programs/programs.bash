# programs.bash - real programs, run twice: alone, and under the library. load programs
#
#     @test "..." { transparent curl -s "$CHAT" -d "$ASK"; }
#
# transparent runs the program directly against a server that answers 200, then under the library
# through 503,503,200, and compares: exit status, stdout, stderr, the files it wrote into its
# folder, and what the server received. Needs programs_begin in setup_file, programs_end in
# teardown_file.

bats_require_minimum_version 1.5.0
load ../lib/mock

# shellcheck disable=SC2089,SC2090 # JSON, not words
export ASK='{"model":"gpt-4o","messages":[{"role":"user","content":"Why is the sky blue?"}]}'
export ASK_STREAM='{"model":"gpt-4o","stream":true,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'
export HERE=$SC_TOP/tests/programs
export BUILT=$SC_TOP/build/tests/programs
export PYTHON=/usr/bin/python3

programs_begin() { # [MOCK OPTION...]
    export LC_ALL=C
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STATE STEADYCURL_STRICT
    unset STEADYCURL_DISABLE http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
    export WORK STEADYCURL MOCK_PID MOCK_PORT MOCK_URL MOCK_CA CHAT POLICY LOG
    WORK=$BATS_FILE_TMPDIR
    TMPDIR=$WORK mock_start "$@"
    CHAT=$MOCK_URL/v1/chat/completions
    POLICY=$WORK/policy.json
    LOG=$WORK/log
    policy_with >"$POLICY"
}

programs_end() {
    mock_stop
}

policy_with() { # [DEFAULTS, RULE PARTS]: three quick attempts at everything on 127.0.0.1, always
    cat <<EOF
{"version": 1,
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 5, "max_ms": 10},
                        "rate_limited": {"backoff": {"base_ms": 5, "max_ms": 10}},
                        "overloaded": {"backoff": {"base_ms": 5, "max_ms": 10}}, "budget": false},
              "breaker": false${1:+, $1}},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}${2:+, $2}}]}
EOF
}

needs() { # PROGRAM...
    local p
    for p in "$@"; do
        command -v "$p" >/dev/null || skip "no $p"
    done
}

server() { # SCRIPT: from now on, with nothing received yet
    mock_curl /_mock/script -o /dev/null --data-binary "$1" --next -sSk --noproxy '*' -o /dev/null \
        -X POST "$MOCK_URL/_mock/reset"
}

wrapped() { # PROGRAM ARGUMENT...
    "$STEADYCURL" run --policy "$POLICY" --log "$LOG" -- "$@"
}

# Runs a program in a folder of its own; its standard input is a pipe with $INPUT, or the file
# $INPUT_FILE.
capture() { # NAME PROGRAM ARGUMENT...
    local to=$BATS_TEST_TMPDIR/$1
    shift
    rm -rf "$to"
    mkdir -p "$to/files"
    (
        set +e
        cd "$to/files" || exit
        if [ -n "${INPUT_FILE-}" ]; then cat "$INPUT_FILE"; else printf %s "${INPUT-}"; fi |
            "$@" >"$to/out" 2>"$to/err" 3>&- 4>&-
        echo "${PIPESTATUS[1]}" >"$to/status"
    )
    # What differs from one run to the next by nature: the time, and a form's boundary.
    find "$to" -type f -exec sed -i -E 's/[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9:]{8} GMT/NOW/
        s/-{20,}[0-9A-Za-z]{16,22}/BOUNDARY/g' {} +
}

same() { # NAME NAME: everything that a program leaves is the same
    (cd "$BATS_TEST_TMPDIR" && diff -ru "$1" "$2") && return 0
    tail -n 20 "$LOG"
    return 1
}

# The requests without what differs from one to the next by nature.
received() {
    mock_requests | jq -c "${1:-.[]} | del(.n, .time_ms, .connection, .outcome)"
}

got_same_requests() { # COUNT: that many, all alike; leaves one in $request
    local all
    all=$(received)
    # HTTPPOST forms are built anew, boundary and all, by libcurl itself.
    [ -z "${REBUILT-}" ] || all=$(without_boundary "$all")
    request=$(uniq <<<"$all")
    [ "$(wc -l <<<"$all")" -eq "$1" ] && [ "$(wc -l <<<"$request")" -eq 1 ] && return 0
    echo "$all"
    return 1
}

# A form's boundary is drawn by lot.
without_boundary() {
    if [[ $1 != *boundary=* ]]; then
        echo "$1"
    else
        sed -E 's/-{20,}[0-9A-Za-z]{16,22}/BOUNDARY/g; s/"body_sha256":"[^"]*"//' <<<"$1"
    fi
}

# Alone against DIRECT, under the library through SCRIPT, which takes COUNT requests.
compare() { # DIRECT SCRIPT COUNT PROGRAM ARGUMENT...
    local direct=$1 script=$2 count=$3 asked
    shift 3
    server "$direct"
    capture alone "$@"
    got_same_requests 1
    asked=$request
    server "$script"
    : >"$LOG"
    capture under wrapped "$@"
    same alone under
    got_same_requests "$count"
    [ "$(without_boundary "$asked")" = "$(without_boundary "$request")" ]
}

transparent() { # PROGRAM ARGUMENT...
    compare 200 503,503,200 3 "$@"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
}

# Failures that last: the program sees what one failing call gives, after COUNT requests.
fails_alike() { # OUTCOME COUNT PROGRAM ARGUMENT...
    compare "$1" "$1" "$2" "${@:3}"
}

logged() { # PATTERN: a line of the log matches
    grep -Eq -- "$1" "$LOG" && return 0
    echo "no line matches: $1"
    cat "$LOG"
    return 1
}
