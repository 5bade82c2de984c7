/* A target's key: where it lies, who may have read or written it, and that nothing of it is said.
 */
#include "policy_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/key.h"

#define SECRET "sk-test-0123456789"

static char folder[] = "/tmp/sc_key_XXXXXX", path[256], why[SC_KEY_WHY_MAX];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/key", folder);
    return 0;
}

static int drop_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static void write_key(const void *text, size_t n, mode_t mode)
{
    int fd;

    unlink(path);
    fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, n), n);
    assert_int_equal(fchmod(fd, mode), 0);
    close(fd);
}

static const char *read_key(const struct sc_target_key *k)
{
    static char key[SC_KEY_MAX + 1];
    size_t n;

    memset(key, 'x', sizeof key);
    errno = 77;
    n = sc_key_read(k, key, why);
    assert_int_equal(errno, 77);
    assert_int_equal(n > 0, why[0] == '\0');
    assert_int_equal(n > 0, sc_key_is_there(k, why));
    assert_null(strstr(why, "sk-test"));
    if (n == 0)
        assert_int_equal(key[0], '\0');
    return n > 0 ? key : NULL;
}

static void a_variable_is_read_when_it_is_used(void **state)
{
    const struct sc_target_key k = {.env = "SC_TEST_KEY"};

    (void)state;
    unsetenv("SC_TEST_KEY");
    assert_null(read_key(&k));
    assert_string_equal(why, "SC_TEST_KEY is not set");
    setenv("SC_TEST_KEY", " " SECRET "\r\n", 1);
    assert_string_equal(read_key(&k), SECRET);
    setenv("SC_TEST_KEY", "other", 1);
    assert_string_equal(read_key(&k), "other");
    setenv("SC_TEST_KEY", " \n", 1);
    assert_null(read_key(&k));
    assert_string_equal(why, "SC_TEST_KEY is empty");
}

/* What has more lines than one would become headers of its own. */
static void what_cannot_stand_in_a_header_is_no_key(void **state)
{
    const struct sc_target_key k = {.env = "SC_TEST_KEY"};
    static char longer[SC_KEY_MAX + 2];

    (void)state;
    setenv("SC_TEST_KEY", SECRET "\r\nX-Other: 1", 1);
    assert_null(read_key(&k));
    setenv("SC_TEST_KEY", SECRET " " SECRET, 1);
    assert_null(read_key(&k));
    memset(longer, 'a', SC_KEY_MAX + 1);
    setenv("SC_TEST_KEY", longer, 1);
    assert_null(read_key(&k));
    longer[SC_KEY_MAX] = '\0';
    setenv("SC_TEST_KEY", longer, 1);
    assert_string_equal(read_key(&k), longer);
}

static void a_file_of_one_s_own_is_read(void **state)
{
    const struct sc_target_key k = {.file = path};

    (void)state;
    write_key(SECRET "\n", strlen(SECRET) + 1, 0600);
    assert_string_equal(read_key(&k), SECRET);
    write_key(SECRET, strlen(SECRET), 0400);
    assert_string_equal(read_key(&k), SECRET);
}

static void a_file_that_others_may_read_is_refused(void **state)
{
    static const mode_t modes[] = {0644, 0604, 0666, 0620, 0602};
    const struct sc_target_key k = {.file = path};

    (void)state;
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++) {
        write_key(SECRET, strlen(SECRET), modes[i]);
        assert_null(read_key(&k));
        assert_non_null(strstr(why, "chmod"));
    }
}

/* Root's file may be read by a group; anybody else's may not. */
static void a_group_may_read_what_root_gives_it(void **state)
{
    const struct sc_target_key k = {.file = path};

    (void)state;
    write_key(SECRET, strlen(SECRET), 0640);
    if (geteuid() == 0)
        assert_string_equal(read_key(&k), SECRET);
    else
        assert_null(read_key(&k));
}

static void a_file_of_another_user_is_refused(void **state)
{
    const struct sc_target_key k = {.file = path};

    (void)state;
    if (geteuid() != 0)
        skip();
    write_key(SECRET, strlen(SECRET), 0600);
    assert_int_equal(chown(path, 12345, 0), 0);
    assert_null(read_key(&k));
    assert_non_null(strstr(why, "belongs to another user"));
}

static void a_folder_that_anybody_may_write_to_is_refused(void **state)
{
    const struct sc_target_key k = {.file = path};

    (void)state;
    write_key(SECRET, strlen(SECRET), 0600);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_null(read_key(&k));
    assert_int_equal(chmod(folder, 0700), 0);
    assert_string_equal(read_key(&k), SECRET);
}

static void what_is_no_key_file_is_refused_at_once(void **state)
{
    const struct sc_target_key here = {.file = path}, dir = {.file = folder},
                               device = {.file = "/dev/zero"}, home = {.file = "~/key"};
    static char longer[SC_KEY_MAX + 1];

    (void)state;
    unlink(path);
    assert_null(read_key(&here));
    assert_non_null(strstr(why, "no such file"));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_null(read_key(&here));
    assert_null(read_key(&dir));
    assert_null(read_key(&device));
    assert_null(read_key(&home));
    write_key("", 0, 0600);
    assert_null(read_key(&here));
    write_key("a\0b", 3, 0600);
    assert_null(read_key(&here));
    memset(longer, 'a', sizeof longer);
    write_key(longer, sizeof longer, 0600);
    assert_null(read_key(&here));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_variable_is_read_when_it_is_used),
        cmocka_unit_test(what_cannot_stand_in_a_header_is_no_key),
        cmocka_unit_test(a_file_of_one_s_own_is_read),
        cmocka_unit_test(a_file_that_others_may_read_is_refused),
        cmocka_unit_test(a_group_may_read_what_root_gives_it),
        cmocka_unit_test(a_file_of_another_user_is_refused),
        cmocka_unit_test(a_folder_that_anybody_may_write_to_is_refused),
        cmocka_unit_test(what_is_no_key_file_is_refused_at_once),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
