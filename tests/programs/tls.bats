#!/usr/bin/env bats
# HTTPS: certificates are checked as ever, and retries go over TLS, too.

load programs

setup_file() {
    programs_begin --tls
}

teardown_file() {
    programs_end
}

@test "curl over HTTPS" {
    transparent curl -sS --cacert "$MOCK_CA" "$CHAT" -d "$ASK"
    transparent curl -sS --cacert "$MOCK_CA" "$CHAT" -d "$ASK" -o /dev/null \
        -w '%{ssl_verify_result} %{scheme} %{num_connects} %{http_code}'
}

@test "a certificate that nobody vouches for is refused at once, by libcurl's own words" {
    server 200
    capture alone curl -sS "$CHAT" -d "$ASK"
    capture under wrapped curl -sS "$CHAT" -d "$ASK"
    same alone under
    [ "$(<"$BATS_TEST_TMPDIR/under/status")" -eq 60 ]
    [ "$(mock_count)" -eq 0 ]
}
