/* handle.c - see handle.h. */
#include "bind/handle.h"

#include <stdlib.h>

enum { BUCKETS = 1024 };

static _Atomic(struct sc_handle *) buckets[BUCKETS];

/* Marks a record that is being filled: no handle has this address. */
static char reserved;

static _Atomic(struct sc_handle *) *bucket_of(CURL *easy)
{
    uint64_t x = (uint64_t)(uintptr_t)easy * 0x9e3779b97f4a7c15u;

    return &buckets[x >> 54];
}

struct sc_handle *sc_handle_find(CURL *easy)
{
    struct sc_handle *h;

    if (!easy)
        return NULL;
    h = atomic_load_explicit(bucket_of(easy), memory_order_acquire);
    while (h && atomic_load_explicit(&h->easy, memory_order_acquire) != easy)
        h = h->next;
    return h;
}

/* An emptied record of this bucket, now reserved for the caller. */
static struct sc_handle *reuse(_Atomic(struct sc_handle *) *bucket)
{
    struct sc_handle *h = atomic_load_explicit(bucket, memory_order_acquire);

    for (; h; h = h->next) {
        CURL *expected = NULL;

        if (atomic_load_explicit(&h->easy, memory_order_relaxed) == NULL &&
            atomic_compare_exchange_strong(&h->easy, &expected, (CURL *)&reserved))
            return h;
    }
    return NULL;
}

static struct sc_handle *push(_Atomic(struct sc_handle *) *bucket)
{
    struct sc_handle *h = calloc(1, sizeof *h);

    if (!h)
        return NULL;
    atomic_store_explicit(&h->easy, (CURL *)&reserved, memory_order_relaxed);
    h->next = atomic_load_explicit(bucket, memory_order_acquire);
    while (!atomic_compare_exchange_weak(bucket, &h->next, h))
        ;
    return h;
}

struct sc_handle *sc_handle_put(CURL *easy, const struct sc_libcurl *real, void *shadow)
{
    _Atomic(struct sc_handle *) *bucket = bucket_of(easy);
    struct sc_handle *h = sc_handle_find(easy);

    if (!h)
        h = reuse(bucket);
    if (!h)
        h = push(bucket);
    if (!h)
        return NULL;
    h->real = real;
    h->shadow = shadow;
    atomic_store_explicit(&h->easy, easy, memory_order_release);
    return h;
}

void *sc_handle_take(CURL *easy)
{
    struct sc_handle *h = sc_handle_find(easy);
    void *shadow;

    if (!h)
        return NULL;
    shadow = h->shadow;
    h->shadow = NULL;
    atomic_store_explicit(&h->easy, NULL, memory_order_release);
    return shadow;
}
