/*
 * fleet.h - a limit that hosts share: who has how much of it, for how long.
 *
 * A host has a share of each limit for a lease and serves its calls from its own bucket, at that
 * part of the rate. The shares of leases that have not ended are never more than the whole, so
 * whatever the hosts do, together they keep the limit. Each says what it could use; where that is
 * less than the whole, the rest lies ready for who comes, but for some room to grow; where it is
 * more, everybody gets the same part of it.
 *
 *     host A wants 90 %, B 10 %:   A 0.9, B 0.1          both want all: half each
 *     A wants 20 %, nobody else:   A 0.2 and half of the rest
 *
 * What a bucket has in it (its credit) moves with the shares: a share that shrinks gives back what
 * it cannot hold any more, one that grows gets of what others gave back. Shares are in 1e-9 of the
 * limit, credit in ns at the whole limit's rate. Pure; nothing here knows of a network.
 */
#ifndef SC_CORE_FLEET_H
#define SC_CORE_FLEET_H

#include <stdbool.h>
#include <stdint.h>

#define SC_FLEET_ALL INT64_C(1000000000)

/* A lease; how often a host asks anew while it has calls, and when more could be had. */
#define SC_FLEET_LEASE_NS INT64_C(1000000000)
#define SC_FLEET_PERIOD_NS INT64_C(600000000)
#define SC_FLEET_PRESSED_NS INT64_C(250000000)

/* So many hosts there may be, where nobody says and Redis has not. */
#define SC_FLEET_GUESS 8

/* After a failure: when it is tried again. */
#define SC_FLEET_AWAY_NS INT64_C(1000000000)

/* Slots of a shared bucket are given out so far ahead at most: the share may be another then. */
#define SC_FLEET_AHEAD_NS INT64_C(200000000)

struct sc_fleet_lease {
    int64_t share;  /* as granted */
    int64_t end_ns; /* by this host's clock */
};

/* How many hosts to divide by: known, 0: Redis has not said; stated: by the policy, 0: it is not.
 */
int64_t sc_fleet_hosts(int64_t known, int64_t stated);

/* The share to go by now. away: Redis is, or has never been met; hosts: to divide by. 0: none, ask
 * for one. */
int64_t sc_fleet_share(const struct sc_fleet_lease *l, int64_t now_ns, bool away, int64_t hosts);

/* Who has waited for a share for long enough, while others have it all, goes by this. */
int64_t sc_fleet_crumb(int64_t hosts);

/* What n units cost in the bucket of a share of `limit` units a minute. */
int64_t sc_fleet_cost(int64_t n, int64_t limit, int64_t share);

struct sc_fleet_use {
    int64_t before;     /* demand as last said */
    int64_t asked;      /* units that calls have asked for since */
    int64_t span_ns;    /* since then */
    int64_t waiting_ns; /* what is reserved ahead in the bucket beyond its burst ... */
    int64_t share;      /* ... of this share */
    int64_t limit;
    int64_t calls_waiting; /* units of calls that have no slot yet */
};

/* The part of the limit that this host could use now; more than SC_FLEET_ALL if it could use more.
 */
int64_t sc_fleet_demand(const struct sc_fleet_use *u);

/* The share to ask for, never so small that one call would be a debt for long: others: what the
 * other hosts said that they could use, of `n` of them. */
int64_t sc_fleet_want(int64_t demand, int64_t others, int64_t n);

/* Whether a round trip before its time would bring more than a host has. */
bool sc_fleet_is_worth(int64_t share, int64_t want);

/* Round trips for news alone: five at once, then five a second. */
#define SC_FLEET_NEWS_NS INT64_C(200000000)
#define SC_FLEET_NEWS_BURST_NS INT64_C(1000000000)

/* What closed until `until` has to be told at once if others take it for open, or will far too
 * soon; all else goes with the next trip. `before`: what they were told. */
bool sc_fleet_is_urgent(int64_t before_ns, int64_t until_ns, int64_t now_ns);

/* What others have spent: sum: of their counters that are there; most: the most that anybody has
 * known of in all, himself included. Both only grow, so in whatever order they are merged, and
 * however often, the result is the same; and a counter that was lost with its keeper, its host
 * being away, is not forgotten by who had heard of it. */
int64_t sc_fleet_others_spent(int64_t own, int64_t sum, int64_t most);

/* What is in a bucket. */
int64_t sc_fleet_credit(uint64_t tat, int64_t burst_ns, int64_t share, int64_t now_ns);

struct sc_fleet_move {
    int64_t now_ns, burst_ns;
    int64_t from, to; /* shares; from 0: the lease has ended, and with it what was in the bucket */
    int64_t unit;     /* the share that what was reserved is counted in: debts stay. 0: `from` */
    int64_t grant;    /* credit that comes along; < 0: that was given back */
};

/* The bucket at another share: what was in it stays, what was reserved as well. `arg`: struct
 * sc_fleet_move. */
uint64_t sc_fleet_move(uint64_t tat, void *arg);

#endif
