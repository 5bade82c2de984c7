/*
 * state.h - what all processes know together: may this call go now, later, or not at all?
 *
 * A call carries a ticket. Every function is a handful of compare-and-swaps on shared words; none
 * waits, allocates, keeps errno from the caller, or leaves anything locked: a process killed at
 * any point, or a call that never returns (longjmp out of a callback), costs at most a slot that
 * stays unused and leases that expire. Worked example, one call (`S` is the rule's settings):
 *
 *     struct sc_scope_key key = {provider, host, model, rule, credential};
 *     struct sc_ticket t;                                // lives in the handle's shadow
 *     struct sc_admission a;
 *     struct sc_effects fx;
 *
 *     sc_state_begin(&t, &key, S, &(struct sc_call_facts){.deadline_ns = d}, sc_state_now());
 *     for (each attempt) {
 *         tokens = sc_state_estimate(&t, estimated_input) + max_output;
 *         sc_state_admit(&t, tokens, sc_state_now(), rnd, &a);
 *         while (a.verdict == SC_ADMIT_WAIT) {           // a.reason: gate or limit, for the log
 *             sleep until a.until_ns, but at most 100 ms; // calling the progress callback
 *             sc_state_recheck(&t, sc_state_now(), rnd, &a);
 *         }
 *         if (a.verdict == SC_ADMIT_REFUSE) {            // answer with a.refusal, a.retry_after_ms
 *             sc_state_end(&t, SC_CLASS_RATE_LIMITED, SC_END_SYNTHESIZED, now, rnd, &fx);
 *             synthesize; return;
 *         }
 *         transfer;
 *         sc_state_settle(&t, &(struct sc_attempt_facts){.class = v.class, .hint_ms = v.hint_ms,
 *                         .used_tokens = -1, .ms = elapsed}, sc_state_now(), rnd, &fx);
 *         if (the engine would retry && !sc_state_retry_allowed(&t, v.class, sc_state_now()))
 *             deliver what came;                         // budget spent
 *     }
 *     sc_state_end(&t, v.class, SC_END_OK or SC_END_FAILED, sc_state_now(), rnd, &fx);
 *
 * sc_state_end may be called again, or for a ticket that was zeroed and never begun: it does
 * nothing then. So a handle's cleanup and reset just call it, with SC_CLASS_ABORTED.
 *
 * Times: nanoseconds of CLOCK_BOOTTIME (sc_state_now). A time of CLOCK_MONOTONIC is brought over by
 * adding the clocks' difference now, which only a suspend changes; SC_NEVER stays SC_NEVER. A
 * ticket belongs to one thread at a time; settings must live until sc_state_end. rnd: 64 random
 * bits.
 */
#ifndef SC_STATE_STATE_H
#define SC_STATE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/call.h"
#include "core/queue.h"
#include "provider/class.h"
#include "core/settings.h"
#include "provider/ratelimit.h"
#include "state/money.h"
#include "state/slot.h"
#include "state/world.h"

enum sc_admit { SC_ADMIT_GO, SC_ADMIT_WAIT, SC_ADMIT_REFUSE };

/* Why not: the name is what x-steadycurl says; the class and words are those of the answer that the
 * program gets instead of the service's (of a budget, whoever answers says which). */
#define SC_REFUSAL_LIST(X)                                                                  \
    X(NOT, "", OK, "")                                                                      \
    X(BREAKER, "breaker_open", OVERLOADED,                                                  \
      "The service keeps failing; the circuit breaker is open.")                            \
    X(LIMIT, "rate_limit", RATE_LIMITED,                                                    \
      "The rate limit set for this call leaves no room in time.")                           \
    X(CONCURRENT, "concurrency_limit", RATE_LIMITED,                                        \
      "Too many calls are under way at the same time.")                                     \
    X(GATE, "gate_closed", RATE_LIMITED,                                                    \
      "The service has asked to wait longer than this call can.")                           \
    X(QUOTA, "quota_exhausted", QUOTA_EXHAUSTED, "The quota of this key is used up.")       \
    X(AUTH, "auth_failed", AUTH, "The service has refused these credentials.")              \
    X(NEVER_FITS, "request_too_large", TOKEN_LIMIT,                                         \
      "The request is larger than the token limit set for it allows in a minute: it never " \
      "fits.")                                                                              \
    X(BUDGET, "budget", QUOTA_EXHAUSTED, "")

enum sc_refusal {
#define SC_REFUSAL_ENUM(id, name, class, words) SC_REFUSE_##id,
    SC_REFUSAL_LIST(SC_REFUSAL_ENUM)
#undef SC_REFUSAL_ENUM
        SC_REFUSAL_COUNT
};

const char *sc_refusal_name(enum sc_refusal r);
enum sc_class sc_refusal_class(enum sc_refusal r);
const char *sc_refusal_words(enum sc_refusal r);

/* The answer to "may it go?". */
struct sc_admission {
    enum sc_admit verdict;
    int64_t until_ns;           /* WAIT: ask again then (or earlier: it may have moved up) */
    int64_t end_ns;             /* WAIT: when it may go as things are; later than until_ns where
                                   others may come before it yet */
    enum sc_wait_reason reason; /* WAIT: SC_WAIT_LIMIT or SC_WAIT_GATE */
    enum sc_refusal refusal;    /* REFUSE */
    int64_t retry_after_ms;     /* REFUSE: when asking again makes sense, at least 1; 0: never */
    bool probe;                 /* GO: this is a half-open breaker's or a latch's probe */
    bool half_opened;           /* this call moved the breaker from open to half-open */
};

/* The words that a call is about, for who makes many calls that are alike to keep: finding them
 * takes half of what a call costs. Zero it at first, and whenever the key, the settings or the
 * policy that they are of may be others; a region that was left is noticed. The rest is private. */
struct sc_state_words {
    struct sc_region *region; /* that they are in; NULL: not yet found */
    const struct sc_settings *settings;
    struct sc_scope_hashes hashes;
    sc_word *gate[2], *latch, *breaker, *window, *budget, *ratio, *series;
    sc_word *requests, *tokens, *concurrent, *learned[SC_RATE_COUNT], *queue;
    unsigned gate_scope[2];
    uint64_t lease_hash;
};

struct sc_call_facts {
    struct sc_state_words *words;  /* of earlier calls like this one; NULL: nobody keeps them */
    int64_t deadline_ns;           /* the program's own, SC_NEVER if none: no wait ends later */
    int64_t begun_ns;              /* of a call that was elsewhere before; 0: it begins now */
    struct sc_money_ticket *money; /* budgets that the call must fit into, NULL: none */
    const struct sc_world *world;  /* where it is made, NULL: on this machine */
    enum sc_priority priority;     /* where it waits in order; OFF: the rule's */
};

struct sc_attempt_facts {
    enum sc_class class;
    enum sc_proof proof; /* of auth or quota_exhausted */
    int64_t hint_ms;     /* the server's hint, -1: none; on success: "remaining 0, reset in..." */
    int64_t used_tokens; /* input + output from `usage`, -1: unknown */
    int64_t input_tokens, output_tokens; /* for the counters, -1: unknown */
    int64_t estimated_input;             /* with input_tokens: teaches the factor; 0: unknown */
    int64_t ms;                          /* how long it took */
    int64_t first_token_ms;              /* of a stream: until its first output; 0: none came */
    const struct sc_scope_key *key;      /* as at the begin, where there is a hint; else NULL */
    int64_t cost_nano;                   /* -1: unknown */
};

/* MOVED: it goes on elsewhere, with a ticket begun anew, and is counted there. */
enum sc_end { SC_END_OK, SC_END_FAILED, SC_END_SYNTHESIZED, SC_END_MOVED };

/* What a report changed for everybody; for the log. */
struct sc_effects {
    bool breaker_opened, breaker_closed;
    int64_t open_ms; /* breaker_opened */
    bool latched;    /* a quota or auth latch was set by this */
    bool unlatched;
    bool doubted;    /* refused, but the key has worked lately: the next refusal sets the latch */
    int64_t gate_ms; /* > 0: the gate was closed, or its opening moved, to now + this */
};

/* One bucket of a ticket. Private. */
struct sc_reservation {
    sc_word *words; /* of the limiter's slot, NULL: no limit */
    int64_t limit, units, cost_ns, burst_ns, start_ns;
    uint64_t shift; /* the bucket's shift word at reservation */
    uint64_t before, after;
    int64_t share;  /* of the limit, as of core/fleet.h; 0: it is not shared */
    sc_word *polls; /* of a shared one: counts who finds no slot */
};

/* Where it waits among others. Private (queue.h). */
struct sc_queue_place {
    sc_word *queue; /* NULL: no order is asked for */
    sc_word *at;    /* its place, NULL: it has none */
    uint64_t lease;
    int64_t arrived_ns; /* 0: it does not wait */
    int64_t units;
    int class;
};

/* One call's place in everything. Zero it once; then private. */
struct sc_ticket {
    const struct sc_settings *settings;
    struct sc_region *region;
    sc_word *gate[2]; /* [0]: host, model, key (429); [1]: host, model (the rest) */
    unsigned gate_scope[2];
    sc_word *latch, *breaker, *window, *budget, *ratio, *series, *lease;
    struct sc_reservation requests, tokens, learned[SC_RATE_COUNT];
    struct sc_queue_place place;
    struct sc_money_ticket *money; /* NULL: no budget */
    struct sc_scope_hashes hashes;
    int64_t begun_ns, deadline_ns, latest_ns, wait_began_ns, gate_start_ns;
    int64_t share_since_ns; /* it has no share of a limit since (state/fleet.h) */
    uint64_t lease_hash, lease_word;
    unsigned generation, round;
    int attempts;
    bool begun, breaker_held, waiting, ask_again;
    bool tried;         /* an attempt is under way, as the budget counts */
    bool may_retry;     /* the budget's answer when the last one had failed */
    bool told, ran_out; /* this attempt's headers tell of limits; and that one is used up */
};

/* CLOCK_BOOTTIME in nanoseconds. */
int64_t sc_state_now(void);

void sc_state_begin(struct sc_ticket *t, const struct sc_scope_key *k, const struct sc_settings *s,
                    const struct sc_call_facts *f, int64_t now_ns);

/* Whether anything asks for the number of tokens: the policy, or the service as learned. */
bool sc_state_counts_tokens(const struct sc_ticket *t, int64_t now_ns);

/* Before each attempt. tokens: estimated input plus output limit, 0 if unknown. */
void sc_state_admit(struct sc_ticket *t, int64_t tokens, int64_t now_ns, uint64_t rnd,
                    struct sc_admission *out);

/* While waiting and at its end: still so, earlier, later, or no longer at all? */
void sc_state_recheck(struct sc_ticket *t, int64_t now_ns, uint64_t rnd, struct sc_admission *out);

/* The headers of an attempt's answer have come, and tell of limits. refused: with a 429. sent_ns:
 * when it was sent. */
void sc_state_told(struct sc_ticket *t, const struct sc_ratelimit *said, bool refused,
                   int64_t sent_ns, int64_t now_ns);

/* An attempt has ended. fx may be NULL. */
void sc_state_settle(struct sc_ticket *t, const struct sc_attempt_facts *f, int64_t now_ns,
                     uint64_t rnd, struct sc_effects *fx);

/* Whether the retry budget lets the attempt that was just settled be tried again; false: deliver
 * what came. Counts the retry, or that it was refused. */
bool sc_state_retry_allowed(struct sc_ticket *t, enum sc_class class);

/* The call has ended, one way or another. Gives back what it holds. fx may be NULL. */
void sc_state_end(struct sc_ticket *t, enum sc_class class, enum sc_end end, int64_t now_ns,
                  uint64_t rnd, struct sc_effects *fx);

/* What an estimate of input tokens will really be, as learned for this host and model. */
int64_t sc_state_estimate(const struct sc_ticket *t, int64_t estimated);

/* Counts a wait of the call's own (backoff, hint) or one of ours; ms: its length. */
void sc_state_count_wait(struct sc_ticket *t, enum sc_wait_reason reason, int64_t ms);

/* One line about the state itself (folder refused, table full...), each at most once; false if
 * there is none. Ask after sc_state_begin. */
bool sc_state_take_note(char *buf, size_t n);

#endif
