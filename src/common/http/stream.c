/*
 * stream.c - see stream.h. Where events begin and end is the matter of stream_lines.c,
 * stream_array.c and stream_aws.c, what becomes of one stream_parts.c's, what it means event.c's.
 */
#include "http/stream.h"

#include <string.h>

#include "http/event.h"
#include "http/header.h"
#include "http/json.h"
#include "http/stream_parts.h"

static struct sc_str media_type(struct sc_str content_type)
{
    const char *semicolon = memchr(content_type.p, ';', content_type.n);
    if (semicolon)
        content_type.n = (size_t)(semicolon - content_type.p);
    return sc_str_trim(content_type);
}

enum sc_stream_kind sc_stream_kind_of(struct sc_str content_type)
{
    static const struct {
        char type[40];
        enum sc_stream_kind kind;
    } kinds[] = {
        {"text/event-stream", SC_STREAM_SSE},
        {"application/x-ndjson", SC_STREAM_NDJSON},
        {"application/ndjson", SC_STREAM_NDJSON},
        {"application/jsonl", SC_STREAM_NDJSON},
        {"application/x-jsonlines", SC_STREAM_NDJSON},
        {"application/json-lines", SC_STREAM_NDJSON},
        {"application/stream+json", SC_STREAM_NDJSON},
        {"application/vnd.amazon.eventstream", SC_STREAM_AWS},
    };
    if (content_type.n == 0)
        return SC_STREAM_NONE;
    struct sc_str type = media_type(content_type);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && type.n < sizeof kinds[i].type; i++)
        if (kinds[i].type[type.n] == '\0' && sc_str_is(type, kinds[i].type))
            return kinds[i].kind;
    return SC_STREAM_NONE;
}

bool sc_is_json(struct sc_str content_type)
{
    if (content_type.n == 0)
        return false;
    struct sc_str type = media_type(content_type);
    if (sc_str_is(type, "application/json") || sc_str_is(type, "text/json"))
        return true;
    return type.n > 17 && sc_stream_kind_of(type) == SC_STREAM_NONE &&
           sc_str_find((struct sc_str){type.p, 12}, "application/") == type.p &&
           sc_str_is((struct sc_str){type.p + type.n - 5, 5}, "+json");
}

/* Whether a text is one of SSE's fields, or may become one. */
static enum sc_look look_for_field(const char *p, size_t n)
{
    static const char *const fields[] = {":", "data:", "event:", "id:", "retry:"};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        size_t len = strlen(fields[i]);
        if (memcmp(p, fields[i], n < len ? n : len) == 0)
            return n < len ? SC_LOOK_UNTOLD : SC_LOOK_EVENTS;
    }
    return SC_LOOK_OTHER;
}

enum sc_look sc_look_of(const char *p, size_t n)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const char *end = p + n;
    if (n > 0 && *p == mark[0]) {
        if (n < 3)
            return memcmp(p, mark, n) == 0 ? SC_LOOK_UNTOLD : SC_LOOK_OTHER;
        p += memcmp(p, mark, 3) == 0 ? 3 : 0;
    }
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    if (p == end)
        return SC_LOOK_UNTOLD;
    if (*p == '{' || *p == '[')
        return *p == '{' ? SC_LOOK_OBJECT : SC_LOOK_ARRAY;
    return look_for_field(p, (size_t)(end - p));
}

void sc_stream_init(struct sc_stream *s, enum sc_stream_kind kind)
{
    memset(s, 0, offsetof(struct sc_stream, last));
    s->has_end = kind == SC_STREAM_ARRAY;
    s->kind = kind;
    s->state = kind == SC_STREAM_NONE ? SC_STREAM_OUTPUT : SC_STREAM_HEAD;
}

enum sc_stream_state sc_stream_feed(struct sc_stream *s, const char *p, size_t n)
{
    if (s->kind == SC_STREAM_AWS)
        sc_stream_feed_frames(s, p, n);
    else if (s->kind == SC_STREAM_ARRAY)
        sc_stream_feed_array(s, p, n);
    else if (s->kind != SC_STREAM_NONE)
        sc_stream_feed_lines(s, p, n);
    return s->state;
}

struct sc_str sc_stream_last(const struct sc_stream *s)
{
    bool kept = s->last_len > 0 && s->last_len <= sizeof s->last;
    return kept ? (struct sc_str){s->last, s->last_len} : (struct sc_str){NULL, 0};
}

/* Whether the last event of its kind is missing. */
static bool lacks_end(const struct sc_stream *s)
{
    if (s->state != SC_STREAM_OUTPUT || s->late_error || !s->has_end)
        return false;
    if (s->kind == SC_STREAM_ARRAY)
        return !s->closed;
    if (s->kind == SC_STREAM_AWS || s->finished)
        return !s->finished;
    return !s->odd && sc_stream_last(s).p && !sc_event_ends(sc_stream_last(s));
}

enum sc_stream_state sc_stream_end(struct sc_stream *s)
{
    s->ending = true;
    if (s->kind != SC_STREAM_AWS && s->kind != SC_STREAM_NONE) {
        if (s->line_len > 0 && s->state != SC_STREAM_ERROR)
            sc_stream_end_line(s);
        if (s->state == SC_STREAM_HEAD)
            sc_stream_end_event(s);
        if (s->state == SC_STREAM_HEAD && sc_stream_is_error_name(s->event))
            sc_stream_note_error(s, (struct sc_str){"", 0}, SC_STREAM_SCATTERED);
    }
    if (s->raw && s->state == SC_STREAM_OUTPUT)
        sc_stream_watch(s, (struct sc_str){s->line, s->data_len}, SC_STREAM_SCATTERED, false);
    s->cut = lacks_end(s);
    return s->state;
}
