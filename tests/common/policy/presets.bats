#!/usr/bin/env bats
# The presets in policies/ do what the providers document; each says where and when that was read.

bats_require_minimum_version 1.5.0

setup() {
    cd "$SC_TOP" || return
    unset STEADYCURL_POLICY
}

explain() { # PRESET PROVIDER STATUS ATTEMPT: what comes next
    build/steadycurl explain -p "policies/$1.json" --provider "$2" --status "$3" --attempt "$4" --json |
        jq -c '[.rule, .class, .wait_least_ms, .wait_most_ms, .max_attempts]'
}

is() { # EXPECTED EXPLAIN_ARGUMENT...
    local found
    found=$(explain "${@:2}")
    [ "$found" = "$1" ] || { echo "${*:2}: $found instead of $1"; return 1; }
}

@test "each preset names its sources and their date" {
    for preset in openai anthropic mistral google-ai; do
        jq -e '.comment | test("https://[a-z.]+/") and test("documented 20[0-9]{2}-[0-9]{2}")' \
            "policies/$preset.json"
    done
}

@test "openai: rate limits wait 1 s and more, up to 60 s, six attempts" {
    is '["openai","rate_limited",1000,2000,6]' openai openai 429 1
    is '["openai","rate_limited",16000,32000,6]' openai openai 429 5
    is '["openai","rate_limited",null,null,6]' openai openai 429 6
    is '["azure","rate_limited",1000,2000,6]' openai azure 429 1
    is '["openai","retryable",50,500,4]' openai openai 500 1
}

@test "mistral: 1, 2, 4, 8 s and up to one more, five attempts, for 429 and 5xx alike" {
    for status in 429 500 502 503 504; do
        for attempt in 1 2 3 4; do
            least=$((1000 << (attempt - 1)))
            explain mistral mistral $status $attempt | jq -e --argjson w "$least" \
                '.[2] == $w and (.[3] - $w | . > 990 and . <= 1000) and .[4] == 5'
        done
        is "$(explain mistral mistral $status 5 | jq -c '[.[0], .[1], null, null, 5]')" \
            mistral mistral $status 5
    done
}

@test "anthropic: 429, 500, 504 and 529 are tried again, other failures are not" {
    is '["anthropic","overloaded",1000,2000,6]' anthropic anthropic 529 1
    for status in 429 500 504; do
        [ "$(explain anthropic anthropic $status 1 | jq '.[3] > 0')" = true ]
    done
    for status in 400 401 402 403 404 413; do
        [ "$(explain anthropic anthropic $status 1 | jq '.[3]')" = null ]
    done
}

@test "google: 429, 500, 503 and 504 are tried again, a day's quota is not" {
    for provider in gemini vertex; do
        for status in 429 500 503 504; do
            [ "$(explain google-ai $provider $status 1 | jq '.[3] > 0')" = true ]
        done
    done
    printf 'HTTP/2 429\n\n%s' '{"error":{"code":429,"status":"RESOURCE_EXHAUSTED","details":[
        {"violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}]}}' |
        build/steadycurl explain -p policies/google-ai.json --provider gemini -r - --json |
        jq -e '.class == "quota_exhausted" and (.will_retry | not)'
}
