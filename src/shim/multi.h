/*
 * multi.h - managed transfers in a program's multi handle.
 *
 * A managed transfer under way is in the real multi with trampolines, like in an easy perform. One
 * that waits (limiter, gate, backoff) is in none: it stands in a heap by its due time, counts as
 * running for the program, and shortens every wait that the program can make. Its end shows as one
 * message. Everything happens inside curl_multi_perform and curl_multi_socket_action, never in a
 * thread of ours.
 *
 * One thread at a time per multi, as libcurl demands.
 */
#ifndef SC_SHIM_MULTI_H
#define SC_SHIM_MULTI_H

#include "steadycurl/engine.h"
#include "shim/managed.h"

enum sc_member_state {
    SC_MEMBER_RUNNING, /* in the real multi */
    SC_MEMBER_WAITING, /* in the heap */
    SC_MEMBER_PAUSED,  /* its result is being handed over, and the program paused it */
    SC_MEMBER_DONE     /* its message is queued or read */
};

/* A managed handle in a multi. */
struct sc_member {
    struct sc_multi *multi;
    struct sc_shadow *shadow;
    struct sc_member *next, *previous;
    enum sc_member_state state;
    bool in_real;    /* the real multi has the handle */
    int64_t due_ns;  /* WAITING */
    size_t heap_at;  /* WAITING: its place in the heap */
    CURLcode result; /* of the last attempt */
    CURLMsg message;
};

struct sc_multi {
    CURLM *multi;
    const struct sc_libcurl *real;
    struct sc_member *members;
    struct sc_member **heap; /* waiting members, the next one first */
    size_t n_waiting, heap_room;
    size_t n_paused;
    size_t n_managed;   /* members that are not DONE */
    CURLMsg **messages; /* read from libcurl or made, not yet given to the program */
    size_t first_message, n_messages, message_room;
    int64_t progress_ns; /* when waiting members' progress callbacks are next called */
    bool in_callback;    /* one of the program's callbacks runs, and libcurl's not */

    curl_multi_timer_callback timer_fn;
    void *timer_data;
    int64_t libcurl_due_ns; /* what libcurl last asked to be woken for, SC_NEVER: nothing */
    int64_t told_due_ns;    /* what the program's timer is set to, SC_NEVER: nothing */
    curl_push_callback push_fn;
    void *push_data;
};

void sc_multi_fill(struct sc_engine *table, const struct sc_host *host);

/* The handle is being cleaned up or its call given up: takes it out of its multi. */
void sc_multi_forget(struct sc_member *m);

/* The program lifted a pause of a transfer that is being handed over. */
void sc_multi_unpaused(struct sc_member *m);

/* multi_queue.c: the heap of waiting members, and the messages. */
bool sc_multi_push_waiting(struct sc_multi *u, struct sc_member *m, int64_t due_ns);
void sc_multi_drop_waiting(struct sc_multi *u, struct sc_member *m);
bool sc_multi_push_message(struct sc_multi *u, CURLMsg *message);
CURLMsg *sc_multi_take_message(struct sc_multi *u);
void sc_multi_drop_messages(struct sc_multi *u, const CURL *easy);

/* multi_time.c: when to come back. */
int64_t sc_multi_due(const struct sc_multi *u, int64_t now_ns);
void sc_multi_update_timer(struct sc_multi *u);
CURLMcode sc_multi_set_timer(struct sc_multi *u, CURLMoption option, int64_t arg);
CURLMcode sc_multi_timeout(void *multi, long *timeout_ms);
CURLMcode sc_multi_wait(void *multi, bool poll, struct curl_waitfd *extra, unsigned n,
                        int timeout_ms, int *ready);

#endif
