#!/usr/bin/env bats
# Tokens and cost of an answer of each provider, plain and streamed, whatever pieces it comes in:
# exactly what the file in answers/ says, which has it from the price list by another arithmetic.
# The answers are shaped after the providers' API references of 2026-08; the text in each of them
# speaks of usage, and its letters take one to four bytes.

load programs

providers=(openai azure anthropic gemini vertex mistral cohere groq deepseek xai together openrouter
    bedrock ollama vllm llamacpp)

setup_file() {
    export LC_ALL=C
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STRICT STEADYCURL_DISABLE
    export POLICY=$BATS_FILE_TMPDIR/policy.json LOG=$BATS_FILE_TMPDIR/log
    {
        echo '{"version": 1, "log": {"format": "json"},'
        echo ' "prices": [{"model": "agreed-*", "input_per_mtok": 1.5, "output_per_mtok": 4}],'
        echo ' "defaults": {"retry": {"budget": false}}, "rules": ['
        for p in "${providers[@]}"; do
            echo "{\"name\": \"$p\", \"provider\": \"$p\", \"match\": {\"host\": \"127.0.0.1\", \"path\": \"/$p/*\"}},"
        done
        echo '{"name": "compatible", "match": {"host": "127.0.0.1"}}]}'
    } >"$POLICY"
}

# Each call of the log says the same; leaves what, in $said.
counted() { # FILE
    local file=$1 expected name
    name=$(sed -n 1p "$file")
    expected=$(sed -n 5p "$file")
    : >"$LOG"
    run -0 wrapped "$BUILT/splits" "$file"
    [[ $output == "$name: "*" answers" ]]
    calls=${output#"$name: "}
    calls=${calls% answers}
    [ "$(grep -c '"event":"call"' "$LOG")" -eq "$calls" ]
    sed -i 's/,"first_token_ms":[0-9]*}$/}/' "$LOG" # of streams
    [ "$(grep -cF "$expected}" "$LOG")" -eq "$calls" ] && return 0
    echo "$name: expected $expected in $calls lines, not"
    grep -vF "$expected}" "$LOG" | head -n 3
    return 1
}

of_provider() { # NAME...: all answers of these
    local file n=0
    for file in "$HERE/answers/$1"*; do
        counted "$file"
        n=$((n + 1))
    done
    [ "$n" -ge 2 ]
}

@test "splits: openai" { of_provider openai; }
@test "splits: azure" { of_provider azure; }
@test "splits: anthropic" { of_provider anthropic; }
@test "splits: gemini" { of_provider gemini; }
@test "splits: vertex" { of_provider vertex; }
@test "splits: mistral" { of_provider mistral; }
@test "splits: cohere" { of_provider cohere; }
@test "splits: groq" { of_provider groq; }
@test "splits: deepseek" { of_provider deepseek; }
@test "splits: xai" { of_provider xai; }
@test "splits: together" { of_provider together; }
@test "splits: openrouter" { of_provider openrouter; }
@test "splits: bedrock" { of_provider bedrock; }
@test "splits: ollama" { of_provider ollama; }
@test "splits: vllm" { of_provider vllm; }
@test "splits: llama.cpp" { of_provider llamacpp; }
@test "splits: unknown compatible servers, at the policy's price" { of_provider compatible; }
