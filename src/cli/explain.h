/* explain.h - the two halves of `steadycurl explain`. Both print to stdout. */
#ifndef SC_CLI_EXPLAIN_H
#define SC_CLI_EXPLAIN_H

#include "core/settings.h"
#include "provider/facts.h"

/* What a rule asks for, for people: one line a topic. */
void sc_explain_settings(const struct sc_settings *s);

/* The class of a response to attempt number `attempt`, and what would happen next. */
void sc_explain_response(const struct sc_settings *s, struct sc_response *r, int attempt);

/* "topic     text" with the text as by printf. */
void sc_explain_line(const char *topic, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
