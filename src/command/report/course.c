/* course.c - see course.h. */
#include "report/course.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"

enum { SECOND = 1000, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE };

/* Each a multiple of the one before: what was counted in some goes into one. */
static const int64_t widths[] = {SECOND,
                                 5 * SECOND,
                                 15 * SECOND,
                                 MINUTE,
                                 5 * MINUTE,
                                 15 * MINUTE,
                                 HOUR,
                                 INT64_C(6) * HOUR,
                                 INT64_C(24) * HOUR,
                                 INT64_C(168) * HOUR,
                                 INT64_C(8736) * HOUR,
                                 INT64_C(873600) * HOUR};
#define WIDTHS (sizeof widths / sizeof *widths)

bool sc_course_begin(struct sc_course *c)
{
    memset(c, 0, sizeof *c);
    c->slots = calloc(SC_STRETCHES_MAX, sizeof *c->slots);
    return c->slots != NULL;
}

void sc_course_end(struct sc_course *c)
{
    free(c->slots);
    c->slots = NULL;
}

static void join(struct sc_stretch *to, const struct sc_stretch *from)
{
    for (int i = 0; i < SC_ENDINGS; i++)
        to->calls[i] += from->calls[i];
    to->attempts += from->attempts;
    to->more_attempts += from->more_attempts;
    sc_spread_join(&to->took, &from->took);
    sc_spread_join(&to->first, &from->first);
}

static int64_t floor_to(int64_t ms, int64_t width)
{
    return ms - ms % width;
}

/* Stretches of a width with which all from `first` to `last` fit. */
static void widen(struct sc_course *c, int64_t first, int64_t last)
{
    struct sc_course wide = {.n = 1};
    size_t w = 0;

    while (w < WIDTHS - 1 && (widths[w] < c->width_ms ||
                              (last - floor_to(first, widths[w])) / widths[w] >= SC_STRETCHES_MAX))
        w++;
    wide.width_ms = widths[w];
    wide.begin_ms = floor_to(first, widths[w]);
    if (wide.width_ms == c->width_ms && wide.begin_ms == c->begin_ms)
        return;
    wide.slots = calloc(SC_STRETCHES_MAX, sizeof *wide.slots);
    if (!wide.slots)
        return;
    for (size_t i = 0; i < c->n; i++) {
        int64_t at = (c->begin_ms + (int64_t)i * c->width_ms - wide.begin_ms) / wide.width_ms;

        if (at < SC_STRETCHES_MAX)
            join(&wide.slots[at], &c->slots[i]);
        if (at < SC_STRETCHES_MAX && (size_t)at >= wide.n)
            wide.n = (size_t)at + 1;
    }
    free(c->slots);
    c->slots = wide.slots;
    c->n = wide.n;
    c->width_ms = wide.width_ms;
    c->begin_ms = wide.begin_ms;
}

static struct sc_stretch *slot_of(struct sc_course *c, int64_t ms)
{
    int64_t end = c->begin_ms + c->width_ms * SC_STRETCHES_MAX, at;

    if (c->width_ms == 0) {
        c->width_ms = widths[0];
        c->begin_ms = floor_to(ms, widths[0]);
    } else if (ms < c->begin_ms || ms >= end) {
        int64_t last = c->begin_ms + c->width_ms * (int64_t)c->n - 1;

        widen(c, ms < c->begin_ms ? ms : c->begin_ms, ms > last ? ms : last);
    }
    at = (ms - c->begin_ms) / c->width_ms;
    if (at < 0 || at >= SC_STRETCHES_MAX)
        at = at < 0 ? 0 : SC_STRETCHES_MAX - 1; /* no memory, or no time of ours */
    if ((size_t)at >= c->n)
        c->n = (size_t)at + 1;
    return &c->slots[at];
}

void sc_course_take(struct sc_course *c, const struct sc_log_line *l)
{
    struct sc_stretch *s = slot_of(c, l->time_ms);

    s->calls[sc_ending_of(l)]++;
    if (l->attempts > 0) {
        s->attempts += l->attempts;
        s->more_attempts += l->attempts - 1;
    }
    if (l->ms >= 0)
        sc_spread_add(&s->took, l->ms * SC_NS_PER_MS);
    if (l->first_token_ms > 0)
        sc_spread_add(&s->first, l->first_token_ms * SC_NS_PER_MS);
}
