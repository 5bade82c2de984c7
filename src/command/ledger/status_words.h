/* status_words.h - what status says of a scope, for people and as JSON. */
#ifndef SC_LEDGER_STATUS_WORDS_H
#define SC_LEDGER_STATUS_WORDS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "ledger/state_view.h"

/* One way to write for people and for programs: `key` for JSON, the rest is the value. */
struct sc_writer {
    FILE *to;
    bool json;
    int fields; /* in the current object */
};

/* A line for each thing that the scope has (JSON: a member). */
void sc_status_scope(struct sc_writer *w, const struct sc_state_view *v,
                     const struct sc_scope_view *s, int64_t now_ns);

/* The headline: the worst that would happen to a call now, and why; then each provider. False: a
 * call would be refused. */
bool sc_status_headline(struct sc_writer *w, const struct sc_state_view *v, int64_t now_ns);

/* All of it: one JSON object, without a newline behind it. */
void sc_status_json(FILE *to, const struct sc_state_view *v, int64_t now_ns);

#endif
