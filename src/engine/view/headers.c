/* headers.c - see headers.h. What is hidden, and why: wire/horizon.h. */
#include "view/headers.h"

#include <string.h>
#include <strings.h>

#include "handle/mark.h"
#include "view/answered.h"
#include "view/kept.h"
#include "wire/horizon.h"
#include "wire/playback.h"

enum {
    EVERY_ORIGIN = CURLH_HEADER | CURLH_TRAILER | CURLH_CONNECT | CURLH_1XX | CURLH_PSEUDO,
    ANY_REQUEST = -1
};

/* Entries within the horizon of this name, origin and request; *passed, if given, says whether the
 * one with this anchor is among all that are within it. */
static size_t count(struct sc_shadow *s, const struct sc_horizon *h, const char *name,
                    unsigned origin, int request, const void *anchor, bool *passed)
{
    struct sc_header_walk w = sc_header_walk_begin(s, h);
    size_t n = 0;

    while (w.n < h->entries && sc_header_walk_step(&w)) {
        if (anchor && w.at->anchor == anchor)
            *passed = true;
        if (w.request == request && (w.at->origin & origin) && strcasecmp(w.at->name, name) == 0)
            n++;
    }
    return n;
}

static bool is_limited(const struct sc_shadow *s)
{
    return (s->exchange && s->exchange->play->shown) || s->overlay.stopped;
}

static struct sc_horizon horizon(struct sc_shadow *s)
{
    return s->overlay.stopped ? s->overlay.horizon : sc_horizon(s->exchange);
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
    rc = s->real->easy_header(sc_shadow_told(s), name, index, origin, request, out);
    if (rc == CURLHE_OK)
        (*out)->amount = n;
    return rc;
}

/* ---- the line that we have put in --------------------------------------------------------------
 */

static bool is_marked(const struct sc_shadow *s)
{
    return s->mark && s->mark->added > 0;
}

static struct curl_header *tell_mark(const struct sc_shadow *s)
{
    s->mark->out = (struct curl_header){.name = (char *)(uintptr_t)sc_mark_name,
                                        .value = s->mark->text,
                                        .amount = 1,
                                        .origin = CURLH_HEADER | SC_ORIGIN_BIT,
                                        .anchor = s->mark};
    return &s->mark->out;
}

CURLHcode sc_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                    int request, struct curl_header **out)
{
    if (s->answer)
        return sc_answered_header(s, name, index, origin, request, out);
    if (is_limited(s) && name && out && origin && origin <= EVERY_ORIGIN && request >= ANY_REQUEST)
        return limited_header(s, name, index, origin, request, out);
    if (s->kept)
        return sc_kept_header(s->kept, name, index, origin, request, out);
    if (is_marked(s) && name && out && (origin & CURLH_HEADER) && index == 0 && request <= 0 &&
        strcasecmp(name, sc_mark_name) == 0) {
        *out = tell_mark(s);
        return CURLHE_OK;
    }
    return s->real->easy_header(sc_shadow_told(s), name, index, origin, request, out);
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
    next = s->real->easy_nextheader(sc_shadow_told(s), origin, request, previous);
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
    struct curl_header *next;

    if (s->answer)
        return sc_answered_nextheader(s, origin, request, previous);
    if (is_limited(s) && origin <= EVERY_ORIGIN && request >= ANY_REQUEST)
        return limited_nextheader(s, origin, request, previous);
    if (s->kept)
        return sc_kept_nextheader(s->kept, origin, request, previous);
    if (!is_marked(s) || !(origin & CURLH_HEADER))
        return s->real->easy_nextheader(sc_shadow_told(s), origin, request, previous);
    if (previous && previous->anchor == s->mark)
        return NULL;
    next = s->real->easy_nextheader(sc_shadow_told(s), origin, request, previous);
    return next ? next : tell_mark(s);
}
