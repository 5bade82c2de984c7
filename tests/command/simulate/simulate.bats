#!/usr/bin/env bats
# steadycurl simulate: what a user types, and what it says.

bats_require_minimum_version 1.5.0

load ../../lib/mock

setup() {
    cd "$BATS_TEST_TMPDIR" || return
    unset STEADYCURL_POLICY
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR/config
}

simulate() {
    "$STEADYCURL" simulate "$@"
}

# The value of a way in the JSON: value N .FIELD
value() {
    jq -r ".ways[$1]$2" <<<"$output"
}

# scenario TEXT: writes s.json, one line a key, so that errors have a line to name
scenario() {
    printf '%s\n' "$1" >s.json
}

@test "each scenario that help names is there, can be printed and run again from a file" {
    names=$(simulate --help | sed -n '/^Scenarios:/,/\.$/p' | tr -d '\n' | sed 's/Scenarios://; s/[.,]/ /g')
    [ "$(wc -w <<<"$names")" -ge 12 ]
    for name in $names; do
        run -0 --separate-stderr simulate --scenario "$name" --print
        printf '%s\n' "$output" >"$name.json"
        run -0 --separate-stderr simulate --scenario "$name" --clients 20 --json
        [ -z "$stderr" ]
        built_in=$output
        run -0 simulate --scenario "$name.json" --clients 20 --json
        [ "$output" = "$built_in" ]
    done
}

@test "the ways that help names can be compared, side by side" {
    ways=$(simulate --help | sed -n '/^steadycurl: /p' | sed 's/steadycurl://; s/[.,]/ /g')
    [ "$(wc -w <<<"$ways")" -eq 8 ]
    for way in $ways; do
        run -0 simulate --scenario dead --clients 20 default "$way" --json
        [ "$(value 0 .name)" = default ]
        [ "$(value 1 .name)" = "$way" ]
        [ "$(value 1 .attempts)" -ge "$(value 1 .calls)" ]
    done
    run -0 simulate --scenario steady --clients 20 --policy default --compare none sdk
    [[ $output == *default*none*sdk* ]]
    run -2 simulate --scenario steady none none none none none none none none none
    [[ $output == *"at most 8"* ]]
}

@test "the same seed has the same result, another one another" {
    run -0 simulate --scenario retry-storm --clients 60 --seed 4 --json
    first=$output
    run -0 simulate --scenario retry-storm --clients 60 --seed 4 --json
    [ "$output" = "$first" ]
    run -0 simulate --scenario retry-storm --clients 60 --seed 5 --json
    [ "$output" != "$first" ]
}

@test "nothing is left behind: no state, no log, no book" {
    mkdir home empty
    export STEADYCURL_STATE=$PWD/empty/state XDG_STATE_HOME=$PWD/empty/home HOME=$PWD/home
    cat >money.json <<'EOF'
{"version": 1, "rules": [{"name": "all", "match": {"host": "*"}}],
 "budgets": [{"name": "all", "usd": 0.01, "per": "day"}]}
EOF
    run -0 simulate --scenario steady --clients 50 money.json --json
    [ "$(value 0 .turned_away)" -gt 0 ]
    [ -z "$(find empty home -mindepth 1)" ]
}

@test "a policy that is found is the one tried, and a bad one is refused with its place" {
    mkdir -p config/steadycurl
    echo '{"version": 1, "rules": []}' >config/steadycurl/policy.json
    run -0 simulate --scenario dead --clients 20 --json
    [ "$(value 0 .name)" = policy.json ]
    [ "$(value 0 .attempts)" -eq "$(value 0 .calls)" ]
    echo '{"version": 1, "rulez": []}' >bad.json
    run -1 simulate --scenario dead bad.json
    [[ $output == *"bad.json:1:16: rulez: found an unknown key"* ]]
    run -1 simulate --scenario dead no-such.json
    [[ $output == *"no-such.json"* ]]
}

@test "an unknown key of a scenario is an error with file, line, key and remedy" {
    scenario '{"seconds": 10,
 "service": {"capacty": 5}}'
    run -1 simulate --scenario s.json none
    [[ $output == "s.json:2:14: service.capacty: found an unknown key, allowed capacity, "*'; did you mean "capacity"?' ]]
    scenario '{"events": [{"kind": "outage", "at_s": 1}, {"kind": "slow", "until": 5}]}'
    run -1 simulate --scenario s.json none
    [[ $output == "s.json:1:61: events[1].until: found an unknown key, allowed kind, at_s, for_s,"* ]]
    scenario '{"clients": 5, "clients": 6}'
    run -1 simulate --scenario s.json none
    [[ $output == "s.json:1:16: clients: found the key a second time, allowed once" ]]
}

@test "a value out of bounds or of another kind is an error that says what is allowed" {
    while IFS='|' read -r text message; do
        scenario "$text"
        run -1 simulate --scenario s.json none
        [[ $output == "s.json:1:"*"$message"* ]] || { echo "$text: $output"; false; }
    done <<'EOF'
{"clients": 0}|clients: found 0, allowed a whole number from 1 to 250000
{"clients": 1.5}|clients: found 1.5, allowed a whole number
{"clients": "many"}|clients: found "many", allowed a whole number
{"share": "hosts"}|share: found "hosts", allowed "host", "process" or "fleet"; did you mean "host"?
{"service": {"faults": {"503": 2}}}|service.faults.503: found 2, allowed a number from 0 to 1
{"service": {"faults": {"503": 0.6, "reset": 0.6}}}|service.faults: found probabilities of more than 1 together
{"service": {"faults": {"50x": 0.1}}}|service.faults.50x: found an unknown key
{"service": []}|service: found a list, allowed an object
{"events": {}}|events: found an object, allowed a list of events
{"events": [{"at_s": 5}]}|events[0]: found no kind, allowed one
{"events": [{"kind": "outrage"}]}|events[0].kind: found "outrage"
{"calls": {"day": [0, 0]}}|calls.day: found a day without calls
{"calls": {"day": []}}|calls.day: found a list, allowed a list of 1 to 24 numbers
{"calls": {"stream": 1}}|calls.stream: found 1, allowed true or false
{"calls": {"every_ms": 1e99}}|calls.every_ms: found 1e99
{"seconds": 10,}|syntax
EOF
    scenario '{"clients": 5, "processes": 6}'
    run -1 simulate --scenario s.json none
    [[ $output == "s.json: processes: found 6 for 5 clients"* ]]
    scenario '{"events": [{"kind": "brownout"}]}'
    run -1 simulate --scenario s.json none
    [[ $output == *"brownout"*"service.capacity"* ]]
    scenario '{"calls": {"url": "https://a@b/"}}'
    run -1 simulate --scenario s.json none
    [[ $output == *'calls.url: found "https://a@b/"'* ]]
    printf '{"clients": 5\0}' >s.json
    run -1 simulate --scenario s.json none
}

@test "what is typed wrong is said, with what is allowed" {
    run -2 simulate
    [[ $output == *"--scenario is missing"*outage* ]]
    run -2 simulate --scenario outrage
    [[ $output == *'no scenario "outrage"'*'did you mean "outage"?' ]]
    run -1 simulate --scenario ./outrage
    for clients in 0 -1 1.5 x 99999999 ""; do
        run -2 simulate --scenario steady --clients "$clients"
        [[ $output == *"--clients"*"a whole number from 1 to"* ]]
    done
    run -2 simulate --scenario steady --seed x
    run -1 simulate --scenario steady --clients 5 --html /no/such/folder/x.html none
    [[ $output == *"can't be written"* ]]
}

@test "the page and the picture are well-formed, whole in themselves, and show every way" {
    command -v xmllint >/dev/null || skip "no xmllint"
    cp "$SC_TOP/policies/strict.json" '<b>&".json'
    run -0 simulate --scenario outage --clients 50 '<b>&".json' default sdk --html p.html --svg p.svg
    xmllint --noout p.svg
    sed 1d p.html | sed 's/<meta \([^>]*\)>/<meta \1\/>/' | xmllint --noout -
    run -1 grep -E '<b>|http-equiv|<script|<link|src=|href=|url\(' p.html
    [ "$(grep -o 'class="way"' p.svg | wc -l)" -eq $((3 + 4 * 3)) ]
    run -0 simulate --scenario outage --clients 50 none --svg -
    [[ $output == "<svg "* ]]
}

# One call event of a log: call AT_S MS INPUT OUTPUT
call() {
    printf '{"time":"%s","event":"call","pid":7,"program":"curl","call":"%016x","outcome":"ok","ms":%d,"input_tokens":%d,"output_tokens":%d}\n' \
        "$(date -ud "@$((1767225600 + $1))" +%FT%T.000Z)" "$RANDOM$RANDOM" "$2" "$3" "$4"
}

@test "a log's calls are made at their times and of their sizes" {
    {
        call 60 1000 11 7
        echo '{"event":"attempt","call":"1"}'
        call 65 3000 100 20
        echo 'not a line of a log'
        call 62 1000 5 3
    } >calls.log
    run -0 simulate --scenario steady --clients 3 --from-log calls.log none --json
    [ "$(value 0 .calls)" -eq 3 ]
    [ "$(value 0 .input_tokens)" -eq 116 ]
    [ "$(value 0 .output_tokens)" -eq 30 ]
    # They began at 59, 61 and 62 s.
    [ "$(value 0 '.due[:4] | join(" ")')" = "1 0 1 1" ]
    run -1 simulate --scenario steady --from-log /dev/null none
    [[ $output == *"found no call in 0 lines"* ]]
    run -1 simulate --scenario steady --from-log no-such.log none
    [[ $output == *"no-such.log: can't be read"* ]]
}

@test "each key that --keys lists is in docs/simulate.md, and its example is good" {
    run -0 simulate --keys
    [ "${#lines[@]}" -ge 150 ]
    for key in $(sed -n 's/^\([a-z].*\)$/\1/p' <<<"$output"); do
        last=${key##*.}
        grep -q "[\`.\"]${last}[\`\".\[]" "$SC_TOP/docs/simulate.md" || { echo "$key is missing"; false; }
    done
    sed -n '/^```json/,/^```/p' "$SC_TOP/docs/simulate.md" | sed '/^```/d' >example.json
    run -0 simulate --scenario example.json --clients 30 default
}

@test "what --keys lists is what is read: each bound is allowed, what is beyond is not" {
    simulate --keys | awk '/^[a-z]/ { key = $1 } /^    whole number/ { print key, $3, $5 }' >bounds
    [ "$(wc -l <bounds)" -ge 25 ]
    while read -r key least most; do
        [[ $key == *.*.* || $key == events* ]] && continue
        for value in "$((least - 1))" "$((most + 1))"; do
            [[ $key == *.* ]] && text="{\"${key%.*}\": {\"${key#*.}\": $value}}" || text="{\"$key\": $value}"
            scenario "$text"
            run -1 simulate --scenario s.json none
            [[ $output == *"$key: found $value, allowed"* ]] || { echo "$text: $output"; false; }
        done
    done <bounds
}

# Whether an expression of numbers holds.
holds() {
    awk "BEGIN { exit !($1) }" || { echo "$1"; return 1; }
}

@test "the default: three in ten faults leave no call unanswered, at 1.5 requests each" {
    run -0 --separate-stderr simulate --scenario flaky --clients 2000 default --json
    holds "$(value 0 .answered) / $(value 0 .calls) >= 0.999"
    holds "$(value 0 .attempts) / $(value 0 .calls) <= 1.5"
}

@test "the default: a dead service is spared, and no second peak follows an outage of 10,000 clients" {
    run -0 --separate-stderr simulate --scenario dead --clients 2000 default --json
    holds "$(value 0 .attempts) / $(value 0 .calls) <= 1.2"
    run -0 --separate-stderr simulate --scenario outage --clients 10000 default --json
    [ "$(value 0 .calls)" -gt 100000 ]
    holds "$(value 0 .peak_after_per_s) <= 1.1 * $(jq .capacity_per_s <<<"$output")"
}

@test "limits that are told and learned leave nothing to be refused" {
    echo '{"version": 1, "rules": [{"name": "a", "match": {"host": "*"}, "provider": "openai", "limits": {"learn": true}}]}' >learn.json
    run -0 --separate-stderr simulate --scenario rate-limit learn.json default --json
    [ "$(value 0 .status_429)" -eq 0 ]
    [ "$(value 0 .answered)" -eq "$(value 0 .calls)" ]
    [ "$(value 1 .status_429)" -gt 0 ]
    # ... and all that is granted is used
    holds "$(value 0 .busiest_minute) >= 0.98 * 2000"
}
