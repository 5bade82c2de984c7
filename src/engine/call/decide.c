/* decide.c - see decide.h. */
#include "call/decide.h"

#include "call/judge.h"

/* A server's x-should-retry counts as much as its status. */
static enum sc_head_verdict head_verdict(const struct sc_transfer *t)
{
    struct sc_class_rows rows[SC_OWN_TABLES];
    const struct sc_class_rows *own = sc_judge_rows(t, rows);
    enum sc_head_verdict head = sc_classify_head(t->route.provider, own, t->x.status);
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_response r = {
        .provider = t->route.provider, .status = t->x.status, .headers = headers};

    if (head == SC_HEAD_SUCCESS)
        return head;
    r.n_headers = sc_exchange_headers(&t->x, headers);
    return sc_classify_headers(&r, own);
}

static enum sc_final on_head(struct sc_exchange *x)
{
    struct sc_transfer *t = x->owner;

    if (t->on_head)
        t->on_head(t);
    switch (head_verdict(t)) {
    case SC_HEAD_SUCCESS:
        return SC_FINAL_SUCCESS;
    case SC_HEAD_FINAL:
        return SC_FINAL_FAILURE;
    default:
        return SC_FINAL_OPEN;
    }
}

static bool on_fail_on_error(struct sc_exchange *x)
{
    const struct sc_transfer *t = x->owner;
    struct sc_class_rows own[SC_OWN_TABLES];
    const struct sc_class_rows *rows = sc_judge_rows(t, own);

    if (x->status == 429 || x->status == 402 || x->status == 413 || sc_exchange_may_change(x))
        return true;
    if (rows ? x->status < 400 : x->status != 500)
        return false;
    return sc_classify_head(t->route.provider, rows, x->status) == SC_HEAD_NEEDS_BODY;
}

static bool on_whole(struct sc_exchange *x, const char *p, size_t n)
{
    bool common = sc_exchange_is_common(x), good;

    if (!common && !sc_hold_append(&x->hold, p, n)) /* for a look only: the piece is not held */
        return false;
    good = sc_judge_early(x->owner);
    if (!common)
        x->hold.len -= n;
    return good;
}

static const struct sc_listener listener = {on_fail_on_error, on_head, on_whole};

void sc_decide_begin(struct sc_transfer *t, void (*head)(struct sc_transfer *t))
{
    const struct sc_settings *set = t->route.rule->settings;

    t->on_head = head;
    t->x.owner = t;
    t->x.listener = &listener;
    sc_exchange_of(&t->x, t->route.provider);
    t->x.wants.success_max = set->hold.success_max;
    t->x.wants.failure_max = set->hold.failure_max;
}
