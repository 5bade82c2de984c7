#!/usr/bin/env bats
# steadycurl try: what programs make of faults, each alone, and in words.

bats_require_minimum_version 1.5.0
load ../../lib/mock

setup() {
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_FAULTS http_proxy https_proxy
    export XDG_CONFIG_HOME=$BATS_TEST_TMPDIR OPENAI_API_KEY=sk-proj-0123456789abcdef
    cd "$BATS_TEST_TMPDIR" || exit
}

# A program of a few lines: ASK is what it does with curl.
program() { # NAME ASK
    cat >"$1" <<'SH'
ask() {
    curl -sS "$@" -H "Authorization: Bearer $OPENAI_API_KEY" \
        -d '{"model":"gpt-4o","messages":[{"role":"user","content":"hi"}]}' \
        https://api.openai.com/v1/chat/completions
}
SH
    echo "$2" >>"$1"
}

try() { # [OPTION...] PROGRAM
    "$STEADYCURL" try --mock --timeout "${LIMIT-60}" "$@"
}

# The verdict on one fault: FAULT WAY PROGRAM
verdict() {
    try --json --only "$1" -- sh "$3" | jq -r --arg w "$2" '.faults[0][$w].verdict | join(" ")'
}

@test "each verdict, of a client that earns it" {
    program fails 'ask -f'
    [ "$(verdict overloaded bare fails)" = "gives-up never" ]
    [ "$(verdict overloaded steady fails)" = recovers ]
    [ "$(verdict quota bare fails)" = gives-up ]
    program retries 'ask -f --retry 3 --retry-delay 1'
    [ "$(verdict rate-limit bare retries)" = recovers ]
    program quiet 'ask -f 2>/dev/null'
    [ "$(verdict overloaded bare quiet)" = "mute never" ]
    program ignores 'ask -f 2>/dev/null || true'
    [ "$(verdict overloaded bare ignores)" = "silent never" ]
    program prints 'ask; exit 0'
    [[ $(verdict half bare prints) == half* ]]
    [[ $(verdict truncated bare prints) == half* ]]
    [ "$(LIMIT=1 verdict hang bare prints)" = hangs ]
    program hurries 'ask -f || ask -f'
    [ "$(verdict rate-limit bare hurries)" = "gives-up early" ] ||
        [ "$(verdict rate-limit bare hurries)" = "recovers early" ]
    program hammers 'for i in $(seq 15); do ask -f && exit; done; exit 1'
    [[ $(verdict outage bare hammers) == "gives-up often" ]]
    [[ $(verdict bad-key bare hammers) == *in-vain* ]]
    program pays 'ask -f -o answer || ask -f -o answer; cat answer'
    [ "$(verdict reset-body bare pays)" = "recovers twice" ]
    program dies 'ask -f || kill -SEGV $$'
    [ "$(verdict error bare dies)" = "crashes never" ]
    program leaks 'ask -f || { echo "failed with $OPENAI_API_KEY" >&2; exit 1; }'
    [ "$(verdict error bare leaks)" = "gives-up never leaks" ]
}

@test "all faults at once: a table, exit 1 for what is bad, in the time of its longest wait" {
    program prints 'ask -f'
    run -1 "$STEADYCURL" try --mock --timeout 4 -- sh prints
    [ "$(grep -cE ' (bare|steady) ' <<<"$output")" -ge 48 ]
    [[ $output == *"runs are bad"* ]]
    [[ $output == *"steadycurl run --mock --fault 'api.openai.com=cut=50%,ok' -- sh prints"* ]]
}

@test "JSON, JUnit and a page say the same; --fail-on decides what is bad" {
    program prints 'ask -f'
    run -1 try --only half,overloaded --json --junit junit.xml --html page.html -- sh prints
    [ "$(jq -r '[.faults[].fault] | join(" ")' <<<"$output")" = "overloaded half" ]
    [ "$(jq -r .bad <<<"$output")" = 1 ]
    [ "$(jq -r '.faults[1].bare.bad' <<<"$output")" = true ]
    python3 - <<'PY'
import xml.dom.minidom as x
s = x.parse("junit.xml").documentElement
assert (s.getAttribute("tests"), s.getAttribute("failures")) == ("4", "1")
assert len(s.getElementsByTagName("testcase")) == 4 and len(s.getElementsByTagName("failure")) == 1
PY
    grep -q 'takes half an answer for whole' page.html
    run -0 try --only half --fail-on hangs,crashes -- sh prints
    run -1 try --only overloaded --fail-on never -- sh prints
    run -2 try --fail-on sings -- true
    [[ $output == *"'sings'"* ]]
}

@test "faults of one's own, by name; what is wrong with the file, and where" {
    program prints 'ask -f'
    printf '# ours\nteapot = 418\nslow = delay=100\n' >matrix
    run -0 try --matrix matrix --json --fail-on hangs -- sh prints
    [ "$(jq -r '[.faults[].fault] | join(" ")' <<<"$output")" = "teapot slow" ]
    [ "$(jq -r '.faults[1].bare.verdict[0]' <<<"$output")" = unmoved ]
    printf 'a = 503\nb = rest\n' >matrix
    run -2 try --matrix matrix -- true
    [[ $output == *"matrix: line 2: "*"'rest'"* ]]
    printf '../a = 503\n' >matrix
    run -2 try --matrix matrix -- true
    [[ $output == *"matrix: line 1: a name is a word of at most 31 bytes, without '/'"* ]]
    run -2 try --matrix . -- true
    [[ $output == *"steadycurl try: .: Is a directory"* ]]
    run -2 try --only nothing -- true
    [[ $output == *"'nothing'"* ]]
    run -2 try --only rate-limt -- true
    [[ $output == *"did you mean 'rate-limit'?"* ]]
    run -0 "$STEADYCURL" try --list
    [ "${#lines[@]}" -eq 24 ]
    "$STEADYCURL" try --list >matrix
    run -0 "$STEADYCURL" try --list --matrix matrix
    [ "${#lines[@]}" -eq 24 ]
}

@test "a provider's own: Anthropic's 529, with input for each run" {
    cat >reads <<'SH'
read -r line
curl -sSf -d "{\"model\":\"c\",\"max_tokens\":9,\"messages\":[{\"role\":\"user\",\"content\":\"$line\"}]}" \
    https://api.anthropic.com/v1/messages
SH
    run -0 try --only overloaded --json -- sh reads <<<"good day"
    [ "$(jq -r '.faults[0].script' <<<"$output")" = "529*2,ok" ]
    [ "$(jq -r '.faults[0].steady.verdict[0]' <<<"$output")" = recovers ]
    [ "$(jq -r '.faults[0].steady.output' <<<"$output")" = same ]
}

@test "a program that asks nobody, or is not there, is said to; what runs have left goes, or is kept" {
    run -2 try -- true
    [[ $output == *"made no call"* ]]
    run -2 try -- ./not-there
    run -2 "$STEADYCURL" try
    # Said before anything runs.
    run -2 try --html not-there/page.html -- touch has-run
    [[ $output == *"cannot write not-there/page.html"* ]]
    [ ! -e has-run ]
    program prints 'ask -f'
    TMPDIR=$PWD/tmp && mkdir tmp && export TMPDIR
    run -0 try --only error -- sh prints
    [ -z "$(ls tmp)" ]
    run -0 try --only error --keep runs -- sh prints
    [ -s runs/error.bare/trace ] && [ -s runs/error.bare/err ] && [ -s runs/error.steady/out ]
}
