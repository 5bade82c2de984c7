#!/usr/bin/env bats
# Real programs on the multi interface, each through failures: what they print is what a direct
# success gives them.

load ../programs/programs

HERE=$SC_TOP/tests/multi

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

# As transparent, for programs that make three transfers at once. Which of them meet the failures
# is a matter of chance, so each has attempts enough for all.
three_at_once() { # PROGRAM ARGUMENT...
    server 200
    capture alone "$@"
    [ "$(<"$BATS_TEST_TMPDIR/alone/status")" -eq 0 ]
    server 503,429,503,503,503,429,200
    : >"$LOG"
    sed 's/"max_attempts": 3/"max_attempts": 7/' "$POLICY" >"$BATS_TEST_TMPDIR/more.json"
    POLICY=$BATS_TEST_TMPDIR/more.json capture under wrapped "$@"
    same alone under
    [ "$(mock_count)" -eq "${REQUESTS:-9}" ]
}

pycurl_needed() {
    needs $PYTHON
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
}

rcurl_needed() {
    needs Rscript
    [ -d /usr/lib/R/site-library/curl ] || skip "no r-cran-curl"
}

curb_needed() {
    needs ruby
    ruby -e 'require "curb"' || skip "no ruby-curb"
}

git_server() { # FAILURES: sets GIT_URL; a repository with history
    local dir=$BATS_TEST_TMPDIR/git
    needs git $PYTHON
    mkdir -p "$dir/work"
    (
        export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@example.com GIT_CONFIG_GLOBAL=/dev/null
        export GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@example.com
        cd "$dir/work" && git init -q -b main && seq 20000 >numbers && git add . &&
            git commit -qm first && seq 100 >"more" && git add . && git commit -qm second
        git clone -q --bare "$dir/work" "$dir/r.git"
        cd "$dir/r.git" && git config http.receivepack true && git update-server-info
    )
    $PYTHON "$HERE/git_server.py" "$dir" "$dir/port" "$1" >"$dir/log" 2>&1 3>&- 4>&- &
    GIT_SERVER=$!
    await test -s "$dir/port"
    GIT_URL=http://127.0.0.1:$(<"$dir/port")/r.git
    export GIT_CONFIG_GLOBAL=/dev/null GIT_TERMINAL_PROMPT=0
}

teardown() {
    [ -z "${GIT_SERVER-}" ] || kill "$GIT_SERVER"
}

@test "curl -Z: three URLs, each fails twice" {
    needs curl
    local all=() i
    for i in 1 2 3; do all+=("$CHAT?n=$i" -o "$i"); done
    three_at_once curl -Z --no-progress-meter "${all[@]}" -d "$ASK"
    three_at_once curl -Z --no-progress-meter --parallel-immediate -f "${all[@]}" -d "$ASK"
}

@test "curl -Z: one of three URLs fails for good" {
    needs curl
    server 200
    capture alone curl -Z --no-progress-meter "$CHAT" -o 1 "$MOCK_URL/status/400" -o 2 "$CHAT?3" -o 3
    capture under wrapped curl -Z --no-progress-meter "$CHAT" -o 1 "$MOCK_URL/status/400" -o 2 "$CHAT?3" -o 3
    same alone under
}

@test "git clones over smart HTTP whose every request fails twice" {
    git_server 2
    run -128 git clone -q "$GIT_URL" "$BATS_TEST_TMPDIR/plain"
    : >"$LOG"
    run -0 wrapped git clone -q "$GIT_URL" "$BATS_TEST_TMPDIR/clone"
    cmp "$BATS_TEST_TMPDIR/clone/numbers" "$BATS_TEST_TMPDIR/git/work/numbers"
    [ -z "$output" ]
    logged 'Retry 2: HTTP 503'
}

@test "git pushes over smart HTTP whose every request fails twice" {
    git_server 0
    git clone -q "$GIT_URL" "$BATS_TEST_TMPDIR/clone"
    kill "$GIT_SERVER"
    rm "$BATS_TEST_TMPDIR/git/port"
    cd "$BATS_TEST_TMPDIR/clone"
    $PYTHON "$HERE/git_server.py" "$BATS_TEST_TMPDIR/git" "$BATS_TEST_TMPDIR/git/port" 2 3>&- 4>&- &
    GIT_SERVER=$!
    await test -s "$BATS_TEST_TMPDIR/git/port"
    git remote set-url origin "http://127.0.0.1:$(<"$BATS_TEST_TMPDIR/git/port")/r.git"
    # Larger than http.postBuffer: sent from a callback, in chunks.
    head -c 3000000 /dev/urandom >noise
    git add . && git -c user.name=a -c user.email=a@example.com commit -qm third
    run -0 wrapped git push -q origin HEAD:main
    [ "$(git rev-parse HEAD)" = "$(git -C "$BATS_TEST_TMPDIR/git/r.git" rev-parse main)" ]
}

@test "git clones over dumb HTTP whose every file fails twice" {
    git_server dumb
    run -0 wrapped git clone -q "$GIT_URL" "$BATS_TEST_TMPDIR/clone"
    cmp "$BATS_TEST_TMPDIR/clone/numbers" "$BATS_TEST_TMPDIR/git/work/numbers"
}

@test "R's curl package: every way" {
    rcurl_needed
    local way
    for way in fetch download stream connection; do
        transparent Rscript --vanilla "$HERE/ask.R" $way "$CHAT"
    done
    three_at_once Rscript --vanilla "$HERE/ask.R" multi "$CHAT"
}

@test "R's curl package: an error in a callback, and the next call" {
    rcurl_needed
    REQUESTS=8 three_at_once Rscript --vanilla "$HERE/ask.R" error "$CHAT"
}

@test "Ruby's curb" {
    curb_needed
    local way
    for way in post callbacks; do
        transparent ruby "$HERE/ask.rb" $way "$CHAT"
    done
    three_at_once ruby "$HERE/ask.rb" multi "$CHAT"
}

@test "Ruby's curb: an error in a callback, and the next call" {
    curb_needed
    REQUESTS=8 three_at_once ruby "$HERE/ask.rb" raise "$CHAT"
}

@test "PHP's curl_multi: exec and select, handles that are reused, chunks" {
    needs php
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip "no php-curl"
    three_at_once php "$HERE/ask.php" select "$CHAT"
    REQUESTS=10 three_at_once php "$HERE/ask.php" promise "$CHAT"
    ASK=$ASK_STREAM transparent php "$HERE/ask.php" stream "$CHAT"
}

@test "Guzzle: promises, one alone, a stream" {
    needs php
    php -r 'require "GuzzleHttp/autoload.php";' 2>/dev/null || skip "no php-guzzlehttp-guzzle"
    REQUESTS=11 three_at_once php "$HERE/clients.php" guzzle "$CHAT"
}

@test "Symfony's HttpClient: responses in parallel, a stream" {
    needs php
    php -r 'require "Symfony/Component/HttpClient/autoload.php";' 2>/dev/null ||
        skip "no php-symfony-http-client"
    REQUESTS=11 three_at_once php "$HERE/clients.php" symfony "$CHAT"
}

@test "pycurl's CurlMulti: a select loop, and socket_action with a timer callback" {
    pycurl_needed
    three_at_once $PYTHON "$HERE/ask.py" select "$CHAT"
    three_at_once $PYTHON "$HERE/ask.py" action "$CHAT"
}

@test "Tornado's client on pycurl" {
    pycurl_needed
    $PYTHON -c 'import tornado' || skip "no python3-tornado"
    three_at_once $PYTHON "$HERE/ask.py" tornado "$CHAT"
}

@test "Perl's WWW::Curl::Multi" {
    needs perl
    perl -MWWW::Curl::Multi -e 1 || skip "no libwww-curl-perl"
    three_at_once perl "$HERE/ask.pl" "$CHAT"
}

@test "Ruby's typhoeus: a hydra with twenty requests" {
    needs ruby
    ruby -e 'require "typhoeus"' || skip "no ruby-typhoeus"
    REQUESTS=26 three_at_once ruby "$HERE/hydra.rb" "$CHAT"
}

@test "failures that last" {
    pycurl_needed
    curb_needed
    fails_alike 503 3 ruby "$HERE/ask.rb" callbacks "$CHAT"
    fails_alike reset 3 ruby "$HERE/ask.rb" callbacks "$CHAT"
}
