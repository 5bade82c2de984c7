/* Whatever a server answers, it gets a class. Input: provider, status, kind, header lines, an empty
 * line, the body. */
#include "fuzz.h"

#include "core/classify.h"
#include "provider/facts.h"
#include "provider/request.h"

enum { HEADERS_MAX = 16 };

static size_t take_headers(struct input *in, struct sc_header *headers)
{
    size_t n = 0;

    for (;;) {
        struct sc_str line = take_line(in);
        const char *colon = line.n ? memchr(line.p, ':', line.n) : NULL;

        if (line.n == 0 || n == HEADERS_MAX)
            return n;
        if (!colon)
            continue;
        headers[n].name = (struct sc_str){line.p, (size_t)(colon - line.p)};
        headers[n++].value = (struct sc_str){colon + 1, (size_t)(line.p + line.n - colon - 1)};
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 400, 401, 402, 403, 404, 413, 422, 429, 498,
                                   499, 500, 502, 503, 504, 529, 0,   408, 409, 301};
    struct input in = input_of(data, size);
    struct sc_header headers[HEADERS_MAX];
    struct sc_response r = {.provider = (enum sc_provider)(take_byte(&in) % SC_PROVIDER_COUNT)};
    struct sc_verdict v;
    struct sc_facts f;
    char model[40];

    r.status = statuses[take_byte(&in) % (sizeof statuses / sizeof *statuses)];
    r.is_stream = take_byte(&in) & 1;
    r.now_unix = 1754640000;
    r.headers = headers;
    r.n_headers = take_headers(&in, headers);
    r.body = in.p;
    r.body_len = in.n;
    sc_facts_read(&r, &f);
    if (f.message.n)
        CHECK(f.message.p >= r.body && f.message.p + f.message.n <= r.body + r.body_len);
    sc_classify(&f, &v);
    CHECK((unsigned)v.class < SC_CLASS_COUNT && v.row);
    CHECK(v.class != SC_CLASS_OK || !v.retry);
    CHECK(v.hint_ms >= -1);
    sc_classify_headers(&r, NULL);
    sc_request_model(r.provider, (struct sc_str){in.p, in.n}, in.p, in.n, model, sizeof model);
    CHECK(strlen(model) < sizeof model);
    return 0;
}
