/* sequence_begin.c - a managed call begins: what is asked, by when it has to be over, and what the
 * handle needs for it; see sequence.h. */
#include "drive/sequence.h"

#include <string.h>

#include "call/decide.h"
#include "core/time.h"
#include "handle/body.h"
#include "handle/detour.h"
#include "handle/hooks.h"
#include "handle/progress.h"
#include "handle/twin.h"
#include "handle/url.h"
#include "process/runtime.h"
#include "provider/request.h"
#include "stage/stage.h"
#include "view/kept.h"
#include "wire/answer.h"
#include "wire/clock.h"
#include "wire/feed.h"
#include "wire/program.h"
#include "wire/response.h"

enum { RECHECK_MS = 100 };

/* Nothing of the handle's last transfer is answered for any more. */
static void forget_last(struct sc_shadow *s)
{
    memset(&s->overlay, 0, sizeof s->overlay);
    sc_answer_forget(s);
    sc_kept_forget(s);
    sc_twin_forget(s);
    sc_detour_forget(s);
}

/* Where the path does not tell, a body may: one that the program reads out as it goes is looked at
 * later. */
static void find_kind(struct sc_transfer *t)
{
    struct sc_shadow *s = t->shadow;
    enum sc_path_use use = sc_asked_path_use(s, t->route.provider);
    const char *method = sc_asked_method(s);
    struct sc_str name = {method, strlen(method)}, body;
    enum sc_request_kind asking;

    t->req.kind = sc_request_kind_of(name, use, false);
    if (t->req.kind != SC_REQUEST_CHANGES)
        return;
    asking = sc_request_kind_of(name, use, true);
    if (asking == t->req.kind)
        return;
    t->req.kind_open = sc_request_is_read(s);
    body = sc_body_text(s);
    if (t->route.model[0] || (body.p && sc_request_asks(body.p, body.n)))
        t->req.kind = asking;
}

/* When it has to be over: the program's own timeout, and the rule's. */
static int64_t deadline_of(const struct sc_transfer *t, int64_t now)
{
    const struct sc_settings *set = t->route.rule->settings;
    int64_t deadline = SC_NEVER, total = set->timeouts.total_ms;

    if (t->shadow->o.timeout_ms > 0 && set->program_timeout == SC_TIMEOUT_TOTAL)
        deadline = now + t->shadow->o.timeout_ms * SC_NS_PER_MS;
    if (total > 0 && now + total * SC_NS_PER_MS < deadline)
        deadline = now + total * SC_NS_PER_MS;
    return deadline;
}

static void begin_call(struct sc_transfer *t)
{
    const struct sc_settings *set = t->route.rule->settings;
    int64_t now = sc_now_ns(), deadline = deadline_of(t, now);

    t->id = sc_random64();
    t->random = t->id;
    t->req.uploads = sc_request_is_read(t->shadow);
    if (t->req.uploads)
        sc_upload_init(&t->req.upload, set->hold.upload_memory, set->hold.upload_max);
    sc_call_begin(&t->call, set, now, deadline);
    t->call.deadline_ns = deadline; /* total_ms holds whatever the program's timeout bounds */
    t->play.start_ns = now;
    t->play.deadline_ns = deadline;
    t->wait.recheck_ns = RECHECK_MS * SC_NS_PER_MS;
}

static void put_hooks_in(struct sc_transfer *t)
{
    struct sc_shadow *s = t->shadow;

    s->body_planned = false;
    sc_response_install(s);
    if (t->req.uploads)
        sc_feed_install(s);
    if (sc_clock_wanted(&t->x) || sc_progress_wanted(s))
        sc_hook_in(s, SC_HOOK_PROGRESS, (sc_trampoline *)sc_on_progress);
}

struct sc_transfer *sc_managed_begin(struct sc_shadow *s, bool *refused)
{
    struct sc_route route = {.target = NULL};
    struct sc_transfer *t;

    forget_last(s);
    route.policy = sc_runtime_policy(refused);
    if (*refused)
        *refused = sc_asked_url(s);
    route.rule = sc_asked_rule(s, route.policy, route.model, sizeof route.model, &route.provider,
                               &route.own_provider);
    t = route.rule ? sc_transfer_new(s) : NULL;
    if (!t)
        return NULL;
    t->route = route;
    find_kind(t);
    begin_call(t);
    sc_decide_begin(t, sc_stages_head);
    s->transfer = t;
    s->exchange = &t->x;
    sc_stages_begin(t);
    put_hooks_in(t);
    return t;
}
