#!/usr/bin/env bats
# Memcheck has nothing to say about us while real programs run: no invalid access, no leak.

load programs

setup_file() {
    programs_begin
    export PYTHONMALLOC=malloc # so that Python's own allocator hides nothing
}

teardown_file() {
    programs_end
}

# Runs a program under the library and memcheck.
memcheck() { # PROGRAM ARGUMENT...
    needs valgrind
    report=$BATS_TEST_TMPDIR/report
    : >"$LOG"
    capture under wrapped valgrind --leak-check=full --num-callers=40 -q --log-file="$report" "$@"
}

# Nothing at all is reported.
spotless() { # PROGRAM ARGUMENT...
    memcheck "$@"
    [ ! -s "$report" ] || ! cat "$report"
}

# Interpreters have faults of their own: ours are those whose first function outside of the C
# library and of memcheck is one of ours.
ours_spotless() { # PROGRAM ARGUMENT...
    local ours
    memcheck "$@"
    ours=$(cd "$SC_TOP/src" && printf '%s\n' */*.c | sed 's,.*/,,; s/\.c$//' | sort -u | paste -sd '|')
    sed 's/^==[0-9]*== *//' "$report" | awk -v RS= -v ours="[(]($ours)[.]c:|steadycurl" '{
        n = split($0, lines, "\n")
        for (i = 1; i <= n; i++) {
            if (lines[i] !~ /^(at|by) 0x/ || lines[i] ~ /vgpreload|vg_replace|libc\.so|\/ld-/) continue
            if (lines[i] ~ ours) { print; bad = 1 }
            break
        }
    } END { exit bad }'
}

@test "curl, through 503s, cuts and failures that last" {
    server 503,503,200
    spotless curl -sS "$CHAT" -d "$ASK"
    [[ $(<"$BATS_TEST_TMPDIR/under/out") == *"sky blue"* ]]
    server 'sse-error,reset-body;at=20,200'
    spotless curl -sS -N "$MOCK_URL/v1/messages" -d "$ASK_STREAM"
    server 429
    INPUT=$ASK spotless curl -sS -f -T - "$CHAT"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 22 ]
    [ "$(mock_count)" -eq 3 ]
}

@test "a form's part that a callback reads leaves nothing behind" {
    server 503,503,200
    spotless "$BUILT/uploads" forms "$CHAT"
    grep -q 'released 10' "$BATS_TEST_TMPDIR/under/out"
}

@test "pycurl, with callbacks and an upload" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    server 503,503,200
    ours_spotless $PYTHON "$HERE/ask.py" callbacks "$CHAT"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
    server 503,truncate,200
    ours_spotless $PYTHON "$HERE/ask.py" read "$CHAT"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
    [ "$(mock_count)" -eq 3 ]
}

@test "a copied body without a size is a string again after it was changed" {
    policy_with '"usage": {"include": true}' '"provider": "openai"' >"$BATS_TEST_TMPDIR/policy"
    server 200
    POLICY=$BATS_TEST_TMPDIR/policy spotless "$BUILT/bodies" copied "$CHAT" \
        "$MOCK_URL/v1/responses" "$ASK_STREAM"
    [ "$(mock_requests | jq -c '[.[].body | contains("stream_options")]')" = '[true,false]' ]
    [ "$(mock_requests | jq -r '.[1].body')" = "$ASK_STREAM" ]
}

@test "every way of record.c" {
    server 200
    spotless "$BUILT/record" "$MOCK_URL"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
    server 503,503,200
    spotless "$BUILT/record" "$MOCK_URL" duplicated
}

@test "threads and errors out of callbacks" {
    server 200
    spotless "$BUILT/odd" forks "$CHAT"
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 0 ]
    lua5.2 -e 'require "curl"' || skip "no lua-curl"
    server 503,503,200
    ours_spotless lua5.2 "$HERE/ask.lua" error "$CHAT"
}

@test "curl, when streams are asked for usage and embedding requests are split" {
    policy_with '"usage": {"include": true}, "embeddings": {"split": true, "max_inputs": 2}' \
        '"provider": "openai"' >"$BATS_TEST_TMPDIR/policy.json"
    export POLICY=$BATS_TEST_TMPDIR/policy.json
    server '503,drip;ms=0;bytes=3,200,cut;at=1000'
    ours_spotless curl -sS -N "$CHAT" -d "$ASK_STREAM" "$CHAT" "$CHAT"
    [ "$(mock_count)" -eq 4 ]
    server 503,200,200,503,200
    ours_spotless curl -sS -i "$MOCK_URL/v1/embeddings" -d '{"model":"e","input":["a","b","c","d","e"]}'
    grep -q '"index":4' "$BATS_TEST_TMPDIR/under/out"
    server '200,400'
    ours_spotless curl -sS "$MOCK_URL/v1/embeddings" -d '{"model":"e","input":["a","b","c","d","e"]}'
    server '400;body-text=stream_options,200'
    ours_spotless curl -sS -N "$CHAT" -d "$ASK_STREAM"
    [ "$(mock_count)" -eq 2 ]
}
