#!/usr/bin/env bats
# Programs that find libcurl's functions by name at run time (dlsym), and --deep.

load ../../lib/mock

setup_file() {
    export DIR=$BATS_FILE_TMPDIR HERE=$SC_TOP/tests/preload/bind MOCK_PID MOCK_URL MOCK_PORT CHAT
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG http_proxy https_proxy
    mock_start
    CHAT=$MOCK_URL/v1/chat/completions
    cat >"$DIR/policy.json" <<'POLICY'
{"version": 1, "defaults": {"retry": {"backoff": {"base_ms": 2, "max_ms": 4}}, "breaker": false},
 "rules": [{"name": "all", "match": {"host": "127.0.0.1"}}]}
POLICY
}

teardown_file() {
    mock_stop
}

# Runs a program directly against 200, then wrapped through two 503s, and compares.
through_two_503s() { # PROGRAM ARGUMENT...
    command -v "$1" >/dev/null || skip "no $1"
    mock_script 200
    "$@" >"$DIR/alone" 2>"$DIR/alone.err" || skip "$1 cannot run this: $(head -n 1 "$DIR/alone.err")"
    mock_script 503,503,200
    mock_reset
    "$STEADYCURL" run ${DEEP-} --policy "$DIR/policy.json" -- "$@" >"$DIR/wrapped"
    diff "$DIR/alone" "$DIR/wrapped"
    [ "$(mock_curl /_mock/count | jq '.outcomes["503"]')" -ge 2 ]
}

@test "Python ctypes, on both flavours of libcurl in one process" {
    through_two_503s /usr/bin/python3 "$HERE/ffi.py" "$CHAT" libcurl.so.4 libcurl-gnutls.so.4
    grep -q '^OpenSSL 0 200 {' "$DIR/wrapped"
    grep -q '^GnuTLS 0 200 {' "$DIR/wrapped"
    grep -q 'undefined symbol: curl_no_such_function' "$DIR/wrapped"
}

@test "LuaJIT FFI" {
    through_two_503s luajit "$HERE/ffi.lua" "$CHAT"
}

@test "PHP FFI" {
    through_two_503s php -d ffi.enable=1 "$HERE/ffi.php" "$CHAT"
}

@test "Ruby ethon, and typhoeus' Hydra with 20 requests" {
    through_two_503s ruby "$HERE/ethon.rb" "$CHAT"
}

@test "--deep reaches them when the other ways are switched off" {
    export STEADYCURL_KEEP_DLSYM=1 STEADYCURL_KEEP_DEEPBIND=1
    DEEP=--deep through_two_503s /usr/bin/python3 "$HERE/ffi.py" "$CHAT" libcurl.so.4
    DEEP=--deep through_two_503s php -r "\$c = curl_init('$CHAT'); curl_exec(\$c);"
    mock_script 503
    mock_reset
    # They are off: not so for PHP from 8.4 on, which asks for no RTLD_DEEPBIND.
    "$STEADYCURL" run --policy "$DIR/policy.json" -- \
        /usr/bin/python3 "$HERE/ffi.py" "$CHAT" libcurl.so.4
    [ "$(mock_count)" -eq 1 ]
}

@test "dlsym is as before for other names, for dlerror and for RTLD_NEXT" {
    cc -D_GNU_SOURCE -o "$DIR/names" "$HERE/names.c"
    "$DIR/names" >"$DIR/alone"
    LD_PRELOAD=$SC_TOP/build/libsteadycurl.so "$DIR/names" >"$DIR/wrapped"
    diff "$DIR/alone" "$DIR/wrapped"
    grep -q 'error names it' "$DIR/alone"
}
