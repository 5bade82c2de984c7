#!/usr/bin/env bats
# Random schedules of what a program may do with the multi interface, compared with a model; see
# ../programs/multi_play.c. PLAY_SCHEDULES=N plays more of them.

load ../programs/programs

setup_file() {
    programs_begin
    sed 's/"base_ms": 5, "max_ms": 10/"base_ms": 2, "max_ms": 4/g' "$POLICY" >"$POLICY.fast"
    POLICY=$POLICY.fast
}

teardown_file() {
    programs_end
}

@test "the model holds for libcurl alone" {
    run -0 --separate-stderr "$BUILT/multi_play" "$MOCK_URL" 1 40 alone
    [ "$output" = "40 schedules" ]
}

@test "the model holds under the library, through failures" {
    local n=${PLAY_SCHEDULES:-200}
    run -0 --separate-stderr wrapped "$BUILT/multi_play" "$MOCK_URL" 7 "$n"
    [ "${lines[-1]}" = "$n schedules" ]
}

@test "valgrind finds nothing in it" {
    needs valgrind
    # In some schedules a paused piece that libcurl itself has kept is not freed by it.
    printf '{\n libcurl\n Memcheck:Leak\n fun:malloc\n obj:*/libcurl.so*\n ...\n}\n' \
        >"$BATS_TEST_TMPDIR/libcurl.supp"
    VALGRIND_OPTS="-q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite
        --suppressions=$BATS_TEST_TMPDIR/libcurl.supp" \
        run -0 --separate-stderr wrapped valgrind "$BUILT/multi_play" "$MOCK_URL" 8 15
    [ "${lines[-1]}" = "15 schedules" ]
}
