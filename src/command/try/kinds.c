/* kinds.c - see kinds.h. */
#include "try/kinds.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "fault/outcome.h"
#include "http/nearest.h"

enum { TEXT_MAX = 1 << 20 };

/* The built-in matrix. */
#define HTML ";content-type=text/html;body-text="
static const struct {
    const char *name, *script;
} builtin[] = {
    /* refused for now */
    {"rate-limit", "429;retry-after=2,ok"},
    {"rate-limit-silent", "429*2,ok"},
    {"overloaded", "503*2,ok"},
    {"error", "500,ok"},
    {"gateway", "502" HTML "<html><h1>502 Bad Gateway</h1></html>,ok"},
    {"outage", "503"},
    /* and for good */
    {"quota", "quota"},
    {"bad-key", "401"},
    {"forbidden", "403"},
    {"no-model", "404"},
    {"too-long", "context"},
    /* nobody there */
    {"unresolved", "unresolved,ok"},
    {"refused", "refused,ok"},
    {"tls", "tls"},
    {"reset", "reset,ok"},
    {"hang", "hang"},
    /* an answer that is none */
    {"stall", "stall"},
    {"truncated", "truncate,ok"},
    {"reset-body", "reset-body,ok"},
    {"half", "cut=50%,ok"},
    {"error-in-answer", "sse-error-late,ok"},
    {"malformed", "200;content-type=application/json;body-text={\"choices\":[{\"mess,ok"},
    {"empty", "200;content-type=application/json;body-text=,ok"},
    {"wrong-type", "200" HTML "<html><h1>Sign in to the network</h1></html>,ok"},
};

/* How a provider does it. */
static const struct {
    const char *name;
    enum sc_provider provider;
    const char *script;
} own[] = {
    {"overloaded", SC_PROVIDER_ANTHROPIC, "529*2,ok"},
    {"rate-limit", SC_PROVIDER_GEMINI, "429;retry-in=2s,ok"},
    {"rate-limit", SC_PROVIDER_VERTEX, "429;retry-in=2s,ok"},
    {"rate-limit", SC_PROVIDER_AZURE, "429;retry-after-ms=2000,ok"},
    {"quota", SC_PROVIDER_ANTHROPIC,
     "400;message=Your credit balance is too low to access the "
     "Anthropic API. Please go to Plans & Billing to upgrade or "
     "purchase credits."},
};

static struct sc_kind *add(struct sc_kinds *k, const char *name, size_t n, const char *script)
{
    struct sc_kind *kind = &k->list[k->n++];

    memset(kind, 0, sizeof *kind);
    memcpy(kind->name, name, n);
    kind->script = script;
    return kind;
}

void sc_kinds_builtin(struct sc_kinds *k)
{
    k->n = 0;
    k->text = NULL;
    for (size_t i = 0; i < sizeof builtin / sizeof *builtin; i++) {
        struct sc_kind *kind = add(k, builtin[i].name, strlen(builtin[i].name), builtin[i].script);

        for (size_t j = 0; j < sizeof own / sizeof *own; j++)
            if (strcmp(own[j].name, kind->name) == 0)
                kind->of[own[j].provider] = own[j].script;
    }
}

const char *sc_kind_script(const struct sc_kind *k, enum sc_provider p)
{
    return k->of[p] ? k->of[p] : k->script;
}

/* ---- a file ---------------------------------------------------------------------------------- */

static char *trim(char *p)
{
    size_t n;

    p += strspn(p, " \t\r");
    n = strlen(p);
    while (n > 0 && strchr(" \t\r", p[n - 1]))
        p[--n] = '\0';
    return p;
}

static bool wrong(char *err, size_t err_n, unsigned line, const char *what)
{
    if (line)
        snprintf(err, err_n, "line %u: %s", line, what);
    else
        snprintf(err, err_n, "%s", what);
    return false;
}

static bool is_known(const struct sc_kinds *k, const char *name)
{
    for (size_t i = 0; i < k->n; i++)
        if (strcmp(k->list[i].name, name) == 0)
            return true;
    return false;
}

static bool read_line(struct sc_kinds *k, char *line, unsigned number, char *err, size_t err_n)
{
    char *equal = strchr(line, '='), *name = trim(line), *script;
    struct sc_script_error e;
    struct sc_script *s;

    if (!*name || *name == '#')
        return true;
    if (!equal)
        return wrong(err, err_n, number, "no '=' in it: a fault is NAME = SCRIPT");
    *equal = '\0';
    name = trim(line);
    script = trim(equal + 1);
    /* --keep makes a folder of it. */
    if (!*name || *name == '.' || strlen(name) > SC_KIND_NAME_MAX || name[strcspn(name, ", /")])
        return wrong(err, err_n, number, "a name is a word of at most 31 bytes, without '/'");
    if (is_known(k, name))
        return wrong(err, err_n, number, "the same name once more");
    if (k->n == SC_KINDS_MAX)
        return wrong(err, err_n, number, "more than 200 faults");
    s = sc_script_parse(script, strlen(script), SC_SCRIPT_CLIENT, &e);
    if (!s)
        return wrong(err, err_n, number, e.text);
    sc_script_unref(s);
    add(k, name, strlen(name), script);
    return true;
}

bool sc_kinds_read(struct sc_kinds *k, FILE *f, char *err, size_t err_n)
{
    size_t n;
    unsigned number = 0;

    k->n = 0;
    k->text = calloc(1, TEXT_MAX + 1);
    if (!k->text)
        return wrong(err, err_n, 0, "out of memory");
    n = fread(k->text, 1, TEXT_MAX, f);
    if (ferror(f))
        return wrong(err, err_n, 0, strerror(errno));
    k->text[n] = '\0';
    for (char *line = k->text, *next; line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!read_line(k, line, ++number, err, err_n))
            return false;
    }
    if (k->n == 0)
        return wrong(err, err_n, 0, "there is no fault in it");
    return true;
}

void sc_kinds_free(struct sc_kinds *k)
{
    free(k->text);
    k->text = NULL;
}

/* ---- some of them ---------------------------------------------------------------------------- */

static struct sc_kind *find(struct sc_kinds *k, const char *name, size_t n)
{
    for (size_t i = 0; i < k->n; i++)
        if (strlen(k->list[i].name) == n && memcmp(k->list[i].name, name, n) == 0)
            return &k->list[i];
    return NULL;
}

static bool no_such(const struct sc_kinds *k, const char *p, size_t n, char *err, size_t err_n)
{
    struct sc_nearest near = SC_NEAREST_NONE;
    char typed[SC_KIND_NAME_MAX + 1];

    snprintf(typed, sizeof typed, "%.*s", (int)n, p);
    for (size_t i = 0; i < k->n; i++)
        sc_nearest_consider(&near, k->list[i].name, typed);
    snprintf(err, err_n,
             near.word ? "there is no fault '%s'; did you mean '%s'?"
                       : "there is no fault '%s' (--list has all)",
             typed, near.word);
    return false;
}

bool sc_kinds_only(struct sc_kinds *k, const char *names, char *err, size_t err_n)
{
    bool wanted[SC_KINDS_MAX] = {false};
    size_t left = 0;

    for (const char *p = names; *p;) {
        size_t n = strcspn(p, ",");
        struct sc_kind *kind = find(k, p, n);

        if (!kind) {
            return no_such(k, p, n, err, err_n);
        }
        wanted[kind - k->list] = true;
        p += n + (p[n] == ',');
    }
    for (size_t i = 0; i < k->n; i++)
        if (wanted[i])
            k->list[left++] = k->list[i];
    k->n = left;
    return left > 0;
}

/* ---- what a script says of its fault --------------------------------------------------------- */

static int64_t hint_of(const struct sc_outcome *o)
{
    int64_t ms = o->retry_after_date > 0 ? o->retry_after_date * 1000 : 0;

    if (o->retry_in)
        ms = (int64_t)(strtod(o->retry_in, NULL) * 1000);
    for (size_t i = 0; i < o->n_headers; i++) {
        int64_t scale = strcasecmp(o->headers[i].name, "retry-after") == 0      ? 1000
                        : strcasecmp(o->headers[i].name, "retry-after-ms") == 0 ? 1
                                                                                : 0;

        if (scale > 0)
            ms = (int64_t)(strtod(o->headers[i].value, NULL) * (double)scale);
    }
    return ms;
}

static bool is_ok(const struct sc_outcome *o)
{
    return strcmp(o->text, "ok") == 0 || strcmp(o->text, "200") == 0;
}

static bool is_final(const struct sc_outcome *o)
{
    switch (o->status) {
    case 400:
    case 401:
    case 402:
    case 403:
    case 404:
    case 413:
    case 422:
        return true;
    default:
        return o->kind != SC_ERROR_PLAIN;
    }
}

static bool is_paid(const struct sc_outcome *o)
{
    switch (o->fault) {
    case SC_FAULT_RESET_BODY:
    case SC_FAULT_TRUNCATE:
    case SC_FAULT_TRUNCATE_CHUNKED:
    case SC_FAULT_CUT:
    case SC_FAULT_STALL:
    case SC_FAULT_STREAM_ERROR_LATE:
        return o->status < 400;
    case SC_FAULT_NONE:
        return o->body && o->status < 400;
    default:
        return false;
    }
}

/* For good: it ends by nothing of the server's. */
static bool is_silent(const struct sc_outcome *o)
{
    return (o->fault == SC_FAULT_HANG || o->fault == SC_FAULT_STALL) && o->ms < 0;
}

void sc_kind_traits(const struct sc_script *s, struct sc_kind_traits *out)
{
    const struct sc_outcome *first = &s->items[0], *last = &s->items[s->n - 1];

    *out = (struct sc_kind_traits){
        .passes = s->n > 1 && is_ok(last),
        .half = first->fault == SC_FAULT_CUT,
        .paid = is_paid(first),
        .silent = is_silent(first),
        .faults = INT64_MAX,
        .hint_ms = hint_of(first),
    };
    if (s->n > 1)
        out->faults = (int64_t)s->items[s->n - 2].upto;
    out->final = !out->passes && is_final(first);
}
