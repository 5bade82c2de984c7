/*
 * cmd_explain.c - steadycurl explain URL: which rule, which settings, and for a response which
 * class and what would happen next.
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/explain.h"
#include "cli/usage.h"
#include "http/url.h"
#include "policy/policy.h"
#include "provider/request.h"

#define HEADERS_MAX 64
#define BODY_MAX ((size_t)8 << 20)

enum { OPT_STATUS = 's', OPT_HEADER = 'H', OPT_BODY = 'b', OPT_ATTEMPT = 'n', OPT_CURL = 300 };

static const struct sc_option options[] = {
    {"policy", 'p', "FILE", "policy file (default: the search order of steadycurl(1))"},
    {"method", 'X', "METHOD", "method of the request (default: POST)"},
    {"model", 'm', "MODEL", "model of the request (default: what the URL says)"},
    {"status", OPT_STATUS, "STATUS", "explain a response with this HTTP status"},
    {"header", OPT_HEADER, "HEADER", "a header of the response, \"Name: value\"; may be repeated"},
    {"body", OPT_BODY, "FILE", "the body of the response, - for standard input"},
    {"curl-code", OPT_CURL, "CODE", "the transport error, as libcurl numbers it"},
    {"attempt", OPT_ATTEMPT, "N", "the response is that of attempt N (default: 1)"},
    {NULL, 0, NULL, NULL},
};

static const struct sc_usage usage = {
    "explain", "[OPTION...] URL",
    "Says which rule of the policy a call matches and what the rule asks for; for a response,\n"
    "also its class and what would happen next.",
    options};

struct question {
    const char *policy, *method, *model, *url, *body_file;
    int attempt;
    bool has_response;
    struct sc_header headers[HEADERS_MAX];
    struct sc_response response;
};

static bool whole_number(const char *text, long least, long most, int *out)
{
    char *end;
    long v = strtol(text, &end, 10);
    if (end == text || *end || v < least || v > most)
        return false;
    *out = (int)v;
    return true;
}

static struct sc_str trimmed(const char *p)
{
    struct sc_str s = {p, strlen(p)};
    while (s.n && strchr(" \t\r\n", *s.p))
        s.p++, s.n--;
    while (s.n && strchr(" \t\r\n", s.p[s.n - 1]))
        s.n--;
    return s;
}

static bool add_header(struct question *q, char *text)
{
    char *colon = strchr(text, ':');
    size_t n = q->response.n_headers;
    if (!colon || colon == text || n == HEADERS_MAX)
        return false;
    q->headers[n].name = (struct sc_str){text, (size_t)(colon - text)};
    q->headers[n].value = trimmed(colon + 1);
    q->response.headers = q->headers;
    q->response.n_headers = n + 1;
    return true;
}

static bool take_option(struct question *q, int opt, char *value)
{
    switch (opt) {
    case 'p':
        q->policy = value;
        return true;
    case 'X':
        q->method = value;
        return true;
    case 'm':
        q->model = value;
        return true;
    case OPT_STATUS:
        q->has_response = true;
        return whole_number(value, 0, 999, &q->response.status);
    case OPT_CURL:
        q->has_response = true;
        return whole_number(value, 0, 999, &q->response.curl_code);
    case OPT_ATTEMPT:
        return whole_number(value, 1, 1000, &q->attempt);
    case OPT_BODY:
        q->body_file = value;
        return true;
    default:
        return add_header(q, value);
    }
}

/* Options may also follow the URL. 0, or an exit status + 1. */
static int read_arguments(struct question *q, int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    for (;;) {
        char *option = a.i < argc ? argv[a.i] : NULL;
        int opt = sc_args_next(&a, &usage);
        if (opt > 0) {
            if (!take_option(q, opt, a.value))
                return 1 + sc_usage_wrong(&usage, "%s: cannot be \"%s\"", option, a.value);
        } else if (opt < 0) {
            return opt == SC_ARGS_HELP ? 1 : 3;
        } else if (a.i >= argc) {
            break;
        } else if (q->url) {
            return 1 + sc_usage_wrong(&usage, "one URL, please; \"%s\" is too much", argv[a.i]);
        } else {
            q->url = argv[a.i++];
        }
    }
    if (!q->url)
        return 1 + sc_usage_wrong(&usage, "which URL? see steadycurl explain --help");
    return 0;
}

static bool read_body(struct question *q)
{
    if (!q->body_file)
        return true;
    FILE *f = strcmp(q->body_file, "-") == 0 ? stdin : fopen(q->body_file, "re");
    char *body = f ? malloc(BODY_MAX) : NULL;
    if (!body)
        return false;
    q->response.body = body;
    q->response.body_len = fread(body, 1, BODY_MAX, f);
    bool ok = !ferror(f);
    if (f != stdin)
        fclose(f);
    return ok;
}

static struct sc_policy *load_policy(const char *named)
{
    char path[PATH_MAX];
    struct sc_policy_error error;
    bool found = named ? snprintf(path, sizeof path, "%s", named) < (int)sizeof path
                       : sc_policy_find(path, sizeof path);
    struct sc_policy *p = found ? sc_policy_load(path, &error) : sc_policy_builtin();
    if (!p)
        sc_usage_wrong(&usage, "%s", found ? error.text : "out of memory");
    else
        sc_explain_line("policy", "%s", found ? path : "built-in (no file found)");
    return p;
}

static struct sc_str str(const char *p)
{
    return (struct sc_str){p, strlen(p)};
}

static enum sc_provider provider_of(const struct sc_rule *rule, const struct sc_url *u)
{
    if (rule && rule->provider_given)
        return rule->provider;
    return sc_provider_by_host(u->host, u->host_len, u->port);
}

/* Prints what the call matches; NULL if no rule does. */
static const struct sc_rule *explain_request(const struct question *q, const struct sc_url *u,
                                             const struct sc_policy *policy)
{
    char model[128] = "";
    enum sc_provider by_host = provider_of(NULL, u);
    if (q->model)
        snprintf(model, sizeof model, "%s", q->model);
    else
        sc_request_model(by_host, u->path, NULL, 0, model, sizeof model);
    struct sc_target t = {.host = {u->host, u->host_len},
                          .port = u->port,
                          .path = u->path,
                          .method = str(q->method),
                          .model = str(model)};
    const struct sc_rule *rule = sc_policy_match(policy, &t);
    sc_explain_line("host", "%s, port %d", u->host, u->port);
    sc_explain_line("model", "%s", model[0] ? model : "unknown");
    if (!rule) {
        sc_explain_line("rule", "none: the call passes through as if steadycurl were not there");
        return NULL;
    }
    sc_explain_line("rule", "%s (rules[%zu])", rule->name ? rule->name : "without a name",
                    rule->index);
    sc_explain_line("provider", "%s (by the %s)", sc_provider_name(provider_of(rule, u)),
                    rule->provider_given ? "rule" : "host");
    sc_explain_settings(rule->settings);
    return rule;
}

static void explain_response(struct question *q, const struct sc_rule *rule, const struct sc_url *u)
{
    q->response.provider = provider_of(rule, u);
    q->response.now_unix = time(NULL);
    if (q->response.curl_code)
        sc_explain_line("response", "curl error %d, HTTP status %d", q->response.curl_code,
                        q->response.status);
    else
        sc_explain_line("response", "HTTP %d to attempt %d", q->response.status, q->attempt);
    sc_explain_response(rule->settings, &q->response, q->attempt);
}

int sc_cmd_explain(int argc, char **argv)
{
    static struct question q = {.method = "POST", .attempt = 1, .response.body = ""};
    struct sc_url u;
    int ended = read_arguments(&q, argc, argv);
    if (ended)
        return ended - 1;
    if (!q.url || !sc_url_split(q.url, strlen(q.url), &u))
        return sc_usage_wrong(&usage,
                              "\"%s\" is not a plain http or https URL (user info, unusual hosts "
                              "and dot segments are left to libcurl)",
                              q.url);
    if (!read_body(&q))
        return sc_usage_wrong(&usage, "cannot read the body from \"%s\"", q.body_file);
    struct sc_policy *policy = load_policy(q.policy);
    if (!policy)
        return 1;
    const struct sc_rule *rule = explain_request(&q, &u, policy);
    if (rule && (q.has_response || q.body_file))
        explain_response(&q, rule, &u);
    sc_policy_free(policy);
    if (q.body_file)
        free((void *)(uintptr_t)q.response.body);
    return 0;
}
