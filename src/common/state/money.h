/*
 * money.h - a call's way through the budgets that are for it. See core/money.h for the words.
 *
 * The caller owns the ticket's memory (sc_money_size bytes, zeroed) and keeps it until after
 * sc_state_end; it fills in `n`, `who`, and for each budget `held[i].budget`, and hands it to
 * sc_state_begin. Before each attempt it says by sc_money_quote what the attempt may cost; the rest
 * happens in sc_state_admit, sc_state_settle and sc_state_end. After each of them it takes the
 * alerts that became due. Like all of state/, nothing here waits, allocates, or changes errno.
 */
#ifndef SC_STATE_MONEY_H
#define SC_STATE_MONEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/money.h"
#include "core/settings.h"
#include "provider/prices.h"
#include "state/slot.h"
#include "state/world.h"

/* Who makes the call, beside its sc_scope_key. */
struct sc_money_labels {
    struct sc_str task, dag, program;
};

/* One budget of a call. All but `budget` is private. */
struct sc_money_held {
    const struct sc_money_budget *budget;
    const sc_word *elsewhere; /* other hosts: spent, set aside, as of when; NULL: none */
    sc_word *words;           /* SC_SLOT_SPENT; NULL: no memory, the budget is not kept */
    uint64_t hash;            /* of its leases */
    uint64_t id;              /* in the books */
    sc_word *lease;           /* lease and amount; NULL: nothing set aside */
    uint64_t lease_word;
    int64_t asked;         /* -1: not known */
    int64_t spent, others; /* as seen when last asked */
    struct sc_money_tell tell;
    uint32_t told; /* alerts looked at, of those due; n_alerts: none is left */
    char label[SC_LABEL_MAX];
};

struct sc_money_ticket {
    size_t n;
    struct sc_money_labels who;
    struct sc_region *region;
    int64_t wall_ns; /* CLOCK_REALTIME minus the state's clock */
    bool no_books;   /* nothing is read from them, nor written */
    size_t refused;  /* which one refused */
    struct sc_money_held held[];
};

size_t sc_money_size(size_t n);

/* What the next attempt may cost: price NULL if not known, output < 0 if it does not say. */
void sc_money_quote(struct sc_money_ticket *m, const struct sc_price *price, int64_t input,
                    int64_t output);

/* An alert that is due, and that nobody else gives. */
struct sc_money_alert {
    const struct sc_money_budget *budget;
    const char *label; /* "budget=team task=load" */
    int fraction;      /* 1/10000 */
    int64_t spent_nano;
    int64_t until_s; /* end of the period, INT64_MAX: ever */
    bool refused;    /* the first call that did not fit */
};
bool sc_money_take_alert(struct sc_money_ticket *m, int64_t now_ns, struct sc_money_alert *out);

/* ---- for begin.c, admit.c and settle.c ---- */

/* world: NULL: this machine. */
void sc_money_begin(struct sc_money_ticket *m, struct sc_region *r, const struct sc_scope_key *k,
                    const struct sc_world *world, int64_t now_ns);

/* Sets aside what was quoted, in every budget or in none. */
enum sc_money_answer sc_money_reserve(struct sc_money_ticket *m, int64_t now_ns,
                                      int64_t deadline_ns);
void sc_money_release(struct sc_money_ticket *m);

/* The attempt has ended. cost: -1 not known, what was set aside counts. Nothing stays set aside. */
void sc_money_settle(struct sc_money_ticket *m, int64_t cost_nano, int64_t now_ns);

/* Until the period of the budget that refused ends; -1: never. */
int64_t sc_money_until_ns(const struct sc_money_ticket *m, int64_t now_ns);

/* ---- for commands ---- */

struct sc_money_view {
    int64_t limit, spent, held; /* nano-dollars */
    unsigned calls;             /* that have something set aside */
    uint64_t alerts;
    enum sc_period per;
    enum sc_on_spent on_spent;
    int64_t until_s;
    bool refused;
};
void sc_money_look(struct sc_region *r, const sc_word *words, int64_t wall_s, int64_t now_ns,
                   struct sc_money_view *out);

/* The same swap for whoever runs a command at alerts: `tell` is filled in. */
void sc_money_run_alerts(sc_word *words, int64_t wall_s, struct sc_money_tell *tell);

#endif
