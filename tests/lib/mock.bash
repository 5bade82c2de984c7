# mock.bash - a mock LLM server for a bats file: load ../lib/mock
#
#     setup() { mock_start --script 503,503,200; }
#     teardown() { mock_stop; }
#
# mock_start sets MOCK_PID, MOCK_PORT, MOCK_URL and, with --tls, MOCK_CA. It may be called again
# after mock_stop. Servers left behind by a killed test end by themselves.

export PYTHONWARNINGS=ignore::DeprecationWarning # newer pycurls have one for older options

# What all processes know of a service together is each test's own: one test's failures must not
# open another's breaker.
if [ -n "${BATS_TEST_TMPDIR-}" ]; then
    export STEADYCURL_STATE=$BATS_TEST_TMPDIR/state XDG_STATE_HOME=$BATS_TEST_TMPDIR/home
fi

: "${SC_TOP:=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)}"
: "${STEADYCURL:=$SC_TOP/build/steadycurl}"
. "$SC_TOP/tests/lib/await.bash"

mock_start() { # [OPTION...]
    local dir scheme=http option tls=()
    dir=$(mktemp -d "${BATS_TEST_TMPDIR:-${TMPDIR:-/tmp}}/mock.XXXXXX")
    for option in "$@"; do
        if [ "$option" = --tls ]; then
            scheme=https
            MOCK_CA=$dir/ca.pem
            tls=(--cert-out "$MOCK_CA")
        fi
    done
    # Open copies of bats' descriptors would keep bats waiting; a preload is for the programs.
    env -u LD_PRELOAD "$STEADYCURL" mock --quiet --idle-exit 600 --port-file "$dir/port" \
        "${tls[@]}" "$@" </dev/null >"$dir/out" 2>&1 3>&- 4>&- &
    MOCK_PID=$!
    await mock_is_up_or_gone "$dir/port"
    if ! read -r MOCK_PORT <"$dir/port"; then
        cat "$dir/out" >&2
        return 1
    fi
    MOCK_URL=$scheme://127.0.0.1:$MOCK_PORT
}

mock_is_up_or_gone() { # PORT FILE
    [ -s "$1" ] || ! kill -0 "$MOCK_PID"
}

mock_stop() {
    [ -n "${MOCK_PID:-}" ] || return 0
    kill "$MOCK_PID" 2>/dev/null || true
    wait "$MOCK_PID" 2>/dev/null || true
    MOCK_PID=
}

mock_curl() { # PATH [CURL OPTION...]: one of the mock's own pages
    env -u LD_PRELOAD curl -sSk --noproxy '*' "$MOCK_URL$1" "${@:2}"
}

# What the mock received, as a JSON array.
mock_requests() {
    mock_curl /_mock/requests
}

# How many requests it received.
mock_count() {
    mock_curl /_mock/count | sed 's/[^0-9]*\([0-9]*\).*/\1/'
}

# Whether it received so many, or more: await mock_got 2
mock_got() { # COUNT
    [ "$(mock_count)" -ge "$1" ]
}

# A time in milliseconds that is ample for a call or two, on this machine as busy as it now is: for
# bounds, rests and leases that others must not outlast by being slow.
ample_ms() { # LEAST
    local began took
    began=$(date +%s%3N)
    curl -s file:///dev/null
    took=$((($(date +%s%3N) - began) * 10))
    echo $((took > $1 ? took : $1))
}

ample_s() { # LEAST
    echo $((($(ample_ms $(($1 * 1000))) + 999) / 1000))
}

# Forgets what was received, and starts all scripts anew.
mock_reset() {
    mock_curl /_mock/reset -X POST >/dev/null
}

mock_script() { # LIST
    mock_curl /_mock/script --data-binary "$1" >/dev/null
}
