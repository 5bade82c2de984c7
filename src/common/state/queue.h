/*
 * queue.h - the calls that wait for a limit, and whose turn it is (core/queue.h).
 *
 * Each waiting call has a *place*: three words that say whose it is, of which class, since when,
 * what it takes, and by when it will look again. Nothing of the limit is reserved for it before its
 * turn comes, at most SC_QUEUE_EARLY_NS before it may go; so who is killed, stopped or given up
 * leaves nothing behind: a place whose owner has not looked by its time is passed over by all
 * others. He who was only late finds his turn again when he looks.
 *
 * Private to state/, but for who shows the state (sc_queue_reading).
 */
#ifndef SC_STATE_QUEUE_H
#define SC_STATE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/queue.h"
#include "core/time.h"
#include "state/state.h"

/* So long before it may go a call takes its part of the limit for good: a sleeper that wakes up
 * late then loses nobody's time. */
#define SC_QUEUE_EARLY_NS (50 * SC_NS_PER_MS)

/* Who waits looks this often, and is passed over when it is late by this. */
#define SC_QUEUE_LOOK_NS (100 * SC_NS_PER_MS)
#define SC_QUEUE_LATE_NS (50 * SC_NS_PER_MS)

/* The queue as one call sees it. */
struct sc_queue_view {
    struct sc_queue q;
    struct sc_queue_line lines[SC_QUEUE_CLASSES]; /* of its own class: who came before it */
    struct sc_queue_line behind;                  /* of its own class: who came after it */
    struct sc_queue_line ahead;                   /* what goes before it */
};

/* Looks at who waits. */
void sc_queue_look(const struct sc_ticket *t, int64_t now_ns, struct sc_queue_view *v);

/* Waits from now on, if it does not yet, and will look again at `look_ns`. */
void sc_queue_wait(struct sc_ticket *t, int64_t look_ns, int64_t now_ns);

/* It goes: its class has that much less to ask for. */
void sc_queue_gone(struct sc_ticket *t, const struct sc_queue_view *v);

/* It waits no longer. Does nothing for who does not wait. */
void sc_queue_leave(struct sc_ticket *t);

/* How many wait, by class, and their weights. */
struct sc_queue_reading {
    int64_t calls[SC_QUEUE_CLASSES];
    unsigned weight[SC_QUEUE_CLASSES];
};
void sc_queue_reading(struct sc_region *r, const sc_word *words, int64_t now_ns,
                      struct sc_queue_reading *out);

/* For say_terms: the weights and the hash of the places, for whoever looks. */
void sc_queue_say(sc_word *words, const struct sc_limits *l, uint64_t hash);

#endif
