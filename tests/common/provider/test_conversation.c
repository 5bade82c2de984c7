/* Which messages of a conversation go when it is too long, and which never do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "http/json.h"
#include "provider/conversation.h"

/* A letter for each message: s system, u user, a assistant, c an assistant that calls a tool, t the
 * tool's result. */
enum format { OPENAI, ANTHROPIC, GEMINI };

static const char *message_text(enum format f, char kind)
{
    static const char *const texts[3][128] = {
        [OPENAI] = {['s'] = "{\"role\":\"system\",\"content\":\"s\"}",
                    ['d'] = "{\"role\":\"developer\",\"content\":\"s\"}",
                    ['u'] = "{\"role\":\"user\",\"content\":\"u\"}",
                    ['a'] = "{\"role\":\"assistant\",\"content\":\"a\"}",
                    ['c'] = "{\"role\":\"assistant\",\"tool_calls\":[{\"id\":\"1\"}]}",
                    ['t'] = "{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"t\"}"},
        [ANTHROPIC] = {['u'] =
                           "{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"u\"}]}",
                       ['a'] = "{\"role\":\"assistant\",\"content\":\"a\"}",
                       ['c'] = "{\"role\":\"assistant\",\"content\":[{\"type\":\"tool_use\","
                               "\"id\":\"1\"}]}",
                       ['t'] = "{\"role\":\"user\",\"content\":[{\"type\":\"tool_result\","
                               "\"tool_use_id\":\"1\"},{\"type\":\"text\",\"text\":\"and\"}]}"},
        [GEMINI] = {['u'] = "{\"parts\":[{\"text\":\"u\"}]}",
                    ['a'] = "{\"role\":\"model\",\"parts\":[{\"text\":\"a\"}]}",
                    ['c'] = "{\"role\":\"model\",\"parts\":[{\"functionCall\":{}}]}",
                    ['t'] = "{\"role\":\"user\",\"parts\":[{\"functionResponse\":{}}]}"},
    };

    return texts[f][(unsigned char)kind];
}

/* What is left of such a conversation when `excess` messages are too many, as letters. */
static const char *left(enum format f, const char *kinds, int64_t excess)
{
    static char out[64];
    char body[4096], edited[4096];
    struct sc_conversation c;
    struct sc_str messages;
    struct sc_edits e;
    size_t used = 0, n = 0, i;

    used +=
        (size_t)sprintf(body, "{\"model\":\"m\",\"%s\":[", f == GEMINI ? "contents" : "messages");
    for (i = 0; kinds[i]; i++)
        used += (size_t)sprintf(body + used, "%s%s", i ? ", " : "", message_text(f, kinds[i]));
    strcpy(body + used, "],\"max_tokens\":5}");
    sc_edits_init(&e, (struct sc_str){body, strlen(body)});
    messages = sc_conversation_find(e.original);
    assert_non_null(messages.p);
    assert_true(sc_conversation_read(messages, &c));
    assert_int_equal(c.n, strlen(kinds));
    for (i = 0; i < c.n; i++)
        c.message[i].weight = 1;
    sc_conversation_trim(&c, excess);
    for (i = 0; i < c.n; i++)
        if (!c.message[i].gone)
            out[n++] = kinds[i];
    out[n] = '\0';
    assert_int_equal(sc_conversation_edit(&c, &e), c.n - n);
    assert_false(e.failed);
    sc_conversation_free(&c);

    /* And the request says so. */
    sc_edits_write(&e, edited);
    assert_int_equal(sc_json_length(edited, sc_edits_size(&e)), sc_edits_size(&e));
    messages = sc_conversation_find((struct sc_str){edited, sc_edits_size(&e)});
    if (n > 0) {
        assert_true(sc_conversation_read(messages, &c));
        assert_int_equal(c.n, n);
        for (i = 0; i < n; i++) {
            assert_int_equal(c.text[i].n, strlen(message_text(f, out[i])));
            assert_memory_equal(c.text[i].p, message_text(f, out[i]), c.text[i].n);
        }
        sc_conversation_free(&c);
    }
    return out;
}

static void the_oldest_go_up_to_a_users_message(void **state)
{
    (void)state;
    for (int f = OPENAI; f <= GEMINI; f++) {
        assert_string_equal(left(f, "uauau", 0), "uauau");
        assert_string_equal(left(f, "uauau", 1), "uau");
        assert_string_equal(left(f, "uauau", 2), "uau");
        assert_string_equal(left(f, "uauau", 3), "u");
        assert_string_equal(left(f, "uauau", 99), "u");
        assert_string_equal(left(f, "auau", 1), "uau");
        assert_string_equal(left(f, "uu", 1), "u");
    }
}

static void system_messages_stay_wherever_they_are(void **state)
{
    (void)state;
    assert_string_equal(left(OPENAI, "suau", 1), "su");
    assert_string_equal(left(OPENAI, "duasuau", 3), "dsu");
    assert_string_equal(left(OPENAI, "suasuau", 1), "ssuau");
    assert_string_equal(left(OPENAI, "sss", 5), "sss");
}

static void a_tools_call_and_its_results_go_together(void **state)
{
    (void)state;
    for (int f = OPENAI; f <= GEMINI; f++) {
        assert_string_equal(left(f, "uctau", 1), "u");
        assert_string_equal(left(f, "uctauctau", 1), "uctau");
        assert_string_equal(left(f, "uctauctau", 4), "uctau");
        assert_string_equal(left(f, "uctauctau", 5), "u");
    }
    assert_string_equal(left(OPENAI, "ucttttau", 1), "u");
    assert_string_equal(left(OPENAI, "sucttau", 5), "su");
}

/* An agent at work: one task, and rounds of tools behind it. */
static void rounds_behind_the_last_question_go_oldest_first(void **state)
{
    (void)state;
    for (int f = OPENAI; f <= GEMINI; f++) {
        assert_string_equal(left(f, "uctctct", 1), "uctct");
        assert_string_equal(left(f, "uctctct", 3), "uct");
        assert_string_equal(left(f, "uctctct", 99), "uct");
        assert_string_equal(left(f, "uauctctct", 3), "uctct");
        assert_string_equal(left(f, "uactct", 1), "uctct");
    }
    assert_string_equal(left(OPENAI, "suctttct", 1), "suct");
}

static void what_is_to_be_answered_stays(void **state)
{
    (void)state;
    for (int f = OPENAI; f <= GEMINI; f++) {
        assert_string_equal(left(f, "u", 9), "u");
        assert_string_equal(left(f, "ua", 9), "ua");
        assert_string_equal(left(f, "uct", 9), "uct");
        assert_string_equal(left(f, "aa", 9), "aa"); /* nobody asked: better not to touch it */
    }
}

static void a_role_of_another_name_is_left_to_the_service(void **state)
{
    static const char body[] =
        "{\"messages\":[{\"role\":\"function\",\"name\":\"f\"},{\"role\":null},"
        "{\"role\":\"\\u0075ser\"},7,null,{}]}";
    struct sc_conversation c;

    (void)state;
    assert_true(
        sc_conversation_read(sc_conversation_find((struct sc_str){body, sizeof body - 1}), &c));
    assert_int_equal(c.n, 6);
    assert_int_equal(c.message[0].speaker, SC_SPEAKER_RESULT);
    assert_int_equal(c.message[2].speaker, SC_SPEAKER_USER);
    sc_conversation_free(&c);
    assert_null(sc_conversation_find((struct sc_str){"{\"messages\":\"x\"}", 16}).p);
    assert_false(sc_conversation_read((struct sc_str){"[]", 2}, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_go_up_to_a_users_message),
        cmocka_unit_test(system_messages_stay_wherever_they_are),
        cmocka_unit_test(a_tools_call_and_its_results_go_together),
        cmocka_unit_test(rounds_behind_the_last_question_go_oldest_first),
        cmocka_unit_test(what_is_to_be_answered_stays),
        cmocka_unit_test(a_role_of_another_name_is_left_to_the_service),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
