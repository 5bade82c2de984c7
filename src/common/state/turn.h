/* turn.h - when a call may go that others go before. Looks, and changes nothing. Private to state/.
 */
#ifndef SC_STATE_TURN_H
#define SC_STATE_TURN_H

#include <stdbool.h>

#include "core/queue.h"
#include "state/queue.h"

/* When buckets and gates have room for all that goes before it, and for it; not before now. */
int64_t sc_turn_start(const struct sc_ticket *t, const struct sc_queue_line *ahead, int64_t now_ns);

/* Whether what `concurrent` still allows is for those before it. */
bool sc_turn_leases_are_others(const struct sc_ticket *t, const struct sc_queue_view *v,
                               int64_t now_ns);

/* Whether it had better be told now that it will not get its turn in time; start: as forecast. */
bool sc_turn_is_hopeless(const struct sc_ticket *t, const struct sc_queue_view *v, int64_t start_ns,
                         int64_t now_ns);

#endif
