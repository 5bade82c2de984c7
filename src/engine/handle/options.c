/*
 * options.c - records what the program sets.
 *
 * Two questions per option: does a trampoline stand in the handle in its place right now (then it
 * is only recorded, and takes effect at once, since trampolines look their target up at each
 * call), and what has to be remembered of it. tracked.c answers both.
 */
#include "handle/shadow.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http/header.h"
#include "http/json.h"
#include "provider/measure.h"
#include "provider/request.h"
#include "handle/body.h"
#include "handle/hooks.h"
#include "handle/tracked.h"
#include "process/runtime.h"

/* Records an option that libcurl has taken. */
typedef void recorder(struct sc_options *o, const struct sc_tracked *row, int64_t arg);

static void *as_pointer(int64_t arg)
{
    return (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr): an argument as it came */
}

static void *member(struct sc_options *o, const struct sc_tracked *row)
{
    return (char *)o + row->at;
}

/* Pointers travel as an integer of the same size. */
static void record_pointer(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    memcpy(member(o, row), &arg, sizeof(void *));
}

static void record_flag(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    *(bool *)member(o, row) = arg != 0;
}

static void record_number(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    *(int64_t *)member(o, row) = arg;
}

static void record_seconds(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    record_number(o, row, arg * 1000);
}

static void record_text(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    const char *p = as_pointer(arg);

    sc_text_set(member(o, row), p, p ? strlen(p) : 0);
}

/* Few handles have any: the place for them is made when the first one comes. A text that there is
 * no memory for is remembered as such, since nobody can then tell what must not be written. */
static void record_credential(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    const char *p = as_pointer(arg);

    if (!o->credentials && p)
        o->credentials = calloc(1, sizeof *o->credentials);
    if (o->credentials)
        o->credentials_lost |= !sc_text_set(&o->credentials->of[row->at], p, p ? strlen(p) : 0);
    else
        o->credentials_lost |= p != NULL;
}

/* A cookie of no domain is sent everywhere, and CURLINFO_COOKIELIST does not tell of it. */
static void record_cookies(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    static const char field[] = "Set-Cookie:";
    const char *p = as_pointer(arg);

    o->keeps_cookies |= p != NULL;
    if (p && strncasecmp(p, field, sizeof field - 1) == 0 && !strcasestr(p, "domain"))
        *(bool *)member(o, row) = true;
}

/* Even without a file: libcurl then begins to keep cookies, and goes on. */
static void record_jar(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    (void)arg;
    *(bool *)member(o, row) = true;
}

/* Few handles have any of these, either. */
static void record_way(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    if (!o->ways)
        o->ways = calloc(1, sizeof *o->ways);
    if (!o->ways)
        return;
    o->ways->of[row->at].set = true;
    o->ways->of[row->at].value = arg;
}

static void record_way_text(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    const char *p = as_pointer(arg);

    record_way(o, row, 0);
    if (o->ways)
        o->ways->of[row->at].set = sc_text_set(&o->ways->of[row->at].text, p, p ? strlen(p) : 0);
}

static void record_url(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    record_text(o, row, arg);
    o->url_handle = NULL;
}

static void record_http_version(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    record_flag(o, row, arg == CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE);
    o->http_version = (uint8_t)arg;
}

/* ---- the method: the order of effects is libcurl's (setopt.c of 7.88) ------------------------ */

static void record_get(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    if (arg)
        o->method = (enum sc_method)row->at;
    o->no_body = o->no_body && !arg;
}

static void record_method(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    o->method = arg ? (enum sc_method)row->at : SC_METHOD_GET;
    o->no_body = o->no_body && !arg;
}

static void record_no_body(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    o->no_body = arg != 0;
    if (arg)
        o->method = (enum sc_method)row->at;
    else if (o->method == row->at)
        o->method = SC_METHOD_GET;
}

static void record_form(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    o->form = as_pointer(arg);
    o->method = (enum sc_method)row->at;
    o->no_body = false;
}

static void record_mime(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    o->mime = arg != 0;
    o->method = (enum sc_method)row->at;
    o->no_body = false;
}

/* ---- the body -------------------------------------------------------------------------------- */

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
static void record_copied_fields(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    const char *body = as_pointer(arg);
    char model[128];
    size_t n;

    o->post_fields = NULL;
    o->copied_fields = body != NULL;
    o->method = (enum sc_method)row->at;
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

static void record_fields(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    o->post_fields = as_pointer(arg);
    o->copied_fields = false;
    sc_text_free(&o->copied_text);
    o->method = (enum sc_method)row->at;
}

/* A larger size makes libcurl drop a copy that would be too short. */
static void record_fields_size(struct sc_options *o, const struct sc_tracked *row, int64_t arg)
{
    if (o->copied_fields && arg > o->post_size)
        o->copied_fields = false;
    record_number(o, row, arg);
}

/* ---- an option is set ------------------------------------------------------------------------ */

static recorder *const recorders[SC_TRACKED_KINDS] = {
    [SC_TRACKED_POINTER] = record_pointer,
    [SC_TRACKED_FUNCTION] = record_pointer,
    [SC_TRACKED_FLAG] = record_flag,
    [SC_TRACKED_NUMBER] = record_number,
    [SC_TRACKED_SECONDS] = record_seconds,
    [SC_TRACKED_TEXT] = record_text,
    [SC_TRACKED_CREDENTIAL] = record_credential,
    [SC_TRACKED_COOKIES] = record_cookies,
    [SC_TRACKED_JAR] = record_jar,
    [SC_TRACKED_WAY] = record_way,
    [SC_TRACKED_WAY_TEXT] = record_way_text,
    [SC_TRACKED_URL] = record_url,
    [SC_TRACKED_HTTP_VERSION] = record_http_version,
    [SC_TRACKED_GET] = record_get,
    [SC_TRACKED_METHOD] = record_method,
    [SC_TRACKED_NO_BODY] = record_no_body,
    [SC_TRACKED_FORM] = record_form,
    [SC_TRACKED_MIME] = record_mime,
    [SC_TRACKED_FIELDS] = record_fields,
    [SC_TRACKED_COPIED_FIELDS] = record_copied_fields,
    [SC_TRACKED_FIELDS_SIZE] = record_fields_size,
};

/* The program is about to set anew what a body of ours stands in for, or was made from. */
static void let_go_of_body(struct sc_shadow *s)
{
    sc_body_put_back(s);
    s->body_planned = false;
}

CURLcode sc_shadow_setopt(struct sc_shadow *s, CURLoption option, int64_t arg)
{
    const struct sc_tracked *row = sc_tracked_find(option);
    CURLcode rc;

    if (!row)
        return s->real->easy_setopt(sc_shadow_own(s), option, arg);
    if (s->transfer && (row->concerns & SC_CONCERNS_BODY))
        let_go_of_body(s);
    /* Plain stores in libcurl: holding them back while a trampoline is in cannot be noticed. */
    if (!sc_hook_is_in(s, row->hook)) {
        rc = s->real->easy_setopt(sc_shadow_own(s), option, arg);
        if (rc != CURLE_OK)
            return rc;
    }
    recorders[row->kind](&s->o, row, arg);
    if (row->concerns & SC_CONCERNS_URL)
        s->url_known = false;
    return CURLE_OK;
}
