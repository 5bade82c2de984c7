#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "redis/url.h"

static void good_ones_are_read(void **state)
{
    static const struct {
        const char *url, *host, *path, *user, *password;
        int port, db;
        int tls;
    } rows[] = {
        {"redis://localhost", "localhost", "", "", "", 6379, 0, 0},
        {"redis://10.0.0.1:7000/3", "10.0.0.1", "", "", "", 7000, 3, 0},
        {"redis://h/", "h", "", "", "", 6379, 0, 0},
        {"redis://:s%40cret@h", "h", "", "", "s@cret", 6379, 0, 0},
        {"redis://me:p@ss@h:1", "h", "", "me", "p@ss", 1, 0, 0},
        {"redis://[::1]:6380/1", "::1", "", "", "", 6380, 1, 0},
        {"redis://[::1]", "::1", "", "", "", 6379, 0, 0},
        {"rediss://h:6390", "h", "", "", "", 6390, 0, 1},
        {"unix:///run/redis.sock", "", "/run/redis.sock", "", "", 0, 0, 0},
        {"unix:/run/r.sock?db=2", "", "/run/r.sock", "", "", 0, 2, 0},
    };
    struct sc_redis_url u;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_null(sc_redis_url_read(rows[i].url, &u));
        assert_string_equal(u.host, rows[i].host);
        assert_string_equal(u.path, rows[i].path);
        assert_string_equal(u.user, rows[i].user);
        assert_string_equal(u.password, rows[i].password);
        assert_int_equal(u.port, rows[i].port);
        assert_int_equal(u.db, rows[i].db);
        assert_int_equal(u.tls, rows[i].tls);
    }
}

static void bad_ones_are_refused_without_a_word_of_them(void **state)
{
    static const char *const urls[] = {
        "",
        "http://h",
        "redis:h",
        "redis://",
        "redis://:secret@",
        "redis://h:",
        "redis://h:0",
        "redis://h:65536",
        "redis://h:6379x",
        "redis://h/secret",
        "redis://h/70000",
        "redis://[::1",
        "redis://[::1]secret",
        "redis://u:%zz@h",
        "redis://u:secret%0@h",
        "redis://u:a%00b@h",
        "unix:secret",
        "unix://secret/r.sock",
        "unix:///r.sock?secret=1",
        "unix:///r.sock?db=",
    };
    struct sc_redis_url u;

    (void)state;
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        const char *wrong = sc_redis_url_read(urls[i], &u);

        assert_non_null(wrong);
        assert_null(strstr(wrong, "secret"));
    }
}

static void what_is_too_long_is_refused(void **state)
{
    char url[1200] = "unix:///";
    struct sc_redis_url u;

    (void)state;
    memset(url + 8, 'a', 120);
    assert_non_null(sc_redis_url_read(url, &u));
    memcpy(url, "redis://", 8);
    memset(url + 8, 'a', sizeof url - 9);
    assert_non_null(sc_redis_url_read(url, &u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_ones_are_read),
        cmocka_unit_test(bad_ones_are_refused_without_a_word_of_them),
        cmocka_unit_test(what_is_too_long_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
