/* facts.c - see facts.h. Error shapes: docs of the providers and their SDKs, 2026-08. */
#include "provider/facts.h"

#include <string.h>

#include "http/event.h"
#include "http/header.h"
#include "http/json.h"
#include "provider/envelope.h"
#include "provider/header_hint.h"
#include "provider/ratelimit.h"
#include "provider/rows.h"

/* A message that is itself JSON (Google behind its OpenAI-compatible path) is looked into up to
 * this length. */
#define NESTED_MAX 2048

static const struct sc_header *find_header(const struct sc_response *r, const char *name)
{
    for (size_t i = 0; i < r->n_headers; i++)
        if (sc_str_is(r->headers[i].name, name))
            return &r->headers[i];
    return NULL;
}

static void copy_header(const struct sc_response *r, const char *name, char *dst, size_t size)
{
    const struct sc_header *h = find_header(r, name);
    if (!h)
        return;
    const char *colon = memchr(h->value.p, ':', h->value.n); /* "ThrottlingException:http://..." */
    size_t n = colon ? (size_t)(colon - h->value.p) : h->value.n;
    n = n < size ? n : size - 1;
    memcpy(dst, h->value.p, n);
    dst[n] = '\0';
}

static int read_should_retry(const struct sc_response *r)
{
    const struct sc_header *h = find_header(r, "x-should-retry");
    if (h && sc_str_is(h->value, "true"))
        return 1;
    return h && sc_str_is(h->value, "false") ? 0 : -1;
}

static void add_detail(struct sc_facts *f, struct sc_str value)
{
    char word[SC_FACT_TEXT];
    size_t used = strlen(f->detail);
    if (!sc_json_string(value, word, sizeof word) || used + strlen(word) + 2 > sizeof f->detail)
        return;
    if (used > 0)
        f->detail[used++] = ' ';
    memcpy(f->detail + used, word, strlen(word) + 1);
}

static struct sc_str at(struct sc_str v, const char *path)
{
    return v.p ? sc_json_find(v.p, v.n, path) : v;
}

/* google.rpc details: RetryInfo, ErrorInfo, QuotaFailure with its violations. */
static void read_google_detail(struct sc_facts *f, struct sc_str detail)
{
    struct sc_json_iter it;
    struct sc_str key, violation;
    char delay[40];
    if (sc_json_string(at(detail, "retryDelay"), delay, sizeof delay) && f->hint_ms < 0)
        f->hint_ms = sc_duration((struct sc_str){delay, strlen(delay)});
    add_detail(f, at(detail, "reason"));
    if (!sc_json_enter(at(detail, "violations"), &it))
        return;
    while (sc_json_next(&it, &key, &violation))
        add_detail(f, at(violation, "quotaId"));
}

static void read_details(struct sc_facts *f, struct sc_str error)
{
    static const char *const paths[] = {"innererror.code", "details.error_code",
                                        "metadata.limit_source"};
    struct sc_json_iter it;
    struct sc_str key, detail;
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        add_detail(f, at(error, paths[i]));
    if (!sc_json_is_empty(at(error, "metadata.flagged_input")))
        add_detail(f, (struct sc_str){"\"flagged_input\"", 15});
    if (!sc_json_enter(at(error, "details"), &it) || it.close != ']')
        return;
    while (sc_json_next(&it, &key, &detail))
        read_google_detail(f, detail);
}

/* "429" or 429 as a code, or raw_status_code. */
static int status_in(const char *text)
{
    if (strlen(text) != 3 || text[0] < '4' || text[0] > '5')
        return 0;
    for (int i = 1; i < 3; i++)
        if (text[i] < '0' || text[i] > '9')
            return 0;
    return (text[0] - '0') * 100 + (text[1] - '0') * 10 + (text[2] - '0');
}

static void take_scalar(struct sc_str object, const char *path, char *dst, size_t size)
{
    if (dst[0] == '\0')
        sc_json_scalar(at(object, path), dst, size);
}

/* type, code, message and details of an error object, or of a flat body. */
static void read_error_object(struct sc_facts *f, struct sc_str error)
{
    char number[8] = "";
    take_scalar(error, "status", f->type, sizeof f->type); /* Google; first, as type is absent */
    if (status_in(f->type)) {                              /* Azure repeats the HTTP status here */
        f->inner_status = status_in(f->type);
        f->type[0] = '\0';
    }
    sc_envelope_type(error, f->type, sizeof f->type);
    sc_envelope_code(error, f->code, sizeof f->code);
    take_scalar(error, "raw_status_code", number, sizeof number);
    take_scalar(error, "statusCode", number, sizeof number);
    if (status_in(f->code))
        f->inner_status = status_in(f->code);
    else if (status_in(number))
        f->inner_status = status_in(number);
    struct sc_str message = sc_envelope_message(error);
    if (message.n > 0)
        f->message = message;
    if (f->hint_ms < 0)
        f->hint_ms = sc_envelope_wait_ms(error);
    read_details(f, error);
}

/* The end of a string inside of a text that is itself a JSON string: the first \" that is not
 * escaped there. NULL if it has none. */
static const char *end_of_inner(const char *p, const char *end)
{
    for (; p + 1 < end; p++) {
        if (p[0] != '\\')
            continue;
        if (p[1] == '"')
            return p;
        if (p[1] == '\\' && p + 2 < end) /* it escapes what follows, of one or two characters */
            p += p[2] == '\\' ? 3 : 2;
        else
            p++;
    }
    return NULL;
}

/* "message" of the JSON inside of a JSON string, as it stands there. */
static struct sc_str inner_message(struct sc_str raw)
{
    static const char key[] = "\\\"message\\\":";
    const char *end = raw.p + raw.n, *p = memmem(raw.p, raw.n, key, sizeof key - 1), *stop;
    if (!p)
        return (struct sc_str){"", 0};
    for (p += sizeof key - 1; p < end && *p == ' ';)
        p++;
    stop = end - p > 2 && p[0] == '\\' && p[1] == '"' ? end_of_inner(p + 2, end) : NULL;
    return stop ? (struct sc_str){p + 2, (size_t)(stop - p) - 2} : (struct sc_str){"", 0};
}

/* OpenRouter passes on what a provider said, as text: its words say more than its own "Provider
 * returned error". */
static void read_passed_on(struct sc_facts *f, struct sc_str error)
{
    char text[NESTED_MAX + 1];
    struct sc_str raw = sc_json_inside(at(error, "metadata.raw"));
    if (raw.n < 2 || raw.n > NESTED_MAX || raw.p[0] != '{')
        return;
    sc_json_unescape(raw, text, sizeof text);
    struct sc_str inner = sc_json_find(text, strlen(text), "error");
    struct sc_str message = inner_message(raw);
    if (sc_json_says_nothing(inner))
        return;
    if (status_in(f->code)) /* stays as inner_status */
        f->code[0] = '\0';
    take_scalar(inner, "type", f->type, sizeof f->type);
    take_scalar(inner, "code", f->code, sizeof f->code);
    if (message.n > 0)
        f->message = message;
}

/* Google's errors arrive encoded a second time inside of error.message on the OpenAI-compatible
 * path. The message itself stays as it came. */
static void read_nested_message(struct sc_facts *f)
{
    char text[NESTED_MAX + 1];
    if (f->message.n < 2 || f->message.n > NESTED_MAX || !strchr("{[", f->message.p[0]))
        return;
    sc_json_unescape(f->message, text, sizeof text);
    struct sc_str error = sc_json_find(text, strlen(text), "error");
    struct sc_str outer = f->message;
    if (!sc_json_says_nothing(error))
        read_error_object(f, error);
    f->message = outer; /* what was read points into `text` */
}

/* The number behind a word of the message ("Rate limit reached... Limit 30000"), -1 if none. */
static int64_t number_after(struct sc_str message, const char *word)
{
    const char *p, *end = message.p + message.n;
    while ((p = sc_str_find(message, word))) {
        double v;
        size_t used;
        p += strlen(word);
        message = (struct sc_str){p, (size_t)(end - p)};
        if (sc_number(message, &v, &used) && v < 1e15)
            return (int64_t)v;
    }
    return -1;
}

static void read_message(struct sc_facts *f)
{
    if (f->message.n == 0)
        return;
    read_nested_message(f);
    f->limit = number_after(f->message, "limit ");
    f->requested = number_after(f->message, "requested ");
    if (f->hint_ms < 0)
        f->hint_ms = sc_wait_in_text(f->message);
}

/* Whether the words come from the API itself, and not from a box before it: a firewall, a proxy, a
 * hotel. Those that speak JSON, too, have no "error" in it, or say whose it is. */
static bool is_of_the_api(const struct sc_facts *f, struct sc_str root, struct sc_str error,
                          bool usual)
{
    if (!sc_json_is_empty(at(root, "cloudflare_error")))
        return false;
    if (usual && error.n > 0 && error.p[0] == '{')
        return !sc_json_says_nothing(error);
    return sc_provider_info(f->provider)->flat_errors && (f->message.n > 0 || f->type[0]);
}

/* The status at the end of a word: "upstream_502". */
static int status_at_end(const char *word)
{
    size_t n = strlen(word);
    return n > 4 && word[n - 4] == '_' ? status_in(word + n - 3) : 0;
}

/* OpenRouter's {"choices":[{"error":{...},"finish_reason":"error","native_finish_reason":"..."}]}:
 * the first error of a choice, else what was passed in. */
static struct sc_str choice_error(struct sc_facts *f, struct sc_str root, struct sc_str other)
{
    struct sc_json_iter it;
    struct sc_str key, choice, error;
    char reason[SC_FACT_TEXT];
    if (!sc_json_enter(at(root, "choices"), &it) || it.close != ']')
        return other;
    while (sc_json_next(&it, &key, &choice)) {
        error = at(choice, "error");
        if (!sc_json_says_nothing(error))
            return error;
        sc_json_string(at(choice, "native_finish_reason"), reason, sizeof reason);
        if (f->inner_status == 0)
            f->inner_status = status_at_end(reason);
    }
    return other;
}

/* The words of the error itself, or where it is but a text or nothing those beside it. */
static void read_words(struct sc_facts *f, struct sc_str root, struct sc_str error)
{
    char status[8] = "";
    if (error.n > 0 && error.p[0] == '{') {
        read_error_object(f, error);
        read_passed_on(f, error);
    } else if (error.n > 0 && error.p[0] == '"') {
        sc_envelope_type(root, f->type, sizeof f->type);
        sc_envelope_code(root, f->code, sizeof f->code); /* xAI */
        take_scalar(root, "status", status,
                    sizeof status); /* Spring: {"status":503,"error":"..."} */
        f->inner_status = status_in(status);
        f->message = sc_json_inside(error);
    } else {
        read_error_object(f, root);
    }
    if (f->hint_ms < 0)
        f->hint_ms = sc_envelope_wait_ms(root);
}

/* Any of the shapes, see envelope.h; of a choice as well. */
static void read_error_body(struct sc_facts *f, const char *body, size_t n)
{
    struct sc_str root = sc_json_find(body, n, "");
    struct sc_envelope e = sc_envelope_of(root);
    if (e.error.n == 0) {
        e.error = choice_error(f, root, e.error);
        e.usual = true;
    }
    if (e.error.n == 0 && (!root.p || (root.p[0] != '{' && f->is_stream)))
        f->message = (struct sc_str){body, n}; /* "[ERROR] no slot is free" */
    else
        read_words(f, root, e.error);
    if (f->code[0] == '\0' && sc_end_is_failure(f->stop))
        memcpy(f->code, f->stop, sizeof f->stop);
    f->has_error |= e.error.n > 0;
    f->from_api |= is_of_the_api(f, root, e.error, e.usual);
    read_message(f);
}

/* A success that tells of something else than itself: a job that failed, a stored answer. */
static bool is_a_report(const struct sc_response *r)
{
    return r->kind != SC_REQUEST_GENERATES && r->status < 400;
}

/* What a success says about its end. One walk: bodies may be megabytes. */
static void read_success_body(struct sc_facts *f, const char *body, size_t n)
{
    struct sc_json_want wants[] = {
        {.path = "error"},
        {.path = "choices.0.finish_reason"},
        {.path = "candidates.0.finishReason"},
        {.path = "promptFeedback.blockReason"},
        {.path = "stop_reason"},
        {.path = "stopReason"},
        {.path = "finish_reason"}, /* Cohere */
        {.path = "choices.0.error"},
    };
    enum { COUNT = sizeof wants / sizeof *wants, CHOICE_ERROR = COUNT - 1 };
    struct sc_str error;
    sc_json_pick(body, n, wants, COUNT);
    error = wants[0].value;
    f->has_error = !sc_json_says_nothing(error) && (error.p[0] == '{' || error.p[0] == '"');
    f->has_error |= !sc_json_says_nothing(wants[CHOICE_ERROR].value);
    for (size_t i = 1; i < CHOICE_ERROR && f->stop[0] == '\0'; i++)
        sc_json_string(wants[i].value, f->stop, sizeof f->stop);
    f->has_error |= sc_end_is_failure(f->stop);
    f->has_error |= sc_event_is_numbered_error((struct sc_str){body, n});
    f->prompt_blocked = wants[3].value.n > 0;
}

/* All that is left to go by where the body was not read, as with FAILONERROR. */
static bool says_json(const struct sc_response *r)
{
    const struct sc_header *type = find_header(r, "content-type");

    return type && sc_is_json(type->value);
}

static void read_basics(const struct sc_response *r, struct sc_facts *f)
{
    *f = (struct sc_facts){
        .provider = r->provider,
        .curl_code = r->curl_code,
        .connect_status = r->connect_status,
        .status = r->status,
        .is_stream = r->is_stream,
        .output_seen = r->output_seen,
        .should_retry = read_should_retry(r),
        .message = {"", 0},
        .limit = -1,
        .requested = -1,
        .hint_ms = -1,
        .reset_ms = -1,
    };
    if (r->status < 400)
        return;
    f->hint_ms = sc_header_hint(r->headers, r->n_headers, r->now_unix);
    f->hint_in_header = f->hint_ms >= 0;
    copy_header(r, "x-amzn-errortype", f->type, sizeof f->type);
    f->from_api = f->type[0] || (r->body_len == 0 && says_json(r));
}

void sc_facts_read_event(const struct sc_response *r, const struct sc_stream *s,
                         struct sc_facts *out)
{
    read_basics(r, out);
    out->output_seen |= s->state == SC_STREAM_OUTPUT;
    if (is_a_report(r))
        return;
    memcpy(out->stop, s->stop, sizeof out->stop);
    out->has_error = sc_end_is_failure(out->stop);
    if (s->state != SC_STREAM_ERROR && !s->late_error) {
        if (out->has_error)
            memcpy(out->code, out->stop, sizeof out->stop);
        return;
    }
    out->has_error = true;
    out->from_api = sc_event_mark((struct sc_str){s->error, s->error_len}) == SC_MARK_NONE;
    if (s->kind == SC_STREAM_AWS)
        memcpy(out->type, s->event, sizeof s->event);
    read_error_body(out, s->error, s->error_len);
}

static enum sc_stream_kind stream_kind(const struct sc_response *r)
{
    const struct sc_header *type = find_header(r, "content-type");
    enum sc_stream_kind kind = type ? sc_stream_kind_of(type->value) : SC_STREAM_NONE;
    if (kind != SC_STREAM_NONE || r->body_len == 0)
        return kind;
    if (r->provider == SC_PROVIDER_BEDROCK)
        return SC_STREAM_AWS;
    if (r->body[0] == '[')
        return SC_STREAM_ARRAY;
    return r->body[0] == '{' ? SC_STREAM_NDJSON : SC_STREAM_SSE;
}

/* The watcher's copy of an event dies here: the message is borrowed from the body instead. */
static void read_stream_body(const struct sc_response *r, struct sc_facts *f)
{
    struct sc_stream s;
    sc_stream_init(&s, stream_kind(r));
    sc_stream_feed(&s, r->body, r->body_len);
    sc_stream_end(&s);
    sc_facts_read_event(r, &s, f);
    if (f->message.n == 0)
        return;
    if (s.error_at == SC_STREAM_SCATTERED)
        f->message = (struct sc_str){"", 0};
    else
        f->message.p = r->body + s.error_at + (f->message.p - s.error);
}

/* The headers that OpenRouter got, and passes on inside of its error. */
static size_t headers_within(const struct sc_response *r, struct sc_header *out, size_t max)
{
    struct sc_json_iter it;
    struct sc_str key, value;
    size_t n = 0;

    if (!sc_json_enter(sc_json_find(r->body, r->body_len, "error.metadata.headers"), &it))
        return 0;
    while (n < max && sc_json_next(&it, &key, &value))
        out[n++] = (struct sc_header){key, value.p[0] == '"' ? sc_json_inside(value) : value};
    return n;
}

/* A rate limit that does not say when to come back may tell when its bucket is full. */
static void read_reset(const struct sc_response *r, struct sc_facts *f)
{
    struct sc_header within[16];
    const struct sc_header *date = find_header(r, "date");
    size_t n = 0;

    if (f->hint_ms >= 0 || (r->status != 429 && f->inner_status != 429))
        return;
    f->reset_ms = sc_ratelimit_hint(r->provider, r->headers, r->n_headers, r->now_unix);
    if (f->reset_ms >= 0 || r->body_len == 0)
        return;
    if (date)
        within[n++] = *date;
    n += headers_within(r, within + n, sizeof within / sizeof *within - n);
    f->reset_ms = sc_ratelimit_hint(r->provider, within, n, r->now_unix);
}

static void read_facts(const struct sc_response *r, struct sc_facts *out)
{
    if (is_a_report(r)) {
        read_basics(r, out);
        return;
    }
    if (r->is_stream && r->status < 400 && r->body_len > 0) {
        read_stream_body(r, out);
        return;
    }
    read_basics(r, out);
    if (r->body_len == 0) {
        out->foreign = !out->from_api && find_header(r, "content-type") != NULL;
        return;
    }
    if (r->status < 400)
        read_success_body(out, r->body, r->body_len);
    if (r->status >= 400 || out->has_error)
        read_error_body(out, r->body, r->body_len);
    out->foreign = !out->from_api;
}

void sc_facts_read(const struct sc_response *r, struct sc_facts *out)
{
    struct sc_response bare = *r;
    struct sc_str body = sc_str_unmarked((struct sc_str){r->body, r->body_len});
    bare.body = body.p;
    bare.body_len = body.n;
    read_facts(&bare, out);
    read_reset(&bare, out);
}
