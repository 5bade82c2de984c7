#!/usr/bin/env bats
# Hundreds of transfers in one multi, held back by limits, through random faults: all of them
# succeed, and waiting for them costs next to nothing.

load ../programs/programs

setup() {
    programs_begin --fault-rate 503=0.1,reset=0.05,truncate=0.05 --seed 3
}

teardown() {
    programs_end
}

many() { # LIMITS COUNT
    policy_with "\"limits\": {$1, \"max_wait_ms\": 120000}" |
        sed 's/"max_attempts": 3/"max_attempts": 9/' >"$WORK/limited.json"
    POLICY=$WORK/limited.json run -0 --separate-stderr wrapped "$BUILT/multi_many" "$CHAT" "$2"
    [ "$output" = "$2 of $2" ]
}

@test "500 transfers, eight at a time" {
    many '"concurrent": 8' 500
}

@test "500 transfers under a limit of requests a minute" {
    many '"rpm": 6000' 500
}

@test "waiting is no work: few turns of the loop, and a tenth of a processor at most" {
    many '"rpm": 900, "burst": 0.05' 150
    # SECONDS s, SECONDS s of processor time, N turns (usually 300 and a hundredth part)
    awk '{ exit !($3 < $1 / 10 && $8 < 3000) }' <<<"${stderr_lines[-1]}" || { echo "${stderr_lines[-1]}" && false; }
}
