/* cassette.c - see cassette.h. */
#include "cassette/cassette.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cassette/tape.h"
#include "http/json.h"
#include "state/siphash.h"

enum { URL_MAX = 1 << 16 };

struct entry {
    struct sc_wanted is;
    size_t from, len; /* in the run's bytes */
    size_t number;
};

/* What was read at once: never changed after it hangs on the one before. */
struct run {
    _Atomic(struct run *) next;
    struct entry *entries;
    size_t n;
    size_t end;   /* of the file, so far */
    size_t lines; /* in all runs so far */
    size_t damaged, first_damaged;
    const char *why;
    char bytes[];
};

struct sc_cassette {
    _Atomic(struct run *) first;
    char path[];
};

/* ---- what is asked --------------------------------------------------------------------------- */

static uint64_t hash_of(uint64_t kind, const char *p, size_t n)
{
    const uint64_t key[2] = {kind, UINT64_C(0x6361737365747465)};

    return sc_siphash(key, n > 0 ? p : "", n);
}

static const char *end_of(const char *p, const char *end, char what)
{
    const char *at = p < end ? memchr(p, what, (size_t)(end - p)) : NULL;

    return at ? at : end;
}

/* scheme://HOST/PATH?QUERY: the scheme does not count. */
void sc_wanted_of(struct sc_str method, struct sc_str url, const char *hash, struct sc_wanted *w)
{
    const char *end = end_of(url.p, url.p + url.n, '#');
    const char *sign = memmem(url.p, (size_t)(end - url.p), "://", 3);
    const char *host = sign ? sign + 3 : url.p, *query = end_of(host, end, '?');
    const char *path = end_of(host, query, '/');
    const char *asks = query < end ? query + 1 : end;

    w->part[SC_FIND_METHOD] = hash_of(SC_FIND_METHOD, method.p, method.n);
    w->part[SC_FIND_HOST] = hash_of(SC_FIND_HOST, host, (size_t)(path - host));
    w->part[SC_FIND_PATH] = hash_of(SC_FIND_PATH, path, (size_t)(query - path));
    w->part[SC_FIND_QUERY] = hash_of(SC_FIND_QUERY, asks, (size_t)(end - asks));
    w->part[SC_FIND_BODY] = hash_of(SC_FIND_BODY, hash, strlen(hash));
    w->open = hash[0] == '\0';
}

uint64_t sc_wanted_id(const struct sc_wanted *w, unsigned match)
{
    uint64_t parts[SC_FIND_PARTS] = {0};

    for (unsigned i = 0; i < SC_FIND_PARTS; i++)
        if (match >> i & 1)
            parts[i] = w->part[i];
    return hash_of(match, (const char *)parts, sizeof parts);
}

static unsigned differing(const struct sc_wanted *a, const struct sc_wanted *b, unsigned match)
{
    unsigned bits = 0;

    for (unsigned i = 0; i < SC_FIND_PARTS; i++)
        if (match >> i & 1 && a->part[i] != b->part[i] &&
            !(i == SC_FIND_BODY && (a->open || b->open)))
            bits |= 1U << i;
    return bits;
}

/* ---- lines ----------------------------------------------------------------------------------- */

static bool add_entry(struct run *r, size_t *room, const struct entry *e)
{
    if (r->n == *room) {
        size_t more = *room ? 2 * *room : 64;
        struct entry *grown = realloc(r->entries, more * sizeof *grown);

        if (!grown)
            return false;
        r->entries = grown;
        *room = more;
    }
    r->entries[r->n++] = *e;
    return true;
}

static void note_damage(struct run *r, const char *why)
{
    if (r->damaged++ > 0)
        return;
    r->first_damaged = r->lines;
    r->why = why;
}

/* The file ends in the middle of a line, which whoever writes it may yet end. */
static void note_cut(struct run *r)
{
    r->lines++;
    note_damage(r, "is cut off");
    r->lines--;
}

/* In a JSON string an ASCII text may be escaped. */
static void read_wanted(const struct sc_tape *t, struct sc_wanted *w)
{
    struct sc_buf url = {.max = URL_MAX};

    if (memchr(t->url.p, '\\', t->url.n))
        sc_buf_unescaped(&url, t->url);
    sc_wanted_of(t->method, url.n > 0 ? sc_buf_view(&url) : t->url, t->hash, w);
    sc_buf_free(&url);
}

static bool is_blank(struct sc_str line)
{
    return line.n == 0 || (line.n == 1 && line.p[0] == '\r');
}

/* False: no memory. */
static bool read_line(struct run *r, size_t *room, struct sc_str line)
{
    struct entry e = {.from = (size_t)(line.p - r->bytes), .number = ++r->lines};
    struct sc_tape t;
    const char *why;

    if (is_blank(line))
        return true;
    line.n -= line.p[line.n - 1] == '\r';
    e.len = line.n;
    if (!sc_tape_look(line, &t, &why)) {
        note_damage(r, why);
        return true;
    }
    read_wanted(&t, &e.is);
    return add_entry(r, room, &e);
}

static bool read_lines(struct run *r, size_t n)
{
    const char *p = r->bytes, *end = p + n;
    size_t room = 0;

    while (p < end) {
        const char *stop = end_of(p, end, '\n');

        if (!read_line(r, &room, (struct sc_str){p, (size_t)(stop - p)}))
            return false;
        p = stop + (stop < end);
    }
    return true;
}

/* ---- the file -------------------------------------------------------------------------------- */

static void free_run(struct run *r)
{
    if (r)
        free(r->entries);
    free(r);
}

/* So many bytes from there, or fewer if it has become shorter. */
static ssize_t read_all(int fd, char *p, size_t n, size_t from)
{
    size_t got = 0;

    while (got < n) {
        ssize_t k = pread(fd, p + got, n - got, (off_t)(from + got));

        if (k < 0 && errno == EINTR)
            continue;
        if (k < 0)
            return -1;
        if (k == 0)
            break;
        got += (size_t)k;
    }
    return (ssize_t)got;
}

/* How many of n bytes may be read. A last line without an end may be under way: it is left for the
 * next time, unless it is whole; *cut: if it is not. */
static size_t readable(const char *p, size_t n, bool *cut)
{
    const char *end = n > 0 ? memrchr(p, '\n', n) : NULL;
    size_t lines = end ? (size_t)(end - p) + 1 : 0;
    struct sc_tape t;
    const char *why;

    *cut = lines < n && !sc_tape_look((struct sc_str){p + lines, n - lines}, &t, &why);
    return *cut ? lines : n;
}

/* *error: 0 without a run: there is nothing new. */
static struct run *read_run(int fd, const struct run *last, int *error)
{
    size_t from = last ? last->end : 0, size, taken;
    struct run *r;
    struct stat st;
    ssize_t got;
    bool cut = false;

    *error = 0;
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        *error = S_ISDIR(st.st_mode) ? EISDIR : ESPIPE;
        return NULL;
    }
    if ((uint64_t)st.st_size <= from)
        return NULL;
    size = (size_t)st.st_size - from;
    r = malloc(sizeof *r + size);
    if (!r) {
        *error = ENOMEM;
        return NULL;
    }
    *r = (struct run){.lines = last ? last->lines : 0};
    got = read_all(fd, r->bytes, size, from);
    taken = got > 0 ? readable(r->bytes, (size_t)got, &cut) : 0;
    r->end = from + taken;
    if (got >= 0 && read_lines(r, taken)) {
        if (got > 0 && cut && !last)
            note_cut(r);
        return r;
    }
    *error = got < 0 ? errno : ENOMEM;
    free_run(r);
    return NULL;
}

static struct run *last_of(struct sc_cassette *c, _Atomic(struct run *) **slot)
{
    struct run *last = NULL, *r;

    *slot = &c->first;
    while ((r = atomic_load(*slot)) != NULL) {
        last = r;
        *slot = &r->next;
    }
    return last;
}

static int read_more(struct sc_cassette *c)
{
    _Atomic(struct run *) *slot;
    struct run *last = last_of(c, &slot), *none = NULL, *r;
    int fd = open(c->path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK), error;

    if (fd < 0)
        return errno;
    r = read_run(fd, last, &error);
    close(fd);
    if (r && !atomic_compare_exchange_strong(slot, &none, r))
        free_run(r); /* another thread was first */
    return error;
}

/* A thread that is cancelled in between would leave the descriptor. */
int sc_cassette_read(struct sc_cassette *c)
{
    int before = errno, state, error;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &state);
    error = read_more(c);
    pthread_setcancelstate(state, NULL);
    errno = before;
    return error;
}

struct sc_cassette *sc_cassette_new(const char *path)
{
    size_t n = strlen(path) + 1;
    struct sc_cassette *c = calloc(1, sizeof *c + n);

    if (c)
        memcpy(c->path, path, n);
    return c;
}

void sc_cassette_free(struct sc_cassette *c)
{
    struct run *next;

    for (struct run *r = c ? atomic_load(&c->first) : NULL; r; r = next) {
        next = atomic_load(&r->next);
        free_run(r);
    }
    free(c);
}

/* ---- looking --------------------------------------------------------------------------------- */

static void put_place(const struct run *r, const struct entry *e, struct sc_cassette_place *at)
{
    *at = (struct sc_cassette_place){{r->bytes + e->from, e->len}, e->number};
}

#define EACH_RUN(c, r)                                                                         \
    for (const struct run *r = atomic_load(&((struct sc_cassette *)(uintptr_t)(c))->first); r; \
         r = atomic_load(&((struct run *)(uintptr_t)r)->next))

size_t sc_cassette_find(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                        uint64_t nth, struct sc_cassette_place *at)
{
    size_t n = 0;

    EACH_RUN(c, r)
    for (size_t i = 0; i < r->n; i++) {
        if (differing(w, &r->entries[i].is, match))
            continue;
        if (n++ <= nth)
            put_place(r, &r->entries[i], at);
    }
    return n;
}

size_t sc_cassette_before(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                          size_t number)
{
    size_t n = 0;

    EACH_RUN(c, r)
    for (size_t i = 0; i < r->n && r->entries[i].number < number; i++)
        n += differing(w, &r->entries[i].is, match) == 0;
    return n;
}

unsigned sc_cassette_nearest(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                             struct sc_cassette_place *at)
{
    unsigned best = 0, least = SC_FIND_PARTS + 1;

    EACH_RUN(c, r)
    for (size_t i = 0; i < r->n; i++) {
        unsigned bits = differing(w, &r->entries[i].is, match);
        unsigned n = (unsigned)__builtin_popcount(bits);

        if (n >= least)
            continue;
        least = n;
        best = bits;
        put_place(r, &r->entries[i], at);
    }
    return best;
}

bool sc_cassette_at(const struct sc_cassette *c, size_t i, struct sc_cassette_place *at)
{
    EACH_RUN(c, r)
    {
        if (i < r->n) {
            put_place(r, &r->entries[i], at);
            return true;
        }
        i -= r->n;
    }
    return false;
}

size_t sc_cassette_damage(const struct sc_cassette *c, size_t *number, const char **why)
{
    size_t n = 0;

    EACH_RUN(c, r)
    {
        if (n == 0 && r->damaged > 0) {
            *number = r->first_damaged;
            *why = r->why;
        }
        n += r->damaged;
    }
    return n;
}

size_t sc_cassette_count(const struct sc_cassette *c)
{
    size_t n = 0;

    EACH_RUN(c, r)
    n += r->n;
    return n;
}
