/* Who else could have written a policy: by owner, mode, folders, links, and who runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "policy/trust.h"

enum { ROOT = 0, STRANGER = 4711 };

static char folder[64], file[96], why[1024];

static int setup(void **state)
{
    (void)state;
    strcpy(folder, "/tmp/sc-trust-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(file, sizeof file, "%s/policy.json", folder);
    int fd = open(file, O_WRONLY | O_CREAT, 0600);
    return close(fd);
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static enum sc_trust trust(const char *path, uid_t who)
{
    why[0] = '\0';
    return sc_policy_trust(path, who, why, sizeof why);
}

static void own_file_is_good_also_in_a_sticky_folder(void **state)
{
    (void)state;
    assert_int_equal(trust(file, geteuid()), SC_TRUST_GOOD);
    assert_string_equal(why, "");
    assert_int_equal(trust("/etc/passwd", ROOT), SC_TRUST_GOOD);
    assert_int_equal(trust("/etc/passwd", STRANGER), SC_TRUST_GOOD);
    errno = 1234;
    assert_int_equal(trust("/nowhere/policy.json", ROOT), SC_TRUST_GOOD);
    assert_int_equal(errno, 1234);
}

static void what_anybody_may_write_is_refused_for_root_doubtful_for_others(void **state)
{
    (void)state;
    assert_int_equal(chmod(file, 0666), 0);
    assert_int_equal(trust(file, ROOT), SC_TRUST_REFUSED);
    assert_non_null(strstr(why, file));
    assert_non_null(strstr(why, "0666"));
    assert_int_equal(trust(file, geteuid() ? geteuid() : STRANGER), SC_TRUST_DOUBTFUL);
    assert_non_null(strstr(why, "chmod o-w"));
}

static void folder_counts_as_the_file_unless_it_is_sticky(void **state)
{
    (void)state;
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(trust(file, ROOT), SC_TRUST_REFUSED);
    assert_non_null(strstr(why, folder));
    assert_int_equal(chmod(folder, 01777), 0);
    assert_int_equal(trust(file, geteuid()), SC_TRUST_GOOD);
}

static void link_counts_by_both_ways_to_the_file(void **state)
{
    (void)state;
    char open_folder[96], name[128];
    snprintf(open_folder, sizeof open_folder, "%s/open", folder);
    snprintf(name, sizeof name, "%s/link", open_folder);
    assert_int_equal(mkdir(open_folder, 0700), 0);
    assert_int_equal(symlink(file, name), 0);
    assert_int_equal(trust(name, geteuid()), SC_TRUST_GOOD);
    /* Whoever may replace the link chooses the policy. */
    assert_int_equal(chmod(open_folder, 0777), 0);
    assert_int_equal(trust(name, ROOT), SC_TRUST_REFUSED);
    assert_int_equal(chmod(open_folder, 0700), 0);
    assert_int_equal(chmod(file, 0666), 0);
    assert_int_equal(trust(name, ROOT), SC_TRUST_REFUSED);
}

static void relative_path_counts_from_the_current_folder(void **state)
{
    (void)state;
    assert_int_equal(chdir(folder), 0);
    assert_int_equal(trust("policy.json", geteuid()), SC_TRUST_GOOD);
    assert_int_equal(chmod(folder, 0777), 0);
    assert_int_equal(trust("policy.json", ROOT), SC_TRUST_REFUSED);
    assert_int_equal(chdir("/"), 0);
}

static void anothers_file_is_doubtful_for_root_and_chosen_for_others(void **state)
{
    (void)state;
    if (geteuid() != 0)
        skip();
    assert_int_equal(chown(file, STRANGER, STRANGER), 0);
    assert_int_equal(trust(file, ROOT), SC_TRUST_DOUBTFUL);
    assert_non_null(strstr(why, "uid 4711"));
    assert_int_equal(trust(file, STRANGER), SC_TRUST_GOOD);
    assert_int_equal(trust(file, STRANGER + 1), SC_TRUST_GOOD);
    assert_int_equal(chown(file, 0, STRANGER), 0);
    assert_int_equal(chmod(file, 0664), 0);
    assert_int_equal(trust(file, ROOT), SC_TRUST_DOUBTFUL);
    assert_non_null(strstr(why, "chmod g-w"));
    assert_int_equal(chown(file, 0, 0), 0); /* root's own group */
    assert_int_equal(trust(file, ROOT), SC_TRUST_GOOD);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(own_file_is_good_also_in_a_sticky_folder),
        TEST(what_anybody_may_write_is_refused_for_root_doubtful_for_others),
        TEST(folder_counts_as_the_file_unless_it_is_sticky),
        TEST(link_counts_by_both_ways_to_the_file),
        TEST(relative_path_counts_from_the_current_folder),
        TEST(anothers_file_is_doubtful_for_root_and_chosen_for_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
