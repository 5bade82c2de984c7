/* ask.c - see ask.h. */
#include "stage/ask.h"

#include <stdatomic.h>
#include <string.h>

#include "http/header.h"
#include "provider/unasked.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "call/report.h"

/* Servers that refused, by a hash of their address; the oldest gives way. */
static _Atomic uint64_t refused[32];
static _Atomic unsigned n_refused;

static uint64_t hash_of_server(const struct sc_shadow *s)
{
    uint64_t h = sc_body_hash(s->target.host, s->target.host_len) * 31 + (unsigned)s->target.port;

    return (h * 31 + sc_body_hash(s->target.path.p, s->target.path.n)) | 1;
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

bool sc_ask_reads_compressed(const struct sc_shadow *s)
{
    static const char *const name[] = {"accept-encoding", NULL};

    return sc_header_find(s->o.headers, name).p != NULL;
}

static bool is_streaming(struct sc_str body)
{
    struct sc_str stream;

    return sc_edit_find(body, "stream", &stream) == 1 && sc_str_is(stream, "true");
}

void sc_ask_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e)
{
    static const char asking[] = "{\"include_usage\":true}";
    struct sc_str options, own;
    size_t n;

    t->usage_asked = false;
    if (!t->rule->settings->include_usage || !is_streaming(e->original) ||
        !sc_unasked_is_needed(t->provider, s->target.path) || sc_ask_reads_compressed(s) ||
        has_refused(s))
        return;
    n = sc_edit_find(e->original, "stream_options", &options);
    if (n == 0)
        t->usage_asked = sc_edit_insert_member(e, e->original, "stream_options", asking);
    else if (n == 1 && sc_str_is(options, "null"))
        t->usage_asked = sc_edit_replace(e, options, asking);
    else if (n == 1 && options.p[0] == '{' && sc_edit_find(options, "include_usage", &own) == 0)
        t->usage_asked = sc_edit_insert_member(e, options, "include_usage", "true");
}

/* llama.cpp's server tells what it has counted without being asked; asked, it tells it in the extra
 * chunk, where the program does not see it. */
void sc_ask_answered(const struct sc_shadow *s, const struct sc_transfer *t)
{
    if (t->usage.count[SC_USAGE_NEW_IN] >= 0)
        remember(s);
}

bool sc_ask_was_refused(struct sc_shadow *s, struct sc_transfer *t)
{
    static const char name[] = "stream_options", asked[] = "include_usage";
    struct sc_str body = sc_transfer_body(t);

    if (!sc_ask_may_be_refused(t) || !t->rewrite.bytes || t->phase != SC_HOLDING ||
        (!memmem(body.p, body.n, name, sizeof name - 1) &&
         !memmem(body.p, body.n, asked, sizeof asked - 1)))
        return false;
    remember(s);
    sc_report_note(s, t, SC_EVENT_NOTE,
                   "The service does not know stream_options: sent again without it");
    return true;
}
