/* multi.c - drives managed transfers inside the program's own loop. See multi.h. */
#include "shim/multi.h"

#include <stdlib.h>
#include <string.h>

#include "shim/deliver.h"
#include "shim/report.h"

enum { NS_PER_MS = 1000000, PROGRESS_MS = 500 };

static const struct sc_host *preload;

/* ---- members --------------------------------------------------------------------------------- */

static void link_member(struct sc_multi *u, struct sc_member *m)
{
    m->next = u->members;
    if (u->members)
        u->members->previous = m;
    u->members = m;
    u->n_managed++;
}

static void leave_state(struct sc_member *m)
{
    struct sc_multi *u = m->multi;

    if (m->state == SC_MEMBER_WAITING)
        sc_multi_drop_waiting(u, m);
    if (m->state == SC_MEMBER_PAUSED)
        u->n_paused--;
}

static void free_member(struct sc_member *m)
{
    struct sc_multi *u = m->multi;

    leave_state(m);
    if (m->state != SC_MEMBER_DONE)
        u->n_managed--;
    if (m->previous)
        m->previous->next = m->next;
    else
        u->members = m->next;
    if (m->next)
        m->next->previous = m->previous;
    sc_multi_drop_messages(u, m->shadow->easy);
    m->shadow->member = NULL;
    free(m);
}

void sc_multi_forget(struct sc_member *m)
{
    free_member(m);
}

static void finish_member(struct sc_member *m, CURLcode rc)
{
    struct sc_multi *u = m->multi;

    leave_state(m);
    m->state = SC_MEMBER_DONE;
    u->n_managed--;
    m->message = (CURLMsg){.msg = CURLMSG_DONE, .easy_handle = m->shadow->easy};
    m->message.data.result = rc;
    sc_managed_end(m->shadow);
    sc_multi_push_message(u, &m->message);
}

/* ---- what the engine says -------------------------------------------------------------------- */

static void wait_until(struct sc_member *m, int64_t due_ns)
{
    struct sc_multi *u = m->multi;

    if (m->in_real) {
        u->real->multi_remove_handle(u->multi, m->shadow->easy);
        m->in_real = false;
    }
    if (u->n_waiting == 0)
        u->progress_ns = sc_now_ns() + (int64_t)PROGRESS_MS * NS_PER_MS;
    if (!sc_multi_push_waiting(u, m, due_ns))
        finish_member(m, CURLE_OUT_OF_MEMORY);
}

static CURLMcode start_attempt(struct sc_member *m)
{
    struct sc_multi *u = m->multi;
    CURLMcode rc;

    if (m->in_real)
        u->real->multi_remove_handle(u->multi, m->shadow->easy);
    sc_managed_prepare(m->shadow, m->shadow->transfer);
    rc = u->real->multi_add_handle(u->multi, m->shadow->easy);
    m->in_real = rc == CURLM_OK;
    m->state = SC_MEMBER_RUNNING;
    return rc;
}

/* Hands the result over, as far as the program takes it. */
static void deliver(struct sc_member *m)
{
    struct sc_multi *u = m->multi;
    struct sc_transfer *t = m->shadow->transfer;
    CURLcode rc;

    t->may_pause = true;
    u->in_callback = true;
    rc = sc_managed_finish(m->shadow, t, m->result);
    u->in_callback = false;
    if (t->replay_paused) {
        m->state = SC_MEMBER_PAUSED;
        u->n_paused++;
        return;
    }
    finish_member(m, rc);
}

/* Goes on with a member that is in no attempt, until it is in one, waits or has ended. */
static CURLMcode advance(struct sc_member *m)
{
    struct sc_step step;
    struct sc_shadow *s = m->shadow;

    if (m->state == SC_MEMBER_WAITING) {
        sc_multi_drop_waiting(m->multi, m);
        m->state = SC_MEMBER_RUNNING;
    }
    sc_managed_next(s, s->transfer, sc_now_ns(), &step);
    if (step.kind == SC_STEP_SEND)
        return start_attempt(m);
    if (step.kind == SC_STEP_WAIT) {
        sc_report_wait(s, s->transfer, &step);
        wait_until(m, step.until_ns);
        return CURLM_OK;
    }
    deliver(m);
    return CURLM_OK;
}

/* ---- one turn of the program's loop ---------------------------------------------------------- */

static void abort_member(struct sc_member *m)
{
    struct sc_shadow *s = m->shadow;
    CURLcode rc = sc_managed_abort(s, s->transfer);

    finish_member(m, sc_managed_finish(s, s->transfer, rc));
}

/* Waiting members' progress callbacks may stop them. */
static void call_progress(struct sc_multi *u, int64_t now_ns)
{
    struct sc_member *m, *next;

    if (u->n_waiting == 0 || now_ns < u->progress_ns)
        return;
    u->progress_ns = now_ns + (int64_t)PROGRESS_MS * NS_PER_MS;
    for (m = u->members; m; m = next) {
        bool stop;

        next = m->next;
        if (m->state != SC_MEMBER_WAITING)
            continue;
        u->in_callback = true;
        stop = sc_progress(m->shadow, m->shadow->transfer, 0, 0);
        u->in_callback = false;
        if (stop)
            abort_member(m);
    }
}

static void wake_due(struct sc_multi *u)
{
    size_t most = u->n_waiting; /* each at most once a turn, whatever it decides */
    int64_t now;

    if (u->n_waiting == 0)
        return;
    now = sc_now_ns();
    call_progress(u, now);
    while (most-- > 0 && u->n_waiting > 0 && u->heap[0]->due_ns <= now) {
        struct sc_member *m = u->heap[0];

        if (advance(m) != CURLM_OK && m->state != SC_MEMBER_DONE)
            finish_member(m, CURLE_FAILED_INIT);
    }
}

static struct sc_member *member_of(const struct sc_multi *u, CURL *easy)
{
    const struct sc_shadow *s = preload->shadow_of(easy);

    return s && s->member && s->member->multi == u ? s->member : NULL;
}

/* libcurl keeps a message inside the handle until that is removed: the pointer may be kept. */
static void take_message(struct sc_multi *u, CURLMsg *message)
{
    struct sc_member *m = NULL;

    if (message->msg == CURLMSG_DONE)
        m = member_of(u, message->easy_handle);
    if (!m || m->state != SC_MEMBER_RUNNING) {
        sc_multi_push_message(u, message);
        return;
    }
    m->result = message->data.result;
    sc_managed_judge(m->shadow, m->shadow->transfer, m->result);
    if (advance(m) != CURLM_OK)
        finish_member(m, CURLE_FAILED_INIT);
}

/* Returns how many members have begun another attempt that libcurl has not counted yet. */
static int harvest(struct sc_multi *u)
{
    int left, again = 0;
    CURLMsg *message;

    while ((message = u->real->multi_info_read(u->multi, &left)) != NULL) {
        struct sc_member *m =
            message->msg == CURLMSG_DONE ? member_of(u, message->easy_handle) : NULL;
        bool was_running = m && m->state == SC_MEMBER_RUNNING;

        take_message(u, message);
        if (was_running && m->state == SC_MEMBER_RUNNING)
            again++;
    }
    return again;
}

/* After the real call: ends, and what counts as running. */
static void after_turn(struct sc_multi *u, int *running)
{
    int again = harvest(u);

    if (running)
        *running += again + (int)u->n_waiting + (int)u->n_paused;
    sc_multi_update_timer(u);
}

static bool is_busy(const struct sc_multi *u)
{
    return u->in_callback;
}

static CURLMcode perform(void *multi, int *running)
{
    struct sc_multi *u = multi;
    CURLMcode rc;

    if (is_busy(u))
        return CURLM_RECURSIVE_API_CALL;
    if (u->n_managed == 0)
        return u->real->multi_perform(u->multi, running);
    wake_due(u);
    rc = u->real->multi_perform(u->multi, running);
    if (rc == CURLM_OK)
        after_turn(u, running);
    return rc;
}

static CURLMcode socket_action(void *multi, curl_socket_t s, int events, int *running)
{
    struct sc_multi *u = multi;
    CURLMcode rc;

    if (is_busy(u))
        return CURLM_RECURSIVE_API_CALL;
    if (s == CURL_SOCKET_TIMEOUT)
        u->told_due_ns = SC_NEVER; /* the program's timer has fired */
    if (u->n_managed == 0)
        return u->real->multi_socket_action(u->multi, s, events, running);
    wake_due(u);
    rc = u->real->multi_socket_action(u->multi, s, events, running);
    if (rc == CURLM_OK)
        after_turn(u, running);
    return rc;
}

static CURLMcode socket_all(void *multi, int *running)
{
    struct sc_multi *u = multi;
    CURLMcode rc;

    if (is_busy(u))
        return CURLM_RECURSIVE_API_CALL;
    if (u->n_managed > 0)
        wake_due(u);
    rc = u->real->multi_socket_all(u->multi, running);
    if (rc == CURLM_OK && u->n_managed > 0)
        after_turn(u, running);
    return rc;
}

static CURLMsg *info_read(void *multi, int *left)
{
    struct sc_multi *u = multi;
    CURLMsg *message;

    if (is_busy(u))
        return NULL;
    if (u->n_messages == 0 && u->n_managed == 0)
        return u->real->multi_info_read(u->multi, left);
    harvest(u);
    message = sc_multi_take_message(u);
    if (left)
        *left = (int)u->n_messages;
    return message;
}

/* ---- handles come and go --------------------------------------------------------------------- */

static void *adopt(CURLM *multi, const struct sc_libcurl *real)
{
    struct sc_multi *u = calloc(1, sizeof *u);

    if (!u)
        return NULL;
    u->multi = multi;
    u->real = real;
    u->libcurl_due_ns = SC_NEVER;
    u->told_due_ns = SC_NEVER;
    return u;
}

static CURLMcode cleanup(void *multi)
{
    struct sc_multi *u = multi;
    CURLMcode rc;

    rc = u->real->multi_cleanup(u->multi);
    if (rc != CURLM_OK)
        return rc;
    while (u->members) {
        struct sc_shadow *s = u->members->shadow;

        free_member(u->members);
        sc_managed_end(s);
    }
    free(u->heap);
    free(u->messages);
    free(u);
    return rc;
}

static CURLMcode add_plain(struct sc_multi *u, CURL *easy)
{
    return u->real->multi_add_handle(u->multi, easy);
}

static CURLMcode add_managed(struct sc_multi *u, struct sc_shadow *s)
{
    struct sc_member *m = calloc(1, sizeof *m);
    CURLMcode rc;

    if (!m) {
        sc_managed_end(s);
        return CURLM_OUT_OF_MEMORY;
    }
    m->multi = u;
    m->shadow = s;
    m->state = SC_MEMBER_RUNNING;
    s->member = m;
    link_member(u, m);
    rc = advance(m);
    if (rc != CURLM_OK) {
        free_member(m);
        sc_managed_end(s);
        return rc;
    }
    sc_multi_update_timer(u);
    return CURLM_OK;
}

static CURLMcode add_handle(void *multi, CURL *easy, void *shadow)
{
    struct sc_multi *u = multi;
    struct sc_shadow *s = shadow;
    bool refused;

    if (s && s->member)
        return CURLM_ADDED_ALREADY;
    if (is_busy(u))
        return CURLM_RECURSIVE_API_CALL;
    if (!s || s->active || s->real != u->real)
        return add_plain(u, easy);
    if (!sc_managed_begin(s, &refused))
        return refused ? CURLM_BAD_EASY_HANDLE : add_plain(u, easy);
    return add_managed(u, s);
}

static CURLMcode remove_handle(void *multi, CURL *easy, void *shadow)
{
    struct sc_multi *u = multi;
    struct sc_shadow *s = shadow;
    struct sc_member *m = s ? s->member : NULL;
    CURLMcode rc = CURLM_OK;

    if (is_busy(u))
        return CURLM_RECURSIVE_API_CALL;
    if (m && m->multi != u)
        return CURLM_BAD_EASY_HANDLE;
    if (!m || m->in_real)
        rc = u->real->multi_remove_handle(u->multi, easy);
    if (rc != CURLM_OK)
        return rc;
    sc_multi_drop_messages(u, easy);
    if (m) {
        free_member(m);
        sc_managed_end(s);
        sc_multi_update_timer(u);
    }
    return rc;
}

void sc_multi_unpaused(struct sc_member *m)
{
    struct sc_multi *u = m->multi;

    u->n_paused--;
    m->state = SC_MEMBER_RUNNING;
    wait_until(m, sc_now_ns());
    sc_multi_update_timer(u);
}

/* ---- options --------------------------------------------------------------------------------- */

/* libcurl duplicates the parent for a pushed stream, trampolines and all: the copy gets a shadow,
 * and the program's own values, before the program sees it. */
static int on_push(CURL *parent, CURL *easy, size_t n, struct curl_pushheaders *headers, void *arg)
{
    struct sc_multi *u = arg;
    struct sc_member *m = member_of(u, parent);
    int verdict;

    if (m)
        preload->announce(easy, u->real, sc_shadow_copy(m->shadow, easy));
    verdict = u->push_fn ? u->push_fn(parent, easy, n, headers, u->push_data) : CURL_PUSH_DENY;
    if (m && verdict != CURL_PUSH_OK)
        preload->announce(easy, u->real, NULL);
    return verdict;
}

static CURLMcode setopt(void *multi, CURLMoption option, int64_t arg)
{
    struct sc_multi *u = multi;

    switch ((int)option) {
    case CURLMOPT_TIMERFUNCTION:
    case CURLMOPT_TIMERDATA:
        return is_busy(u) ? CURLM_RECURSIVE_API_CALL : sc_multi_set_timer(u, option, arg);
    case CURLMOPT_PUSHFUNCTION:
        memcpy(&u->push_fn, &arg, sizeof u->push_fn);
        u->real->multi_setopt(u->multi, CURLMOPT_PUSHDATA, u);
        return u->real->multi_setopt(u->multi, CURLMOPT_PUSHFUNCTION, arg ? on_push : NULL);
    case CURLMOPT_PUSHDATA:
        u->push_data = (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr) */
        return CURLM_OK;
    default:
        return u->real->multi_setopt(u->multi, option, arg);
    }
}

static CURLMcode timeout(void *multi, long *timeout_ms)
{
    return is_busy(multi) ? CURLM_RECURSIVE_API_CALL : sc_multi_timeout(multi, timeout_ms);
}

void sc_multi_fill(struct sc_engine *table, const struct sc_host *host)
{
    preload = host;
    table->multi_adopt = adopt;
    table->multi_cleanup = cleanup;
    table->multi_add_handle = add_handle;
    table->multi_remove_handle = remove_handle;
    table->multi_perform = perform;
    table->multi_wait = sc_multi_wait;
    table->multi_timeout = timeout;
    table->multi_socket_action = socket_action;
    table->multi_socket_all = socket_all;
    table->multi_info_read = info_read;
    table->multi_setopt = setopt;
}
