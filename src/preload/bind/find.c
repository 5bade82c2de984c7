/* find.c - finds the libcurl a caller means. See libcurl.h. */
#include "bind/find.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "bind/dl.h"
#include "bind/elf.h"

enum { MAX_TREE = 512 };

_Atomic(const struct sc_libcurl *) sc_libcurls[SC_LIBCURLS_MAX];

const struct sc_libcurl *sc_libcurl_holding(uintptr_t address)
{
    size_t i;

    for (i = 0; i < SC_LIBCURLS_MAX; i++) {
        const struct sc_libcurl *l = atomic_load_explicit(&sc_libcurls[i], memory_order_acquire);

        if (!l)
            return NULL;
        if (sc_libcurl_holds(l, address))
            return l;
    }
    return NULL;
}

/* The preload exports the same names: it must never be taken for a libcurl. */
static bool is_ourselves(const struct sc_object *o)
{
    uintptr_t here = (uintptr_t)&sc_libcurls;

    return here >= o->lo && here < o->hi;
}

static bool is_libcurl(const struct sc_object *o)
{
    return !is_ourselves(o) && sc_elf_define(o, "curl_easy_perform") &&
           sc_elf_define(o, "curl_easy_init");
}

static void fill(struct sc_libcurl *l, const struct sc_object *o)
{
    l->lo = o->lo;
    l->hi = o->hi;
#define FIND(member, name, result, parameters) \
    *(void **)(void *)&l->member = sc_elf_define(o, name);
    SC_LIBCURL_FUNCTIONS(FIND)
#undef FIND
    if (l->version_info)
        l->version_num = l->version_info(CURLVERSION_NOW)->version_num;
}

/* Two threads may both fill a table for one object; the first published one wins. */
static const struct sc_libcurl *publish(const struct sc_object *o)
{
    struct sc_libcurl *l = calloc(1, sizeof *l);
    size_t i;

    if (!l)
        return NULL;
    fill(l, o);
    for (i = 0; i < SC_LIBCURLS_MAX; i++) {
        const struct sc_libcurl *expected = NULL;

        if (atomic_compare_exchange_strong(&sc_libcurls[i], &expected, l)) {
            sc_dl_pin(o->path);
            return l;
        }
        if (expected->lo == o->lo) {
            free(l);
            return expected;
        }
    }
    free(l);
    return NULL;
}

static const struct sc_libcurl *table_of(const struct sc_object *o)
{
    const struct sc_libcurl *l = sc_libcurl_holding(o->lo);

    return l ? l : publish(o);
}

struct by_name {
    const char *name;
    struct sc_object *out;
};

static bool answers(const struct sc_object *o, void *arg)
{
    struct by_name *b = arg;

    if (!sc_elf_answers(o, b->name))
        return false;
    *b->out = *o;
    return true;
}

/* Names of objects still to visit; they live in the objects' own string tables. */
struct queue {
    const char *name[MAX_TREE];
    size_t n;
};

static void enqueue_needed(struct queue *q, const struct sc_object *o)
{
    const char *name;
    size_t i, j;

    for (i = 0; (name = sc_elf_needed(o, i)) != NULL && q->n < MAX_TREE; i++) {
        for (j = 0; j < q->n && strcmp(q->name[j], name) != 0; j++)
            ;
        if (j == q->n)
            q->name[q->n++] = name;
    }
}

/* Breadth first through DT_NEEDED, as the dynamic linker orders a dependency tree. */
static bool search_tree(const struct sc_object *root, struct sc_object *out)
{
    struct queue q;
    size_t i;

    q.n = 0;
    enqueue_needed(&q, root);
    for (i = 0; i < q.n; i++) {
        struct by_name b = {q.name[i], out};

        if (!sc_elf_each(answers, &b))
            continue;
        if (is_libcurl(out))
            return true;
        enqueue_needed(&q, out);
    }
    return false;
}

struct census {
    struct sc_object first;
    unsigned count;
};

static bool count_libcurl(const struct sc_object *o, void *arg)
{
    struct census *c = arg;

    if (is_libcurl(o) && c->count++ == 0)
        c->first = *o;
    return false;
}

/* For callers that name no libcurl themselves: FFI stubs, libc's pthread_once, a program whose
 * plugin brought libcurl. */
static bool search_process(struct sc_object *out)
{
    struct census c = {.count = 0};

    sc_elf_each(count_libcurl, &c);
    if (c.count > 1) {
        void *next = sc_dl_next("curl_easy_perform");

        if (next && sc_elf_holding((uintptr_t)next, out) && is_libcurl(out))
            return true;
    }
    *out = c.first;
    return c.count > 0;
}

/* What a caller's tree says cannot change while its object stays loaded, so an answer is kept by
 * return address, together with the number of objects unloaded so far. */
struct answer {
    uintptr_t caller;
    unsigned long long unloaded;
    const struct sc_libcurl *real;
};

enum { ANSWERS = 64 };
static _Atomic(struct answer *) answers_kept[ANSWERS];

static int count_unloaded(struct dl_phdr_info *info, size_t size, void *arg)
{
    unsigned long long *n = arg;

    if (size >= offsetof(struct dl_phdr_info, dlpi_subs) + sizeof info->dlpi_subs)
        *n = info->dlpi_subs;
    return 1;
}

static unsigned long long objects_unloaded(void)
{
    unsigned long long n = 0;

    dl_iterate_phdr(count_unloaded, &n);
    return n;
}

static _Atomic(struct answer *) *answer_slot(uintptr_t caller)
{
    return &answers_kept[((uint64_t)caller * 0x9e3779b97f4a7c15u) >> 58];
}

static void keep_answer(uintptr_t caller, const struct sc_libcurl *real)
{
    unsigned long long unloaded = objects_unloaded();
    struct answer *a = atomic_load_explicit(answer_slot(caller), memory_order_acquire);

    /* An outdated answer is replaced but not freed, since another thread may be reading it: one
     * small block for each time an object was unloaded. A second caller in a slot goes without. */
    if (a && a->unloaded == unloaded)
        return;
    a = malloc(sizeof *a);
    if (!a)
        return;
    *a = (struct answer){caller, unloaded, real};
    atomic_store_explicit(answer_slot(caller), a, memory_order_release);
}

static const struct sc_libcurl *kept_answer(uintptr_t caller)
{
    struct answer *a = atomic_load_explicit(answer_slot(caller), memory_order_acquire);

    return a && a->caller == caller && a->unloaded == objects_unloaded() ? a->real : NULL;
}

bool sc_libcurl_index(uintptr_t address, size_t *index)
{
    const struct sc_libcurl *l = sc_libcurl_holding(address);
    struct sc_object o;

    if (!l && sc_elf_holding(address, &o) && is_libcurl(&o))
        l = table_of(&o);
    for (*index = 0; l && *index < SC_LIBCURLS_MAX; (*index)++)
        if (sc_libcurl_at(*index) == l)
            return true;
    return false;
}

const struct sc_libcurl *sc_libcurl_at(size_t index)
{
    return atomic_load_explicit(&sc_libcurls[index], memory_order_acquire);
}

struct sc_caller sc_libcurl_of_caller(uintptr_t return_address)
{
    struct sc_caller c = {sc_libcurl_holding(return_address), true};
    struct sc_object caller, found;
    bool held;

    if (c.real)
        return c;
    c.internal = false;
    c.real = kept_answer(return_address);
    if (c.real)
        return c;
    held = sc_elf_holding(return_address, &caller);
    if (held && is_libcurl(&caller)) {
        c.real = table_of(&caller);
        c.internal = true;
    } else if (held && search_tree(&caller, &found)) {
        c.real = table_of(&found);
        keep_answer(return_address, c.real);
    } else if (search_process(&found)) {
        c.real = table_of(&found);
    }
    return c;
}
