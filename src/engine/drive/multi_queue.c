/* multi_queue.c - members by due time, in lists, and messages in order. See multi.h. */
#include "drive/multi.h"

#include <stdlib.h>
#include <string.h>

#include "steadycurl/newer.h"

static void place(struct sc_multi *u, struct sc_member *m, size_t at)
{
    u->heap[at] = m;
    m->heap_at = at;
}

static void sift_up(struct sc_multi *u, struct sc_member *m, size_t at)
{
    while (at > 0 && u->heap[(at - 1) / 2]->due_ns > m->due_ns) {
        place(u, u->heap[(at - 1) / 2], at);
        at = (at - 1) / 2;
    }
    place(u, m, at);
}

static void sift_down(struct sc_multi *u, struct sc_member *m, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= u->n_heap)
            break;
        if (child + 1 < u->n_heap && u->heap[child + 1]->due_ns < u->heap[child]->due_ns)
            child++;
        if (u->heap[child]->due_ns >= m->due_ns)
            break;
        place(u, u->heap[child], at);
        at = child;
    }
    place(u, m, at);
}

bool sc_multi_push_due(struct sc_multi *u, struct sc_member *m, int64_t due_ns)
{
    if (u->n_heap == u->heap_room) {
        size_t room = u->heap_room ? 2 * u->heap_room : 16;
        struct sc_member **grown = realloc(u->heap, room * sizeof(struct sc_member *));

        if (!grown)
            return false;
        u->heap = grown;
        u->heap_room = room;
    }
    m->due_ns = due_ns;
    m->in_heap = true;
    sift_up(u, m, u->n_heap++);
    return true;
}

void sc_multi_drop_due(struct sc_multi *u, struct sc_member *m)
{
    struct sc_member *last = u->heap[--u->n_heap];
    size_t at = m->heap_at;

    m->in_heap = false;
    if (last == m)
        return;
    if (at > 0 && u->heap[(at - 1) / 2]->due_ns > last->due_ns)
        sift_up(u, last, at);
    else
        sift_down(u, last, at);
}

bool sc_multi_push_message(struct sc_multi *u, CURLMsg *message)
{
    if (u->n_messages == 0)
        sc_multi_note(u, SC_CURLMNOTIFY_INFO_READ, NULL);
    if (u->first_message > 0 && u->first_message + u->n_messages == u->message_room) {
        memmove(u->messages, u->messages + u->first_message, u->n_messages * sizeof(CURLMsg *));
        u->first_message = 0;
    }
    if (u->n_messages == u->message_room) {
        size_t room = u->message_room ? 2 * u->message_room : 16;
        CURLMsg **grown = realloc(u->messages, room * sizeof(CURLMsg *));

        if (!grown)
            return false;
        u->messages = grown;
        u->message_room = room;
    }
    u->messages[u->first_message + u->n_messages++] = message;
    return true;
}

CURLMsg *sc_multi_take_message(struct sc_multi *u)
{
    if (u->n_messages == 0)
        return NULL;
    u->n_messages--;
    return u->messages[u->first_message++];
}

void sc_multi_drop_messages(struct sc_multi *u, const CURL *easy)
{
    size_t i, kept = 0;

    sc_multi_drop_notices(u, easy);
    for (i = 0; i < u->n_messages; i++) {
        CURLMsg *m = u->messages[u->first_message + i];

        if (m->easy_handle != easy)
            u->messages[u->first_message + kept++] = m;
    }
    u->n_messages = kept;
}

void sc_member_list_add(struct sc_member_list *l, struct sc_member *m)
{
    m->list = l;
    m->next = NULL;
    m->previous = l->last;
    if (l->last)
        l->last->next = m;
    else
        l->first = m;
    l->last = m;
}

void sc_member_list_drop(struct sc_member *m)
{
    if (m->previous)
        m->previous->next = m->next;
    else
        m->list->first = m->next;
    if (m->next)
        m->next->previous = m->previous;
    else
        m->list->last = m->previous;
    m->list = NULL;
}
