/*
 * multi.h - managed transfers in a program's multi handle.
 *
 * A managed transfer under way is in the real multi with trampolines, like in an easy perform. One
 * that waits (limiter, gate, backoff) is in none: it stands in a heap by its due time, counts as
 * running for the program, and shortens every wait that the program can make. Its end shows as one
 * message. Everything happens inside curl_multi_perform and curl_multi_socket_action, never in a
 * thread of ours, and nothing ever blocks.
 *
 *     add_handle: into the real multi, NEW
 *     next turn:  NEW -> PLAIN (no rule matches) | RUNNING (may go) | WAITING (out of the real one)
 *     real DONE:  RUNNING -> judged -> WAITING -> RUNNING ... -> DELIVERING -> (PAUSED ->) DONE
 *
 * One thread at a time per multi, as libcurl demands.
 */
#ifndef SC_DRIVE_MULTI_H
#define SC_DRIVE_MULTI_H

#include "steadycurl/engine.h"
#include "drive/sequence.h"

enum sc_member_state {
    SC_MEMBER_NEW,     /* added: what it will be is looked at in the next turn, as libcurl does */
    SC_MEMBER_PLAIN,   /* libcurl's alone */
    SC_MEMBER_RUNNING, /* in the real multi */
    SC_MEMBER_WAITING, /* in the heap */
    SC_MEMBER_DELIVERING, /* its result is being handed over: a callback runs, or was left */
    SC_MEMBER_PAUSED,     /* the program paused it while it was handed over */
    SC_MEMBER_DONE        /* its message is queued or read */
};

struct sc_member_list {
    struct sc_member *first, *last;
};

/* What the program is to be told of (multi_notify.c). */
struct sc_notice {
    unsigned type;
    CURL *easy; /* NULL: it has left */
};

/* curl_notify_callback of newer headers. */
typedef void sc_notify_callback(CURLM *multi, unsigned type, CURL *easy, void *data);

/* A handle in a multi. */
struct sc_member {
    struct sc_multi *multi;
    struct sc_shadow *shadow;
    struct sc_member_list *list; /* the one it is in */
    struct sc_member *next, *previous;
    enum sc_member_state state;
    bool in_real; /* the real multi has the handle */
    bool in_heap;
    int64_t due_ns;     /* in the heap: when it goes on, or times out */
    size_t heap_at;     /* and its place there */
    CURLcode result;    /* of the last attempt */
    char *error_before; /* the program's error buffer before the first attempt, NULL: has none */
    CURLMsg message;
};

struct sc_multi {
    CURLM *multi;
    const struct sc_libcurl *real;
    struct sc_member_list fresh;   /* NEW, in order */
    struct sc_member_list watched; /* held ones with a progress callback */
    struct sc_member_list
        ended; /* libcurl said so in one of its callbacks: the turn's end goes on */
    struct sc_member_list others;
    struct sc_member **heap; /* the next one first */
    size_t n_heap, heap_room;
    size_t n_managed;   /* managed members that are not DONE */
    size_t n_held;      /* of these, which libcurl does not count as running: WAITING or PAUSED */
    CURLMsg **messages; /* read from libcurl or made, not yet given to the program */
    size_t first_message, n_messages, message_room;
    struct sc_member *spare; /* the memory of one that is gone: calls come one after the other */
    int64_t progress_ns;     /* when progress callbacks of held members were last called */

    uintptr_t callback_frame; /* where one of the program's callbacks runs, and libcurl's not */
    pthread_t callback_thread;
    struct sc_member *delivering; /* whose callback it is, NULL: the timer's */

    curl_multi_timer_callback timer_fn;
    void *timer_data;
    int64_t libcurl_due_ns; /* what libcurl last asked to be woken for, SC_NEVER: nothing */
    int64_t told_due_ns; /* what the program's timer is set to in its stead, SC_NEVER: libcurl's */
    curl_push_callback push_fn;
    void *push_data;

    sc_notify_callback *notify_fn;
    void *notify_data;
    unsigned notify_enabled; /* bits of what it is told */
    struct sc_notice *notices;
    size_t n_notices, notices_told, notice_room;
    CURL *internal;         /* the handle that libcurl names with its messages */
    uintptr_t notify_frame; /* where that callback runs, and in which thread */
    pthread_t notify_thread;
    int came_meanwhile;   /* handles that came, less those that went, while it ran */
    uint64_t added_again; /* how often libcurl was given a handle for another attempt */
};

/* What the preload calls, see steadycurl/engine.h. */
void *sc_multi_adopt(CURLM *multi, const struct sc_libcurl *real);
CURLMcode sc_multi_cleanup(void *multi);
CURLMcode sc_multi_add_handle(void *multi, CURL *easy, void *shadow);
CURLMcode sc_multi_remove_handle(void *multi, CURL *easy, void *shadow);
CURLMcode sc_multi_perform(void *multi, int *running);
CURLMcode sc_multi_socket_action(void *multi, curl_socket_t s, int events, int *running);
CURLMcode sc_multi_socket_all(void *multi, int *running);
CURLMsg *sc_multi_info_read(void *multi, int *left);
CURLMcode sc_multi_setopt(void *multi, CURLMoption option, int64_t arg);

CURLMcode sc_multi_notify(void *multi, bool on, unsigned type);
CURLMcode sc_multi_get_offt(void *multi, int info, curl_off_t *out);
CURL **sc_multi_get_handles(void *multi);

/* The preload, which knows the handles. All threads set the same one. */
void sc_multi_set_host(const struct sc_host *host);
const struct sc_host *sc_multi_host(void);

/* The handle is being cleaned up or its call given up: takes it out of its multi. */
void sc_multi_forget(struct sc_member *m);

/* The program lifted a pause of a transfer that was being handed over. */
void sc_multi_unpaused(struct sc_member *m);

/* multi.c: is the program in one of its callbacks, where libcurl refuses calls on the multi? */
void sc_multi_enter(struct sc_multi *u, uintptr_t frame); /* a callback is about to run */
bool sc_multi_is_busy(struct sc_multi *u, uintptr_t frame);
bool sc_multi_libcurl_calls_back(const struct sc_multi *u);
#define SC_MULTI_BUSY(u) sc_multi_is_busy((u), (uintptr_t)__builtin_frame_address(0))
/* ... or in that of notifications, where it refuses to be driven */
#define SC_MULTI_RUNS(u) \
    (SC_MULTI_BUSY(u) || sc_multi_is_notifying((u), (uintptr_t)__builtin_frame_address(0)))

/* multi_member.c: what happens to one handle. */
struct sc_member *sc_member_new(struct sc_multi *u, struct sc_shadow *s,
                                enum sc_member_state state);
void sc_member_free(struct sc_member *m);
void sc_member_begin(struct sc_member *m);                  /* NEW: its first turn */
void sc_member_ended(struct sc_member *m, CURLcode rc);     /* RUNNING: libcurl says so */
void sc_member_set_aside(struct sc_member *m, CURLcode rc); /* ... where nothing can follow yet */
void sc_member_wake(struct sc_member *m, int64_t now_ns);   /* WAITING or PAUSED: its time is up */
void sc_member_progress(struct sc_member *m);               /* may end it */
void sc_member_abandoned(struct sc_member *m);              /* left in the middle of a delivery */

/* multi_queue.c: members by due time, and messages in order. */
bool sc_multi_push_due(struct sc_multi *u, struct sc_member *m, int64_t due_ns);
void sc_multi_drop_due(struct sc_multi *u, struct sc_member *m);
bool sc_multi_push_message(struct sc_multi *u, CURLMsg *message);
CURLMsg *sc_multi_take_message(struct sc_multi *u);
void sc_multi_drop_messages(struct sc_multi *u, const CURL *easy);
void sc_member_list_add(struct sc_member_list *l, struct sc_member *m);
void sc_member_list_drop(struct sc_member *m);

/* multi_time.c: when to come back. */
enum { SC_PROGRESS_TURN_MS = 100, SC_PROGRESS_WAKE_MS = 500 };
int64_t sc_multi_due(const struct sc_multi *u);
void sc_multi_update_timer(struct sc_multi *u);
void sc_multi_timer_fired(struct sc_multi *u);
CURLMcode sc_multi_set_timer(struct sc_multi *u, CURLMoption option, int64_t arg);
CURLMcode sc_multi_timeout(void *multi, long *timeout_ms);
CURLMcode sc_multi_wait(void *multi, bool poll, struct curl_waitfd *extra, unsigned n,
                        int timeout_ms, int *ready);

/* multi_notify.c: what the program is told without asking. */
CURLMcode sc_multi_set_notify(struct sc_multi *u, CURLMoption option, int64_t arg);
bool sc_multi_is_notifying(struct sc_multi *u, uintptr_t frame);
void sc_multi_note(struct sc_multi *u, unsigned type, CURL *easy);
void sc_multi_drop_notices(struct sc_multi *u, const CURL *easy);
int sc_multi_tell(struct sc_multi *u); /* returns how many handles have come meanwhile */

/* multi_push.c: streams that an HTTP/2 server opens. */
CURLMcode sc_multi_set_push(struct sc_multi *u, CURLMoption option, int64_t arg);

#endif
