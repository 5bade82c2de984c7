/* What lies with a provider never leaves it: requests drawn by lot, with one such thing in each. */
/* link with: -lcjson */
#include "golden.h"

enum { DRAWS = 10000 };

static const struct sc_str path = {"/v1beta/models/m:generateContent", 32};

static uint64_t lot = 1;

static unsigned draw(unsigned below)
{
    lot = lot * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (unsigned)(lot >> 33) % below;
}

/* Members of the request, and parts of a message: in which place, and what holds the secret. */
static const struct {
    enum sc_dialect dialect;
    bool is_part;
    const char *text;
} things[] = {
    {SC_DIALECT_RESPONSES, false, "\"previous_response_id\":\"resp_zqSECRET\""},
    {SC_DIALECT_RESPONSES, false, "\"conversation\":\"conv_zqSECRET\""},
    {SC_DIALECT_RESPONSES, false, "\"conversation\":{\"id\":\"conv_zqSECRET\"}"},
    {SC_DIALECT_RESPONSES, false, "\"prompt\":{\"id\":\"pmpt_zqSECRET\"}"},
    {SC_DIALECT_RESPONSES, true, "{\"type\":\"input_file\",\"file_id\":\"file-zqSECRET\"}"},
    {SC_DIALECT_RESPONSES, true, "{\"type\":\"input_image\",\"file_id\":\"file-zqSECRET\"}"},
    {SC_DIALECT_CHAT, true, "{\"type\":\"file\",\"file\":{\"file_id\":\"file-zqSECRET\"}}"},
    {SC_DIALECT_MESSAGES, false, "\"container\":\"container_zqSECRET\""},
    {SC_DIALECT_MESSAGES, true,
     "{\"type\":\"document\",\"source\":{\"type\":\"file\",\"file_id\":\"file_zqSECRET\"}}"},
    {SC_DIALECT_MESSAGES, true,
     "{\"type\":\"image\",\"source\":{\"type\":\"file\",\"file_id\":\"file_zqSECRET\"}}"},
    {SC_DIALECT_GEMINI, false, "\"cachedContent\":\"cachedContents/zqSECRET\""},
    {SC_DIALECT_GEMINI, false, "\"cached_content\":\"cachedContents/zqSECRET\""},
    {SC_DIALECT_GEMINI, true, "{\"text\":\"x\",\"thoughtSignature\":\"zqSECRET\"}"},
    {SC_DIALECT_GEMINI, true,
     "{\"fileData\":{\"mimeType\":\"image/png\",\"fileUri\":"
     "\"https://generativelanguage.googleapis.com/v1beta/files/zqSECRET\"}}"},
};

/* A message of the user with these parts; how a dialect begins and ends it, and a part of text. */
static const struct {
    const char *list, *begin, *end, *text;
} words[SC_DIALECT_COUNT] = {
    [SC_DIALECT_CHAT] = {"messages", "{\"role\":\"user\",\"content\":[", "]}",
                         "{\"type\":\"text\",\"text\":\"hi\"}"},
    [SC_DIALECT_RESPONSES] = {"input", "{\"role\":\"user\",\"content\":[", "]}",
                              "{\"type\":\"input_text\",\"text\":\"hi\"}"},
    [SC_DIALECT_MESSAGES] = {"messages", "{\"role\":\"user\",\"content\":[", "]}",
                             "{\"type\":\"text\",\"text\":\"hi\"}"},
    [SC_DIALECT_GEMINI] = {"contents", "{\"role\":\"user\",\"parts\":[", "]}", "{\"text\":\"hi\"}"},
};

static void put(struct sc_buf *b, const char *text)
{
    sc_buf_add(b, text, strlen(text));
}

static void put_parts(struct sc_buf *b, enum sc_dialect d, const char *thing)
{
    unsigned n = 1 + draw(4), at = thing ? draw(n) : n;

    for (unsigned i = 0; i < n; i++) {
        put(b, i ? "," : "");
        put(b, words[d].text);
        if (i == at) {
            put(b, ",");
            put(b, thing);
        }
    }
}

/* thing NULL: none. The members are in any order, and there are others. */
static void put_request(struct sc_buf *b, enum sc_dialect d, const char *thing, bool is_part)
{
    unsigned messages = 1 + draw(3), where = draw(messages);
    bool first = draw(2);

    put(b, "{");
    put(b, d == SC_DIALECT_GEMINI ? "" : "\"model\":\"m\",");
    put(b, d == SC_DIALECT_MESSAGES ? "\"max_tokens\":100," : "");
    if (thing && !is_part && first) {
        put(b, thing);
        put(b, ",");
    }
    put(b, "\"");
    put(b, words[d].list);
    put(b, "\":[");
    for (unsigned i = 0; i < messages; i++) {
        put(b, i ? "," : "");
        put(b, words[d].begin);
        put_parts(b, d, is_part && i == where ? thing : NULL);
        put(b, words[d].end);
    }
    put(b, "]");
    if (thing && !is_part && !first) {
        put(b, ",");
        put(b, thing);
    }
    put(b, "}");
}

static bool goes(enum sc_dialect from, const struct sc_buf *body, enum sc_dialect to,
                 struct sc_fit *fit)
{
    struct sc_dialect_to target = {.dialect = to, .model = "other"};
    struct sc_buf out = {.max = GOLDEN_MAX};
    struct sc_dialect_asked asked;
    bool good = sc_dialect_request(from, path, sc_buf_view(body), &target, &out, &asked, fit);

    sc_buf_free(&out);
    return good;
}

static void what_lies_with_a_provider_goes_to_no_other(void **state)
{
    (void)state;
    for (int i = 0; i < DRAWS; i++) {
        unsigned n = draw(sizeof things / sizeof *things);
        enum sc_dialect from = things[n].dialect, to = (enum sc_dialect)draw(SC_DIALECT_COUNT);
        struct sc_buf with = {.max = GOLDEN_MAX}, without = {.max = GOLDEN_MAX};
        struct sc_fit fit;

        put_request(&with, from, things[n].text, things[n].is_part);
        put_request(&without, from, NULL, false);
        if (goes(from, &with, to, &fit))
            fail_msg("to %s: %.*s", sc_dialect_name(to), (int)with.n, with.p);
        for (size_t r = 0; r < fit.n; r++)
            if (strstr(fit.reason[r].where, "zqSECRET") || strstr(fit.reason[r].why, "zqSECRET"))
                fail_msg("repeated: %s %s", fit.reason[r].where, fit.reason[r].why);
        if (!goes(from, &without, to, &fit)) /* it is for that alone */
            fail_msg("not to %s: %.*s", sc_dialect_name(to), (int)without.n, without.p);
        sc_buf_free(&with);
        sc_buf_free(&without);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_lies_with_a_provider_goes_to_no_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
