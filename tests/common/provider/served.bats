#!/usr/bin/env bats
# What the unit tests say of a response's class, decision and hint holds for real curl processes that
# get it over a socket: see served.py.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    mock_start --tls
}

teardown() {
    mock_stop
}

served() { # CASES.json...
    /usr/bin/python3 "$SC_TOP/tests/common/provider/served.py" "$BATS_TEST_TMPDIR" "$STEADYCURL" \
        "$MOCK_URL" "$@"
}

@test "every case of the shared collection, served to curl, gets its class, decision and hint" {
    [ -e "$SC_TOP/../shared/data/provider_errors.json" ] || skip "the shared collection is not here"
    served "$SC_TOP/../shared/data/provider_errors.json"
}

@test "every case of the tables in src/common/provider/known, served to curl, likewise" {
    served "$SC_TOP"/tests/common/provider/cases/*.json
}

@test "... and where curl uses the multi interface" {
    CURL_OPTIONS=--parallel served "$SC_TOP"/tests/common/provider/cases/*.json
}

@test "an answer, a stream or a refusal that repeats every phrase of every row changes nothing" {
    served --echo "$SC_TOP"/src/common/provider/known/*.c
}
