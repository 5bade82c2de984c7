/* filter.c - see filter.h. */
#include "wire/filter.h"

#include <stdlib.h>
#include <string.h>

#include "provider/unasked.h"
#include "wire/made.h"
#include "wire/program.h"

enum { PIECE_MAX = CURL_MAX_WRITE_SIZE };

struct sc_filter {
    struct sc_unasked unasked;
    size_t again;  /* bytes of the body that were looked through, and that come once more */
    const char *p; /* what was made of them, */
    size_t at, n;  /* and what of it the program has not taken yet */
    bool ended;
    char out[PIECE_MAX + SC_UNASKED_KEEP];
};

void sc_filter_begin(struct sc_exchange *x)
{
    bool told = x->content_length >= 0 && !x->encoded;

    x->filter = malloc(sizeof *x->filter);
    if (!x->filter)
        return;
    memset(x->filter, 0, offsetof(struct sc_filter, out));
    sc_unasked_init(&x->filter->unasked, told);
}

/* What becomes of a piece. */
static void feed(struct sc_exchange *x, struct sc_filter *v, const char *p, size_t n)
{
    const struct sc_translation *to = x->wants.translation;
    struct sc_str made = {v->out, 0};

    if (to) {
        made = to->feed(to->arg, p, n);
    } else {
        made.n = sc_unasked_feed(&v->unasked, p, n, v->out);
        x->shadow->overlay.hidden += (int64_t)n - (int64_t)made.n;
    }
    v->p = made.p;
    v->at = 0;
    v->n = made.n;
}

static struct sc_str rest(struct sc_exchange *x, struct sc_filter *v)
{
    const struct sc_translation *to = x->wants.translation;
    struct sc_str made = {v->out, 0};

    if (to)
        return to->end(to->arg);
    made.n = sc_unasked_end(&v->unasked, v->out);
    x->shadow->overlay.hidden -= (int64_t)made.n;
    return made;
}

/* What is ready; false: the program paused or refused, *verdict is what it said. */
static bool hand_over(struct sc_shadow *s, struct sc_filter *v, size_t *verdict)
{
    while (v->at < v->n) {
        size_t len = v->n - v->at < PIECE_MAX ? v->n - v->at : PIECE_MAX;

        *verdict = sc_program_body(s, (char *)(uintptr_t)v->p + v->at, len);
        if (*verdict != len)
            return false;
        sc_answer_taken(s, len);
        v->at += len;
    }
    return true;
}

/* For who counts in bytes of the body: anything but n says that the piece was refused. */
static size_t refusal(size_t verdict, size_t n)
{
    return verdict == n ? n - 1 : verdict;
}

size_t sc_filter_body(struct sc_exchange *x, char *p, size_t n)
{
    struct sc_shadow *s = x->shadow;
    struct sc_filter *v = x->filter;
    size_t known, verdict, all = n;

    if (!v || v->ended)
        return sc_program_body(s, p, n);
    if (!hand_over(s, v, &verdict))
        return refusal(verdict, n);
    known = n < v->again ? n : v->again;
    v->again -= known;
    for (p += known, n -= known; n > 0; p += known, n -= known) {
        known = n < PIECE_MAX ? n : PIECE_MAX;
        feed(x, v, p, known);
        if (hand_over(s, v, &verdict))
            continue;
        v->again = all - (n - known);
        return refusal(verdict, all);
    }
    return all;
}

bool sc_filter_rest(struct sc_exchange *x)
{
    struct sc_shadow *s = x->shadow;
    struct sc_filter *v = x->filter;
    curl_off_t got = 0;
    struct sc_str made;

    if (!v || v->ended)
        return false;
    v->ended = true;
    if (v->at < v->n || v->again > 0)
        return false; /* what comes before it was refused, or the call ended in a pause */
    made = rest(x, v);
    if (made.n == 0)
        return false;
    if (x->hold.n == 0) { /* all of it has gone */
        sc_hold_clear(&x->hold);
        x->play->next = 0;
        x->body_start = 0;
    }
    if (!sc_hold_push(&x->hold, SC_ITEM_BODY, x->block, made.p, made.n))
        return false;
    s->real->easy_getinfo(s->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    x->hold.items[x->hold.n - 1].got = got;
    return true;
}
