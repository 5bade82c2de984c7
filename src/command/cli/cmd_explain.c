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
#include "cli/captured.h"
#include "cli/explain.h"
#include "base/print.h"
#include "cli/policy_file.h"
#include "cli/usage.h"
#include "http/url.h"
#include "policy/policy.h"
#include "provider/paths.h"
#include "provider/request.h"

#define HEADERS_MAX 64
#define BODY_MAX ((size_t)8 << 20)
#define CURL_PARTIAL_FILE 18

enum {
    OPT_HEADER = 'H',
    OPT_BODY = 'b',
    OPT_RESPONSE = 'r',
    OPT_CURL = 300,
    OPT_STATUS,
    OPT_ATTEMPT,
    OPT_REQUEST,
    OPT_PROVIDER,
    OPT_FROM,
    OPT_TO
};

static const struct sc_option options[] = {
    SC_OPTION_POLICY_FOUND,
    {"method", 'X', "METHOD", "method of the request (default: POST)"},
    {"model", 'm', "MODEL", "model of the request (default: what the URL says)"},
    {"request", OPT_REQUEST, "FILE", "the request's body, for its model and size"},
    {"provider", OPT_PROVIDER, "NAME", "instead of a URL: a call to this provider's own host"},
    {"response", OPT_RESPONSE, "FILE",
     "explain a response as curl -i wrote it, - for standard input"},
    {"status", OPT_STATUS, "STATUS", "explain a response with this HTTP status"},
    {"header", OPT_HEADER, "HEADER", "a header of the response, \"Name: value\"; may be repeated"},
    {"body", OPT_BODY, "FILE", "the body of the response, - for standard input"},
    {"curl-code", OPT_CURL, "CODE", "the transport error, as libcurl numbers it"},
    {"attempt", OPT_ATTEMPT, "N", "the response is that of attempt N (default: 1)"},
    {"to", OPT_TO, "DIALECT[:MODEL]",
     "instead: the request, or the response, in this dialect, or why it cannot be"},
    {"from", OPT_FROM, "DIALECT", "what it speaks (default: what the URL says)"},
    SC_OPTION_JSON("one JSON object"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "explain", "[OPTION...] URL",
    "Says which rule of the policy a call matches and what the rule asks for; for a response,\n"
    "also its class, the row that decided, tokens and cost, and what would happen next; for a\n"
    "request (--request), which of the rule's targets are fit for it and what they would get.",
    options};

struct question {
    const char *policy, *method, *model, *url, *provider;
    const char *body_file, *response_file, *request_file;
    const char *from, *to;
    int attempt;
    bool has_response, json;
    char own_url[160];
    char *request, *captured_text;
    size_t request_len;
    struct sc_captured captured;
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

static bool add_header(struct question *q, char *text)
{
    char *colon = strchr(text, ':');
    size_t n = q->response.n_headers;
    if (!colon || colon == text || n == HEADERS_MAX)
        return false;
    q->headers[n].name = (struct sc_str){text, (size_t)(colon - text)};
    q->headers[n].value = sc_str_trim((struct sc_str){colon + 1, strlen(colon + 1)});
    q->response.headers = q->headers;
    q->response.n_headers = n + 1;
    return true;
}

static struct sc_str str(const char *p)
{
    return (struct sc_str){p, strlen(p)};
}

/* Of DIALECT[:MODEL]. */
static enum sc_dialect dialect_before_colon(const char *text)
{
    return sc_dialect_by_name((struct sc_str){text, strcspn(text, ":")});
}

static bool take_option(struct question *q, int opt, char *value)
{
    switch (opt) {
    case SC_OPT_POLICY:
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
    case OPT_RESPONSE:
        q->response_file = value;
        return true;
    case OPT_REQUEST:
        q->request_file = value;
        return true;
    case OPT_PROVIDER:
        q->provider = value;
        return sc_provider_by_name(value) != SC_PROVIDER_COUNT;
    case OPT_FROM:
        q->from = value;
        return sc_dialect_by_name(str(value)) != SC_DIALECT_COUNT;
    case OPT_TO:
        q->to = value;
        return dialect_before_colon(value) != SC_DIALECT_COUNT;
    case SC_OPT_JSON:
        q->json = true;
        return true;
    default:
        return add_header(q, value);
    }
}

/* 0, or an exit status + 1. */
static int read_arguments(struct question *q, int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0)
        if (!take_option(q, opt, a.value))
            return 1 + sc_usage_wrong(&usage, "--%s: cannot be \"%s\"", a.option, a.value);
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 1 : 3;
    if (argc - a.i > 1)
        return 1 + sc_usage_wrong(&usage, "one URL, please; \"%s\" is too much", argv[a.i + 1]);
    if (a.i < argc)
        q->url = argv[a.i];
    if (!q->url && !q->provider && !(q->from && q->to))
        return 1 + sc_usage_wrong(&usage, "which URL? see steadycurl explain --help");
    if (q->response_file && (q->has_response || q->body_file || q->response.n_headers > 0))
        return 1 + sc_usage_wrong(&usage, "--response says it all: no --status, --curl-code, "
                                          "--header or --body besides");
    return 0;
}

/* 0, or an exit status. */
static int read_captured(struct question *q)
{
    struct sc_captured *c = &q->captured;
    size_t n;

    q->captured_text = sc_read_whole(q->response_file, BODY_MAX, &n);
    if (!q->captured_text)
        return sc_usage_wrong(&usage, "cannot read the response from \"%s\"", q->response_file);
    if (!sc_captured_read(q->captured_text, n, c))
        return sc_usage_wrong(&usage,
                              "\"%s\" does not begin with a status line, as curl -i "
                              "writes one",
                              q->response_file);
    if (c->is_encoded)
        return sc_usage_wrong(&usage,
                              "the body in \"%s\" is compressed: take it with curl -i "
                              "--compressed",
                              q->response_file);
    q->has_response = true;
    q->response.status = c->status;
    q->response.curl_code = c->is_cut ? CURL_PARTIAL_FILE : 0;
    q->response.headers = c->headers;
    q->response.n_headers = c->n_headers;
    q->response.body = c->body;
    q->response.body_len = c->body_len;
    return 0;
}

static int read_files(struct question *q)
{
    if (q->request_file &&
        !(q->request = sc_read_whole(q->request_file, BODY_MAX, &q->request_len)))
        return sc_usage_wrong(&usage, "cannot read the request from \"%s\"", q->request_file);
    if (q->response_file)
        return read_captured(q);
    if (!q->body_file)
        return 0;
    q->captured_text = sc_read_whole(q->body_file, BODY_MAX, &q->response.body_len);
    if (!q->captured_text)
        return sc_usage_wrong(&usage, "cannot read the body from \"%s\"", q->body_file);
    q->response.body = q->captured_text;
    return 0;
}

/* The call that is asked about. */
struct call {
    struct sc_url url;
    char model[128];
    const struct sc_rule *rule;     /* NULL: none */
    const struct sc_rule *by_model; /* that another model would lead to, where none is known */
    enum sc_provider provider;
    const struct sc_policy_provider *own_provider;
};

static struct sc_subject subject_of(const struct question *q, const struct call *c)
{
    struct sc_subject t = {.host = {c->url.host, c->url.host_len},
                           .port = c->url.port,
                           .path = c->url.path,
                           .method = str(q->method),
                           .model = str(c->model)};

    return t;
}

static void find_model(const struct question *q, struct call *c)
{
    if (q->model)
        snprintf(c->model, sizeof c->model, "%s", q->model);
    else
        sc_request_model(c->provider, c->url.path, q->request, q->request_len, c->model,
                         sizeof c->model);
}

static void find_rule(const struct question *q, const struct sc_policy *policy, struct call *c)
{
    struct sc_str host = {c->url.host, c->url.host_len};
    c->provider = sc_policy_provider(policy, host, c->url.port, &c->own_provider);
    find_model(q, c);
    struct sc_subject t = subject_of(q, c);
    c->rule = sc_policy_match(policy, &t);
    c->by_model = c->model[0] ? NULL : sc_policy_match_any_model(policy, &t);
    if (c->by_model == c->rule)
        c->by_model = NULL;
    if (!c->rule || !c->rule->provider_given)
        return;
    c->provider = c->rule->provider;
    c->own_provider = c->rule->own_provider;
    find_model(q, c);
}

/* Without a body at hand a POST is taken for what it mostly is. */
static enum sc_request_kind kind_of(const struct question *q, const struct call *c)
{
    bool asks = !q->request || sc_request_asks(q->request, q->request_len);

    if (q->url == q->own_url) /* any call to a provider */
        return SC_REQUEST_GENERATES;
    return sc_request_kind(c->provider, str(q->method), c->url.path, asks);
}

static const char *kind_words(enum sc_request_kind k)
{
    static const char *const words[] = {
        "asks a model: may be sent twice",
        "changes nothing, or twice the same: may be sent twice",
        "may change something: sent again only if it surely was not processed",
    };

    return words[k];
}

static const char *provider_name(const struct call *c)
{
    return c->own_provider ? c->own_provider->name : sc_provider_name(c->provider);
}

static const char *rule_name(const struct sc_rule *r)
{
    return r->name ? r->name : "without a name";
}

static void print_call(const char *policy, const struct question *q, const struct call *c)
{
    sc_explain_line("policy", "%s", policy);
    sc_explain_line("host", "%s, port %d", c->url.host, c->url.port);
    sc_explain_line("model", "%s", c->model[0] ? c->model : "unknown");
    if (c->by_model && !c->rule)
        sc_explain_line(
            "rule",
            "it depends on the model: %s (rules[%zu]) is for some, for the others there "
            "is none; name one with --model",
            rule_name(c->by_model), c->by_model->index);
    else if (!c->rule)
        sc_explain_line("rule", "none: the call passes through as if steadycurl were not there");
    if (!c->rule)
        return;
    sc_explain_line("rule", "%s (rules[%zu])", rule_name(c->rule), c->rule->index);
    if (c->by_model)
        sc_explain_line(
            "",
            "if the model is unknown; %s (rules[%zu]) is for some models: name one with "
            "--model",
            rule_name(c->by_model), c->by_model->index);
    sc_explain_line("provider", "%s (by the %s)", provider_name(c),
                    c->rule->provider_given ? "rule" : "host");
    sc_explain_line("request", "%s: %s", q->method, kind_words(kind_of(q, c)));
    sc_explain_settings(c->rule->settings);
    sc_explain_budgets(c->rule->budgets);
}

static void print_call_json(const char *policy, const struct question *q, const struct call *c)
{
    printf("{\"policy\":");
    sc_print_json(stdout, policy);
    printf(",\"host\":");
    sc_print_json(stdout, c->url.host);
    printf(",\"port\":%d,\"model\":", c->url.port);
    sc_print_json(stdout, c->model);
    printf(",\"rule\":");
    if (!c->rule)
        printf("null");
    else
        sc_print_json(stdout, c->rule->name ? c->rule->name : "");
    if (c->by_model) {
        printf(",\"rule_for_some_models\":");
        sc_print_json(stdout, c->by_model->name ? c->by_model->name : "");
    }
    if (!c->rule)
        return;
    printf(",\"provider\":");
    sc_print_json(stdout, provider_name(c));
    printf(",\"request\":\"%s\"", sc_request_kind_name(kind_of(q, c)));
}

static void explain_response(struct question *q, const struct sc_policy *policy,
                             const struct call *c)
{
    static struct sc_explained explained;
    struct sc_explain_question about = {.policy = policy,
                                        .rule = c->rule,
                                        .own_provider = c->own_provider,
                                        .response = q->response,
                                        .model = c->model,
                                        .request = {q->request, q->request_len},
                                        .attempt = q->attempt};
    about.response.provider = c->provider;
    about.response.kind = kind_of(q, c);
    about.response.now_unix = time(NULL);
    sc_explain_judge(&about, &explained);
    if (q->json)
        sc_explain_print_json(&about, &explained);
    else
        sc_explain_print(&about, &explained);
}

static struct sc_str path_and_query(const struct sc_url *url)
{
    return (struct sc_str){url->path.p, url->path.n + (url->query.n ? 1 + url->query.n : 0)};
}

static void explain_faults(const struct question *q, const struct sc_policy *policy,
                           const struct call *c)
{
    struct sc_subject call = subject_of(q, c);

    sc_explain_faults(policy, &call, q->json);
}

static void explain_chain(const struct question *q, const struct sc_policy *policy,
                          const struct call *c)
{
    struct sc_explain_chain x = {.policy = policy,
                                 .rule = c->rule,
                                 .provider = c->provider,
                                 .model = c->model,
                                 .path = path_and_query(&c->url),
                                 .request = {q->request, q->request_len},
                                 .json = q->json};

    sc_explain_chain(&x);
}

static int explain(struct question *q)
{
    static struct call c;
    char path[PATH_MAX];
    if (!q->url) {
        sc_explain_url(sc_provider_by_name(q->provider), q->own_url, sizeof q->own_url);
        q->url = q->own_url;
    }
    if (!sc_url_split(q->url, strlen(q->url), &c.url))
        return sc_usage_wrong(&usage,
                              "\"%s\" is not a plain http or https URL (user info, unusual hosts "
                              "and dot segments are left to libcurl)",
                              q->url);
    int wrong = read_files(q);
    if (wrong)
        return wrong;
    struct sc_policy *policy = sc_policy_file_load(&usage, q->policy, path);
    if (!policy)
        return 1;
    find_rule(q, policy, &c);
    if (q->json)
        print_call_json(path, q, &c);
    else
        print_call(path, q, &c);
    explain_faults(q, policy, &c);
    if (c.rule && (q->has_response || q->body_file))
        explain_response(q, policy, &c);
    if (c.rule)
        explain_chain(q, policy, &c);
    if (q->json)
        puts("}");
    sc_policy_free(policy);
    return 0;
}

/* What the program speaks, by its URL; COUNT: it does not say. */
static enum sc_dialect dialect_of_url(const struct question *q, struct sc_str *path)
{
    static struct sc_url url;

    *path = (struct sc_str){"", 0};
    if (!q->url || !sc_url_split(q->url, strlen(q->url), &url))
        return SC_DIALECT_COUNT;
    *path = path_and_query(&url);
    return sc_dialect_of_path(url.path);
}

static int translate(struct question *q)
{
    struct sc_explain_translation x = {.json = q->json};
    const char *colon = q->to ? strchr(q->to, ':') : NULL;
    int wrong = read_files(q);

    if (wrong)
        return wrong;
    enum sc_dialect own = dialect_of_url(q, &x.path);
    x.from = q->from ? sc_dialect_by_name(str(q->from)) : own;
    x.to = q->to ? dialect_before_colon(q->to) : own;
    x.model = colon && colon[1] ? colon + 1 : NULL;
    bool response = q->has_response || q->body_file;
    x.text = response ? (struct sc_str){q->response.body, q->response.body_len}
                      : (struct sc_str){q->request, q->request_len};
    x.response = response ? &q->response : NULL;
    if (x.from == SC_DIALECT_COUNT || x.to == SC_DIALECT_COUNT)
        return sc_usage_wrong(&usage, "the URL does not say which dialect it speaks: --from and "
                                      "--to do");
    if (!q->request && !response)
        return sc_usage_wrong(&usage, "what is to be said? --request FILE, or --response FILE");
    return sc_explain_translate(&x);
}

int sc_cmd_explain(int argc, char **argv)
{
    static struct question q = {.method = "POST", .attempt = 1, .response.body = ""};
    int ended = read_arguments(&q, argc, argv);
    if (ended)
        return ended - 1;
    ended = q.from || q.to ? translate(&q) : explain(&q);
    free(q.request);
    free(q.captured_text);
    return ended;
}
