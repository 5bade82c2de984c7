/*
 * state_view.h - the shared state as the commands show it: a list of scopes with their words.
 *
 * Reading takes no lock and changes nothing; the words go on changing while they are read.
 */
#ifndef SC_LEDGER_STATE_VIEW_H
#define SC_LEDGER_STATE_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "state/slot.h"

struct sc_scope_view {
    char label[SC_LABEL_MAX + 1]; /* "provider=openai host=api.openai.com model=gpt-4o" */
    sc_word *words[SC_KINDS];     /* by sc_slot_kind; NULL: this scope has none */
};

struct sc_state_view {
    struct sc_region *region; /* NULL: there is no state */
    char folder[1024];
    char why[512]; /* without a region, or with a damaged record: what was found */
    bool unusable; /* and that is a fault: programs cannot share anything there, or are cut off */
    struct sc_scope_view *scopes; /* sorted by label */
    size_t n;
};

/* Opens the state of `folder` (NULL: the one that programs would use). False: no such folder can
 * be named. */
bool sc_state_view_open(struct sc_state_view *v, const char *folder);

/* Reads the scopes (anew). */
void sc_state_view_read(struct sc_state_view *v);

/* The value of a part of a label ("host"); "" if it has none. */
void sc_label_part(const char *label, const char *name, char *buf, size_t n);

/* What the words of a breaker say now. */
struct sc_breaker;
struct sc_breaker sc_breaker_view(sc_word *words, int64_t now_ns);

#endif
