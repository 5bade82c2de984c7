/* stream_array.c - a JSON array that grows: each of its elements is an event; see stream.h. */
#include "http/stream_parts.h"

/* In a string: the result is behind it, or the end of the piece. */
static const char *skip_string(struct sc_stream *s, const char *p, const char *end)
{
    while (p < end) {
        const char *quote = memchr(p, '"', (size_t)(end - p));
        const char *stop = quote ? quote : end, *b = stop;
        while (b > p && b[-1] == '\\')
            b--;
        bool odd = ((stop - b) & 1) != (b == p && s->escaped);
        s->escaped = !quote && odd;
        if (!quote)
            return end;
        p = quote + 1;
        if (!odd) {
            s->in_string = false;
            break;
        }
    }
    return p;
}

/* In an element: the result is behind it, or the end of the piece. */
static const char *skip_element(struct sc_stream *s, const char *p, const char *end)
{
    while (p < end && s->in_element) {
        if (s->in_string) {
            p = skip_string(s, p, end);
        } else {
            char c = *p++;
            if (c == '"')
                s->in_string = true;
            else if (c == '{' || c == '[')
                s->depth++;
            else if (c == '}' || c == ']')
                s->depth--;
        }
        s->in_element = s->in_string || s->depth > 1;
    }
    return p;
}

/* A byte between elements. True: the array goes on behind it. */
static bool between_elements(struct sc_stream *s, char c)
{
    bool mark = s->fed < 3 && (unsigned char)c >= 0x80;
    if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || s->closed || mark)
        return true;
    if (s->depth == 0 || c == '}') {
        s->depth += c == '[';
        return c == '[';
    }
    s->closed = c == ']';
    if (s->closed)
        s->finished = true;
    else if (c == '{' || c == '[' || c == '"')
        s->in_element = true;
    else if (c != ',' && s->state == SC_STREAM_HEAD)
        s->state = SC_STREAM_OUTPUT; /* numbers are nothing that is known */
    return true;
}

/* [p, p + n) are bytes of an element. */
static void take_element(struct sc_stream *s, const char *p, size_t n)
{
    bool whole = !s->in_element;
    bool in_place = whole && s->state == SC_STREAM_OUTPUT && s->line_len == 0 && !s->skip_line;
    if (in_place)
        sc_stream_output_line(s, (struct sc_str){p, n}, s->fed, false);
    else
        sc_stream_keep_piece(s, p, n);
    s->fed += n;
    if (whole && !in_place)
        sc_stream_end_line(s);
}

void sc_stream_feed_array(struct sc_stream *s, const char *p, size_t n)
{
    const char *end = p + n;
    while (p < end && s->state != SC_STREAM_ERROR) {
        if (!s->in_element && !between_elements(s, *p)) {
            s->kind = SC_STREAM_NONE; /* not what it was taken for: nothing to understand */
            s->state = SC_STREAM_OUTPUT;
            s->has_end = false;
            return;
        }
        if (!s->in_element) {
            p++;
            s->fed++;
            continue;
        }
        const char *behind = skip_element(s, p, end);
        take_element(s, p, (size_t)(behind - p));
        p = behind;
    }
}
