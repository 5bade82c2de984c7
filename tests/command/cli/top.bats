#!/usr/bin/env bats
# top in a terminal of its own: what it shows, its keys, and that it leaves the terminal as it was.

load ../../lib/mock
bats_require_minimum_version 1.5.0

teardown() {
    mock_stop
}

in_terminal() { # KEYS-AND-WAITS... -- prints what the screen got
    python3 - "$STEADYCURL" "$BATS_TEST_TMPDIR/log.json" "$@" <<'PYTHON'
import os, pty, select, sys, time
command, log, *steps = sys.argv[1:]
pid, fd = pty.fork()
if pid == 0:
    os.environ.update(TERM="xterm", LINES="30", COLUMNS="140", LC_ALL="C.UTF-8")
    os.execv(command, [command, "top", "--log", log])
seen = b""
def read_until(what):
    global seen
    end = time.time() + 60
    while what not in seen and time.time() < end:
        if select.select([fd], [], [], 0.2)[0]:
            try:
                seen += os.read(fd, 65536)
            except OSError:
                return
for step in steps:
    if step.startswith("see:"):
        read_until(step[4:].encode())
        assert step[4:].encode() in seen, (step, seen[-3000:])
        seen = b""
    else:
        os.write(fd, step.encode())
while True:
    try:
        if not os.read(fd, 65536):
            break
    except OSError:
        break
sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
PYTHON
}

@test "top shows the state, the calls, and what is asked for by keys; q ends it" {
    mock_start --script 503,200
    cat >"$BATS_TEST_TMPDIR/policy.json" <<'POLICY'
{"version": 1, "log": {"format": "json"},
 "rules": [{"name": "local", "match": {"host": "127.0.0.1"}, "provider": "openai",
            "retry": {"overloaded": {"backoff": {"base_ms": 20}}}, "limits": {"rpm": 600}}]}
POLICY
    "$STEADYCURL" run --policy "$BATS_TEST_TMPDIR/policy.json" --log "$BATS_TEST_TMPDIR/log.json" -- \
        curl -sS -o /dev/null "$MOCK_URL/v1/chat/completions" -d '{"model":"gpt-4o","messages":[]}'
    # The library writes only what has changed; ^L has it write all.
    run -0 in_terminal 'see:calls go through' $'\f' 'see:gpt-4o' s $'\f' 'see:by took' f $'\f' 'see:FAILED' f / nothing $'\n' $'\f' 'see:"nothing' q
}

@test "without a terminal top says what to use instead" {
    run -2 "$STEADYCURL" top
    [[ $output == *'log --calls'* ]]
    run -2 "$STEADYCURL" top --nonsense
    [[ $output == *'no option --nonsense'* ]]
}
