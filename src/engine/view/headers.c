/*
 * headers.c - see headers.h.
 *
 * libcurl stores each header line just before its callback. When held lines are handed over, its
 * list already has the lines that the program has not been given: a call from inside the program's
 * callback sees the list only up to the line that is being handed over. Entries are counted in the
 * order they came, through libcurl's own functions.
 */
#include "view/headers.h"

#include <string.h>
#include <strings.h>

#include "view/answered.h"
#include "call/transfer.h"

enum {
    EVERY_ORIGIN = CURLH_HEADER | CURLH_TRAILER | CURLH_CONNECT | CURLH_1XX | CURLH_PSEUDO,
    ANY_REQUEST = -1
};

/* A walk through libcurl's list, over all requests. */
struct walk {
    struct sc_shadow *s;
    struct curl_header *at;
    int request, last_request;
    size_t n; /* entries passed, the current one included */
};

static bool step(struct walk *w)
{
    for (;;) {
        w->at = w->s->real->easy_nextheader(w->s->easy, EVERY_ORIGIN, w->request, w->at);
        if (w->at) {
            w->n++;
            return true;
        }
        if (w->request >= w->last_request)
            return false;
        w->request++;
    }
}

static struct walk begin_walk(struct sc_shadow *s, const struct sc_horizon *h)
{
    return (struct walk){.s = s, .last_request = h->last_request};
}

/* Whether the line has an entry of its own. first: it opens its block. */
static bool has_entry(const char *p, size_t n, bool first)
{
    static const char with_pseudo[] = "HTTP/2"; /* and 3: ":status" is an entry */

    if (first)
        return n > 6 && (memcmp(p, with_pseudo, 6) == 0 || memcmp(p, "HTTP/3", 6) == 0);
    return n > 0 && p[0] != ' ' && p[0] != '\t' && memchr(p, ':', n) != NULL;
}

/* The copy of a header line for CURLOPT_HEADER comes before its entry, and in libcurl 8.5 and later
 * behind it. */
static bool has_entry_already(const struct sc_shadow *s, const struct sc_item *item, const char *p)
{
    const struct sc_transfer *t = s->transfer;

    return item == t->shown && item->kind == SC_ITEM_BODY && s->real->version_num >= 0x080500 &&
           p < t->hold.bytes + t->body_start;
}

/* Entries of the lines up to the one that is shown; *in_block: of its own block. */
static size_t entries_shown(const struct sc_shadow *s, size_t *in_block)
{
    const struct sc_transfer *t = s->transfer;
    const struct sc_item *item = t->hold.items;
    const char *p = t->hold.bytes;
    size_t entries = 0;
    int block = -1;

    *in_block = 0;
    for (; item <= t->shown; p += item->len, item++) {
        bool first = (int)item->block != block;

        if (item->kind != SC_ITEM_HEADER && (first || !has_entry_already(s, item, p)))
            continue;
        if (first)
            *in_block = 0;
        block = (int)item->block;
        if (has_entry(p, item->len, first)) {
            entries++;
            ++*in_block;
        }
    }
    if (block != (int)t->shown->block) /* the copy of its first line, for CURLOPT_HEADER */
        *in_block = 0;
    return entries;
}

struct sc_horizon sc_headers_horizon(struct sc_shadow *s)
{
    size_t in_block;
    struct sc_horizon h = {.entries = entries_shown(s, &in_block),
                           .last_request = (int)s->transfer->block};
    /* Without an entry of the block yet, the one that comes next tells its request. */
    size_t telling = h.entries + (in_block == 0);
    struct walk w = begin_walk(s, &h);

    while (s->real->easy_nextheader && w.n < telling && step(&w)) /* libcurl 7.83 and later */
        h.request = w.request;
    return h;
}

/* Entries within the horizon of this name, origin and request; *passed, if given, says whether the
 * one with this anchor is among all that are within it. */
static size_t count(struct sc_shadow *s, const struct sc_horizon *h, const char *name,
                    unsigned origin, int request, const void *anchor, bool *passed)
{
    struct walk w = begin_walk(s, h);
    size_t n = 0;

    while (w.n < h->entries && step(&w)) {
        if (anchor && w.at->anchor == anchor)
            *passed = true;
        if (w.request == request && (w.at->origin & origin) && strcasecmp(w.at->name, name) == 0)
            n++;
    }
    return n;
}

static bool is_limited(const struct sc_shadow *s)
{
    return (s->transfer && s->transfer->shown) || s->overlay.stopped;
}

static struct sc_horizon horizon(struct sc_shadow *s)
{
    return s->overlay.stopped ? s->overlay.horizon : sc_headers_horizon(s);
}

static CURLHcode limited_header(struct sc_shadow *s, const char *name, size_t index,
                                unsigned origin, int request, struct curl_header **out)
{
    struct sc_horizon h = horizon(s);
    CURLHcode rc;
    size_t n;

    if (h.entries == 0)
        return CURLHE_NOHEADERS;
    if (request > h.request)
        return CURLHE_NOREQUEST;
    if (request == ANY_REQUEST)
        request = h.request;
    n = count(s, &h, name, origin, request, NULL, NULL);
    if (n == 0)
        return CURLHE_MISSING;
    if (index >= n)
        return CURLHE_BADINDEX;
    rc = s->real->easy_header(s->easy, name, index, origin, request, out);
    if (rc == CURLHE_OK)
        (*out)->amount = n;
    return rc;
}

CURLHcode sc_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                    int request, struct curl_header **out)
{
    if (s->answer)
        return sc_answered_header(s, name, index, origin, request, out);
    if (is_limited(s) && name && out && origin && origin <= EVERY_ORIGIN && request >= ANY_REQUEST)
        return limited_header(s, name, index, origin, request, out);
    return s->real->easy_header(s->easy, name, index, origin, request, out);
}

/* The result lies in the handle, where each call overwrites it: the walks, too. */
static struct curl_header *limited_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                              struct curl_header *previous)
{
    struct curl_header kept, *next;
    struct sc_horizon h;
    bool within = false;

    if (previous)
        kept = *previous;
    h = horizon(s);
    if (previous)
        *previous = kept;
    if (request > h.request)
        return NULL;
    if (request == ANY_REQUEST)
        request = h.request;
    next = s->real->easy_nextheader(s->easy, origin, request, previous);
    if (!next)
        return NULL;
    kept = *next;
    kept.amount = count(s, &h, kept.name, origin, request, kept.anchor, &within);
    *next = kept;
    return within ? next : NULL;
}

struct curl_header *sc_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                  struct curl_header *previous)
{
    if (s->answer)
        return sc_answered_nextheader(s, origin, request, previous);
    if (is_limited(s) && origin <= EVERY_ORIGIN && request >= ANY_REQUEST)
        return limited_nextheader(s, origin, request, previous);
    return s->real->easy_nextheader(s->easy, origin, request, previous);
}
