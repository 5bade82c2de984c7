/* events.c - see events.h. */
#include "dialect/events.h"

#include <string.h>

void sc_events_init(struct sc_events *e, size_t max)
{
    memset(e, 0, sizeof *e);
    e->line.max = e->data.max = max;
}

void sc_events_free(struct sc_events *e)
{
    sc_buf_free(&e->line);
    sc_buf_free(&e->data);
}

/* Data that lies in the piece would go with it. */
static void keep_in_place(struct sc_events *e)
{
    if (e->in_place.p == NULL)
        return;
    sc_buf_str(&e->data, e->in_place);
    e->in_place = (struct sc_str){NULL, 0};
}

static bool begins(struct sc_str line, const char *with)
{
    size_t n = strlen(with);
    return line.n >= n && memcmp(line.p, with, n) == 0;
}

static struct sc_str value_of(struct sc_str line, size_t name)
{
    size_t skip = name + (line.n > name && line.p[name] == ' ');

    return (struct sc_str){line.p + skip, line.n - skip};
}

static void add_data(struct sc_events *e, struct sc_str value, bool in_place)
{
    if (e->has_data) {
        keep_in_place(e);
        sc_buf_char(&e->data, '\n');
    }
    if (in_place && !e->has_data)
        e->in_place = value;
    else
        sc_buf_str(&e->data, value);
    e->has_data = true;
}

static void dispatch(struct sc_events *e, sc_events_take *take, void *arg)
{
    struct sc_str name = {e->name, strlen(e->name)};
    struct sc_str data = e->in_place.p ? e->in_place : sc_buf_view(&e->data);

    if (e->has_data)
        take(arg, name, data, false);
    e->in_place = (struct sc_str){NULL, 0};
    e->has_data = false;
    e->name[0] = '\0';
    sc_buf_clear(&e->data);
}

static void take_name(struct sc_events *e, struct sc_str name)
{
    size_t n = name.n < sizeof e->name - 1 ? name.n : sizeof e->name - 1;

    memcpy(e->name, name.p, n);
    e->name[n] = '\0';
}

/* UTF-8's mark, which some servers begin with. */
static struct sc_str without_bom(struct sc_events *e, struct sc_str line)
{
    if (!e->begun && begins(line, "\xEF\xBB\xBF"))
        line = (struct sc_str){line.p + 3, line.n - 3};
    e->begun = true;
    return line;
}

static void take_line(struct sc_events *e, struct sc_str line, bool in_place, sc_events_take *take,
                      void *arg)
{
    line = without_bom(e, line);
    if (e->bare) {
        sc_buf_str(&e->data, line);
        sc_buf_char(&e->data, '\n');
    } else if (line.n == 0) {
        dispatch(e, take, arg);
    } else if (begins(line, "data:")) {
        add_data(e, value_of(line, 5), in_place);
    } else if (begins(line, "event:")) {
        take_name(e, value_of(line, 6));
    } else if (line.p[0] == ':') {
        if (!e->has_data)
            take(arg, (struct sc_str){"", 0}, line, true);
    } else if (line.p[0] == '{' || line.p[0] == '[' || line.p[0] == '<') {
        dispatch(e, take, arg);
        e->bare = true;
        sc_buf_str(&e->data, line);
        sc_buf_char(&e->data, '\n');
    } /* id, retry, and whatever may come to the format */
}

/* Up to the end of the line or of the piece. */
static void end_line(struct sc_events *e, const char *from, const char *to, sc_events_take *take,
                     void *arg)
{
    if (e->line.n == 0) {
        take_line(e, (struct sc_str){from, (size_t)(to - from)}, true, take, arg);
        return;
    }
    sc_buf_add(&e->line, from, (size_t)(to - from));
    take_line(e, sc_buf_view(&e->line), false, take, arg);
    e->too_long |= e->line.failed;
    sc_buf_clear(&e->line);
}

void sc_events_feed(struct sc_events *e, const char *p, size_t n, sc_events_take *take, void *arg)
{
    const char *end = p + n, *newline = NULL;

    if (e->after_cr && p < end && *p == '\n')
        p++;
    e->after_cr = false;
    while (p < end && !e->too_long) {
        if (newline == NULL || newline < p)
            newline = memchr(p, '\n', (size_t)(end - p));
        const char *stop = newline ? newline : end;
        const char *cr = memchr(p, '\r', (size_t)(stop - p));
        if (cr)
            stop = cr;
        if (stop == end) {
            sc_buf_add(&e->line, p, (size_t)(end - p));
            break;
        }
        end_line(e, p, stop, take, arg);
        p = stop + 1;
        if (cr && p < end && *p == '\n')
            p++;
        else if (cr && p == end)
            e->after_cr = true;
        if (newline == NULL)
            newline = end; /* there is none in this piece; CRs are looked for only */
    }
    keep_in_place(e);
    e->too_long |= e->line.failed || e->data.failed;
}

void sc_events_end(struct sc_events *e, sc_events_take *take, void *arg)
{
    static const char empty[] = "";

    if (e->line.n > 0)
        end_line(e, empty, empty, take, arg);
    if (!e->bare)
        dispatch(e, take, arg);
}
