/*
 * explain_chain.c - where a call may go: which route applies, each target of the chain, whether it
 * is fit for this request, and the request as it would get it. Keys are looked for, never shown.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/explain.h"
#include "base/print.h"
#include "dialect/dialect.h"
#include "http/json.h"
#include "policy/key.h"
#include "policy/route.h"
#include "provider/affinity.h"
#include "provider/class.h"
#include "provider/measure.h"
#include "provider/request.h"

#define BODY_MAX ((size_t)64 << 20)

static const char *const kinds[] = {"unfit", "bound", "left out"};

/* What is known of the call. */
struct known {
    enum sc_dialect dialect; /* COUNT: none */
    struct sc_dialect_asked asked;
    int64_t input, output; /* tokens, -1: no request is at hand */
};

/* A target, and this request. */
struct seen {
    const struct sc_target *target;
    bool fit;
    char why[640];
    struct sc_fit reasons;
    struct sc_buf url, body;
};

static int64_t tokens_of(const struct sc_explain_chain *x, enum sc_provider p, const char *model)
{
    struct sc_measure m;

    sc_measure(x->request, &m);
    return m.tokens[sc_tokenizer_of(p, model)] + m.blobs * SC_BLOB_TOKENS;
}

/* The query may hold a key. */
static struct sc_str path_alone(const struct sc_explain_chain *x)
{
    const char *query = x->path.n > 0 ? memchr(x->path.p, '?', x->path.n) : NULL;

    return (struct sc_str){x->path.p, query ? (size_t)(query - x->path.p) : x->path.n};
}

static void look_at_call(const struct sc_explain_chain *x, struct known *k)
{
    struct sc_dialect_to same = {.provider = x->provider};
    struct sc_buf unused = {.max = BODY_MAX};
    struct sc_fit fit;

    *k = (struct known){.input = -1};
    k->dialect = sc_dialect_of_path(path_alone(x));
    if (x->request.n == 0)
        return;
    k->input = tokens_of(x, x->provider, x->model);
    k->output = sc_request_output_limit(x->request.p, x->request.n);
    same.dialect = k->dialect;
    if (k->dialect != SC_DIALECT_COUNT)
        sc_dialect_request(k->dialect, x->path, x->request, &same, &unused, &k->asked, &fit);
    sc_buf_free(&unused);
}

/* ---- fitness ---- */

static bool unfit(struct seen *s, const char *why)
{
    if (why != s->why)
        snprintf(s->why, sizeof s->why, "%s", why);
    s->fit = false;
    return false;
}

static bool has_key(struct seen *s)
{
    const struct sc_target *t = s->target;
    char why[SC_KEY_WHY_MAX] = "";

    for (size_t i = 0; i < t->n_keys; i++)
        if (sc_key_is_there(&t->keys[i], why))
            return true;
    return t->n_keys == 0 || unfit(s, why);
}

static int64_t context_of(const struct sc_explain_chain *x, const struct sc_target *t)
{
    const struct sc_price *price;
    size_t n;
    const struct sc_price *own = sc_policy_prices(x->policy, &n);
    const char *model = t->model ? t->model : x->model;

    if (t->context > 0)
        return t->context;
    price = model[0] ? sc_price_find(own, n, t->url ? t->provider : x->provider, model) : NULL;
    return price ? price->context_window : 0;
}

static bool has_room(const struct sc_explain_chain *x, const struct known *k, struct seen *s)
{
    const struct sc_target *t = s->target;
    int64_t room = context_of(x, t), needs;

    if (k->input < 0 || room == 0)
        return true;
    needs = tokens_of(x, t->url ? t->provider : x->provider, t->model ? t->model : x->model) +
            k->output;
    if (needs <= room)
        return true;
    snprintf(s->why, sizeof s->why,
             "it takes %" PRId64 " tokens, and the request with its answer is about %" PRId64, room,
             needs);
    return unfit(s, s->why);
}

static bool is_in_path(const struct sc_explain_chain *x)
{
    return sc_request_path_model(x->provider, x->path).n > 0;
}

static bool is_in_body(const struct sc_explain_chain *x)
{
    return sc_json_find(x->request.p, x->request.n, "model").n > 0;
}

/* At the program's own host only the model is another, where path or body name it. */
static bool names_its_model(const struct sc_explain_chain *x, const struct known *k, struct seen *s)
{
    bool may_be_in_body = x->request.n == 0 && k->dialect != SC_DIALECT_GEMINI;

    return s->target->url || is_in_path(x) || may_be_in_body || is_in_body(x) ||
           unfit(s, "the request does not name its model in its body");
}

/* The first reason that stands in the way; the others are printed below. */
static bool can_be_said(const struct sc_explain_chain *x, const struct known *k, struct seen *s)
{
    const struct sc_target *t = s->target;
    struct sc_dialect_to to = {.dialect = t->url ? t->dialect : k->dialect,
                               .provider = t->url ? t->provider : x->provider,
                               .model = t->url || is_in_body(x) ? t->model : NULL};
    struct sc_dialect_asked asked;

    if (x->request.n == 0 || k->dialect == SC_DIALECT_COUNT)
        return true;
    if (sc_dialect_request(k->dialect, x->path, x->request, &to, &s->body, &asked, &s->reasons))
        return true;
    for (size_t i = 0; i < s->reasons.n; i++) {
        const struct sc_reason *r = &s->reasons.reason[i];

        /* What lies with the provider is there, too. */
        if (r->kind == SC_MISFIT_LEFT_OUT || (r->kind == SC_MISFIT_BOUND && !t->url))
            continue;
        snprintf(s->why, sizeof s->why, "%s: %s", r->where, r->why);
        return unfit(s, s->why);
    }
    return true;
}

static void see(const struct sc_explain_chain *x, const struct known *k, const struct sc_target *t,
                struct seen *s)
{
    memset(s, 0, sizeof *s);
    s->target = t;
    s->fit = true;
    s->url.max = 4096;
    s->body.max = BODY_MAX;
    if (t->url) {
        sc_buf_add(&s->url, t->url, strlen(t->url) - strlen(t->prefix));
        sc_target_path(t, x->model, k->asked.stream, &s->url);
    } else if (t->model) {
        sc_request_other_path(x->provider, path_alone(x), t->model, &s->url);
    }
    sc_buf_char(&s->url, '\0');
    if (k->dialect == SC_DIALECT_COUNT &&
        (t->url || !sc_request_suits_models(x->provider, x->path)))
        unfit(s, "the URL's path is that of none of the dialects that can be translated");
    else if (has_key(s) && names_its_model(x, k, s) && has_room(x, k, s))
        can_be_said(x, k, s);
}

static void forget(struct seen *s)
{
    sc_buf_free(&s->url);
    sc_buf_free(&s->body);
}

/* ---- route ---- */

static bool has_tools(struct sc_str request)
{
    struct sc_str tools = sc_json_find(request.p, request.n, "tools");

    return tools.n > 2 && tools.p[0] == '[';
}

static const char *label(const char *own, const char *airflow)
{
    const char *value = getenv(own);

    return value && *value ? value : getenv(airflow);
}

static const struct sc_target *route_of(const struct sc_explain_chain *x, const struct known *k)
{
    time_t now = time(NULL);
    struct tm local;
    bool known = x->request.n > 0;
    struct sc_route_facts f = {.input_tokens = k->input,
                               .stream = (signed char)(known ? k->asked.stream : -1),
                               .tools = (signed char)(known ? has_tools(x->request) : -1),
                               .hour = localtime_r(&now, &local) ? local.tm_hour : -1,
                               .model = x->model,
                               .task = label("STEADYCURL_TASK", "AIRFLOW_CTX_TASK_ID"),
                               .dag = label("STEADYCURL_DAG", "AIRFLOW_CTX_DAG_ID"),
                               .hash = sc_request_affinity(x->request)};

    return sc_route_pick(x->rule->chain, &f);
}

static bool asks_for_headers(const struct sc_chain *c)
{
    for (size_t i = 0; i < c->n_route; i++)
        if (c->route[i].when.header_name)
            return true;
    return false;
}

/* ---- for people ---- */

static void print_reasons(const struct seen *s)
{
    for (size_t i = 0; i < s->reasons.n; i++)
        sc_explain_line("", "   %s %s: %s", kinds[s->reasons.reason[i].kind],
                        s->reasons.reason[i].where, s->reasons.reason[i].why);
    if (s->reasons.more)
        sc_explain_line("", "   and %zu more", s->reasons.more);
}

static void where_words(const struct sc_explain_chain *x, const struct seen *s, char *buf, size_t n)
{
    const struct sc_target *t = s->target;
    const char *model = t->model ? t->model : x->model[0] ? x->model : "the request's model";

    if (t->url)
        snprintf(buf, n, "%s at %s (%s)", model, s->url.p, sc_dialect_name(t->dialect));
    else
        snprintf(buf, n, "%s at the program's host%s%s", model, s->url.n > 1 ? ": " : "", s->url.p);
}

static void print_target(const struct sc_explain_chain *x, const char *place, const struct seen *s)
{
    char where[1400];

    where_words(x, s, where, sizeof where);
    sc_explain_line(place, "%s: %s: %s%s%s", s->target->name, where, s->fit ? "fit" : "unfit",
                    s->why[0] ? ": " : "", s->why);
    print_reasons(s);
}

static void print_on(uint32_t on)
{
    char words[200] = "";
    size_t n = 0;

    for (unsigned c = 0; c < SC_CLASS_COUNT; c++)
        if (on >> c & 1)
            n += (size_t)snprintf(words + n, sizeof words - n, "%s%s", n ? ", " : "",
                                  sc_class_name((enum sc_class)c));
    sc_explain_line("", "the next is asked after %s", words);
}

static void print_route(const struct sc_explain_chain *x, const struct sc_target *first)
{
    const struct sc_chain *c = x->rule->chain;

    if (c->n_route == 0)
        return;
    sc_explain_line("route", "%s is asked first%s", first ? first->name : "the program's host",
                    x->request.n > 0 ? "" : ", as far as that can be told without --request");
    if (asks_for_headers(c))
        sc_explain_line("", "entries that ask for a header are not considered here");
}

static void print_body(const struct seen *s)
{
    if (!s->fit || s->body.n == 0)
        return;
    putchar('\n');
    sc_print(stdout, "%s gets%s%s:\n", s->target->name, s->url.n > 1 ? " at " : "", s->url.p);
    fwrite(s->body.p, 1, s->body.n, stdout);
    putchar('\n');
}

static void print_chain(const struct sc_explain_chain *x, const struct known *k,
                        const struct sc_target *first)
{
    const struct sc_chain *c = x->rule->chain;
    static struct seen seen[SC_LINKS_MAX + 1];
    size_t n = 0;

    print_route(x, first);
    if (first) {
        see(x, k, first, &seen[n]);
        print_target(x, "chain", &seen[n++]);
    } else {
        sc_explain_line("chain", "the program's host");
    }
    for (size_t i = 0; i < c->n_links; i++) {
        const struct sc_link *l = &c->links[i];

        if (l->kind == SC_LINK_CACHE)
            sc_explain_line("", "an answer that was kept, if there is one");
        if (l->kind == SC_LINK_REPLY)
            sc_explain_line("", "a reply, status %d: %.60s", l->reply.status,
                            l->reply.text   ? l->reply.text
                            : l->reply.json ? l->reply.json
                                            : "");
        if (l->kind != SC_LINK_TARGET || l->target == first)
            continue;
        see(x, k, l->target, &seen[n]);
        print_target(x, "", &seen[n++]);
    }
    if (c->n_links > 0)
        print_on(c->on);
    for (size_t i = 0; i < n; i++) {
        print_body(&seen[i]);
        forget(&seen[i]);
    }
}

/* ---- as JSON ---- */

static void print_reasons_json(const struct sc_fit *fit)
{
    printf(",\"reasons\":[");
    for (size_t i = 0; i < fit->n; i++) {
        printf("%s{\"kind\":\"%s\",\"where\":", i ? "," : "", kinds[fit->reason[i].kind]);
        sc_print_json(stdout, fit->reason[i].where);
        printf(",\"why\":");
        sc_print_json(stdout, fit->reason[i].why);
        putchar('}');
    }
    putchar(']');
}

static void print_target_json(const struct sc_explain_chain *x, const struct known *k,
                              const struct sc_target *t)
{
    static struct seen s;

    see(x, k, t, &s);
    printf("{\"target\":");
    sc_print_json(stdout, t->name);
    printf(",\"fit\":%s", s.fit ? "true" : "false");
    if (!s.fit) {
        printf(",\"why\":");
        sc_print_json(stdout, s.why);
    }
    print_reasons_json(&s.reasons);
    if (t->url) {
        printf(",\"url\":");
        sc_print_json(stdout, s.url.p);
        printf(",\"dialect\":\"%s\"", sc_dialect_name(t->dialect));
    } else if (s.url.n > 1) {
        printf(",\"path\":");
        sc_print_json(stdout, s.url.p);
    }
    if (t->model) {
        printf(",\"model\":");
        sc_print_json(stdout, t->model);
    }
    if (s.fit && s.body.n > 0) {
        printf(",\"body\":");
        fwrite(s.body.p, 1, s.body.n, stdout);
    }
    putchar('}');
    forget(&s);
}

static void print_chain_json(const struct sc_explain_chain *x, const struct known *k,
                             const struct sc_target *first)
{
    const struct sc_chain *c = x->rule->chain;

    printf(",\"chain\":[");
    if (first)
        print_target_json(x, k, first);
    else
        printf("{\"target\":null,\"fit\":true}");
    for (size_t i = 0; i < c->n_links; i++) {
        if (c->links[i].kind == SC_LINK_CACHE)
            printf(",{\"cache\":true}");
        if (c->links[i].kind == SC_LINK_REPLY)
            printf(",{\"reply\":%d}", c->links[i].reply.status);
        if (c->links[i].kind != SC_LINK_TARGET || c->links[i].target == first)
            continue;
        putchar(',');
        print_target_json(x, k, c->links[i].target);
    }
    printf("],\"on\":[");
    for (unsigned i = 0, n = 0; i < SC_CLASS_COUNT; i++)
        if (c->on >> i & 1)
            printf("%s\"%s\"", n++ ? "," : "", sc_class_name((enum sc_class)i));
    putchar(']');
}

void sc_explain_chain(const struct sc_explain_chain *x)
{
    const struct sc_target *first;
    struct known k;

    if (!x->rule->chain)
        return;
    look_at_call(x, &k);
    first = route_of(x, &k);
    if (x->json)
        print_chain_json(x, &k, first);
    else
        print_chain(x, &k, first);
}
