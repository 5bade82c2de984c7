/* transfer.c - see transfer.h. */
#include "call/transfer.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/header.h"
#include "provider/facts.h"
#include "handle/url.h"
#include "stage/split.h"
#include "wire/request.h"

/* The last transfer that ended, with its small buffers: programs make their calls one after the
 * other, and one piece of memory serves them all. */
static _Atomic(struct sc_transfer *) spare;

struct sc_transfer *sc_transfer_new(void)
{
    struct sc_transfer *t = atomic_exchange_explicit(&spare, NULL, memory_order_acq_rel);
    struct sc_hold hold = {0};

    if (t)
        hold = t->hold;
    else
        t = malloc(sizeof *t);
    if (!t)
        return NULL;
    memset(t, 0, sizeof *t);
    t->hold = hold;
    t->upload.fd = -1;
    return t;
}

static void free_snapshots(struct sc_transfer *t)
{
    size_t i;

    for (i = 0; i < t->n_snapshots; i++) {
        free(t->snapshots[i].effective_url);
        free(t->snapshots[i].content_type);
        free(t->snapshots[i].primary_ip);
    }
    free(t->snapshots);
    t->snapshots = NULL;
    t->n_snapshots = 0;
}

void sc_transfer_free(struct sc_transfer *t)
{
    struct sc_transfer *none = NULL;

    if (!t)
        return;
    free_snapshots(t);
    sc_hold_clear(&t->hold);
    sc_upload_free(&t->upload);
    if (t->rewrite.bytes)
        sc_rewrite_free(&t->rewrite);
    free(t->stream);
    free(t->show);
    free(t->money);
    sc_batch_free(t);
    if (atomic_compare_exchange_strong(&spare, &none, t))
        return;
    sc_hold_free(&t->hold);
    free(t);
}

void sc_transfer_attempt(struct sc_transfer *t)
{
    free_snapshots(t);
    sc_hold_clear(&t->hold);
    free(t->stream);
    t->stream = NULL;
    free(t->show);
    t->show = NULL;
    t->phase = SC_HOLDING;
    t->place = SC_BEFORE;
    t->mode = SC_HOLD_HEADERS;
    t->kind_told = true;
    t->next = 0;
    t->block = 0;
    t->block_start = 0;
    t->body_start = 0;
    t->pending = NULL;
    t->content_length = -1;
    t->body_len = 0;
    t->read_len = 0;
    t->status = 0;
    t->connect_code = 0;
    t->commit_early = false;
    t->send_paused = false;
    t->recv_withheld = t->recv_paused;
    t->send_withheld = t->send_stopped;
    t->fail_suppressed = false;
    t->short_write = false;
    t->decided = false;
    t->forbidden = false;
    t->granted = false;
    t->delivered_body = 0;
    t->bound = NULL;
    t->counted_ahead = 0;
    t->upload.pos = 0;
    sc_usage_init(&t->usage, t->provider);
}

void sc_transfer_forget_held(struct sc_transfer *t)
{
    t->hold.n = 0;
    t->next = 0;
    if (t->mode != SC_HOLD_FAILURE)
        sc_hold_clear(&t->hold);
}

static struct sc_str trimmed(const char *from, const char *to)
{
    while (from < to && (*from == ' ' || *from == '\t'))
        from++;
    while (to > from && (to[-1] == '\r' || to[-1] == '\n' || to[-1] == ' ' || to[-1] == '\t'))
        to--;
    return (struct sc_str){from, (size_t)(to - from)};
}

/* With CURLOPT_HEADER each line lies here twice, which does no harm. */
size_t sc_transfer_headers(const struct sc_transfer *t, struct sc_header out[SC_HEADERS_MAX])
{
    const char *p = t->hold.bytes, *end;
    size_t n = 0;

    if (!p || t->block_start > t->hold.len || t->body_start > t->hold.len)
        return 0;
    end = p + (t->body_start > t->block_start ? t->body_start : t->hold.len);
    p += t->block_start;
    while (p < end && n < SC_HEADERS_MAX) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *stop = line_end ? line_end : end;
        const char *colon = memchr(p, ':', (size_t)(stop - p));

        if (colon && colon > p)
            out[n++] = (struct sc_header){{p, (size_t)(colon - p)}, trimmed(colon + 1, stop)};
        p = stop + 1;
    }
    return n;
}

struct sc_str sc_transfer_body(const struct sc_transfer *t)
{
    struct sc_str body = {"", 0};

    if (t->hold.bytes && t->place == SC_IN_BODY && t->hold.len > t->body_start) {
        body.p = t->hold.bytes + t->body_start;
        body.n = t->hold.len - t->body_start;
        if (body.n > t->body_len)
            body.n = (size_t)t->body_len;
    }
    return body;
}

/* An answer that ends where its connection ended, in the middle of its JSON. */
static bool is_cut_off(const struct sc_transfer *t, struct sc_str body)
{
    size_t n = body.n;

    if (t->content_length >= 0 || t->phase != SC_HOLDING || n == 0)
        return false;
    while (n > 0 && strchr(" \t\r\n", body.p[n - 1]))
        n--;
    return n > 0 && ((body.p[0] == '{' && body.p[n - 1] != '}') ||
                     (body.p[0] == '[' && body.p[n - 1] != ']'));
}

static bool is_post(const struct sc_shadow *s)
{
    return strcmp(sc_target_method(s), "POST") == 0;
}

/* A body that came in order and yet is no answer: nothing, blanks, or the beginning of its JSON.
 * The reader of usage has seen all of it, held or not. */
static const char *lacks_of_json(const struct sc_shadow *s, struct sc_transfer *t,
                                 struct sc_str body)
{
    bool blank = sc_usage_is_blank(&t->usage), cut = sc_usage_is_cut(&t->usage);

    if (t->mode != SC_HOLD_JSON) /* an empty text may be an answer */
        return NULL;
    if ((blank || cut) && t->status == 200 && is_post(s) &&
        sc_transfer_kind(t) == SC_REQUEST_GENERATES)
        return blank ? "empty-answer" : "cut-answer";
    return is_cut_off(t, body) ? "cut-answer" : NULL;
}

/* A stream that ended in order and yet is no answer: before any output, or without the end that
 * such streams have. */
static const char *lacks_of_stream(struct sc_transfer *t)
{
    const struct sc_stream *stream = t->stream;
    bool nothing = stream->state == SC_STREAM_HEAD && !stream->finished;

    return (stream->cut || nothing) && sc_transfer_kind(t) == SC_REQUEST_GENERATES ? "cut-answer"
                                                                                   : NULL;
}

/* What is wrong with a success that is none, as a row's name; NULL: nothing. */
static const char *lacks(const struct sc_shadow *s, struct sc_transfer *t, struct sc_str body)
{
    return t->stream ? lacks_of_stream(t) : lacks_of_json(s, t, body);
}

bool sc_transfer_is_common(const struct sc_transfer *t)
{
    return t->mode == SC_HOLD_JSON && t->read_len == t->body_len && sc_usage_is_common(&t->usage);
}

const struct sc_class_rows *sc_transfer_own_rows(const struct sc_transfer *t,
                                                 struct sc_class_rows own[SC_OWN_TABLES])
{
    if (t->rule->classify.n == 0 && !t->own_provider)
        return NULL;
    own[0] = t->rule->classify;
    own[1] = t->own_provider ? t->own_provider->classify : (struct sc_class_rows){NULL, 0};
    return own;
}

enum sc_request_kind sc_transfer_kind(struct sc_transfer *t)
{
    const struct sc_upload *u = &t->upload;

    if (!t->kind_open || u->in_memory == 0)
        return t->kind;
    t->kind_open = false;
    if (sc_request_asks(u->memory, u->in_memory))
        t->kind = SC_REQUEST_GENERATES;
    return t->kind;
}

static void judge(const struct sc_transfer *t, const struct sc_response *r, struct sc_verdict *out)
{
    struct sc_class_rows own[SC_OWN_TABLES];
    struct sc_facts facts;

    if (t->stream) /* has seen all of it, held or not */
        sc_facts_read_event(r, t->stream, &facts);
    else
        sc_facts_read(r, &facts);
    sc_classify_by(&facts, sc_transfer_own_rows(t, own), out);
}

void sc_transfer_classify(struct sc_shadow *s, struct sc_transfer *t, CURLcode rc,
                          struct sc_verdict *out)
{
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_str body = sc_transfer_body(t);
    struct sc_response r = {
        .provider = t->provider,
        .curl_code = rc == CURLE_HTTP_RETURNED_ERROR ? CURLE_OK : (int)rc,
        .status = t->place == SC_BEFORE && rc != CURLE_HTTP_RETURNED_ERROR ? 0 : t->status,
        .headers = headers,
        .body = body.p,
        .body_len = body.n,
        .is_stream = t->stream != NULL,
        .output_seen = t->stream && t->stream->state == SC_STREAM_OUTPUT,
        .kind = sc_transfer_kind(t),
        .now_unix = (int64_t)time(NULL),
    };
    const char *lack;

    if (rc == CURLE_SEND_FAIL_REWIND && r.status == 0 && t->uploads && !t->upload.lost)
        r.curl_code = CURLE_SEND_ERROR; /* libcurl could not resend on another connection; we can */
    if (rc != CURLE_OK && r.status == 0 && t->connect_code >= 300) {
        r.status = t->connect_code; /* a proxy's refusal shows as a receive error */
        r.curl_code = CURLE_OK;
    }
    if (rc == CURLE_OK && t->stream)
        sc_stream_end(t->stream);
    if (rc == CURLE_OK && sc_transfer_is_common(t))
        r.body_len = 0; /* nothing in there that a second look would find */
    if (rc != CURLE_OK || r.status / 100 != 2)
        r.n_headers = sc_transfer_headers(t, headers);
    judge(t, &r, out);
    if (out->class != SC_CLASS_OK && r.n_headers == 0) {
        /* Headers say nothing about a success, but they may about an error that came as one. */
        r.n_headers = sc_transfer_headers(t, headers);
        judge(t, &r, out);
    }
    lack = rc == CURLE_OK && out->class == SC_CLASS_OK ? lacks(s, t, body) : NULL;
    if (lack) {
        out->class = SC_CLASS_RETRYABLE;
        out->retry = !t->stream || t->stream->state == SC_STREAM_HEAD;
        out->row = lack;
    }
}

static char *copy_of(const char *p)
{
    return p ? strdup(p) : NULL;
}

void sc_snapshot_take(struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_snapshot *grown = realloc(t->snapshots, (t->n_snapshots + 1) * sizeof *grown);
    struct sc_snapshot n = {.block = t->block, .content_length = -1};
    char *url = NULL, *type = NULL, *ip = NULL;

    if (!grown)
        return;
    t->snapshots = grown;
#define INFO(info, where) s->real->easy_getinfo(s->easy, (info), &(where))
    INFO(CURLINFO_RESPONSE_CODE, n.response_code);
    INFO(CURLINFO_HTTP_CONNECTCODE, n.connect_code);
    INFO(CURLINFO_HTTP_VERSION, n.http_version);
    INFO(CURLINFO_REDIRECT_COUNT, n.redirect_count);
    INFO(CURLINFO_PROTOCOL, n.protocol);
    INFO(CURLINFO_PRIMARY_PORT, n.primary_port);
    INFO(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, n.content_length);
    INFO(CURLINFO_SCHEME, n.scheme);
    INFO(CURLINFO_EFFECTIVE_URL, url);
    INFO(CURLINFO_CONTENT_TYPE, type);
    INFO(CURLINFO_PRIMARY_IP, ip);
#undef INFO
    n.effective_url = copy_of(url);
    n.content_type = copy_of(type);
    n.primary_ip = copy_of(ip);
    t->snapshots[t->n_snapshots++] = n;
}
