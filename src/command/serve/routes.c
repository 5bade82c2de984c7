/* routes.c - what there is to ask for; see inside.h. */
#include <stdlib.h>
#include <string.h>

#include "base/style.h"
#include "metrics/metrics.h"
#include "serve/inside.h"
#include "steadycurl/version.h"

static const char json[] = "application/json";

static const char *argument(struct MHD_Connection *c, const char *name)
{
    return MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, name);
}

static enum MHD_Result page(struct sc_serve *s, struct MHD_Connection *c)
{
    struct sc_page p;

    if (!sc_page_begin(&p))
        return MHD_NO;
    sc_serve_look(s);
    sc_page_first(s, p.f);
    return sc_page_send(&p, c, MHD_HTTP_OK, "text/html; charset=utf-8");
}

static enum MHD_Result style(struct sc_serve *s, struct MHD_Connection *c)
{
    (void)s;
    return sc_send_bytes(c, sc_page_style, strlen(sc_page_style), "text/css; charset=utf-8");
}

static enum MHD_Result script(struct sc_serve *s, struct MHD_Connection *c)
{
    (void)s;
    return sc_send_bytes(c, sc_serve_script, strlen(sc_serve_script),
                         "text/javascript; charset=utf-8");
}

static enum MHD_Result health(struct sc_serve *s, struct MHD_Connection *c)
{
    static const char text[] = "{\"status\":\"ok\",\"version\":\"" SC_VERSION "\"}\n";

    (void)s;
    return sc_send_bytes(c, text, sizeof text - 1, json);
}

static enum MHD_Result metrics(struct sc_serve *s, struct MHD_Connection *c)
{
    struct sc_page p;

    if (!sc_page_begin(&p))
        return MHD_NO;
    sc_metrics_text(p.f, &s->view);
    return sc_page_send(&p, c, MHD_HTTP_OK, "text/plain; version=0.0.4; charset=utf-8");
}

static enum MHD_Result status(struct sc_serve *s, struct MHD_Connection *c)
{
    struct sc_page p;

    if (!sc_page_begin(&p))
        return MHD_NO;
    sc_serve_look(s);
    sc_now_json(s, p.f);
    fputc('\n', p.f);
    return sc_page_send(&p, c, MHD_HTTP_OK, json);
}

/* ---- calls ---------------------------------------------------------------------------------- */

struct wanted {
    const char *call, *program, *model;
    bool failed;
    unsigned long most;
};

static bool is_wanted(const struct wanted *w, const struct sc_log_line *l)
{
    return (!w->call || strcmp(w->call, l->call) == 0) &&
           (!w->program || strcmp(w->program, l->program) == 0) &&
           (!w->model || strcmp(w->model, l->model) == 0) &&
           (!w->failed || sc_ending_of(l) == SC_CALL_FAILED);
}

/* The newest first. */
static enum MHD_Result calls(struct sc_serve *s, struct MHD_Connection *c)
{
    const char *most = argument(c, "limit");
    struct wanted w = {argument(c, "call"), argument(c, "program"), argument(c, "model"),
                       argument(c, "failed") != NULL, most ? strtoul(most, NULL, 10) : 100};
    unsigned long put = 0;
    struct sc_page p;

    if (!sc_page_begin(&p))
        return MHD_NO;
    sc_serve_look(s);
    fputs("{\"calls\":[", p.f);
    for (uint64_t i = sc_calls_last(s->calls); i > sc_calls_first(s->calls) && put < w.most; i--) {
        const struct sc_call_seen *seen = sc_calls_at(s->calls, i - 1);

        if (!is_wanted(&w, &seen->end))
            continue;
        if (put++ > 0)
            fputc(',', p.f);
        sc_calls_put_json(p.f, seen, i - 1);
    }
    fprintf(p.f, "],\"last\":%llu}\n", (unsigned long long)sc_calls_last(s->calls));
    return sc_page_send(&p, c, MHD_HTTP_OK, json);
}

/* ---- what other commands say ---------------------------------------------------------------- */

enum { WORDS_MAX = 20 };

struct words {
    char *of[WORDS_MAX];
    size_t n;
};

/* Never kept: what is asked runs before this returns. */
static void say(struct words *w, const char *option, const char *value)
{
    if (!value || w->n + 3 > WORDS_MAX)
        return;
    if (option)
        w->of[w->n++] = (char *)(uintptr_t)option;
    w->of[w->n++] = (char *)(uintptr_t)value;
}

static enum MHD_Result costs(struct sc_serve *s, struct MHD_Connection *c)
{
    struct words w = {.n = 0};
    const char *since = argument(c, "since");

    if (!s->config->log[0])
        return sc_send_error(c, MHD_HTTP_NOT_FOUND, "there is no log to add up", NULL, NULL);
    say(&w, NULL, "steadycurl");
    say(&w, NULL, "costs");
    say(&w, NULL, "--json");
    say(&w, "--by", argument(c, "by"));
    say(&w, "--since", since && *since ? since : NULL);
    say(&w, "--state", s->config->state);
    say(&w, "--log", s->config->log);
    return sc_ask_begin(s, c, w.of, json);
}

/* With `url`: what becomes of such a call, or why nothing does. */
static enum MHD_Result policy(struct sc_serve *s, struct MHD_Connection *c)
{
    const char *url = argument(c, "url"), *model = argument(c, "model");
    struct words w = {.n = 0};

    say(&w, NULL, "steadycurl");
    say(&w, NULL, url ? "explain" : "check");
    if (url && model && *model)
        say(&w, "--model", model);
    if (url || s->config->policy)
        say(&w, url ? "--policy" : NULL, s->config->policy);
    if (url)
        say(&w, "--", url);
    return sc_ask_begin(s, c, w.of, "text/plain; charset=utf-8");
}

static const struct {
    const char *path;
    enum MHD_Result (*answer)(struct sc_serve *s, struct MHD_Connection *c);
} routes[] = {
    {"/", page},
    {"/steadycurl.css", style},
    {"/steadycurl.js", script},
    {"/healthz", health},
    {"/metrics", metrics},
    {"/api/v1/status", status},
    {"/api/v1/calls", calls},
    {"/api/v1/costs", costs},
    {"/api/v1/policy", policy},
    {"/api/v1/events", sc_events_begin},
};

enum MHD_Result sc_route(struct sc_serve *s, struct MHD_Connection *c, const char *path)
{
    for (size_t i = 0; i < sizeof routes / sizeof *routes; i++)
        if (strcmp(routes[i].path, path) == 0)
            return routes[i].answer(s, c);
    return sc_send_error(c, MHD_HTTP_NOT_FOUND, "no such page", NULL, NULL);
}
