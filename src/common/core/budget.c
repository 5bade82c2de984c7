#include "core/budget.h"

#define COUNT_MAX 0xffffu
#define FIFTH_NS (SC_BUDGET_SPAN_NS / SC_BUDGET_WORDS)

/* Never 0: a fresh word, all zero, must not look like a fifth that has been counted. */
static uint64_t epoch_of(int64_t now_ns)
{
    return (uint64_t)(now_ns / FIFTH_NS) + 1;
}

static uint64_t tag_of(uint64_t epoch)
{
    return epoch / SC_BUDGET_WORDS & 0xffff;
}

sc_word *sc_budget_word(sc_word *words, int64_t now_ns)
{
    return &words[epoch_of(now_ns) % SC_BUDGET_WORDS];
}

static struct sc_budget_counts read_part(uint64_t word, uint64_t epoch)
{
    struct sc_budget_counts c = {0, 0, 0};

    if (word >> 48 == tag_of(epoch)) {
        c.tried = word >> 32 & COUNT_MAX;
        c.answered = word >> 16 & COUNT_MAX;
        c.failed = word & COUNT_MAX;
    }
    return c;
}

static uint64_t write_part(const struct sc_budget_counts *c, uint64_t epoch)
{
    return tag_of(epoch) << 48 | (uint64_t)c->tried << 32 | (uint64_t)c->answered << 16 | c->failed;
}

static void add_up(struct sc_budget_counts *sum, const sc_word *words, uint64_t from, uint64_t last)
{
    for (uint64_t e = from; e > 0 && last - e < SC_BUDGET_WORDS; e--) {
        struct sc_budget_counts c = read_part(sc_word_read(&words[e % SC_BUDGET_WORDS]), e);

        sum->tried += c.tried;
        sum->answered += c.answered;
        sum->failed += c.failed;
    }
}

struct sc_budget_counts sc_budget_sum(const sc_word *words, int64_t now_ns)
{
    struct sc_budget_counts sum = {0, 0, 0};

    add_up(&sum, words, epoch_of(now_ns), epoch_of(now_ns));
    return sum;
}

struct allowance {
    double earned, slack, ramp;
};

/* The slack is what may fail for nothing in return; from five times as many answers on it fades,
 * and the ramp sets in. */
static struct allowance allowance(const struct sc_budget_counts *c, const struct sc_budget_terms *t)
{
    int64_t under_way = (int64_t)c->tried - c->answered - c->failed;
    double per = t->per_success > 0 ? t->per_success : 0;
    struct allowance a = {.earned = per * c->answered, .slack = (double)t->reserve};
    double beyond;

    if (per * (double)under_way > a.slack)
        a.slack = per * (double)under_way;
    if (a.slack < 0)
        a.slack = 0;
    beyond = (double)c->answered - 5 * a.slack;
    if (beyond > 0) {
        a.slack = beyond / 5 < a.slack ? a.slack - beyond / 5 : 0;
        a.ramp = per * beyond / 4;
    }
    return a;
}

int64_t sc_budget_allows(const struct sc_budget_counts *c, const struct sc_budget_terms *t)
{
    struct allowance a = allowance(c, t);

    return (int64_t)(a.earned + a.slack + 1e-9);
}

/* Surely, unless the last quarter is at stake; there less and less likely. Were all let through up
 * to the end, and then none, those who wait for their turn would all come at once. */
static bool allowed(const struct sc_budget_counts *c, const struct sc_budget_terms *t, uint64_t rnd)
{
    struct allowance a = allowance(c, t);
    double left = a.earned + a.slack + 1e-9 - c->failed;

    return left >= 0 && (double)(rnd >> 11) * 0x1p-53 * a.ramp <= left;
}

static void count(struct sc_budget_counts *c, enum sc_budget_event event)
{
    if (c->tried == COUNT_MAX || c->answered == COUNT_MAX || c->failed == COUNT_MAX) {
        c->tried /= 2;
        c->answered /= 2;
        c->failed /= 2;
    }
    switch (event) {
    case SC_BUDGET_TRIED:
        c->tried++;
        break;
    case SC_BUDGET_ANSWERED:
        c->answered++;
        break;
    case SC_BUDGET_FAILED:
        c->failed++;
        break;
    case SC_BUDGET_DROPPED: /* tried in an earlier fifth: it stays under way until that is over */
        c->tried -= c->tried > 0;
        break;
    }
}

uint64_t sc_budget_count(uint64_t word, void *arg)
{
    struct sc_budget_ask *a = arg;
    uint64_t epoch = epoch_of(a->now_ns);
    struct sc_budget_counts mine = read_part(word, epoch), sum;

    count(&mine, a->event);
    if (a->event == SC_BUDGET_FAILED) {
        /* The current word is the one about to be swapped: it counts as given, not as it is now. */
        sum = mine;
        add_up(&sum, a->words, epoch - 1, epoch);
        a->allowed = allowed(&sum, &a->terms, a->rnd);
    }
    return write_part(&mine, epoch);
}

uint64_t sc_budget_pack(const struct sc_budget_terms *t)
{
    return (uint64_t)(t->per_success * 1e6 + 0.5) << 32 | (uint64_t)(t->reserve & 0xffffffff);
}

struct sc_budget_terms sc_budget_unpack(uint64_t word)
{
    return (struct sc_budget_terms){(double)(word >> 32) / 1e6, (int64_t)(word & 0xffffffff)};
}
