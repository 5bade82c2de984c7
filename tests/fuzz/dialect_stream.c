/*
 * A translated stream says the same wherever its source is cut, is over when its source is, and
 * each of its events is JSON.
 */
#include "fuzz.h"

#include "dialect/dialect.h"
#include "http/valid.h"

static void feed(struct sc_translator *t, struct input in, unsigned seed, struct sc_buf *out)
{
    while (in.n > 0) {
        size_t n = in.n;

        if (seed) {
            seed = seed * 1103515245 + 12345;
            n = 1 + (seed >> 16) % (seed & 0x40000000 ? 7 : 300);
            n = n < in.n ? n : in.n;
        }
        char *chunk = text_of(in.p, n);
        sc_buf_str(out, sc_translator_feed(t, chunk, n));
        free(chunk);
        in.p += n;
        in.n -= n;
    }
    sc_buf_str(out, sc_translator_end(t));
    CHECK(sc_translator_state(t) == SC_TRANSLATED_DONE ||
          sc_translator_state(t) == SC_TRANSLATED_FAILED);
    CHECK(sc_translator_feed(t, "data: {}\n\n", 10).n == 0);
    CHECK(sc_translator_end(t).n == 0);
}

static void check_json(struct sc_str text)
{
    enum sc_json_fault fault = sc_json_check(text, NULL);

    CHECK(fault == SC_JSON_GOOD || fault == SC_JSON_TOO_DEEP);
}

/* Lines of fields and blank lines, nothing else. */
static void check_events(const struct sc_buf *out)
{
    struct input in = {out->p, out->n};

    while (in.n > 0) {
        struct sc_str line = take_line(&in);
        if (line.n >= 6 && memcmp(line.p, "data: ", 6) == 0) {
            struct sc_str text = {line.p + 6, line.n - 6};
            if (!(text.n == 6 && memcmp(text.p, "[DONE]", 6) == 0))
                check_json(text);
        } else {
            CHECK(line.n == 0 || line.p[0] == ':' || memcmp(line.p, "event: ", 7) == 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    unsigned what = take_byte(&in), seed = 1 + take_byte(&in);
    enum sc_dialect from = (enum sc_dialect)(what & 3), to = (enum sc_dialect)(what >> 2 & 3);
    struct sc_dialect_asked asked = {.stream = true,
                                     .usage = what & 16,
                                     .reasoning = what & 32,
                                     .array = what & 64 && to == SC_DIALECT_GEMINI};
    struct sc_dialect_made made = {.seed = seed, .model = what & 128 ? "m\"" : NULL};
    struct sc_buf whole = {.max = 1 << 26}, parts = {.max = 1 << 26};

    if (from == to)
        return 0;
    struct sc_translator *a = sc_translator_new(from, to, &asked, &made);
    struct sc_translator *b = sc_translator_new(from, to, &asked, &made);
    CHECK(a && b);
    feed(a, in, 0, &whole);
    feed(b, in, seed, &parts);
    CHECK(whole.n == parts.n && (whole.n == 0 || memcmp(whole.p, parts.p, whole.n) == 0));
    CHECK(whole.n > 0);
    if (asked.array)
        check_json(sc_buf_view(&whole));
    else
        check_events(&whole);
    sc_translator_free(a);
    sc_translator_free(b);
    sc_buf_free(&whole);
    sc_buf_free(&parts);
    return 0;
}
