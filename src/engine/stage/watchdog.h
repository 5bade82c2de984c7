/*
 * watchdog.h - the rule's own bounds on time: first output, gap between pieces.
 *
 * libcurl's timeouts know of connections and whole transfers, not of tokens. Where a rule asks for
 * more, a progress trampoline stands in the handle; libcurl calls it with every piece and at least
 * about once a second, so that is how exact the bounds are. The program's own progress callback
 * runs inside it.
 */
#ifndef SC_STAGE_WATCHDOG_H
#define SC_STAGE_WATCHDOG_H

#include "call/transfer.h"

/* Whether the transfer's rule asks for it. */
bool sc_watchdog_wanted(const struct sc_transfer *t);

void sc_watchdog_install(struct sc_shadow *s);
void sc_watchdog_uninstall(struct sc_shadow *s);

/* A piece of output has passed. */
void sc_watchdog_feed(struct sc_transfer *t);

/* libcurl's result of an attempt, with our abort told as the timeout that it is. */
CURLcode sc_watchdog_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc);

#endif
