#include "core/breaker.h"

#include "core/time.h"

/* Word, from the top: state 2, generation 9, round 3, openings 4, counts 8, time 38 in units of
 * 2^20 ns (a millisecond; 9 years of uptime). */
#define TIME_SHIFT 20
#define TIME_MASK ((UINT64_C(1) << 38) - 1)

/* Rounded up, so that an open time is never cut short. */
static uint64_t pack_time(int64_t ns)
{
    return ((uint64_t)ns + ((1u << TIME_SHIFT) - 1)) >> TIME_SHIFT & TIME_MASK;
}

/* How far ahead of now the time of each state can truly lie. Twice the longest open time: other
 * processes may have read a policy with somewhat longer times. */
static int64_t horizon_ns(enum sc_breaker_state state, const struct sc_breaker_settings *s)
{
    int64_t most = s->open_max_ms > s->open_ms ? s->open_max_ms : s->open_ms;

    switch (state) {
    case SC_BREAKER_OPEN:
        return 2 * most * SC_NS_PER_MS + 60 * SC_NS_PER_S;
    case SC_BREAKER_HALF_OPEN:
        return 61 * SC_NS_PER_S;
    default:
        return SC_NS_PER_S;
    }
}

uint64_t sc_breaker_write(const struct sc_breaker *b)
{
    uint64_t counts = b->state == SC_BREAKER_HALF_OPEN
                          ? (uint64_t)(b->successes & 15) << 4 | (b->probes & 15)
                          : (uint64_t)(b->failures & 255);

    return (uint64_t)b->state << 62 | (uint64_t)(b->generation & 511) << 53 |
           (uint64_t)(b->round & 7) << 50 | (uint64_t)(b->openings & 15) << 46 | counts << 38 |
           pack_time(b->at_ns);
}

struct sc_breaker sc_breaker_read(uint64_t word, const struct sc_breaker_settings *s,
                                  int64_t now_ns)
{
    struct sc_breaker b = {.state = (enum sc_breaker_state)(word >> 62),
                           .generation = word >> 53 & 511,
                           .round = word >> 50 & 7,
                           .openings = word >> 46 & 15,
                           .at_ns = (int64_t)((word & TIME_MASK) << TIME_SHIFT)};
    unsigned counts = word >> 38 & 255;

    if (b.state > SC_BREAKER_HALF_OPEN || b.at_ns > now_ns + horizon_ns(b.state, s))
        return (struct sc_breaker){.generation = b.generation};
    if (b.state == SC_BREAKER_HALF_OPEN) {
        b.successes = counts >> 4;
        b.probes = counts & 15;
    } else {
        b.failures = counts;
    }
    return b;
}

int64_t sc_breaker_lease_ns(const struct sc_breaker_settings *s)
{
    int64_t ms = s->open_ms < 1000 ? 1000 : s->open_ms;

    return (ms > 60000 ? 60000 : ms) * SC_NS_PER_MS;
}

enum sc_breaker_outcome sc_breaker_outcome_of(enum sc_class c)
{
    switch (c) {
    case SC_CLASS_OK:
        return SC_BREAKER_SUCCESS;
    case SC_CLASS_TOKEN_LIMIT:
    case SC_CLASS_CONTENT_POLICY:
    case SC_CLASS_NOT_FOUND:
    case SC_CLASS_BAD_REQUEST:
        return SC_BREAKER_ALIVE;
    default:
        return sc_class_counts_for_breaker(c) ? SC_BREAKER_FAILURE : SC_BREAKER_NEUTRAL;
    }
}

static unsigned clamp(int64_t v, unsigned low, unsigned high)
{
    return v < low ? low : v > high ? high : (unsigned)v;
}

static void let_probe(struct sc_breaker *b, struct sc_breaker_ask *a)
{
    b->at_ns = a->now_ns + sc_breaker_lease_ns(a->settings);
    a->allowed = a->probe = true;
}

static void ask_half_open(struct sc_breaker *b, struct sc_breaker_ask *a)
{
    if (b->probes < clamp(a->settings->half_open_probes, 1, 15)) {
        b->probes++;
        let_probe(b, a);
    } else if (a->now_ns >= b->at_ns) {
        b->round = (b->round + 1) & 7;
        b->probes = 1;
        let_probe(b, a);
    } else {
        a->retry_after_ns = b->at_ns - a->now_ns;
    }
}

static void ask_open(struct sc_breaker *b, struct sc_breaker_ask *a)
{
    if (a->now_ns < b->at_ns) {
        a->retry_after_ns = b->at_ns - a->now_ns;
        return;
    }
    *b = (struct sc_breaker){.state = SC_BREAKER_HALF_OPEN,
                             .generation = (b->generation + 1) & 511,
                             .openings = b->openings,
                             .probes = 1};
    a->half_opened = true;
    let_probe(b, a);
}

uint64_t sc_breaker_admit(uint64_t word, void *arg)
{
    struct sc_breaker_ask *a = arg;
    struct sc_breaker b = sc_breaker_read(word, a->settings, a->now_ns);

    a->allowed = a->probe = a->half_opened = false;
    a->retry_after_ns = 0;
    if (b.state == SC_BREAKER_OPEN)
        ask_open(&b, a);
    else if (b.state == SC_BREAKER_HALF_OPEN)
        ask_half_open(&b, a);
    else
        a->allowed = true;
    a->generation = b.generation;
    a->round = b.round;
    return a->probe ? sc_breaker_write(&b) : word;
}

/* open_ms doubled for each opening in a row, at most open_max_ms, less up to a tenth: processes
 * of other machines that broke at the same moment shall not all come back at the same moment. */
static int64_t open_time(const struct sc_breaker_settings *s, unsigned openings, uint64_t rnd)
{
    int64_t most = (s->open_max_ms > s->open_ms ? s->open_max_ms : s->open_ms) * SC_NS_PER_MS;
    int64_t ns = s->open_ms * SC_NS_PER_MS;

    for (unsigned i = 0; i < openings && ns < most; i++)
        ns *= 2;
    if (ns > most)
        ns = most;
    return ns - (int64_t)((uint64_t)(ns / 10) * (rnd >> 32) >> 32);
}

static void open_it(struct sc_breaker *b, struct sc_breaker_report *r)
{
    unsigned openings = b->openings;

    /* Closed for longer than it was ever kept open: the past is forgiven. */
    if (b->state == SC_BREAKER_CLOSED &&
        r->now_ns - b->at_ns > (r->settings->open_max_ms + r->settings->open_ms) * SC_NS_PER_MS)
        openings = 0;
    r->opened = true;
    r->open_ns = open_time(r->settings, openings, r->rnd);
    *b = (struct sc_breaker){.state = SC_BREAKER_OPEN,
                             .generation = (b->generation + 1) & 511,
                             .openings = openings < 15 ? openings + 1 : 15,
                             .at_ns = r->now_ns + r->open_ns};
}

/* Only what happened since it last closed counts; the sixth in which it closed is left out. */
static bool ratio_reached(const struct sc_breaker *b, const struct sc_breaker_report *r)
{
    const struct sc_breaker_settings *s = r->settings;
    int64_t window = s->window_ms * SC_NS_PER_MS;
    uint64_t after = b->at_ns > 0 ? sc_window_epoch(b->at_ns, window) : 0;
    struct sc_window_counts c;

    if (!r->window || !(s->failure_ratio > 0) || window <= 0)
        return false;
    c = sc_window_sum(r->window, sc_window_epoch(r->now_ns, window), after);
    return c.all > 0 && c.all >= clamp(s->min_calls, 1, 1u << 24) &&
           c.bad >= s->failure_ratio * (c.all + (double)r->under_way);
}

/* Twice as many in a row as are under way: then at least two of three fail. */
static bool row_reached(const struct sc_breaker *b, const struct sc_breaker_report *r)
{
    int limit = r->settings->consecutive_failures;

    return limit > 0 && b->failures >= clamp(limit, 1, 255) &&
           b->failures >= clamp(2 * r->under_way, 0, 255);
}

static void settle_closed(struct sc_breaker *b, struct sc_breaker_report *r)
{
    if (r->outcome == SC_BREAKER_SUCCESS)
        b->failures = 0;
    if (r->outcome != SC_BREAKER_FAILURE)
        return;
    if (b->failures < 255)
        b->failures++;
    if (row_reached(b, r) || ratio_reached(b, r))
        open_it(b, r);
}

static void settle_probe(struct sc_breaker *b, struct sc_breaker_report *r)
{
    if (r->round == b->round && b->probes > 0)
        b->probes--;
    if (r->outcome == SC_BREAKER_FAILURE) {
        open_it(b, r);
    } else if (r->outcome != SC_BREAKER_NEUTRAL) {
        if (++b->successes < clamp(r->settings->success_threshold, 1, 15))
            return;
        r->closed = true;
        *b = (struct sc_breaker){
            .generation = (b->generation + 1) & 511, .openings = b->openings, .at_ns = r->now_ns};
    }
}

uint64_t sc_breaker_settle(uint64_t word, void *arg)
{
    struct sc_breaker_report *r = arg;
    struct sc_breaker b = sc_breaker_read(word, r->settings, r->now_ns);
    uint64_t same, new;

    r->opened = r->closed = false;
    r->open_ns = 0;
    if (b.generation != r->generation || b.state == SC_BREAKER_OPEN)
        return word;
    /* The usual end of a call says nothing new. */
    if (b.state == SC_BREAKER_CLOSED && b.failures == 0 && r->outcome != SC_BREAKER_FAILURE)
        return word;
    same = sc_breaker_write(&b);
    if (b.state == SC_BREAKER_CLOSED)
        settle_closed(&b, r);
    else
        settle_probe(&b, r);
    new = sc_breaker_write(&b);
    return new == same ? word : new;
}

const char *sc_breaker_state_name(enum sc_breaker_state s)
{
    static const char *const names[] = {"closed", "open", "half-open"};

    return s <= SC_BREAKER_HALF_OPEN ? names[s] : "closed";
}
