# The arrows between folders are those of tests/lib/layers.txt.
bats_require_minimum_version 1.5.0

layers() {
    "$SC_TOP/tests/lib/layers" "$@"
}

copy() {
    mkdir -p "$BATS_TEST_TMPDIR/tree"
    cp -r "$SC_TOP/src" "$BATS_TEST_TMPDIR/tree/src"
    tree=$BATS_TEST_TMPDIR/tree
}

@test "no source includes or calls what its folder may not" {
    run -0 layers "$SC_TOP" "$SC_TOP/build/obj"
}

@test "a planted include is caught, with its place" {
    copy
    echo '#include "log/log.h"' >>"$tree/src/common/core/gate.c"
    line=$(wc -l <"$tree/src/common/core/gate.c")
    run -1 layers "$tree"
    [[ $output == *"src/common/core/gate.c:$line: common/core may not use common/log"* ]]
}

@test "a planted call without an include is caught" {
    copy
    mkdir -p "$BATS_TEST_TMPDIR/obj/common/http" "$BATS_TEST_TMPDIR/obj/common/log"
    touch "$tree/src/common/http/a.c" "$tree/src/common/log/b.c"
    echo 'void sc_far(void); void sc_near(void); void sc_near(void) { sc_far(); }' >"$BATS_TEST_TMPDIR/a.c"
    echo 'void sc_far(void); void sc_far(void) {}' >"$BATS_TEST_TMPDIR/b.c"
    cc -c -o "$BATS_TEST_TMPDIR/obj/common/http/a.o" "$BATS_TEST_TMPDIR/a.c"
    cc -c -o "$BATS_TEST_TMPDIR/obj/common/log/b.o" "$BATS_TEST_TMPDIR/b.c"
    run -1 layers "$tree" "$BATS_TEST_TMPDIR/obj"
    [[ $output == *"common/http/a.o calls sc_far: common/http may not use common/log"* ]]
}

@test "a new folder needs a line of its own, and an exception that is not needed any more is told" {
    copy
    mkdir "$tree/src/engine/new"
    echo '#include "wire/hold.h"' >"$tree/src/engine/new/new.c"
    run -1 layers "$tree"
    [[ $output == *"engine/new has no line in layers.txt"* ]]
    rm -r "$tree/src/engine"
    grep -q '^[^#].* -> ' "$SC_TOP/tests/lib/layers.txt" || skip "no exceptions are left"
    run -1 layers "$tree"
    [[ $output == *"no longer needed: "* ]]
}
