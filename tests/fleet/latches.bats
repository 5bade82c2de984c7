#!/usr/bin/env bats
# A refused key and a spent quota: known to all processes, probed rarely, and no secret in it.

load fleet

setup() {
    fleet_begin
    policy '"provider": "openai"'
}

teardown() {
    fleet_end
}

KEY=sk-proj-FleetSecret

with_key() { # KEY
    code -H "authorization: Bearer $1"
}

@test "a refused key: other processes with it stop, other keys go on" {
    local began=$SECONDS
    mock_script 401,200
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(with_key "$KEY")" = "401 auth_failed" ]
    [ "$(with_key "$KEY-other")" = "200 " ]
    [ "$(with_key "$KEY")" = "401 auth_failed" ]
    [ "$(mock_count)" -eq 2 ]
    run -0 ask -i -H "authorization: Bearer $KEY"
    [[ $output == *"HTTP/1.1 401 Unauthorized"*"x-steadycurl: auth_failed"* ]]
    tells_rest 60 "$began" # the next probe, within a minute
    tail -n 1 <<<"$output" | jq -e '.error.code == "invalid_api_key"'
}

@test "a spent quota: the same, as a 429 that says so" {
    mock_script quota,200
    [ "$(with_key "$KEY")" = "429 " ]
    [ "$(with_key "$KEY")" = "429 quota_exhausted" ]
    run -0 ask -i -H "authorization: Bearer $KEY"
    [[ $output == *"x-should-retry: false"* ]] # what OpenAI's own clients go by
    tail -n 1 <<<"$output" | jq -e '.error.code == "insufficient_quota"'
    [ "$(with_key "$KEY-other")" = "200 " ]
    [ "$(mock_count)" -eq 2 ]
}

# What Ollama says has no code, and its other APIs fail as their own clients expect.
@test "a spent quota of Ollama's, in the words of the API that is used" {
    local way there filter key
    policy '"provider": "ollama"'
    for way in "" --parallel; do
        while read -r there filter; do
            mock_script '429;message=you (who) have reached your weekly usage limit,200'
            key="authorization: Bearer $KEY$way$there"
            CHAT=$MOCK_URL$there run -0 ask $way -H "$key" -o "$BATS_TEST_TMPDIR/first"
            CHAT=$MOCK_URL$there run -0 --separate-stderr ask $way -H "$key" -D "$BATS_TEST_TMPDIR/head"
            grep -q '^x-steadycurl: quota_exhausted' "$BATS_TEST_TMPDIR/head"
            grep -q '^x-should-retry: false' "$BATS_TEST_TMPDIR/head"
            echo "$there: $output"
            jq -e "$filter" <<<"$output"
        done <<'EOF'
/api/chat keys == ["error"] and (.error | test("reached your usage limit, upgrade"))
/v1/chat/completions .error.code == "insufficient_quota"
/v1/messages .type == "error" and .error.type == "billing_error"
EOF
    done
}

@test "keys are told apart wherever they stand" {
    local header
    mock_script 401,200
    for header in 'x-api-key: ' 'api-key: ' 'x-goog-api-key: '; do
        mock_reset
        [ "$(code -H "$header$KEY")" = "401 " ]
        [ "$(code -H "$header$KEY")" = "401 auth_failed" ]
        [ "$(code -H "$header$KEY-other")" = "200 " ]
        "$STEADYCURL" status --reset >/dev/null
    done
    mock_reset
    CHAT="$CHAT?key=$KEY"
    [ "$(code)" = "401 " ]
    [ "$(code)" = "401 auth_failed" ]
    [ "$(mock_count)" -eq 1 ]
}

@test "many processes learn of it within one call" {
    mock_script 401
    many 8 "$BUILT/fleet_load" "$CHAT" -t 2 -n 20 -k "$KEY"
    # Those under way when the first was refused.
    [ "$(mock_count)" -le 16 ]
    [ "$(told ' 401 auth_failed$')" -ge 304 ]
    # Several may be refused at the same time, but one is the first.
    [ "$(count_events '.event == "latch"')" -eq 1 ]
}

@test "one probe a minute, and its success lets all go on" {
    mock_script 401,200
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(with_key "$KEY")" = "401 auth_failed" ]
    "$BUILT/fleet_memory" "$STEADYCURL_STATE" latches 61
    mock_script 401,200
    many 8 "$BUILT/fleet_load" "$CHAT" -n 3 -k "$KEY" # race for the probe, which is refused
    [ "$(mock_count)" -eq 2 ]
    [ "$(told ' 401 auth_failed$')" -eq 23 ]
    "$BUILT/fleet_memory" "$STEADYCURL_STATE" latches 61
    [ "$(with_key "$KEY")" = "200 " ]
    [ "$(with_key "$KEY")" = "200 " ]
    [ "$(count_events '.event == "latch" and .text == "A probe went well: attempts go on"')" -eq 1 ]
}

@test "its log lines, as objects and for people" {
    mock_script 401,quota
    with_key "$KEY"
    with_key "$KEY"
    events '.event == "latch"' | jq -e '.text == "Credentials are refused: no more attempts, but one probe a minute"'
    sed -i 's/"format": "json"/"format": "text"/' "$POLICY"
    with_key "$KEY-other"
    with_key "$KEY-other"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Quota is used up: no more attempts, but one probe a minute \(' "$LOG"
    grep -Eq '^\[[-0-9]{10} [:0-9]{8}\] Answered by steadycurl: quota_exhausted \(.*status=429' "$LOG"
}

# What a box before the API says, as bytes of its own.
foreign() { # STATUS
    printf '%s;content-type=text/html;body-text=<html><h1>You have been blocked</h1></html>\n' "$1"
}

@test "a firewall's page says nothing of the key, whatever its status" {
    local refusal
    for refusal in 401 402 403 407 511; do
        mock_script "$(foreign "$refusal"),200"
        for _ in 1 2; do
            run -0 with_key "$KEY"
            [[ $output == "$refusal " || $output == "200 " ]]
        done
        [ "$(mock_count)" -eq 2 ]
        mock_reset
    done
    run -0 with_key "$KEY" -f
    [ "$(count_events '.event == "latch"')" -eq 0 ]
    [ "$(events '.event == "attempt" and .status == 403' | jq -r .class | sort -u)" = bad_request ]
}

@test "... also where FAILONERROR keeps its body away, and in curl's parallel mode" {
    local option
    for option in -f --parallel; do
        mock_script "$(foreign 403)"
        for _ in 1 2 3; do
            ask -o "$BATS_TEST_TMPDIR/out" -H "authorization: Bearer $KEY" "$option" || true
        done
        [ "$(mock_count)" -eq 3 ]
        mock_reset
    done
}

@test "a key that has just worked is stopped by the second refusal in a row" {
    local stray='401;code=null;type=invalid_request_error;message=Unauthorized'
    mock_script "200,$stray,200,$stray,$stray,200"
    [ "$(with_key "$KEY")" = "200 " ]
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(events '.event == "latch"' | jq -r .text)" = \
        "Refused, though these credentials worked lately: the next refusal stops them" ]
    [ "$(with_key "$KEY")" = "200 " ]
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(with_key "$KEY")" = "401 auth_failed" ]
    [ "$(mock_count)" -eq 5 ]
}

@test "... or by the first that names it" {
    mock_script '200,401,200'
    [ "$(with_key "$KEY")" = "200 " ]
    [ "$(with_key "$KEY")" = "401 " ]
    [ "$(with_key "$KEY")" = "401 auth_failed" ]
    mock_script '200,quota,200'
    [ "$(with_key "$KEY-other")" = "200 " ]
    [ "$(with_key "$KEY-other")" = "429 " ]
    [ "$(with_key "$KEY-other")" = "429 quota_exhausted" ]
}

@test "no part of a key is in the shared memory, its folder or the log" {
    mock_script 401,quota,200
    with_key "$KEY"
    with_key "$KEY"
    with_key "$KEY-second"
    code -H "x-api-key: $KEY"
    wrapped curl -sS -o /dev/null "$CHAT?key=$KEY" -d "$ASK"
    wrapped curl -sS -o /dev/null -u "me:$KEY" "$CHAT" -d "$ASK"
    "$BUILT/fleet_memory" "$STEADYCURL_STATE" dump >"$BATS_TEST_TMPDIR/memory"
    [ "$(wc -c <"$BATS_TEST_TMPDIR/memory")" -gt 100000 ]
    grep -q 127.0.0.1 "$BATS_TEST_TMPDIR/memory" # this is the right memory
    run -1 grep -aq FleetSecret "$BATS_TEST_TMPDIR/memory"
    run -1 grep -raq FleetSecret "$STEADYCURL_STATE"
    run -1 grep -aq FleetSecret "$LOG"
    run -0 "$STEADYCURL" status
    [[ $output != *FleetSecret* ]]
}
