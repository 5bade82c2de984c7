/*
 * watchdog.c - the rule's own bounds on time: first output, gap between outputs, streams that
 * trickle.
 *
 * libcurl's timeouts know of connections and whole transfers, not of tokens. Where a rule asks for
 * more, the wire keeps the server's own time (wire/clock.h) and its progress trampoline, which
 * libcurl calls with every piece and at least about once a second, stops an attempt that breaks a
 * bound: that is how exact they are. To everybody else it then is a time-out like libcurl's own.
 */
#include "handle/texts.h"
#include "stage/stage.h"

static void begin(struct sc_transfer *t, void *me)
{
    const struct sc_timeouts *bounds = &t->route.rule->settings->timeouts;

    (void)me;
    t->x.wants.first_ms = bounds->first_token_ms;
    t->x.wants.gap_ms = bounds->gap_ms;
    t->x.wants.slow_chars_s = bounds->slow_chars_s;
    t->x.wants.slow_ms = bounds->slow_ms;
}

static CURLcode ended(struct sc_transfer *t, void *me, CURLcode rc)
{
    (void)me;
    if (rc != CURLE_ABORTED_BY_CALLBACK || !t->x.bound)
        return rc;
    sc_say_timed_out(t->shadow, (sc_now_ns() - t->attempt.start_ns) / SC_NS_PER_MS, t->x.body_len,
                     -1);
    return CURLE_OPERATION_TIMEDOUT;
}

const struct sc_stage sc_stage_watchdog = {.name = "watchdog", .begin = begin, .ended = ended};
