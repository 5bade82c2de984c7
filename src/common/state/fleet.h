/*
 * fleet.h - the state of several hosts, brought together by a Redis.
 *
 * Each host goes by its own memory, of which this keeps the parts that concern all up to date: its
 * share of each limit, gates, latches and breakers that others have closed, and what others have
 * spent. What for, and in which numbers: core/fleet.h. How it is said: fleet.lua.
 *
 * One call of the host in a period makes the round trip for all of its processes: whoever moves
 * the word that says when the next one is due. There is no lock to be left behind. While Redis is
 * away the host goes on with its part of each limit, and one call in a second tries again.
 *
 *     sc_fleet_before(place, &ticket, &key, tokens, now, again, note) -> wait until, or 0: admit it
 *     sc_fleet_after(place, &ticket, now, note)        it has ended: what it closed is told at once
 */
#ifndef SC_STATE_FLEET_H
#define SC_STATE_FLEET_H

#include "state/fleet_trip.h"
#include "state/state.h"

/* 0, or when to come again: there is no share yet, and somebody is at it. note: "", or one line
 * for the log (SC_REDIS_NOTE bytes more than what a place's note has). */
enum { SC_FLEET_NOTE = SC_REDIS_NOTE + 256 };
int64_t sc_fleet_before(const struct sc_fleet_place *p, struct sc_ticket *t,
                        const struct sc_scope_key *k, int64_t tokens, int64_t now_ns, bool again,
                        char note[SC_FLEET_NOTE]);

void sc_fleet_after(const struct sc_fleet_place *p, struct sc_ticket *t, int64_t now_ns,
                    char note[SC_FLEET_NOTE]);

#endif
