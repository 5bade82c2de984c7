#!/usr/bin/env bats
# Budgets: what may be spent is kept by all processes together, said in the log, and not forgotten.

load fleet

# A call of $ASK may cost 0.00026 USD at most: 25 tokens of input are set aside at 2.50 a million,
# and 20 of output at 10. The mock says it took 5 and 7: 0.0000825.
setup() {
    fleet_begin
    ASK='{"model":"gpt-4o","max_tokens":20,"messages":[{"role":"user","content":"Why is the sky blue?"}]}'
    unset STEADYCURL_TASK STEADYCURL_DAG AIRFLOW_CTX_TASK_ID AIRFLOW_CTX_DAG_ID
}

teardown() {
    fleet_end
}

budgets() { # BUDGET...: the policy with these
    cat >"$POLICY" <<JSON
{"version": 1, "log": {"format": "json"}, "defaults": {"retry": false, "breaker": false},
 "rules": [{"name": "other", "match": {"host": "127.0.0.1", "path": "/v1/responses"}, "provider": "openai"},
           {"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai"}],
 "budgets": [$(IFS=, && echo "$*")]}
JSON
}

spent() { # LABEL: in nano-dollars
    "$STEADYCURL" status --json |
        sed -n 's/.*"scope":"'"$1"'","money":{"spent_usd":\([0-9]*\)\.\([0-9]*\).*/\1\2/p' | sed 's/^0*\(.\)/\1/'
}

alerts() { # fractions of one budget, in the order of the log
    jq -r 'select(.event == "budget") | .fraction' "$LOG" | paste -sd' '
}

@test "a budget lets calls through until the next one would not fit, then rejects" {
    budgets '{"name": "team", "usd": 0.00045, "per": "ever", "alert": [0.2, 0.5]}'
    for _ in 1 2 3; do [ "$(code)" = "200 " ]; done
    [ "$(code)" = "429 budget" ]
    [ "$(code)" = "429 budget" ]
    [ "$(mock_count)" -eq 3 ]
    [ "$(spent budget=team)" -eq 247500 ]
    [ "$(alerts)" = "0.2 0.5 1" ]
}

@test "the answer is the provider's own for a spent quota: which budget, and until when" {
    budgets '{"name": "team", "usd": 0.00045, "per": "month"}'
    for _ in 1 2 3; do [ "$(code)" = "200 " ]; done
    run -0 ask -D "$BATS_TEST_TMPDIR/head"
    jq -e '.error.message | test("The budget \"team\" of 0.00045 USD a month has no room")' <<<"$output"
    jq -e '.error | .code == "insufficient_quota" and .type == "insufficient_quota"' <<<"$output"
    # For people: not "in 288893 s".
    jq -e '.error.message | test("try again in [0-9]+ (d|h|min|s)( [0-9]+ (h|min|s))?[.]$")' <<<"$output"
    grep -qi '^x-should-retry: false' "$BATS_TEST_TMPDIR/head"
    local after
    after=$(sed -n 's/^[Rr]etry-[Aa]fter: \([0-9]*\).*/\1/p' "$BATS_TEST_TMPDIR/head")
    [ "$after" -ge 1 ] && [ "$after" -le $((31 * 86400)) ]
    events '.event == "call" and .reason == "budget"' | jq -es 'length == 1 and .[0].budget == "team"'
    [ "$(mock_count)" -eq 3 ]
}

@test "a call that can never fit is a wrong request, and told why" {
    local option
    budgets '{"name": "team", "usd": 0.0001, "per": "hour"}'
    for option in -s --parallel; do
        ask -D "$BATS_TEST_TMPDIR/head" -o "$BATS_TEST_TMPDIR/out" "$option"
        jq -e '.error.message | startswith("This call never fits the budget \"team\" of 0.0001 USD")' \
            "$BATS_TEST_TMPDIR/out"
        jq -e '.error | .type == "invalid_request_error" and .code == null' "$BATS_TEST_TMPDIR/out"
        grep -q '^HTTP/1.1 400' "$BATS_TEST_TMPDIR/head"
        grep -qi '^x-should-retry: false' "$BATS_TEST_TMPDIR/head"
        run -1 grep -qi '^retry-after' "$BATS_TEST_TMPDIR/head"
    done
    [ "$(mock_count)" -eq 0 ]
}

@test "what the output may cost is set aside in Gemini's dialect as well" {
    budgets '{"name": "team", "usd": 0.01, "per": "day"}'
    sed -i 's/"rules": \[/& {"match": {"host": "127.0.0.1", "path": "\/v1beta\/*"}, "provider": "gemini"},/' "$POLICY"
    CHAT=$MOCK_URL/v1beta/models/gemini-2.5-flash:generateContent
    # 5,000 tokens at 2.50 a million are 0.0125.
    ASK='{"contents":[{"parts":[{"text":"hi"}]}],"generationConfig":{"maxOutputTokens":5000}}'
    [ "$(code)" = "400 budget" ]
    [ "$(mock_count)" -eq 0 ]
    ASK=${ASK/5000/500}
    [ "$(code)" = "200 " ]
}

@test "a budget for ever has no Retry-After" {
    budgets '{"name": "gift", "usd": 0.0001, "per": "ever"}'
    run -0 ask -D "$BATS_TEST_TMPDIR/head"
    grep -qi '^x-steadycurl: budget' "$BATS_TEST_TMPDIR/head"
    ! grep -qi '^retry-after' "$BATS_TEST_TMPDIR/head"
}

@test "warn says so once and lets everything through" {
    budgets '{"name": "team", "usd": 0.0002, "on_spent": "warn", "alert": [0.5, 2]}'
    for _ in 1 2 3 4 5 6; do [ "$(code)" = "200 " ]; done
    [ "$(alerts)" = "0.5 1 2" ]
    [ "$(spent budget=team)" -eq 495000 ]
}

@test "an event names the budget, what is spent and the limit" {
    budgets '{"name": "team", "usd": 0.001, "by": "task", "alert": 0.08}'
    STEADYCURL_TASK=load ask -o /dev/null
    events '.event == "budget"' | jq -e '.name == "team" and .scope == "budget=team task=load"
        and .fraction == 0.08 and .spent_usd == 0.0000825 and .limit_usd == 0.001'
    [ "$(grep -c '"spent_usd":0.000082500,"limit_usd":0.001000000' "$LOG")" -eq 1 ]
}

@test "what shares a budget: each task has its own, all rules have one" {
    budgets '{"name": "each", "usd": 0.00029, "by": "task"}' '{"name": "all", "usd": 0.001}'
    [ "$(STEADYCURL_TASK=a code)" = "200 " ]
    [ "$(STEADYCURL_TASK=a code)" = "429 budget" ]
    [ "$(STEADYCURL_TASK=b code)" = "200 " ]
    [ "$(code)" = "200 " ]
    [ "$(spent 'budget=each task=a')" -eq 82500 ]
    [ "$(spent 'budget=each task=(none)')" -eq 82500 ]
    [ "$(spent budget=all)" -eq 247500 ]
}

@test "a budget of one rule leaves the others alone" {
    budgets '{"name": "chat", "usd": 0.0001, "rules": "local"}'
    [ "$(code)" = "400 budget" ]
    export CHAT=$MOCK_URL/v1/responses
    [ "$(code)" = "200 " ]
}

@test "a failed call costs nothing, and a retry is covered like the first attempt" {
    budgets '{"name": "team", "usd": 0.0004}'
    sed -i 's/"retry": false/"retry": {"max_attempts": 4, "backoff": {"base_ms": 1, "max_ms": 2}}/' "$POLICY"
    mock_script 503,503,200,500,500,500,500,200
    [ "$(code)" = "200 " ]
    [ "$(code)" = "500 " ]
    [ "$(spent budget=team)" -eq 82500 ]
    [ "$(code)" = "200 " ]
    [ "$(spent budget=team)" -eq 165000 ]
    "$STEADYCURL" status --json | jq -e '.scopes[] | select(.money) | .money.reserved_usd == 0'
}

@test "what costs nothing goes on when all is spent" {
    budgets '{"name": "team", "usd": 0.0001}'
    sed -i 's/"rules": \[/"prices": [{"model": "free", "input_per_mtok": 0, "output_per_mtok": 0}], &/' "$POLICY"
    [ "$(code)" = "400 budget" ]
    ASK=${ASK/gpt-4o/free}
    [ "$(code)" = "200 " ]
}

@test "money is remembered when the shared memory is gone" {
    budgets '{"name": "team", "usd": 0.00045, "alert": 0.2}'
    [ "$(code)" = "200 " ]
    [ "$(code)" = "200 " ]
    rm "$STEADYCURL_STATE"/state-*
    [ "$(code)" = "200 " ]
    [ "$(spent budget=team)" -eq 247500 ]
    rm "$STEADYCURL_STATE"/state-*
    [ "$(code)" = "429 budget" ]
    rm "$STEADYCURL_STATE"/state-*
    [ "$(code)" = "429 budget" ]
    [ "$(alerts)" = "0.2 1" ]
}

@test "a reset of everything keeps money; a budget is reset by its name, on disk as well" {
    budgets '{"name": "team", "usd": 0.0004}'
    [ "$(code)" = "200 " ]
    [ "$(code)" = "200 " ]
    "$STEADYCURL" status --reset
    "$STEADYCURL" status --reset team || true
    [ "$(spent budget=team)" -eq 165000 ]
    "$STEADYCURL" status --reset budget=team
    [ "$(spent budget=team)" -eq 0 ]
    rm "$STEADYCURL_STATE"/state-*
    [ "$(code)" = "200 " ]
    [ "$(spent budget=team)" -eq 82500 ]
}

@test "metrics tell what is spent, set aside, allowed, and how often there was an alert" {
    budgets '{"name": "team", "usd": 0.001, "by": "task", "alert": [0.01, 0.05]}'
    STEADYCURL_TASK=load ask -o /dev/null
    run -0 "$STEADYCURL" metrics
    grep -qx 'steadycurl_budget_spent_usd{budget="team",task="load"} 0.000082500' <<<"$output"
    grep -qx 'steadycurl_budget_reserved_usd{budget="team",task="load"} 0.000000000' <<<"$output"
    grep -qx 'steadycurl_budget_limit_usd{budget="team",task="load"} 0.001000000' <<<"$output"
    grep -qx 'steadycurl_budget_alerts_total{budget="team",task="load"} 2' <<<"$output"
    grep -q 'reason="budget"} 0' <<<"$output"
}

@test "a command is run for each alert, once, whoever asks" {
    budgets '{"name": "team", "usd": 0.001, "by": "task", "alert": [0.05, 0.15, 0.5]}'
    STEADYCURL_TASK=load ask -o /dev/null
    tell() { # runs what there is to run
        "$STEADYCURL" status --policy "$POLICY" \
            --exec 'echo "$BUDGET_NAME|$BUDGET_SCOPE|$BUDGET_FRACTION|$BUDGET_SPENT_USD|$BUDGET_LIMIT_USD"'
    }
    run -0 tell
    [ "$output" = "team|budget=team task=load|0.0500|0.0000825|0.001" ]
    run -0 tell
    [ -z "$output" ]
    STEADYCURL_TASK=load ask -o /dev/null
    run -0 tell
    [ "$output" = "team|budget=team task=load|0.1500|0.000165|0.001" ]
    run -1 "$STEADYCURL" status --policy "$POLICY.absent" --exec true
}

@test "explain names the budgets of a call" {
    budgets '{"name": "team", "usd": 500}' '{"name": "chat", "usd": 2.5, "per": "ever", "by": ["task", "model"], "rules": "local", "on_spent": "warn"}'
    run -0 "$STEADYCURL" explain --policy "$POLICY" http://127.0.0.1/v1/chat/completions
    grep -qx 'budget    team: $500.00 each month; rejects when spent' <<<"$output"
    grep -qx 'budget    chat: $2.50 for ever, for a task and a model; warns when spent' <<<"$output"
    run -0 "$STEADYCURL" explain --policy "$POLICY" http://127.0.0.1/v1/responses
    ! grep -q 'budget    chat' <<<"$output"
}

# ---- many at once ----

sum_of_calls() { # in nano-dollars, exact: from the digits as they are written
    sed -n 's/.*"event":"call".*"cost_usd":\([0-9]*\)\.\([0-9]*\).*/\1\2/p' "$LOG" |
        awk '{ sum += $1 } END { printf "%d\n", sum }'
}

reserved_calls() {
    "$STEADYCURL" status --json | sed -n 's/.*"money":{[^}]*"calls":\([0-9]*\).*/\1/p'
}

wait_for_reserved() { # CALLS
    local i
    for ((i = 0; i < 600; i++)); do
        [ "$(reserved_calls)" = "$1" ] && return
        sleep 0.1
    done
    "$STEADYCURL" status >&2
    echo "reserved by $(reserved_calls) calls, not by $1"
    return 1
}

@test "64 processes spend against one budget: never more, nearly all of it, each alert once" {
    budgets '{"name": "all", "usd": 0.02, "per": "ever", "alert": [0.25, 0.5, 0.75]}'
    many 64 "$BUILT/fleet_load" "$CHAT" -n 16
    local all good
    all=$(spent budget=all)
    good=$(told ' 0 200 -$')
    echo "# $good calls, $all of 20000000 nano-dollars" >&3
    # What the processes share is what each of them said, and what the books say.
    [ "$all" -eq "$(sum_of_calls)" ]
    [ "$(mock_count)" -eq "$good" ]
    [ "$((good + $(told ' 0 429 budget$')))" -eq $((64 * 16)) ]
    # Never above; and the first that did not fit might have cost 0.000265 at most.
    [ "$all" -le 20000000 ]
    [ "$all" -gt $((20000000 - 265000)) ]
    [ "$(jq -r 'select(.event == "budget") | .fraction' "$LOG" | sort -n | paste -sd' ')" = "0.25 0.5 0.75 1" ]
    [ "$(reserved_calls)" -eq 0 ]
    rm "$STEADYCURL_STATE"/state-*
    [ "$(code)" = "429 budget" ]
    [ "$(spent budget=all)" -eq "$all" ]
}

@test "what 32 of 64 killed processes had set aside comes back, and no more than that" {
    local i pids=()
    # Room for 64 calls at 0.00026 each and half a one.
    budgets '{"name": "all", "usd": 0.01677}'
    sed 's/"breaker": false/&, "limits": {"max_wait_ms": 0}/' "$POLICY" >"$BATS_TEST_TMPDIR/at-once"
    mock_script hang
    for ((i = 0; i < 64; i++)); do
        start_ask "$BATS_TEST_TMPDIR/out.$i"
        pids+=("$PID")
    done
    wait_for_reserved 64
    [ "$(POLICY=$BATS_TEST_TMPDIR/at-once code -m 20)" = "429 budget" ]
    kill_hard "${pids[@]:0:32}"
    wait_for_reserved 32
    for ((i = 0; i < 32; i++)); do
        start_ask "$BATS_TEST_TMPDIR/more.$i"
        pids[i]=$PID
    done
    wait_for_reserved 64
    [ "$(POLICY=$BATS_TEST_TMPDIR/at-once code -m 20)" = "429 budget" ]
    kill_hard "${pids[@]}"
    mock_script 200
    [ "$(code)" = "200 " ]
    [ "$(reserved_calls)" -eq 0 ]
    [ "$(spent budget=all)" -eq 82500 ]
}
