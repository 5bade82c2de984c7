/* url.c - see url.h. */
#include "handle/url.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handle/body.h"
#include "provider/request.h"

/* Both in one text, as they stand in a URL. query: NULL if there is none. */
static bool keep_path(struct sc_shadow *s, const char *path, const char *query)
{
    size_t n_path = strlen(path), n_query = query ? strlen(query) : 0;
    char *both = malloc(n_path + n_query + 2);
    bool good;

    if (!both)
        return false;
    memcpy(both, path, n_path + 1);
    if (n_query > 0) {
        both[n_path] = '?';
        memcpy(both + n_path + 1, query, n_query + 1);
    }
    good = sc_text_set(&s->parsed_path, both, n_path + (n_query > 0) + n_query);
    free(both);
    if (!good)
        return false;
    s->asked.path = (struct sc_str){s->parsed_path.p, n_path};
    s->asked.query = (struct sc_str){"", 0};
    if (n_query > 0)
        s->asked.query = (struct sc_str){s->parsed_path.p + n_path + 1, n_query};
    return true;
}

/* The URL's parts as libcurl reads them, written out again in a form that sc_url_split takes. */
static bool split_by_libcurl(struct sc_shadow *s, CURLU *u)
{
    const struct sc_libcurl *real = s->real;
    char *scheme = NULL, *host = NULL, *port = NULL, *path = NULL, *query = NULL;
    bool good = false;
    size_t n;

    if (real->url_get(u, CURLUPART_SCHEME, &scheme, 0) == CURLUE_OK &&
        real->url_get(u, CURLUPART_HOST, &host, CURLU_URLDECODE) == CURLUE_OK &&
        real->url_get(u, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) == CURLUE_OK &&
        real->url_get(u, CURLUPART_PATH, &path, 0) == CURLUE_OK) {
        bool https = strcasecmp(scheme, "https") == 0;
        size_t i;

        if (real->url_get(u, CURLUPART_QUERY, &query, 0) != CURLUE_OK)
            query = NULL;
        n = strlen(host);
        if (host[0] == '[' && n > 2) {
            memmove(host, host + 1, n - 2);
            n -= 2;
            host[n] = '\0';
        }
        if ((https || strcasecmp(scheme, "http") == 0) && n < sizeof s->asked.host &&
            keep_path(s, path, query)) {
            s->asked.scheme_https = https;
            for (i = 0; i <= n; i++)
                s->asked.host[i] =
                    host[i] >= 'A' && host[i] <= 'Z' ? (char)(host[i] + 32) : host[i];
            while (n > 1 && s->asked.host[n - 1] == '.')
                s->asked.host[--n] = '\0';
            s->asked.host_len = n;
            s->asked.port = atoi(port); /* NOLINT(cert-err34-c): libcurl's own digits */
            good = true;
        }
    }
    real->free(scheme);
    real->free(host);
    real->free(port);
    real->free(path);
    real->free(query);
    return good;
}

static bool split_odd_url(struct sc_shadow *s)
{
    unsigned flags = CURLU_GUESS_SCHEME | CURLU_NON_SUPPORT_SCHEME;
    bool good = false;
    CURLU *u;

    if (!s->real->url || !s->real->url_set || !s->real->url_get)
        return false;
    u = s->real->url();
    if (!u)
        return false;
    if (s->o.default_protocol.set && !strstr(s->o.url.p, "://"))
        good = s->real->url_set(u, CURLUPART_SCHEME, s->o.default_protocol.p, 0) == CURLUE_OK &&
               s->real->url_set(u, CURLUPART_URL, s->o.url.p, CURLU_DEFAULT_SCHEME) == CURLUE_OK;
    else
        good = s->real->url_set(u, CURLUPART_URL, s->o.url.p, flags) == CURLUE_OK;
    good = good && split_by_libcurl(s, u);
    s->real->url_cleanup(u);
    return good;
}

bool sc_asked_url(struct sc_shadow *s)
{
    bool good;

    if (s->o.url_handle) /* by reference: may have changed since */
        good = s->real->url_get && split_by_libcurl(s, s->o.url_handle);
    else if (!s->o.url.set)
        return false;
    else
        good = sc_url_split(s->o.url.p, s->o.url.n, &s->asked) || split_odd_url(s);
    if (good && s->o.port > 0)
        s->asked.port = (int)s->o.port;
    return good;
}

const char *sc_asked_method(const struct sc_shadow *s)
{
    if (s->o.custom_request.set)
        return s->o.custom_request.p;
    if (s->o.no_body)
        return "HEAD";
    switch (s->o.method) {
    case SC_METHOD_GET:
        return "GET";
    case SC_METHOD_HEAD:
        return "HEAD";
    case SC_METHOD_PUT:
        return "PUT";
    default:
        return "POST";
    }
}

/* Whether any rule may apply to the URL; asked once per URL and policy. */
static bool may_be_managed(struct sc_shadow *s, const struct sc_policy *policy)
{
    struct sc_str host;

    if (s->url_known && s->url_policy == policy && !s->o.url_handle)
        return s->url_managed;
    s->url_known = true;
    s->path_known = false;
    s->url_rule_of = 0;
    s->url_policy = policy;
    s->url_managed = sc_asked_url(s);
    host = (struct sc_str){s->asked.host, s->asked.host_len};
    if (s->url_managed)
        s->url_managed = sc_policy_may_match_host(policy, host, s->asked.port);
    if (s->url_managed)
        s->url_provider = sc_policy_provider(policy, host, s->asked.port, &s->url_own_provider);
    return s->url_managed;
}

static void find_model(const struct sc_shadow *s, enum sc_provider provider, char *model,
                       size_t size)
{
    const char *body = s->o.method == SC_METHOD_POST ? s->o.post_fields : NULL;
    size_t n = 0;

    if (body)
        n = s->o.post_size >= 0 ? (size_t)s->o.post_size : strlen(body);
    model[0] = '\0';
    if (sc_request_model(provider, s->asked.path, body ? body : "", n, model, size))
        return;
    model[0] = '\0';
    if (s->o.copied_fields && s->o.model.set && s->o.model.n < size)
        memcpy(model, s->o.model.p, s->o.model.n + 1);
}

/* Programs mostly ask the same of a URL again. Hashes of 64 bits tell methods and models apart. */
static const struct sc_rule *rule_of(struct sc_shadow *s, const struct sc_policy *policy,
                                     const struct sc_subject *t)
{
    uint64_t of = sc_body_hash(t->model.p, t->model.n) * UINT64_C(0x9fb21c651e98df25);

    of = (of ^ sc_body_hash(t->method.p, t->method.n)) | 1;
    if (s->url_rule_of != of)
        s->url_rule = sc_policy_match(policy, t);
    s->url_rule_of = of;
    return s->url_rule;
}

const struct sc_rule *sc_asked_rule(struct sc_shadow *s, const struct sc_policy *policy,
                                    char *model, size_t model_size, enum sc_provider *provider,
                                    const struct sc_policy_provider **own)
{
    const struct sc_rule *rule;
    const char *method = sc_asked_method(s);
    struct sc_subject t;

    if (!policy || s->o.connect_only || !may_be_managed(s, policy))
        return NULL;
    *provider = s->url_provider;
    *own = s->url_own_provider;
    find_model(s, *provider, model, model_size);
    t = (struct sc_subject){
        .host = {s->asked.host, s->asked.host_len},
        .port = s->asked.port,
        .path = s->asked.path,
        .method = {method, strlen(method)},
        .model = {model, strlen(model)},
    };
    rule = rule_of(s, policy, &t);
    if (!rule || !rule->provider_given)
        return rule;
    *own = rule->own_provider;
    if (rule->provider != *provider) {
        *provider = rule->provider;
        find_model(s, *provider, model, model_size);
    }
    return rule;
}

enum sc_path_use sc_asked_path_use(struct sc_shadow *s, enum sc_provider p)
{
    if (!s->path_known || s->path_provider != p) {
        s->path_use = sc_path_use(p, s->asked.path);
        s->path_provider = p;
        s->path_known = true;
    }
    return s->path_use;
}
