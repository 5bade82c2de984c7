/* filter.c - see show.h. */
#include "wire/filter.h"

#include <stdlib.h>
#include <string.h>

#include "provider/unasked.h"
#include "wire/playback.h"

enum { PIECE_MAX = CURL_MAX_WRITE_SIZE };

struct sc_show {
    struct sc_unasked filter;
    size_t again; /* bytes of the body that were looked through, and that come once more */
    size_t at, n; /* what of `out` the program has not taken yet */
    bool ended;
    char out[PIECE_MAX + SC_UNASKED_KEEP];
};

void sc_show_begin(struct sc_transfer *t)
{
    bool told = t->content_length >= 0 && !t->encoded;

    t->show = malloc(sizeof *t->show);
    if (!t->show)
        return;
    memset(t->show, 0, offsetof(struct sc_show, out));
    sc_unasked_init(&t->show->filter, told);
}

/* What is ready; false: the program paused or refused, *verdict is what it said. */
static bool hand_over(struct sc_shadow *s, struct sc_show *v, size_t *verdict)
{
    while (v->at < v->n) {
        size_t len = v->n - v->at < PIECE_MAX ? v->n - v->at : PIECE_MAX;

        *verdict = sc_deliver_body(s, v->out + v->at, len);
        if (*verdict != len)
            return false;
        v->at += len;
    }
    return true;
}

/* For who counts in bytes of the body: anything but n says that the piece was refused. */
static size_t refusal(size_t verdict, size_t n)
{
    return verdict == n ? n - 1 : verdict;
}

size_t sc_show_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    struct sc_show *v = t->show;
    size_t known, verdict, all = n;

    if (!v || v->ended)
        return sc_deliver_body(s, p, n);
    if (!hand_over(s, v, &verdict))
        return refusal(verdict, n);
    known = n < v->again ? n : v->again;
    v->again -= known;
    for (p += known, n -= known; n > 0; p += known, n -= known) {
        known = n < PIECE_MAX ? n : PIECE_MAX;
        v->at = 0;
        v->n = sc_unasked_feed(&v->filter, p, known, v->out);
        s->overlay.hidden += (int64_t)known - (int64_t)v->n;
        if (hand_over(s, v, &verdict))
            continue;
        v->again = all - (n - known);
        return refusal(verdict, all);
    }
    return all;
}

bool sc_show_rest(struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_show *v = t->show;
    curl_off_t got = 0;
    size_t n;

    if (!v || v->ended)
        return false;
    v->ended = true;
    if (v->at < v->n || v->again > 0)
        return false; /* what comes before it was refused, or the call ended in a pause */
    n = sc_unasked_end(&v->filter, v->out);
    s->overlay.hidden -= (int64_t)n;
    if (n == 0)
        return false;
    if (t->hold.n == 0) { /* all of it has gone */
        sc_hold_clear(&t->hold);
        t->next = 0;
        t->body_start = 0;
    }
    if (!sc_hold_push(&t->hold, SC_ITEM_BODY, t->block, v->out, n))
        return false;
    s->real->easy_getinfo(s->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    t->hold.items[t->hold.n - 1].got = got;
    return true;
}
