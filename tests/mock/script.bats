#!/usr/bin/env bats
# What decides the outcome of a request: the server's script, the request's own, the path's, chance.

load ../lib/mock

teardown() {
    mock_stop
}

status_of() { # CURL ARGUMENT...
    curl -s -o /dev/null -w '%{http_code}' "$@"
}

statuses() { # COUNT CURL ARGUMENT...
    local i out=
    for ((i = 0; i < $1; i++)); do
        out="$out $(status_of "${@:2}")"
    done
    echo "${out# }"
}

@test "a script is used one outcome a request, and its last one repeats" {
    mock_start --script 503,429,200
    [ "$(statuses 5 "$MOCK_URL/v1/chat/completions" -d '{}')" = "503 429 200 200 200" ]
}
