#!/usr/bin/env bats
# distros/run where it cannot do its work: it says so, with a status of its own, and leaves nothing.

bats_require_minimum_version 1.5.0

setup() {
    export TMPDIR=$BATS_TEST_TMPDIR/tmp
    mkdir "$TMPDIR"
}

leaves_nothing() {
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "wrong options" {
    run -2 "$SC_TOP/tests/distros/run" --no-such-option
    [[ $output == *'--core'* ]]
    run -2 "$SC_TOP/tests/distros/run" --keep
    run -2 "$SC_TOP/tests/distros/run" --prepare trixie
    leaves_nothing
}

@test "without the tool that makes a system" {
    local tool
    mkdir "$BATS_TEST_TMPDIR/bin"
    for tool in bash dirname git apt-config apt-get sed head id rm; do
        command -v $tool >/dev/null || skip "no $tool"
        ln -s "$(command -v $tool)" "$BATS_TEST_TMPDIR/bin/$tool"
    done
    PATH=$BATS_TEST_TMPDIR/bin run -77 bash "$SC_TOP/tests/distros/run" --mirror http://127.0.0.1:1 trixie
    [[ $output == *'cannot be tried on this machine: '*bootstrap' is missing'* ]]
    leaves_nothing
}

@test "a release that the mirror does not have: no success, and no failure of the tests" {
    [ "$(id -u)" -eq 0 ] || skip "not root"
    command -v debootstrap >/dev/null || skip "no debootstrap"
    unshare --mount --pid --ipc --fork --mount-proc true 2>/dev/null || skip "mounting is forbidden"
    run -77 "$SC_TOP/tests/distros/run" --mirror http://127.0.0.1:1 trixie
    [[ $output == *'no trixie could be made of what http://127.0.0.1:1 has'* ]]
    [[ ${lines[-1]} == trixie*'not tried: no system' ]]
    leaves_nothing
}
