/*
 * commit.c - see commit.h.
 *
 * What libcurl delivers after the decision passes through here, first of all what was held.
 */
#include "wire/commit.h"

#include "stage/watchdog.h"
#include "wire/filter.h"
#include "wire/playback.h"

enum { TEE_MAX = 16384 };

/* Goes on with a release that was paused, or starts one. True: the current piece may follow. */
static bool release(struct sc_shadow *s, struct sc_transfer *t, size_t *verdict)
{
    if (t->phase == SC_COMMITTED)
        return true;
    if (t->short_write) {
        *verdict = 0; /* refused before: libcurl will not ask a third time */
        return false;
    }
    return sc_deliver_held(s, t, verdict);
}

/* A pause that libcurl does not know: it is told now. */
static bool tell_of_pause(struct sc_transfer *t)
{
    bool paused = t->recv_withheld;

    t->recv_withheld = false;
    return paused;
}

/* What the program's callback makes of a piece that came from libcurl just now. */
static size_t noted(struct sc_transfer *t, size_t taken)
{
    if (taken == CURL_WRITEFUNC_PAUSE) {
        t->recv_paused = true;
        sc_watchdog_paused(t);
    }
    return taken;
}

size_t sc_pass_header(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    if (tell_of_pause(t))
        return CURL_WRITEFUNC_PAUSE;
    return noted(t, sc_deliver_header(s, p, n));
}

/* The current piece after all that was held. */
size_t sc_commit_header(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    size_t verdict;

    return release(s, t, &verdict) ? sc_pass_header(s, t, p, n) : verdict;
}

void sc_tee(struct sc_transfer *t, const char *p, size_t n)
{
    if (t->mode == SC_HOLD_FAILURE && t->hold.len + n <= TEE_MAX)
        sc_hold_append(&t->hold, p, n);
}

/* A look at what has gone by, for the class and the log. */
static void watch(struct sc_transfer *t, const char *p, size_t n)
{
    size_t again = n < t->counted_ahead ? n : (size_t)t->counted_ahead;

    t->counted_ahead -= again;
    p += again;
    n -= again;
    if (t->stream)
        sc_stream_feed(t->stream, p, n);
    else if (t->mode == SC_HOLD_JSON)
        sc_usage_feed(&t->usage, p, n);
    else
        sc_tee(t, p, n);
}

/* A piece that the program does not take now comes a second time. */
static size_t pass_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    size_t taken = CURL_WRITEFUNC_PAUSE;

    if (!tell_of_pause(t))
        taken = noted(t, t->show ? sc_show_body(s, t, p, n) : sc_deliver_body(s, p, n));
    if (taken == CURL_WRITEFUNC_PAUSE)
        t->counted_ahead += n;
    return taken;
}

size_t sc_pass_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    watch(t, p, n);
    return pass_body(s, t, p, n);
}

size_t sc_commit_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    size_t verdict;

    return release(s, t, &verdict) ? pass_body(s, t, p, n) : verdict;
}
