/* multi.c - drives managed transfers inside the program's own loop. See multi.h. */
#include "drive/multi.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "steadycurl/newer.h"
#include "core/time.h"

static _Atomic(const struct sc_host *) preload;

void sc_multi_set_host(const struct sc_host *host)
{
    atomic_store_explicit(&preload, host, memory_order_release);
}

const struct sc_host *sc_multi_host(void)
{
    return atomic_load_explicit(&preload, memory_order_acquire);
}

/* ---- callbacks ------------------------------------------------------------------------------- */

void sc_multi_enter(struct sc_multi *u, uintptr_t frame)
{
    u->callback_frame = frame;
    u->callback_thread = pthread_self();
}

/* In one of the program's callbacks that libcurl does not know of. The stack grows downwards: a
 * caller that stands above the callback's frame has outlived it by a longjmp, and another thread
 * comes only when that of the callback was cancelled. */
bool sc_multi_is_busy(struct sc_multi *u, uintptr_t frame)
{
    struct sc_member *left = u->delivering;

    if (u->callback_frame == 0)
        return false;
    if (frame < u->callback_frame && pthread_equal(u->callback_thread, pthread_self()))
        return true;
    u->callback_frame = 0;
    u->delivering = NULL;
    if (left)
        sc_member_abandoned(left);
    return false;
}

/* In a callback that libcurl makes, it refuses calls; this one changes nothing otherwise. */
bool sc_multi_libcurl_calls_back(const struct sc_multi *u)
{
    long unused;

    return u->real->multi_timeout(u->multi, &unused) == CURLM_RECURSIVE_API_CALL;
}

/* ---- one turn of the program's loop ---------------------------------------------------------- */

static void call_progress(struct sc_multi *u, int64_t now_ns)
{
    struct sc_member *m, *next;

    u->progress_ns = now_ns;
    for (m = u->watched.first; m; m = next) {
        next = m->next;
        sc_member_progress(m);
    }
}

static void wake_due(struct sc_multi *u, int64_t now_ns)
{
    size_t most = u->n_heap; /* each at most once a turn, whatever it decides */

    while (most-- > 0 && u->n_heap > 0 && u->heap[0]->due_ns <= now_ns)
        sc_member_wake(u->heap[0], now_ns);
}

static void before_turn(struct sc_multi *u)
{
    int64_t now = u->n_heap || u->watched.first ? sc_now_ns() : 0;
    bool watch = u->watched.first && now >= u->progress_ns + SC_PROGRESS_TURN_MS * SC_NS_PER_MS;
    bool due = u->n_heap && u->heap[0]->due_ns <= now;

    if ((!u->fresh.first && !watch && !due) || sc_multi_libcurl_calls_back(u))
        return;
    while (u->fresh.first)
        sc_member_begin(u->fresh.first);
    if (watch)
        call_progress(u, now);
    if (due)
        wake_due(u, now);
}

/* Of handles that stand in for others (handle/standin.h) the preload knows nothing. */
static struct sc_member *member_stood_in(const struct sc_multi *u, const CURL *easy)
{
    struct sc_member *m = u->others.first;

    while (m && !(m->shadow->own && m->shadow->easy == easy))
        m = m->next;
    return m;
}

static struct sc_member *member_of(const struct sc_multi *u, CURL *easy)
{
    const struct sc_shadow *s = sc_multi_host()->shadow_of(easy);

    if (!s)
        return member_stood_in(u, easy);
    return s->member && s->member->multi == u ? s->member : NULL;
}

/* libcurl keeps a message inside the handle until that is removed: the pointer may be kept. */
static struct sc_member *next_ended(struct sc_multi *u, CURLcode *rc)
{
    int left;
    CURLMsg *message;

    while ((message = u->real->multi_info_read(u->multi, &left)) != NULL) {
        struct sc_member *m =
            message->msg == CURLMSG_DONE ? member_of(u, message->easy_handle) : NULL;

        *rc = message->data.result;
        if (m && m->state == SC_MEMBER_RUNNING)
            return m;
        sc_multi_push_message(u, message);
    }
    return NULL;
}

/* Returns how many members have begun another attempt that libcurl has not counted yet. */
static int harvest(struct sc_multi *u)
{
    int again = 0;
    struct sc_member *m;
    CURLcode rc = CURLE_OK;

    while ((m = u->ended.first) != NULL || (m = next_ended(u, &rc)) != NULL) {
        sc_member_ended(m, m->list == &u->ended ? m->result : rc);
        if (m->state == SC_MEMBER_RUNNING)
            again++;
    }
    return again;
}

/* Inside a callback of libcurl's, which allows no handle to come or go: what needs none of that. */
static void harvest_inside(struct sc_multi *u)
{
    struct sc_member *m;
    CURLcode rc;

    while ((m = next_ended(u, &rc)) != NULL)
        sc_member_set_aside(m, rc);
}

/* After the real call: ends, and what counts as running. */
static CURLMcode after_turn(struct sc_multi *u, CURLMcode rc, int *running)
{
    int again;

    if (rc == CURLM_RECURSIVE_API_CALL)
        return rc;
    again = harvest(u);
    if (u->n_notices > 0)
        again += sc_multi_tell(u);
    if (rc == CURLM_OK && running)
        *running += again + (int)u->n_held;
    sc_multi_update_timer(u);
    return rc;
}

static bool is_idle(const struct sc_multi *u)
{
    return u->n_managed == 0 && !u->fresh.first;
}

CURLMcode sc_multi_perform(void *multi, int *running)
{
    struct sc_multi *u = multi;

    if (SC_MULTI_RUNS(u))
        return CURLM_RECURSIVE_API_CALL;
    if (is_idle(u))
        return u->real->multi_perform(u->multi, running);
    before_turn(u);
    return after_turn(u, u->real->multi_perform(u->multi, running), running);
}

CURLMcode sc_multi_socket_action(void *multi, curl_socket_t s, int events, int *running)
{
    struct sc_multi *u = multi;

    if (SC_MULTI_RUNS(u))
        return CURLM_RECURSIVE_API_CALL;
    if (s == CURL_SOCKET_TIMEOUT)
        sc_multi_timer_fired(u);
    if (is_idle(u))
        return u->real->multi_socket_action(u->multi, s, events, running);
    before_turn(u);
    return after_turn(u, u->real->multi_socket_action(u->multi, s, events, running), running);
}

CURLMcode sc_multi_socket_all(void *multi, int *running)
{
    struct sc_multi *u = multi;

    if (SC_MULTI_RUNS(u))
        return CURLM_RECURSIVE_API_CALL;
    if (is_idle(u))
        return u->real->multi_socket_all(u->multi, running);
    before_turn(u);
    return after_turn(u, u->real->multi_socket_all(u->multi, running), running);
}

CURLMsg *sc_multi_info_read(void *multi, int *left)
{
    struct sc_multi *u = multi;
    CURLMsg *message;

    if (u->n_messages == 0 && u->n_managed == 0)
        return u->real->multi_info_read(u->multi, left);
    if (!SC_MULTI_BUSY(u) && !sc_multi_libcurl_calls_back(u)) {
        harvest(u); /* other handles' messages from before a managed one was there */
    } else if (u->real->version_num >= SC_SINCE_MESSAGES_IN_CALLBACKS) {
        harvest_inside(u);
    } else {
        *left = 0;
        return NULL;
    }
    message = sc_multi_take_message(u);
    *left = (int)u->n_messages;
    return message;
}

/* ---- handles come and go --------------------------------------------------------------------- */

void *sc_multi_adopt(CURLM *multi, const struct sc_libcurl *real)
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

static struct sc_member *any_member(const struct sc_multi *u)
{
    struct sc_member *const firsts[] = {u->fresh.first, u->watched.first, u->ended.first,
                                        u->others.first};

    for (size_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++)
        if (firsts[i])
            return firsts[i];
    return NULL;
}

CURLMcode sc_multi_cleanup(void *multi)
{
    struct sc_multi *u = multi;
    struct sc_member *m;
    CURLMcode rc;

    if (SC_MULTI_RUNS(u))
        return CURLM_RECURSIVE_API_CALL;
    rc = u->real->multi_cleanup(u->multi);
    if (rc != CURLM_OK)
        return rc;
    while ((m = any_member(u)) != NULL) {
        struct sc_shadow *s = m->shadow;

        sc_member_free(m);
        sc_managed_end(s);
    }
    free(u->spare);
    free(u->heap);
    free(u->messages);
    free(u->notices);
    free(u);
    return rc;
}

CURLMcode sc_multi_add_handle(void *multi, CURL *easy, void *shadow)
{
    struct sc_multi *u = multi;
    struct sc_shadow *s = shadow;
    struct sc_member *m;
    CURLMcode rc;

    if (SC_MULTI_BUSY(u))
        return CURLM_RECURSIVE_API_CALL;
    if (s && s->member && !s->member->in_real)
        return CURLM_ADDED_ALREADY;
    u->came_meanwhile++;
    if (!s || s->member || s->real != u->real)
        return u->real->multi_add_handle(u->multi, easy);
    m = sc_member_new(u, s, SC_MEMBER_NEW);
    if (!m)
        return CURLM_OUT_OF_MEMORY;
    rc = u->real->multi_add_handle(u->multi, easy);
    if (rc != CURLM_OK)
        sc_member_free(m);
    return rc;
}

CURLMcode sc_multi_remove_handle(void *multi, CURL *easy, void *shadow)
{
    struct sc_multi *u = multi;
    struct sc_shadow *s = shadow;
    struct sc_member *m = s ? s->member : NULL;
    CURLMcode rc = CURLM_OK;

    if (SC_MULTI_BUSY(u))
        return CURLM_RECURSIVE_API_CALL;
    if (m && m->multi != u)
        return CURLM_BAD_EASY_HANDLE;
    if (m && !m->in_real)
        rc = sc_multi_libcurl_calls_back(u) ? CURLM_RECURSIVE_API_CALL : CURLM_OK;
    else
        rc = u->real->multi_remove_handle(u->multi, s && s->own ? s->easy : easy);
    if (rc != CURLM_OK)
        return rc;
    sc_multi_drop_messages(u, easy);
    if (m) {
        if (m->in_real && (m->state == SC_MEMBER_NEW || m->state == SC_MEMBER_RUNNING))
            u->came_meanwhile--;
        sc_member_free(m);
        sc_managed_end(s);
        sc_multi_update_timer(u);
    }
    return rc;
}

/* ---- options --------------------------------------------------------------------------------- */

CURLMcode sc_multi_setopt(void *multi, CURLMoption option, int64_t arg)
{
    struct sc_multi *u = multi;

    if (SC_MULTI_BUSY(u))
        return CURLM_RECURSIVE_API_CALL;
    switch ((int)option) {
    case CURLMOPT_TIMERFUNCTION:
    case CURLMOPT_TIMERDATA:
        return sc_multi_set_timer(u, option, arg);
    case CURLMOPT_PUSHFUNCTION:
    case CURLMOPT_PUSHDATA:
        return sc_multi_set_push(u, option, arg);
    case SC_CURLMOPT_NOTIFYFUNCTION:
    case SC_CURLMOPT_NOTIFYDATA:
        return sc_multi_set_notify(u, option, arg);
    default:
        return u->real->multi_setopt(u->multi, option, arg);
    }
}
