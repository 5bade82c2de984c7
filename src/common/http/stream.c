/* stream.c - see stream.h. Lines are cut here; what an event means is event.c's matter. */
#include "http/stream.h"

#include <string.h>

#include "http/event.h"
#include "http/header.h"
#include "http/json.h"

/* Frames of the AWS event stream: total length, headers' length, CRC; headers; payload; CRC. */
#define FRAME_PRELUDE 12
#define FRAME_OVERHEAD 16
#define FRAME_MAX (UINT32_C(24) << 20)

static struct sc_str media_type(struct sc_str content_type)
{
    const char *semicolon = memchr(content_type.p, ';', content_type.n);
    if (semicolon)
        content_type.n = (size_t)(semicolon - content_type.p);
    while (content_type.n > 0 && strchr(" \t", content_type.p[content_type.n - 1]))
        content_type.n--;
    while (content_type.n > 0 && strchr(" \t", content_type.p[0])) {
        content_type.p++;
        content_type.n--;
    }
    return content_type;
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

void sc_stream_init(struct sc_stream *s, enum sc_stream_kind kind)
{
    memset(s, 0, offsetof(struct sc_stream, line));
    s->kind = kind;
    s->state = kind == SC_STREAM_NONE ? SC_STREAM_OUTPUT : SC_STREAM_HEAD;
}

static void copy_text(char *dst, size_t size, struct sc_str src, size_t *len)
{
    size_t n = src.n < size ? src.n : size - 1;
    memcpy(dst, src.p, n);
    dst[n] = '\0';
    if (len)
        *len = n;
}

/* Notes the error event; the first one counts. */
static void note_error(struct sc_stream *s, struct sc_str json, uint64_t at)
{
    if (s->state == SC_STREAM_ERROR || s->late_error)
        return;
    copy_text(s->error, sizeof s->error, json, &s->error_len);
    s->error_at = at;
    if (s->state == SC_STREAM_OUTPUT)
        s->late_error = true;
    else
        s->state = SC_STREAM_ERROR;
}

static bool is_error_name(const char *event)
{
    if (event[0] != 'e' && event[0] != 'r')
        return false;
    return strcmp(event, "error") == 0 || strcmp(event, "response.failed") == 0;
}

/* Passes data on to who reads along. more: the line goes on. */
static inline void tell(struct sc_stream *s, struct sc_str data, bool more)
{
    if (!s->on_data || (data.n == 0 && !s->tell_rest))
        return;
    s->on_data(s->on_data_arg, data,
               (s->data_told ? 0 : SC_DATA_BEGIN) | (more ? SC_DATA_MORE : 0));
    s->data_told = s->kind != SC_STREAM_NDJSON || more;
    s->tell_rest = more;
}

/* An event's data (or the part kept of it) after output has begun: cheap. */
static void watch_data(struct sc_stream *s, struct sc_str data, uint64_t at)
{
    if (!s->finished && sc_event_is_last(data))
        s->finished = true;
    if (s->late_error || data.n == 0)
        return;
    if (is_error_name(s->event) ||
        (sc_event_may_be_error(data) && sc_event_nature(data) == SC_NATURE_ERROR))
        note_error(s, data, at);
}

/* The data of an event so far, nothing delivered yet. whole: no more of it will come. */
static void judge_data(struct sc_stream *s, bool whole)
{
    struct sc_str data = {s->line, s->data_len};
    uint64_t at = s->data_lines > 1 ? SC_STREAM_SCATTERED : s->data_at;
    if (data.n == 0)
        return;
    bool json = data.p[0] == '{' || data.p[0] == '[';
    bool complete = !json || sc_json_is_complete(data.p, data.n);
    if (!complete && !whole)
        return;
    enum sc_event_nature nature = SC_NATURE_OUTPUT;
    if (is_error_name(s->event))
        nature = SC_NATURE_ERROR;
    else if (json)
        nature = sc_event_nature(data);
    if (nature == SC_NATURE_PREAMBLE && !complete && !s->data_cut)
        nature = SC_NATURE_OUTPUT; /* broken JSON: not understood */
    if (nature == SC_NATURE_ERROR) {
        note_error(s, data, at);
    } else if (nature == SC_NATURE_OUTPUT) {
        s->state = SC_STREAM_OUTPUT;
        sc_event_stop(data, s->stop, sizeof s->stop);
        watch_data(s, data, at);
    }
}

static void end_event(struct sc_stream *s)
{
    if (s->state == SC_STREAM_HEAD)
        judge_data(s, true);
    if (s->state != SC_STREAM_ERROR && !s->late_error)
        s->event[0] = '\0'; /* of an error the name is kept */
    s->data_len = 0;
    s->data_lines = 0;
    s->data_cut = false;
    s->data_told = false;
}

static inline bool field_is(struct sc_str line, const char *name, struct sc_str *value)
{
    size_t n = strlen(name);
    if (line.n < n || memcmp(line.p, name, n) != 0 || (line.n > n && line.p[n] != ':'))
        return false;
    size_t skip = line.n > n ? n + 1 : n;
    if (skip < line.n && line.p[skip] == ' ')
        skip++;
    *value = (struct sc_str){line.p + skip, line.n - skip};
    return true;
}

static void take_event_name(struct sc_stream *s, struct sc_str name)
{
    if (s->late_error)
        return;
    copy_text(s->event, sizeof s->event, name, NULL);
    s->finished |= sc_event_name_is_last(s->event);
}

/* Joins a data line to those before it; the line lies behind them in the same buffer. */
static void join_data(struct sc_stream *s, struct sc_str value, uint64_t at)
{
    size_t gap = s->data_lines++ > 0;
    if (gap == 0)
        s->data_at = at;
    if (s->data_len + gap > sizeof s->line)
        return;
    size_t room = sizeof s->line - s->data_len - gap;
    size_t n = value.n < room ? value.n : room;
    s->data_cut |= n < value.n;
    memmove(s->line + s->data_len + gap, value.p, n);
    if (gap)
        s->line[s->data_len] = '\n';
    s->data_len += gap + n;
}

/* A line while all is held. cut: the buffer is full, the line goes on. */
static void head_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str value = line;
    if (s->kind == SC_STREAM_SSE) {
        if (line.n == 0) {
            end_event(s);
            return;
        }
        if (line.p[0] == ':')
            return;
        if (field_is(line, "event", &value)) {
            take_event_name(s, value);
            return;
        }
        if (field_is(line, "id", &value) || field_is(line, "retry", &value))
            return;
        if (!field_is(line, "data", &value) && line.p[0] != '{' && line.p[0] != '[') {
            s->state = SC_STREAM_OUTPUT;
            return;
        }
    }
    s->data_cut |= cut;
    tell(s, value, cut);
    join_data(s, value, at + (uint64_t)(value.p - line.p));
    judge_data(s, cut || s->kind == SC_STREAM_NDJSON);
    if (s->kind == SC_STREAM_NDJSON)
        end_event(s);
}

/* A line after output has begun: whole, or cut to what is kept. */
static void output_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str value = line;
    if (s->kind == SC_STREAM_SSE) {
        if (line.n == 0) {
            end_event(s);
            return;
        }
        if (!field_is(line, "data", &value) && line.p[0] != '{') {
            if (field_is(line, "event", &value))
                take_event_name(s, value);
            return;
        }
    }
    tell(s, value, cut);
    size_t before = (size_t)(value.p - line.p);
    if (line.n > SC_STREAM_KEEP) /* judged alike wherever the chunks end */
        value.n = SC_STREAM_KEEP - before;
    watch_data(s, value, at + before);
}

/* A complete line, or (cut) as much of it as is kept; `at` is where it begins in the stream. */
static void take_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    if (at == 0 && line.n >= 3 && memcmp(line.p, "\xEF\xBB\xBF", 3) == 0) {
        line.p += 3;
        line.n -= 3;
        at = 3;
    }
    if (s->state == SC_STREAM_HEAD)
        head_line(s, line, at, cut);
    else if (s->state == SC_STREAM_OUTPUT)
        output_line(s, line, at, cut);
    if (s->state == SC_STREAM_OUTPUT)
        s->data_len = 0;
}

/* Adds a piece of the current line to the buffer. While all is held, a line that fills the buffer
 * is judged by its beginning. */
static void keep_piece(struct sc_stream *s, const char *p, size_t n)
{
    if (s->skip_line) {
        if (s->tell_rest && n > 0)
            tell(s, (struct sc_str){p, n}, true);
        return;
    }
    size_t used = s->data_len + s->line_len;
    size_t room = sizeof s->line - used;
    size_t take = n < room ? n : room;
    memcpy(s->line + used, p, take);
    uint64_t start = s->fed - s->line_len;
    s->line_len += take;
    if (take == n)
        return;
    struct sc_str line = {s->line + s->data_len, s->line_len};
    take_line(s, line, start, true);
    s->skip_line = true;
    if (s->tell_rest)
        tell(s, (struct sc_str){p + take, n - take}, true);
}

static void end_line(struct sc_stream *s)
{
    struct sc_str line = {s->line + s->data_len, s->line_len};
    if (!s->skip_line)
        take_line(s, line, s->fed - s->line_len, false);
    else if (s->tell_rest)
        tell(s, (struct sc_str){"", 0}, false);
    s->line_len = 0;
    s->skip_line = false;
}

static const char *find_line_end(const char *p, size_t n)
{
    const char *lf = memchr(p, '\n', n);
    const char *cr = memchr(p, '\r', lf ? (size_t)(lf - p) : n);
    return cr ? cr : lf;
}

/* The usual case after output has begun, a line whole in this piece: nothing is copied. The result
 * is behind it, NULL if it is another case. */
static const char *pass_line(struct sc_stream *s, const char *p, size_t n)
{
    const char *lf = *p == '\n' ? p : memchr(p, '\n', n);
    if (s->state != SC_STREAM_OUTPUT || s->line_len > 0 || s->skip_line || !lf)
        return NULL;
    const char *end = lf > p ? memchr(p, '\r', (size_t)(lf - p)) : NULL;
    if (end && end + 1 < lf)
        return NULL;
    output_line(s, (struct sc_str){p, (size_t)((end ? end : lf) - p)}, s->fed, false);
    s->fed += (size_t)(lf + 1 - p);
    s->last_cr = false;
    return lf + 1;
}

static void feed_lines(struct sc_stream *s, const char *p, size_t n)
{
    while (n > 0 && s->state != SC_STREAM_ERROR) {
        if (s->last_cr && *p == '\n') { /* CR LF is one line end */
            s->last_cr = false;
            p++, n--, s->fed++;
            continue;
        }
        const char *rest = pass_line(s, p, n);
        if (rest) {
            n -= (size_t)(rest - p);
            p = rest;
            continue;
        }
        const char *end = find_line_end(p, n);
        size_t len = end ? (size_t)(end - p) : n;
        keep_piece(s, p, len);
        s->fed += len;
        if (end)
            end_line(s);
        s->last_cr = end && *end == '\r';
        s->fed += end != NULL;
        p += len + (end != NULL);
        n -= len + (end != NULL);
    }
}

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
    if (sc_str_is(type, "messagestop"))
        s->finished = true;
    if (sc_str_is(type, "messagestart"))
        return;
    if (sc_str_is(type, "contentblockstart") &&
        sc_json_is_empty(sc_json_find(payload.p, payload.n, "start")))
        return;
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
            tell(s, payload, false);
        frame_event(s, headers, payload);
        return;
    }
    struct sc_str name = frame_header(headers, ":exception-type");
    if (name.n == 0)
        name = frame_header(headers, ":error-code");
    if (!s->late_error)
        copy_text(s->event, sizeof s->event, name, NULL);
    note_error(s, payload, at + FRAME_PRELUDE + headers_len);
}

static void feed_frames(struct sc_stream *s, const char *p, size_t n)
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

enum sc_stream_state sc_stream_feed(struct sc_stream *s, const char *p, size_t n)
{
    if (s->kind == SC_STREAM_AWS)
        feed_frames(s, p, n);
    else if (s->kind != SC_STREAM_NONE)
        feed_lines(s, p, n);
    return s->state;
}

enum sc_stream_state sc_stream_end(struct sc_stream *s)
{
    if (s->kind != SC_STREAM_SSE && s->kind != SC_STREAM_NDJSON)
        return s->state;
    if (s->line_len > 0 && s->state != SC_STREAM_ERROR)
        end_line(s);
    if (s->state == SC_STREAM_HEAD)
        end_event(s);
    if (s->state == SC_STREAM_HEAD && is_error_name(s->event))
        note_error(s, (struct sc_str){"", 0}, SC_STREAM_SCATTERED);
    return s->state;
}
