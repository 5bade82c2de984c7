#!/usr/bin/env bats
# PHP, Python, Perl, R and Lua, each by its own way into libcurl, through two 503s.

load programs

setup_file() {
    programs_begin
}

teardown_file() {
    programs_end
}

php_needed() {
    needs php
    php -r 'exit(extension_loaded("curl") ? 0 : 1);' || skip "no php-curl"
}

pycurl_needed() {
    needs $PYTHON
    $PYTHON -c 'import pycurl' || skip "no python3-pycurl"
}

perl_needed() {
    needs perl
    perl -MWWW::Curl::Easy -e 1 || skip "no libwww-curl-perl"
}

rcurl_needed() {
    needs Rscript
    [ -d /usr/lib/R/site-library/RCurl ] || skip "no r-cran-rcurl"
}

lua_needed() {
    needs lua5.2
    lua5.2 -e 'require "curl"' || skip "no lua-curl"
}

@test "PHP: every way to get a body and to send one" {
    php_needed
    local way
    for way in return header fail write file echo; do
        transparent php "$HERE/ask.php" $way "$CHAT"
    done
    transparent php "$HERE/ask.php" form "$MOCK_URL/v1/files"
}

@test "PHP: an upload by READFUNCTION is sent again, byte for byte" {
    php_needed
    transparent php "$HERE/ask.php" read "$CHAT"
    [[ $request == *'"body_bytes":80000'* ]]
}

@test "PHP: failures that last" {
    php_needed
    local way
    for way in return write fail; do
        fails_alike 503 3 php "$HERE/ask.php" $way "$CHAT"
        fails_alike 401 1 php "$HERE/ask.php" $way "$CHAT"
    done
    fails_alike reset 3 php "$HERE/ask.php" return "$CHAT"
    fails_alike truncate 3 php "$HERE/ask.php" return "$CHAT"
}

@test "PHP: an exception out of a callback" {
    php_needed
    transparent php "$HERE/ask.php" throw "$CHAT"
    fails_alike 400 1 php "$HERE/ask.php" throw "$CHAT"
    fails_alike 503 3 php "$HERE/ask.php" throw "$CHAT"
}

@test "pycurl: every way to get a body" {
    pycurl_needed
    local way
    for way in string callbacks header fail progress default; do
        transparent $PYTHON "$HERE/ask.py" $way "$CHAT"
    done
}

@test "pycurl: READDATA, READFUNCTION with and without seek, chunked, a form" {
    pycurl_needed
    local way
    for way in readdata read read-seek chunked; do
        transparent $PYTHON "$HERE/ask.py" $way "$CHAT"
    done
    REBUILT=1 transparent $PYTHON "$HERE/ask.py" form "$MOCK_URL/v1/files"
}

@test "pycurl: callbacks that refuse or raise" {
    pycurl_needed
    compare 200 503,503,200 3 $PYTHON "$HERE/ask.py" short "$CHAT"
    compare 200 503,503,200 3 $PYTHON "$HERE/ask.py" raise "$CHAT"
    fails_alike 400 1 $PYTHON "$HERE/ask.py" short "$CHAT"
    fails_alike 503 3 $PYTHON "$HERE/ask.py" raise "$CHAT"
    fails_alike 503 3 $PYTHON "$HERE/ask.py" short "$CHAT"
}

@test "pycurl: failures that last" {
    pycurl_needed
    local way
    for way in string callbacks fail; do
        fails_alike 503 3 $PYTHON "$HERE/ask.py" $way "$CHAT"
        fails_alike 400 1 $PYTHON "$HERE/ask.py" $way "$CHAT"
    done
    fails_alike reset 3 $PYTHON "$HERE/ask.py" string "$CHAT"
    fails_alike truncate 3 $PYTHON "$HERE/ask.py" callbacks "$CHAT"
}

@test "Perl: a POST, an upload by callback, failures that last" {
    perl_needed
    transparent perl "$HERE/ask.pl" post "$CHAT"
    transparent perl "$HERE/ask.pl" read "$CHAT"
    fails_alike 503 3 perl "$HERE/ask.pl" post "$CHAT"
    fails_alike 429 3 perl "$HERE/ask.pl" fail "$CHAT"
    fails_alike truncate 3 perl "$HERE/ask.pl" post "$CHAT"
}

@test "Perl: die out of a callback jumps over libcurl and over us" {
    perl_needed
    compare 200 503,503,200 3 perl "$HERE/ask.pl" die "$CHAT"
}

@test "R: a POST, failures that last" {
    rcurl_needed
    transparent Rscript "$HERE/ask.R" post "$CHAT"
    fails_alike 429 3 Rscript "$HERE/ask.R" fail "$CHAT"
}

@test "R: stop out of a callback jumps over libcurl and over us" {
    rcurl_needed
    compare 200 503,503,200 3 Rscript "$HERE/ask.R" stop "$CHAT"
}

@test "Lua: a POST, an upload by callback, failures that last" {
    lua_needed
    transparent lua5.2 "$HERE/ask.lua" post "$CHAT"
    transparent lua5.2 "$HERE/ask.lua" read "$CHAT"
    fails_alike 503 3 lua5.2 "$HERE/ask.lua" post "$CHAT"
    fails_alike 429 3 lua5.2 "$HERE/ask.lua" fail "$CHAT"
    fails_alike truncate 3 lua5.2 "$HERE/ask.lua" post "$CHAT"
}

@test "Lua: error out of a callback jumps over libcurl and over us" {
    lua_needed
    compare 200 503,503,200 3 lua5.2 "$HERE/ask.lua" error "$CHAT"
}

@test "pycurl: a handle with the older progress callback prints no meter's line after a managed call" {
    pycurl_needed
    server 503,200,200
    # By this name no rule matches.
    wrapped $PYTHON "$HERE/older_progress.py" "$CHAT" "${CHAT/127.0.0.1/localhost}" \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err"
    [ "$(cat "$BATS_TEST_TMPDIR/out")" = $'200 True\n200 True' ]
    [ ! -s "$BATS_TEST_TMPDIR/err" ] # not even a newline
}
