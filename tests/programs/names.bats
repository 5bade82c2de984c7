#!/usr/bin/env bats
# `program` in the log is the name that a program was started by, whatever it makes of its
# arguments later; and so are budgets by program. PHP-FPM and PostgreSQL: tests/recipes.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

setup() {
    server 200
    rm -f "$LOG"
}

named() { # NAME PROGRAM ARGUMENT...
    local name=$1
    shift
    wrapped "$@" >/dev/null
    grep -qF "program=$name " "$LOG" && ! grep -F program= "$LOG" | grep -vF "program=$name " && return 0
    cat "$LOG"
    return 1
}

@test "a program that writes a title over its arguments" {
    named title "$BUILT/title" "$CHAT"
}

@test "a program by its path, by a link, and by a name that it was given" {
    named curl curl -sS "$CHAT" -d "$ASK"
    rm "$LOG"
    ln -s "$(command -v curl)" "$BATS_TEST_TMPDIR/fetch"
    named fetch "$BATS_TEST_TMPDIR/fetch" -sS "$CHAT" -d "$ASK"
    rm "$LOG"
    named other bash -c "exec -a /somewhere/other curl -sS '$CHAT' -d '$ASK'"
}

@test "a script goes by its interpreter" {
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    printf '#!%s\nimport pycurl\nc = pycurl.Curl()\nc.setopt(c.URL, "%s")\nc.perform()\n' \
        "$PYTHON" "$CHAT" >"$BATS_TEST_TMPDIR/script"
    chmod +x "$BATS_TEST_TMPDIR/script"
    named python3 "$BATS_TEST_TMPDIR/script"
}

@test "a name that is longer than any is cut" {
    local long
    long=$(printf 'x%.0s' {1..100})
    cp "$BUILT/title" "$BATS_TEST_TMPDIR/$long"
    named "${long:0:63}" "$BATS_TEST_TMPDIR/$long" "$CHAT"
}

@test "a budget by program is one for all titles" {
    cat >"$BATS_TEST_TMPDIR/policy.json" <<EOF
{"version": 1, "rules": [{"match": {"host": "127.0.0.1"}, "provider": "openai"}],
 "budgets": [{"name": "each", "usd": 1, "per": "day", "by": ["program"]}]}
EOF
    STEADYCURL_STATE=$BATS_TEST_TMPDIR/state POLICY=$BATS_TEST_TMPDIR/policy.json wrapped "$BUILT/title" "$CHAT"
    STEADYCURL_STATE=$BATS_TEST_TMPDIR/state run -0 "$STEADYCURL" status
    [[ $output == *"program=title"* ]]
}
