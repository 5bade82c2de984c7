/* Options of the commands: order, clusters, values, and that operands keep theirs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "cli/usage.h"

static const struct sc_option options[] = {
    SC_OPTION_POLICY("a policy"),
    SC_OPTION_JSON("one JSON object"),
    {"watch", 'w', NULL, "again"},
    {"lines", 300, "N", "lines"},
    SC_OPTIONS_END,
};
static const struct sc_usage usage = {"test", "[OPTION...] [OPERAND...]", "Tests.", options};

/* What is found in `line`, words separated by blanks: "p=VALUE j | OPERAND OPERAND". */
static const char *read_line(const char *line, bool of_program)
{
    static char found[512];
    char words[256], name[] = "test", *rest = NULL, *argv[32] = {name};
    int argc = 1, opt;
    snprintf(words, sizeof words, "%s", line);
    for (char *w = strtok_r(words, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
        argv[argc++] = w;
    struct sc_args a = of_program ? sc_args_begin_program(argc, argv) : sc_args_begin(argc, argv);
    size_t n = 0;
    found[0] = '\0';
    while ((opt = sc_args_next(&a, &usage)) > 0) {
        n += (size_t)snprintf(found + n, sizeof found - n, opt < 256 ? "%c" : "%d", opt);
        n += (size_t)snprintf(found + n, sizeof found - n, "%s%s ", a.value ? "=" : "",
                              a.value ? a.value : "");
    }
    if (opt == SC_ARGS_WRONG)
        return "wrong";
    n += (size_t)snprintf(found + n, sizeof found - n, "|");
    for (int i = a.i; i < argc; i++)
        n += (size_t)snprintf(found + n, sizeof found - n, " %s", argv[i]);
    return found;
}

static void options_are_found_before_after_and_between_operands(void **state)
{
    (void)state;
    assert_string_equal(read_line("", false), "|");
    assert_string_equal(read_line("-j a b", false), "j | a b");
    assert_string_equal(read_line("a b -j", false), "j | a b");
    assert_string_equal(read_line("a -p x b -j c", false), "p=x j | a b c");
    assert_string_equal(read_line("a --policy x b --lines=3", false), "p=x 300=3 | a b");
    assert_string_equal(read_line("a b -p -", false), "p=- | a b");
    assert_string_equal(read_line("- -j", false), "j | -");
}

static void letters_stand_together_and_the_last_may_take_a_value(void **state)
{
    (void)state;
    assert_string_equal(read_line("a -jw b", false), "j w | a b");
    assert_string_equal(read_line("a -jwpx b", false), "j w p=x | a b");
    assert_string_equal(read_line("a b -wp x c", false), "w p=x | a b c");
    assert_string_equal(read_line("-pj w", false), "p=j | w");
}

static void two_dashes_end_options(void **state)
{
    (void)state;
    assert_string_equal(read_line("a -- -j b", false), "| a -j b");
    assert_string_equal(read_line("a -j b -- -w -- c", false), "j | a b -w -- c");
    assert_string_equal(read_line("--", false), "|");
}

static void what_follows_a_program_is_its_own(void **state)
{
    (void)state;
    assert_string_equal(read_line("-j prog -w -p x", true), "j | prog -w -p x");
    assert_string_equal(read_line("-j -- prog -- -w", true), "j | prog -- -w");
}

static void what_is_wrong_is_refused(void **state)
{
    (void)state;
    static const char *const lines[] = {"-p",   "a -p",    "--policy", "--json=1",
                                        "-x",   "-jx",     "--polic",  "---",
                                        "--=x", "-j --no", "-wp",      "--line 1"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_string_equal(read_line(lines[i], false), "wrong");
}

static void the_begin_of_a_name_is_near_to_it(void **state)
{
    static const char *const names[] = {"schema", "strict", "base_ms", "max-requests"};
    static const struct {
        const char *typed, *near;
    } cases[] = {{"sch", "schema"},       {"stricct", "strict"}, {"base", "base_ms"},  {"sc", NULL},
                 {"max", "max-requests"}, {"requests", NULL},    {"schemas", "schema"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *near = sc_usage_nearest(cases[i].typed, names, 4);

        if (!cases[i].near)
            assert_null(near);
        else
            assert_string_equal(near ? near : "", cases[i].near);
    }
}

static void a_number_is_whole_and_within_its_bounds(void **state)
{
    static const char *const wrong[] = {
        "", " 1", "+1", "-1", "1x", "1.5", "0", "11", "99999999999999999999"};
    int64_t n;

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(sc_usage_number(&usage, "lines", wrong[i], 1, 10, &n));
    assert_true(sc_usage_number(&usage, "lines", "10", 1, 10, &n));
    assert_int_equal(n, 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_found_before_after_and_between_operands),
        cmocka_unit_test(letters_stand_together_and_the_last_may_take_a_value),
        cmocka_unit_test(two_dashes_end_options),
        cmocka_unit_test(what_follows_a_program_is_its_own),
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(the_begin_of_a_name_is_near_to_it),
        cmocka_unit_test(a_number_is_whole_and_within_its_bounds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
