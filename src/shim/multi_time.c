/*
 * multi_time.c - when the program has to come back. See multi.h.
 *
 * libcurl has one next time for a multi and tells it in three ways: curl_multi_timeout, the timer
 * callback, and the length of its own waits. Ours is merged into each.
 */
#include "shim/multi.h"

#include <string.h>

enum { NS_PER_MS = 1000000 };

int64_t sc_multi_due(const struct sc_multi *u, int64_t now_ns)
{
    int64_t due = u->n_waiting ? u->heap[0]->due_ns : SC_NEVER;

    (void)now_ns;
    if (u->n_waiting && u->progress_ns < due)
        due = u->progress_ns;
    return due;
}

/* Rounded up: coming back too early would mean coming back again and again. */
static long ms_until(int64_t due_ns, int64_t now_ns)
{
    return due_ns <= now_ns ? 0 : (long)((due_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS);
}

CURLMcode sc_multi_timeout(void *multi, long *timeout_ms)
{
    struct sc_multi *u = multi;
    CURLMcode rc = u->real->multi_timeout(u->multi, timeout_ms);
    int64_t now, due;
    long ours;

    if (rc != CURLM_OK || u->n_waiting == 0)
        return rc;
    now = sc_now_ns();
    due = sc_multi_due(u, now);
    ours = ms_until(due, now);
    if (*timeout_ms < 0 || ours < *timeout_ms)
        *timeout_ms = ours;
    return rc;
}

CURLMcode sc_multi_wait(void *multi, bool poll, struct curl_waitfd *extra, unsigned n,
                        int timeout_ms, int *ready)
{
    struct sc_multi *u = multi;

    if (u->n_waiting > 0) {
        int64_t now = sc_now_ns();
        long ours = ms_until(sc_multi_due(u, now), now);

        if (ours < timeout_ms)
            timeout_ms = (int)ours;
        /* curl_multi_wait comes back at once where it finds no socket, and a program that only
         * waits for us would spin. */
        poll = poll || u->real->multi_poll != NULL;
    }
    if (poll)
        return u->real->multi_poll(u->multi, extra, n, timeout_ms, ready);
    return u->real->multi_wait(u->multi, extra, n, timeout_ms, ready);
}

static int64_t earliest(const struct sc_multi *u, int64_t now_ns)
{
    int64_t ours = sc_multi_due(u, now_ns);

    return ours < u->libcurl_due_ns ? ours : u->libcurl_due_ns;
}

static int tell(struct sc_multi *u, int64_t due_ns, int64_t now_ns)
{
    u->told_due_ns = due_ns;
    return u->timer_fn(u->multi, due_ns == SC_NEVER ? -1 : ms_until(due_ns, now_ns), u->timer_data);
}

/* libcurl sets its timer: the program's is set to the earlier of its and ours. */
static int on_timer(CURLM *multi, long timeout_ms, void *arg)
{
    struct sc_multi *u = arg;
    int64_t now = sc_now_ns();

    u->libcurl_due_ns = timeout_ms < 0 ? SC_NEVER : now + (int64_t)timeout_ms * NS_PER_MS;
    if (!u->timer_fn)
        return 0;
    if (sc_multi_due(u, now) >= u->libcurl_due_ns) { /* libcurl's own, to the millisecond */
        u->told_due_ns = u->libcurl_due_ns;
        return u->timer_fn(multi, timeout_ms, u->timer_data);
    }
    return tell(u, earliest(u, now), now);
}

void sc_multi_update_timer(struct sc_multi *u)
{
    int64_t now, due;

    if (!u->timer_fn || (u->n_waiting == 0 && u->told_due_ns == u->libcurl_due_ns))
        return;
    now = sc_now_ns();
    due = earliest(u, now);
    if (due != u->told_due_ns)
        tell(u, due, now);
}

CURLMcode sc_multi_set_timer(struct sc_multi *u, CURLMoption option, int64_t arg)
{
    if (option == CURLMOPT_TIMERDATA) {
        u->timer_data = (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr) */
        return CURLM_OK;
    }
    memcpy(&u->timer_fn, &arg, sizeof u->timer_fn);
    u->real->multi_setopt(u->multi, CURLMOPT_TIMERDATA, u);
    return u->real->multi_setopt(u->multi, CURLMOPT_TIMERFUNCTION, arg ? on_timer : NULL);
}
