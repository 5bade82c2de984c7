/*
 * reply.c - puts an outcome on the wire.
 *
 * A good answer is one buffer and one write. Streams and faults go through a reader that hands out
 * the body event by event or piece by piece, pauses, and ends it in the way the outcome asks for.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "http/header.h"
#include "mock/dialects.h"
#include "mock/exchange.h"
#include "mock/net.h"
#include "mock/pages.h"
#include "mock/reply.h"

#define BLOCK 32768
#define DRIP_MS 50

struct sender {
    struct sc_mock_answer answer;
    enum sc_fault fault;
    int fd;
    int stop_fd;
    size_t limit;     /* the fault happens at this byte */
    size_t piece;     /* most bytes at once, 0: as many as fit */
    int64_t pause_ms; /* between pieces */
    int64_t stall_ms;
    size_t mark; /* next event to end */
};

static ssize_t end_body(struct sender *s)
{
    switch (s->fault) {
    case SC_FAULT_STALL:
        sc_mock_pause(s->stop_fd, s->fd, s->stall_ms, true);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    case SC_FAULT_RESET_BODY:
        sc_mock_flush_connection(s->fd);
        sc_mock_reset_connection(s->fd);
        return MHD_CONTENT_READER_END_WITH_ERROR;
    case SC_FAULT_TRUNCATE:
    case SC_FAULT_TRUNCATE_CHUNKED:
        return MHD_CONTENT_READER_END_WITH_ERROR;
    default:
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
}

/* Where the next piece ends: at the event's end, the fault, or after so many bytes. */
static size_t piece_end(struct sender *s, size_t pos, size_t max)
{
    size_t end = s->limit;
    while (s->mark < s->answer.n_marks && s->answer.marks[s->mark] <= pos)
        s->mark++;
    if (s->mark < s->answer.n_marks && s->answer.marks[s->mark] < end)
        end = s->answer.marks[s->mark];
    if (s->piece && pos + s->piece < end)
        end = pos + s->piece;
    return end - pos > max ? pos + max : end;
}

static ssize_t read_body(void *cls, uint64_t position, char *out, size_t max)
{
    struct sender *s = cls;
    size_t pos = (size_t)position;
    if (pos >= s->limit)
        return end_body(s);
    if (pos && s->pause_ms &&
        sc_mock_pause(s->stop_fd, s->fd, s->pause_ms, false) != SC_MOCK_WAITED)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    size_t end = piece_end(s, pos, max);
    memcpy(out, s->answer.body.p + pos, end - pos);
    return (ssize_t)(end - pos);
}

static void sender_free(void *cls)
{
    struct sender *s = cls;
    sc_mock_answer_free(&s->answer);
    free(s);
}

/* The byte that was asked for, `otherwise` if none was, or there is none of that number. */
static size_t position_asked(const struct sc_outcome *o, const struct sc_mock_answer *a,
                             size_t otherwise)
{
    size_t events = a->first_output + (o->after > 0 ? (size_t)o->after : 0);
    if (o->percent >= 0)
        return (size_t)((double)a->body.n * (double)o->percent / 100);
    if (o->after >= 0 && events > 0 && events <= a->n_marks)
        return a->marks[events - 1];
    return o->at >= 0 && (size_t)o->at < a->body.n ? (size_t)o->at : otherwise;
}

static size_t fault_position(const struct sc_outcome *o, const struct sc_mock_answer *a)
{
    size_t half = a->body.n / 2;
    switch (o->fault) {
    case SC_FAULT_STALL:
        return position_asked(o, a, 0);
    case SC_FAULT_CUT:
        if (a->n_marks > 1)
            half = o->at < 0 ? a->marks[(a->n_marks - 1) / 2] : half;
        return position_asked(o, a, half);
    case SC_FAULT_RESET_BODY:
    case SC_FAULT_TRUNCATE:
    case SC_FAULT_TRUNCATE_CHUNKED:
        return position_asked(o, a, half);
    default:
        return a->body.n;
    }
}

static struct sender *sender_new(const struct sc_mock_exchange *x, struct sc_mock_answer *a)
{
    const struct sc_outcome *o = x->outcome;
    struct sender *s = sc_mock_alloc(sizeof *s);
    s->answer = *a;
    s->fault = o->fault;
    s->fd = x->fd;
    s->stop_fd = x->server->stop_fd;
    s->limit = fault_position(o, a);
    s->stall_ms = o->ms;
    if (o->fault == SC_FAULT_DRIP) {
        s->pause_ms = o->ms >= 0 ? o->ms : DRIP_MS;
        if (o->bytes > 0)
            s->piece = (size_t)o->bytes;
        else if (!a->n_marks)
            s->piece = a->body.n / 10 + 1;
    }
    return s;
}

/* Takes over the answer. */
static struct MHD_Response *make_response(const struct sc_mock_exchange *x,
                                          struct sc_mock_answer *a)
{
    enum sc_fault fault = x->outcome->fault;
    bool whole = fault == SC_FAULT_NONE || fault == SC_FAULT_STREAM_ERROR ||
                 fault == SC_FAULT_STREAM_ERROR_LATE;
    if (whole && !a->stream) {
        struct MHD_Response *r = MHD_create_response_from_buffer_with_free_callback(
            a->body.n, a->body.p ? a->body.p : sc_mock_strdup(""), free);
        free(a->marks);
        return r;
    }
    bool sized = !a->stream && fault != SC_FAULT_TRUNCATE_CHUNKED;
    uint64_t size = sized ? a->body.n : MHD_SIZE_UNKNOWN;
    /* A shorter but consistent body is what "cut" means when there is no stream. */
    if (sized && fault == SC_FAULT_CUT)
        size = fault_position(x->outcome, a);
    return MHD_create_response_from_callback(size, BLOCK, read_body, sender_new(x, a), sender_free);
}

static void add_request_id(struct MHD_Response *r, const struct sc_mock_asked *q)
{
    struct sc_mock_buf id = {0};
    sc_mock_buf_json(&id, "req_%x", q->id);
    if (q->provider == SC_PROVIDER_ANTHROPIC)
        MHD_add_response_header(r, "request-id", id.p);
    else if (q->api != SC_MOCK_API_NONE && q->provider != SC_PROVIDER_GEMINI)
        MHD_add_response_header(r, "x-request-id", id.p);
    sc_mock_buf_free(&id);
}

static void add_outcome_headers(struct MHD_Response *r, const struct sc_outcome *o)
{
    char date[SC_HTTP_DATE_SIZE];
    for (size_t i = 0; i < o->n_headers; i++)
        MHD_add_response_header(r, o->headers[i].name, o->headers[i].value);
    if (o->retry_after_date >= 0) {
        sc_http_date_put(time(NULL) + o->retry_after_date, date);
        MHD_add_response_header(r, "Retry-After", date);
    }
}

static void read_asked(const struct sc_mock_exchange *x, struct sc_mock_asked *q)
{
    const char *host = sc_mock_request_header(x, "Host");
    const char *words = sc_mock_request_header(x, "x-mock-words");
    int64_t n_words = 0;
    if (words)
        sc_mock_parse_number(words, SC_MOCK_WORDS_MAX, &n_words);
    struct sc_mock_came came = {
        .path = x->path,
        .host = host ? host : "",
        .provider = sc_mock_request_header(x, "x-mock-provider"),
        .otherwise = x->server->config->provider,
        .alt = sc_mock_request_query(x, "alt"),
        .body = x->body.p,
        .body_len = x->body.n,
        .words = (int)n_words,
    };
    sc_mock_asked_read(&came, q);
}

/* The answer that the outcome starts from, before faults of the wire. */
static void make_answer(const struct sc_mock_exchange *x, const struct sc_mock_asked *q,
                        struct sc_mock_answer *a, char **location)
{
    const struct sc_outcome *o = x->outcome;
    if (o->status >= 400)
        sc_mock_answer_error(q, o, a);
    else if (q->api == SC_MOCK_API_NONE)
        sc_mock_page(x, a, location);
    else
        sc_mock_answer_make(q, a);
    if (o->status != 200)
        a->status = o->status;
    if (o->fault == SC_FAULT_STREAM_ERROR || o->fault == SC_FAULT_STREAM_ERROR_LATE)
        sc_mock_answer_break(q, o, a);
    if (o->body) {
        sc_mock_buf_free(&a->body);
        sc_mock_buf_add(&a->body, o->body, o->body_len);
        a->n_marks = 0;
    }
    if (o->content_type)
        a->content_type = o->content_type;
    if (a->status == 204 || a->status == 304)
        sc_mock_buf_free(&a->body);
}

/* The account is charged when a request arrives. Errors that a script asks for cost nothing. */
static void charge(struct sc_mock_exchange *x)
{
    struct sc_mock_asked q;
    if (!x->server->limits || x->outcome->status != 200)
        return;
    read_asked(x, &q);
    if (q.api != SC_MOCK_API_NONE && q.api != SC_MOCK_API_MODELS) {
        sc_mock_limits_charge(x->server->limits, q.input_tokens + q.n_pieces, sc_mock_now_ns(),
                              &x->charge);
        x->charged = true;
    }
    sc_mock_asked_free(&q);
    if (!x->charged || !x->charge.refused)
        return;
    snprintf(x->wait, sizeof x->wait, "%lld.%03llds", (long long)x->charge.wait_ms / 1000,
             (long long)x->charge.wait_ms % 1000);
    x->refusal = (struct sc_outcome)SC_OUTCOME(x->outcome->text, 429);
    x->refusal.retry_in = x->wait;
    x->outcome = &x->refusal;
}

static void add_limit_header(void *arg, const char *name, const char *value)
{
    MHD_add_response_header(arg, name, value);
}

static enum MHD_Result reply_answer(struct sc_mock_exchange *x)
{
    struct sc_mock_asked q;
    struct sc_mock_answer a;
    char *location = NULL;
    read_asked(x, &q);
    make_answer(x, &q, &a, &location);
    unsigned status = (unsigned)a.status;
    const char *type = a.content_type;
    struct MHD_Response *r = make_response(x, &a);
    MHD_add_response_header(r, "Content-Type", type);
    add_request_id(r, &q);
    if (location)
        MHD_add_response_header(r, "Location", location);
    add_outcome_headers(r, x->outcome);
    if (x->charged)
        sc_mock_charge_headers(&x->charge, q.provider, (int64_t)time(NULL), add_limit_header, r);
    free(location);
    sc_mock_asked_free(&q);
    return sc_mock_queue(x, status, r);
}

enum MHD_Result sc_mock_reply(struct sc_mock_exchange *x)
{
    int64_t latency = x->outcome->latency_ms + x->server->config->latency_ms;
    int stop = x->server->stop_fd;
    charge(x);
    if (latency && !x->charge.refused &&
        sc_mock_pause(stop, x->fd, latency, true) != SC_MOCK_WAITED)
        return MHD_NO;
    switch (x->outcome->fault) {
    case SC_FAULT_RESET:
        sc_mock_reset_connection(x->fd);
        return MHD_NO;
    case SC_FAULT_HANG:
        sc_mock_pause(stop, x->fd, x->outcome->ms, true);
        return MHD_NO;
    default:
        return reply_answer(x);
    }
}
