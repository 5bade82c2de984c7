#!/usr/bin/env bats
# What check, doctor and explain say of targets: who is asked, who is fit for a request, what it
# would get, what is missing; and that no key is ever said.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY KEY_A KEY_B STEADYCURL_TASK STEADYCURL_DAG
    export XDG_CONFIG_HOME=$dir/none HOME=$dir
    cat >policy.json <<'POLICY'
{"version": 1,
 "targets": {
  "mini": {"model": "gpt-4o-mini"},
  "claude": {"url": "https://api.anthropic.com", "model": "claude-haiku-4-5", "key_env": ["KEY_A", "KEY_B"]},
  "small": {"url": "http://127.0.0.1:8080", "model": "tiny", "context": 40}},
 "rules": [{"name": "chat", "match": {"host": "api.openai.com"},
  "route": [{"when": {"input_tokens_above": 1000}, "to": "claude"},
            {"when": {"stream": true, "task": "etl*"}, "to": "small"}],
  "fallback": ["mini", "claude", "small", {"reply": {"status": 503, "text": "later"}}]}]}
POLICY
    export STEADYCURL_POLICY=$dir/policy.json
    url=https://api.openai.com/v1/chat/completions
    echo '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"max_tokens":5}' >plain.json
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

lacks() {
    [[ $output != *"$1"* ]] || {
        echo "has: $1"
        echo "$output"
        return 1
    }
}

chain() { # FILTER ARGUMENT...
    "$steadycurl" explain --json "${@:2}" "$url" | jq -c "$1"
}

@test "explain shows the chain in order, and what each target would get" {
    export KEY_A=sk-secret-a
    run -0 "$steadycurl" explain --request plain.json "$url"
    has "chain     the program's host"
    has "mini: gpt-4o-mini at the program's host: fit"
    has "claude: claude-haiku-4-5 at https://api.anthropic.com/v1/messages (anthropic): fit"
    has "small: tiny at http://127.0.0.1:8080/v1/chat/completions (openai): fit"
    has "a reply, status 503: later"
    has '{"model":"gpt-4o-mini","messages":[{"role":"user","content":"Hi"}],"max_tokens":5}'
    has '{"model":"claude-haiku-4-5","max_tokens":5,'
    lacks sk-secret

    [ "$(chain '[.chain[] | .target // (.reply | tostring)]' --request plain.json)" = '["null","mini","claude","small","503"]' ]
    [ "$(chain '.chain[2].body.model' --request plain.json)" = '"claude-haiku-4-5"' ]
}

@test "a rule without targets is explained as ever" {
    jq '.rules[0] |= del(.route, .fallback)' policy.json >plain-policy.json
    run -0 "$steadycurl" explain -p plain-policy.json --request plain.json "$url"
    lacks "chain"
    [ "$("$steadycurl" explain -p plain-policy.json --json "$url" | jq 'has("chain")')" = false ]
}

@test "a target without a key that is there is unfit; one of several is enough" {
    [ "$(chain '.chain[2] | [.fit, .why]')" = '[false,"KEY_B is not set"]' ]
    [ "$(KEY_B=sk-b chain '.chain[2].fit')" = true ]
}

@test "what cannot be said in another dialect is named, and the same host is fit for it" {
    echo '{"model":"gpt-4o","messages":[{"role":"user","content":"Hi"}],"logit_bias":{"1":2}}' >odd.json
    export KEY_A=sk-secret-a
    run -0 "$steadycurl" explain --request odd.json "$url"
    has "claude: claude-haiku-4-5 at https://api.anthropic.com/v1/messages (anthropic): unfit: logit_bias: "
    has "mini: gpt-4o-mini at the program's host: fit"
    lacks '"claude-haiku-4-5"'
}

@test "what lies with the provider goes to no other host, and stays good at its own" {
    echo '{"model":"gpt-4o","input":"Hi","previous_response_id":"resp_1"}' >bound.json
    url=https://api.openai.com/v1/responses
    export KEY_A=sk-secret-a
    [ "$(chain '[.chain[] | select(.target) | .fit]' --request bound.json)" = '[true,false,false]' ]
}

@test "a request that a target has no room for is told by numbers" {
    jq -n '{model: "gpt-4o", max_tokens: 30, messages: [{role: "user", content: ("word " * 30)}]}' >long.json
    run -0 "$steadycurl" explain --request long.json "$url"
    has "small: tiny at http://127.0.0.1:8080/v1/chat/completions (openai): unfit: it takes 40 tokens, and"
}

@test "calls that have no dialect stay where they are" {
    run -0 "$steadycurl" explain https://api.openai.com/v1/embeddings
    has "mini: gpt-4o-mini at the program's host: unfit: the URL's path is that of none"
}

@test "where a request names no model at all no other can be asked for" {
    echo '{"messages":[{"role":"user","content":"Hi"}]}' >unnamed.json
    run -0 "$steadycurl" explain --request unnamed.json "$url"
    has "mini: gpt-4o-mini at the program's host: unfit: the request does not name its model in its body"
}

@test "where the path names the model the other one's path is shown, without what the query holds" {
    echo '{"contents":[{"role":"user","parts":[{"text":"Hi"}]}]}' >gemini.json
    sed -i 's/"match": {"host": "api.openai.com"}/"match": {}/; s/, "small": {[^}]*}//' policy.json
    url='https://generativelanguage.googleapis.com/v1beta/models/gemini-2.5-pro:generateContent?key=secret'
    run -0 "$steadycurl" explain --request gemini.json "$url"
    has "mini: gpt-4o-mini at the program's host: /v1beta/models/gpt-4o-mini:generateContent: fit"
    lacks secret
    run -0 chain '.chain[1] | [.target, .fit, .path, .body.contents[0].role]' --request gemini.json
    [ "$output" = '["mini",true,"/v1beta/models/gpt-4o-mini:generateContent","user"]' ]

    url=https://bedrock-runtime.us-east-1.amazonaws.com/model/a/converse # no dialect, but fit for any model
    run -0 chain '.chain[1] | [.target, .fit, .path]' --request gemini.json
    [ "$output" = '["mini",true,"/model/gpt-4o-mini/converse"]' ]
    run -0 chain '.chain[2].fit' --request gemini.json
    [ "$output" = false ]
    url=${url%converse}invoke
    run -0 chain '.chain[1].fit' --request gemini.json
    [ "$output" = false ]
}

@test "the route that fits is followed: by tokens, by stream and task" {
    export KEY_A=sk-secret-a
    [ "$(chain '.chain[0].target' --request plain.json)" = null ]
    jq -n '{model: "gpt-4o", messages: [{role: "user", content: ("word " * 2000)}]}' >long.json
    [ "$(chain '[.chain[].target]' --request long.json)" = '["claude","mini","small",null]' ]
    jq '.stream = true' plain.json >stream.json
    [ "$(chain '.chain[0].target' --request stream.json)" = null ]
    [ "$(STEADYCURL_TASK=etl_daily chain '.chain[0].target' --request stream.json)" = '"small"' ]
    run -0 "$steadycurl" explain --request plain.json "$url"
    has "route     the program's host is asked first"
}

@test "check warns of what is missing, and does not say what is there" {
    jq '.targets += {"lan": {"url": "http://llm.example.com", "key_env": "KEY_A"},
        "headed": {"url": "https://llm.example.com", "headers": "Authorization: Bearer sk-secret-h"},
        "filed": {"url": "https://llm.example.com", "key_file": "'"$dir"'/key"}}' policy.json >more.json
    (umask 022 && echo sk-secret-f >key)
    KEY_A=sk-secret-a run -0 "$steadycurl" check more.json
    has "more.json: warning: targets.claude: KEY_B is not set: its other keys are used"
    has "targets.lan: its key goes over the network as plain text"
    has "targets.lan: no rule leads to it"
    has "targets.headed: a credential stands in its headers"
    has "targets.filed: others may read $dir/key (mode 0644): chmod 600 $dir/key: it is not asked without a key"
    lacks sk-secret
    chmod 600 key
    run -0 "$steadycurl" check more.json
    has "targets.claude: KEY_A is not set: it is not asked without a key"
    lacks "others may read"
    run -1 "$steadycurl" check --strict more.json
}

@test "a local server needs no encryption, and a target without a key none" {
    jq '.targets = {"a": {"url": "http://localhost:1234", "key_env": "KEY_A"},
        "b": {"url": "http://[::1]:1234", "key_env": "KEY_A"}, "c": {"url": "http://llm.example.com"}} |
        .rules[0] |= del(.route) | .rules[0].fallback = ["a", "b", "c"]' policy.json >local.json
    KEY_A=sk-secret-a run -0 "$steadycurl" check --strict local.json
    [ "$output" = "local.json: good, 1 rule" ]
}

@test "no error repeats what may be a key" {
    for target in '{"url": "https://api.openai.com", "key_env": "sk-secret-1234"}' \
        '{"url": "https://api.openai.com", "key_env": "AIzaSySECRETsecret0123456789abcdefghijk"}' \
        '{"url": "https://me:sk-secret@api.openai.com"}' '{"url": "https://api.openai.com?key=sk-secret"}' \
        '{"url": "https://api.openai.com", "headers": ["X-A: sk-secret\nX-B: sk-secret"]}' \
        '{"url": "https://api.openai.com", "key_env": "A", "headers": "x-api-key: sk-secret"}' \
        '{"url": "https://api.openai.com", "key": "sk-secret"}'; do
        printf '{"version": 1, "rules": [], "targets": {"a": %s}}' "$target" >bad.json
        run -1 "$steadycurl" check bad.json
        has "targets.a"
        lacks secret
        lacks SECRET
    done
}

@test "doctor says what targets lack" {
    run "$steadycurl" doctor curl
    has "target    warning: targets.claude: KEY_A is not set"
}

@test "the shipped policy of a chain is good, and one key away from complete" {
    run -0 "$steadycurl" check "$SC_TOP/policies/fallback.json"
    has "targets.claude: ANTHROPIC_API_KEY is not set"
    ANTHROPIC_API_KEY=x run -0 "$steadycurl" check --strict "$SC_TOP/policies/fallback.json"
    export STEADYCURL_POLICY=$SC_TOP/policies/fallback.json ANTHROPIC_API_KEY=x
    [ "$(chain '[.chain[] | select(.target) | .fit]' --request plain.json)" = '[true,true,true]' ]
}
