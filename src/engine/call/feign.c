/* feign.c - see feign.h. */
#include "call/feign.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "call/judge.h"
#include "call/routed.h"
#include "core/time.h"
#include "dialect/dialect.h"
#include "handle/texts.h"
#include "http/header.h"

enum { BODY_MAX = 1 << 20, HEADERS_MAX = 16, TEXT_MAX = 512 };

/* The block. `own` comes first: it is freed as one. */
struct feigned {
    struct sc_own_answer own;
    struct sc_reply_header headers[HEADERS_MAX];
    char id[32], date[SC_HTTP_DATE_SIZE], error[TEXT_MAX];
    char body[];
};

static bool is_stream_error(const struct sc_outcome *o)
{
    return o->fault == SC_FAULT_STREAM_ERROR || o->fault == SC_FAULT_STREAM_ERROR_LATE;
}

bool sc_feign_is_whole(const struct sc_outcome *o, bool streams)
{
    if (is_stream_error(o))
        return !streams;
    switch (o->fault) {
    case SC_FAULT_RESET:
    case SC_FAULT_HANG:
    case SC_FAULT_CODE:
        return true;
    case SC_FAULT_DRIP:
        return false;
    default:
        return o->status != 200 || o->body != NULL;
    }
}

int64_t sc_feign_delay_ns(const struct sc_outcome *o)
{
    int64_t ms = o->latency_ms;

    if (o->fault == SC_FAULT_HANG || o->fault == SC_FAULT_STALL)
        return o->ms < 0 ? SC_NEVER : (ms + o->ms) * SC_NS_PER_MS;
    if (o->fault == SC_FAULT_CODE && o->curl_code == CURLE_OPERATION_TIMEDOUT && o->ms >= 0)
        ms += o->ms;
    return ms * SC_NS_PER_MS;
}

/* ---- the request --------------------------------------------------------------------------- */

static bool path_has(const struct sc_transfer *t, const char *what)
{
    struct sc_str path = t->shadow->asked.path;

    return path.n > 0 && memmem(path.p, path.n, what, strlen(what)) != NULL;
}

static bool is_array(const struct sc_transfer *t)
{
    struct sc_str query = t->shadow->asked.query;

    return path_has(t, ":streamGenerateContent") &&
           !(query.n > 0 && memmem(query.p, query.n, "alt=sse", 7));
}

/* Whose words these are: of who is asked, in the dialect that it is asked in. */
static enum sc_provider said_by(const struct sc_transfer *t)
{
    if (SC_ROUTE_IS_ELSEWHERE(&t->route))
        return sc_dialect_voice(t->route.target->dialect, t->route.provider);
    return sc_dialect_voice_at(t->shadow->asked.path, t->route.provider);
}

static void write_error(const struct sc_transfer *t, const struct sc_outcome *o, uint64_t key,
                        bool event, struct sc_buf *b)
{
    const struct sc_error_asked q = {
        .provider = said_by(t),
        .kind = o->kind,
        .status = o->status,
        .event = event,
        .flat = event && path_has(t, "/responses") && sc_asks_for_stream(t),
        .as_array = is_array(t),
        .native = path_has(t, "/api/"),
        .id = key,
        .model = t->route.model,
        .type = o->error_type,
        .code = o->error_code,
        .message = o->error_message,
        .retry_in = o->retry_in,
    };

    sc_error_body(&q, b);
}

void sc_feign_event(const struct sc_transfer *t, const struct sc_outcome *o, uint64_t key,
                    struct sc_buf *b)
{
    bool named = said_by(t) == SC_PROVIDER_ANTHROPIC || path_has(t, "/responses");
    bool lines = path_has(t, "/api/");

    if (is_array(t))
        sc_buf_text(b, ",");
    else if (!lines && named)
        sc_buf_text(b, "event: error\ndata: ");
    else if (!lines)
        sc_buf_text(b, "data: ");
    write_error(t, o, key, true, b);
    if (is_array(t))
        sc_buf_text(b, "]");
    sc_buf_text(b, "\n");
    if (!lines && !is_array(t))
        sc_buf_text(b, "\n");
}

/* ---- headers ------------------------------------------------------------------------------- */

static void add(struct feigned *f, const char *name, const char *value)
{
    struct sc_reply *r = &f->own.reply;

    if (r->n_headers < HEADERS_MAX)
        f->headers[r->n_headers++] = (struct sc_reply_header){name, value};
}

static void add_headers(const struct sc_transfer *t, struct feigned *f, const struct sc_outcome *o,
                        uint64_t key)
{
    snprintf(f->id, sizeof f->id, "req_%016llx", (unsigned long long)key);
    if (said_by(t) == SC_PROVIDER_ANTHROPIC)
        add(f, "request-id", f->id);
    else if (said_by(t) != SC_PROVIDER_GEMINI)
        add(f, "x-request-id", f->id);
    for (size_t i = 0; i < o->n_headers; i++)
        add(f, o->headers[i].name, o->headers[i].value);
    if (o->retry_after_date >= 0) {
        sc_http_date_put(time(NULL) + o->retry_after_date, f->date);
        add(f, "retry-after", f->date);
    }
}

/* ---- how it fails -------------------------------------------------------------------------- */

static void fails(const struct sc_transfer *t, struct feigned *f, CURLcode code,
                  enum sc_reach reach)
{
    f->own.reply.code = code;
    f->own.reply.reach = reach;
    f->own.reply.error = f->error;
    sc_text_of_code(t->shadow, code, f->error, sizeof f->error);
}

enum sc_reach sc_feign_reach(CURLcode code)
{
    switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
        return SC_REACH_NOTHING;
    case CURLE_COULDNT_CONNECT:
        return SC_REACH_NAME;
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
        return SC_REACH_CONNECTION;
    default:
        return SC_REACH_SENT;
    }
}

/* Where in a made-up body it ends. */
static size_t place_in(const struct sc_outcome *o, size_t len)
{
    if (o->percent >= 0)
        return len * (size_t)o->percent / 100;
    return o->at >= 0 && (size_t)o->at < len ? (size_t)o->at : len / 2;
}

static void cut_body(const struct sc_transfer *t, struct feigned *f, const struct sc_outcome *o)
{
    struct sc_reply *r = &f->own.reply;

    r->unsized = o->fault == SC_FAULT_TRUNCATE_CHUNKED;
    r->short_by = r->body_len - place_in(o, r->body_len);
    if (o->fault == SC_FAULT_CUT) {
        r->body_len -= r->short_by;
        r->short_by = 0;
        return;
    }
    if (o->fault == SC_FAULT_RESET_BODY) {
        fails(t, f, CURLE_RECV_ERROR, SC_REACH_ANSWER);
        return;
    }
    fails(t, f, CURLE_PARTIAL_FILE, SC_REACH_ANSWER);
    sc_text_of_partial(r->unsized ? -1 : (int64_t)r->short_by, f->error, sizeof f->error);
}

static void apply_fault(const struct sc_transfer *t, struct feigned *f, const struct sc_outcome *o)
{
    switch (o->fault) {
    case SC_FAULT_RESET:
        fails(t, f, CURLE_RECV_ERROR, SC_REACH_SENT);
        break;
    case SC_FAULT_HANG:
        fails(t, f, CURLE_GOT_NOTHING, SC_REACH_SENT);
        break;
    case SC_FAULT_CODE:
        fails(t, f, (CURLcode)o->curl_code, sc_feign_reach((CURLcode)o->curl_code));
        break;
    case SC_FAULT_RESET_BODY:
    case SC_FAULT_TRUNCATE:
    case SC_FAULT_TRUNCATE_CHUNKED:
    case SC_FAULT_CUT:
        cut_body(t, f, o);
        break;
    default:
        break;
    }
}

/* ---- the whole ----------------------------------------------------------------------------- */

static struct feigned *make(const char *body, size_t n)
{
    struct feigned *f = calloc(1, sizeof *f + n + 1);

    if (!f)
        return NULL;
    if (n > 0)
        memcpy(f->body, body, n);
    f->own.reply.body = f->body;
    f->own.reply.body_len = n;
    f->own.reply.headers = f->headers;
    f->own.reply.feigned = true;
    return f;
}

struct sc_own_answer *sc_feign(const struct sc_transfer *t, const struct sc_outcome *o,
                               uint64_t key, bool mark)
{
    struct sc_buf error = {.max = BODY_MAX};
    struct feigned *f;

    if (!o->body && (o->status >= 400 || is_stream_error(o)))
        write_error(t, o, key, is_stream_error(o), &error);
    f = o->body ? make(o->body, o->body_len) : make(error.p, error.n);
    sc_buf_free(&error);
    if (!f)
        return NULL;
    f->own.reply.status = o->status;
    f->own.reply.content_type = o->content_type;
    f->own.reply.reason = mark ? "fault" : NULL;
    add_headers(t, f, o, key);
    apply_fault(t, f, o);
    return &f->own;
}

struct sc_own_answer *sc_feign_timeout(const struct sc_transfer *t, int64_t after_ns)
{
    struct feigned *f = make(NULL, 0);

    if (!f)
        return NULL;
    fails(t, f, CURLE_OPERATION_TIMEDOUT, SC_REACH_SENT);
    sc_text_of_timeout(after_ns / SC_NS_PER_MS, f->error, sizeof f->error);
    return &f->own;
}

enum sc_class sc_feign_class(struct sc_transfer *t, const struct sc_own_answer *a)
{
    const struct sc_reply *r = &a->reply;
    struct sc_response response = {
        .provider = t->route.provider,
        .curl_code = (int)r->code,
        .status = r->reach == SC_REACH_ANSWER ? r->status : 0,
        .body = r->body,
        .body_len = r->body_len,
        .kind = sc_request_does(&t->req),
    };
    struct sc_class_rows own[SC_OWN_TABLES];
    struct sc_verdict v;
    struct sc_facts facts;

    sc_facts_read(&response, &facts);
    sc_classify_by(&facts, sc_judge_rows(t, own), &v);
    return v.class;
}
