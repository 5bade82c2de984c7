/*
 * ask.c - asks streams for the usage that the program does not ask for (policy: usage.include).
 *
 * What the server says because of it is taken out again (wire/filter.h). A server that does not
 * know the member is asked once more without, and not again by this process; neither is one that
 * need not be asked.
 */

#include <stdatomic.h>
#include <string.h>

#include "http/header.h"
#include "provider/unasked.h"
#include "handle/body.h"
#include "call/report.h"
#include "stage/stage.h"

/* Servers that refused, by a hash of their address; the oldest gives way. */
static _Atomic uint64_t refused[32];
static _Atomic unsigned n_refused;

static uint64_t hash_of_server(const struct sc_shadow *s)
{
    uint64_t h = sc_body_hash(s->asked.host, s->asked.host_len) * 31 + (unsigned)s->asked.port;

    return (h * 31 + sc_body_hash(s->asked.path.p, s->asked.path.n)) | 1;
}

static bool has_refused(const struct sc_shadow *s)
{
    unsigned n = n_refused, i;
    uint64_t h;

    if (n == 0)
        return false;
    h = hash_of_server(s);
    for (i = 0; i < sizeof refused / sizeof *refused && i < n; i++)
        if (refused[i] == h)
            return true;
    return false;
}

static void remember(const struct sc_shadow *s)
{
    if (!has_refused(s))
        refused[n_refused++ % (sizeof refused / sizeof *refused)] = hash_of_server(s);
}

static bool is_streaming(struct sc_str body)
{
    struct sc_str stream;

    return sc_edit_find(body, "stream", &stream) == 1 && sc_str_is(stream, "true");
}

struct ask {
    bool asked; /* the request asks for usage, and the program did not */
};

static void edit(struct sc_transfer *t, void *me, struct sc_edits *e)
{
    static const char asking[] = "{\"include_usage\":true}";
    struct ask *a = me;
    struct sc_str options, own;
    size_t n;

    a->asked = false;
    if (!t->route.rule->settings->include_usage || !is_streaming(e->original) ||
        !sc_unasked_is_needed(t->route.provider, t->shadow->asked.path) ||
        sc_request_reads_compressed(t->shadow) || has_refused(t->shadow))
        return;
    n = sc_edit_find(e->original, "stream_options", &options);
    if (n == 0)
        a->asked = sc_edit_insert_member(e, e->original, "stream_options", asking);
    else if (n == 1 && sc_str_is(options, "null"))
        a->asked = sc_edit_replace(e, options, asking);
    else if (n == 1 && options.p[0] == '{' && sc_edit_find(options, "include_usage", &own) == 0)
        a->asked = sc_edit_insert_member(e, options, "include_usage", "true");
}

static enum sc_go plan(struct sc_transfer *t, void *me, struct sc_plan *p)
{
    const struct ask *a = me;

    (void)p;
    t->x.wants.hides_usage = a->asked;
    t->x.wants.behind_400 |= a->asked;
    return SC_GO;
}

/* It failed for our sake. */
static bool was_refused(const struct sc_transfer *t)
{
    static const char name[] = "stream_options", asked[] = "include_usage";
    struct sc_str body = sc_exchange_body(&t->x);

    return (t->x.status == 400 || t->x.status == 422) && t->req.rewrite.bytes &&
           t->x.phase == SC_HOLDING &&
           (memmem(body.p, body.n, name, sizeof name - 1) ||
            memmem(body.p, body.n, asked, sizeof asked - 1));
}

/* llama.cpp's server tells what it has counted without being asked; asked, it tells it in the extra
 * chunk, where the program does not see it. */
static bool need_not_be_asked(const struct sc_transfer *t)
{
    return t->x.usage.count[SC_USAGE_NEW_IN] >= 0;
}

static struct sc_wish judged(struct sc_transfer *t, void *me)
{
    const struct sc_wish none = {SC_AS_DECIDED, SC_GIVE_UP_NOT},
                         again = {SC_REPEAT, SC_GIVE_UP_NOT};
    const struct ask *a = me;

    if (!a->asked)
        return none;
    if (need_not_be_asked(t))
        remember(t->shadow);
    if (!t->attempt.replayable || t->x.programs_doing || !was_refused(t))
        return none;
    remember(t->shadow);
    sc_report_note(t, SC_EVENT_NOTE,
                   "The service does not know stream_options: sent again without it");
    return again;
}

const struct sc_stage sc_stage_ask = {
    .name = "ask", .state = sizeof(struct ask), .edit = edit, .plan = plan, .judged = judged};
