#!/usr/bin/env bats
# gcc builds everything (or there would be nothing to test); so do clang and a cross compiler.

bats_require_minimum_version 1.5.0

make_quietly() {
    env -u MAKEFLAGS make -C "$SC_TOP" --no-print-directory "$@"
}

@test "clang builds everything without a warning, and what it built works" {
    command -v clang >/dev/null || skip "no clang"
    run -0 make_quietly CC=clang OPT=-O1 BUILD=build/clang all
    [[ $output != *warning* ]]
    [ "$(readelf -dW "$SC_TOP/build/clang/libsteadycurl.so" | grep -c NEEDED)" -eq 1 ]
    diff <(nm -D --defined-only "$SC_TOP/build/libsteadycurl.so" | awk '{print $3}') \
        <(nm -D --defined-only "$SC_TOP/build/clang/libsteadycurl.so" | awk '{print $3}')
    command -v curl jq >/dev/null || skip "no curl"
    # shellcheck source=../lib/mock.bash
    . "$SC_TOP/tests/lib/mock.bash"
    mock_start --script 503,200
    echo '{"version": 1, "defaults": {"retry": {"backoff": {"base_ms": 1}}},
           "rules": [{"match": {"host": "*"}}]}' >"$BATS_TEST_TMPDIR/policy.json"
    run -0 "$SC_TOP/build/clang/steadycurl" run -p "$BATS_TEST_TMPDIR/policy.json" -- \
        curl -sSf "$MOCK_URL/v1/chat/completions" -d '{"model": "gpt-4o"}'
    mock_stop
}

# What gcc 15 and clang 21 warn of by themselves (-Wunterminated-string-initialization), older ones
# know as a fault of C++ alone.
@test "no text is cut off by an array that has no room for its end" {
    local warned
    cd "$SC_TOP"
    warned=$(find src include -name '*.[ch]' -print0 | LC_ALL=C xargs -0 -n 8 gcc -std=gnu11 -D_GNU_SOURCE \
        -Isrc/preload -Isrc/engine -Isrc/command -Isrc/common -Iinclude -fsyntax-only -Wc++-compat 2>&1 |
        grep 'initializer-string' || true)
    echo "$warned"
    [ -z "$warned" ]
}

@test "aarch64: both objects cross compile, with the same exports and needs" {
    command -v aarch64-linux-gnu-gcc >/dev/null || skip "no aarch64-linux-gnu-gcc"
    run -0 "$SC_TOP/tests/gates/build-aarch64"
    for name in libsteadycurl.so steadycurl-engine.so; do
        object=$SC_TOP/build/aarch64/$name
        readelf -hW "$object" | grep -q 'Machine:.*AArch64'
        [ "$(readelf -dW "$object" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')" = libc.so.6 ]
        diff <(nm -D --defined-only "$object" | awk '{print $3}') \
            <(nm -D --defined-only "$SC_TOP/build/$name" | awk '{print $3}')
    done
}
