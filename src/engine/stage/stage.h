/*
 * stage.h - a feature of a managed call: a file in this folder and a row in table.c.
 *
 * A stage is what a rule can switch off. Requests run down the table, responses run up it; a stage
 * that is off is not asked. docs/internals/STAGES.md walks through one.
 *
 * Any hook may be NULL. None blocks, none calls the program (but edit, while a body is read ahead),
 * none keeps a lock, a count or a pointer to the stack: a longjmp may throw away what is under way.
 * `end` comes once, at any time after begin. One thread at a time per transfer.
 *
 * A stage that has work to do only once a call does not simply succeed may set its bit in t->idle,
 * until `ended` or `refused` clears it: meanwhile it is not asked to send, judged, logged, end.
 */
#ifndef SC_STAGE_STAGE_H
#define SC_STAGE_STAGE_H

#include "call/transfer.h"
#include "core/stages.h"
#include "http/edit.h"
#include "log/log.h"

/* May the attempt go? The first answer that is not SC_GO ends the round. */
enum sc_go {
    SC_GO,
    SC_WAIT,     /* until plan->until_ns, then ask again */
    SC_STAND_IN, /* not on the wire: t->feigned comes instead */
    SC_ANSWER,   /* no: the program gets t->own_answer, which the stage has set */
    SC_GIVE_UP   /* no: the failure before stands, plan->why says for what reason */
};

struct sc_plan {
    int64_t now_ns;
    bool again; /* the round for this attempt has ended in a wait before */
    int64_t until_ns;
    enum sc_wait_reason reason;
    enum sc_give_up why;
};

enum sc_how {
    SC_ENDED_OK,
    SC_ENDED_FAILED,
    SC_ENDED_ANSWERED, /* by us */
    SC_ENDED_LEFT      /* in the middle: a longjmp, a cleanup. Nobody is told */
};

struct sc_stage {
    const char *name; /* as in the log, explain, docs */
    uint16_t state;   /* bytes of its own state `me`, zeroed, the call's */
    /* Before all others: which of the stages that are on (bits) this call is for. */
    unsigned (*narrow)(struct sc_transfer *t, void *me, unsigned on);
    /* down */
    void (*begin)(struct sc_transfer *t, void *me);                         /* the call begins */
    void (*edit)(struct sc_transfer *t, void *me, struct sc_edits *e);      /* the request's body */
    enum sc_go (*plan)(struct sc_transfer *t, void *me, struct sc_plan *p); /* t->x.wants, and go */
    void (*send)(struct sc_transfer *t, void *me);                          /* it goes now */
    /* up */
    void (*head)(struct sc_transfer *t, void *me); /* the final header block is there */
    CURLcode (*ended)(struct sc_transfer *t, void *me, CURLcode rc); /* our own aborts, told as what
                                                                        they are */
    struct sc_wish (*judged)(struct sc_transfer *t,
                             void *me);              /* class known, the core has decided */
    void (*logged)(struct sc_transfer *t, void *me); /* the attempt's line is written */
    void (*describe)(const struct sc_transfer *t, void *me,
                     struct sc_event *e); /* the call's line */
    /* Another target is asked next. `refused`: the plan round has ended with `go`; true: so the
     * call moves. */
    bool (*refused)(struct sc_transfer *t, void *me, const struct sc_plan *p, enum sc_go go);
    void (*leave)(struct sc_transfer *t, void *me); /* up: the target that was asked is done with */
    void (*enter)(struct sc_transfer *t, void *me); /* down: the next one's turn has come */
    /* Up: nobody is left to ask. An answer instead of the failure, in one block; NULL: none. */
    struct sc_own_answer *(*rescue)(struct sc_transfer *t, void *me);
    void (*end)(struct sc_transfer *t, void *me, enum sc_how how);
    /* The program has all of it, or never will, and the call's line is written: the last that is
     * heard of the call. `end` may have come long before, or come next. */
    void (*over)(struct sc_transfer *t, void *me, CURLcode rc);
};

/* By enum sc_stage_id (core/stages.h), outermost first; NULL: there is none of that name yet. */
extern const struct sc_stage *const sc_stage_table[SC_STAGE_COUNT];

/* The rounds, in the order in which drive/sequence.c runs them. */
void sc_stages_begin(struct sc_transfer *t);
void sc_stages_edit(void *transfer, struct sc_edits *e); /* an sc_rewrite_editor */
enum sc_go sc_stages_plan(struct sc_transfer *t, struct sc_plan *p);
void sc_stages_send(struct sc_transfer *t);
void sc_stages_head(struct sc_transfer *t);
CURLcode sc_stages_ended(struct sc_transfer *t, CURLcode rc);
struct sc_wish sc_stages_judged(struct sc_transfer *t); /* the strongest */
void sc_stages_logged(struct sc_transfer *t);
void sc_stages_describe(const struct sc_transfer *t, struct sc_event *e);
void sc_stages_over(struct sc_transfer *t, CURLcode rc);
bool sc_stages_refused(struct sc_transfer *t, const struct sc_plan *p, enum sc_go go);
void sc_stages_move(struct sc_transfer *t);                    /* leave, and enter */
struct sc_own_answer *sc_stages_rescue(struct sc_transfer *t); /* the first that there is */
void sc_stages_end(struct sc_transfer *t, enum sc_how how);

#endif
