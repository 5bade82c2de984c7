/* clock.c - see clock.h. */
#include "wire/clock.h"

#include <string.h>

#include "process/runtime.h"

const char sc_bound_slow[] = "slow";

void sc_clock_begin(struct sc_exchange *x, int64_t now_ns)
{
    x->clock = (struct sc_clock){.since_ns = now_ns};
    sc_clock_paused(x);
}

void sc_clock_paused(struct sc_exchange *x)
{
    struct sc_clock *c = &x->clock;
    bool paused = x->play->recv_paused || x->play->send_stopped;

    if (paused == (c->paused_ns != 0) || !sc_clock_wanted(x))
        return;
    if (paused) {
        c->paused_ns = sc_now_ns();
    } else {
        c->since_ns += sc_now_ns() - c->paused_ns;
        sc_trickle_back(&c->trickle, sc_now_ns() - c->paused_ns);
        c->paused_ns = 0;
    }
}

void sc_clock_move(struct sc_exchange *x, int64_t from_ns)
{
    struct sc_clock *c = &x->clock;
    int64_t now;

    if (c->paused_ns)
        return;
    now = sc_now_ns();
    c->since_ns += now - from_ns;
    if (c->since_ns > now) /* a callback inside of a callback */
        c->since_ns = now;
}

static bool is_blank(const char *p, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", *p))
        p++, n--;
    return n == 0;
}

/* Servers keep connections alive by comments and pings in streams, by blanks before JSON. */
static bool is_output(const struct sc_exchange *x, const char *p, size_t n)
{
    uint64_t outputs;

    if (!x->stream)
        return x->clock.begun || !is_blank(p, n);
    outputs = x->stream->outputs + (x->stream->state == SC_STREAM_OUTPUT);
    return outputs != x->clock.outputs;
}

void sc_clock_move_fed(struct sc_exchange *x, int64_t from_ns, const char *p, size_t n)
{
    if (x->wants.slow_chars_s > 0 && x->stream && x->phase == SC_HOLDING)
        sc_trickle_fed(&x->clock.trickle, from_ns, x->wants.slow_ms * SC_NS_PER_MS, p, n);
    if (!is_output(x, p, n)) {
        sc_clock_move(x, from_ns);
        return;
    }
    x->clock.since_ns = sc_now_ns();
    x->clock.begun = true;
    if (x->stream)
        x->clock.outputs = x->stream->outputs + 1;
}

/* A stream has begun, and trickles. */
static bool is_slow(struct sc_exchange *x, int64_t now_ns)
{
    return x->wants.slow_chars_s > 0 && x->phase == SC_HOLDING && x->mode == SC_HOLD_STREAM &&
           sc_trickle_is_slow(&x->clock.trickle, now_ns, x->wants.slow_ms * SC_NS_PER_MS,
                              x->wants.slow_chars_s);
}

const char *sc_clock_broken(struct sc_exchange *x)
{
    const struct sc_clock *c = &x->clock;
    int64_t waited_ms, now_ns;

    if (!sc_clock_wanted(x) || c->paused_ns)
        return NULL;
    now_ns = sc_now_ns();
    waited_ms = (now_ns - c->since_ns) / SC_NS_PER_MS;
    if (c->begun)
        return x->wants.gap_ms > 0 && waited_ms > x->wants.gap_ms ? "gap_ms" : NULL;
    if (x->wants.first_ms > 0 && x->phase == SC_HOLDING && waited_ms > x->wants.first_ms)
        return "first_token_ms";
    if (is_slow(x, now_ns))
        return sc_bound_slow;
    return NULL;
}
