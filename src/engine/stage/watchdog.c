/* watchdog.c - see watchdog.h. */
#include "stage/watchdog.h"

#include <string.h>

#include "core/time.h"
#include "handle/hooks.h"
#include "handle/progress.h"
#include "handle/texts.h"
#include "process/runtime.h"

bool sc_watchdog_wanted(const struct sc_transfer *t)
{
    const struct sc_timeouts *w = &t->rule->settings->timeouts;

    return w->first_token_ms > 0 || w->gap_ms > 0;
}

void sc_watchdog_begin(struct sc_transfer *t)
{
    t->watch = (struct sc_watch){.since_ns = t->attempt_start_ns};
    t->told.owed = false;
    sc_watchdog_paused(t);
}

void sc_watchdog_paused(struct sc_transfer *t)
{
    struct sc_watch *w = &t->watch;
    bool paused = t->recv_paused || t->send_stopped;

    if (paused == (w->paused_ns != 0) || !sc_watchdog_wanted(t))
        return;
    if (paused) {
        w->paused_ns = sc_now_ns();
    } else {
        w->since_ns += sc_now_ns() - w->paused_ns;
        w->paused_ns = 0;
    }
}

int64_t sc_watchdog_aside(const struct sc_shadow *s)
{
    return sc_hook_is_in(s, SC_HOOK_PROGRESS) ? sc_now_ns() : 0;
}

void sc_watchdog_back(const struct sc_shadow *s, int64_t from_ns)
{
    struct sc_watch *w = s->transfer ? &s->transfer->watch : NULL;
    int64_t now;

    if (from_ns == 0 || !w || w->paused_ns)
        return;
    now = sc_now_ns();
    w->since_ns += now - from_ns;
    if (w->since_ns > now) /* a callback inside of a callback */
        w->since_ns = now;
}

static bool is_blank(const char *p, size_t n)
{
    while (n > 0 && strchr(" \t\r\n", *p))
        p++, n--;
    return n == 0;
}

/* Servers keep connections alive by comments and pings in streams, by blanks before JSON. */
static bool is_output(const struct sc_transfer *t, const char *p, size_t n)
{
    uint64_t outputs;

    if (!t->stream)
        return t->watch.begun || !is_blank(p, n);
    outputs = t->stream->outputs + (t->stream->state == SC_STREAM_OUTPUT);
    return outputs != t->watch.outputs;
}

void sc_watchdog_fed(const struct sc_shadow *s, int64_t from_ns, const char *p, size_t n)
{
    struct sc_transfer *t = s->transfer;

    if (from_ns == 0 || !t)
        return;
    if (!is_output(t, p, n)) {
        sc_watchdog_back(s, from_ns);
        return;
    }
    t->watch.since_ns = sc_now_ns();
    t->watch.begun = true;
    if (t->stream)
        t->watch.outputs = t->stream->outputs + 1;
}

/* NULL: all is well. */
static const char *bound_broken(const struct sc_transfer *t)
{
    const struct sc_timeouts *bounds = &t->rule->settings->timeouts;
    const struct sc_watch *w = &t->watch;
    int64_t waited_ms = (sc_now_ns() - w->since_ns) / SC_NS_PER_MS;

    if (w->paused_ns)
        return NULL;
    if (w->begun)
        return bounds->gap_ms > 0 && waited_ms > bounds->gap_ms ? "gap_ms" : NULL;
    if (bounds->first_token_ms > 0 && t->phase == SC_HOLDING && waited_ms > bounds->first_token_ms)
        return "first_token_ms";
    return NULL;
}

static void keep_most(curl_off_t *most, curl_off_t *now)
{
    if (*now > *most)
        *most = *now;
    *now = *most;
}

/* A failure that is held may never be shown: what came of it is told once it is. */
static void keep_failure(struct sc_transfer *t, curl_off_t *total, curl_off_t *now)
{
    struct sc_told *told = &t->told;

    told->owed = t->phase == SC_HOLDING && t->status >= 400 && (*total > 0 || *now > 0);
    if (!told->owed)
        return;
    told->down_total = *total;
    told->down = *now;
    *total = *now = 0;
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct sc_shadow *s = arg;
    struct sc_transfer *t = s->transfer;
    int64_t from;
    int rc;

    if (t && (t->bound = bound_broken(t)) != NULL)
        return 1;
    if (s->o.no_progress)
        return 0;
    if (t) {
        keep_most(&t->told.up_total, &ultotal);
        keep_most(&t->told.up, &ulnow);
        keep_failure(t, &dltotal, &dlnow);
    }
    from = sc_watchdog_aside(s);
    rc = sc_progress_call(s, dltotal, dlnow, ultotal, ulnow);
    sc_watchdog_back(s, from);
    return rc;
}

void sc_watchdog_install(struct sc_shadow *s)
{
    sc_hook_in(s, SC_HOOK_PROGRESS, (sc_trampoline *)on_progress);
}

CURLcode sc_watchdog_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    if (rc != CURLE_ABORTED_BY_CALLBACK || !t->bound)
        return rc;
    sc_say_timed_out(s, (sc_now_ns() - t->attempt_start_ns) / SC_NS_PER_MS, t->body_len,
                     t->content_length);
    return CURLE_OPERATION_TIMEDOUT;
}
