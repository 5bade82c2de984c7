/*
 * commit.c - see commit.h.
 *
 * What libcurl delivers after the decision passes through here, first of all what was held.
 */
#include "wire/commit.h"

#include "wire/clock.h"
#include "wire/filter.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "wire/relay.h"

enum { TEE_MAX = 16384 };

/* Goes on with a release that was paused, or starts one. True: the current piece may follow. */
static bool release(struct sc_exchange *x, size_t *verdict)
{
    if (x->phase == SC_COMMITTED)
        return true;
    if (x->play->short_write) {
        *verdict = 0; /* refused before: libcurl will not ask a third time */
        return false;
    }
    if (x->wants.translation && !x->filter && !sc_relay_begin(x)) {
        *verdict = 0;
        return false;
    }
    return sc_deliver_held(x, verdict);
}

/* A pause that libcurl does not know: it is told now. */
static bool tell_of_pause(struct sc_exchange *x)
{
    bool paused = x->play->recv_withheld;

    x->play->recv_withheld = false;
    return paused;
}

/* What the program's callback makes of a piece that came from libcurl just now. */
static size_t noted(struct sc_exchange *x, size_t taken)
{
    if (taken == CURL_WRITEFUNC_PAUSE) {
        x->play->recv_paused = true;
        sc_clock_paused(x);
    }
    return taken;
}

size_t sc_pass_header(struct sc_exchange *x, char *p, size_t n)
{
    if (tell_of_pause(x))
        return CURL_WRITEFUNC_PAUSE;
    if (x->wants.translation)
        return n; /* a trailer of another's */
    return noted(x, sc_program_header(x->shadow, p, n));
}

/* The current piece after all that was held. */
size_t sc_commit_header(struct sc_exchange *x, char *p, size_t n)
{
    size_t verdict;

    return release(x, &verdict) ? sc_pass_header(x, p, n) : verdict;
}

void sc_tee(struct sc_exchange *x, const char *p, size_t n)
{
    size_t room = x->hold.len < TEE_MAX ? TEE_MAX - x->hold.len : 0;

    if (x->mode == SC_HOLD_FAILURE && room > 0)
        sc_hold_append(&x->hold, p, n < room ? n : room);
}

size_t sc_pass_body(struct sc_exchange *x, char *p, size_t n)
{
    if (tell_of_pause(x))
        return CURL_WRITEFUNC_PAUSE;
    return noted(x, x->filter ? sc_filter_body(x, p, n) : sc_program_body(x->shadow, p, n));
}

size_t sc_commit_body(struct sc_exchange *x, char *p, size_t n)
{
    size_t verdict;

    return release(x, &verdict) ? sc_pass_body(x, p, n) : verdict;
}
