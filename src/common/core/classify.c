/*
 * classify.c - reads the rows of provider/rows.h. See classify.h.
 *
 * The first row that fits decides; which comes first is the order of ranks, and within a rank
 * that of the tables.
 */
#include "core/classify.h"

#include <string.h>

#include "provider/phrase.h"

#define CLASS(id) SC_CLASS_##id

/* clang-format off */
/* libcurl's result codes, by number: core knows no libcurl. Whose fault they are decides. */
static const struct {
    short code;
    enum sc_class class;
    const char *name;
} transport[] = {
    {5, CLASS(RETRYABLE), "curl-resolve-proxy"}, {6, CLASS(RETRYABLE), "curl-resolve"},
    {7, CLASS(RETRYABLE), "curl-connect"},       {16, CLASS(RETRYABLE), "curl-http2"},
    {18, CLASS(RETRYABLE), "curl-partial"},      {28, CLASS(RETRYABLE), "curl-timeout"},
    {35, CLASS(RETRYABLE), "curl-tls-handshake"}, {52, CLASS(RETRYABLE), "curl-empty-reply"},
    {55, CLASS(RETRYABLE), "curl-send"},         {56, CLASS(RETRYABLE), "curl-receive"},
    {92, CLASS(RETRYABLE), "curl-http2-stream"}, {95, CLASS(RETRYABLE), "curl-http3"},
    {96, CLASS(RETRYABLE), "curl-quic-connect"}, {42, CLASS(ABORTED), "curl-aborted"},
    {23, CLASS(BAD_REQUEST), "curl-write"},      {26, CLASS(BAD_REQUEST), "curl-read"},
    {67, CLASS(AUTH), "curl-login"},             {94, CLASS(AUTH), "curl-auth"},
    /* A certificate stays what it is, and its trust is the caller's own setting. */
    {51, CLASS(BAD_REQUEST), "curl-certificate"}, {58, CLASS(BAD_REQUEST), "curl-certificate"},
    {59, CLASS(BAD_REQUEST), "curl-cipher"},      {60, CLASS(BAD_REQUEST), "curl-certificate"},
    {77, CLASS(BAD_REQUEST), "curl-certificate"}, {83, CLASS(BAD_REQUEST), "curl-certificate"},
    {90, CLASS(BAD_REQUEST), "curl-certificate"}, {91, CLASS(BAD_REQUEST), "curl-certificate"},
};
/* clang-format on */

enum { CURL_HTTP_RETURNED_ERROR = 22 };

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- the rows, in their order ---- */

#define TABLES_MAX (SC_OWN_TABLES + SC_FAMILIES_MAX + 1)

struct walk {
    struct sc_class_rows left[TABLES_MAX]; /* what each table still has */
    size_t n;
};

static void add_table(struct walk *w, const struct sc_class_rows *table)
{
    if (table && table->n > 0)
        w->left[w->n++] = *table;
}

static void begin_walk(struct walk *w, const struct sc_class_rows *own, enum sc_provider p)
{
    const struct sc_provider_info *known = sc_provider_info(p);

    w->n = 0;
    for (size_t i = 0; own && i < SC_OWN_TABLES; i++)
        add_table(w, &own[i]);
    for (size_t i = 0; i < SC_FAMILIES_MAX; i++)
        add_table(w, known->rows[i]);
    add_table(w, &sc_rows_general);
}

/* The next row by rank, then by table; NULL at the end. */
static const struct sc_class_row *next_row(struct walk *w)
{
    struct sc_class_rows *next = NULL;

    for (size_t i = 0; i < w->n; i++)
        if (w->left[i].n > 0 && (!next || w->left[i].rows->rank < next->rows->rank))
            next = &w->left[i];
    if (!next)
        return NULL;
    next->n--;
    return next->rows++;
}

/* wire: the status that came over the wire, where an error inside of a success has its own. */
static bool status_fits(const struct sc_class_row *r, int status, int wire)
{
    if (r->status[0] == 0)
        return !r->own || r->own->curl_code[0] == 0;
    for (size_t i = 0; i < SC_ROW_NUMBERS && r->status[i] != 0; i++) {
        short s = r->status[i];
        if (s == status || s == wire || (s == SC_NO_STATUS && status == 0) ||
            ((s == SC_ALL_4XX || s == SC_ALL_5XX) && status / 100 == s))
            return true;
    }
    return false;
}

static bool flags_fit(unsigned flags, const struct sc_facts *f)
{
    if ((flags & SC_NEEDS_HINT) && !f->hint_in_header)
        return false;
    if ((flags & SC_NEEDS_NO_HINT) && f->hint_in_header)
        return false;
    if ((flags & SC_NEEDS_INNER_429) && f->inner_status != 429)
        return false;
    if ((flags & SC_NEEDS_FOREIGN) && !f->foreign)
        return false;
    return !(flags & SC_NEEDS_EXCESS) || (f->limit > 0 && f->requested > f->limit);
}

static bool words_fit(const struct sc_class_row *r, const struct sc_facts *f, struct sc_said *said)
{
    if (r->code && !sc_is_one_of(f->type, r->code) && !sc_is_one_of(f->code, r->code))
        return false;
    if (r->own && ((r->own->type && !sc_is_one_of(f->type, r->own->type)) ||
                   (r->own->code && !sc_is_one_of(f->code, r->own->code))))
        return false;
    if (r->detail && !sc_contains_one_of((struct sc_str){f->detail, strlen(f->detail)}, r->detail))
        return false;
    return !r->phrase || sc_says_one_of(said, r->phrase);
}

static void decide(struct sc_verdict *v, enum sc_class class, const char *row)
{
    v->class = class;
    v->retry = sc_class_retryable(class);
    v->proof = SC_PROOF_NONE;
    v->of_model = false;
    v->row = row;
}

static bool is_conditional(const struct sc_class_row *r)
{
    return r->code || (r->own && (r->own->type || r->own->code)) || r->detail || r->phrase ||
           r->flags;
}

/* 407 and 511 are a proxy's and a portal's own. A policy's row is taken at its word. */
static enum sc_proof proof_of(const struct sc_class_row *r, const struct sc_facts *f)
{
    if (r->class != SC_CLASS_AUTH && r->class != SC_CLASS_QUOTA_EXHAUSTED)
        return SC_PROOF_NONE;
    if (r->rank == SC_RANK_OWN)
        return SC_PROOF_NAMED;
    if (!f->from_api || f->status == 407 || f->status == 511)
        return SC_PROOF_NONE;
    return is_conditional(r) && !r->vague ? SC_PROOF_NAMED : SC_PROOF_SAID;
}

static void by_rows(const struct sc_facts *f, const struct sc_class_rows *own, int status,
                    struct sc_verdict *v)
{
    const struct sc_class_row *r;
    struct sc_said said;
    struct walk w;

    sc_said_begin(&said, f->message);
    begin_walk(&w, own, f->provider);
    while ((r = next_row(&w)) != NULL) {
        if (!status_fits(r, status, f->status) || !flags_fit(r->flags, f) ||
            !words_fit(r, f, &said))
            continue;
        decide(v, (enum sc_class)r->class, r->name);
        v->proof = proof_of(r, f);
        v->of_model =
            r->class == SC_CLASS_NOT_FOUND && (r->rank == SC_RANK_MODEL || r->rank == SC_RANK_OWN);
        return;
    }
    decide(v, SC_CLASS_BAD_REQUEST, "unknown-status");
}

static void by_connect_status(int status, struct sc_verdict *v)
{
    if (status >= 500 || status == 408 || status == 429)
        decide(v, SC_CLASS_RETRYABLE, "proxy-5xx");
    else if (status == 401 || status == 403 || status == 407)
        decide(v, SC_CLASS_AUTH, "proxy-auth");
    else
        decide(v, SC_CLASS_BAD_REQUEST, "proxy-4xx");
}

static bool is_for_transport(const struct sc_class_row *r, int curl_code)
{
    for (size_t i = 0; r->own && curl_code != 0 && i < SC_ROW_NUMBERS; i++)
        if (r->own->curl_code[i] == curl_code)
            return true;
    return false;
}

/* A policy's row for one of libcurl's results. */
static bool by_own_transport(const struct sc_facts *f, const struct sc_class_rows *own,
                             struct sc_verdict *v)
{
    for (size_t t = 0; own && t < SC_OWN_TABLES; t++)
        for (size_t i = 0; i < own[t].n; i++)
            if (is_for_transport(&own[t].rows[i], f->curl_code)) {
                decide(v, (enum sc_class)own[t].rows[i].class, own[t].rows[i].name);
                return true;
            }
    return false;
}

static void by_transport(const struct sc_facts *f, const struct sc_class_rows *own,
                         struct sc_verdict *v)
{
    if (by_own_transport(f, own, v))
        return;
    for (size_t i = 0; i < COUNT(transport); i++) {
        if (transport[i].code != f->curl_code)
            continue;
        decide(v, transport[i].class, transport[i].name);
        if (v->retry && f->connect_status >= 400)
            by_connect_status(f->connect_status, v);
        return;
    }
    decide(v, SC_CLASS_BAD_REQUEST, "curl-other");
}

/* Why a success ended early: finish_reason, stop_reason, blockReason of the APIs, 2026-08. */
static bool is_refused(const char *stop)
{
    static const char *const reasons[] = {
        "content_filter",
        "refusal",
        "SAFETY",
        "PROHIBITED_CONTENT",
        "BLOCKLIST",
        "SPII",
        "RECITATION",
        "IMAGE_SAFETY",
        "guardrail_intervened",
        "content_filtered",
        "MODEL_ARMOR",
        "JAILBREAK",
        "IMAGE_RECITATION",
        "IMAGE_PROHIBITED_CONTENT",
        "ERROR_TOXIC", /* Cohere */
    };
    for (size_t i = 0; stop[0] && i < COUNT(reasons); i++)
        if ((stop[0] | 32) == (reasons[i][0] | 32) && sc_is_one_of(stop, reasons[i]))
            return true;
    return false;
}

/* Whether libcurl gave up for what it found in the answer: bad range, content encoding, or size. */
static bool is_of_the_answer(int curl_code)
{
    return curl_code == 33 || curl_code == 61 || curl_code == 63;
}

/* A transfer that broke after a failing status, or for what an error's body looks like: the status
 * says more than the break. */
static bool transport_decides(const struct sc_facts *f)
{
    if (f->curl_code == 0 || f->curl_code == CURL_HTTP_RETURNED_ERROR)
        return f->status == 0;
    if (f->status >= 400 && is_of_the_answer(f->curl_code))
        return false;
    for (size_t i = 0; i < COUNT(transport) && f->status >= 400; i++)
        if (transport[i].code == f->curl_code && transport[i].class == SC_CLASS_RETRYABLE)
            return false;
    return true;
}

static void by_outcome(const struct sc_facts *f, const struct sc_class_rows *own,
                       struct sc_verdict *v)
{
    if (f->has_error && f->status > 0 && f->status < 400)
        by_rows(f, own, f->inner_status, v);
    else if (transport_decides(f))
        by_transport(f, own, v);
    else if (f->status >= 400)
        by_rows(f, own, f->status, v);
    else if (f->prompt_blocked || is_refused(f->stop))
        decide(v, SC_CLASS_CONTENT_POLICY, "stop-content_policy");
    else
        decide(v, SC_CLASS_OK, "ok");
}

/* What a body says of waiting counts where waiting may help: elsewhere it repeats the request. */
static int64_t hint_for(const struct sc_facts *f, enum sc_class class)
{
    if (f->hint_in_header || sc_class_retryable(class) || class == SC_CLASS_QUOTA_EXHAUSTED)
        return f->hint_ms;
    return -1;
}

/* A limit that is used up says when it no longer is, where nothing else does. */
static int64_t hint_or_reset(const struct sc_facts *f, enum sc_class class)
{
    int64_t hint = hint_for(f, class);
    bool of_a_limit = class == SC_CLASS_RATE_LIMITED || class == SC_CLASS_QUOTA_EXHAUSTED;

    return hint < 0 && of_a_limit ? f->reset_ms : hint;
}

/* Whether a request that must not be processed twice may be sent again: it never reached the
 * service, the service turned it away for its load, or says itself that another try is welcome. A
 * 500 or a lost connection leaves that open. */
static bool was_not_processed(const struct sc_facts *f, const struct sc_verdict *v)
{
    /* Names not resolved, connections refused, TLS and QUIC that did not come about. */
    static const short before[] = {5, 6, 7, 35, 96, 97};

    if (f->should_retry == 1 || f->connect_status >= 400)
        return true;
    for (size_t i = 0; i < COUNT(before) && f->status == 0; i++)
        if (f->curl_code == before[i])
            return true;
    if (f->status == 425) /* RFC 8470: not processed, for it came too early */
        return true;
    return f->status >= 400 &&
           (v->class == SC_CLASS_RATE_LIMITED || v->class == SC_CLASS_OVERLOADED);
}

void sc_classify_by(const struct sc_facts *f, const struct sc_class_rows *own, struct sc_verdict *v)
{
    by_outcome(f, own, v);
    v->hint_ms = hint_or_reset(f, v->class);
    v->unprocessed = was_not_processed(f, v);
    if (v->class == SC_CLASS_OK || v->class == SC_CLASS_ABORTED)
        return;
    if (f->should_retry >= 0)
        v->retry = f->should_retry;
    if (v->hint_ms > SC_HINT_PATIENCE_MS || f->output_seen)
        v->retry = false;
}

void sc_classify_ok(struct sc_verdict *v)
{
    decide(v, SC_CLASS_OK, "ok");
    v->hint_ms = -1;
    v->unprocessed = false;
}

void sc_classify(const struct sc_facts *f, struct sc_verdict *v)
{
    sc_classify_by(f, NULL, v);
}

/* Asks the same tables what a body could still change. */
enum sc_head_verdict sc_classify_head(enum sc_provider p, const struct sc_class_rows *own,
                                      int status)
{
    int kinds = 0, retryable = 0;
    bool classes[SC_CLASS_COUNT] = {false};
    const struct sc_class_row *r;
    struct walk w;

    if (status > 0 && status < 400)
        return SC_HEAD_SUCCESS;
    begin_walk(&w, own, p);
    while ((r = next_row(&w)) != NULL) {
        if (!status_fits(r, status, status))
            continue;
        classes[r->class] = true;
        if (!is_conditional(r))
            break;
    }
    for (int c = 0; c < SC_CLASS_COUNT; c++) {
        kinds += classes[c];
        retryable += classes[c] && sc_class_retryable((enum sc_class)c);
    }
    if (kinds > 0 && retryable == kinds && status != 429)
        return SC_HEAD_RETRY;
    return kinds == 1 && retryable == 0 ? SC_HEAD_FINAL : SC_HEAD_NEEDS_BODY;
}

enum sc_head_verdict sc_classify_headers(const struct sc_response *r,
                                         const struct sc_class_rows *own)
{
    struct sc_response head = *r;
    struct sc_facts f;
    enum sc_head_verdict by_status = sc_classify_head(r->provider, own, r->status);
    head.body_len = 0;
    head.output_seen = false;
    sc_facts_read(&head, &f);
    if (by_status == SC_HEAD_SUCCESS || f.should_retry < 0)
        return by_status;
    return f.should_retry ? SC_HEAD_RETRY : SC_HEAD_FINAL;
}
