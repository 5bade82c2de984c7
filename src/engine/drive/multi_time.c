/*
 * multi_time.c - when the program has to come back. See multi.h.
 *
 * libcurl has one next time for a multi and tells it in three ways: curl_multi_timeout, the timer
 * callback, and the length of its own waits. Ours is merged into each. While nothing is held, the
 * program's timer callback sees what libcurl says, and nothing else.
 */
#include "drive/multi.h"

#include <string.h>

#include "core/time.h"

int64_t sc_multi_due(const struct sc_multi *u)
{
    int64_t due = u->n_heap ? u->heap[0]->due_ns : SC_NEVER;

    if (u->watched.first) {
        int64_t progress = u->progress_ns + SC_PROGRESS_WAKE_MS * SC_NS_PER_MS;

        if (progress < due)
            due = progress;
    }
    return due;
}

/* Rounded up: coming back too early would mean coming back again and again. */
static long ms_until(int64_t due_ns, int64_t now_ns)
{
    return due_ns <= now_ns ? 0 : (long)((due_ns - now_ns + SC_NS_PER_MS - 1) / SC_NS_PER_MS);
}

CURLMcode sc_multi_timeout(void *multi, long *timeout_ms)
{
    struct sc_multi *u = multi;
    CURLMcode rc;
    int64_t due;
    long ours;

    if (SC_MULTI_BUSY(u))
        return CURLM_RECURSIVE_API_CALL;
    rc = u->real->multi_timeout(u->multi, timeout_ms);
    due = sc_multi_due(u);
    if (rc != CURLM_OK || due == SC_NEVER)
        return rc;
    ours = ms_until(due, sc_now_ns());
    if (*timeout_ms < 0 || ours < *timeout_ms)
        *timeout_ms = ours;
    return rc;
}

CURLMcode sc_multi_wait(void *multi, bool poll, struct curl_waitfd *extra, unsigned n,
                        int timeout_ms, int *ready)
{
    struct sc_multi *u = multi;
    int64_t due;

    if (SC_MULTI_BUSY(u))
        return CURLM_RECURSIVE_API_CALL;
    due = sc_multi_due(u);
    if (due != SC_NEVER) {
        long ours = ms_until(due, sc_now_ns());

        if (ours < timeout_ms)
            timeout_ms = (int)ours;
    }
    /* curl_multi_wait comes back at once where it finds no socket, and a program that only waits
     * for us would spin. */
    if (u->n_held > 0)
        poll = true;
    if (poll && u->real->multi_poll) /* an old libcurl has none */
        return u->real->multi_poll(u->multi, extra, n, timeout_ms, ready);
    return u->real->multi_wait(u->multi, extra, n, timeout_ms, ready);
}

/* ---- the timer callback ---------------------------------------------------------------------- */

static int call_timer(struct sc_multi *u, long timeout_ms)
{
    uintptr_t outer = u->callback_frame;
    int rc;

    if (!outer)
        sc_multi_enter(u, (uintptr_t)__builtin_frame_address(0));
    rc = u->timer_fn(u->multi, timeout_ms, u->timer_data);
    u->callback_frame = outer;
    return rc;
}

/* libcurl sets its timer: the program's is set to the earlier of its and ours. */
static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct sc_multi *u = arg;
    int64_t due = sc_multi_due(u), now = 0;

    (void)multi;
    if (timeout_ms < 0) {
        u->libcurl_due_ns = SC_NEVER;
    } else {
        now = sc_now_ns();
        u->libcurl_due_ns = now + (int64_t)timeout_ms * SC_NS_PER_MS;
    }
    if (!u->timer_fn)
        return 0;
    u->told_due_ns = SC_NEVER;
    if (due < u->libcurl_due_ns) {
        u->told_due_ns = due;
        timeout_ms = ms_until(due, now ? now : sc_now_ns());
    }
    return call_timer(u, timeout_ms);
}

/* The program's timer has fired: libcurl sets its own again if there is more to come, and says
 * nothing if there is not. */
void sc_multi_timer_fired(struct sc_multi *u)
{
    u->told_due_ns = SC_NEVER;
    u->libcurl_due_ns = SC_NEVER;
}

void sc_multi_update_timer(struct sc_multi *u)
{
    int64_t due;

    if (!u->timer_fn)
        return;
    due = sc_multi_due(u);
    if (due == u->told_due_ns)
        return;
    if (due < u->libcurl_due_ns) {
        u->told_due_ns = due;
        call_timer(u, ms_until(due, sc_now_ns()));
    } else if (u->told_due_ns != SC_NEVER) { /* back to libcurl's */
        u->told_due_ns = SC_NEVER;
        call_timer(u,
                   u->libcurl_due_ns == SC_NEVER ? -1 : ms_until(u->libcurl_due_ns, sc_now_ns()));
    }
}

CURLMcode sc_multi_set_timer(struct sc_multi *u, CURLMoption option, int64_t arg)
{
    CURLMcode rc = u->real->multi_setopt(u->multi, CURLMOPT_TIMERDATA, u);

    if (rc != CURLM_OK)
        return rc;
    if (option == CURLMOPT_TIMERDATA) {
        u->timer_data = (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr) */
        return CURLM_OK;
    }
    memcpy(&u->timer_fn, &arg, sizeof u->timer_fn);
    return u->real->multi_setopt(u->multi, CURLMOPT_TIMERFUNCTION, arg ? on_timer : NULL);
}
