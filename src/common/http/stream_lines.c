/* stream_lines.c - SSE and NDJSON, line by line; see stream.h. */
#include "http/event.h"
#include "http/header.h"
#include "http/json.h"
#include "http/scan.h"
#include "http/stream_parts.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool begins_json(struct sc_str text)
{
    return text.n > 0 && (text.p[0] == '{' || text.p[0] == '[');
}

/* One space belongs to the field; more of them, and tabs, are JSON's own, which begins behind them.
 * Of a text they are the text. */
static inline struct sc_str json_behind_blanks(struct sc_str value)
{
    struct sc_str rest = value;
    while (rest.n > 0 && is_blank(rest.p[0]))
        rest.p++, rest.n--;
    return begins_json(rest) ? rest : value;
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
    sc_stream_name(s, sc_str_trim(name));
    s->finished |= sc_event_name_is_last(s->event);
}

/* Joins a data line to those before it; the line lies behind them in the same buffer. */
static void join_data(struct sc_stream *s, struct sc_str value, uint64_t at)
{
    size_t gap = s->data_lines++ > 0;
    if (gap == 0)
        s->data_at = at;
    else
        s->scattered |= s->ended_by_cr || at != s->data_at + s->data_len + 1;
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

/* A line of an event whose JSON comes in several, in fields or in none. */
static void piece_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    s->data_cut |= cut;
    sc_stream_tell(s, line, cut);
    join_data(s, line, at);
    bool complete = sc_json_is_complete(s->line, s->data_len);
    s->raw = !complete && !cut;
    if (s->state == SC_STREAM_HEAD)
        sc_stream_judge(s, cut);
    else if (!s->raw)
        sc_stream_watch(s, (struct sc_str){s->line, s->data_len},
                        s->scattered ? SC_STREAM_SCATTERED : s->data_at, cut);
    if (complete)
        sc_stream_end_event(s);
}

/* The same while such an event goes on. Only a text that stands in no field may have empty lines,
 * and it is over where a field comes. False: the line is not of the event. */
static bool next_piece(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str value = line;
    bool field = field_is(line, "data", &value);
    if (s->bare ? field || field_is(line, "event", &value) : line.n == 0) {
        sc_stream_end_event(s);
        return line.n == 0;
    }
    if (!field)
        value = line;
    piece_line(s, value, at + (uint64_t)(value.p - line.p), cut);
    return true;
}

/* A line that is no field: the first one of a JSON text, or the second of one that began in a field
 * (it was printed without a thought of lines), or nothing. */
static void other_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str data = {s->line, s->data_len};
    if (line.n == 0 || line.p[0] == '\0' || !strchr(" \t\"{}[]", line.p[0]))
        return;
    s->bare = true;
    if (begins_json(data) && !sc_json_is_complete(data.p, data.n)) {
        piece_line(s, line, at, cut);
        return;
    }
    for (; line.n > 0 && is_blank(line.p[0]); line.p++, line.n--)
        at++;
    if (!begins_json(line))
        return;
    if (s->data_lines > 0)
        sc_stream_end_event(s);
    s->bare = true;
    if (s->state != SC_STREAM_ERROR)
        piece_line(s, line, at, cut);
}

/* A line while all is held. cut: the buffer is full, the line goes on. */
static void head_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str value = line;
    if (s->kind == SC_STREAM_SSE) {
        if (line.n == 0) {
            sc_stream_end_event(s);
            return;
        }
        if (field_is(line, "event", &value)) {
            take_event_name(s, value);
            return;
        }
        if (!field_is(line, "data", &value)) {
            other_line(s, line, at, cut);
            return;
        }
    }
    if (s->kind == SC_STREAM_SSE && s->data_lines == 0)
        value = json_behind_blanks(value);
    s->data_cut |= cut;
    sc_stream_tell(s, value, cut);
    join_data(s, value, at + (uint64_t)(value.p - line.p));
    sc_stream_judge(s, cut || sc_stream_is_by_value(s->kind));
    if (sc_stream_is_by_value(s->kind))
        sc_stream_end_event(s);
}

static bool is_output(struct sc_str data)
{
    return data.n > 0 && !sc_event_is_last(data) && sc_event_mark(data) == SC_MARK_NONE &&
           (data.p[0] != '{' || sc_event_nature(data) == SC_NATURE_OUTPUT);
}

/* A line after output has begun: whole, or cut to what is kept. */
void sc_stream_output_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    struct sc_str value = line;
    size_t before;
    bool long_line;
    if (s->kind == SC_STREAM_SSE) {
        if (line.n == 0) {
            sc_stream_end_event(s);
            return;
        }
        if (!field_is(line, "data", &value)) {
            if (field_is(line, "event", &value))
                take_event_name(s, value);
            else
                other_line(s, line, at, cut);
            return;
        }
        if (value.n > 0 && is_blank(value.p[0]))
            value = json_behind_blanks(value);
    }
    before = (size_t)(value.p - line.p);
    long_line = cut || line.n > SC_STREAM_KEEP;
    if (s->kind == SC_STREAM_SSE && value.n > 0 && value.p[0] == '{' && !long_line &&
        value.p[value.n - 1] != '}' && !s->ending) {
        s->bare = false;
        piece_line(s, value, at + before, false);
        return;
    }
    sc_stream_tell(s, value, cut);
    if (line.n > SC_STREAM_KEEP) /* judged alike wherever the chunks end */
        value.n = SC_STREAM_KEEP - before;
    if (s->counts_outputs && is_output(value))
        s->outputs++;
    sc_stream_watch(s, value, at + before, long_line);
}

/* A complete line, or (cut) as much of it as is kept; `at` is where it begins in the stream. */
static void take_line(struct sc_stream *s, struct sc_str line, uint64_t at, bool cut)
{
    if (at == 0 && line.n >= 3 && memcmp(line.p, "\xEF\xBB\xBF", 3) == 0) {
        line.p += 3;
        line.n -= 3;
        at = 3;
    }
    if (s->raw && next_piece(s, line, at, cut))
        ;
    else if (s->state == SC_STREAM_HEAD)
        head_line(s, line, at, cut);
    else if (s->state == SC_STREAM_OUTPUT)
        sc_stream_output_line(s, line, at, cut);
    if (s->state == SC_STREAM_OUTPUT && !s->raw)
        s->data_len = 0;
}

/* No ping, and no comment either, is as long. */
enum { LONG_LINE = 512 };

/* Adds a piece of the current line to the buffer. While all is held, a line that fills the buffer
 * is judged by its beginning. */
void sc_stream_keep_piece(struct sc_stream *s, const char *p, size_t n)
{
    if (s->state == SC_STREAM_OUTPUT && s->line_len > LONG_LINE)
        s->outputs++;
    if (s->skip_line) {
        if (s->tell_rest && n > 0)
            sc_stream_tell(s, (struct sc_str){p, n}, true);
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
        sc_stream_tell(s, (struct sc_str){p + take, n - take}, true);
}

void sc_stream_end_line(struct sc_stream *s)
{
    struct sc_str line = {s->line + s->data_len, s->line_len};
    if (!s->skip_line)
        take_line(s, line, s->fed - s->line_len, false);
    else if (s->tell_rest)
        sc_stream_tell(s, (struct sc_str){"", 0}, false);
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
    if (s->state != SC_STREAM_OUTPUT || s->line_len > 0 || s->skip_line || s->raw || !lf)
        return NULL;
    struct sc_str line = {p, (size_t)(lf - p)};
    s->plain = sc_scan_is_plain(line);
    const char *end = !s->plain && lf > p ? memchr(p, '\r', line.n) : NULL;
    if (end && end + 1 < lf)
        return NULL;
    if (end)
        line.n--;
    sc_stream_output_line(s, line, s->fed, false);
    s->plain = false;
    s->fed += (size_t)(lf + 1 - p);
    s->last_cr = false;
    s->ended_by_cr = false;
    return lf + 1;
}

void sc_stream_feed_lines(struct sc_stream *s, const char *p, size_t n)
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
        sc_stream_keep_piece(s, p, len);
        s->fed += len;
        if (end) {
            sc_stream_end_line(s);
            s->ended_by_cr = *end == '\r';
        }
        s->last_cr = end && *end == '\r';
        s->fed += end != NULL;
        p += len + (end != NULL);
        n -= len + (end != NULL);
    }
}
