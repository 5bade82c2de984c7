#!/usr/bin/env bats
# Without a failure a program cannot tell: what record.c prints is the same with the library and
# without, in both flavours of libcurl; and what failures cost it cannot tell either.

load programs

setup_file() {
    local dir=$BATS_FILE_TMPDIR
    printf '{"id":"x","object":"list","data":[]}' | gzip -n >"$dir/models.gz"
    cat >"$dir/script.json" <<EOF
{"paths": {"/gzip": "200;body=$dir/models.gz;header=Content-Encoding:gzip;content-type=application/json"}}
EOF
    programs_begin --script-file "$dir/script.json"
}

teardown_file() {
    programs_end
}

record_under() { # PROGRAM: what it prints with every host managed, and without the library
    sed 's/"match": {[^}]*}/"match": {"host": "*"}/' "$POLICY" >"$BATS_TEST_TMPDIR/all.json"
    mock_reset
    capture alone "$1" "$MOCK_URL"
    mock_reset
    POLICY=$BATS_TEST_TMPDIR/all.json capture under wrapped "$1" "$MOCK_URL"
    # What a refused connection tells about its own duration.
    sed -i -E 's/after [0-9]+ ms/after N ms/' "$BATS_TEST_TMPDIR"/{alone,under}/out
}

@test "a C program on OpenSSL's libcurl sees the same callbacks, results and getinfo values" {
    record_under "$BUILT/record"
    same alone under
    logged 'Success: HTTP 200'
}

@test "a C program on GnuTLS' libcurl sees the same callbacks, results and getinfo values" {
    record_under "$BUILT/record_gnutls"
    same alone under
    logged 'Success: HTTP 200'
}

@test "C programs of both flavours through two 503s" {
    local way
    for way in get post copied_post with_headers streamed into_file private_pointer head; do
        server 200
        capture alone "$BUILT/record" "$MOCK_URL" $way
        capture alone-gnutls "$BUILT/record_gnutls" "$MOCK_URL" $way
        server 503,503,200
        capture under wrapped "$BUILT/record" "$MOCK_URL" $way
        same alone under
        server 503,503,200
        capture under-gnutls wrapped "$BUILT/record_gnutls" "$MOCK_URL" $way
        same alone-gnutls under-gnutls
    done
}
