/* kind.c - see kind.h. */
#include "wire/kind.h"

#include <stdlib.h>
#include <string.h>

#include "handle/body.h"
#include "handle/url.h"
#include "http/header.h"
#include "http/json.h"
#include "stage/watchdog.h"
#include "wire/filter.h"

/* As nearly every answer has it: spares the comparisons with all other types.
 */
static bool is_plain_json(const char *type)
{
    static const char name[] = "application/json";

    return strncmp(type, name, sizeof name - 1) == 0 &&
           (type[sizeof name - 1] == '\0' || type[sizeof name - 1] == ';');
}

static bool generates(struct sc_transfer *t)
{
    return sc_transfer_kind(t) == SC_REQUEST_GENERATES;
}

/* ---- what the request asks for ---- */

static bool says_stream(const char *body, size_t n)
{
    return body && sc_str_is(sc_json_find(body, n, "stream"), "true");
}

static bool asks_for_stream(const struct sc_shadow *s, const struct sc_transfer *t)
{
    static const char verb[] = ":stream";
    struct sc_str path = s->target.path, body = sc_body_text(s);

    return memmem(path.p, path.n, verb, sizeof verb - 1) || says_stream(body.p, body.n) ||
           (s->o.copied_fields && s->o.copy.streams) ||
           says_stream(t->upload.memory, t->upload.in_memory);
}

/* ---- streams ---- */

/* From here on the body is watched as a stream; what of it is held already,
 * first. */
static bool begin_stream(struct sc_transfer *t, enum sc_stream_kind kind, struct sc_str held)
{
    struct sc_usage_reader before;

    t->stream = malloc(sizeof *t->stream);
    if (!t->stream)
        return false;
    sc_stream_init(t->stream, kind);
    t->stream->on_data = sc_usage_on_data;
    t->stream->on_data_arg = &t->usage;
    t->stream->counts_outputs = sc_watchdog_wanted(t);
    t->mode = SC_HOLD_STREAM;
    t->kind_told = true;
    if (t->usage_asked && t->rewrite.bytes && kind == SC_STREAM_SSE)
        sc_show_begin(t);
    if (held.n == 0)
        return true;
    before = t->usage;
    sc_usage_init(&t->usage, t->provider);
    memcpy(t->usage.tier, before.tier, sizeof before.tier);
    sc_stream_feed(t->stream, held.p, held.n);
    return true;
}

void sc_kind_is_lines(struct sc_transfer *t)
{
    begin_stream(t, SC_STREAM_NDJSON, sc_transfer_body(t));
}

/* ---- by type ---- */

/* Whether an event stream may hide behind a type; no text is one that nobody
 * asked for. */
static bool may_hide_stream(struct sc_shadow *s, struct sc_transfer *t, struct sc_str type)
{
    static const char text[] = "text/", bytes[] = "application/octet-stream";

    return generates(t) && asks_for_stream(s, t) &&
           (sc_str_is((struct sc_str){type.p, type.n < 5 ? type.n : 5}, text) ||
            sc_str_is(type, bytes));
}

bool sc_kind_by_type(struct sc_shadow *s, struct sc_transfer *t)
{
    const char *type = NULL;
    struct sc_str content_type;
    enum sc_stream_kind kind;

    t->kind_told = true;
    s->real->easy_getinfo(s->easy, CURLINFO_CONTENT_TYPE, &type);
    if (s->o.no_body || t->status == 204 || (!type && (t->status != 200 || !generates(t))))
        return false;
    content_type = (struct sc_str){type ? type : "", type ? strlen(type) : 0};
    kind = !type || is_plain_json(type) ? SC_STREAM_NONE : sc_stream_kind_of(content_type);
    if (kind != SC_STREAM_NONE) /* of a job's events, or any others, none is waited for */
        return begin_stream(t, kind, (struct sc_str){"", 0}) && generates(t);
    if (!type || is_plain_json(type) || sc_is_json(content_type))
        t->mode = SC_HOLD_JSON;
    else if (may_hide_stream(s, t, content_type))
        t->mode = SC_HOLD_UNTOLD;
    else
        return false;
    t->kind_told = false;
    t->typed = type != NULL;
    if (t->encoded) /* what callbacks get cannot be compared with Content-Length
                     */
        t->content_length = -1;
    return t->content_length != 0 || (t->status == 200 && generates(t));
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

void sc_kind_by_bytes(struct sc_shadow *s, struct sc_transfer *t, const char *p, size_t n)
{
    struct sc_str held = sc_transfer_body(t); /* the piece is not in it */
    enum sc_look look = look_of(held, p, n);

    if (look == SC_LOOK_UNTOLD)
        return;
    t->kind_told = true;
    if (look == SC_LOOK_EVENTS && generates(t))
        begin_stream(t, SC_STREAM_SSE, held);
    else if (look == SC_LOOK_ARRAY && generates(t) && asks_for_stream(s, t))
        begin_stream(t, SC_STREAM_ARRAY, held);
    else if (look == SC_LOOK_OTHER && (t->mode == SC_HOLD_UNTOLD || !t->typed))
        t->commit_early = true;
    else
        t->mode = SC_HOLD_JSON;
}
