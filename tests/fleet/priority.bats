#!/usr/bin/env bats
# Who goes first where calls wait for a limit: three classes, by weight, across processes.

load fleet

setup() {
    fleet_begin --latency 10
}

teardown() {
    fleet_end
}

# So many processes whose task is the class that they are to have.
class() { # TASK PROCESSES
    local i
    for ((i = 0; i < $2; i++)); do
        STEADYCURL_TASK=$1 start "$BATS_TEST_TMPDIR/$1.$i" "$BUILT/fleet_load" "$CHAT" -t 4 -s 6
        PIDS+=("$PID")
    done
}

# Calls of a class that ended while all processes ran: from when the last one began, to when the
# first one was over.
ended() { # TASK
    local from to
    from=$(for f in "$BATS_TEST_TMPDIR"/{chat,other,nightly}.*; do
        awk '{print $2}' "$f" | sort -n | head -n 1
    done | sort -n | sed -n '$p')
    to=$(($(awk '{print $2}' "$BATS_TEST_TMPDIR"/{chat,other,nightly}.* | sort -n | head -n 1) + 6000000))
    cat "$BATS_TEST_TMPDIR/$1".* | awk -v from="$from" -v to="$to" '$3 > from && $3 <= to && $5 == 200' | wc -l
}

@test "12 processes of three classes share one limit as 6 to 3 to 1, and nobody starves" {
    local i n b all
    PIDS=()
    policy '"limits": {"rpm": 3000, "burst": 0, "max_wait_ms": 60000, "interactive": ["task:chat"],
            "batch": ["task:night*"], "weights": {"interactive": 6, "normal": 3, "batch": 1}}'
    class chat 4
    class other 4
    class nightly 4
    wait "${PIDS[@]}"
    i=$(ended chat) n=$(ended other) b=$(ended nightly) all=$((i + n + b))
    echo "# $i $n $b of $all" >&3
    [ "$all" -gt 100 ]
    [ $((i * 100)) -ge $((all * 55)) ] && [ $((i * 100)) -le $((all * 65)) ]
    [ $((n * 100)) -ge $((all * 25)) ] && [ $((n * 100)) -le $((all * 35)) ]
    [ $((b * 100)) -ge $((all * 6)) ] && [ $((b * 100)) -le $((all * 14)) ]
    # The log says the class of those that waited.
    has_events 1 '.event == "wait" and .priority == "batch" and .task == null'
    has_events 1 '.event == "waited" and .priority == "interactive"'
    [ "$(count_events '.event == "waited" and .priority == null')" -eq 0 ]
    # And status, who waits.
    run -0 "$STEADYCURL" status
    [[ $output == *"queue       0 interactive (weight 6), 0 normal (weight 3), 0 batch (weight 1) wait"* ]]
}

@test "explain says the class and the weights, and check refuses a pattern of no kind" {
    policy '"limits": {"rpm": 60, "priority": "batch", "weights": {"batch": 2}}'
    run -0 "$STEADYCURL" explain --policy "$POLICY" "$CHAT"
    [[ $output == *"as batch (interactive 6, normal 3, batch 2)"* ]]
    policy '"limits": {"rpm": 60, "batch": "cron"}'
    run -1 "$STEADYCURL" check "$POLICY"
    [[ $output == *'limits.batch: found "cron", allowed "program:NAME", "user:NAME" or "task:NAME"'* ]]
}
