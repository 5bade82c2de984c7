/*
 * multi_notify.c - libcurl's notifications (8.17 and later). See multi.h.
 *
 * A program may read messages only where it is told that there are some (curl -Z of 8.17 and later
 * does), and libcurl tells of its own: of each attempt, and of nothing that we answer. So while
 * something is managed, what libcurl tells is kept back, and after the turn the program is told in
 * its stead: of the first message in an empty queue, and of each transfer that has ended for good.
 */
#include "drive/multi.h"

#include <stdlib.h>
#include <string.h>

#include "steadycurl/newer.h"

enum { KINDS_MAX = 32 };

static bool is_enabled(const struct sc_multi *u, unsigned type)
{
    return u->notify_fn && type < KINDS_MAX && (u->notify_enabled & 1u << type);
}

/* Without memory for it the program is not told, as it would not be by libcurl. */
void sc_multi_note(struct sc_multi *u, unsigned type, CURL *easy)
{
    if (!is_enabled(u, type))
        return;
    if (u->n_notices == u->notice_room) {
        size_t room = u->notice_room ? 2 * u->notice_room : 16;
        struct sc_notice *grown = realloc(u->notices, room * sizeof *grown);

        if (!grown)
            return;
        u->notices = grown;
        u->notice_room = room;
    }
    u->notices[u->n_notices++] = (struct sc_notice){type, easy};
}

/* The handle leaves: it is not spoken of any more. */
void sc_multi_drop_notices(struct sc_multi *u, const CURL *easy)
{
    for (size_t i = u->notices_told; i < u->n_notices; i++)
        if (u->notices[i].easy == easy && u->notices[i].type != SC_CURLMNOTIFY_INFO_READ)
            u->notices[i].easy = NULL;
}

static void tell(struct sc_multi *u, unsigned type, CURL *easy)
{
    u->notify_frame = (uintptr_t)__builtin_frame_address(0);
    u->notify_thread = pthread_self();
    u->notify_fn(u->multi, type, easy, u->notify_data);
    u->notify_frame = 0;
}

/* In the callback libcurl refuses to be driven. Like sc_multi_is_busy: a caller above its frame has
 * outlived it by a longjmp. */
bool sc_multi_is_notifying(struct sc_multi *u, uintptr_t frame)
{
    if (u->notify_frame == 0)
        return false;
    if (frame < u->notify_frame && pthread_equal(u->notify_thread, pthread_self()))
        return true;
    u->notify_frame = 0;
    return false;
}

/* With news of messages comes a handle of libcurl's own; before there was one, the message's. */
static CURL *internal_handle(const struct sc_multi *u)
{
    if (u->internal)
        return u->internal;
    return u->n_messages > 0 ? u->messages[u->first_message]->easy_handle : NULL;
}

int sc_multi_tell(struct sc_multi *u)
{
    u->came_meanwhile = 0;
    while (u->notices_told < u->n_notices) {
        struct sc_notice n = u->notices[u->notices_told++];

        if (n.type == SC_CURLMNOTIFY_INFO_READ)
            n.easy = internal_handle(u);
        if (n.easy && is_enabled(u, n.type))
            tell(u, n.type, n.easy);
    }
    u->notices_told = u->n_notices = 0;
    return u->came_meanwhile;
}

static bool is_in_attempt(CURL *easy)
{
    const struct sc_shadow *s = sc_multi_host()->shadow_of(easy);

    return s && s->member && s->member->state == SC_MEMBER_RUNNING;
}

/* libcurl tells, at the end of its turn. */
static void on_notify(CURLM *multi, unsigned type, CURL *easy, void *arg)
{
    struct sc_multi *u = arg;

    (void)multi;
    if (type == SC_CURLMNOTIFY_INFO_READ)
        u->internal = easy;
    if (u->n_managed == 0 && !u->fresh.first && u->n_messages == 0 && u->n_notices == 0) {
        if (is_enabled(u, type))
            tell(u, type, easy);
    } else if (type != SC_CURLMNOTIFY_INFO_READ && !is_in_attempt(easy)) {
        sc_multi_note(u, type, easy);
    }
}

CURLMcode sc_multi_notify(void *multi, bool on, unsigned type)
{
    struct sc_multi *u = multi;
    CURLMcode rc = CURLM_UNKNOWN_OPTION;

    if (on && u->real->multi_notify_enable)
        rc = u->real->multi_notify_enable(u->multi, type);
    else if (!on && u->real->multi_notify_disable)
        rc = u->real->multi_notify_disable(u->multi, type);
    if (rc != CURLM_OK || type >= KINDS_MAX)
        return rc;
    if (on)
        u->notify_enabled |= 1u << type;
    else
        u->notify_enabled &= ~(1u << type);
    return rc;
}

CURLMcode sc_multi_set_notify(struct sc_multi *u, CURLMoption option, int64_t arg)
{
    CURLMcode rc = u->real->multi_setopt(u->multi, (CURLMoption)SC_CURLMOPT_NOTIFYDATA, u);

    if (rc != CURLM_OK)
        return rc;
    if ((int)option == SC_CURLMOPT_NOTIFYDATA) {
        u->notify_data = (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr) */
        return CURLM_OK;
    }
    memcpy(&u->notify_fn, &arg, sizeof u->notify_fn);
    return u->real->multi_setopt(u->multi, (CURLMoption)SC_CURLMOPT_NOTIFYFUNCTION,
                                 arg ? on_notify : NULL);
}
