#!/usr/bin/env bats
# steadycurl costs: sums are exact, every call is counted once, whatever becomes of the log.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$BATS_TEST_TMPDIR
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG
    export STEADYCURL_STATE=$dir/state
}

# N calls from number FROM on, five minutes apart, with other lines between them. The cost of call i
# is i * 1234567 + 1 nano-dollars.
calls() { # FROM N
    awk -v from="$1" -v n="$2" 'BEGIN {
        split("gpt-4o claude-sonnet-4-5 gemini-2.5-flash", model, " ")
        split("openai anthropic gemini", provider, " ")
        for (i = from; i < from + n; i++) {
            m = i % 3 + 1
            minutes = i * 5
            day = 1 + int(minutes / 1440)
            time = sprintf("2025-%02d-%02dT%02d:%02d:00.000Z", 1 + int((day - 1) / 28),
                           1 + (day - 1) % 28, int(minutes / 60) % 24, minutes % 60)
            nano = i * 1234567 + 1
            head = sprintf("{\"time\":\"%s\",\"event\":\"%%s\",\"pid\":%d,\"program\":\"curl\",\"call\":\"%016x\"",
                           time, 100 + i % 7, i + 1)
            printf head ",\"attempt\":1,\"status\":503}\n", "attempt"
            printf head ",\"outcome\":\"%s\",\"class\":\"ok\",\"rule\":\"r%d\",\"provider\":\"%s\",\"host\":\"h\",\"model\":\"%s\",\"input_tokens\":%d,\"output_tokens\":%d,\"cached_tokens\":%d,\"cost_usd\":%d.%09d%s%s}\n",
                   "call", i % 10 ? "ok" : "failed", i % 2, provider[m], model[m], i, 2 * i, i % 5,
                   int(nano / 1000000000), nano % 1000000000,
                   i % 4 ? "" : ",\"estimated\":true", i % 2 ? ",\"task\":\"load\",\"dag\":\"nightly\"" : ""
        }
    }'
}

# Sum of the costs of calls 0..N-1 in nano-dollars, by another way.
nano_of() { # N
    echo $(($1 * ($1 - 1) / 2 * 1234567 + $1))
}

usd() { # NANO
    printf '%d.%09d' $(($1 / 1000000000)) $(($1 % 1000000000))
}

total() { # JQ FILTER, OPTIONS...
    local filter=$1
    shift
    "$steadycurl" costs --json "$@" | jq -r "$filter"
}

# Decimals as they are written: jq's own numbers are binary.
cost_of_total() { # OPTIONS...
    "$steadycurl" costs --json "$@" | sed -n 's/.*"total".*"cost_usd":\([0-9.]*\).*/\1/p'
}

@test "the total of ten thousand calls is their sum to the nano-dollar, by every key" {
    calls 0 10000 >log
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 10000)")" ]
    for by in model provider task dag program day rule; do
        "$steadycurl" costs --by $by --csv log >out
        [ "$(awk -F, 'NR > 1 { n += $2 } END { print n }' out)" = 10000 ]
        sum=0
        while IFS=. read -r whole part; do
            sum=$((sum + whole * 1000000000 + 10#$part))
        done < <(tail -n +2 out | cut -d, -f8)
        [ "$sum" = "$(nano_of 10000)" ]
        [ "$(cost_of_total --by $by log)" = "$(usd "$sum")" ]
    done
    [ "$(total '.total | [.input_tokens, .output_tokens, .failed, .estimated_calls] | @csv' log)" = \
        "49995000,99990000,1000,2500" ]
    [ "$(total '.rows | length' --by model log)" = 3 ]
    [ "$(total '.rows[] | select(.task == null) | .calls' --by task log)" = 5000 ]
}

@test "a call is counted once, however often the log is read" {
    calls 0 100 >log
    first=$("$steadycurl" costs log)
    [ "$("$steadycurl" costs log)" = "$first" ]
    calls 100 100 >>log
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 200)")" ]
    cp log copy
    mv copy log # another inode, the same calls
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 200)")" ]
}

@test "a rotation loses nothing" {
    calls 0 50 >log
    "$steadycurl" costs log >/dev/null
    calls 50 25 >>log # not yet read when it is rotated away
    mv log log.1
    calls 75 25 >log
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 100)")" ]
    mv log log.1
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 100)")" ]
    calls 100 10 >log
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 110)")" ]
}

@test "what was counted stays when the log is gone" {
    calls 0 10 >log
    "$steadycurl" costs log >/dev/null
    rm log
    run -0 --separate-stderr "$steadycurl" costs --json log
    [[ $output == *"\"cost_usd\":$(usd "$(nano_of 10)")"* ]]
    # shellcheck disable=SC2154 # set by run
    [[ $stderr == *"no such log"* ]]
    run -0 "$steadycurl" costs --json --since 1h log
    run -0 "$steadycurl" costs --json --log not-yet # as the page asks before the first call
}

@test "a log that never was is a slip, and so are two formats" {
    run -1 "$steadycurl" costs --json nowhere
    [[ $output == *"no such log"* ]]
    run -2 "$steadycurl" costs --json --csv log
    [[ $output == *"--json and --csv: one of them, please"* ]]
}

@test "a line that is being written is counted when it is whole" {
    calls 0 10 >whole
    head -c -20 whole >log
    [ "$(total .total.calls log)" = 9 ]
    tail -c 20 whole >>log
    [ "$(total .total.calls log)" = 10 ]
}

@test "many imports at once, while the log grows and is rotated, count every call once" {
    : >log
    (
        for i in $(seq 0 19); do
            calls $((i * 100)) 100 >>log
            [ "$i" -ne 9 ] || mv log log.1
        done
    ) &
    writer=$!
    pids=()
    for _ in $(seq 8); do
        (for _ in 1 2 3; do "$steadycurl" costs log >/dev/null || exit 1; done) &
        pids+=($!)
    done
    wait "$writer"
    for pid in "${pids[@]}"; do wait "$pid"; done
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 2000)")" ]
    [ "$(total .total.calls log)" = 2000 ]
}

@test "an import that is killed leaves all or nothing" {
    calls 0 5000 >log
    for i in 1 2 3 4 5; do
        timeout -s KILL "0.0$i" "$steadycurl" costs log >/dev/null || true
    done
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 5000)")" ]
}

@test "--since and --until: dates, times, and how long ago" {
    calls 0 1000 >log
    [ "$(total .total.calls --since 2025-01-02 log)" = 712 ]
    [ "$(total .total.calls --until 2025-01-01 log)" = 288 ]
    [ "$(total .total.calls --since 2025-01-01T00:05:00Z --until 2025-01-01T00:15:00.000Z log)" = 2 ]
    [ "$(total .total.calls --since 7d log)" = 0 ]
    [ "$(total '.rows | map(.day) | @csv' --by day --until 2025-01-03 log)" = \
        '"2025-01-01","2025-01-02","2025-01-03"' ]
    run -2 "$steadycurl" costs --since yesterday log
    [[ $output == *'"yesterday" is no time'* ]]
    run -2 "$steadycurl" costs --since 2025-02-30 log
}

@test "two logs are told apart; --all adds them up" {
    calls 0 10 >a
    calls 10 10 >b
    [ "$(cost_of_total a)" = "$(usd "$(nano_of 10)")" ]
    [ "$(total .total.calls b)" = 10 ]
    [ "$(cost_of_total --all)" = "$(usd "$(nano_of 20)")" ]
    mv b c
    [ "$(total .total.calls c)" = 10 ]
    [ "$(cost_of_total --all)" = "$(usd "$(nano_of 20)")" ]
}

@test "the log is FILE, else STEADYCURL_LOG, else the policy's" {
    calls 0 10 >log
    printf '{"version": 1, "log": {"path": "%s/log", "format": "json"}, "rules": []}' "$dir" >p.json
    [ "$(STEADYCURL_LOG=$dir/log total .total.calls)" = 10 ]
    [ "$(total .total.calls --policy p.json)" = 10 ]
}

@test "the ledger is private, and lies where it is told to" {
    calls 0 10 >log
    "$steadycurl" costs --ledger "$dir/deep/er/ledger.db" log >/dev/null
    [ "$(stat -c %a deep/er/ledger.db)" = 600 ]
    "$steadycurl" costs log >/dev/null
    [ "$(stat -c %a state/costs.db)" = 600 ]
}

@test "hostile names stay text" {
    printf '{"time":"2025-01-01T00:00:00Z","event":"call","pid":1,"call":"a","outcome":"ok","model":"=x\\",\\u001b[31m,<b>","cost_usd":0.5,"input_tokens":1,"output_tokens":1}\n' >log
    run -0 "$steadycurl" costs log
    [[ $output != *$'\033'* ]]
    [ "$(total '.rows[0].model' log)" = $'=x",\033[31m,<b>' ]
    run -0 "$steadycurl" costs --csv log
    [[ ${lines[1]} == '"'"'"'=x"",'* ]]
}

@test "a text log is read back: the sums of its lines" {
    export TZ=Europe/Berlin
    cat >text <<'LOG'
[2025-08-08 09:32:01] Retry 1: HTTP 500 (provider=openai model=gpt-4o host=h rule=r class=retryable ms=7 wait_ms=9 program=curl pid=7 call=62db9f74c1b10e5c)
[2025-08-08 09:32:02] Success: HTTP 200 (provider=openai model=gpt-4o host=h rule=r class=ok attempts=2 ms=900 input_tokens=10 output_tokens=20 cost_usd=0.000225000 task="night (load)" program=curl pid=7 call=62db9f74c1b10e5c)
[2025-08-08 23:59:59] Max retries reached. Request failed. (provider=openai model=gpt-4o host=h rule=r class=retryable status=500 attempts=4 ms=900 program=curl pid=8 call=62db9f74c1b10e5d)
[2025-08-09 01:00:00] Success: HTTP 200 (provider=anthropic model="a b" host=h rule=r class=ok attempts=1 ms=900 input_tokens=1 output_tokens=2 cost_usd=1.000000001 estimated=yes program=curl pid=7 call=62db9f74c1b10e5e)
LOG
    run -0 --separate-stderr "$steadycurl" costs -j text
    [ -z "$stderr" ]
    run -0 jq -e '.total == {calls: 3, failed: 1, input_tokens: 11, output_tokens: 22, cached_tokens: 0,
        cache_write_tokens: 0, cost_usd: 1.000225001, estimated_calls: 1, unpriced_calls: 0}' <<<"$output"
    run -0 "$steadycurl" costs -j --by task text
    run -0 jq -e '[.rows[].task] | contains(["night (load)"])' <<<"$output"
    run -0 "$steadycurl" costs -j --by day text # in UTC
    run -0 jq -e '[.rows[] | [.day, .calls]] == [["2025-08-08", 3]]' <<<"$output"
    run -0 "$steadycurl" costs text # nothing twice
    [[ ${lines[-2]} =~ ^total\ +3\  ]]
}

@test "what is no log is told so each time, and is no empty table" {
    mkdir folder
    printf 'root:x:0:0\nx\n' >passwd
    for _ in 1 2; do
        run -1 timeout 120 "$steadycurl" costs folder
        [[ $output == *"folder: no log"* ]]
        run -1 timeout 120 "$steadycurl" costs -j passwd
        [[ $output == *"passwd: no log"* ]]
    done
}

@test "names from outside do nothing to a terminal" {
    printf '{"time":"2025-01-01T00:00:00Z","event":"call","pid":1,"call":"x","model":"a\\u001b[31m\\u009b1m\\u202eb\\u0000\xc2\x9b\x9b"}\n' >log
    for how in "" --csv -j; do
        run -0 "$steadycurl" costs $how log
        run ! grep -qP '\x1b|\x9b|\xe2\x80\xae' <<<"$output"
    done
    run -0 "$steadycurl" costs -j log
    run -0 jq -e '.rows[0].model | startswith("a\u001b[31m")' <<<"$output"
}

@test "a broken ledger and a later one are explained" {
    echo '[2025-08-08 09:32:01] Retry 1: HTTP 500' >text
    head -c 5000 /dev/urandom >broken.db
    run -1 "$steadycurl" costs --ledger broken.db text
    [[ $output == *"broken.db: file is not a database"* ]]
    run -1 "$steadycurl" costs --ledger /proc/x/y.db text
    [[ $output == *"/proc/x/y.db: "* ]]
}

@test "numbers that other programs have rewritten are read alike" {
    calls 0 50 | jq -c . >log
    [ "$(cost_of_total log)" = "$(usd "$(nano_of 50)")" ]
    printf '{"time":"2025-01-01T00:00:00Z","event":"call","pid":1,"call":"x","cost_usd":1.25e-05,"input_tokens":1,"output_tokens":2}\n' >log2
    [ "$(cost_of_total log2)" = 0.000012500 ]
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" costs --by modle log
    [[ $output == *'did you mean "model"?'* ]]
    run -2 "$steadycurl" costs a b
    [[ $output == *"too much"* ]]
    run -2 env -u STEADYCURL_STATE "$steadycurl" costs --bye
    [[ $output == *"did you mean --by?"* ]]
}
