/*
 * watchdog.h - the rule's own bounds on time: first output, gap between outputs.
 *
 * libcurl's timeouts know of connections and whole transfers, not of tokens. Where a rule asks for
 * more, a progress trampoline stands in the handle; libcurl calls it with every piece and at least
 * about once a second, so that is how exact the bounds are. The program's own progress callback
 * runs inside it.
 *
 * Only the server's time counts: not what the program takes in its callbacks, nor while it has
 * paused the transfer. And only output ends a wait: no comment, ping or blank that a server sends
 * to keep a connection alive.
 */
#ifndef SC_STAGE_WATCHDOG_H
#define SC_STAGE_WATCHDOG_H

#include "call/transfer.h"

/* Whether the transfer's rule asks for it. */
bool sc_watchdog_wanted(const struct sc_transfer *t);

/* Also where the program has a progress callback of its own. To it several attempts are one
 * transfer: the numbers of an upload do not fall, those of a failure that is held are not told
 * before it is handed over. */
void sc_watchdog_install(struct sc_shadow *s);

/* An attempt begins. */
void sc_watchdog_begin(struct sc_transfer *t);

/* The program may have paused, or gone on. */
void sc_watchdog_paused(struct sc_transfer *t);

/* Around the program's own callbacks, where the watchdog is installed: */
int64_t sc_watchdog_aside(const struct sc_shadow *s);
void sc_watchdog_back(const struct sc_shadow *s, int64_t from_ns);

/* The same, after a piece of the body. */
void sc_watchdog_fed(const struct sc_shadow *s, int64_t from_ns, const char *p, size_t n);

/* libcurl's result of an attempt, with our abort told as the timeout that it is. */
CURLcode sc_watchdog_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc);

#endif
