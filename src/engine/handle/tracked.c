/*
 * tracked.c - records what the program sets.
 *
 * Two questions per option: does a trampoline stand in the handle in its place right now (then it
 * is only recorded, and takes effect at once, since trampolines look their target up at each
 * call), and what has to be remembered of it.
 */
#include "handle/shadow.h"

#include <stdlib.h>
#include <string.h>

#include "http/header.h"
#include "http/json.h"
#include "provider/measure.h"
#include "provider/request.h"
#include "handle/body.h"
#include "handle/hooks.h"
#include "wire/request.h"
#include "process/runtime.h"

/* Plain stores in libcurl, so that holding them back while a trampoline is installed cannot be
 * noticed. */
static bool is_held_back(const struct sc_shadow *s, CURLoption option)
{
    switch ((int)option) {
    case CURLOPT_WRITEFUNCTION:
    case CURLOPT_WRITEDATA:
    case CURLOPT_HEADERFUNCTION:
    case CURLOPT_HEADERDATA:
        return s->installed;
    case CURLOPT_READFUNCTION:
    case CURLOPT_READDATA:
        return s->read_installed;
    case CURLOPT_SEEKFUNCTION:
    case CURLOPT_SEEKDATA:
        return s->seek_installed;
    case CURLOPT_IOCTLFUNCTION:
    case CURLOPT_IOCTLDATA:
        return s->ioctl_installed;
    case CURLOPT_XFERINFOFUNCTION:
    case CURLOPT_PROGRESSFUNCTION:
    case CURLOPT_XFERINFODATA:
    case CURLOPT_NOPROGRESS:
        return s->progress_installed;
    case CURLOPT_OPENSOCKETFUNCTION:
    case CURLOPT_OPENSOCKETDATA:
        return s->opensocket_installed;
    case CURLOPT_SOCKOPTFUNCTION:
    case CURLOPT_SOCKOPTDATA:
        return s->sockopt_installed;
    case CURLOPT_RESOLVER_START_FUNCTION:
    case CURLOPT_RESOLVER_START_DATA:
        return s->resolver_start_installed;
    case CURLOPT_FRESH_CONNECT:
        return s->fresh_installed;
    default:
        return false;
    }
}

static void *as_pointer(int64_t arg)
{
    return (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr): an argument as it came */
}

/* Function pointers travel as an integer of the same size. */
#define SET_FUNCTION(member, arg) memcpy(&(member), &(arg), sizeof(member))

/* Asked before an attempt gets anywhere. */
static bool record_consent(struct sc_options *o, CURLoption option, int64_t arg)
{
    switch ((int)option) {
    case CURLOPT_OPENSOCKETFUNCTION:
        SET_FUNCTION(o->opensocket_fn, arg);
        return true;
    case CURLOPT_OPENSOCKETDATA:
        o->opensocket_data = as_pointer(arg);
        return true;
    case CURLOPT_SOCKOPTFUNCTION:
        SET_FUNCTION(o->sockopt_fn, arg);
        return true;
    case CURLOPT_SOCKOPTDATA:
        o->sockopt_data = as_pointer(arg);
        return true;
    case CURLOPT_RESOLVER_START_FUNCTION:
        SET_FUNCTION(o->resolver_start_fn, arg);
        return true;
    case CURLOPT_RESOLVER_START_DATA:
        o->resolver_start_data = as_pointer(arg);
        return true;
    default:
        return false;
    }
}

static bool record_callback(struct sc_options *o, CURLoption option, int64_t arg)
{
    switch ((int)option) {
    case CURLOPT_WRITEFUNCTION:
        SET_FUNCTION(o->write_fn, arg);
        return true;
    case CURLOPT_WRITEDATA:
        o->write_data = as_pointer(arg);
        return true;
    case CURLOPT_HEADERFUNCTION:
        SET_FUNCTION(o->header_fn, arg);
        return true;
    case CURLOPT_HEADERDATA:
        o->header_data = as_pointer(arg);
        return true;
    case CURLOPT_READFUNCTION:
        SET_FUNCTION(o->read_fn, arg);
        return true;
    case CURLOPT_READDATA:
        o->read_data = as_pointer(arg);
        return true;
    case CURLOPT_SEEKFUNCTION:
        SET_FUNCTION(o->seek_fn, arg);
        return true;
    case CURLOPT_SEEKDATA:
        o->seek_data = as_pointer(arg);
        return true;
    case CURLOPT_IOCTLFUNCTION:
        SET_FUNCTION(o->ioctl_fn, arg);
        return true;
    case CURLOPT_IOCTLDATA:
        o->ioctl_data = as_pointer(arg);
        return true;
    case CURLOPT_XFERINFOFUNCTION:
        SET_FUNCTION(o->xferinfo_fn, arg);
        return true;
    case CURLOPT_PROGRESSFUNCTION:
        SET_FUNCTION(o->progress_fn, arg);
        return true;
    case CURLOPT_XFERINFODATA: /* the same number as PROGRESSDATA */
        o->progress_data = as_pointer(arg);
        return true;
    case CURLOPT_HSTSREADFUNCTION:
        SET_FUNCTION(o->hsts_read_fn, arg);
        return true;
    case CURLOPT_ERRORBUFFER:
        o->error_buffer = as_pointer(arg);
        return true;
    default:
        return false;
    }
}

/* The order of effects is libcurl's (setopt.c of 7.88). */
static bool record_method(struct sc_options *o, CURLoption option, int64_t arg)
{
    switch ((int)option) {
    case CURLOPT_HTTPGET:
        if (arg)
            o->method = SC_METHOD_GET;
        o->no_body = o->no_body && !arg;
        return true;
    case CURLOPT_POST:
        o->method = arg ? SC_METHOD_POST : SC_METHOD_GET;
        o->no_body = o->no_body && !arg;
        return true;
    case CURLOPT_UPLOAD:
    case CURLOPT_PUT:
        o->method = arg ? SC_METHOD_PUT : SC_METHOD_GET;
        o->no_body = o->no_body && !arg;
        return true;
    case CURLOPT_NOBODY:
        o->no_body = arg;
        if (arg)
            o->method = SC_METHOD_HEAD;
        else if (o->method == SC_METHOD_HEAD)
            o->method = SC_METHOD_GET;
        return true;
    case CURLOPT_HTTPPOST:
        o->form = as_pointer(arg);
        o->method = SC_METHOD_POST_FORM;
        o->no_body = false;
        return true;
    case CURLOPT_MIMEPOST:
        o->mime = arg != 0;
        o->method = SC_METHOD_POST_MIME;
        o->no_body = false;
        return true;
    default:
        return false;
    }
}

/* Whether a rule of the policy in force may want to see more of it than is looked for now. */
static bool is_worth_keeping(void)
{
    bool unused;
    const struct sc_policy *policy = sc_runtime_policy(&unused);

    return policy && sc_policy_edits_requests(policy);
}

static bool are_tokens_counted(void)
{
    bool unused;
    const struct sc_policy *policy = sc_runtime_policy(&unused);

    return policy && sc_policy_counts_tokens(policy);
}

static int32_t small(int64_t n)
{
    return n < INT32_MAX ? (int32_t)n : INT32_MAX;
}

/* The model is not known for sure before the call: by all families. */
static void measure_copied(struct sc_copied *c, struct sc_str body)
{
    struct sc_measure m;

    sc_measure(body, &m);
    c->measured = true;
    c->blobs = small(m.blobs);
    for (int i = 0; i < SC_TOKENIZERS; i++)
        c->tokens[i] = small(m.tokens[i]);
}

/* libcurl keeps a copy that nobody else can read: what calls need to know is looked for now. */
static void record_copied_fields(struct sc_options *o, const char *body)
{
    char model[128];
    size_t n;

    o->post_fields = NULL;
    o->copied_fields = body != NULL;
    o->method = SC_METHOD_POST;
    sc_text_set(&o->model, NULL, 0);
    sc_text_set(&o->copied_text, NULL, 0);
    if (!body)
        return;
    n = o->post_size >= 0 ? (size_t)o->post_size : strlen(body);
    o->copy = (struct sc_copied){.size = (int64_t)n,
                                 .output_limit = sc_request_output_limit(body, n),
                                 .hash = sc_body_hash(body, n),
                                 .streams = sc_str_is(sc_json_find(body, n, "stream"), "true")};
    if (are_tokens_counted())
        measure_copied(&o->copy, (struct sc_str){body, n});
    if (sc_request_model(SC_PROVIDER_OPENAI_COMPATIBLE, (struct sc_str){"", 0}, body, n, model,
                         sizeof model))
        sc_text_set(&o->model, model, strlen(model));
    if (is_worth_keeping())
        sc_text_set(&o->copied_text, body, n);
}

static bool record_body(struct sc_options *o, CURLoption option, int64_t arg)
{
    switch ((int)option) {
    case CURLOPT_POSTFIELDS:
        o->post_fields = as_pointer(arg);
        o->copied_fields = false;
        sc_text_free(&o->copied_text);
        o->method = SC_METHOD_POST;
        return true;
    case CURLOPT_COPYPOSTFIELDS:
        record_copied_fields(o, as_pointer(arg));
        return true;
    case CURLOPT_POSTFIELDSIZE:
    case CURLOPT_POSTFIELDSIZE_LARGE:
        /* A larger size makes libcurl drop a copy that would be too short. */
        if (o->copied_fields && arg > o->post_size)
            o->copied_fields = false;
        o->post_size = arg;
        return true;
    case CURLOPT_INFILESIZE:
    case CURLOPT_INFILESIZE_LARGE:
        o->infile_size = arg;
        return true;
    default:
        return false;
    }
}

static void record_text(struct sc_text *t, int64_t arg)
{
    const char *p = as_pointer(arg);

    sc_text_set(t, p, p ? strlen(p) : 0);
}

static void record_target(struct sc_shadow *s, CURLoption option, int64_t arg)
{
    struct sc_options *o = &s->o;

    switch ((int)option) {
    case CURLOPT_URL:
        record_text(&o->url, arg);
        o->url_handle = NULL;
        break;
    case CURLOPT_CURLU:
        o->url_handle = as_pointer(arg);
        break;
    case CURLOPT_PORT:
        o->port = (long)arg;
        break;
    case CURLOPT_DEFAULT_PROTOCOL:
        record_text(&o->default_protocol, arg);
        break;
    default:
        return;
    }
    s->url_known = false;
}

static bool credential_of(CURLoption option, enum sc_credential *which)
{
    static const struct {
        CURLoption option;
        enum sc_credential which;
    } table[] = {
        {CURLOPT_USERPWD, SC_CREDENTIAL_USERPWD},
        {CURLOPT_USERNAME, SC_CREDENTIAL_USERNAME},
        {CURLOPT_PASSWORD, SC_CREDENTIAL_PASSWORD},
        {CURLOPT_PROXY, SC_CREDENTIAL_PROXY},
        {CURLOPT_PRE_PROXY, SC_CREDENTIAL_PRE_PROXY},
        {CURLOPT_PROXYUSERPWD, SC_CREDENTIAL_PROXYUSERPWD},
        {CURLOPT_PROXYUSERNAME, SC_CREDENTIAL_PROXYUSERNAME},
        {CURLOPT_PROXYPASSWORD, SC_CREDENTIAL_PROXYPASSWORD},
        {CURLOPT_COOKIE, SC_CREDENTIAL_COOKIE},
    };

    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        if (table[i].option == option) {
            *which = table[i].which;
            return true;
        }
    return false;
}

/* Few handles have any: the place for them is made when the first one comes. A text that there is
 * no memory for is remembered as such, since nobody can then tell what must not be written. */
static bool record_credential(struct sc_options *o, CURLoption option, int64_t arg)
{
    const char *p = as_pointer(arg);
    enum sc_credential which;

    if (!credential_of(option, &which))
        return false;
    if (!o->credentials && p)
        o->credentials = calloc(1, sizeof *o->credentials);
    if (o->credentials)
        o->credentials_lost |= !sc_text_set(&o->credentials->of[which], p, p ? strlen(p) : 0);
    else
        o->credentials_lost |= p != NULL;
    return true;
}

static void record_other(struct sc_options *o, CURLoption option, int64_t arg)
{
    switch ((int)option) {
    case CURLOPT_CUSTOMREQUEST:
        record_text(&o->custom_request, arg);
        break;
    case CURLOPT_HTTPHEADER:
        o->headers = as_pointer(arg);
        break;
    case CURLOPT_PROXYHEADER:
        o->proxy_headers = as_pointer(arg);
        break;
    case CURLOPT_XOAUTH2_BEARER:
        record_text(&o->bearer, arg);
        break;
    case CURLOPT_REFERER:
        record_text(&o->referer, arg);
        break;
    case CURLOPT_TIMEOUT:
        o->timeout_ms = arg * 1000;
        break;
    case CURLOPT_TIMEOUT_MS:
        o->timeout_ms = arg;
        break;
    case CURLOPT_NOPROGRESS:
        o->no_progress = arg != 0;
        break;
    case CURLOPT_HEADER:
        o->include_header = arg != 0;
        break;
    case CURLOPT_FAILONERROR:
        o->fail_on_error = arg != 0;
        break;
    case CURLOPT_NOSIGNAL:
        o->no_signal = arg != 0;
        break;
    case CURLOPT_CONNECT_ONLY:
        o->connect_only = arg != 0;
        break;
    case CURLOPT_FOLLOWLOCATION:
        o->follow = arg != 0;
        break;
    case CURLOPT_AUTOREFERER:
        o->auto_referer = arg != 0;
        break;
    case CURLOPT_FRESH_CONNECT:
        o->fresh_connect = arg != 0;
        break;
    case CURLOPT_HTTP_VERSION:
        o->knows_http2 = arg == CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE;
        break;
    default:
        break;
    }
}

CURLcode sc_shadow_setopt(struct sc_shadow *s, CURLoption option, int64_t arg)
{
    CURLcode rc = CURLE_OK;

    if (s->transfer && sc_rewrite_concerns(option))
        sc_rewrite_forget(s);
    if (!is_held_back(s, option))
        rc = s->real->easy_setopt(s->easy, option, arg);
    if (rc != CURLE_OK)
        return rc;
    if (record_callback(&s->o, option, arg) || record_method(&s->o, option, arg) ||
        record_body(&s->o, option, arg) || record_consent(&s->o, option, arg) ||
        record_credential(&s->o, option, arg))
        return rc;
    record_target(s, option, arg);
    record_other(&s->o, option, arg);
    return rc;
}
