/* fleet_slot.h - the words that fleet*.c share. Private to state/. */
#ifndef SC_STATE_FLEET_SLOT_H
#define SC_STATE_FLEET_SLOT_H

#include <stddef.h>
#include <stdint.h>

#include "state/layout.h"

/* Words of a fleet slot, beside the slot of the same place (layout.h). */
enum { SC_F_ID, SC_F_ACTIVE };
/* REQUESTS, TOKENS */
enum {
    SC_F_SHARE = 2,
    SC_F_END,    /* of the lease */
    SC_F_ASKED,  /* units that calls have asked for, ever ... */
    SC_F_TOLD,   /* ... and when demand was last said, */
    SC_F_AT,     /* which was then */
    SC_F_DEMAND, /* as said */
    SC_F_OTHERS, /* of the other hosts, and how many they are */
    SC_F_HOSTS,
    SC_F_POLLS, /* units of calls that found no slot, each time they looked */
    SC_F_POLLED,
    SC_F_UNIT /* the share that the bucket is counted in; 0: none has been used */
};
/* GATE, LATCH, BREAKER: what was last said or heard; when somebody set out to say more. */
enum { SC_F_KNOWN = 2, SC_F_CLAIM };
/* SPENT: what others have spent, as core/money.h writes it (more is learned, nothing forgotten, so
 * a Redis that was emptied takes nothing back), and what they have set aside. */
enum { SC_F_ELSEWHERE = 2, SC_F_ASIDE, SC_F_HEARD };

/* A call without a slot looks so often. */
#define SC_FLEET_LOOK_NS INT64_C(25000000)

#define SC_FLEET_RECENT_NS INT64_C(1200000000)

static inline struct sc_fleet_slot *sc_fleet_slot_at(struct sc_region *r, size_t i)
{
    return &r->fleet_slots[i / SC_KINDS][i % SC_KINDS];
}

#endif
