/* playback.c - see deliver.h. */
#include "wire/playback.h"

#include <signal.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/time.h"
#include "handle/progress.h"
#include "handle/texts.h"
#include "view/headers.h"
#include "stage/watchdog.h"
#include "wire/filter.h"

size_t sc_deliver_body(struct sc_shadow *s, char *p, size_t n)
{
    if (s->o.write_fn)
        return s->o.write_fn(p, 1, n, s->o.write_data);
    return fwrite(p, 1, n, s->o.write_data);
}

/* Without a header function, but with header data, libcurl calls the write function with it. */
size_t sc_deliver_header(struct sc_shadow *s, char *p, size_t n)
{
    if (s->o.header_fn)
        return s->o.header_fn(p, 1, n, s->o.header_data);
    if (!s->o.header_data)
        return n;
    if (s->o.write_fn)
        return s->o.write_fn(p, 1, n, s->o.header_data);
    return fwrite(p, 1, n, s->o.header_data);
}

static const struct sc_snapshot *snapshot_of(const struct sc_transfer *t, unsigned block)
{
    size_t i;

    for (i = 0; i < t->n_snapshots; i++)
        if (t->snapshots[i].block == block)
            return &t->snapshots[i];
    return NULL;
}

static bool is_empty_line(const char *p, size_t n)
{
    return n > 0 && (p[0] == '\n' || (n > 1 && p[0] == '\r' && p[1] == '\n'));
}

/* libcurl keeps the last block's content type until the current one names its own. */
static void track_head(struct sc_transfer *t, const struct sc_item *item, const char *p)
{
    static const char name[] = "content-type:";

    if (t->next == 0 || item[-1].block != item->block) {
        const struct sc_snapshot *before =
            item->block > 0 ? snapshot_of(t, item->block - 1u) : NULL;

        t->type_known = false;
        t->length_known = false;
        t->type_before = before ? before->content_type : NULL;
    }
    if (item->len >= sizeof name && (p[0] | 32) == 'c' &&
        strncasecmp(p, name, sizeof name - 1) == 0)
        t->type_known = true;
    if (item->length_known)
        t->length_known = true;
}

/* Header bytes that the program has taken. */
static int64_t head_taken(const struct sc_transfer *t)
{
    int64_t n = 0;

    for (size_t i = 0; i < t->next; i++)
        if (t->hold.items[i].kind == SC_ITEM_HEADER)
            n += (int64_t)t->hold.items[i].len;
    return n;
}

/* To the program nothing has come behind what it refused. */
static void stop_at(struct sc_shadow *s, const struct sc_transfer *t, const struct sc_item *item)
{
    struct sc_overlay *o = &s->overlay;

    o->horizon = sc_headers_horizon(s);
    o->stopped = true;
    o->stopped_in_head = t->in_head && !t->length_known;
    o->stopped_untyped = t->in_head && !t->type_known;
    o->stopped_at = item->got;
    o->stopped_head = head_taken(t);
}

static size_t hand_over(struct sc_shadow *s, struct sc_transfer *t, const struct sc_item *item,
                        size_t at)
{
    char *p = t->hold.bytes + at;

    if (item->kind == SC_ITEM_HEADER)
        return sc_deliver_header(s, p, item->len);
    if (t->show && at >= t->body_start)
        return sc_show_body(s, t, p, item->len);
    return sc_deliver_body(s, p, item->len);
}

/* Hands over item t->next, whose bytes lie at `at`. */
static size_t deliver_item(struct sc_shadow *s, struct sc_transfer *t, size_t at)
{
    const struct sc_item *item = &t->hold.items[t->next];
    char *p = t->hold.bytes + at;
    size_t wrote;

    t->view = snapshot_of(t, item->block);
    t->shown = item;
    t->in_callback = t->replaying;
    t->in_head = at < t->body_start && !is_empty_line(p, item->len);
    if (t->in_head)
        track_head(t, item, p);
    wrote = hand_over(s, t, item, at);
    t->in_callback = false;
    if (wrote != item->len && wrote != CURL_WRITEFUNC_PAUSE && !s->answer)
        stop_at(s, t, item);
    t->in_head = false;
    t->shown = NULL;
    t->view = NULL;
    if (wrote == item->len && item->kind == SC_ITEM_BODY)
        t->delivered_body += item->len;
    return wrote;
}

static size_t offset_of_item(const struct sc_hold *h, size_t n)
{
    size_t at = 0, i;

    for (i = 0; i < n; i++)
        at += h->items[i].len;
    return at;
}

/* Returns true when all items are out; otherwise *verdict says what stopped it. */
static bool deliver_items(struct sc_shadow *s, struct sc_transfer *t, size_t *verdict)
{
    size_t at = offset_of_item(&t->hold, t->next);

    while (t->next < t->hold.n || (t->replaying && sc_show_rest(s, t))) {
        size_t len = t->hold.items[t->next].len;

        if (t->recv_paused) {
            *verdict = CURL_WRITEFUNC_PAUSE;
            return false;
        }
        *verdict = deliver_item(s, t, at);
        if (*verdict != len)
            return false;
        at += len;
        t->next++;
    }
    return true;
}

bool sc_deliver_held(struct sc_shadow *s, struct sc_transfer *t, size_t *verdict)
{
    bool done;

    t->phase = SC_RELEASING;
    done = deliver_items(s, t, verdict);
    if (done) {
        t->phase = SC_COMMITTED;
        sc_transfer_forget_held(t);
    } else if (*verdict == CURL_WRITEFUNC_PAUSE) {
        t->recv_paused = true;
        t->recv_withheld = false; /* the trampoline returns it */
        sc_watchdog_paused(t);
    } else {
        t->short_write = true;
        t->refused = *verdict;
    }
    return done;
}

/* ---- after the real perform ---------------------------------------------------------------- */

bool sc_progress(struct sc_shadow *s, struct sc_transfer *t, curl_off_t dltotal, curl_off_t dlnow)
{
    int rc = 0;

    if (s->o.no_progress)
        return false;
    t->in_callback = true;
    rc = sc_progress_call(s, dltotal, dlnow, t->told.up_total, t->told.up);
    t->in_callback = false;
    return rc != 0 && rc != CURL_PROGRESSFUNC_CONTINUE;
}

/* A pause in a replay ends when the program calls curl_easy_pause, which it can only do from its
 * progress callback (or another thread); its timeout goes on meanwhile, as in libcurl. */
static CURLcode wait_for_unpause(struct sc_shadow *s, struct sc_transfer *t)
{
    static const struct timespec tick = {0, 20000000};

    t->recv_paused = true;
    while (t->recv_paused) {
        if (sc_progress(s, t, t->content_length, (curl_off_t)t->delivered_body)) {
            sc_say_aborted(s);
            return CURLE_ABORTED_BY_CALLBACK;
        }
        if (!t->recv_paused)
            break;
        if (t->call.deadline_ns != SC_NEVER && sc_now_ns() >= t->call.deadline_ns) {
            sc_say_timed_out(s, (sc_now_ns() - t->call.start_ns) / SC_NS_PER_MS, t->body_len,
                             t->content_length);
            return CURLE_OPERATION_TIMEDOUT;
        }
        nanosleep(&tick, NULL);
    }
    return CURLE_OK;
}

/* The numbers of a failure that was held, which the program has by now. */
static CURLcode tell_owed(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    bool owed = t->told.owed && !s->overlay.no_body;

    t->told.owed = false;
    if (!owed || !sc_progress(s, t, t->told.down_total, t->told.down) || rc != CURLE_OK)
        return rc;
    sc_say_aborted(s);
    return CURLE_ABORTED_BY_CALLBACK;
}

static CURLcode replay(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    size_t verdict;

    t->replay_paused = false;
    while (!deliver_items(s, t, &verdict)) {
        const struct sc_item *item = &t->hold.items[t->next];
        CURLcode stop;

        if (verdict != CURL_WRITEFUNC_PAUSE) {
            sc_say_refused(s, item->kind == SC_ITEM_HEADER, item->len, verdict);
            return CURLE_WRITE_ERROR;
        }
        if (t->may_pause) {
            t->recv_paused = true;
            t->replay_paused = true;
            return rc;
        }
        stop = wait_for_unpause(s, t);
        if (stop != CURLE_OK)
            return stop;
    }
    return tell_owed(s, t, rc);
}

/* FAILONERROR as libcurl applies it at the end of the headers: no body, code 22. */
static CURLcode fail_on_error(struct sc_shadow *s, struct sc_transfer *t)
{
    while (t->hold.n > 0 && t->hold.items[t->hold.n - 1].kind == SC_ITEM_BODY &&
           t->hold.len > t->body_start)
        sc_hold_pop(&t->hold);
    t->body_len = 0;
    sc_say_status(s, t->status);
    return CURLE_HTTP_RETURNED_ERROR;
}

/* libcurl only knows that the piece was refused in whose callback the release ran. */
static void name_refused(struct sc_shadow *s, const struct sc_transfer *t)
{
    const struct sc_item *item = &t->hold.items[t->next];

    if (t->next < t->hold.n)
        sc_say_refused(s, item->kind == SC_ITEM_HEADER, item->len, t->refused);
}

/* All has gone to the program but what may be kept back of the last event. */
static bool has_rest(const struct sc_transfer *t)
{
    return t->show && t->phase == SC_COMMITTED && !t->programs_doing;
}

CURLcode sc_deliver_result(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc)
{
    struct sigaction ignore, before;
    bool guard = !s->o.no_signal;

    if (t->short_write && rc == CURLE_WRITE_ERROR)
        name_refused(s, t);
    if (t->fail_suppressed && t->place == SC_IN_BODY && t->phase == SC_HOLDING && t->next == 0) {
        rc = fail_on_error(s, t);
        s->overlay.no_body = true;
    }
    if ((t->phase != SC_HOLDING || t->hold.n == 0) && !has_rest(t))
        return rc; /* a release that stopped in the middle has ended with the transfer */
    /* Writing to a closed pipe is an error for libcurl's callbacks, not a signal. */
    if (guard && sigaction(SIGPIPE, NULL, &before) == 0) {
        ignore = before;
        ignore.sa_handler = SIG_IGN;
        guard = sigaction(SIGPIPE, &ignore, NULL) == 0;
    }
    t->replaying = true;
    rc = replay(s, t, rc);
    t->replaying = false;
    if (guard)
        sigaction(SIGPIPE, &before, NULL);
    return rc;
}
