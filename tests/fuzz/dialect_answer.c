/* An answer, and an error whatever it is, is JSON in the other dialect. */
#include "fuzz.h"

#include "dialect/dialect.h"
#include "http/valid.h"

static void check_json(const struct sc_buf *out)
{
    enum sc_json_fault fault = sc_json_check(sc_buf_view(out), NULL);

    CHECK(fault == SC_JSON_GOOD || fault == SC_JSON_TOO_DEEP);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    unsigned what = take_byte(&in);
    enum sc_dialect from = (enum sc_dialect)(what & 3), to = (enum sc_dialect)(what >> 2 & 3);
    struct sc_dialect_asked asked = {.usage = true, .reasoning = what & 16};
    struct sc_dialect_made made = {.seed = what, .model = what & 32 ? "m\"\\" : NULL};
    struct sc_buf out = {.max = 1 << 22};
    char *body = text_of(in.p, in.n);
    struct sc_str text = {body, in.n};

    if (sc_dialect_answer(from, text, to, &asked, &made, &out))
        check_json(&out);
    sc_buf_clear(&out);
    int status = sc_dialect_error(from, 400 + (int)(what & 127), text, to, &out);
    CHECK(status >= 400 && status < 600);
    if (from != to)
        check_json(&out);
    free(body);
    sc_buf_free(&out);
    return 0;
}
