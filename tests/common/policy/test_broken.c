/* Each broken policy of the folder broken/ gives exactly the errors of the .txt beside it, and the
 * engine, which takes one, gives the first. */
#include "policy_test.h"

#include <dirent.h>
#include <unistd.h>

#define CASES_MAX 256
#define FOLDER "tests/common/policy/broken"

static char text[64 << 10];

static void append(const struct sc_policy_error *e, void *arg)
{
    FILE *to = arg;

    fprintf(to, "%s\n", e->text);
}

static const char *expected(const char *json)
{
    char path[300];
    FILE *f;

    snprintf(path, sizeof path, "%.*s.txt", (int)(strlen(json) - 5), json);
    f = fopen(path, "r");
    if (f == NULL)
        fail_msg("no %s", path);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    fclose(f);
    return text;
}

static void test_case(void **state)
{
    const char *json = *state;
    struct sc_policy_error first;
    char *found = NULL;
    size_t n = 0, errors, lines = 0;
    FILE *to = open_memstream(&found, &n);

    errors = sc_policy_check(json, append, to);
    fclose(to);
    assert_string_equal(found, expected(json));
    for (size_t i = 0; i < n; i++)
        lines += found[i] == '\n';
    assert_int_equal(errors, lines);
    assert_null(sc_policy_load(json, &first));
    found[strcspn(found, "\n")] = '\0';
    assert_string_equal(first.text, found);
    free(found);
}

static int is_case(const struct dirent *e)
{
    size_t n = strlen(e->d_name);

    return n > 5 && strcmp(e->d_name + n - 5, ".json") == 0;
}

static void test_there_are_many(void **state)
{
    assert_true(*(int *)*state >= 60);
}

int main(void)
{
    static struct CMUnitTest tests[CASES_MAX];
    struct dirent **entries;
    int n = chdir(FOLDER) == 0 ? scandir(".", &entries, is_case, versionsort) : -1;

    if (n < 0 || n >= CASES_MAX) {
        perror(FOLDER);
        return 1;
    }
    tests[0] =
        (struct CMUnitTest){"there are at least 60 cases", test_there_are_many, NULL, NULL, &n};
    for (int i = 0; i < n; i++)
        tests[i + 1] =
            (struct CMUnitTest){entries[i]->d_name, test_case, NULL, NULL, entries[i]->d_name};
    int failed = _cmocka_run_group_tests("broken policies", tests, (size_t)n + 1, NULL, NULL);
    for (int i = 0; i < n; i++)
        free(entries[i]);
    free(entries);
    return failed;
}
