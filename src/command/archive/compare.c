/* compare.c - see compare.h. */
#include "archive/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cassette/tape.h"
#include "http/header.h"

/* One exchange, read. */
struct side {
    struct sc_cassette_place at;
    struct sc_tape tape;
    struct sc_buf memory;
    struct sc_wanted wanted;
    bool good;
};

static void read_side(struct side *s)
{
    const char *why;

    s->memory = (struct sc_buf){0};
    s->good = sc_tape_read(s->at.line, &s->tape, &s->memory, &why);
    if (s->good)
        sc_wanted_of(s->tape.method, s->tape.url, s->tape.hash, &s->wanted);
}

static void free_side(struct side *s)
{
    sc_tape_free(&s->tape, &s->memory);
}

/* ---- two answers ----------------------------------------------------------------------------- */

static struct sc_str type_of(struct sc_str head)
{
    static const char name[] = "content-type:";
    const char *p = head.p + sc_tape_last_block(head), *end = head.p + head.n;

    while (p < end) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t n = (size_t)((stop ? stop : end) - p);

        if (n >= sizeof name && strncasecmp(p, name, sizeof name - 1) == 0)
            return sc_str_trim((struct sc_str){p + sizeof name - 1, n - sizeof name + 1});
        p += n + (stop != NULL);
    }
    return (struct sc_str){"", 0};
}

static bool is_same(struct sc_str a, struct sc_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static size_t first_difference(struct sc_str a, struct sc_str b)
{
    size_t i = 0;

    while (i < a.n && i < b.n && a.p[i] == b.p[i])
        i++;
    return i;
}

static bool is_same_body(struct sc_str a, struct sc_str b)
{
    char x[SC_TAPE_HASH], y[SC_TAPE_HASH];

    if (is_same(a, b))
        return true;
    sc_tape_hash(a, x);
    sc_tape_hash(b, y);
    return strcmp(x, y) == 0; /* JSON that says the same */
}

static bool compare_answers(const struct sc_tape *a, const struct sc_tape *b,
                            struct sc_difference *d)
{
    int sa = sc_tape_status(a->head), sb = sc_tape_status(b->head);
    struct sc_str ta = type_of(a->head), tb = type_of(b->head);

    d->what = "result";
    snprintf(d->detail, sizeof d->detail, "%d, %d", a->code, b->code);
    if (a->code != b->code)
        return true;
    d->what = "status";
    snprintf(d->detail, sizeof d->detail, "%d, %d", sa, sb);
    if (sa != sb)
        return true;
    d->what = "type";
    snprintf(d->detail, sizeof d->detail, "%.*s, %.*s", (int)(ta.n < 60 ? ta.n : 60), ta.p,
             (int)(tb.n < 60 ? tb.n : 60), tb.p);
    if (!is_same(ta, tb))
        return true;
    d->what = "body";
    snprintf(d->detail, sizeof d->detail, "%zu and %zu bytes, the first other one is byte %zu",
             a->content.n, b->content.n, first_difference(a->content, b->content) + 1);
    return !is_same_body(a->content, b->content);
}

/* ---- two cassettes --------------------------------------------------------------------------- */

/* Whether `other` has one for it, which then is b. */
static bool find_pair(const struct sc_cassette *c, const struct sc_cassette *other, struct side *a,
                      struct side *b, unsigned match)
{
    uint64_t rank = sc_cassette_before(c, &a->wanted, match, a->at.number);

    return sc_cassette_find(other, &a->wanted, match, rank, &b->at) > rank;
}

static void tell_alone(const struct side *s, bool second, sc_difference_teller *tell, void *arg)
{
    struct sc_difference d = {.a = second ? 0 : s->at.number,
                              .b = second ? s->at.number : 0,
                              .method = s->tape.method,
                              .url = s->tape.url};

    tell(arg, &d);
}

static bool differ(struct side *a, struct side *b, sc_difference_teller *tell, void *arg)
{
    struct sc_difference d = {
        .a = a->at.number, .b = b->at.number, .method = a->tape.method, .url = a->tape.url};
    bool other;

    read_side(b);
    d.what = "line";
    snprintf(d.detail, sizeof d.detail, "it cannot be read");
    other = !b->good || compare_answers(&a->tape, &b->tape, &d);
    if (other)
        tell(arg, &d);
    free_side(b);
    return other;
}

static size_t look(const struct sc_cassette *c, const struct sc_cassette *other, unsigned match,
                   bool second, sc_difference_teller *tell, void *arg)
{
    size_t n = 0;
    struct side a, b;

    for (size_t i = 0; sc_cassette_at(c, i, &a.at); i++) {
        read_side(&a);
        if (a.good && !find_pair(c, other, &a, &b, match)) {
            n++;
            tell_alone(&a, second, tell, arg);
        } else if (a.good && !second) {
            n += differ(&a, &b, tell, arg);
        }
        free_side(&a);
    }
    return n;
}

size_t sc_cassette_compare(const struct sc_cassette *a, const struct sc_cassette *b, unsigned match,
                           sc_difference_teller *tell, void *arg)
{
    return look(a, b, match, false, tell, arg) + look(b, a, match, true, tell, arg);
}
