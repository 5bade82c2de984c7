#!/usr/bin/env bats
# The file that tells what calls did: what is in it, that nothing else is, and that it is well-formed.

load ../../lib/mock
bats_require_minimum_version 1.5.0

setup() {
    LOG=$BATS_TEST_TMPDIR/log.json
    cd "$BATS_TEST_TMPDIR" || return
    cat >policy.json <<'POLICY'
{"version": 1, "log": {"format": "json", "level": "debug"},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai",
            "retry": {"max_attempts": 3, "backoff": {"base_ms": 20}, "overloaded": {"backoff": {"base_ms": 20}}}}],
 "prices": [{"model": "gpt-test", "input_per_mtok": 100, "output_per_mtok": 100},
            {"model": "dear", "input_per_mtok": 1000, "output_per_mtok": 1000}]}
POLICY
}

teardown() {
    mock_stop
}

call() { # [CURL OPTION...]
    "$STEADYCURL" run --policy policy.json --log "$LOG" -- curl -sS -o /dev/null "$MOCK_URL/v1/chat/completions" "$@"
}

report() { # [OPTION...]: into report.html, well-formed, and as text without its style
    "$STEADYCURL" report --policy policy.json --log "$LOG" --html report.html "$@"
    ! command -v xmllint >/dev/null || xmllint --noout --nonet report.html
    text=$(sed '/<style>/,/<\/style>/d; s/<[^>]*>/ /g' report.html | tr -s ' \n' ' ')
}

# A line of a JSON log, at a second of the first of January 2026.
line() { # SECOND EVENT CALL [MEMBERS]
    printf '{"time":"2026-01-01T00:00:%02d.000Z","event":"%s","pid":1,"program":"p","call":"%s"%s}\n' "$1" "$2" "$3" "${4:+,$4}"
}

@test "what real calls did is told: attempts, waits, the first token, money, and how things stand" {
    mock_start --script 503,200,200
    call -d '{"model":"gpt-test","messages":[{"role":"user","content":"the secret word"}],"stream":true,"stream_options":{"include_usage":true}}' \
        -H 'Authorization: Bearer sk-verysecret'
    call -d '{"model":"gpt-test","messages":[]}'
    report
    [[ $text == *"every call was answered 1 went well only because they were tried again"* ]]
    [[ $text == *" 2 calls 100 % answered 1 saved by another attempt 1.50 attempts a call "* ]]
    [[ $text == *"attempt: HTTP 503, overloaded,"*"wait: backoff,"*"attempt: HTTP 200, ok,"*"first token"* ]]
    [[ $text == *"Time to the first token of a stream"* ]]
    [[ $text == *"backoff: before another attempt 1 "* ]]
    [[ $text == *"By model"*"gpt-test 2 0 "* ]]
    [[ $text == *"When this was made calls go through"* ]]
    run ! grep -q 'secret' report.html
    # Nothing is loaded from anywhere, and nothing runs.
    run ! grep -qE '<script|javascript:|@import|url\(| on[a-z]+=|src=' report.html
    [ "$(grep -o 'href="[^"]*"' report.html)" = 'href="data:,"' ]
    [ "$(jq -s '[.[] | select(.event == "call") | has("first_token_ms")] | sort' -c "$LOG")" = "[false,true]" ]
}

@test "money: what failed attempts and failed calls cost, what kept answers and another model saved" {
    {
        line 1 call a '"outcome":"ok","class":"ok","attempts":1,"ms":5,"model":"gpt-test","input_tokens":1000,"cost_usd":1.0'
        line 2 call b '"outcome":"ok","class":"ok","attempts":2,"ms":5,"model":"gpt-test","input_tokens":1000,"cost_usd":3.0,"lost_usd":2.0'
        line 3 call c '"outcome":"failed","class":"overloaded","attempts":3,"ms":5,"model":"gpt-test","host":"h","input_tokens":10,"cost_usd":0.5,"lost_usd":0.5'
        line 4 call d '"outcome":"synthesized","class":"ok","attempts":0,"ms":1,"model":"gpt-test","cost_usd":0.0,"cached":true'
        line 5 attempt e '"attempt":1,"class":"overloaded","status":503,"ms":5,"model":"dear","provider":"openai","will_retry":true'
        line 6 call e '"outcome":"ok","class":"ok","attempts":2,"ms":900,"model":"gpt-test","target":"mini","input_tokens":1000,"output_tokens":0,"cost_usd":0.25'
    } >"$LOG"
    report --since 2026-01-01 --until 2026-01-01
    [[ $text == *"All calls \$4.75 5 Failed attempts of calls that went well in the end \$2.00 2 Calls that failed \$0.50 1 "* ]]
    [[ $text == *"Saved by answers that were kept about \$1.19 1 Saved by answers of another model than asked \$0.75 1 "* ]]
    [[ $text == *"1 call failed 20.0 % of all; all of them overloaded (gpt-test at h), at 2026-01-01 00:00"* ]]
    [[ $text != *"When this was made"* ]] # the span has ended long before
}

@test "only calls of the span are in it, of both files of the log; without any it says so" {
    line 10 call a '"outcome":"ok","ms":5,"model":"early"' >"$LOG.1"
    line 20 call b '"outcome":"ok","ms":5,"model":"middle"' >>"$LOG.1"
    line 30 call c '"outcome":"ok","ms":5,"model":"late"' >"$LOG"
    report --since 2026-01-01T00:00:15Z --until 2026-01-01T00:00:25Z
    [[ $text == *middle* && $text != *early* && $text != *late* ]]
    report --since 2026-01-01
    [[ $text == *early*middle*late* ]]
    report
    [[ $text == *"no call ended in this time"* ]]
    # shellcheck disable=SC2016 # sh's own
    run -0 sh -c '"$1" report --since 2026-01-01 --html - - <"$2"' sh "$STEADYCURL" "$LOG"
    [[ $output == '<!DOCTYPE html>'*late*'</html>' ]]
}

@test "a text log is told of as well, as far as it says" {
    printf '%s\n' \
        '[2026-01-01 00:00:01] Retry 1: HTTP 503 (provider=openai model=gpt-4o host=api.openai.com rule=chat class=overloaded ms=61 wait_ms=188 program=curl pid=7 call=62db9f74c1b10e5c)' \
        '[2026-01-01 00:00:02] Success: HTTP 200 (provider=openai model=gpt-4o host=api.openai.com rule=chat class=ok attempts=2 ms=700 input_tokens=9 output_tokens=3 cost_usd=0.500000000 lost_usd=0.100000000 first_token_ms=300 task=load program=curl pid=7 call=62db9f74c1b10e5c)' >"$LOG"
    TZ=UTC report --since 2026-01-01
    [[ $text == *"1 saved by another attempt"*"attempt: HTTP 503, overloaded, 61 ms"*"wait: backoff, 188 ms"* ]]
    [[ $text == *"in the end \$0.10 1 "*"By task"*"load 1 0 9 3 \$0.50"* ]]
    [[ $text == *"times are to the second"* ]]
}

@test "nothing of a log is markup, and no byte of it does anything" {
    bad='</style></svg><script>alert(1)</script><img src=x onerror=alert(2)>&\u001b[31m\u0000\u2028\ufffe\ud800]]>\"'
    {
        line 1 attempt a '"attempt":1,"class":"<b>","status":503,"ms":5,"model":"'"$bad"'","will_retry":true'
        line 1 waited a '"reason":"'"$bad"'","ms":5'
        line 1 fallback a '"text":"'"$bad"'"'
        for outcome in ok failed "$bad"; do
            line 2 call a '"outcome":"'"$outcome"'","class":"'"$bad"'","attempts":2,"ms":900,"model":"'"$bad"'","host":"'"$bad"'","rule":"'"$bad"'","provider":"'"$bad"'","task":"'"$bad"'","target":"'"$bad"'","reason":"'"$bad"'","cost_usd":1.0'
        done
        line 3 call b '"outcome":"ok","ms":9223372036854775807,"attempts":9223372036854775807,"cost_usd":9000000000,"first_token_ms":9223372036854775807'
        printf 'no line of a log \033]0;x\007 <script>\n\0\n'
    } >"$LOG"
    run -0 --separate-stderr report --since 2026-01-01
    report --since 2026-01-01 2>/dev/null
    run ! grep -qE '<script|<img' report.html
    grep -q '&lt;b&gt;' report.html
    run ! grep -q $'[\x01-\x08\x0b-\x1f\x7f]' report.html
    grep -q '&lt;script&gt;alert(1)' report.html
    [ "$(grep -c '</style>' report.html)" = 1 ]
}

@test "many names, a long time, and times out of order do not make it large or wrong" {
    for ((i = 0; i < 300; i++)); do
        printf '{"time":"20%02d-%02d-01T00:00:00.000Z","event":"call","call":"%d","model":"m%d","program":"p%d","task":"t%d","outcome":"%s","class":"c%d","host":"h%d","ms":%d,"cost_usd":0.5}\n' \
            $((70 - i / 12)) $((1 + i % 12)) $i $i $i $i "$([ $((i % 3)) = 0 ] && echo failed || echo ok)" $i $i $i
    done >"$LOG"
    report --since 1971-01-01
    [[ $text == *" 300 calls "* && $text == *"(others)"* ]]
    [ "$(stat -c %s report.html)" -lt 200000 ]
}

@test "what is wrong is said, and nothing is left half written" {
    line 1 call a '"outcome":"ok"' >"$LOG"
    run -2 "$STEADYCURL" report "$LOG"
    [[ $output == *"--html FILE"* ]]
    run -1 "$STEADYCURL" report --html out.html no-such-log
    [[ $output == *"no-such-log: No such file"* && ! -e out.html ]]
    run -1 "$STEADYCURL" report --html out.html .
    run -1 "$STEADYCURL" report --html no/such/folder "$LOG"
    [[ $output == *"no/such/folder: No such file"* ]]
    # shellcheck disable=SC2016 # sh's own
    run -1 sh -c '"$1" report --html - "$2" >/dev/full' sh "$STEADYCURL" "$LOG"
    run -2 "$STEADYCURL" report --html x --since yesterdayish "$LOG"
    [ -z "$(find . -name 'out.html*')" ]
}
