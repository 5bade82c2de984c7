/* The books: what was spent is found again, and nothing that lies in their place does harm. */
#include "support.h"

#include <pthread.h>

#include "core/money.h"
#include "state/books.h"

#define FILE_NAME "spent-1"
#define NOW INT64_C(1754650000)

static int64_t today(void)
{
    return sc_period_number(SC_PERIOD_DAY, NOW);
}

static struct sc_books_entry entry(uint64_t id, int64_t spent)
{
    struct sc_books_entry e = {
        .id = id, .per = SC_PERIOD_DAY, .period = today(), .spent_nano = spent, .told_nano = spent};

    snprintf(e.label, sizeof e.label, "budget=b task=%d", (int)id);
    return e;
}

static int64_t found(uint64_t id)
{
    struct sc_books_entry e;

    return sc_books_read(id, SC_PERIOD_DAY, today(), &e) ? e.spent_nano : -1;
}

static bool write_once(uint64_t id, int64_t spent)
{
    struct sc_books_entry e = entry(id, spent);

    return sc_books_write(&e, NOW);
}

/* After a slow write the books rest, for ten seconds at most: on a busy machine any may be slow. */
static bool write_patiently(const struct sc_books_entry *e)
{
    for (int i = 0; i < 3000; i++) {
        if (sc_books_write(e, NOW))
            return true;
        usleep(5000);
    }
    return false;
}

static bool keep(uint64_t id, int64_t spent)
{
    struct sc_books_entry e = entry(id, spent);

    return write_patiently(&e);
}

static void file_path(char *buf, size_t n)
{
    snprintf(buf, n, "%s/" FILE_NAME, test_folder);
}

static int set_up(void **state)
{
    (void)state;
    use_fresh_folder();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    drop_folder();
    return 0;
}

static void what_is_written_is_read_and_the_last_counts(void **state)
{
    (void)state;
    assert_int_equal(found(1), -1);
    assert_true(keep(1, 5) && keep(2, 6) && keep(1, 7));
    assert_int_equal(found(1), 7);
    assert_int_equal(found(2), 6);
}

static void *write_and_read_cancelled(void *arg)
{
    (void)arg;
    pthread_cancel(pthread_self());
    (void)write_once(1, 5);
    (void)found(1);
    pthread_testcancel();
    return NULL;
}

static void a_cancelled_thread_leaves_no_descriptor(void **state)
{
    int before = dup(STDIN_FILENO), after;
    pthread_t thread;
    void *end;

    (void)state;
    close(before);
    for (int i = 0; i < 3000 && found(1) != 5; i++) { /* until the books do not rest */
        assert_int_equal(pthread_create(&thread, NULL, write_and_read_cancelled, NULL), 0);
        assert_int_equal(pthread_join(thread, &end), 0);
        assert_ptr_equal(end, PTHREAD_CANCELED);
        usleep(i > 0 ? 5000 : 0);
    }
    after = dup(STDIN_FILENO);
    close(after);
    assert_int_equal(after, before);
    assert_int_equal(found(1), 5);
}

static void root_keeps_nothing_in_anothers_home(void **state)
{
    char path[512], *home = getenv("HOME"), *given = strdup(getenv("STEADYCURL_STATE"));

    (void)state;
    home = home ? strdup(home) : NULL;
    if (geteuid() != 0 || chown(test_folder, 1, 1) != 0) {
        free(home);
        free(given);
        skip();
    }
    unsetenv("STEADYCURL_STATE");
    unsetenv("XDG_STATE_HOME");
    setenv("HOME", test_folder, 1);
    assert_true(sc_books_folder(path, sizeof path));
    assert_string_equal(path, "/var/lib/steadycurl");
    assert_int_equal(chown(test_folder, 0, 0), 0);
    assert_true(sc_books_folder(path, sizeof path));
    assert_memory_equal(path, test_folder, strlen(test_folder));
    setenv("STEADYCURL_STATE", given, 1);
    if (home)
        setenv("HOME", home, 1);
    free(home);
    free(given);
}

static void an_earlier_period_or_another_kind_does_not_count(void **state)
{
    struct sc_books_entry e = entry(1, 5), got;

    (void)state;
    e.period--;
    assert_true(write_patiently(&e));
    assert_int_equal(found(1), -1);
    assert_true(keep(1, 5));
    assert_false(sc_books_read(1, SC_PERIOD_HOUR, today(), &got));
    /* The clock was set back: what is written of a later time holds. */
    assert_true(sc_books_read(1, SC_PERIOD_DAY, today() - 3, &got));
}

/* All of these belong into the same sixteen places. */
static uint64_t neighbour(uint64_t i)
{
    return i * (1024 - 16 + 1);
}

static void a_full_row_is_said_and_old_periods_make_room(void **state)
{
    struct sc_books_entry e;

    (void)state;
    for (uint64_t i = 1; i <= 16; i++)
        assert_true(keep(neighbour(i), (int64_t)i));
    assert_false(write_once(neighbour(17), 17));
    for (uint64_t i = 1; i <= 16; i++)
        assert_int_equal(found(neighbour(i)), i);
    e = entry(neighbour(3), 3);
    e.period--;
    assert_true(write_patiently(&e));
    assert_true(keep(neighbour(17), 17));
    assert_int_equal(found(neighbour(17)), 17);
}

static void a_cut_or_overwritten_file_is_forgotten_and_written_anew(void **state)
{
    char path[128], junk[8192];
    int fd;

    (void)state;
    file_path(path, sizeof path);
    assert_true(keep(9, 5));
    assert_int_equal(truncate(path, 9 * 256 + 100), 0);
    assert_int_equal(found(9), -1);
    assert_true(keep(9, 6));
    assert_int_equal(found(9), 6);
    memset(junk, 0xa5, sizeof junk);
    fd = open(path, O_WRONLY);
    assert_int_equal(write(fd, junk, sizeof junk), (ssize_t)sizeof junk);
    close(fd);
    assert_int_equal(found(9), -1);
    assert_true(keep(9, 7));
    assert_int_equal(found(9), 7);
}

static void every_flipped_bit_of_a_record_is_noticed(void **state)
{
    char path[128];
    int fd;

    (void)state;
    file_path(path, sizeof path);
    assert_true(keep(0, 5));
    fd = open(path, O_RDWR);
    for (int bit = 0; bit < 256 * 8; bit++) {
        unsigned char c, changed;

        assert_int_equal(pread(fd, &c, 1, bit / 8), 1);
        changed = (unsigned char)(c ^ 1 << bit % 8);
        assert_int_equal(pwrite(fd, &changed, 1, bit / 8), 1);
        assert_int_equal(found(0), -1);
        assert_int_equal(pwrite(fd, &c, 1, bit / 8), 1);
    }
    close(fd);
    assert_int_equal(found(0), 5);
}

static void links_pipes_and_files_that_others_may_write_are_refused(void **state)
{
    char path[128], other[128];

    (void)state;
    file_path(path, sizeof path);
    snprintf(other, sizeof other, "%s/other", test_folder);
    assert_int_equal(symlink(other, path), 0);
    assert_false(write_once(1, 5));
    assert_int_not_equal(access(other, F_OK), 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(write_once(1, 5));
    assert_int_equal(found(1), -1);
    assert_int_equal(unlink(path), 0);
    assert_true(keep(1, 5));
    assert_int_equal(chmod(path, 0666), 0);
    assert_false(write_once(1, 6));
    assert_int_equal(found(1), -1);
}

static void a_reset_names_what_it_means(void **state)
{
    (void)state;
    assert_true(keep(1, 5) && keep(2, 6));
    assert_int_equal(sc_books_reset("budget=b task=1", NOW), 1);
    assert_int_equal(found(1), 0);
    assert_int_equal(found(2), 6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(what_is_written_is_read_and_the_last_counts),
        TEST(a_cancelled_thread_leaves_no_descriptor),
        TEST(root_keeps_nothing_in_anothers_home),
        TEST(an_earlier_period_or_another_kind_does_not_count),
        TEST(a_full_row_is_said_and_old_periods_make_room),
        TEST(a_cut_or_overwritten_file_is_forgotten_and_written_anew),
        TEST(every_flipped_bit_of_a_record_is_noticed),
        TEST(links_pipes_and_files_that_others_may_write_are_refused),
        TEST(a_reset_names_what_it_means),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
