#include "simulate/result.h"

#include <stdlib.h>
#include <string.h>

#include "core/time.h"

/* How many seconds are looked at to see whether things are well again, and what is well. */
enum { WELL_SECONDS = 5 };
#define WELL 0.95

static int64_t end_of(const struct sc_sim_event *e)
{
    return e->for_ns > INT64_MAX - e->at_ns ? INT64_MAX : e->at_ns + e->for_ns;
}

/* From the first event's beginning to the last one's end; false: there is none, or no end of it. */
static bool time_of_trouble(const struct sc_scenario *s, int64_t *from, int64_t *to)
{
    *from = INT64_MAX;
    *to = 0;
    for (size_t i = 0; i < s->n_events; i++) {
        if (s->events[i].at_ns < *from)
            *from = s->events[i].at_ns;
        if (end_of(&s->events[i]) > *to)
            *to = end_of(&s->events[i]);
    }
    return s->n_events > 0 && *to < s->for_ns;
}

static double answered(const struct sc_sim_tally *t, size_t from, size_t n)
{
    double sum = 0;

    for (size_t i = from; i < from + n && i < t->n_seconds; i++)
        sum += t->seconds[i].answered;
    return sum;
}

static double peak(const struct sc_sim_tally *t, size_t from)
{
    uint32_t most = 0;

    for (size_t i = from; i < t->n_seconds; i++)
        if (t->seconds[i].attempts > most)
            most = t->seconds[i].attempts;
    return most;
}

/* The first seconds of a run do not count: what has begun is not answered yet. */
static double recovery(const struct sc_sim_tally *t, size_t first, size_t last, size_t end)
{
    size_t skip = first > 20 ? 10 : first / 2;
    double before;

    if (first <= skip)
        return -1;
    before = answered(t, skip, first - skip) / (double)(first - skip);
    for (size_t i = last; i + WELL_SECONDS <= end; i++)
        if (answered(t, i, WELL_SECONDS) >= WELL * before * WELL_SECONDS)
            return (double)(i - last);
    return -2;
}

static int64_t busiest(const struct sc_sim_tally *t)
{
    int64_t sum = 0, most = 0;

    for (size_t i = 0; i < t->n_seconds; i++) {
        sum += t->seconds[i].attempts;
        if (i >= 60)
            sum -= t->seconds[i - 60].attempts;
        if (sum > most)
            most = sum;
    }
    return most;
}

void sc_sim_result_of(struct sc_sim_world *w, struct sc_sim_result *out)
{
    int64_t from, to;

    memset(out, 0, sizeof *out);
    snprintf(out->name, sizeof out->name, "%s", w->way->name);
    out->scenario = w->scenario;
    out->priced = w->price != NULL;
    out->tally = w->tally;
    memset(&w->tally, 0, sizeof w->tally);
    out->capacity = sc_scenario_capacity(w->scenario);
    out->peak = peak(&out->tally, 0);
    out->busiest_minute = busiest(&out->tally);
    out->peak_after = out->recovery_s = -1;
    if (!time_of_trouble(w->scenario, &from, &to))
        return;
    out->peak_after = peak(&out->tally, (size_t)(to / SC_NS_PER_S));
    out->recovery_s =
        recovery(&out->tally, (size_t)(from / SC_NS_PER_S), (size_t)(to / SC_NS_PER_S),
                 (size_t)(w->scenario->for_ns / SC_NS_PER_S));
}

void sc_sim_result_free(struct sc_sim_result *r)
{
    sc_sim_tally_free(&r->tally);
}
