/*
 * Writing out what waits: a process that died in the middle has its lines told once, a full disk
 * keeps them, a log of another place is left alone.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "log/batch.h"
#include "state/holder.h"
#include "state/journal.h"
#include "state/state.h"

static char folder[64], path[128];
static struct sc_region *region;
static struct sc_journal *journal;
static struct sc_log log_to;

static int setup(void **state)
{
    struct sc_journal_place p = {.name = path + sizeof "/tmp/sc-log-XXXXXX"};
    struct stat st;

    (void)state;
    strcpy(folder, "/tmp/sc-log-XXXXXX");
    if (!mkdtemp(folder) || stat(folder, &st) != 0)
        return -1;
    snprintf(path, sizeof path, "%s/log", folder);
    p.dev = (uint64_t)st.st_dev;
    p.ino = (uint64_t)st.st_ino;
    region = sc_region_private();
    journal = sc_journal_find(region, &p, true);
    log_to = (struct sc_log){.path = path, .mode = 0600};
    return journal ? 0 : -1;
}

static int teardown(void **state)
{
    char command[128];

    (void)state;
    memset(region->journals, 0, sizeof region->journals);
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void waits(const char *line)
{
    assert_true(sc_ring_put(&journal->ring, line, strlen(line), 1) > 0);
}

static const char *contents(void)
{
    static char b[4096];
    FILE *f = fopen(path, "r");
    size_t n = f ? fread(b, 1, sizeof b - 1, f) : 0;

    if (f)
        fclose(f);
    b[n] = '\0';
    return b;
}

static void has(const char *text)
{
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

/* A child that takes the lease and is killed with it. */
static void somebody_dies_while_writing(void)
{
    uint64_t lease;
    bool left;
    int status;
    pid_t child = fork();

    if (child == 0) {
        if (sc_journal_begin(region, journal, &lease, &left))
            raise(SIGKILL);
        _exit(1);
    }
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static void what_waits_is_written_once(void **state)
{
    (void)state;
    waits("one\n");
    waits("two\n");
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "one\ntwo\n");
}

/* Killed behind the write, and before it could say so. */
static void lines_that_a_dead_process_had_written_are_not_written_again(void **state)
{
    (void)state;
    waits("one\n");
    waits("two\n");
    waits("three\n");
    has("zero\none\ntwo\n");
    somebody_dies_while_writing();
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "zero\none\ntwo\nthree\n");
}

/* Killed within the write: what is torn is ended, and told whole. */
static void a_line_that_was_torn_is_told_whole(void **state)
{
    (void)state;
    waits("one\n");
    waits("two\n");
    has("zero\none\ntw");
    somebody_dies_while_writing();
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "zero\none\ntw\ntwo\n");
}

/* That is looked for after a death only: two equal lines are two lines. */
static void equal_lines_are_all_written(void **state)
{
    (void)state;
    has("one\n");
    waits("one\n");
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "one\none\n");
}

/* Who lives and is at it is not disturbed, but will see that more is wanted. */
static void one_process_writes_at_a_time(void **state)
{
    uint64_t lease, other;
    bool left;

    (void)state;
    assert_true(sc_journal_begin(region, journal, &lease, &left));
    assert_false(left);
    waits("one\n");
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "");
    assert_false(sc_journal_begin(region, journal, &other, &left));
    assert_true(sc_journal_end(journal, lease));
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "one\n");
}

/* A limit that cuts in the middle of the second line; without one they are all there later. */
static void what_does_not_fit_goes_on_waiting(void **state)
{
    struct rlimit before, small = {10, 0};

    (void)state;
    getrlimit(RLIMIT_FSIZE, &before);
    small.rlim_max = before.rlim_max;
    waits("first\n");
    waits("second\n");
    setrlimit(RLIMIT_FSIZE, &small);
    assert_int_not_equal(sc_batch_write_out(region, &log_to), 0);
    setrlimit(RLIMIT_FSIZE, &before);
    assert_string_equal(contents(), "");
    assert_int_equal(sc_batch_write_out(region, &log_to), 0);
    assert_string_equal(contents(), "first\nsecond\n");
}

static void another_place_is_another_log(void **state)
{
    struct sc_log other = log_to;
    char elsewhere[160];

    (void)state;
    waits("one\n");
    snprintf(elsewhere, sizeof elsewhere, "%s/log2", folder);
    other.path = elsewhere;
    assert_int_equal(sc_batch_write_out(region, &other), 0);
    assert_int_equal(access(elsewhere, F_OK), -1);
    snprintf(elsewhere, sizeof elsewhere, "%s/../%s/log", folder, strrchr(folder, '/') + 1);
    assert_int_equal(sc_batch_write_out(region, &other), 0);
    assert_string_equal(contents(), "one\n");
}

/* Not even a name for it is taken: there may be as many logs as there are users of them. */
static void more_logs_than_places_are_told_apart(void **state)
{
    char name[16];
    int found = 0;

    (void)state;
    for (int i = 0; i < 2 * SC_JOURNALS; i++) {
        struct sc_journal_place p = {1, 2, name};

        snprintf(name, sizeof name, "%d", i);
        found += sc_journal_find(region, &p, true) != NULL;
    }
    assert_int_equal(found, SC_JOURNALS - 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_waits_is_written_once),
        TEST(lines_that_a_dead_process_had_written_are_not_written_again),
        TEST(a_line_that_was_torn_is_told_whole),
        TEST(equal_lines_are_all_written),
        TEST(one_process_writes_at_a_time),
        TEST(what_does_not_fit_goes_on_waiting),
        TEST(another_place_is_another_log),
        TEST(more_logs_than_places_are_told_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
