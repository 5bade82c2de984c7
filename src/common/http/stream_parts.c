#include "http/stream_parts.h"

#include "http/event.h"
#include "http/json.h"

static size_t copy_text(char *dst, size_t size, struct sc_str src)
{
    size_t n = src.n < size ? src.n : size - 1;
    memcpy(dst, src.p, n);
    dst[n] = '\0';
    return n;
}

void sc_stream_name(struct sc_stream *s, struct sc_str name)
{
    copy_text(s->event, sizeof s->event, name);
}

void sc_stream_note_error(struct sc_stream *s, struct sc_str json, uint64_t at)
{
    if (s->state == SC_STREAM_ERROR || s->late_error)
        return;
    s->error_len = copy_text(s->error, sizeof s->error, json);
    s->error_at = at;
    if (s->state == SC_STREAM_OUTPUT)
        s->late_error = true;
    else
        s->state = SC_STREAM_ERROR;
}

bool sc_stream_is_error_name(const char *event)
{
    if (event[0] != 'e' && event[0] != 'r')
        return false;
    return strcmp(event, "error") == 0 || strcmp(event, "response.failed") == 0;
}

/* The last event that came whole tells, once the stream has ended, whether it has ended well.
 * cut: there is more of it. */
static inline void keep_last(struct sc_stream *s, struct sc_str data, bool cut)
{
    if (!s->has_end || s->finished || data.n == 0 || data.p[0] != '{')
        return;
    while (data.p[data.n - 1] == ' ' || data.p[data.n - 1] == '\t')
        data.n--;
    if (!cut && data.p[data.n - 1] != '}') {
        s->odd |= !s->ending;
        return;
    }
    s->last_len = cut ? SIZE_MAX : data.n;
    if (s->last_len <= sizeof s->last)
        memcpy(s->last, data.p, data.n);
}

void sc_stream_watch(struct sc_stream *s, struct sc_str data, uint64_t at, bool cut)
{
    keep_last(s, data, cut);
    if (!s->finished && sc_event_is_last(data))
        s->finished = true;
    if (s->late_error || data.n == 0)
        return;
    if (sc_stream_is_error_name(s->event) ||
        (data.p[0] == '[' && sc_event_mark(data) == SC_MARK_ERROR) ||
        (!s->plain && sc_event_may_be_error(data) && sc_event_nature(data) == SC_NATURE_ERROR))
        sc_stream_note_error(s, data, at);
}

void sc_stream_judge(struct sc_stream *s, bool whole)
{
    struct sc_str data = {s->line, s->data_len};
    uint64_t at = s->scattered ? SC_STREAM_SCATTERED : s->data_at;
    if (data.n == 0)
        return;
    enum sc_event_mark mark = sc_event_mark(data);
    bool json = mark == SC_MARK_NONE && (data.p[0] == '{' || data.p[0] == '[');
    bool complete = !json || sc_json_is_complete(data.p, data.n);
    if (!complete && !whole)
        return;
    enum sc_event_nature nature = SC_NATURE_OUTPUT;
    if (sc_stream_is_error_name(s->event) || mark == SC_MARK_ERROR)
        nature = SC_NATURE_ERROR;
    else if (mark == SC_MARK_SENTINEL)
        nature = SC_NATURE_PREAMBLE;
    else if (json)
        nature = sc_event_nature(data);
    if (!complete && !s->data_cut && nature != SC_NATURE_ERROR) {
        if (s->ending)
            return;                /* the stream was cut in it */
        nature = SC_NATURE_OUTPUT; /* broken JSON: not understood */
    }
    if (json && !s->has_end)
        s->has_end = sc_event_has_end(data);
    if (nature == SC_NATURE_ERROR) {
        sc_event_stop(data, s->stop, sizeof s->stop);
        sc_stream_note_error(s, data, at);
    } else if (nature == SC_NATURE_OUTPUT) {
        s->state = SC_STREAM_OUTPUT;
        sc_event_stop(data, s->stop, sizeof s->stop);
        sc_stream_watch(s, data, at, s->data_cut);
    }
}

void sc_stream_end_event(struct sc_stream *s)
{
    if (s->state == SC_STREAM_HEAD)
        sc_stream_judge(s, true);
    if (s->state != SC_STREAM_ERROR && !s->late_error)
        s->event[0] = '\0'; /* of an error the name is kept */
    s->data_len = 0;
    s->data_lines = 0;
    s->data_cut = false;
    s->data_told = false;
    s->scattered = false;
    s->raw = false;
}
