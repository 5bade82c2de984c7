#!/usr/bin/env bats
# Bodies that a callback of the program can read only once.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

@test "an upload whose old connection the server drops unread is sent again from the spool" {
    # Alone, libcurl has to give up: 65, "necessary data rewind wasn't possible".
    server '200,hang;ms=1,200'
    run -0 timeout 300 "$BUILT/uploads" twice "$CHAT"
    [ "${lines[1]%% *}" -eq 65 ]
    server 200,200
    capture alone "$BUILT/uploads" twice "$CHAT"
    server '200,hang;ms=1,200'
    capture under wrapped timeout 300 "$BUILT/uploads" twice "$CHAT"
    same alone under
    got_same_requests 3
    logged 'Retry 1: .*row=curl-send'
}

@test "without retries such an upload fails as it does alone" {
    sed 's/"max_attempts": 3/"max_attempts": 1/' "$POLICY" >"$BATS_TEST_TMPDIR/once.json"
    server '200,hang;ms=1,200'
    capture alone timeout 300 "$BUILT/uploads" twice "$CHAT"
    server '200,hang;ms=1,200'
    POLICY=$BATS_TEST_TMPDIR/once.json capture under wrapped timeout 300 "$BUILT/uploads" twice "$CHAT"
    same alone under
}

@test "a form's part that a callback reads, on a handle and on its copies" {
    local way script
    for way in forms copies; do
        server 200
        capture alone "$BUILT/uploads" $way "$CHAT"
        script=$(printf '503,200,%.0s' {1..20})
        server "${script%,}"
        capture under wrapped "$BUILT/uploads" $way "$CHAT"
        same alone under
    done
    [ "$(mock_count)" -eq 40 ]
}

# What is longer than a spool (64 MiB) is sent once, since nobody knows whether it can be rewound.
@test "a form's part whose seek function fails, or does not: the answer is never lost" {
    local way
    for way in stuck seeks; do
        compare 200 503,503,200 3 "$BUILT/uploads" $way "$CHAT" 100
        compare 200 503,200 2 "$BUILT/uploads" $way "$CHAT" 1500000
        [ "$(<"$BATS_TEST_TMPDIR/under/out")" = $'0 200 []\nreleased 1' ]
    done
    fails_alike 503 3 "$BUILT/uploads" stuck "$CHAT" 100
    server 503
    capture under wrapped "$BUILT/uploads" stuck "$CHAT" 70000000
    [ "$(<"$BATS_TEST_TMPDIR/under/out")" = $'0 503 []\nreleased 1' ]
    [ "$(mock_count)" -eq 1 ]
}

@test "a chunked upload from a pipe, with and without Expect: the answer is the program's" {
    local expect way
    export INPUT_FILE=$BATS_TEST_TMPDIR/letters
    for expect in 'Expect: 100-continue' 'Expect:'; do
        for way in '' -Z; do
            seq 100000 | head -c "$([ -z "$way" ] && echo 300000 || echo 100)" >"$INPUT_FILE"
            compare 200 503,503,200 3 curl -sS --no-progress-meter $way -T - -X POST -H "$expect" \
                "$CHAT" -o /dev/null -w '%{http_code} %{exitcode}\n'
            [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "200 0" ]
            server 503
            capture under wrapped curl -sS --no-progress-meter $way -T - -X POST -H "$expect" \
                "$CHAT" -o answer -w '%{http_code} %{exitcode}\n'
            [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "503 0" ]
            grep -q overloaded "$BATS_TEST_TMPDIR/under/files/answer"
            [ "$(mock_count)" -eq 3 ]
        done
    done
}

@test "Expect: 100-continue that a final 503 answers, before a byte of the body is sent" {
    local way
    export INPUT=$'a line\nanother\n'
    for way in '' -Z; do
        server '503;early;close,503;early;close,200'
        capture under wrapped curl -sS --no-progress-meter $way -T - -X POST -H 'Expect: 100-continue' \
            --expect100-timeout 300 "$CHAT" -o /dev/null -w '%{http_code} %{exitcode}\n'
        [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "200 0" ]
        [ "$(mock_requests | jq -r '.[2].body')" = $'a line\nanother' ]
        server '503;early;close'
        capture alone curl -sS --no-progress-meter $way -T - -X POST -H 'Expect: 100-continue' \
            --expect100-timeout 300 "$CHAT" -o answer -w '%{http_code} %{exitcode}\n'
        capture under wrapped curl -sS --no-progress-meter $way -T - -X POST -H 'Expect: 100-continue' \
            --expect100-timeout 300 "$CHAT" -o answer -w '%{http_code} %{exitcode}\n'
        same alone under
        [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "503 0" ]
        [ "$(mock_count)" -eq 4 ]
    done
}

@test "a form's part that comes from a pipe is sent again as it was" {
    local part
    for part in '-Ffile=@PIPE' '-Ffile=@PIPE;type=text/x' '-Ffile=@PIPE;filename=a.png' \
        '-Ffile=@PIPE;filename=name' '-Ffile=@PIPE;headers="Content-Type: x/y"' '-Ffile=<PIPE'; do
        part=${part/<PIPE/<\/dev\/stdin}
        part=${part/@PIPE/@\/dev\/stdin}
        INPUT=$'a line\nanother\n' compare 200 503,503,200 3 curl -sS "$part" -F model=m "$CHAT" \
            -w '%{http_code} %{exitcode}\n' -o /dev/null
        [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "200 0" ]
    done
}

# curl -Z draws its meter on stderr.
@test "... in curl's parallel mode, too" {
    local part
    for part in '-Ffile=@/dev/stdin' '-Ffile=</dev/stdin'; do
        INPUT=$'a line\nanother\n' compare 200 503,503,200 3 sh -c 'curl -Z "$@" 2>/dev/null' sh -sS "$part" \
            -F model=m "$CHAT" -w '%{http_code} %{exitcode}\n' -o /dev/null
        [ "$(<"$BATS_TEST_TMPDIR/under/out")" = "200 0" ]
    done
}

@test "an old form's part from a pipe: the answer is not given away for what cannot be sent" {
    server 503,200
    run -0 wrapped $PYTHON -c '
import pycurl, sys
c = pycurl.Curl()
c.setopt(c.URL, sys.argv[1])
c.setopt(c.HTTPPOST, [("file", (c.FORM_FILE, "/dev/stdin"))])
c.setopt(c.WRITEFUNCTION, lambda b: None)
c.perform()
print(c.getinfo(c.RESPONSE_CODE))' "$CHAT" < <(echo text)
    [ "$output" = 503 ]
    [ "$(mock_count)" -eq 1 ]
}
