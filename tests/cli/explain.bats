#!/usr/bin/env bats
# steadycurl explain: rule, settings, class of a response, and what would happen next.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY
    export XDG_CONFIG_HOME=$dir/none HOME=$dir
    cat >policy.json <<'POLICY'
{"version": 1,
 "defaults": {"retry": {"max_attempts": 3, "backoff": {"base_ms": 100, "factor": 2, "max_ms": 1000, "jitter": "none"},
                        "rate_limited": {"max_attempts": 2, "backoff": {"base_ms": 700, "jitter": "none"}}}},
 "rules": [
  {"name": "large", "match": {"host": "api.openai.com", "model": "gpt-4*"}, "limits": {"rpm": 100}},
  {"name": "get", "match": {"host": "api.openai.com", "method": "GET"}, "retry": false},
  {"name": "local", "match": {"host": "127.0.0.1:8080"}, "provider": "ollama"}]}
POLICY
    export STEADYCURL_POLICY=$dir/policy.json
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

has() {
    [[ $output == *"$1"* ]] || {
        echo "lacks: $1"
        echo "$output"
        return 1
    }
}

@test "the rule is found by host, model, method and port" {
    run -0 "$steadycurl" explain --model gpt-4o https://api.openai.com/v1/chat/completions
    has "large (rules[0])"
    has "openai (by the host)"
    has "100 requests a minute"
    has "retryable: 3 attempts"
    has "rate_limited: 2 attempts"
    run -0 "$steadycurl" explain --method GET https://API.openai.com/v1/models
    has "get (rules[1])"
    has "retry     off"
    run -0 "$steadycurl" explain http://127.0.0.1:8080/api/chat
    has "local (rules[2])"
    has "ollama (by the rule)"
    run -0 "$steadycurl" explain http://127.0.0.1:8081/api/chat
    has "none: the call passes through"
}

@test "a model in the URL is read" {
    run -0 "$steadycurl" explain \
        "https://generativelanguage.googleapis.com/v1beta/models/gemini-1.5-pro:generateContent"
    has "model     gemini-1.5-pro"
}

@test "a transient failure is followed by a wait, the last attempt by the failure" {
    url=https://api.openai.com/v1/chat/completions
    run -0 "$steadycurl" explain -m gpt-4 $url --status 500
    has "class     retryable"
    has "wait 100 ms (backoff), then attempt 2 of 3"
    run -0 "$steadycurl" explain -m gpt-4 $url --status 503 --attempt 2
    has "wait 200 ms (backoff), then attempt 3 of 3"
    run -0 "$steadycurl" explain -m gpt-4 $url --status 503 --attempt 3
    has "the program gets the failure: attempts used up"
}

@test "a server's hint is a floor" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 429 \
        --header "Retry-After: 2"
    has "class     rate_limited"
    has "hint      the server asks for 2000 ms"
    has "wait 2001 to 2500 ms (hint)"
}

@test "the body decides: quota is never retried" {
    echo '{"error":{"type":"insufficient_quota","code":"insufficient_quota","message":"m"}}' >body
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 429 --body body
    has "class     quota_exhausted"
    has "never retried"
    run -0 sh -c '"$1" explain -m gpt-4 https://api.openai.com/v1/x --status 429 --body - <body' \
        sh "$steadycurl"
    has "class     quota_exhausted"
}

@test "an error event at the head of a stream is classified, one after output is not retried" {
    printf 'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"m"}}\n\n' >early
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 200 \
        -H "Content-Type: text/event-stream" -b early
    has "class     overloaded"
    has "then attempt 2 of 3"
}

@test "a transport error is explained" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --curl-code 56
    has "class     retryable"
}

@test "success goes to the program" {
    run -0 "$steadycurl" explain -m gpt-4 https://api.openai.com/v1/x --status 200
    has "class     ok"
    has "the program gets the response"
}

@test "URLs that parsers disagree about are refused" {
    for url in "https://api.openai.com@evil.example/" ftp://h/ nonsense "https://h/a/../b"; do
        run -2 "$steadycurl" explain "$url"
        has "not a plain http or https URL"
    done
}

@test "a broken policy is named with its place" {
    echo '{"version": 1, "rulez": []}' >bad.json
    run -1 "$steadycurl" explain --policy bad.json https://api.openai.com/
    has "bad.json:1:"
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" explain
    has "which URL?"
    run -2 "$steadycurl" explain https://a/ https://b/
    has "one URL, please"
    run -2 "$steadycurl" explain https://a/ --status x
    has "--status: cannot be \"x\""
    run -2 "$steadycurl" explain https://a/ --header nocolon
    has "--header: cannot be \"nocolon\""
    run -2 "$steadycurl" explain https://a/ --stat 1
    has "did you mean --status?"
    run -2 "$steadycurl" explain https://a/ --body none
    has "cannot read the body"
    run -0 "$steadycurl" explain --help
    has "usage: steadycurl explain"
}
