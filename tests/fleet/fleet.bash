# fleet.bash - many real processes that share one state, against one mock server: load fleet
#
#     setup() { fleet_begin --latency 20; policy '"limits": {"rpm": 600}'; }
#     teardown() { fleet_end; }
#
# Each test has a server, a state and a log of its own. Background jobs of a test are waited for
# by number, and ended with it.

bats_require_minimum_version 1.5.0
load ../lib/mock

export ASK='{"model":"gpt-4o","messages":[{"role":"user","content":"Why is the sky blue?"}]}'
export HERE=$SC_TOP/tests/fleet
export BUILT=$SC_TOP/build/tests/programs
export PYTHON=/usr/bin/python3

fleet_begin() { # [MOCK OPTION...]
    export LC_ALL=C
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STRICT STEADYCURL_DISABLE
    unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy
    export POLICY=$BATS_TEST_TMPDIR/policy.json LOG=$BATS_TEST_TMPDIR/log CHAT
    mock_start "$@"
    CHAT=$MOCK_URL/v1/chat/completions
    policy
}

fleet_end() {
    local pid
    for pid in $(jobs -p); do
        [ "$pid" = "$MOCK_PID" ] || kill_hard "$pid"
    done
    mock_stop
}

policy() { # [MORE DEFAULTS]: no retries, no breaker, unless asked for; a log of objects
    cat >"$POLICY" <<JSON
{"version": 1, "log": {"format": "json"},
 "defaults": {"retry": false, "breaker": false},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}${1:+, $1}}]}
JSON
}

wrapped() { # PROGRAM ARGUMENT...
    "$STEADYCURL" run --policy "$POLICY" --log "$LOG" -- "$@"
}

ask() { # [CURL ARGUMENT...]
    wrapped curl -sS "$CHAT" -H 'content-type: application/json' -d "$ASK" "$@"
}

code() { # [CURL ARGUMENT...]: status and reason
    ask -o /dev/null -w '%{http_code} %header{x-steadycurl}\n' "$@"
}

# The Retry-After of an answer in $output is that of a wait which began at $SECONDS = BEGAN or later.
tells_rest() { # OF_SECONDS BEGAN
    [[ $output =~ retry-after:\ ([0-9]+) ]]
    [ "${BASH_REMATCH[1]}" -le $(($1 + 1)) ] && [ "${BASH_REMATCH[1]}" -ge $(($1 - 1 - (SECONDS - $2))) ]
}

# Starts a program in the background; $PID is its own, not that of a shell around it.
PID=
start() { # FILE PROGRAM ARGUMENT...
    local out=$1
    shift
    "$STEADYCURL" run --policy "$POLICY" --log "$LOG" -- "$@" >"$out" 2>&1 3>&- 4>&- &
    PID=$!
}

start_ask() { # FILE [CURL ARGUMENT...]
    start "$1" curl -sS "$CHAT" -H 'content-type: application/json' -d "$ASK" "${@:2}"
}

# Kills as hard as can be.
kill_hard() { # PID...
    {
        kill -9 "$@"
        wait "$@"
    } 2>/dev/null || true
}

# Runs a program in so many processes at the same time; their lines come to $OUT.
OUT=
many() { # PROCESSES PROGRAM ARGUMENT...
    local i n=$1 pids=()
    shift
    OUT=$BATS_TEST_TMPDIR/out
    for ((i = 0; i < n; i++)); do
        start "$OUT.$i" "$@"
        pids+=("$PID")
    done
    wait "${pids[@]}"
    cat "$OUT".* >"$OUT"
}

# JSON log lines that a jq condition holds for.
events() { # CONDITION
    jq -c "select($1)" "$LOG"
}

count_events() { # CONDITION
    events "$1" | wc -l
}

has_events() { # COUNT CONDITION
    [ "$(count_events "$2")" -ge "$1" ]
}

# How many lines of the programs say so: CURLcode, status and reason.
told() { # PATTERN
    grep -cE "$1" "$OUT" || true
}

# A port of loopback on which nobody listens.
free_port() {
    $PYTHON -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}
