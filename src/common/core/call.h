/*
 * call.h - the sans-I/O engine: one call's way through attempts and waits.
 *
 * The driver (easy_perform by sleeping, multi by timers, the simulator by a virtual clock, tests
 * by a table) asks `sc_call_next` what to do and reports what happened. Time and random numbers
 * are arguments. Worked example:
 *
 *     sc_call_begin(&call, &settings, now, deadline);
 *     for (;;) {
 *         sc_call_next(&call, now, &step);
 *         if (step.kind == SC_STEP_SEND)  { attempt; sc_call_outcome(&call, &result, now, rnd); }
 *         if (step.kind == SC_STEP_WAIT)  { sleep until step.until_ns; }
 *         if (step.kind == SC_STEP_DELIVER) { hand the last attempt's result over; break; }
 *     }
 *
 * Times are nanoseconds of one monotonic clock. A call belongs to one driver; no locks.
 */
#ifndef SC_CORE_CALL_H
#define SC_CORE_CALL_H

#include <stdbool.h>
#include <stdint.h>

#include "core/classify.h"
#include "core/settings.h"

#define SC_NEVER INT64_MAX

enum sc_step_kind { SC_STEP_SEND, SC_STEP_WAIT, SC_STEP_DELIVER };

enum sc_wait_reason { SC_WAIT_BACKOFF, SC_WAIT_HINT, SC_WAIT_GATE, SC_WAIT_LIMIT, SC_WAIT_FAULT };

/* Why a failure is handed over instead of tried again; for the log. */
enum sc_give_up {
    SC_GIVE_UP_NOT,       /* it is a success, or still going on */
    SC_GIVE_UP_CLASS,     /* this class is never retried */
    SC_GIVE_UP_ATTEMPTS,  /* max_attempts used up */
    SC_GIVE_UP_DEADLINE,  /* the wait does not fit the program's own timeout */
    SC_GIVE_UP_TOTAL,     /* the wait does not fit total_timeout_ms */
    SC_GIVE_UP_COMMITTED, /* the program has already seen bytes */
    SC_GIVE_UP_BODY,      /* the request body cannot be sent again */
    SC_GIVE_UP_UNSAFE,    /* it may have been processed, and must not be twice */
    SC_GIVE_UP_ABORTED,   /* the program stopped it */
    SC_GIVE_UP_DISABLED,  /* "retry": false */
    SC_GIVE_UP_BUDGET,    /* the retry budget is used up */
    SC_GIVE_UP_REFUSED,   /* breaker, limit or gate let no other attempt through */
    SC_GIVE_UP_HINT,      /* the server asks for a longer wait than SC_HINT_PATIENCE_MS */
    SC_GIVE_UP_CHAIN,     /* another target may answer before the wait is over */
    SC_GIVE_UP_TARGETS,   /* no other target has answered, either */
    SC_GIVE_UP_SHADOW     /* the rule only says what it would have done */
};

struct sc_step {
    enum sc_step_kind kind;
    int64_t until_ns;           /* SC_STEP_WAIT: absolute end of the wait */
    enum sc_wait_reason reason; /* SC_STEP_WAIT */
};

struct sc_result {
    struct sc_verdict verdict;
    bool committed;  /* the program has seen bytes of this attempt */
    bool replayable; /* the request can be sent again from its start */
    bool once;       /* it must not be processed twice (provider/paths.h) */
};

struct sc_call {
    const struct sc_settings *settings;
    int64_t start_ns;
    int64_t deadline_ns; /* the program's own timeout, SC_NEVER if none */
    int64_t part_ns;     /* when its current request began; only one of several begins later */
    int64_t wait_until_ns;
    int64_t previous_delay_ms; /* for decorrelated jitter */
    int attempts;              /* attempts ended so far */
    int repeated;              /* of them those that were made again for the driver's sake */
    enum sc_class last;        /* by whose strategy the last one was judged */
    unsigned char failed[SC_CLASS_COUNT]; /* ended attempts by strategy, but repeated ones */
    enum sc_wait_reason wait_reason;
    enum sc_give_up give_up;
    bool chained; /* another target may be asked after this one */
    int phase;
};

/* What somebody wishes to come next, whatever was decided; rising: the strongest wish wins. */
enum sc_next {
    SC_AS_DECIDED,
    SC_STOP,    /* no other attempt, for a reason that the core does not know */
    SC_MOVE,    /* the next target, at once */
    SC_REPEAT,  /* something is different about the request: once more, at once */
    SC_CONTINUE /* the next of several requests */
};

struct sc_wish {
    enum sc_next next;
    enum sc_give_up why; /* SC_STOP */
};

/* Each class counts its own attempts; no call has more than this, whatever happens to it: the most
 * that any class has. */
int sc_call_attempts_max(const struct sc_settings *s);

void sc_call_begin(struct sc_call *c, const struct sc_settings *s, int64_t now_ns,
                   int64_t deadline_ns);
void sc_call_next(struct sc_call *c, int64_t now_ns, struct sc_step *step);
/* rnd: 64 uniformly random bits. */
void sc_call_outcome(struct sc_call *c, const struct sc_result *r, int64_t now_ns, uint64_t rnd);

/* Carries a wish out: the one place where what was decided is changed. */
void sc_call_apply(struct sc_call *c, struct sc_wish wish, int64_t now_ns);

/* The driver has found something to be different about the request: it is sent again at once, and
 * the attempt that has just ended takes none of those that the settings allow. */
void sc_call_repeat(struct sc_call *c, int64_t now_ns);

/* The call is one of several requests, and the last one went well: the next is sent at once, with
 * all the attempts and all the time that a call of its own would have. */
void sc_call_continue(struct sc_call *c, int64_t now_ns);

/* Whether another target may be asked after the one that is asked now: then this one has no more
 * than SC_CHAIN_ATTEMPTS attempts of a class, and no wait between them is longer than
 * SC_CHAIN_WAIT_MS. */
enum { SC_CHAIN_ATTEMPTS = 2, SC_CHAIN_WAIT_MS = 2000 };
void sc_call_chained(struct sc_call *c, bool chained);

/* Another target is asked, at once and with all the attempts of a call of its own; the time is the
 * call's, and runs on. */
void sc_call_move(struct sc_call *c, int64_t now_ns);

/* Whether a failure was not given up: another attempt follows. */
bool sc_call_wants_retry(const struct sc_call *c);

/* The driver knows a reason against another attempt. */
void sc_call_stop(struct sc_call *c, enum sc_give_up why);

/* "attempts used up"-like words for the log; never NULL. */
const char *sc_give_up_name(enum sc_give_up g);
const char *sc_wait_reason_name(enum sc_wait_reason r);

#endif
