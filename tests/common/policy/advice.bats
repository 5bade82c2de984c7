#!/usr/bin/env bats
# steadycurl check warns of what is allowed and probably not meant.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    cd "$BATS_TEST_TMPDIR" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG
    export HOME=$PWD
}

# The warnings about a policy with this inside, which must be good.
warnings() { # BODY
    printf '{"version": 1, %s}' "$1" >p.json
    run -0 --separate-stderr "$steadycurl" check p.json
    [[ $output == "p.json: good, "* ]]
}

warned() { # PATTERN: by one line, and no other
    [ "$(wc -l <<<"$stderr")" -eq 1 ]
    [[ $stderr == "p.json: warning: "$1 ]]
}

@test "a rule that can never match is named, with the one that takes its calls" {
    warnings '"rules": [{"name": "all", "match": {"host": "*"}}, {"name": "mini", "match": {"host": "api.openai.com", "model": "gpt-4*"}}]'
    warned 'rules\[1\] ("mini") can never match: rules\[0\] ("all") comes first *'
    for shadow in '{"host": "*.example.com"}|{"host": "api.example.com:8443", "path": "/v1/*"}' \
        '{"host": ["a.example", "b.example"], "model": "gpt-*"}|{"host": "b.example", "model": ["gpt-4o", "gpt-5*"]}' \
        '{"host": "a.example"}|{"host": "a.example", "method": "GET"}' \
        '{"path": "*", "host": "*"}|{"host": "*", "path": "/x"}'; do
        warnings "\"rules\": [{\"match\": ${shadow%|*}}, {\"match\": ${shadow#*|}}]"
        warned '*rules\[1\] *can never match*'
    done
}

@test "a rule that may still match is not" {
    for pair in '{"host": "*.example.com"}|{"host": "example.com"}' \
        '{"host": "a.example:80"}|{"host": "a.example"}' \
        '{"host": "a.example", "model": "gpt-4*"}|{"host": "a.example", "model": "gpt-*"}' \
        '{"host": "a.example", "model": "gpt-4*"}|{"host": "a.example"}' \
        '{"host": "a.example"}|{"host": "*"}' \
        '{"host": "a.example", "path": "/v1/*"}|{"host": ["a.example"], "path": ["/v1/x", "/v2/x"]}'; do
        warnings "\"rules\": [{\"match\": ${pair%|*}}, {\"match\": ${pair#*|}}]"
        [ -z "$stderr" ]
    done
}

@test "a rule without match, an alert above 2, and a budget that no call fits into" {
    warnings '"rules": [{"name": "r"}]'
    warned 'rules\[0\] ("r") has no "match"*'
    warnings '"budgets": [{"name": "b", "usd": 5, "per": "day", "alert": [0.5, 8]}], "rules": []'
    warned 'budgets\[0\] ("b"): an alert at 8 is 800 % of the budget; 0.8 is 80 %'
    warnings '"budgets": [{"name": "b", "usd": 0.00001, "per": "day"}], "rules": []'
    warned 'budgets\[0\] ("b"): 0.00001 USD are less than one call of *'
    warnings '"budgets": [{"name": "b", "usd": 1, "per": "day", "alert": [0.8, 1.5]}], "rules": []'
    [ -z "$stderr" ]
}

@test "a log that cannot be written" {
    mkdir folder
    for log in "$PWD/folder" /dev/null/log "$PWD/p.json/log"; do
        warnings "\"log\": {\"path\": \"$log\"}, \"rules\": []"
        warned "log.path: $log cannot be written: *"
    done
    warnings '"log": {"path": "~/a/b/log"}, "rules": []'
    [ -z "$stderr" ]
    [ ! -e a ] # looking makes nothing
}

@test "--strict makes a warning count" {
    printf '{"version": 1, "rules": [{"name": "r"}]}' >p.json
    run -0 "$steadycurl" check p.json
    run -1 "$steadycurl" check --strict p.json
    run -0 "$steadycurl" check --strict "$SC_TOP"/policies/default.json
}

@test "standard input and several files, the schema among them" {
    printf '{"version": 1, "rulez": [], "rules": 5}' >bad.json
    run -1 --separate-stderr "$steadycurl" check - "$SC_TOP"/policies/default.json <bad.json
    [[ ${stderr_lines[0]} == "standard input:1:"*rulez* ]]
    [ "${#stderr_lines[@]}" -eq 2 ]
    [[ $output == *"default.json: good, "* ]]
    run -0 --separate-stderr "$steadycurl" check - <"$SC_TOP/policies/default.json"
    [[ $output == "standard input: good, "* && -z $stderr ]]
    run -0 --separate-stderr "$steadycurl" check "$SC_TOP"/policies/*.json
    [[ $output == *"policy.schema.json: the schema of policies, skipped"* ]]
}

@test "the shipped policies give no reason for a warning, where the keys that they name are there" {
    run -0 --separate-stderr env HOME="$PWD" ANTHROPIC_API_KEY=x "$steadycurl" check "$SC_TOP"/policies/*.json
    [ -z "$stderr" ]
}
