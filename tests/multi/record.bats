#!/usr/bin/env bats
# Without a failure a program on the multi interface cannot tell: callbacks, results and return
# codes are the same with every host managed and without the library.

load ../programs/programs

setup_file() {
    local dir=$BATS_FILE_TMPDIR
    printf '{"id":"x","object":"list","data":[]}' | gzip -n >"$dir/models.gz"
    cat >"$dir/script.json" <<END
{"paths": {"/gzip": "200;body=$dir/models.gz;header=Content-Encoding:gzip;content-type=application/json"}}
END
    programs_begin --script-file "$dir/script.json"
}

teardown_file() {
    programs_end
}

@test "a program on the multi interface sees the same callbacks, results and getinfo values" {
    sed 's/"match": {[^}]*}/"match": {"host": "*"}/' "$POLICY" >"$BATS_TEST_TMPDIR/all.json"
    mock_reset
    capture alone "$BUILT/record_multi" "$MOCK_URL"
    mock_reset
    POLICY=$BATS_TEST_TMPDIR/all.json capture under wrapped "$BUILT/record_multi" "$MOCK_URL"
    sed -i -E 's/after [0-9]+ ms/after N ms/' "$BATS_TEST_TMPDIR"/{alone,under}/out
    same alone under
    logged 'Success: HTTP 200'
}

@test "the same program through two 503s" {
    local way
    for way in get post copied_post with_headers streamed into_file private_pointer head; do
        server 200
        capture alone "$BUILT/record_multi" "$MOCK_URL" $way
        server 503,503,200
        capture under wrapped "$BUILT/record_multi" "$MOCK_URL" $way
        same alone under
    done
}

# How far each step gets is the network's affair: nearly always the two sequences are the same at
# once, and on a busy machine they are after a few more tries.
@test "socket and timer callbacks are told the same, in the same order" {
    local ways=(/v1/models /bytes/2000 /status/404 '/redirect?to=/v1/models') _
    sed 's/"match": {[^}]*}/"match": {"host": "*"}/' "$POLICY" >"$BATS_TEST_TMPDIR/all.json"
    server '200;latency=25'
    : >"$LOG"
    for _ in 1 2 3 4 5 6 7 8; do
        capture alone "$BUILT/record_sockets" "${ways[@]/#/$MOCK_URL}"
        POLICY=$BATS_TEST_TMPDIR/all.json \
            capture under wrapped "$BUILT/record_sockets" "${ways[@]/#/$MOCK_URL}"
        ! cmp -s "$BATS_TEST_TMPDIR/alone/out" "$BATS_TEST_TMPDIR/under/out" || break
    done
    same alone under
    [ "$(grep -c 'socket [0-9]* remove, known' "$BATS_TEST_TMPDIR/under/out")" -ge 4 ]
    logged 'Success: HTTP 200'
}
