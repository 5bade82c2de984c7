/*
 * transfer.h - one managed call under way.
 *
 * Hangs on its shadow, not on the stack: a callback of the program may longjmp past us, and then
 * the next call on the handle finds and frees it. Nothing in here is a lock, a count or a flag
 * that others wait for. Its parts belong to who is named there; a stage's own state lies in the
 * arena (stage/stage.h).
 */
#ifndef SC_CALL_TRANSFER_H
#define SC_CALL_TRANSFER_H

#include "call/attempt.h"
#include "call/route.h"
#include "core/call.h"
#include "core/stages.h"
#include "handle/shadow.h"
#include "process/runtime.h"
#include "state/state.h"
#include "wire/exchange.h"
#include "wire/playback.h"
#include "wire/request.h"

/* What the request was measured at (estimate.h). */
struct sc_estimate {
    struct sc_str of;      /* this body; p NULL: none that can be seen */
    int64_t tokens, blobs; /* of its text; and images and such */
    bool seen;             /* false: by its length alone */
};

/* A wait for what all processes share. */
struct sc_wait {
    int64_t end_ns;     /* when it will be over */
    int64_t since_ns;   /* 0: it does not wait */
    int64_t recheck_ns; /* how long it may go on without asking again: the driver's choice */
    bool asked;         /* this attempt has asked before */
};

struct sc_own_answer; /* call/refusal.h */
struct sc_aside;      /* drive/aside.h */
struct sc_hedging;    /* call/hedged.h */
struct sc_race;       /* drive/race.h */

/* What stands in for the wire of the next attempt: a fault on purpose. */
struct sc_feigned {
    struct sc_own_answer *answer; /* NULL: nothing does */
    bool delayed;                 /* nothing but time stands before it */
    int64_t at_ns;                /* when it comes */
    bool shown; /* to the program, whatever it is; else it is an attempt like any other */
};

enum { SC_ARENA = 1024 };

struct sc_transfer {
    struct sc_shadow *shadow;
    uint64_t id;
    uint64_t random;                        /* for sc_random_next */
    void (*on_head)(struct sc_transfer *t); /* a final header block is there; NULL: nobody asks */
    struct sc_call call;
    struct sc_verdict verdict; /* of the last attempt, or of our own answer (call/judge.h) */
    struct sc_route route;
    struct sc_attempt attempt;
    struct sc_exchange x;
    struct sc_request req;
    struct sc_playback play;
    struct sc_ticket ticket;       /* its place in the shared state */
    struct sc_money_ticket *money; /* and in the budgets; NULL: none is for it */
    struct sc_estimate estimate;
    struct sc_wait wait;
    struct sc_feigned feigned;
    struct sc_own_answer *own_answer; /* instead of the service's; NULL: none */
    struct sc_aside *aside;           /* the first target's answer; NULL: it may yet come */
    struct sc_hedging *hedging;       /* its rule asks for second attempts; else NULL */
    struct sc_race *race;             /* an attempt that may have one is under way; else NULL */
    bool put_aside; /* the last answer is no longer there, and the next has not been asked for */
    bool ended;     /* the stages know that it is over */
    sc_stage_set stages; /* those that are on, by enum sc_stage_id */
    sc_stage_set idle;   /* those of them that nothing has been needed of yet: see stage/stage.h */
    uint16_t at[SC_STAGE_COUNT]; /* where a stage's state lies in the arena, plus one; 0: nowhere */
    uint16_t used;               /* of the arena */
    _Alignas(16) unsigned char arena[SC_ARENA];
};

struct sc_transfer *sc_transfer_new(struct sc_shadow *s);
void sc_transfer_free(struct sc_transfer *t);

/* Bytes of the call's own, zeroed, that live as long as it does; NULL: the arena is full. */
void *sc_transfer_alloc(struct sc_transfer *t, size_t n);

#endif
