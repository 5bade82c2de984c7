#!/usr/bin/env bats
# What PHP, Guzzle, pycurl, R and git see of a fault on purpose is what they see of a server that
# does the same: calls of their callbacks in order, what getinfo says, words, exit status.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

# Times are not compared, nor names that are drawn anew, the order of a head's lines and how their
# names are written, nor what a made-up answer has none of: addresses, a request that was sent.
plain() {
    sed -E '/^(primary_ip|local_ip|PRIMARY_IP|request_size|REQUEST_SIZE) /d; s/req_[0-9a-f]+/req_X/g
        s/^(header( [0-9]+)? (b.)?)([A-Za-z-]+):/\1\L\4:/; s/^(header.*)date: .*/\1date:/
        s/after [0-9]+ ms/after N ms/; s/[0-9a-f]{16}/X/g' |
        awk '/^header .*:/ { print | "sort"; next } { close("sort"); print }'
}

seen() { # FILE PROGRAM...: all that it prints, and how it ends
    local status=0
    (cd "$BATS_TEST_TMPDIR" && "${@:2}") >"$1.raw" 2>&1 || status=$?
    echo "exit $status" >>"$1.raw"
    plain <"$1.raw" >"$1"
}

# by_both FAULT... -- PROGRAM...: each, given by a server, and by us over the answer of a good one.
by_both() {
    local faults=() fault wrong=0
    while [ "$1" != -- ]; do
        faults+=("$1")
        shift
    done
    shift
    for fault in "${faults[@]}"; do
        server "$fault"
        seen "$BATS_TEST_TMPDIR/server" "$@"
        server ok
        seen "$BATS_TEST_TMPDIR/ours" "$STEADYCURL" run --unmarked --fault "127.0.0.1=$fault" -- "$@"
        diff "$BATS_TEST_TMPDIR/server" "$BATS_TEST_TMPDIR/ours" || {
            echo "^ $fault: $*"
            wrong=1
        }
    done
    [ "$wrong" = 0 ]
}

@test "PHP: callbacks in order, getinfo and words" {
    needs php
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip "no php-curl"
    by_both quota '429;retry-after=2' 'hang;ms=50' truncate 'cut;status=503;at=20' -- php "$HERE/ask.php" write "$CHAT"
}

@test "PHP with Guzzle: its exceptions, and what is in them" {
    needs php
    local loader=/usr/share/php/GuzzleHttp/autoload.php
    [ -e $loader ] || skip "no Guzzle"
    cat >"$BATS_TEST_TMPDIR/guzzle.php" <<PHP
<?php
require '$loader';
try {
    \$r = (new GuzzleHttp\Client)->post(\$argv[1], ['body' => getenv('ASK'), 'headers' => ['Content-Type' => 'application/json']]);
    echo \$r->getStatusCode(), ' ', \$r->getReasonPhrase(), "\n", \$r->getHeaderLine('Content-Type'), "\n", \$r->getBody(), "\n";
} catch (GuzzleHttp\Exception\TransferException \$e) {
    echo get_class(\$e), ': ', \$e->getMessage(), "\n";
}
PHP
    server ok
    php "$BATS_TEST_TMPDIR/guzzle.php" "$CHAT" | grep '^200 ' || skip "Guzzle without libcurl"
    by_both 429 '200;body-text=' reset truncate -- php "$BATS_TEST_TMPDIR/guzzle.php" "$CHAT"
}

@test "pycurl: callbacks in order, getinfo and words" {
    needs "$PYTHON"
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
    by_both 503 '200;body-text={"a":' reset truncate 'truncate-chunked;status=503' sse-error -- "$PYTHON" "$HERE/ask.py" callbacks "$CHAT"
}

@test "R and git: a status, and what breaks off" {
    if command -v Rscript >/dev/null && [ -d /usr/lib/R/site-library/RCurl ]; then
        # shellcheck disable=SC2016 # for the inner shell
        by_both 503 truncate -- sh -c 'Rscript "$0" get "$1" 2>&1 | sed "/request.size/,+1d"' "$HERE/ask.R" "$CHAT"
    fi
    needs git
    by_both 503 reset truncate -- env GIT_TERMINAL_PROMPT=0 git ls-remote "$MOCK_URL/v1/models"
}

@test "nobody listens: as a port on which nobody does" {
    local to=http://127.0.0.1:9/v1/chat/completions
    for program in "php $HERE/ask.php write" "$PYTHON $HERE/ask.py callbacks"; do
        command -v "${program%% *}" >/dev/null || continue
        # shellcheck disable=SC2086 # words
        seen "$BATS_TEST_TMPDIR/server" $program $to
        # shellcheck disable=SC2086
        seen "$BATS_TEST_TMPDIR/ours" "$STEADYCURL" run --unmarked --fault '127.0.0.1=refused' -- $program $to
        diff "$BATS_TEST_TMPDIR/server" "$BATS_TEST_TMPDIR/ours"
    done
}
