/* judge.c - see judge.h. */
#include "call/judge.h"

#include <string.h>
#include <time.h>

#include "handle/headers.h"
#include "handle/url.h"
#include "provider/facts.h"
#include "wire/answer.h"
#include "wire/clock.h"
#include "wire/resend.h"

/* ---- the response -------------------------------------------------------------------------- */

/* An answer that ends where its connection ended, in the middle of its JSON. */
static bool is_cut_off(const struct sc_transfer *t, struct sc_str body)
{
    size_t n = body.n;

    if (t->x.content_length >= 0 || t->x.phase != SC_HOLDING || n == 0)
        return false;
    while (n > 0 && strchr(" \t\r\n", body.p[n - 1]))
        n--;
    return n > 0 && ((body.p[0] == '{' && body.p[n - 1] != '}') ||
                     (body.p[0] == '[' && body.p[n - 1] != ']'));
}

static bool is_post(const struct sc_shadow *s)
{
    return strcmp(sc_asked_method(s), "POST") == 0;
}

/* A body that came in order and yet is no answer: nothing, blanks, or the beginning of its JSON.
 * The reader of usage has seen all of it, held or not. */
static const char *lacks_of_json(struct sc_transfer *t, struct sc_str body)
{
    bool blank = sc_usage_is_blank(&t->x.usage), cut = sc_usage_is_cut(&t->x.usage);

    if (t->x.mode != SC_HOLD_JSON) /* an empty text may be an answer */
        return NULL;
    if ((blank || cut) && t->x.status == 200 && is_post(t->shadow) &&
        sc_request_does(&t->req) == SC_REQUEST_GENERATES)
        return blank ? "empty-answer" : "cut-answer";
    return is_cut_off(t, body) ? "cut-answer" : NULL;
}

/* A stream that ended in order and yet is no answer: before any output, or without the end that
 * such streams have. */
static const char *lacks_of_stream(struct sc_transfer *t)
{
    const struct sc_stream *stream = t->x.stream;
    bool nothing = stream->state == SC_STREAM_HEAD && !stream->finished;

    return (stream->cut || nothing) && sc_request_does(&t->req) == SC_REQUEST_GENERATES
               ? "cut-answer"
               : NULL;
}

/* What is wrong with a success that is none, as a row's name; NULL: nothing. */
static const char *lacks(struct sc_transfer *t, struct sc_str body)
{
    return t->x.stream ? lacks_of_stream(t) : lacks_of_json(t, body);
}

const struct sc_class_rows *sc_judge_rows(const struct sc_transfer *t,
                                          struct sc_class_rows own[SC_OWN_TABLES])
{
    return sc_rule_class_rows(t->route.rule, t->route.own_provider, own);
}

static void judge(const struct sc_transfer *t, const struct sc_response *r, struct sc_verdict *out)
{
    struct sc_class_rows own[SC_OWN_TABLES];
    struct sc_facts facts;

    if (t->x.stream) /* has seen all of it, held or not */
        sc_facts_read_event(r, t->x.stream, &facts);
    else
        sc_facts_read(r, &facts);
    sc_classify_by(&facts, sc_judge_rows(t, own), out);
}

void sc_judge_response(struct sc_transfer *t, CURLcode rc, struct sc_verdict *out)
{
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_str body = sc_exchange_body(&t->x);
    struct sc_response r = {
        .provider = t->route.provider,
        .curl_code = rc == CURLE_HTTP_RETURNED_ERROR ? CURLE_OK : (int)rc,
        .status = t->x.place == SC_BEFORE && rc != CURLE_HTTP_RETURNED_ERROR ? 0 : t->x.status,
        .headers = headers,
        .body = body.p,
        .body_len = body.n,
        .is_stream = t->x.stream != NULL,
        .output_seen = t->x.stream && t->x.stream->state == SC_STREAM_OUTPUT,
        .kind = sc_request_does(&t->req),
        .now_unix = (int64_t)time(NULL),
    };
    const char *lack;

    if (rc == CURLE_SEND_FAIL_REWIND && r.status == 0 && t->req.uploads && !t->req.upload.lost)
        r.curl_code = CURLE_SEND_ERROR; /* libcurl could not resend on another connection; we can */
    if (rc != CURLE_OK && r.status == 0 && t->attempt.connect_code >= 300) {
        r.status = t->attempt.connect_code; /* a proxy's refusal shows as a receive error */
        r.curl_code = CURLE_OK;
    }
    if (rc == CURLE_OK && t->x.stream)
        sc_stream_end(t->x.stream);
    if (rc == CURLE_OK && sc_exchange_is_common(&t->x))
        r.body_len = 0; /* nothing in there that a second look would find */
    if (rc != CURLE_OK || r.status / 100 != 2)
        r.n_headers = sc_exchange_headers(&t->x, headers);
    judge(t, &r, out);
    if (out->class != SC_CLASS_OK && r.n_headers == 0) {
        /* Headers say nothing about a success, but they may about an error that came as one. */
        r.n_headers = sc_exchange_headers(&t->x, headers);
        judge(t, &r, out);
    }
    if (t->x.bound == sc_bound_slow && rc == CURLE_OPERATION_TIMEDOUT) { /* it does answer */
        out->class = SC_CLASS_OVERLOADED;
        out->row = "slow-stream";
    }
    lack = rc == CURLE_OK && out->class == SC_CLASS_OK ? lacks(t, body) : NULL;
    if (lack) {
        out->class = SC_CLASS_RETRYABLE;
        out->retry = !t->x.stream || t->x.stream->state == SC_STREAM_HEAD;
        out->row = lack;
    }
}

/* A success of JSON that is whole, and in which the reader of usage found nothing unusual: all that
 * there is to say of it is known, and this is how nearly all answers are. */
bool sc_judge_is_plain(const struct sc_transfer *t)
{
    return t->x.status == 200 && !t->x.stream && sc_exchange_is_common(&t->x);
}

bool sc_judge_early(struct sc_transfer *t)
{
    struct sc_verdict v;

    if (sc_judge_is_plain(t))
        sc_classify_ok(&v);
    else
        sc_judge_response(t, CURLE_OK, &v);
    if (v.retry || (v.class != SC_CLASS_OK && t->x.wants.last))
        return false;
    t->verdict = v;
    t->attempt.decided = true;
    return true;
}

/* ---- the attempt --------------------------------------------------------------------------- */

/* Whether the request must not be processed twice: it changes something, and the service has not
 * been given the means to know it again. */
static bool is_once(struct sc_transfer *t)
{
    return sc_request_does(&t->req) == SC_REQUEST_CHANGES &&
           !sc_header_names_request(t->shadow->o.headers);
}

/* Nothing can have been processed of which no byte was sent. libcurl takes the time when it is
 * about to send; 8.23 also where the connection then fails, so its count of bytes is asked, too. */
static bool was_never_sent(const struct sc_shadow *s)
{
    curl_off_t sent_us = -1;
    long sent_bytes = -1;

    if (s->answer && s->answer->feigned)
        return s->answer->reach > SC_REACH_SENT;

    s->real->easy_getinfo(sc_shadow_ran(s), CURLINFO_PRETRANSFER_TIME_T, &sent_us);
    s->real->easy_getinfo(sc_shadow_ran(s), CURLINFO_REQUEST_SIZE, &sent_bytes);
    return sent_us == 0 || sent_bytes == 0;
}

/* libcurl results that the program itself asked for. */
static bool is_abort(const struct sc_transfer *t, CURLcode rc)
{
    return rc == CURLE_ABORTED_BY_CALLBACK ||
           (rc != CURLE_OK && t->attempt.forbidden && !t->attempt.granted);
}

/* ... and those where its own callbacks failed: whatever the server says, not again. */
static bool is_programs_doing(const struct sc_transfer *t, CURLcode rc)
{
    return rc == CURLE_WRITE_ERROR || rc == CURLE_READ_ERROR || is_abort(t, rc);
}

/* Not where there was none. */
static bool is_fault_of_connection(CURLcode rc)
{
    return rc != CURLE_OK && rc != CURLE_HTTP_RETURNED_ERROR && rc != CURLE_COULDNT_RESOLVE_PROXY &&
           rc != CURLE_COULDNT_RESOLVE_HOST && rc != CURLE_COULDNT_CONNECT;
}

/* What failed on a connection would fail on it again: HTTP/2 each time, since libcurl 7.88 cannot
 * use a connection of prior knowledge twice. */
static void note_connection(struct sc_transfer *t, CURLcode rc)
{
    t->attempt.fresh_on = t->attempt.fresh_on || rc == CURLE_HTTP2;
    t->attempt.fresh = t->attempt.fresh_on || is_fault_of_connection(rc);
    t->attempt.answered = t->attempt.answered || t->x.status > 0;
}

/* The program says that it knows of HTTP/2, and a connection of this very attempt shows no sign of
 * it: it will not tomorrow. */
static void blame_prior_knowledge(const struct sc_transfer *t, CURLcode rc, struct sc_verdict *v)
{
    if (rc != CURLE_HTTP2 || !t->shadow->o.knows_http2 || t->attempt.connects == 0 ||
        t->attempt.answered || strcmp(v->row, "curl-http2") != 0)
        return;
    *v = (struct sc_verdict){.class = SC_CLASS_BAD_REQUEST, .hint_ms = -1, .row = "curl-no-http2"};
}

/* What libcurl tells of the attempt once it is over. */
static void note_end(struct sc_transfer *t, CURLcode rc)
{
    const struct sc_shadow *s = t->shadow;
    long connect_code = 0, status = 0;

    t->attempt.curl_code = (int)rc;
    if (s->answer && s->answer->feigned) /* libcurl was not asked */
        return;
    if (rc == CURLE_OK && t->attempt.decided) /* the program has its answer: no other comes after */
        return;
    s->real->easy_getinfo(sc_shadow_ran(s), CURLINFO_NUM_CONNECTS, &t->attempt.connects);
    if (rc != CURLE_OK)
        s->real->easy_getinfo(sc_shadow_ran(s), CURLINFO_HTTP_CONNECTCODE, &connect_code);
    t->attempt.connect_code = (int)connect_code;
    if (rc == CURLE_HTTP_RETURNED_ERROR && t->x.place == SC_BEFORE) {
        /* An old libcurl applies FAILONERROR before it shows the status line. */
        s->real->easy_getinfo(sc_shadow_ran(s), CURLINFO_RESPONSE_CODE, &status);
        t->x.status = (int)status;
    }
}

void sc_judge_attempt(struct sc_transfer *t, CURLcode rc, struct sc_result *r)
{
    *r = (struct sc_result){.committed = t->x.phase != SC_HOLDING,
                            .replayable = sc_request_can_resend(&t->x, t->call.start_ns)};
    note_end(t, rc);
    if (t->attempt.decided && rc == CURLE_OK)
        r->verdict = t->verdict;
    else
        sc_judge_response(t, rc, &r->verdict);
    r->once = is_once(t);
    if (r->once && rc != CURLE_OK && t->x.place == SC_BEFORE && was_never_sent(t->shadow))
        r->verdict.unprocessed = true;
    note_connection(t, rc);
    blame_prior_knowledge(t, rc, &r->verdict);
    if (is_abort(t, rc))
        r->verdict.class = SC_CLASS_ABORTED;
    t->x.programs_doing = is_programs_doing(t, rc);
    if (t->x.programs_doing)
        r->verdict.retry = false;
    t->attempt.replayable = r->replayable;
    t->attempt.once = r->once;
    t->verdict = r->verdict;
}

void sc_judge_own(struct sc_transfer *t, enum sc_class class)
{
    t->verdict.class = class;
}
