/* stream_aws.c - the AWS event stream: binary frames; see stream.h. */
#include "http/header.h"
#include "http/json.h"
#include "http/stream_parts.h"

/* Frames: total length, headers' length, CRC; headers; payload; CRC. */
#define FRAME_PRELUDE 12
#define FRAME_OVERHEAD 16
#define FRAME_MAX (UINT32_C(24) << 20)

static uint32_t big_endian32(const char *p)
{
    const unsigned char *u = (const unsigned char *)p;
    return (uint32_t)u[0] << 24 | (uint32_t)u[1] << 16 | (uint32_t)u[2] << 8 | u[3];
}

/* Length of a header value of the AWS event stream by its type; *p moves to its first byte. */
static size_t frame_value(int type, const char **p, const char *end)
{
    static const size_t fixed[] = {0, 0, 1, 2, 4, 8, 0, 0, 8, 16};
    if (type != 6 && type != 7)
        return type >= 0 && type < 10 ? fixed[type] : SIZE_MAX;
    if (end - *p < 2)
        return SIZE_MAX;
    const unsigned char *u = (const unsigned char *)*p;
    *p += 2;
    return (size_t)u[0] << 8 | u[1];
}

/* The value of a frame's header; empty if it has none of that name. */
static struct sc_str frame_header(struct sc_str headers, const char *name)
{
    const char *p = headers.p, *end = headers.p + headers.n;
    while (p < end) {
        size_t n = (unsigned char)*p++;
        if ((size_t)(end - p) < n + 1)
            break;
        struct sc_str this = {p, n};
        int type = (unsigned char)p[n];
        p += n + 1;
        size_t len = frame_value(type, &p, end);
        if (len > (size_t)(end - p))
            break;
        if (sc_str_is(this, name))
            return (struct sc_str){p, len};
        p += len;
    }
    return (struct sc_str){"", 0};
}

static void frame_event(struct sc_stream *s, struct sc_str headers, struct sc_str payload)
{
    struct sc_str type = frame_header(headers, ":event-type");
    s->has_end |= sc_str_is(type, "messagestart") || sc_str_is(type, "contentblockdelta");
    if (sc_str_is(type, "messagestop"))
        s->finished = true;
    if (sc_str_is(type, "messagestart"))
        return;
    if (sc_str_is(type, "contentblockstart") &&
        sc_json_is_empty(sc_json_find(payload.p, payload.n, "start")))
        return;
    s->outputs++;
    if (s->state == SC_STREAM_HEAD)
        s->state = SC_STREAM_OUTPUT;
}

static void take_frame(struct sc_stream *s, uint32_t total, uint64_t at)
{
    size_t kept = total - 4 < sizeof s->line ? total - 4 : sizeof s->line;
    size_t headers_len = big_endian32(s->line + 4);
    if (headers_len > kept - FRAME_PRELUDE)
        headers_len = kept - FRAME_PRELUDE;
    struct sc_str headers = {s->line + FRAME_PRELUDE, headers_len};
    struct sc_str payload = {headers.p + headers.n, kept - FRAME_PRELUDE - headers_len};
    struct sc_str kind = frame_header(headers, ":message-type");
    if (!sc_str_is(kind, "exception") && !sc_str_is(kind, "error")) {
        s->data_told = false;
        if (kept == total - 4)
            sc_stream_tell(s, payload, false);
        frame_event(s, headers, payload);
        return;
    }
    struct sc_str name = frame_header(headers, ":exception-type");
    if (name.n == 0)
        name = frame_header(headers, ":error-code");
    if (!s->late_error)
        sc_stream_name(s, name);
    sc_stream_note_error(s, payload, at + FRAME_PRELUDE + headers_len);
}

void sc_stream_feed_frames(struct sc_stream *s, const char *p, size_t n)
{
    while (n > 0 && s->state != SC_STREAM_ERROR && s->kind == SC_STREAM_AWS) {
        size_t wanted = FRAME_PRELUDE;
        if (s->line_len >= FRAME_PRELUDE) {
            wanted = big_endian32(s->line);
            if (wanted < FRAME_OVERHEAD || wanted > FRAME_MAX ||
                big_endian32(s->line + 4) > wanted - FRAME_OVERHEAD) {
                s->kind = SC_STREAM_NONE; /* not what it says it is: nothing to understand */
                s->state = SC_STREAM_OUTPUT;
                return;
            }
        }
        size_t take = wanted - s->line_len < n ? wanted - s->line_len : n;
        if (s->line_len < sizeof s->line) {
            size_t room = sizeof s->line - s->line_len;
            memcpy(s->line + s->line_len, p, take < room ? take : room);
        }
        s->line_len += take;
        s->fed += take;
        p += take;
        n -= take;
        if (s->line_len >= FRAME_OVERHEAD && s->line_len == big_endian32(s->line)) {
            take_frame(s, (uint32_t)s->line_len, s->fed - s->line_len);
            s->line_len = 0;
        }
    }
}
