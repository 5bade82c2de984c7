/* answer.c - see answer.h. */
#include "wire/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "steadycurl/newer.h"
#include "handle/body.h"
#include "handle/texts.h"
#include "http/header.h"
#include "process/runtime.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "wire/taped.h"

size_t sc_answer_headers(const struct sc_shadow *s)
{
    const struct sc_exchange *x = s->exchange;
    size_t line;

    if (!x || x->hold.n == 0 || (s->answer->live && x->phase == SC_COMMITTED))
        return s->answer->n_headers;
    line = x->play->next / (s->o.include_header ? 2 : 1); /* the first is the status line */
    line = line > s->answer->first_line ? line - s->answer->first_line : 0;
    return line < s->answer->n_headers ? line : s->answer->n_headers;
}

bool sc_answer_is_in_head(const struct sc_shadow *s)
{
    return s->exchange && s->exchange->play->in_head;
}

static int64_t passed_us(const struct sc_exchange *x)
{
    return (sc_now_ns() - x->play->start_ns) / 1000 + 1; /* 0 would say that nothing happened */
}

/* The program refused a header line: what follows never came. */
static void cut_short(struct sc_shadow *s)
{
    struct sc_answer *a = s->answer;

    if (s->exchange->play->next >=
        (a->first_line + a->n_headers + 1) * (s->o.include_header ? 2 : 1))
        return;
    a->n_headers = sc_answer_headers(s);
    a->length = -1;
}

/* Whether a piece counts as downloaded before the program has taken it. */
static bool counts_ahead(const struct sc_shadow *s)
{
    return s->real->version_num < SC_SINCE_REFUSED_IS_NOT_COUNTED;
}

/* Bytes of the body in what has been handed over; with the piece that is, or was refused. */
static int64_t downloaded(const struct sc_exchange *x, bool with_current)
{
    struct sc_shadow *s = x->shadow;
    size_t end = x->play->next + (with_current && x->play->next < x->hold.n ? 1 : 0);
    int64_t n = 0;

    for (size_t i = s->answer->head_items; i < end; i++)
        n += (int64_t)x->hold.items[i].len;
    return n;
}

int64_t sc_answer_downloaded(const struct sc_shadow *s)
{
    const struct sc_exchange *x = s->exchange;

    if (s->answer->live)
        return s->answer->got;
    if (x && x->play->shown)
        return sc_answer_is_in_head(s) ? 0 : downloaded(x, counts_ahead(s));
    return s->answer->got;
}

int64_t sc_answer_delivered(const struct sc_shadow *s)
{
    if (s->answer->live || !s->exchange)
        return s->answer->delivered;
    return (int64_t)s->exchange->play->delivered_body;
}

void sc_answer_settle(const struct sc_exchange *x, CURLcode rc)
{
    struct sc_shadow *s = x->shadow;

    if (s->answer->live) {
        s->answer->took_us = passed_us(x);
        return;
    }
    if (rc == CURLE_WRITE_ERROR)
        cut_short(s);
    s->answer->got = downloaded(x, rc == CURLE_WRITE_ERROR && counts_ahead(s));
    s->answer->delivered = (int64_t)x->play->delivered_body;
}

void sc_answer_forget(struct sc_shadow *s)
{
    free(s->answer);
    s->answer = NULL;
}

static void hold_line(struct sc_exchange *x, const char *line)
{
    sc_made_line(x, line, strlen(line));
}

static void hold_header(struct sc_exchange *x, const char *name, const char *value)
{
    struct sc_shadow *s = x->shadow;
    struct sc_answer *a = s->answer;
    char line[256];

    if (a->n_headers == a->room)
        return;
    snprintf(line, sizeof line, "%s: %s\r\n", name, value);
    sc_made_header(a, (struct sc_str){name, strlen(name)}, (struct sc_str){value, strlen(value)});
    hold_line(x, line);
}

static const char *reason_phrase(int status)
{
    static const struct {
        int status;
        const char *phrase;
    } phrases[] = {
        {200, "OK"},
        {201, "Created"},
        {202, "Accepted"},
        {204, "No Content"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {402, "Payment Required"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {408, "Request Timeout"},
        {409, "Conflict"},
        {413, "Content Too Large"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
    };

    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (phrases[i].status == status)
            return phrases[i].phrase;
    return "Status";
}

static void hold_date(struct sc_exchange *x)
{
    char text[SC_HTTP_DATE_SIZE];

    sc_http_date_put(time(NULL), text);
    if (text[0])
        hold_header(x, "date", text);
}

static void hold_own_headers(struct sc_exchange *x, const struct sc_reply *r)
{
    struct sc_shadow *s = x->shadow;
    char text[32];

    if (r->retry_after_ms > 0) {
        s->answer->retry_after_s = (r->retry_after_ms + 999) / 1000;
        snprintf(text, sizeof text, "%lld", (long long)s->answer->retry_after_s);
        hold_header(x, "retry-after", text);
    }
    if (r->error_type)
        hold_header(x, "x-amzn-errortype", r->error_type);
    if (r->final)
        hold_header(x, "x-should-retry", "false");
    for (size_t i = 0; i < r->n_headers; i++) {
        if (strcasecmp(r->headers[i].name, "retry-after") == 0)
            s->answer->retry_after_s = strtoll(r->headers[i].value, NULL, 10);
        hold_header(x, r->headers[i].name, r->headers[i].value);
    }
    if (r->reason)
        hold_header(x, "x-steadycurl", r->reason);
}

static void hold_head(struct sc_exchange *x, const struct sc_reply *r)
{
    struct sc_shadow *s = x->shadow;
    char text[128];

    snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\n", r->status, reason_phrase(r->status));
    hold_line(x, text);
    hold_date(x);
    hold_header(x, "content-type", r->content_type ? r->content_type : "application/json");
    snprintf(text, sizeof text, "%zu", r->body_len);
    if (r->unsized)
        hold_header(x, "transfer-encoding", "chunked");
    else if (!s->answer->live && !sc_made_is_empty(r->status))
        hold_header(x, "content-length", text);
    hold_own_headers(x, r);
    hold_line(x, "\r\n");
    x->body_start = x->hold.len;
    s->answer->head_items = x->hold.n;
}

/* Bytes of the event that the text begins with: to its empty line, or, where no line is one, to
 * the end of its only line. */
static size_t event_length(const struct sc_reply *r, const char *p, size_t n)
{
    bool lines = r->content_type && strncasecmp(r->content_type, "text/event-stream", 17) != 0;
    const char *end = p + n, *at = p;

    while (at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL) {
        at++;
        if (lines || at == end || *at == '\n' || (*at == '\r' && at + 1 < end && at[1] == '\n')) {
            if (!lines && at < end)
                at += *at == '\r' ? 2 : 1;
            return (size_t)(at - p);
        }
    }
    return n;
}

static void hold_body(struct sc_exchange *x, const struct sc_reply *r, size_t len)
{
    size_t at, n;

    for (at = 0; at < len; at += n) {
        n = r->by_event ? event_length(r, r->body + at, len - at) : len - at;
        if (n > CURL_MAX_WRITE_SIZE)
            n = CURL_MAX_WRITE_SIZE;
        sc_hold_push(&x->hold, SC_ITEM_BODY, 0, r->body + at, n);
    }
}

static void hold_answer(struct sc_exchange *x, const struct sc_reply *r)
{
    struct sc_shadow *s = x->shadow;
    struct sc_answer *a = s->answer;
    size_t len = r->body_len - r->short_by;

    x->status = a->status = r->status;
    x->place = SC_IN_BODY;
    hold_head(x, r);
    a->no_body = sc_made_hides_body(s, r->status);
    if (!a->no_body) {
        hold_body(x, r, len);
        x->body_len = a->body_len = len;
    }
    a->length = r->unsized || sc_made_is_empty(r->status) ? -1 : (curl_off_t)r->body_len;
    x->content_length = a->length;
}

/* FAILONERROR: to the program the body does not come. */
static void hide_failure(struct sc_exchange *x)
{
    struct sc_shadow *s = x->shadow;
    struct sc_answer *a = s->answer;

    if (!s->o.fail_on_error || a->status < 400)
        return;
    while (x->hold.n > a->head_items)
        sc_hold_pop(&x->hold);
    x->body_len = a->body_len = 0;
    a->no_body = true;
    a->code = CURLE_OK;
    if (s->real->version_num >= SC_SINCE_FAILS_BEFORE_LENGTH)
        x->content_length = a->length = -1;
}

static CURLcode aborted(struct sc_shadow *s)
{
    sc_say_aborted(s);
    return CURLE_ABORTED_BY_CALLBACK;
}

static bool has_connection(const struct sc_shadow *s)
{
    curl_socket_t socket = CURL_SOCKET_BAD;

    s->real->easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &socket);
    return socket != CURL_SOCKET_BAD;
}

/* A handle in a multi has its number already; else it would get the one after its last, -1: none.
 */
static curl_off_t next_xfer_id(const struct sc_shadow *s)
{
    curl_off_t id = -1;

    s->real->easy_getinfo(s->easy, (CURLINFO)SC_CURLINFO_XFER_ID, &id);
    return s->member ? id : id + 1 + s->answered;
}

/* In one block: room for headers, and times for pieces. */
static struct sc_answer *make_answer(const struct sc_reply *r)
{
    size_t room = SC_ANSWER_HEADERS, text = SC_ANSWER_TEXT, due = 0;
    struct sc_answer *a;

    if (r->tape)
        sc_taped_sizes(r->tape, &room, &text, &due);
    a = calloc(1, sizeof *a + due * sizeof *a->due + 2 * room * sizeof *a->name + text);
    if (!a)
        return NULL;
    a->due = (int64_t *)(a + 1);
    a->name = (char **)(a->due + due);
    a->value = a->name + room;
    a->text = (char *)(a->value + room);
    a->due = due > 0 ? a->due : NULL;
    a->room = room;
    a->text_size = text;
    a->version = CURL_HTTP_VERSION_1_1;
    return a;
}

/* Nothing is answered yet but that there is an answer. */
static bool begin(struct sc_shadow *s, const struct sc_reply *r)
{
    sc_answer_forget(s);
    s->answer = make_answer(r);
    if (!s->answer)
        return false;
    s->answer->reused = s->answered > 0 || has_connection(s);
    s->answer->xfer_id = next_xfer_id(s);
    s->answered++;
    return true;
}

bool sc_answer_live(struct sc_exchange *x, const struct sc_reply *head)
{
    struct sc_shadow *s = x->shadow;

    if (!begin(s, head))
        return false;
    s->answer->live = true;
    s->answer->status = head->status;
    s->answer->length = -1;
    s->answer->sent = sc_body_size(s);
    s->answer->ready_us = s->answer->took_us = passed_us(x);
    x->block = 0;
    hold_head(x, head);
    hold_body(x, head, head->body_len);
    return true;
}

/* Without memory for the answer the call fails as libcurl's own would. */
CURLcode sc_answer_hold(struct sc_exchange *x, const struct sc_reply *r)
{
    struct sc_shadow *s = x->shadow;
    struct sc_answer *a;

    sc_exchange_restart(x);
    if (!begin(s, r))
        return CURLE_OUT_OF_MEMORY;
    a = s->answer;
    if (s->o.error_buffer)
        s->o.error_buffer[0] = '\0';
    a->feigned = r->feigned;
    a->reach = r->reach;
    a->code = r->code;
    a->length = -1;
    snprintf(a->error, sizeof a->error, "%s", r->error ? r->error : "");
    if (r->reach == SC_REACH_ANSWER && r->tape)
        sc_taped_hold(x, r);
    else if (r->reach == SC_REACH_ANSWER)
        hold_answer(x, r);
    if (r->reach <= SC_REACH_SENT)
        a->sent = s->o.no_body || s->o.method == SC_METHOD_GET ? 0 : sc_body_size(s);
    a->ready_us = a->took_us = passed_us(x);
    return a->code;
}

/* What libcurl says at its end. */
static CURLcode conclude(struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    if (a->code != CURLE_OK) {
        sc_shadow_error(s, a->error);
        return a->code;
    }
    if (!s->o.fail_on_error || a->status < 400)
        return CURLE_OK;
    sc_say_status(s, a->status);
    return CURLE_HTTP_RETURNED_ERROR;
}

CURLcode sc_answer_deliver(struct sc_exchange *x)
{
    struct sc_shadow *s = x->shadow;
    CURLcode rc;

    if (!s->answer->begun) {
        s->answer->begun = true;
        hide_failure(x);
        if (sc_program_progress(x, 0, 0))
            return aborted(s);
    }
    rc = s->answer->due ? sc_taped_deliver(x) : sc_deliver_result(x, CURLE_OK);
    if (x->play->due_ns)
        return rc;
    if (rc == CURLE_OK && !x->play->replay_paused)
        rc = conclude(s);
    sc_answer_settle(x, rc);
    /* libcurl tells of the end however it went, but listens only if it went well. */
    if (sc_program_progress(x, s->answer->length > 0 ? s->answer->length : 0,
                            (curl_off_t)s->answer->got) &&
        rc == CURLE_OK)
        rc = aborted(s);
    s->answer->took_us = passed_us(x);
    return rc;
}

CURLcode sc_answer(struct sc_exchange *x, const struct sc_reply *r)
{
    CURLcode rc = sc_answer_hold(x, r);

    return x->shadow->answer ? sc_answer_deliver(x) : rc;
}
