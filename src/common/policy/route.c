/* route.c - see route.h. */
#include "policy/route.h"

#include <string.h>

#include "core/order.h"
#include "policy/glob.h"
#include "provider/affinity.h"

static bool fits(const char *pattern, const char *text)
{
    if (pattern == NULL)
        return true;
    return text != NULL && text[0] != '\0' &&
           sc_glob_match((struct sc_str){pattern, strlen(pattern)},
                         (struct sc_str){text, strlen(text)});
}

/* [from, to), which may run over midnight. */
static bool is_within(const struct sc_route_when *w, int hour)
{
    if (w->hour_from < 0)
        return true;
    if (hour < 0)
        return false;
    return w->hour_from < w->hour_to ? hour >= w->hour_from && hour < w->hour_to
                                     : hour >= w->hour_from || hour < w->hour_to;
}

static bool has_header(const struct sc_route_when *w, const struct sc_route_facts *f)
{
    struct sc_str value;

    if (w->header_name == NULL)
        return true;
    return f->header != NULL && f->header(w->header_name, &value, f->header_arg) &&
           sc_glob_match((struct sc_str){w->header_value, strlen(w->header_value)}, value);
}

static bool holds(const struct sc_route_when *w, const struct sc_route_facts *f)
{
    if (w->input_tokens_above >= 0 && f->input_tokens <= w->input_tokens_above)
        return false;
    if (w->input_tokens_below >= 0 &&
        (f->input_tokens < 0 || f->input_tokens >= w->input_tokens_below))
        return false;
    return (w->stream < 0 || w->stream == f->stream) && (w->tools < 0 || w->tools == f->tools) &&
           fits(w->model, f->model) && fits(w->task, f->task) && fits(w->dag, f->dag) &&
           is_within(w, f->hour) && has_header(w, f);
}

/* Each entry draws for itself: who is not in the share of one may be in that of the next. */
static bool is_in_share(double share, const struct sc_target *to, uint64_t hash)
{
    uint64_t salt = sc_affinity_hash((struct sc_str){to->name, strlen(to->name)});

    if (share >= 1 || hash == 0)
        return share >= 1;
    return (double)(sc_order_weight(hash, salt) >> 11) < share * 9007199254740992.0;
}

const struct sc_target *sc_route_pick(const struct sc_chain *c, const struct sc_route_facts *f)
{
    for (size_t i = 0; i < c->n_route; i++)
        if (holds(&c->route[i].when, f) &&
            is_in_share(c->route[i].when.share, c->route[i].to, f->hash))
            return c->route[i].to;
    return NULL;
}

bool sc_route_wants_body(const struct sc_chain *c)
{
    for (size_t i = 0; i < c->n_route; i++) {
        const struct sc_route_when *w = &c->route[i].when;

        if (w->stream >= 0 || w->tools >= 0 || w->share < 1)
            return true;
    }
    return false;
}
