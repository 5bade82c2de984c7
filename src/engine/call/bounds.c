/* bounds.c - see bounds.h. */
#include "call/bounds.h"

#include "core/time.h"

static int64_t own_or(int64_t own, int64_t rules)
{
    return own > 0 ? own : rules;
}

static bool is_bounded(const struct sc_target *to)
{
    return to && (to->timeouts.first_token_ms > 0 || to->timeouts.gap_ms > 0);
}

bool sc_bounds_may_come(const struct sc_transfer *t)
{
    const struct sc_chain *c = t->route.rule->chain;
    bool may = t->call.deadline_ns != SC_NEVER;

    for (size_t i = 0; i < c->n_links; i++)
        may |= is_bounded(c->links[i].target);
    for (size_t i = 0; i < c->n_route; i++)
        may |= is_bounded(c->route[i].to);
    return may;
}

int64_t sc_bounds_first_ms(const struct sc_transfer *t, bool shares, int64_t now_ns)
{
    int64_t own = own_or(t->route.target ? t->route.target->timeouts.first_token_ms : 0,
                         t->route.rule->settings->timeouts.first_token_ms);
    int64_t share;

    if (t->call.deadline_ns == SC_NEVER || !shares)
        return own;
    share = (t->call.deadline_ns - now_ns) / SC_NS_PER_MS / 3 * 2;
    return share > 0 && (own <= 0 || share < own) ? share : own;
}

int64_t sc_bounds_gap_ms(const struct sc_transfer *t)
{
    return own_or(t->route.target ? t->route.target->timeouts.gap_ms : 0,
                  t->route.rule->settings->timeouts.gap_ms);
}

int64_t sc_bounds_until(const struct sc_target *to, int64_t now_ns)
{
    return to->timeouts.total_ms > 0 ? now_ns + to->timeouts.total_ms * SC_NS_PER_MS : SC_NEVER;
}

bool sc_bounds_are_over(const struct sc_transfer *t)
{
    int64_t next =
        sc_call_wants_retry(&t->call) ? t->call.wait_until_ns : t->attempt.end_ns + SC_NS_PER_MS;

    return t->route.until_ns != 0 && next >= t->route.until_ns;
}
