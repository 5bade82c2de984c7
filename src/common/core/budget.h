/*
 * budget.h - the retry budget: it bites when a service is overwhelmed, not when it is flaky.
 *
 * A failed attempt may be tried again while, over the last two minutes and all processes,
 *
 *     failed attempts <= per_success x answered attempts + reserve
 *
 * which is client throttling as Google's SRE book has it ("Handling Overload"): with per_success 1
 * a service gets at most two attempts for each one that it answers. Worked example, per_success 1:
 *
 *     30 % of all attempts fail by chance:    0.43 failed for each answered one: never in the way
 *     half as many calls again as it can do,
 *     and it turns the rest away:             0.5 failed by first attempts alone; retries are
 *                                             let through until it is 1
 *     dead:                                   the reserve, then first attempts only
 *
 * Three refinements. Failures come fast and answers of a model slowly: as long as more attempts are
 * under way than the reserve has, their number stands in its place. The reserve is for the quiet,
 * who have no answers to their credit: from five times as many answers on it fades away, one for
 * each five more. And from there on the last quarter of what was earned is given away by lot, less
 * and less likely.
 *
 * Kept in five words, each a fifth of the time: `number of the fifth 16 | tried 16 | answered 16 |
 * failed 16`. A word of another number is old and counts 0; a count that is full halves all three,
 * so their proportions stay. The change that counts a failure is the one that asks for the retry,
 * so racing processes cannot both have the last one.
 *
 * Pure but for reading the other words.
 */
#ifndef SC_CORE_BUDGET_H
#define SC_CORE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

#include "core/settings.h"
#include "core/word.h"

#define SC_BUDGET_WORDS 5
#define SC_BUDGET_SPAN_NS INT64_C(120000000000)

enum sc_budget_event {
    SC_BUDGET_TRIED,    /* an attempt is sent */
    SC_BUDGET_ANSWERED, /* it was answered: a success, or a refusal that is the caller's fault */
    SC_BUDGET_FAILED,   /* it failed, and the service may be overwhelmed */
    SC_BUDGET_DROPPED   /* it ended in a way that says nothing of that */
};

struct sc_budget_counts {
    uint32_t tried, answered, failed;
};

struct sc_budget_ask {
    const sc_word *words; /* SC_BUDGET_WORDS */
    int64_t now_ns;
    enum sc_budget_event event;
    struct sc_budget_terms terms;
    uint64_t rnd; /* 64 random bits, for SC_BUDGET_FAILED */
    /* Answer, for SC_BUDGET_FAILED: */
    bool allowed; /* to try it again */
};

/* Counts an event. Update the word sc_budget_word(words, now). `arg`: struct sc_budget_ask. */
uint64_t sc_budget_count(uint64_t word, void *arg);

sc_word *sc_budget_word(sc_word *words, int64_t now_ns);

struct sc_budget_counts sc_budget_sum(const sc_word *words, int64_t now_ns);

/* How many failed attempts those counts allow to be tried again; what failed beyond is not. */
int64_t sc_budget_allows(const struct sc_budget_counts *c, const struct sc_budget_terms *t);

/* The terms in a word, for those who look at the words without a policy. */
uint64_t sc_budget_pack(const struct sc_budget_terms *t);
struct sc_budget_terms sc_budget_unpack(uint64_t word);

#endif
