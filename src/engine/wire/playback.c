/* playback.c - see playback.h. */
#include "wire/playback.h"

#include <signal.h>
#include <string.h>
#include <time.h>

#include "handle/texts.h"
#include "http/name.h"
#include "process/runtime.h"
#include "wire/clock.h"
#include "wire/filter.h"
#include "wire/horizon.h"
#include "wire/made.h"
#include "wire/program.h"

static const struct sc_snapshot *snapshot_of(const struct sc_exchange *x, unsigned block)
{
    size_t i;

    for (i = 0; i < x->n_snapshots; i++)
        if (x->snapshots[i].block == block)
            return &x->snapshots[i];
    return NULL;
}

/* libcurl keeps the last block's content type until the current one names its own. */
static void track_head(struct sc_exchange *x, const struct sc_item *item, const char *p)
{
    static const char name[] = "content-type:";

    if (x->play->next == 0 || item[-1].block != item->block) {
        const struct sc_snapshot *before =
            item->block > 0 ? snapshot_of(x, item->block - 1u) : NULL;

        x->play->type_known = false;
        x->play->length_known = false;
        x->play->type_before = before ? before->content_type : NULL;
    }
    if (item->len >= sizeof name && sc_name_is(p, name, sizeof name - 1))
        x->play->type_known = true;
    if (item->length_known)
        x->play->length_known = true;
}

/* Header bytes that the program has taken. */
static int64_t head_taken(const struct sc_exchange *x)
{
    int64_t n = 0;

    for (size_t i = 0; i < x->play->next; i++)
        if (x->hold.items[i].kind == SC_ITEM_HEADER)
            n += (int64_t)x->hold.items[i].len;
    return n;
}

/* To the program nothing has come behind what it refused. */
static void stop_at(const struct sc_exchange *x, const struct sc_item *item)
{
    struct sc_overlay *o = &x->shadow->overlay;

    o->horizon = sc_horizon(x);
    o->stopped = true;
    o->stopped_in_head = x->play->in_head && !x->play->length_known;
    o->stopped_untyped = x->play->in_head && !x->play->type_known;
    o->stopped_at = item->got;
    o->stopped_head = head_taken(x);
}

static size_t hand_over(struct sc_exchange *x, const struct sc_item *item, size_t at)
{
    char *p = x->hold.bytes + at;

    if (item->kind == SC_ITEM_HEADER)
        return sc_program_header(x->shadow, p, item->len);
    if (x->filter && at >= x->body_start && !x->shadow->answer)
        return sc_filter_body(x, p, item->len);
    return sc_program_body(x->shadow, p, item->len);
}

/* The program has taken a piece of a body. */
static void count_taken(struct sc_exchange *x, const struct sc_item *item, size_t at)
{
    if (item->kind != SC_ITEM_BODY)
        return;
    x->play->delivered_body += item->len;
    if (at >= x->body_start)
        sc_answer_taken(x->shadow, item->len);
}

/* Hands over item x->play->next, whose bytes lie at `at`. */
static size_t deliver_item(struct sc_exchange *x, size_t at)
{
    struct sc_playback *play = x->play;
    const struct sc_item *item = &x->hold.items[play->next];
    char *p = x->hold.bytes + at;
    size_t wrote;

    play->view = snapshot_of(x, item->block);
    play->shown = item;
    play->in_callback = play->replaying;
    play->in_head = at < x->body_start && !sc_is_empty_line(p, item->len);
    if (play->in_head)
        track_head(x, item, p);
    play->is_head_copy = at < x->body_start;
    wrote = hand_over(x, item, at);
    play->is_head_copy = false;
    play->in_callback = false;
    if (wrote == item->len)
        count_taken(x, item, at);
    else if (wrote != CURL_WRITEFUNC_PAUSE && !x->shadow->answer)
        stop_at(x, item);
    play->in_head = false;
    play->shown = NULL;
    play->view = NULL;
    return wrote;
}

static size_t offset_of_item(const struct sc_hold *h, size_t n)
{
    size_t at = 0, i;

    for (i = 0; i < n; i++)
        at += h->items[i].len;
    return at;
}

static bool is_unheard(const struct sc_exchange *x, const struct sc_item *item)
{
    return item->kind == SC_ITEM_HEADER && !sc_program_hears_headers(x->shadow);
}

/* Returns true when all items are out; otherwise *verdict says what stopped it. */
static bool deliver_items(struct sc_exchange *x, size_t *verdict)
{
    size_t at = offset_of_item(&x->hold, x->play->next);

    while (x->play->next < x->hold.n || (x->play->replaying && sc_filter_rest(x))) {
        const struct sc_item *item = &x->hold.items[x->play->next];
        size_t len = item->len;

        if (x->play->recv_paused) {
            *verdict = CURL_WRITEFUNC_PAUSE;
            return false;
        }
        *verdict = is_unheard(x, item) ? len : deliver_item(x, at);
        if (*verdict != len)
            return false;
        at += len;
        x->play->next++;
    }
    return true;
}

bool sc_deliver_held(struct sc_exchange *x, size_t *verdict)
{
    bool done;

    x->phase = SC_RELEASING;
    done = deliver_items(x, verdict);
    if (done) {
        x->phase = SC_COMMITTED;
        sc_exchange_forget_held(x);
    } else if (*verdict == CURL_WRITEFUNC_PAUSE) {
        x->play->recv_paused = true;
        x->play->recv_withheld = false; /* the trampoline returns it */
        sc_clock_paused(x);
    } else {
        x->play->short_write = true;
        x->play->refused = *verdict;
    }
    return done;
}

/* ---- after the real perform ---------------------------------------------------------------- */

void sc_playback_timed_out(const struct sc_exchange *x)
{
    sc_say_timed_out(x->shadow, (sc_now_ns() - x->play->start_ns) / SC_NS_PER_MS, x->body_len,
                     x->content_length);
}

/* A pause in a replay ends when the program calls curl_easy_pause, which it can only do from its
 * progress callback (or another thread); its timeout goes on meanwhile, as in libcurl. */
static CURLcode wait_for_unpause(struct sc_exchange *x)
{
    static const struct timespec tick = {0, 20000000};

    x->play->recv_paused = true;
    while (x->play->recv_paused) {
        if (sc_program_progress(x, x->content_length, (curl_off_t)x->play->delivered_body)) {
            sc_say_aborted(x->shadow);
            return CURLE_ABORTED_BY_CALLBACK;
        }
        if (!x->play->recv_paused)
            break;
        if (sc_now_ns() >= x->play->deadline_ns) {
            sc_playback_timed_out(x);
            return CURLE_OPERATION_TIMEDOUT;
        }
        nanosleep(&tick, NULL);
    }
    return CURLE_OK;
}

/* The numbers of a failure that was held, which the program has by now. */
static CURLcode tell_owed(struct sc_exchange *x, CURLcode rc)
{
    bool owed = x->play->told.owed && !x->shadow->overlay.no_body;

    x->play->told.owed = false;
    if (!owed || !sc_program_progress(x, x->play->told.down_total, x->play->told.down) ||
        rc != CURLE_OK)
        return rc;
    sc_say_aborted(x->shadow);
    return CURLE_ABORTED_BY_CALLBACK;
}

static CURLcode replay(struct sc_exchange *x, CURLcode rc)
{
    size_t verdict;

    x->play->replay_paused = false;
    while (!deliver_items(x, &verdict)) {
        const struct sc_item *item = &x->hold.items[x->play->next];
        CURLcode stop;

        if (verdict != CURL_WRITEFUNC_PAUSE) {
            sc_say_refused(x->shadow, item->kind == SC_ITEM_HEADER, item->len, verdict);
            return CURLE_WRITE_ERROR;
        }
        if (x->play->may_pause) {
            x->play->recv_paused = true;
            x->play->replay_paused = true;
            return rc;
        }
        stop = wait_for_unpause(x);
        if (stop != CURLE_OK)
            return stop;
    }
    return tell_owed(x, rc);
}

/* FAILONERROR as libcurl applies it at the end of the headers: no body, code 22. */
static CURLcode fail_on_error(struct sc_exchange *x)
{
    while (x->hold.n > 0 && x->hold.items[x->hold.n - 1].kind == SC_ITEM_BODY &&
           x->hold.len > x->body_start)
        sc_hold_pop(&x->hold);
    x->body_len = 0;
    sc_say_status(x->shadow, x->status);
    return CURLE_HTTP_RETURNED_ERROR;
}

/* libcurl only knows that the piece was refused in whose callback the release ran. */
static void name_refused(const struct sc_exchange *x)
{
    const struct sc_item *item = &x->hold.items[x->play->next];

    if (x->play->next < x->hold.n)
        sc_say_refused(x->shadow, item->kind == SC_ITEM_HEADER, item->len, x->play->refused);
}

/* All has gone to the program but what may be kept back of the last event. */
static bool has_rest(const struct sc_exchange *x)
{
    return x->filter && x->phase == SC_COMMITTED && !x->programs_doing;
}

CURLcode sc_deliver_result(struct sc_exchange *x, CURLcode rc)
{
    struct sigaction ignore, before;
    bool guard = !x->shadow->o.no_signal;

    if (x->play->short_write && rc == CURLE_WRITE_ERROR)
        name_refused(x);
    if (x->fail_suppressed && (x->place == SC_IN_BODY || x->place == SC_UNDECIDED) &&
        x->phase == SC_HOLDING && x->play->next == 0) {
        rc = fail_on_error(x);
        x->shadow->overlay.no_body = true;
    }
    if (x->wants.translation && x->phase == SC_HOLDING)
        return rc; /* in words that the program does not speak */
    if ((x->phase != SC_HOLDING || x->hold.n == 0) && !has_rest(x))
        return rc; /* a release that stopped in the middle has ended with the transfer */
    /* Writing to a closed pipe is an error for libcurl's callbacks, not a signal. */
    if (guard && sigaction(SIGPIPE, NULL, &before) == 0) {
        ignore = before;
        ignore.sa_handler = SIG_IGN;
        guard = sigaction(SIGPIPE, &ignore, NULL) == 0;
    }
    x->play->replaying = true;
    rc = replay(x, rc);
    x->play->replaying = false;
    if (guard)
        sigaction(SIGPIPE, &before, NULL);
    return rc;
}
