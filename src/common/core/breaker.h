/*
 * breaker.h - a circuit breaker in one word.
 *
 *               failures in a row, or failure ratio over the window
 *     CLOSED ──────────────────────────────────────────────────────▶ OPEN
 *        ▲                                                          │   ▲
 *        │ success_threshold probes went well        open time over,│   │ a probe failed
 *        │                                         and a call comes │   │ (open time doubles)
 *        └────────────────────────── HALF-OPEN ◀────────────────────┘   │
 *                                        └──────────────────────────────┘
 *
 * The word holds the state, a generation (changes with every transition; an outcome that was
 * admitted under another generation is ignored), how often it opened in a row, and by state:
 *
 *     CLOSED     failures in a row; since when
 *     OPEN       until when
 *     HALF_OPEN  successes so far, probes out, when the last of their leases expires, and a round
 *
 * A probe is a lease: when all permits are out and the last lease has expired, their holders are
 * taken for dead, the round changes, and the next caller probes. A late holder's outcome is still
 * evidence, but frees no permit of the new round.
 *
 * All zero is a fresh closed breaker. Times too far ahead to be true read as damage: closed.
 * Pure; time and random bits are arguments.
 */
#ifndef SC_CORE_BREAKER_H
#define SC_CORE_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "provider/class.h"
#include "core/settings.h"
#include "core/window.h"

enum sc_breaker_state { SC_BREAKER_CLOSED, SC_BREAKER_OPEN, SC_BREAKER_HALF_OPEN };

/* What a breaker makes of an outcome. */
enum sc_breaker_outcome {
    SC_BREAKER_SUCCESS,
    SC_BREAKER_FAILURE, /* the service did wrong */
    SC_BREAKER_ALIVE,   /* the caller did wrong, and the service said so: good enough for a probe */
    SC_BREAKER_NEUTRAL  /* says nothing about the service's health */
};

/* The word, taken apart. */
struct sc_breaker {
    enum sc_breaker_state state;
    unsigned generation; /* 9 bits */
    unsigned round;      /* 3 bits */
    unsigned openings;   /* in a row; 4 bits, stops at 15 */
    unsigned failures;   /* closed: in a row, stops at 255 */
    unsigned successes;  /* half-open: of probes, stops at 15 */
    unsigned probes;     /* half-open: permits out, at most 15 */
    int64_t at_ns;       /* closed: since; open: until; half-open: last lease's end */
};

struct sc_breaker sc_breaker_read(uint64_t word, const struct sc_breaker_settings *s,
                                  int64_t now_ns);

/* Whether a word says "closed", which the top says alone: then all may go. */
static inline bool sc_breaker_is_closed(uint64_t word)
{
    return word >> 62 == SC_BREAKER_CLOSED;
}

uint64_t sc_breaker_write(const struct sc_breaker *b);

/* How long a probe may be out before its holder is taken for dead. */
int64_t sc_breaker_lease_ns(const struct sc_breaker_settings *s);

enum sc_breaker_outcome sc_breaker_outcome_of(enum sc_class c);

struct sc_breaker_ask {
    const struct sc_breaker_settings *settings;
    int64_t now_ns;
    /* Answer: */
    bool allowed;
    bool probe;                 /* allowed as a half-open probe: settle or release it */
    bool half_opened;           /* this call moved it from open to half-open */
    unsigned generation, round; /* hand both to settle */
    int64_t retry_after_ns;     /* not allowed: when it is worth asking again */
};

/* May a call go? `arg`: struct sc_breaker_ask. */
uint64_t sc_breaker_admit(uint64_t word, void *arg);

struct sc_breaker_report {
    const struct sc_breaker_settings *settings;
    int64_t now_ns;
    uint64_t rnd;
    unsigned generation, round; /* of the admission */
    enum sc_breaker_outcome outcome;
    const sc_word *window; /* SC_WINDOW_WORDS words, this outcome already counted; NULL: no ratio */
    int64_t under_way;     /* attempts that have not ended: a model's answers take longer than
                              failures, so until there are some, they are no proof of anything */
    /* Answer: */
    bool opened, closed; /* by this report */
    int64_t open_ns;     /* opened: for how long */
};

/* How an admitted call ended. `arg`: struct sc_breaker_report. */
uint64_t sc_breaker_settle(uint64_t word, void *arg);

const char *sc_breaker_state_name(enum sc_breaker_state s);

#endif
