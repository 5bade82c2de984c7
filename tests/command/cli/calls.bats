#!/usr/bin/env bats
# steadycurl log by calls: rows, one call's story, and what is wanted of a log, text or JSON alike.

bats_require_minimum_version 1.5.0
load ../../lib/await

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG NO_COLOR
    export TZ=UTC STEADYCURL_STATE=$dir/state
    cat >json <<'LOG'
{"time":"2025-08-08T07:00:00.000Z","event":"call","pid":7,"program":"php","call":"00000000000000a1","outcome":"ok","status":200,"curl_code":0,"class":"ok","row":"ok","attempts":1,"ms":900,"rule":"chat","provider":"openai","host":"api.openai.com","model":"gpt-4o","input_tokens":1000,"output_tokens":20,"cost_usd":0.002700000}
{"time":"2025-08-08T07:10:00.000Z","event":"attempt","pid":8,"program":"curl","call":"00000000000000b2","attempt":1,"max_attempts":10,"rule":"chat","provider":"openai","host":"api.openai.com","model":"gpt-4o-mini","status":503,"curl_code":0,"class":"overloaded","row":"status","ms":120,"wait_ms":500,"will_retry":true}
{"time":"2025-08-08T07:10:00.600Z","event":"waited","pid":8,"program":"curl","call":"00000000000000b2","reason":"limit","ms":1000,"rule":"chat","provider":"openai","host":"api.openai.com","model":"gpt-4o-mini"}
{"time":"2025-08-08T07:10:02.000Z","event":"attempt","pid":8,"program":"curl","call":"00000000000000b2","attempt":2,"max_attempts":10,"rule":"chat","provider":"openai","host":"api.openai.com","model":"gpt-4o-mini","status":200,"curl_code":0,"class":"ok","row":"ok","ms":300,"will_retry":false}
{"time":"2025-08-08T07:10:02.000Z","event":"call","pid":8,"program":"curl","call":"00000000000000b2","outcome":"ok","status":200,"curl_code":0,"class":"ok","row":"ok","attempts":2,"ms":2000,"rule":"chat","provider":"openai","host":"api.openai.com","model":"gpt-4o-mini","input_tokens":12,"output_tokens":20,"cost_usd":0.000013800}
{"time":"2025-08-08T07:20:00.000Z","event":"call","pid":9,"program":"R","call":"00000000000000c3","outcome":"failed","status":401,"curl_code":0,"class":"auth","row":"status","attempts":1,"ms":80,"rule":"other","provider":"mistral","host":"api.mistral.ai","model":"mistral-small","reason":"class never retried"}
{"time":"2025-08-08T07:30:00.000Z","event":"attempt","pid":9,"program":"R","call":"00000000000000d4","attempt":1,"rule":"other","provider":"mistral","host":"api.mistral.ai","model":"mistral-small","status":0,"curl_code":7,"class":"retryable","row":"curl","ms":1,"wait_ms":900,"will_retry":true,"text":"Couldn't connect to server"}
LOG
    cat >text <<'LOG'
[2025-08-08 07:00:00] Success: HTTP 200 (provider=openai model=gpt-4o host=api.openai.com rule=chat class=ok attempts=1 ms=900 input_tokens=1000 output_tokens=20 cost_usd=0.002700000 program=php pid=7 call=00000000000000a1)
[2025-08-08 07:10:00] Retry 1: HTTP 503 (provider=openai model=gpt-4o-mini host=api.openai.com rule=chat class=overloaded row=status ms=120 wait_ms=500 program=curl pid=8 call=00000000000000b2)
[2025-08-08 07:10:00] Waited 1 s (ms=1000 reason=limit provider=openai model=gpt-4o-mini host=api.openai.com rule=chat program=curl pid=8 call=00000000000000b2)
[2025-08-08 07:10:02] Success: HTTP 200 (provider=openai model=gpt-4o-mini host=api.openai.com rule=chat class=ok attempts=2 ms=2000 input_tokens=12 output_tokens=20 cost_usd=0.000013800 program=curl pid=8 call=00000000000000b2)
[2025-08-08 07:20:00] Non-retryable error: HTTP 401 (provider=mistral model=mistral-small host=api.mistral.ai rule=other class=auth status=401 attempts=1 ms=80 program=R pid=9 call=00000000000000c3)
[2025-08-08 07:30:00] Retry 1: Couldn't connect to server (provider=mistral model=mistral-small host=api.mistral.ai rule=other class=retryable row=curl ms=1 wait_ms=900 program=R pid=9 call=00000000000000d4)
LOG
}

teardown() {
    [ -z "${follower-}" ] || kill "$follower" 2>/dev/null || true
    cd / || return
    rm -rf "$dir"
}

ids() { # OPTION... : the calls that are shown
    "$steadycurl" log --calls -j "$@" | jq -r '.call[-2:]' | tr '\n' ' '
}

@test "a row a call, of a text log the same as of a JSON log" {
    run -0 "$steadycurl" log --calls json
    [ "${#lines[@]}" -eq 4 ]
    [[ ${lines[0]} =~ ^TIME\ .*PROGRAM.*MODEL.*ATTEMPTS.*WAITED.*TOOK.*OUTCOME.*COST.*CALL$ ]]
    [[ ${lines[1]} =~ ^2025-08-08T07:00:00Z\ php\ .*gpt-4o\ .*\ 1\ .*\ -\ .*900\ ms.*\ ok\ .*\$0.0027.*00000000000000a1$ ]]
    [[ ${lines[2]} =~ \ curl\ .*gpt-4o-mini\ .*\ 2\ .*1.5\ s.*\ 2\ s.*\ ok\ .*\$0.0000138 ]]
    [[ ${lines[3]} =~ \ R\ .*\ failed:\ auth\ .*\ -\ \ 00000000000000c3$ ]]
    both=$output
    run -0 "$steadycurl" log --calls text
    [ "$output" = "$both" ]
}

@test "as JSON, an object a call" {
    "$steadycurl" log --calls -j json >rows
    [ "$(jq -s length rows)" -eq 3 ]
    jq -se '.[1] | .waited_ms == 1500 and .attempts == 2 and .ms == 2000 and .model == "gpt-4o-mini"
            and .cost_usd == 0.0000138 and .outcome == "ok" and .program == "curl"' rows
}

@test "since, until, failed, model, program, rule: each takes the others away" {
    [ "$(ids json)" = "a1 b2 c3 " ]
    for log in json text; do
        [ "$(ids --since 2025-08-08T07:05:00Z $log)" = "b2 c3 " ]
        [ "$(ids --until 2025-08-08T07:05:00Z $log)" = "a1 " ]
        [ "$(ids --until 2025-08-08 $log)" = "a1 b2 c3 " ]
        [ "$(ids --failed $log)" = "c3 " ]
        [ "$(ids --model 'gpt-4o*' $log)" = "a1 b2 " ]
        [ "$(ids --model gpt-4o $log)" = "a1 " ]
        [ "$(ids --program R $log)" = "c3 " ]
        [ "$(ids --rule 'c*' $log)" = "a1 b2 " ]
        [ "$(ids --level error $log)" = "c3 " ]
        [ "$(ids -n 1 $log)" = "c3 " ]
        [ "$(ids -n 1 --model gpt-4o $log)" = "a1 " ]
        [ "$(ids --since 1h $log)" = "" ]
    done
}

@test "without --calls the lines themselves are chosen" {
    run -0 "$steadycurl" log --level warn json
    [ "${#lines[@]}" -eq 3 ]
    run -0 "$steadycurl" log --program php text
    [ "$output" = "$(head -n 1 text)" ]
    run -0 "$steadycurl" log -n 1 --rule other text
    [ "$output" = "$(tail -n 1 text)" ]
    run -0 "$steadycurl" log -j --program php text
    jq -e '.call == "00000000000000a1"' <<<"$output"
}

@test "one call's story, in words" {
    run -0 "$steadycurl" log --call 00000000000000b2 json
    [ "${lines[0]}" = "call 00000000000000b2 of curl (pid 8), model gpt-4o-mini at api.openai.com, rule chat" ]
    [ "${lines[1]}" = "2025-08-08T07:10:00.000Z  attempt 1: HTTP 503 (overloaded) after 120 ms; tried again 500 ms later" ]
    [ "${lines[2]}" = "2025-08-08T07:10:00.600Z  waited 1 s (limit)" ]
    [ "${lines[3]}" = "2025-08-08T07:10:02.000Z  attempt 2: HTTP 200 after 300 ms" ]
    [ "${lines[4]}" = "2025-08-08T07:10:02.000Z  it went well: HTTP 200; 2 attempts, 2 s in all; 12 tokens in, 20 out; \$0.0000138" ]
    run -0 "$steadycurl" log --call 00000000000000b2 text
    [[ $output == *"07:10:00Z  attempt 1: HTTP 503 (overloaded) after 120 ms; tried again 500 ms later"* ]]
    [[ $output == *"(a text log: times are to the second)"* ]]
    run -0 "$steadycurl" log --call 00000000000000c3 json
    [[ $output == *"it failed: HTTP 401 (auth), class never retried; 1 attempt, 80 ms in all" ]]
}

@test "a story without an end says so; an id that is none, or nobody's, too" {
    run -0 "$steadycurl" log --call 00000000000000d4 json
    [[ $output == *"attempt 1: Couldn't connect to server (retryable) after 1 ms; tried again 900 ms later"* ]]
    [[ $output == *"no end of it is told"* ]]
    run -1 "$steadycurl" log --call 00000000000000ff json
    [ "$output" = "steadycurl log: no call 00000000000000ff in json" ]
    run -2 "$steadycurl" log --call 'x"y' json
    run -2 "$steadycurl" log --level loud json
    run -2 "$steadycurl" log --since yesterday json
    run -2 "$steadycurl" log -f --call 00000000000000ff json
    run -0 --separate-stderr "$steadycurl" log --call 0000 json
    # shellcheck disable=SC2154 # run sets it
    [[ $stderr == *"other calls begin with 0000, too"* ]]
    [[ ${lines[0]} == "call 00000000000000a1 of php"* ]]
}

@test "what is no line of a log is left out, and that is said" {
    { echo nonsense; cat json; printf '{"time":"x"}\n\001\002\n[0026-08-08 07:00:00] Success: HTTP 200\n'; } >odd
    run -0 --separate-stderr "$steadycurl" log --calls odd
    [ "${#lines[@]}" -eq 4 ]
    [ "$stderr" = "steadycurl log: odd: 4 lines could not be read as a line of a log, and are left out" ]
}

@test "the log that was rotated away belongs to it" {
    head -n 4 json >log.1
    tail -n +5 json >log
    [ "$(ids log)" = "a1 b2 c3 " ]
    [ "$(ids --since 2025-08-08T06:00:00Z log)" = "a1 b2 c3 " ]
    [ "$(ids -n 2 log)" = "b2 c3 " ]
    run -0 "$steadycurl" log --call 00000000000000b2 log
    [[ $output == *"attempt 1"*"it went well"* ]]
}

@test "standard input is read, too" {
    run -0 "$steadycurl" log --calls -n 2 - <json
    [ "${#lines[@]}" -eq 3 ]
    run -0 bash -c "cat json | '$steadycurl' log --calls -n 2 -"
    [ "${#lines[@]}" -eq 3 ]
}

@test "calls are followed" {
    cp json log
    "$steadycurl" log -f --calls --program php log >seen &
    follower=$!
    await grep -q a1 seen
    sed -n 1p json | sed 's/0a1"/0e5"/' >>log
    await grep -q e5 seen
    [ "$(grep -c php seen)" -eq 2 ]
}

@test "a terminal gets colours, unless NO_COLOR is set; a pipe never" {
    command -v script >/dev/null || skip "no script"
    script -qec "'$steadycurl' log --calls json" /dev/null </dev/null >seen
    grep -q $'\033\[31m.*failed: auth' seen
    script -qec "env NO_COLOR=1 '$steadycurl' log --calls json" /dev/null </dev/null >seen
    run -1 grep -q $'\033' seen
    run -0 "$steadycurl" log --calls json
    [[ $output != *$'\033'* ]]
}

@test "nothing in a line acts on the terminal" {
    sed 's/"program":"R"/"program":"R\\u001b[2J\\u202e"/' json >evil
    printf '{"time":"2025-08-08T07:40:00Z","event":"call","call":"\\u001b]0;x","outcome":"ok"}\n' >>evil
    run -0 "$steadycurl" log --calls evil
    [[ $output != *$'\033'* ]]
    run -0 "$steadycurl" log --call 00000000000000c3 evil
    [[ $output != *$'\033'* ]]
}

@test "the last hour of a large log is found without reading what lies before it" {
    command -v strace >/dev/null || skip "no strace"
    awk 'BEGIN {
        for (i = 0; i < 120000; i++)
            printf("{\"time\":\"2025-08-%02dT%02d:%02d:%02d.000Z\",\"event\":\"call\",\"pid\":7,\"program\":\"php\"," \
                   "\"call\":\"%016x\",\"outcome\":\"ok\",\"status\":200,\"attempts\":1,\"ms\":900,\"rule\":\"chat\"," \
                   "\"host\":\"api.openai.com\",\"model\":\"gpt-4o\",\"cost_usd\":0.002700000}\n",
                   1 + i / 5760, i / 240 % 24, i / 4 % 60, i % 4 * 15, i)
    }' >log
    size=$(stat -c %s log)
    [ "$size" -gt 20000000 ]
    [ "$("$steadycurl" log --calls -j --since 2025-08-21T19:00:00Z log | wc -l)" -eq 240 ]
    read_by() { # COMMAND...: how many bytes it reads
        strace -f -e trace=read -o calls "$steadycurl" "$@" >/dev/null
        awk '{ sum += $NF } END { print sum + 0 }' calls
    }
    [ "$(read_by log --calls --since 2025-08-21T19:00:00Z log)" -lt $((size / 20)) ]
    [ "$(read_by log --calls -n 5 log)" -lt $((size / 20)) ]
    [ "$(read_by log --calls --since 2025-08-08T10:00:00Z --until 2025-08-08T11:00:00Z log)" -lt $((size / 20)) ]
    [ "$("$steadycurl" log --calls -j --since 2025-08-08T10:00:00Z --until 2025-08-08T11:00:00Z log | wc -l)" -eq 240 ]
    [ "$(read_by report --html - --since 2025-08-21T19:00:00Z log)" -lt $((size / 20)) ]
}
