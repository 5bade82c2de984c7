/* relay.c - see relay.h. */
#include "wire/relay.h"

#include "wire/answer.h"
#include "wire/filter.h"

bool sc_relay_begin(struct sc_exchange *x)
{
    const struct sc_translation *to = x->wants.translation;
    struct sc_reply head = {.status = 200, .reason = to->reason, .content_type = to->type};
    struct sc_str held = sc_exchange_body(x), out;

    if (sc_relay_is_whole(x))
        return false;
    out = to->feed(to->arg, held.p, held.n);
    head.body = out.p;
    head.body_len = out.n;
    sc_hold_clear(&x->hold);
    if (!sc_answer_live(x, &head))
        return false;
    sc_filter_begin(x);
    return x->filter != NULL;
}
