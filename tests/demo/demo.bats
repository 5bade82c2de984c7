#!/usr/bin/env bats
# The demo, and that it cannot succeed by accident.

bats_require_minimum_version 1.5.0

setup() {
    for needed in curl jq php; do
        command -v $needed >/dev/null || skip "no $needed"
    done
    /usr/bin/python3 -c 'import pycurl' || skip "no pycurl"
}

@test "the demo runs curl, PHP and pycurl through four faults, and says so without colours" {
    run -0 "$SC_TOP/tests/demo/demo.sh"
    [ "$(grep -c 'HTTP 429, Retry-After: 1' <<<"$output")" -eq 3 ]
    [ "$(grep -c 'connection reset$' <<<"$output")" -eq 3 ]
    [ "$(grep -c 'Success: HTTP 200' <<<"$output")" -eq 3 ]
    [[ $output != *$'\e'* ]]
}

@test "the demo fails where the library does nothing" {
    STEADYCURL_DISABLE=1 run -1 "$SC_TOP/tests/demo/demo.sh"
    [[ $output == *"NOT SO: the program succeeds"* ]]
    [[ $output == *"The demo failed"* ]]
}
