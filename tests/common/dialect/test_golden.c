/* Golden files: every request, answer and error in the words of every other dialect. */
/* link with: -lcjson */
#include "golden.h"

#include <cjson/cJSON.h>

#include "http/valid.h"

static const struct sc_dialect_made made = {
    .seed = 42, .unix_time = 1767225600, .model = "the-model"};

/* What comes out is read by a parser that is not ours as well. */
static void assert_json(const char *path, struct sc_str text)
{
    cJSON *root = cJSON_ParseWithLength(text.p, text.n);

    if (root == NULL || sc_json_check(text, NULL) != SC_JSON_GOOD)
        fail_msg("%s is no JSON: %.*s", path, (int)text.n, text.p);
    cJSON_Delete(root);
}

static void add_reasons(struct sc_buf *b, const struct sc_fit *fit)
{
    static const char *const kinds[] = {"unfit", "bound", "left out"};
    char line[256];

    for (size_t i = 0; i < fit->n; i++) {
        int n = snprintf(line, sizeof line, "%s: %s: %s\n", kinds[fit->reason[i].kind],
                         fit->reason[i].where, fit->reason[i].why);
        sc_buf_add(b, line, (size_t)n);
    }
}

static void check_request(const char *given, enum sc_dialect from, const struct sc_buf *text,
                          enum sc_dialect to, const char *expected)
{
    static const char *const models[] = {"gpt-4o-mini", "gpt-4o-mini", "claude-haiku-4-5",
                                         "gemini-2.5-flash"};
    struct sc_str path = {"/v1beta/models/gemini-2.5-pro:generateContent", 45};
    struct sc_dialect_to target = {.dialect = to, .model = models[to]};
    struct sc_buf out = {.max = GOLDEN_MAX}, all = {.max = GOLDEN_MAX};
    struct sc_dialect_asked asked;
    struct sc_fit fit;

    if (strstr(given, "stream"))
        path = (struct sc_str){"/v1beta/models/gemini-2.5-pro:streamGenerateContent?alt=sse", 58};
    bool good = sc_dialect_request(from, path, sc_buf_view(text), &target, &out, &asked, &fit);
    assert_int_equal(good, !fit.unfit);
    add_reasons(&all, &fit);
    if (good) {
        assert_json(expected, sc_buf_view(&out));
        sc_buf_str(&all, sc_buf_view(&out));
        sc_buf_text(&all, "\n");
    }
    golden_compare(expected, &all);
    sc_buf_free(&out);
    sc_buf_free(&all);
}

static void requests(void **state)
{
    (void)state;
    golden_all("tests/common/dialect/requests/*.json", check_request);
}

static void check_answer(const char *given, enum sc_dialect from, const struct sc_buf *text,
                         enum sc_dialect to, const char *expected)
{
    struct sc_dialect_asked asked = {.usage = true, .reasoning = true};
    struct sc_buf out = {.max = GOLDEN_MAX};

    (void)given;
    if (sc_dialect_answer(from, sc_buf_view(text), to, &asked, &made, &out)) {
        assert_json(expected, sc_buf_view(&out));
        sc_buf_text(&out, "\n");
    } else {
        sc_buf_clear(&out);
        sc_buf_text(&out, "no answer\n");
    }
    golden_compare(expected, &out);
    sc_buf_free(&out);
}

static void answers(void **state)
{
    (void)state;
    golden_all("tests/common/dialect/answers/*.json", check_answer);
}

static void check_error(const char *given, enum sc_dialect from, const struct sc_buf *text,
                        enum sc_dialect to, const char *expected)
{
    const char *name = strrchr(given, '/') + 1;
    struct sc_buf body = {.max = GOLDEN_MAX}, all = {.max = GOLDEN_MAX};

    sc_buf_number(&all, sc_dialect_error(from, atoi(name), sc_buf_view(text), to, &body));
    assert_json(expected, sc_buf_view(&body));
    sc_buf_text(&all, "\n");
    sc_buf_str(&all, sc_buf_view(&body));
    sc_buf_text(&all, "\n");
    golden_compare(expected, &all);
    sc_buf_free(&body);
    sc_buf_free(&all);
}

static void errors(void **state)
{
    (void)state;
    golden_all("tests/common/dialect/errors/*.json", check_error);
}

/* The stream in two pieces, cut at `cut`; or, cut 0, a byte at a time. */
static void translate(enum sc_dialect from, enum sc_dialect to, const struct sc_buf *text,
                      size_t cut, const struct sc_dialect_asked *asked, struct sc_buf *out)
{
    struct sc_translator *t = sc_translator_new(from, to, asked, &made);

    assert_non_null(t);
    sc_buf_clear(out);
    for (size_t i = 0, n; i < text->n; i += n) {
        n = cut == 0 ? 1 : i < cut ? cut : text->n - i;
        char *piece = malloc(n); /* of just that size, and gone before the next */
        memcpy(piece, text->p + i, n);
        sc_buf_str(out, sc_translator_feed(t, piece, n));
        free(piece);
    }
    sc_buf_str(out, sc_translator_end(t));
    assert_true(sc_translator_state(t) == SC_TRANSLATED_DONE ||
                sc_translator_state(t) == SC_TRANSLATED_FAILED);
    sc_translator_free(t);
}

static void check_stream(const char *given, enum sc_dialect from, const struct sc_buf *text,
                         enum sc_dialect to, const char *expected)
{
    struct sc_dialect_asked asked = {
        .stream = true, .usage = true, .reasoning = true, .array = strstr(given, "array") != NULL};
    struct sc_buf whole = {.max = GOLDEN_MAX}, cut = {.max = GOLDEN_MAX};

    translate(from, to, text, text->n, &asked, &whole);
    golden_compare(expected, &whole);
    for (size_t i = 0; i < text->n; i++) {
        translate(from, to, text, i, &asked, &cut);
        if (cut.n != whole.n || memcmp(cut.p, whole.p, cut.n) != 0)
            fail_msg("%s: another text if cut at %zu:\n%.*s", expected, i, (int)cut.n, cut.p);
    }
    sc_buf_free(&whole);
    sc_buf_free(&cut);
}

static void streams(void **state)
{
    (void)state;
    golden_all("tests/common/dialect/streams/*.sse", check_stream);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests),
        cmocka_unit_test(answers),
        cmocka_unit_test(errors),
        cmocka_unit_test(streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
