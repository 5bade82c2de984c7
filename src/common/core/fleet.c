#include "core/fleet.h"

#include "core/limiter.h"
#include "core/time.h"

#define HOSTS_MAX 1000000

/* Of numbers that may be large: never more than the horizon of a limiter. */
static int64_t scale(int64_t x, int64_t by, int64_t over)
{
    __int128 y = over > 0 ? (__int128)x * by / over : 0;

    if (y > SC_LIMITER_HORIZON_NS)
        return SC_LIMITER_HORIZON_NS;
    return y < -SC_LIMITER_HORIZON_NS ? -SC_LIMITER_HORIZON_NS : (int64_t)y;
}

/* Words of the shared memory and of a reply may hold anything. */
static int64_t within(int64_t x, int64_t least, int64_t most)
{
    return x < least ? least : x > most ? most : x;
}

int64_t sc_fleet_hosts(int64_t known, int64_t stated)
{
    int64_t n = known > stated ? known : stated;

    return n > 0 ? within(n, 1, HOSTS_MAX) : SC_FLEET_GUESS;
}

int64_t sc_fleet_crumb(int64_t hosts)
{
    return SC_FLEET_ALL / (16 * within(hosts, 1, HOSTS_MAX));
}

int64_t sc_fleet_share(const struct sc_fleet_lease *l, int64_t now, bool away, int64_t hosts)
{
    /* An end that is too far ahead is damage, and no lease. */
    if (now < l->end_ns && l->end_ns - now <= SC_FLEET_LEASE_NS && l->share <= SC_FLEET_ALL)
        return l->share > 0 ? l->share : 0;
    return away ? SC_FLEET_ALL / (hosts > 0 ? hosts : 1) : 0;
}

int64_t sc_fleet_cost(int64_t n, int64_t limit, int64_t share)
{
    int64_t whole = sc_limiter_cost(n, limit);

    if (share >= SC_FLEET_ALL)
        return whole;
    return share > 0 ? scale(whole, SC_FLEET_ALL, share) : SC_LIMITER_HORIZON_NS;
}

/* Calls come in fits: half of what is said is what was said before, but a rise is believed. Who
 * waits is to be served within a second. */
int64_t sc_fleet_demand(const struct sc_fleet_use *u)
{
    int64_t span = u->span_ns > 50 * SC_NS_PER_MS ? u->span_ns : 50 * SC_NS_PER_MS;
    int64_t now = scale(sc_limiter_cost(u->asked, u->limit), SC_FLEET_ALL, span);
    int64_t wait = u->waiting_ns > 0 ? scale(u->waiting_ns, u->share, SC_NS_PER_S) : 0;
    int64_t before = within(u->before, 0, SC_LIMITER_HORIZON_NS);
    int64_t smooth = span > 2 * SC_NS_PER_S || now > before ? now : (now + before) / 2;

    return smooth + wait +
           scale(sc_limiter_cost(u->calls_waiting, u->limit), SC_FLEET_ALL, SC_NS_PER_S);
}

int64_t sc_fleet_want(int64_t demand, int64_t others, int64_t n)
{
    int64_t sum, least, share;

    demand = within(demand, 0, HOSTS_MAX * SC_FLEET_ALL);
    others = within(others, 0, HOSTS_MAX * SC_FLEET_ALL);
    n = within(n, 0, HOSTS_MAX);
    sum = demand + others;
    least = sc_fleet_crumb(n + 1);
    if (sum >= SC_FLEET_ALL)
        share = scale(demand, SC_FLEET_ALL, sum);
    else
        share = demand + (SC_FLEET_ALL - sum) / (n + 2);
    return share > least ? share : least;
}

/* Not for what comes and goes by chance. */
bool sc_fleet_is_worth(int64_t share, int64_t want)
{
    return share < SC_FLEET_ALL && want > share + share / 8;
}

bool sc_fleet_is_urgent(int64_t before, int64_t until, int64_t now)
{
    return until > now && (before <= now || until - before > SC_NS_PER_S);
}

int64_t sc_fleet_others_spent(int64_t own, int64_t sum, int64_t most)
{
    return sum > most - own ? sum : most - own;
}

int64_t sc_fleet_credit(uint64_t tat, int64_t burst, int64_t share, int64_t now)
{
    int64_t left = burst - sc_limiter_backlog(tat, now);

    return left > 0 ? scale(left, share, SC_FLEET_ALL) : 0;
}

uint64_t sc_fleet_move(uint64_t tat, void *arg)
{
    const struct sc_fleet_move *m = arg;
    int64_t left = m->burst_ns - sc_limiter_backlog(tat, m->now_ns); /* < 0: a queue */
    bool is_debt = left < 0 && m->unit > 0 && m->unit <= SC_FLEET_ALL;
    int64_t credit = scale(left, is_debt ? m->unit : m->from, SC_FLEET_ALL) +
                     within(m->grant, -SC_LIMITER_HORIZON_NS, SC_LIMITER_HORIZON_NS);
    int64_t most, x;

    if (m->to <= 0)
        return tat;
    most = scale(m->burst_ns, m->to, SC_FLEET_ALL);
    if (credit > most)
        credit = most;
    x = m->burst_ns - scale(credit, SC_FLEET_ALL, m->to);
    return (uint64_t)(m->now_ns + within(x, 0, SC_LIMITER_HORIZON_NS)); /* more is damage */
}
