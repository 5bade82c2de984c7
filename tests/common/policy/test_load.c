/* What happens with files that are no policies, and with files that change. */
#include "policy_test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static char folder[64];

static const char *in_folder(const char *name)
{
    static char path[128];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static const char *write_file(const char *name, const char *text)
{
    const char *path = in_folder(name);
    FILE *f = fopen(path, "w");

    assert_non_null(f);
    fputs(text, f);
    fclose(f);
    return path;
}

/* Refused with "PATH: ERROR", no descriptor left open, errno kept. */
static void refuse(const char *path, const char *error)
{
    struct sc_policy_error err;
    char expected[300];
    int before = dup(0), after;

    close(before);
    errno = 4711;
    assert_null(sc_policy_load(path, &err));
    assert_int_equal(errno, 4711);
    after = dup(0);
    close(after);
    assert_int_equal(before, after);
    snprintf(expected, sizeof expected, "%s: %s", path, error);
    assert_string_equal(err.text, expected);
    assert_int_equal(err.line, 0);
}

static void test_no_regular_file(void **state)
{
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    int s = socket(AF_UNIX, SOCK_STREAM, 0);

    (void)state;
    refuse(in_folder("absent"), "can't be read: No such file or directory");
    refuse(folder, "found a directory, allowed a regular file");
    refuse("/dev/zero", "found a device, allowed a regular file");
    assert_int_equal(mkfifo(in_folder("pipe"), 0600), 0);
    refuse(in_folder("pipe"), "found a named pipe, allowed a regular file");
    strcpy(a.sun_path, in_folder("socket"));
    assert_int_equal(bind(s, (struct sockaddr *)&a, sizeof a), 0);
    close(s);
    refuse(in_folder("socket"), "can't be read: No such device or address");
}

static void test_empty_file(void **state)
{
    (void)state;
    refuse(write_file("empty", ""), "found an empty file, allowed a JSON object");
    refuse(write_file("bom", "\xef\xbb\xbf"), "found an empty file, allowed a JSON object");
}

/* Sparse: nothing may read its 100 MB to find out. */
static void test_huge_file(void **state)
{
    const char *path = in_folder("huge");
    int fd = open(path, O_CREAT | O_WRONLY, 0600);

    (void)state;
    assert_int_equal(ftruncate(fd, 100000000), 0);
    close(fd);
    refuse(path, "found 100000000 bytes, allowed at most 4194304 (4 MiB)");
}

static void test_unreadable_file(void **state)
{
    const char *path = write_file("secret", "{}");

    (void)state;
    chmod(path, 0);
    if (geteuid() == 0) /* root reads it all the same: then it must be an ordinary bad policy */
        assert_null(sc_policy_load(path, &(struct sc_policy_error){0}));
    else
        refuse(path, "can't be read: Permission denied");
}

static void test_depth(void **state)
{
    enum { DEPTH = 100000 };
    char *text = malloc(DEPTH + 1);
    struct sc_policy_error err;

    (void)state;
    memset(text, '[', DEPTH);
    text[DEPTH] = '\0';
    assert_null(sc_policy_parse(text, DEPTH, "p", &err));
    assert_string_equal(
        err.text, "p:1:65: found objects or lists nested too deeply, allowed at most 64 levels");
    free(text);
}

static void test_text_without_end(void **state)
{
    static const char text[] = "{\"version\": 1, \"rules\": []}garbage";
    char *exact = malloc(27);
    struct sc_policy_error err;
    struct sc_policy *p;

    (void)state;
    memcpy(exact, text, 27);
    p = sc_policy_parse(exact, 27, "p", &err);
    assert_non_null(p);
    sc_policy_free(p);
    for (size_t n = 0; n < 27; n++)
        assert_null(sc_policy_parse(exact, n, "p", &err));
    free(exact);
}

static void test_byte_order_mark(void **state)
{
    struct sc_policy *p = parse_good("\xef\xbb\xbf{\"version\": 1, \"rules\": []}");

    (void)state;
    assert_int_equal(sc_policy_rule_count(p), 0);
    sc_policy_free(p);
}

/* A long message is cut, never overflows. */
static void test_long_texts_in_messages(void **state)
{
    char text[9000], key[4001];
    struct sc_policy_error err;

    (void)state;
    memset(key, 'k', 4000);
    key[4000] = '\0';
    snprintf(text, sizeof text, "{\"version\": 1, \"rules\": [], \"%s\": \"%s\"}", key, key);
    assert_null(sc_policy_parse(text, strlen(text), key, &err));
    assert_true(strlen(err.text) < sizeof err.text);
    assert_null(sc_policy_parse(text, strlen(text), "p", &err));
    assert_non_null(strstr(err.text, "kkk...: found an unknown key"));
}

static void test_stamp(void **state)
{
    static const char good[] = "{\"version\": 1, \"rules\": []}";
    const char *path = write_file("policy", good);
    struct sc_policy_error err;
    struct sc_policy *p = sc_policy_load(path, &err);
    struct timespec times[2] = {{1000, 1}, {1000, 1}};

    (void)state;
    assert_non_null(p);
    assert_int_equal(sc_policy_stamp(p)->size, sizeof good - 1);
    errno = 4711;
    assert_false(sc_policy_changed(p, path));
    utimensat(AT_FDCWD, path, times, 0);
    assert_true(sc_policy_changed(p, path));
    sc_policy_free(p);
    p = sc_policy_load(path, &err);
    assert_false(sc_policy_changed(p, path));
    write_file("other", good);
    assert_true(sc_policy_changed(p, in_folder("other")));
    unlink(in_folder("policy"));
    errno = 4711;
    assert_true(sc_policy_changed(p, in_folder("policy")));
    assert_int_equal(errno, 4711);
    sc_policy_free(p);
}

static void test_find(void **state)
{
    char buf[200], expected[200];

    (void)state;
    setenv("STEADYCURL_POLICY", "/nowhere/p.json", 1);
    assert_true(sc_policy_find(buf, sizeof buf));
    assert_string_equal(buf, "/nowhere/p.json");
    setenv("STEADYCURL_POLICY", "", 1);
    snprintf(expected, sizeof expected, "%s/c/steadycurl/policy.json", folder);
    mkdir(in_folder("c"), 0700);
    mkdir(in_folder("c/steadycurl"), 0700);
    write_file("c/steadycurl/policy.json", "{}");
    setenv("XDG_CONFIG_HOME", in_folder("c"), 1);
    assert_true(sc_policy_find(buf, sizeof buf));
    assert_string_equal(buf, expected);
    unsetenv("XDG_CONFIG_HOME");
    setenv("HOME", folder, 1);
    mkdir(in_folder(".config"), 0700);
    mkdir(in_folder(".config/steadycurl"), 0700);
    write_file(".config/steadycurl/policy.json", "{}");
    snprintf(expected, sizeof expected, "%s/.config/steadycurl/policy.json", folder);
    assert_true(sc_policy_find(buf, sizeof buf));
    assert_string_equal(buf, expected);
    /* A relative XDG_CONFIG_HOME does not count (XDG base directory specification). */
    setenv("XDG_CONFIG_HOME", "c", 1);
    assert_true(sc_policy_find(buf, sizeof buf));
    assert_string_equal(buf, expected);
    unlink(in_folder(".config/steadycurl/policy.json"));
    if (access("/etc/steadycurl/policy.json", F_OK) != 0)
        assert_false(sc_policy_find(buf, sizeof buf));
    /* A path that does not fit is no path. */
    setenv("XDG_CONFIG_HOME", folder, 1);
    if (access("/etc/steadycurl/policy.json", F_OK) != 0)
        assert_false(sc_policy_find(buf, 10));
}

static int make_folder(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/steadycurl-test-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    char command[100];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_regular_file), cmocka_unit_test(test_empty_file),
        cmocka_unit_test(test_huge_file),       cmocka_unit_test(test_unreadable_file),
        cmocka_unit_test(test_depth),           cmocka_unit_test(test_text_without_end),
        cmocka_unit_test(test_byte_order_mark), cmocka_unit_test(test_long_texts_in_messages),
        cmocka_unit_test(test_stamp),           cmocka_unit_test(test_find),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
