#!/usr/bin/env bats
# steadycurl doctor: which libcurl, which flavour, covered or not, and why.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    dir=$(mktemp -d)
    cd "$dir" || return
    unset STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_DISABLE
    export XDG_CONFIG_HOME=$dir/none HOME=$dir
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

has() {
    [[ $output == *"$1"* ]] || {
        echo "lacks: $1"
        echo "$output"
        return 1
    }
}

program_with() { # NAME DECLARATIONS BODY LIBRARIES...
    local name=$1 declarations=$2 body=$3
    shift 3
    printf '%s\nint main(void) { %s; return 0; }\n' "$declarations" "$body" >"$name.c"
    gcc -o "$name" "$name.c" "$@"
}

@test "a program linked to OpenSSL's libcurl is covered" {
    program_with openssl 'void *curl_easy_perform(void *);' 'curl_easy_perform(0)' -l:libcurl.so.4
    run -0 "$steadycurl" doctor -- ./openssl
    has "libcurl.so.4 (libcurl/"
    has "OpenSSL, symbols CURL_OPENSSL_4"
    has "covered: it is linked to libcurl"
    has "$SC_TOP/build/libsteadycurl.so"
    has "$SC_TOP/build/steadycurl-engine.so"
}

@test "a program linked to GnuTLS's libcurl is covered" {
    program_with gnutls 'void *curl_easy_perform(void *);' 'curl_easy_perform(0)' \
        -l:libcurl-gnutls.so.4
    run -0 "$steadycurl" doctor -- ./gnutls
    has "GnuTLS, symbols CURL_GNUTLS_"
}

@test "a program that drives the multi interface is covered" {
    program_with multi 'void *curl_multi_add_handle(void *, void *);' 'curl_multi_add_handle(0, 0)' \
        -l:libcurl.so.4
    run -0 "$steadycurl" doctor -- ./multi
}

@test "a program without libcurl, or with one of its own, is not covered" {
    program_with plain '' ''
    run -1 "$steadycurl" doctor -- ./plain
    has "not covered: it is not linked to libcurl"
    program_with own 'const char *volatile v = "libcurl/8.1.2";' ''
    run -1 "$steadycurl" doctor -- ./own
    has "libcurl/8.1.2"
    has "a copy of libcurl of its own"
    program_with exports 'void *curl_easy_perform(void *p) { return p; }' '' -rdynamic
    run -1 "$steadycurl" doctor -- ./exports
    has "exports libcurl functions of its own"
}

@test "static, foreign and absent programs are not covered" {
    program_with static '' '' -static
    run -1 "$steadycurl" doctor -- ./static
    has "not covered: ./static is statically linked"
    run -1 "$steadycurl" doctor -- no-such-program
    has "not covered: no-such-program: program not found"
}

@test "hosts that load libcurl as a plugin are known" {
    compgen -G '/usr/lib/php/*/curl.so' >/dev/null || skip "no php-curl"
    run -0 "$steadycurl" doctor -- php
    has "/curl.so"
    has "libcurl.so.4"
    has "PHP's curl extension is covered"
}

@test "a shell script is its shell, whose programs inherit the library" {
    printf '#!/bin/sh\ncurl x\n' >script
    chmod +x script
    run -0 "$steadycurl" doctor -- ./script
    has "script    ./script"
    has "inherit the library"
}

@test "a program whose libraries are missing is said to be" {
    echo 'int f(void) { return 0; }' >lib.c
    gcc -shared -fPIC -o libgone.so lib.c
    program_with lost 'int f(void);' 'f()' -L. -lgone
    rm libgone.so
    run -1 "$steadycurl" doctor -- ./lost
    has "its libraries cannot be found out"
}

@test "the policy is named and checked" {
    program_with plain '' ''
    run "$steadycurl" doctor -- ./plain
    has "policy    built-in (no file found)"
    echo '{"version": 1, "rules": []}' >good.json
    run "$steadycurl" doctor --policy good.json -- ./plain
    has "policy    good.json (valid, 0 rules)"
    echo '{"version": 1, "rulez": []}' >bad.json
    STEADYCURL_POLICY=bad.json run "$steadycurl" doctor -- ./plain
    has "policy    INVALID: bad.json:1:"
    STEADYCURL_DISABLE=1 run "$steadycurl" doctor -- ./plain
    has "STEADYCURL_DISABLE=1: everything is off"
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" doctor
    has "which program?"
}
