/* aside.c - see aside.h. */
#include "drive/aside.h"

#include <stdlib.h>
#include <string.h>

#include "call/refusal.h"
#include "handle/mark.h"
#include "view/kept.h"

struct sc_aside {
    struct sc_exchange x; /* with all that hangs on it */
    struct sc_route route;
    struct sc_attempt attempt;
    struct sc_verdict verdict;
    struct sc_own_answer *own_answer; /* refused by ourselves: the first was not asked */
    struct sc_kept *kept;
    bool put_aside;
    char error[CURL_ERROR_SIZE];
};

/* What hangs on an exchange is another's now. */
static void let_go(struct sc_exchange *x)
{
    memset(&x->hold, 0, sizeof x->hold);
    x->stream = NULL;
    x->filter = NULL;
    x->snapshots = NULL;
    x->n_snapshots = 0;
}

static struct sc_aside *keep(struct sc_transfer *t)
{
    const struct sc_shadow *s = t->shadow;
    struct sc_aside *a = calloc(1, sizeof *a);

    if (!a)
        return NULL;
    if (t->call.attempts > 0 && (!s->own || s->twin) && !(a->kept = sc_kept_take(s))) {
        free(a);
        return NULL;
    }
    a->route = t->route;
    a->attempt = t->attempt;
    a->verdict = t->verdict;
    a->put_aside = t->put_aside;
    a->own_answer = t->own_answer;
    t->own_answer = NULL;
    a->x = t->x;
    let_go(&t->x);
    if (s->o.error_buffer)
        memcpy(a->error, s->o.error_buffer, sizeof a->error);
    return a;
}

bool sc_aside_put(struct sc_transfer *t)
{
    if (!t->aside)
        t->aside = keep(t);
    if (!t->aside)
        return false;
    free(t->own_answer);
    t->own_answer = NULL;
    sc_exchange_restart(&t->x);
    t->put_aside = true;
    return true;
}

CURLcode sc_aside_take(struct sc_transfer *t)
{
    struct sc_aside *a = t->aside;
    struct sc_shadow *s = t->shadow;

    sc_exchange_restart(&t->x);
    sc_exchange_free(&t->x);
    sc_hold_free(&t->x.hold);
    t->x = a->x;
    let_go(&a->x);
    t->route = a->route;
    t->attempt = a->attempt;
    t->verdict = a->verdict;
    t->put_aside = a->put_aside;
    free(t->own_answer);
    t->own_answer = a->own_answer;
    a->own_answer = NULL;
    sc_mark_forget(s);
    s->kept = a->kept;
    a->kept = NULL;
    if (s->kept)
        sc_kept_later(s->kept, (sc_now_ns() - t->attempt.end_ns) / 1000);
    if (s->o.error_buffer)
        memcpy(s->o.error_buffer, a->error, sizeof a->error);
    sc_call_stop(&t->call, SC_GIVE_UP_TARGETS);
    sc_aside_free(t);
    return (CURLcode)t->attempt.curl_code;
}

void sc_aside_free(struct sc_transfer *t)
{
    struct sc_aside *a = t->aside;

    t->aside = NULL;
    if (!a)
        return;
    sc_exchange_free(&a->x);
    sc_hold_free(&a->x.hold);
    sc_kept_free(a->kept);
    free(a->own_answer);
    free(a);
}
