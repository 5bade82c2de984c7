/* routed.c - see routed.h. */
#include "call/routed.h"

#include <time.h>

#include "call/estimate.h"
#include "handle/headers.h"
#include "http/header.h"
#include "http/json.h"
#include "policy/route.h"
#include "process/labels.h"
#include "provider/affinity.h"
#include "wire/rewrite.h"

static bool find_header(const char *name, struct sc_str *value, void *shadow)
{
    const struct sc_shadow *s = shadow;
    const char *const names[] = {name, NULL};

    *value = sc_str_trim(sc_header_find(s->o.headers, names));
    return value->p != NULL;
}

static int hour_now(void)
{
    time_t now = time(NULL);
    struct tm tm;

    return localtime_r(&now, &tm) ? tm.tm_hour : 0;
}

bool sc_asks_for_stream(const struct sc_transfer *t)
{
    static const char verb[] = ":streamGenerateContent";
    struct sc_str path = t->shadow->asked.path, body = sc_rewrite_own(&t->x);

    return memmem(path.p, path.n, verb, sizeof verb - 1) != NULL ||
           (body.p && sc_str_is(sc_json_find(body.p, body.n, "stream"), "true"));
}

const struct sc_target *sc_routed(struct sc_transfer *t)
{
    const struct sc_chain *chain = t->route.rule->chain;
    struct sc_route_facts facts = {.input_tokens = -1, .stream = -1, .tools = -1};
    struct sc_str body;

    if (!chain || chain->n_route == 0)
        return NULL;
    body = sc_rewrite_own(&t->x);
    facts.hour = hour_now();
    facts.model = t->route.model;
    facts.header = find_header;
    facts.header_arg = t->shadow;
    sc_labels_read(&facts.task, &facts.dag);
    if (body.p) {
        facts.input_tokens = sc_estimate_input(t);
        facts.stream = sc_asks_for_stream(t);
        facts.tools = sc_json_find(body.p, body.n, "tools").n > 2; /* more than [] */
        facts.hash = sc_request_affinity(body);
    }
    return sc_route_pick(chain, &facts);
}
