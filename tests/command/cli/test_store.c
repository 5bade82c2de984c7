/* The file of kept answers: what goes when it is full, who may use it, and threads that end in it.
 */
/* link with: -lsqlite3 -pthread */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "store/store.h"

static char folder[64], place[96];
static const struct sc_store *const store = &sc_store_sqlite;

static int begin(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sc-store-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(place, sizeof place, "%s/answers.db", folder);
    return 0;
}

static int end(void **state)
{
    char command[128];

    (void)state;
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void key_of(void *arg, const uint8_t salt[SC_STORE_SALT], uint8_t key[SC_STORE_KEY])
{
    (void)salt;
    memset(key, 0, SC_STORE_KEY);
    memcpy(key, arg, sizeof(int));
}

static char body[20000];

static enum sc_store_result keep(int number, int64_t now_ms, int64_t max_bytes)
{
    struct sc_store_where w = {place, max_bytes, now_ms, SC_STORE_PATIENCE_MS, NULL};
    struct sc_kept_answer a = {.kept_ms = now_ms,
                               .until_ms = now_ms + 1000000000,
                               .status = 200,
                               .type = {"text/plain", 10},
                               .host = {"h", 1},
                               .model = {"m", 1},
                               .body = {body, sizeof body}};
    char note[SC_STORE_NOTE];

    memset(body, 'a' + number % 26, sizeof body);
    return store->keep(&w, key_of, &number, &a, note);
}

static bool is_there(int number, int64_t now_ms)
{
    struct sc_store_where w = {place, 1 << 20, now_ms, SC_STORE_PATIENCE_MS, NULL};
    struct sc_kept_answer a;
    char note[SC_STORE_NOTE];

    if (store->fetch(&w, key_of, &number, &a, note) != SC_STORE_FOUND)
        return false;
    assert_int_equal(a.body.n, sizeof body);
    assert_int_equal(a.body.p[0], 'a' + number % 26);
    free(a.memory);
    return true;
}

static void what_was_used_longest_ago_goes_when_it_is_full(void **state)
{
    struct stat st;
    int left = 0;

    (void)state;
    for (int i = 0; i < 60; i++) {
        assert_int_equal(keep(i, 1000000 + i * 1000, 1 << 20), SC_STORE_FOUND);
        if (i == 40)
            assert_true(is_there(0, 5000000)); /* used anew, long after the others */
    }
    assert_int_equal(stat(place, &st), 0);
    assert_in_range(st.st_size, sizeof body * 30, 1 << 20);
    assert_true(is_there(0, 5000001));
    assert_true(is_there(59, 5000001));
    assert_false(is_there(1, 5000001));
    for (int i = 0; i < 60; i++)
        left += is_there(i, 5000002);
    assert_in_range(left, 30, 52);
}

static void what_is_larger_than_all_its_room_is_not_kept(void **state)
{
    (void)state;
    assert_int_equal(keep(1, 1000, 8 * 4096), SC_STORE_FOUND); /* nothing failed, but... */
    assert_false(is_there(1, 1000));
}

/* Somebody holds the file for good: nobody waits longer than is said. */
static void a_file_that_is_busy_is_one_that_has_nothing(void **state)
{
    sqlite3 *db;

    (void)state;
    assert_int_equal(keep(1, 1000, 1 << 20), SC_STORE_FOUND);
    assert_int_equal(sqlite3_open(place, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_false(is_there(1, 1000));
    assert_int_equal(keep(2, 1000, 1 << 20), SC_STORE_AWAY);
    sqlite3_close(db);
    assert_true(is_there(1, 1000));
    assert_false(is_there(2, 1000));
}

static void a_file_that_others_may_read_is_not_used(void **state)
{
    (void)state;
    assert_int_equal(keep(1, 1000, 1 << 20), SC_STORE_FOUND);
    assert_int_equal(chmod(place, 0644), 0);
    assert_false(is_there(1, 1000));
    assert_int_equal(keep(2, 1000, 1 << 20), SC_STORE_AWAY);
}

static void *cancelled(void *arg)
{
    (void)arg;
    pthread_cancel(pthread_self());
    (void)keep(2, 1000, 1 << 20);
    pthread_testcancel();
    return NULL;
}

/* It would leave the store to itself for ever, and a descriptor. */
static void a_thread_that_is_cancelled_inside_leaves_the_store_usable(void **state)
{
    pthread_t t;
    void *result;

    (void)state;
    assert_int_equal(keep(1, 1000, 1 << 20), SC_STORE_FOUND);
    assert_int_equal(pthread_create(&t, NULL, cancelled, NULL), 0);
    pthread_join(t, &result);
    assert_ptr_equal(result, PTHREAD_CANCELED);
    assert_true(is_there(1, 1000));
    assert_true(is_there(2, 1000));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, begin, end)
    const struct CMUnitTest tests[] = {
        T(what_was_used_longest_ago_goes_when_it_is_full),
        T(what_is_larger_than_all_its_room_is_not_kept),
        T(a_file_that_is_busy_is_one_that_has_nothing),
        T(a_file_that_others_may_read_is_not_used),
        T(a_thread_that_is_cancelled_inside_leaves_the_store_usable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
