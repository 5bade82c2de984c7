/* watchdog.c - see watchdog.h. */
#include "stage/watchdog.h"

#include <stdio.h>

#include "process/runtime.h"

#define SET(s, option, value) (s)->real->easy_setopt((s)->easy, (option), (value))

enum { NS_PER_MS = 1000000 };

bool sc_watchdog_wanted(const struct sc_transfer *t)
{
    const struct sc_timeouts *w = &t->rule->settings->timeouts;

    return w->first_token_ms > 0 || w->gap_ms > 0;
}

static bool output_has_begun(const struct sc_transfer *t)
{
    return t->stream ? t->stream->state == SC_STREAM_OUTPUT : t->body_len > 0;
}

void sc_watchdog_feed(struct sc_transfer *t)
{
    if (sc_watchdog_wanted(t))
        t->last_piece_ns = sc_now_ns();
}

/* NULL: all is well. */
static const char *bound_broken(const struct sc_transfer *t)
{
    const struct sc_timeouts *w = &t->rule->settings->timeouts;
    int64_t now = sc_now_ns();

    if (w->first_token_ms > 0 && !output_has_begun(t) && t->phase == SC_HOLDING &&
        now - t->attempt_start_ns > w->first_token_ms * NS_PER_MS)
        return "first_token_ms";
    if (w->gap_ms > 0 && t->last_piece_ns > 0 && !t->recv_paused &&
        now - t->last_piece_ns > w->gap_ms * NS_PER_MS)
        return "gap_ms";
    return NULL;
}

static int on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    struct sc_shadow *s = arg;
    struct sc_transfer *t = s->transfer;

    if (t && (t->bound = bound_broken(t)) != NULL)
        return 1;
    if (s->o.no_progress)
        return 0;
    if (s->o.xferinfo_fn)
        return s->o.xferinfo_fn(s->o.progress_data, dltotal, dlnow, ultotal, ulnow);
    if (s->o.progress_fn)
        return s->o.progress_fn(s->o.progress_data, (double)dltotal, (double)dlnow, (double)ultotal,
                                (double)ulnow);
    return CURL_PROGRESSFUNC_CONTINUE; /* libcurl's own meter */
}

void sc_watchdog_install(struct sc_shadow *s)
{
    SET(s, CURLOPT_XFERINFOFUNCTION, on_progress);
    SET(s, CURLOPT_XFERINFODATA, s);
    SET(s, CURLOPT_NOPROGRESS, 0L);
    s->progress_installed = true;
}

void sc_watchdog_uninstall(struct sc_shadow *s)
{
    /* XFERINFODATA and PROGRESSDATA are one option; the newer function wins where both are set. */
    SET(s, CURLOPT_XFERINFOFUNCTION, s->o.xferinfo_fn);
    SET(s, CURLOPT_XFERINFODATA, s->o.progress_data);
    SET(s, CURLOPT_NOPROGRESS, (long)s->o.no_progress);
    s->progress_installed = false;
}

CURLcode sc_watchdog_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    char text[CURL_ERROR_SIZE];

    if (rc != CURLE_ABORTED_BY_CALLBACK || !t->bound)
        return rc;
    snprintf(
        text, sizeof text, "Operation timed out after %lld milliseconds with %llu bytes received",
        (long long)((sc_now_ns() - t->call.start_ns) / NS_PER_MS), (unsigned long long)t->body_len);
    sc_shadow_error(s, text);
    return CURLE_OPERATION_TIMEDOUT;
}
