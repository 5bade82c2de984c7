/* A request that fits is JSON in the other dialect, and can be read there. */
#include "fuzz.h"

#include "dialect/dialect.h"
#include "http/valid.h"

static const struct sc_str path = {"/v1beta/models/gemini-3-pro:generateContent", 43};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);
    unsigned what = take_byte(&in);
    enum sc_dialect from = (enum sc_dialect)(what & 3);
    struct sc_dialect_to to = {.dialect = (enum sc_dialect)(what >> 2 & 3),
                               .model = what & 16 ? "gemini-3-\"pro\"" : NULL,
                               .provider = what & 32 ? SC_PROVIDER_VLLM : SC_PROVIDER_OPENAI};
    struct sc_dialect_to back = {.dialect = from, .model = "m"};
    struct sc_buf out = {.max = 1 << 22}, again = {.max = 1 << 22};
    struct sc_dialect_asked asked;
    static struct sc_fit fit;
    char *body = text_of(in.p, in.n);

    bool good =
        sc_dialect_request(from, path, (struct sc_str){body, in.n}, &to, &out, &asked, &fit);
    CHECK(good == !fit.unfit);
    CHECK(fit.n <= SC_REASONS_MAX);
    for (size_t i = 0; i < fit.n; i++)
        CHECK(sc_utf8_valid((struct sc_str){fit.reason[i].where, strlen(fit.reason[i].where)}) ==
              strlen(fit.reason[i].where));
    if (good) {
        enum sc_json_fault fault = sc_json_check(sc_buf_view(&out), NULL);
        CHECK(fault == SC_JSON_GOOD || fault == SC_JSON_TOO_DEEP);
        if (sc_dialect_request(to.dialect, path, sc_buf_view(&out), &back, &again, &asked, &fit)) {
            fault = sc_json_check(sc_buf_view(&again), NULL);
            CHECK(fault == SC_JSON_GOOD || fault == SC_JSON_TOO_DEEP);
        }
    }
    free(body);
    sc_buf_free(&out);
    sc_buf_free(&again);
    return 0;
}
