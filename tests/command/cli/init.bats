#!/usr/bin/env bats
# steadycurl init: two questions, and a policy that does what is built in.

bats_require_minimum_version 1.5.0

setup() {
    STEADYCURL=$SC_TOP/build/steadycurl
    cd "$BATS_TEST_TMPDIR" || return
    export HOME=$BATS_TEST_TMPDIR/home
    unset XDG_CONFIG_HOME STEADYCURL_POLICY
}

providers() {
    jq -r '.rules[].name' "$SC_TOP/policies/default.json"
}

@test "what it writes passes check without a warning, for each provider and all, with and without a budget" {
    for name in $(providers) all openai,anthropic "gemini, groq"; do
        # shellcheck disable=SC2016 # a dollar as such
        for budget in none 5 0.01 1000000 '$12.50'; do
            "$STEADYCURL" init --provider "$name" --budget "$budget" --output - >policy.json
            run -0 --separate-stderr "$STEADYCURL" check --strict policy.json
            [ -z "$stderr" ]
            jq -e 'has("comment")' policy.json >/dev/null
        done
    done
    [ "$(jq -r '.budgets[0].usd' policy.json)" = 12.5 ]
    [ "$(jq -r '[.rules[].name] | join(",")' policy.json)" = gemini,groq ]
}

# What explain says of a URL, without the lines that name the file.
settings() { # POLICY URL
    "$STEADYCURL" explain -p "$1" "$2" | grep -v '^policy '
}

@test "it changes nothing of what is built in" {
    "$STEADYCURL" init --yes --output policy.json
    while read -r host path; do
        url=https://$host${path:-/v1/chat/completions}
        case $host in localhost*) url=http://${url#https://} ;; esac
        diff <(settings "$SC_TOP/policies/default.json" "$url") <(settings policy.json "$url")
    done < <(jq -r '.rules[].match | "\([.host] | flatten | first | gsub("\\*"; "x")) \([.path // "/v1/messages"] | flatten | first | gsub("\\*"; "x"))"' \
        "$SC_TOP/policies/default.json")
    [ "$(jq '.rules | length' policy.json)" = "$(providers | wc -l)" ]
}

@test "it is written where programs look for it, and never over another" {
    run -0 "$STEADYCURL" init --provider openai --budget none
    [[ $output == "$HOME/.config/steadycurl/policy.json is written."* ]]
    run -0 "$STEADYCURL" check
    [[ $output == "$HOME/.config/steadycurl/policy.json: good, 1 rule" ]]
    before=$(cat "$HOME/.config/steadycurl/policy.json")
    run -1 "$STEADYCURL" init --yes
    [[ $output == *"$HOME/.config/steadycurl/policy.json is there already, and stays as it is"* ]]
    [ "$(cat "$HOME/.config/steadycurl/policy.json")" = "$before" ]
    ln -s nowhere link
    run -1 "$STEADYCURL" init --yes --output link
    [ ! -e nowhere ]
    run -1 "$STEADYCURL" init --yes --output no/such/folder.json
    [[ $output == *"cannot write no/such/folder.json: No such file"* ]]
    run -2 env -u HOME "$STEADYCURL" init --yes
    [[ $output == *"give --output"* ]]
}

@test "without a terminal it asks nobody, and says what to give" {
    run -2 --separate-stderr "$STEADYCURL" init --provider openai </dev/null
    [ "$stderr" = "steadycurl init: there is nobody to ask: give --provider and --budget, or --yes for all providers and no budget" ]
    [ ! -e "$HOME" ]
    run -0 "$STEADYCURL" init --provider openai --budget 3 --output a.json </dev/null
    run -0 "$STEADYCURL" init --yes --budget 3 --output b.json </dev/null
}

@test "on a terminal it asks what is not said, and again after a wrong answer" {
    command -v script >/dev/null || skip "script is not installed"
    printf 'opnai\nopenai groq\n7.5\n' | script -qec "$STEADYCURL init --output asked.json" answers >/dev/null
    grep -q 'Which providers do your programs call?' answers
    grep -q 'did you mean "openai"?' answers
    grep -q 'What may all calls cost a day, in USD?' answers
    [ "$(jq -r '[.rules[].name] | join(",")' asked.json)" = openai,groq ]
    [ "$(jq '.budgets[0].usd' asked.json)" = 7.5 ]
    printf '\n\n' | script -qec "$STEADYCURL init --output empty.json" answers >/dev/null
    [ "$(jq '.rules | length' empty.json)" = "$(providers | wc -l)" ]
    [ "$(jq 'has("budgets")' empty.json)" = false ]
}

@test "wrong providers and amounts are refused" {
    for budget in 0 -1 1e3 abc 1000001 0.0000001 5. .5 007 5USD ""; do
        [ -z "$budget" ] && continue
        run -2 "$STEADYCURL" init --yes --budget "$budget" --output wrong.json
        [[ $output == *"a budget is an amount in USD"* ]]
    done
    run -2 "$STEADYCURL" init --yes --provider anthropc --output wrong.json
    [[ $output == *'did you mean "anthropic"?'* ]]
    run -2 "$STEADYCURL" init --yes --provider 'a"b' --output wrong.json
    run -2 "$STEADYCURL" init --yes --provider , --output wrong.json
    run -2 "$STEADYCURL" init --yes more
    [ ! -e wrong.json ]
}
