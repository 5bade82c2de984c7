#include "core/queue.h"

#include <stdbool.h>

/* So that a weight of 100 does not round the cost of one call in a million a minute away. */
#define SCALE 64

/* No call takes more than a minute of a limit (limiter.h); twice that is damage. */
#define COST_MAX INT64_C(120000000000)

const char *sc_priority_name(enum sc_priority p)
{
    static const char *const names[] = {"off", "interactive", "normal", "batch"};

    return p > SC_PRIORITY_OFF && p < SC_PRIORITIES ? names[p] : names[0];
}

static uint64_t virtual_of(int64_t cost_ns, unsigned weight)
{
    int64_t cost = cost_ns < 1 ? 1 : cost_ns > COST_MAX ? COST_MAX : cost_ns;

    return (uint64_t)cost * SCALE / (weight > 0 ? weight : 1);
}

/* Of two times that go round: how far a is after b. */
static int64_t after(uint64_t a, uint64_t b)
{
    return (int64_t)(a - b);
}

uint64_t sc_queue_start(const struct sc_queue *q, int class)
{
    int64_t ahead = after(q->mark[class], q->time);
    int64_t most = (int64_t)virtual_of(COST_MAX, q->weight[class]);

    return ahead > 0 && ahead <= most ? q->mark[class] : q->time;
}

static struct sc_queue_line part_of(const struct sc_queue_line *l, int64_t calls)
{
    struct sc_queue_line part = {.calls = calls < l->calls ? calls : l->calls};

    part.cost_ns = (int64_t)((__int128)l->cost_ns * part.calls / l->calls);
    part.units = (int64_t)((__int128)l->units * part.calls / l->calls);
    return part;
}

/* Those of another class that start before a call that starts at `start`; of two that start
 * together that of the weightier class, which comes first in the order of classes. */
static struct sc_queue_line before(const struct sc_queue *q, const struct sc_queue_line *l,
                                   int other, int class, uint64_t start)
{
    int64_t gap = after(start, sc_queue_start(q, other));
    int64_t each;

    if (l->calls <= 0 || gap < 0 || (gap == 0 && other > class))
        return (struct sc_queue_line){0};
    each = (int64_t)virtual_of(l->cost_ns / l->calls, q->weight[other]);
    return part_of(l, gap / each + (gap % each != 0 || other < class));
}

struct sc_queue_line sc_queue_ahead(const struct sc_queue *q,
                                    const struct sc_queue_line lines[SC_QUEUE_CLASSES], int class)
{
    struct sc_queue_line sum = lines[class];
    uint64_t start = sc_queue_start(q, class);

    if (sum.calls > 0)
        start += (uint64_t)((__int128)sum.cost_ns * SCALE / q->weight[class]);
    for (int i = 0; i < SC_QUEUE_CLASSES; i++) {
        struct sc_queue_line more;

        if (i == class)
            continue;
        more = before(q, &lines[i], i, class, start);
        sum.calls += more.calls;
        sum.cost_ns += more.cost_ns;
        sum.units += more.units;
    }
    return sum;
}

uint64_t sc_queue_pay(uint64_t mark, void *arg)
{
    const struct sc_queue_go *go = arg;
    struct sc_queue q = *go->queue;

    q.mark[go->class] = mark;
    return sc_queue_start(&q, go->class) + virtual_of(go->cost_ns, q.weight[go->class]);
}

/* The earliest start of who waits. Nobody does: all that was to be paid is paid. */
uint64_t sc_queue_time(const struct sc_queue *q, const struct sc_queue_line lines[SC_QUEUE_CLASSES])
{
    uint64_t first = q->time, last = q->time;
    bool any = false;

    for (int i = 0; i < SC_QUEUE_CLASSES; i++) {
        uint64_t start = sc_queue_start(q, i);

        if (after(start, last) > 0)
            last = start;
        if (lines[i].calls > 0 && (!any || after(start, first) < 0)) {
            first = start;
            any = true;
        }
    }
    return any ? first : last;
}

uint64_t sc_queue_advance(uint64_t time, void *arg)
{
    uint64_t to = *(const uint64_t *)arg;

    return after(to, time) > 0 ? to : time;
}
