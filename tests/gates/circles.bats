# Files of one folder do not need each other in a circle; debts are in tests/lib/circles.txt.
bats_require_minimum_version 1.5.0

circles() {
    "$SC_TOP/tests/lib/circles" "$@"
}

setup() {
    tree=$BATS_TEST_TMPDIR/tree
    mkdir -p "$tree"
    cp -r "$SC_TOP/src" "$tree/src"
}

@test "no files need each other in a circle" {
    run -0 circles "$SC_TOP" "$SC_TOP/build/obj"
}

@test "a planted include that closes a circle is caught, with those who are in it" {
    echo '#include "core/call.h"' >>"$tree/src/common/core/backoff.h"
    run -1 circles "$tree"
    [[ $output == *"circles: common/core: these need each other:"* ]]
    [[ $output == *" common/core/call"* && $output == *" common/core/backoff"* ]]
    [[ $output != *" common/core/gate"* ]]
}

@test "a planted call without an include that closes a circle is caught" {
    local obj=$BATS_TEST_TMPDIR/obj/common/core
    mkdir -p "$obj"
    echo '#include "core/b.h"' >"$tree/src/common/core/a.c"
    touch "$tree/src/common/core/b.h" "$tree/src/common/core/b.c"
    run -0 bash -c "'$SC_TOP/tests/lib/circles' '$tree' | grep ' common/core/[ab]' || true"
    [ -z "$output" ]
    echo 'void sc_a(void); void sc_a(void) {}' >"$BATS_TEST_TMPDIR/a.c"
    echo 'void sc_a(void); void sc_b(void); void sc_b(void) { sc_a(); }' >"$BATS_TEST_TMPDIR/b.c"
    cc -c -o "$obj/a.o" "$BATS_TEST_TMPDIR/a.c"
    cc -c -o "$obj/b.o" "$BATS_TEST_TMPDIR/b.c"
    run -1 circles "$tree" "$BATS_TEST_TMPDIR/obj"
    [[ $output == *" common/core/a"* && $output == *" common/core/b"* ]]
}

@test "a debt that is paid has to go from the list" {
    grep -q '^[a-z]' "$SC_TOP/tests/lib/circles.txt" || skip "no debts are left"
    rm -r "$tree/src"
    mkdir -p "$tree/src/common/core"
    touch "$tree/src/common/core/a.c"
    run -1 circles "$tree"
    [[ $output == *"no longer needed: "* ]]
}
