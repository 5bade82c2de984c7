#!/usr/bin/env bats
# steadycurl run: the environment it sets, and what it says about programs that cannot be wrapped.

bats_require_minimum_version 1.5.0

setup() {
    steadycurl=$SC_TOP/build/steadycurl
    library=$SC_TOP/build/libsteadycurl.so
    dir=$(mktemp -d)
    chmod 755 "$dir"
    cd "$dir" || return
    unset LD_PRELOAD STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STATE STEADYCURL_STRICT
    echo '{"version": 1, "rules": []}' >policy.json
    echo 'int main(void) { return 0; }' >main.c
}

teardown() {
    cd / || return
    rm -rf "$dir"
}

refused() { # STATUS TEXT PROGRAM...
    local status_wanted=$1 text=$2
    shift 2
    run "-$status_wanted" --separate-stderr "$steadycurl" run -- "$@"
    [ -z "$output" ]
    [ "${#stderr_lines[@]}" -eq 1 ]
    [[ $stderr == "steadycurl run: "*"$text"* ]]
}

@test "the program replaces the command: same pid, its own exit status, its own output" {
    run --separate-stderr "$steadycurl" run -- sh -c 'echo "out $1"; exit 37' sh a
    [ "$status" -eq 37 ]
    [ "$output" = "out a" ]
    [ -z "$stderr" ]
    run sh -c 'echo $$; exec "$1" run -- sh -c "echo \$\$"' sh "$steadycurl"
    [ "${lines[0]}" = "${lines[1]}" ]
}

@test "a signal that ends the program ends the command the same way" {
    run -143 "$steadycurl" run -- sh -c 'kill -TERM $$'
}

@test "the library comes first in LD_PRELOAD, once, and the rest is kept" {
    run "$steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$library" ]
    other=$dir/other.so
    gcc -shared -o "$other" -x c /dev/null
    LD_PRELOAD="$other $library" run "$steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$library:$other" ]
    LD_PRELOAD="$other:$other" run "$steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$library:$other:$other" ]
    LD_PRELOAD=" : $other :" run "$steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$library:$other" ]
    run "$steadycurl" run -- "$steadycurl" run -- printenv LD_PRELOAD
    [ "$output" = "$library" ]
}

@test "options become absolute paths in the environment" {
    run "$steadycurl" run --policy policy.json --log=log/a -s state --strict -- \
        printenv STEADYCURL_POLICY STEADYCURL_LOG STEADYCURL_STATE STEADYCURL_STRICT
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "$dir/policy.json" ]
    [ "${lines[1]}" = "$dir/log/a" ]
    [ "${lines[2]}" = "$dir/state" ]
    [ "${lines[3]}" = 1 ]
}

@test "without options the environment is left as it is" {
    STEADYCURL_LOG=/x/y run "$steadycurl" run env
    [[ $output == *"STEADYCURL_LOG=/x/y"* ]]
    [[ $output != *STEADYCURL_POLICY* ]]
    [[ $output != *STEADYCURL_STRICT* ]]
}

@test "a bad policy is refused before the program starts, with its exact error" {
    echo '{"version": 1, "rulez": []}' >bad.json
    run --separate-stderr "$steadycurl" run --policy bad.json -- touch started
    [ "$status" -eq 2 ]
    [[ $stderr == *"bad.json:1:"*"rulez"* ]]
    [ ! -e started ]
    run --separate-stderr "$steadycurl" run --policy absent.json -- touch started
    [ "$status" -eq 2 ]
    [[ $stderr == *absent.json* ]]
    [ ! -e started ]
    STEADYCURL_POLICY=$dir/bad.json run "$steadycurl" run -- touch started
    [ "$status" -eq 2 ]
}

@test "what is not there or not executable has the shell's statuses" {
    refused 127 "no-such-program: program not found" no-such-program
    refused 127 "./none: program not found" ./none
    refused 126 "not an executable file" ./policy.json
    refused 126 "not an executable file" "$dir"
    printf 'ab\0cd' >binary
    chmod +x binary
    refused 126 "neither a program nor a script" ./binary
}

@test "a static program is refused" {
    gcc -static -o static main.c
    refused 120 "statically linked" ./static
    gcc -static-pie -o static-pie main.c
    refused 120 "statically linked" ./static-pie
}

@test "a program for musl is refused" {
    command -v musl-gcc || skip "no musl-gcc"
    musl-gcc -o musl main.c
    refused 124 "built for musl" ./musl
}

@test "a program for another architecture is refused" {
    compiler=aarch64-linux-gnu-gcc
    [ "$(uname -m)" = x86_64 ] || compiler=x86_64-linux-gnu-gcc
    command -v $compiler || skip "no $compiler"
    $compiler -o other main.c
    refused 123 "another architecture" ./other
}

@test "a Go program is refused" {
    printf '.section .note.go.buildid,"a"\n.long 4,4,4\n.ascii "Go\\0\\0abcd"\n' >go.s
    gcc -o go-dynamic main.c go.s
    refused 125 "Go program" ./go-dynamic
    gcc -static -o go-static main.c go.s
    refused 125 "Go program" ./go-static
    printf '.section .gopclntab,"a"\n.long 1\n' >table.s
    gcc -o go-table main.c table.s
    refused 125 "Go program" ./go-table
}

@test "a program that changes privileges is refused" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    gcc -o setuid main.c
    chown 65534:65534 setuid
    chmod u+s setuid
    refused 121 "is setuid" ./setuid
    chmod u-s,g+s,a+x setuid
    refused 121 "is setgid" ./setuid
    chown 0:0 setuid # changes nothing for root: the loader takes preloads
    chmod u+s setuid
    "$steadycurl" run -- ./setuid
}

@test "a program with file capabilities is refused" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    gcc -o capable main.c
    # vfs_cap_data version 2, effective, CAP_NET_RAW
    python3 -c 'import os; os.setxattr("capable", "security.capability",
        bytes.fromhex("0100000200200000000000000000000000000000"))' || skip "no xattr here"
    cp "$steadycurl" "$library" "$SC_TOP/build/steadycurl-engine.so" .
    run setpriv --reuid 65534 --regid 65534 --clear-groups ./steadycurl run -- ./capable
    [ "$status" -eq 122 ]
    [[ $output == *"file capabilities"* ]]
}

@test "a script is followed to its interpreter" {
    gcc -static -o static main.c
    printf '#!%s/static\n' "$dir" >direct
    printf '#! /usr/bin/env -S A=1 %s/static -x\n' "$dir" >by-env
    printf '#!%s/direct\n' "$dir" >by-script
    printf 'exit 5\n' >plain
    printf '#!/no/such/interpreter\n' >lost
    printf '#!/bin/sh\nexit 6\n' >good
    chmod +x direct by-env by-script plain lost good
    refused 120 "$dir/static is statically linked" ./direct
    refused 120 "$dir/static is statically linked" ./by-env
    refused 120 "$dir/static is statically linked" ./by-script
    refused 127 "needs the interpreter /no/such/interpreter" ./lost
    run -5 "$steadycurl" run -- ./plain
    run -6 "$steadycurl" run -- ./good
}

@test "a program with a loader that is not there is refused" {
    gcc -o lost -Wl,--dynamic-linker=/no/such/ld.so main.c
    refused 127 "needs the loader /no/such/ld.so" ./lost
}

@test "damaged program files are survived" {
    cp "$(type -P true)" whole
    size=$(stat -c %s whole)
    for n in 1 3 4 16 20 40 63 64 100 500 1000 5000 $((size - 1)); do
        head -c "$n" whole >"./cut"
        chmod +x cut
        run "$steadycurl" doctor -- ./cut
        [ "$status" -eq 1 ] || [ "$status" -eq 3 ] # not covered, or a text that says nothing
    done
}

@test "a program under AddressSanitizer gets its runtime first" {
    gcc -fsanitize=address -o asan main.c || skip "no libasan"
    run --separate-stderr "$steadycurl" run -- ./asan
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
}

@test "wrong usage is explained" {
    run -2 "$steadycurl" run
    [[ $output == *"which program?"* ]]
    run -2 "$steadycurl" run --polic x -- true
    [[ $output == *"did you mean --policy?"* ]]
    run -2 "$steadycurl" run --policy
    [[ $output == *"needs a value"* ]]
    run -0 "$steadycurl" run --deep -- printenv LD_AUDIT
    [ "$output" = "${steadycurl%/*}/steadycurl-audit.so" ]
    run -0 "$steadycurl" run --help
    [[ ${lines[0]} == "usage: steadycurl run "* ]]
}

@test "a command without its libraries says so" {
    cp "$steadycurl" alone
    run -119 ./alone run -- true
    [[ $output == *steadycurl-engine.so* ]]
    cp "${steadycurl%/*}/steadycurl-engine.so" .
    run -119 ./alone run -- true
    [[ $output == *libsteadycurl.so* ]]
}
