/* kind.c - see kind.h. */
#include "wire/kind.h"

#include <stdlib.h>
#include <string.h>

#include "handle/body.h"
#include "handle/url.h"
#include "http/header.h"
#include "http/json.h"
#include "wire/clock.h"
#include "wire/filter.h"
#include "wire/request.h"

/* As nearly every answer has it: spares the comparisons with all other types. */
static bool is_plain_json(const char *type)
{
    static const char name[] = "application/json";

    return strncmp(type, name, sizeof name - 1) == 0 &&
           (type[sizeof name - 1] == '\0' || type[sizeof name - 1] == ';');
}

static bool generates(struct sc_exchange *x)
{
    return sc_request_does(x->req) == SC_REQUEST_GENERATES;
}

/* ---- what the request asks for ---- */

static bool says_stream(const char *body, size_t n)
{
    return body && sc_str_is(sc_json_find(body, n, "stream"), "true");
}

static bool asks_for_stream(const struct sc_exchange *x)
{
    static const char verb[] = ":stream";
    const struct sc_shadow *s = x->shadow;
    struct sc_str path = s->asked.path, body = sc_body_text(s);

    return memmem(path.p, path.n, verb, sizeof verb - 1) || says_stream(body.p, body.n) ||
           (s->o.copied_fields && s->o.copy.streams) ||
           says_stream(x->req->upload.memory, x->req->upload.in_memory);
}

/* ---- streams ---- */

/* From here on the body is watched as a stream; what of it is held already, first. */
static bool begin_stream(struct sc_exchange *x, enum sc_stream_kind kind, struct sc_str held)
{
    struct sc_usage_reader before;

    x->stream = malloc(sizeof *x->stream);
    if (!x->stream)
        return false;
    sc_stream_init(x->stream, kind);
    x->stream->on_data = sc_usage_on_data;
    x->stream->on_data_arg = &x->usage;
    x->stream->counts_outputs = sc_clock_wanted(x);
    x->mode = SC_HOLD_STREAM;
    x->kind_told = true;
    if (x->wants.hides_usage && x->req->rewrite.bytes && kind == SC_STREAM_SSE)
        sc_filter_begin(x);
    if (held.n == 0)
        return true;
    before = x->usage;
    sc_usage_init(&x->usage, x->provider);
    memcpy(x->usage.tier, before.tier, sizeof before.tier);
    sc_stream_feed(x->stream, held.p, held.n);
    return true;
}

void sc_kind_is_lines(struct sc_exchange *x, const char *p, size_t n)
{
    if (begin_stream(x, SC_STREAM_NDJSON, sc_exchange_body(x)))
        sc_stream_feed(x->stream, p, n);
}

/* ---- by type ---- */

/* Whether an event stream may hide behind a type; no text is one that nobody asked for. */
static bool may_hide_stream(struct sc_exchange *x, struct sc_str type)
{
    static const char text[] = "text/", bytes[] = "application/octet-stream";

    return generates(x) && asks_for_stream(x) &&
           (sc_str_is((struct sc_str){type.p, type.n < 5 ? type.n : 5}, text) ||
            sc_str_is(type, bytes));
}

/* The program asked for a compressed body, and not through libcurl: nobody here can read it. */
static bool is_sealed(const struct sc_exchange *x)
{
    return x->encoded && !(x->shadow->o.decodes && x->shadow->o.may_decode);
}

static bool by_type(struct sc_exchange *x, const char *type)
{
    struct sc_str content_type;
    enum sc_stream_kind kind;

    x->kind_told = true;
    if (x->shadow->o.no_body || x->status == 204 || (!type && (x->status != 200 || !generates(x))))
        return false;
    content_type = (struct sc_str){type ? type : "", type ? strlen(type) : 0};
    kind = !type || is_plain_json(type) ? SC_STREAM_NONE : sc_stream_kind_of(content_type);
    if (kind != SC_STREAM_NONE && is_sealed(x))
        return false;
    if (kind != SC_STREAM_NONE) /* of a job's events, or any others, none is waited for */
        return begin_stream(x, kind, (struct sc_str){"", 0}) && generates(x);
    if (!type || is_plain_json(type) || sc_is_json(content_type))
        x->mode = SC_HOLD_JSON;
    else if (may_hide_stream(x, content_type))
        x->mode = SC_HOLD_UNTOLD;
    else
        return false;
    x->kind_told = false;
    x->typed = type != NULL;
    if (x->encoded) /* what callbacks get cannot be compared with Content-Length */
        x->content_length = -1;
    return x->content_length != 0 || (x->status == 200 && generates(x));
}

bool sc_kind_by_type(struct sc_exchange *x)
{
    const char *type = NULL;

    x->shadow->real->easy_getinfo(x->shadow->easy, CURLINFO_CONTENT_TYPE, &type);
    return by_type(x, type);
}

/* ---- by bytes ---- */

enum { LOOK_MAX = 64 };

static enum sc_look look_of(struct sc_str held, const char *p, size_t n)
{
    char begin[LOOK_MAX];

    if (held.n == 0)
        return sc_look_of(p, n);
    if (held.n >= sizeof begin)
        return SC_LOOK_OTHER;
    if (n > sizeof begin - held.n)
        n = sizeof begin - held.n;
    memcpy(begin, held.p, held.n);
    memcpy(begin + held.n, p, n);
    return sc_look_of(begin, held.n + n);
}

static void by_look(struct sc_exchange *x, enum sc_look look, struct sc_str held)
{
    if (look == SC_LOOK_UNTOLD)
        return;
    x->kind_told = true;
    if (look == SC_LOOK_EVENTS && generates(x))
        begin_stream(x, SC_STREAM_SSE, held);
    else if (look == SC_LOOK_ARRAY && generates(x) && asks_for_stream(x))
        begin_stream(x, SC_STREAM_ARRAY, held);
    else if (look == SC_LOOK_OTHER && (x->mode == SC_HOLD_UNTOLD || !x->typed))
        x->commit_early = true;
    else
        x->mode = SC_HOLD_JSON;
}

void sc_kind_by_bytes(struct sc_exchange *x, const char *p, size_t n)
{
    struct sc_str held = sc_exchange_body(x); /* the piece is not in it */

    by_look(x, look_of(held, p, n), held);
}

void sc_kind_of_whole(struct sc_exchange *x, const char *type, struct sc_str body)
{
    by_type(x, type);
    if (!x->kind_told && body.n > 0)
        by_look(x, sc_look_of(body.p, body.n), (struct sc_str){"", 0});
    if (x->stream) {
        sc_stream_feed(x->stream, body.p, body.n);
    } else if (x->mode == SC_HOLD_JSON) {
        sc_usage_feed(&x->usage, body.p, body.n);
        x->read_len += body.n;
    }
}
