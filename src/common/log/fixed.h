/*
 * fixed.h - what of a line is the same from call to call of a handle, formatted once.
 *
 * Rule, provider, host and model are a third of what a line costs. Whoever makes events for the
 * same handle gives each a place (event.h: `fixed`) where the formatter keeps what it wrote of
 * these, and what that was of: the next line that is of the same copies it. Zero to begin with; for
 * one thread at a time.
 */
#ifndef SC_LOG_FIXED_H
#define SC_LOG_FIXED_H

#include "log/event.h"
#include "log/out.h"

struct sc_log_fixed {
    const char *rule, *provider; /* by address: the policy's, or constants */
    char host[64], model[64];    /* longer ones are formatted each time */
    enum sc_log_format format;
    uint16_t n; /* bytes of `text`, 0: none yet */
    char text[256];
};

/* Appends what was kept; false: nothing was, or not of this, or it does not fit. */
bool sc_log_fixed_put(const struct sc_event *e, enum sc_log_format format, struct sc_out *o);

/* Keeps what was written from `start` on, where nothing of it had to be left out. */
void sc_log_fixed_keep(const struct sc_event *e, enum sc_log_format format, const struct sc_out *o,
                       size_t start);

#endif
