/* recording.c - see recording.h. */
#include "call/recording.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "call/secrets.h"
#include "cassette/mask.h"
#include "core/time.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "handle/url.h"
#include "http/header.h"
#include "log/redact.h"
#include "wire/answer.h"

enum {
    URL_MAX = 1 << 17,
    HEADERS_MAX = 1 << 14,
    HEAD_MAX = 1 << 20,
    SECRETS_MAX = 1 << 18,
    ERROR_MAX = 512
};

static const char MASK = SC_TAPE_MASK, HOLE = SC_TAPE_HOLE;

/* ---- the request ----------------------------------------------------------------------------- */

static struct sc_str body_of(const struct sc_shadow *s)
{
    struct sc_str body = sc_body_text(s);

    if (!body.p && s->o.copied_text.set)
        body = (struct sc_str){s->o.copied_text.p, s->o.copied_text.n};
    return body;
}

static bool has_body(const struct sc_shadow *s)
{
    return s->o.mime || (s->o.method != SC_METHOD_GET && s->o.method != SC_METHOD_HEAD);
}

static void read_body(const struct sc_shadow *s, struct sc_recorded_request *r)
{
    struct sc_str body = body_of(s);

    r->body.max = SC_TAPE_BODY_MAX;
    r->open = !body.p && has_body(s);
    if (s->o.no_body || body.n == 0)
        return;
    sc_buf_str(&r->body, body);
    if (r->body.failed) {
        r->open = true;
        return;
    }
    sc_secrets_mask(&r->secrets, r->body.p, r->body.n, HOLE);
    sc_redact_mask(r->body.p, r->body.n, false, HOLE);
}

void sc_recorded_request_read(const struct sc_transfer *t, struct sc_recorded_request *r)
{
    const struct sc_shadow *s = t->shadow;
    const struct sc_url *u = &s->asked;
    const char *method = sc_asked_method(s);

    *r = (struct sc_recorded_request){.secrets = {.max = SECRETS_MAX},
                                      .url = {.max = URL_MAX},
                                      .method = {method, strlen(method)}};
    sc_secrets_of(t, &r->secrets);
    sc_tape_url(u->scheme_https, (struct sc_str){u->host, u->host_len}, u->port, u->path, u->query,
                &r->url);
    sc_secrets_mask(&r->secrets, r->url.p, r->url.n, MASK);
    read_body(s, r);
    if (!r->open)
        sc_tape_hash_masked(r->body.p, r->body.n, r->hash);
}

void sc_recorded_request_free(struct sc_recorded_request *r)
{
    sc_buf_free(&r->secrets);
    sc_buf_free(&r->url);
    sc_buf_free(&r->body);
}

/* ---- record ---------------------------------------------------------------------------------- */

static void put_text(struct sc_buf *b, const char *text)
{
    sc_buf_add(b, text, strlen(text));
}

/* One of ours is what the program got. */
static void say_own_head(const struct sc_answer *a, struct sc_buf *b)
{
    char line[40];

    sc_buf_clear(b);
    snprintf(line, sizeof line, "HTTP/1.1 %d \r\n", a->status);
    put_text(b, line);
    for (size_t i = 0; i < a->n_headers; i++) {
        put_text(b, a->name[i]);
        put_text(b, ": ");
        put_text(b, a->value[i]);
        put_text(b, "\r\n");
    }
    put_text(b, "\r\n");
}

static void mask_head(const struct sc_buf *secrets, struct sc_buf *b)
{
    sc_secrets_mask(secrets, b->p, b->n, MASK);
    sc_tape_mask_head(b->p, b->n);
}

/* Of the request's headers those by which an answer goes. */
static void put_headers(const struct sc_transfer *t, const struct sc_recorded_request *r,
                        struct sc_buf *out)
{
    for (size_t i = 0; sc_tape_kept_headers[i]; i++) {
        const char *const one[] = {sc_tape_kept_headers[i], NULL};
        struct sc_str value = sc_header_find(t->shadow->o.headers, one);

        if (!value.p)
            continue;
        put_text(out, sc_tape_kept_headers[i]);
        put_text(out, ": ");
        sc_buf_str(out, sc_str_trim(value));
        put_text(out, "\r\n");
    }
    if (out->n == 0)
        return;
    sc_secrets_mask(&r->secrets, out->p, out->n, MASK);
    sc_redact_mask(out->p, out->n, false, MASK);
}

static void put_pieces(const struct sc_transfer *t, const struct sc_recording *g,
                       struct sc_buf *out, struct sc_tape *tape)
{
    int64_t from = t->attempt.start_ns, before = 0;
    const int64_t *times = (const int64_t *)(const void *)g->times.p;

    out->max = SC_TAPE_BODY_MAX;
    for (size_t i = 0; i < g->times.n / (2 * sizeof *times); i++) {
        struct sc_tape_piece p = {(times[2 * i] - from) / 1000,
                                  (size_t)(times[2 * i + 1] - before)};

        before = times[2 * i + 1];
        sc_buf_add(out, (const char *)&p, sizeof p);
    }
    tape->pieces = (struct sc_tape_piece *)(void *)out->p;
    tape->n_pieces = out->n / sizeof *tape->pieces;
}

/* libcurl's words may have the URL in them. */
static struct sc_str error_of(const struct sc_transfer *t, int code,
                              const struct sc_recorded_request *r, char text[ERROR_MAX])
{
    const char *said = t->shadow->o.error_buffer;
    size_t n;

    if (code == 0 || !said || !said[0])
        return (struct sc_str){NULL, 0};
    n = sc_redact(said, strnlen(said, CURL_ERROR_SIZE), text, ERROR_MAX);
    sc_secrets_mask(&r->secrets, text, n, MASK);
    return (struct sc_str){text, n};
}

static int64_t began_ms(const struct sc_transfer *t, int64_t now_ns)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + (now.tv_nsec - (now_ns - t->call.start_ns)) / SC_NS_PER_MS;
}

static void put_led_to(const struct sc_transfer *t, struct sc_tape *tape,
                       const struct sc_recorded_request *r, struct sc_buf *out)
{
    const struct sc_shadow *s = t->shadow;
    const char *url = NULL;
    long redirects = 0;
    char *to;

    if (s->answer || s->real->easy_getinfo(s->easy, CURLINFO_REDIRECT_COUNT, &redirects) != 0 ||
        redirects <= 0 || s->real->easy_getinfo(s->easy, CURLINFO_EFFECTIVE_URL, &url) != 0 || !url)
        return;
    tape->redirects = (int)redirects;
    to = sc_buf_room(out, 4 * strlen(url) + 1);
    if (!to)
        return;
    out->n += sc_redact(url, strlen(url), to, 4 * strlen(url) + 1);
    sc_secrets_mask(&r->secrets, out->p, out->n, MASK);
    tape->led_to = sc_buf_view(out);
}

void sc_recording_begin(struct sc_transfer *t, struct sc_recording *g)
{
    g->record.bytes.max = SC_TAPE_BODY_MAX;
    g->times.max = SC_TAPE_BODY_MAX;
    g->head.max = HEAD_MAX;
    g->record.times = &g->times;
    sc_record_add(&t->x, &g->record);
}

void sc_recording_end(struct sc_transfer *t, struct sc_recording *g)
{
    sc_record_drop(&t->x, &g->record);
    sc_buf_free(&g->record.bytes);
    sc_buf_free(&g->times);
    sc_buf_free(&g->head);
}

void sc_recording_head(const struct sc_transfer *t, struct sc_recording *g)
{
    const struct sc_hold *h = &t->x.hold;
    size_t at = 0;

    g->head_ns = sc_now_ns();
    sc_buf_clear(&g->head);
    for (size_t i = 0; i < h->n; at += h->items[i++].len)
        if (h->items[i].kind == SC_ITEM_HEADER)
            sc_buf_add(&g->head, h->bytes + at, h->items[i].len);
}

static void take_secrets_out(const struct sc_transfer *t, struct sc_recording *g,
                             const struct sc_buf *secrets)
{
    const struct sc_answer *own = t->shadow->answer;
    struct sc_buf *body = &g->record.bytes;

    if (own && own->reach == SC_REACH_ANSWER)
        say_own_head(own, &g->head);
    mask_head(secrets, &g->head);
    if (body->n == 0)
        return;
    sc_secrets_mask(secrets, body->p, body->n, MASK);
    sc_redact_mask(body->p, body->n, t->x.status < 400, MASK);
}

static void put_answer(const struct sc_transfer *t, const struct sc_recording *g, int code,
                       struct sc_tape *tape)
{
    int64_t now = sc_now_ns(), from = t->attempt.start_ns;

    tape->time_ms = began_ms(t, now);
    tape->attempts = t->call.attempts;
    tape->code = code == CURLE_HTTP_RETURNED_ERROR ? 0 : code; /* who replays it says FAILONERROR */
    tape->us = (now - from) / 1000;
    tape->head = sc_buf_view(&g->head);
    tape->head_us = g->head_ns > 0 ? (g->head_ns - from) / 1000 : -1;
    tape->content = sc_buf_view(&g->record.bytes);
}

static void put_request(const struct sc_recorded_request *r, bool bodies, struct sc_tape *tape)
{
    const char *program = sc_log_program();

    tape->program = (struct sc_str){program, program ? strlen(program) : 0};
    tape->method = r->method;
    tape->url = sc_buf_view(&r->url);
    memcpy(tape->hash, r->hash, sizeof tape->hash);
    tape->size = r->open ? -1 : (int64_t)r->body.n;
    if (bodies && r->body.n > 0 && !r->open)
        tape->body = sc_buf_view(&r->body);
}

bool sc_recording_write(const struct sc_transfer *t, struct sc_recording *g, int code, bool bodies,
                        struct sc_buf *line)
{
    struct sc_buf headers = {.max = HEADERS_MAX}, pieces = {0}, led_to = {.max = URL_MAX};
    struct sc_tape tape = {.size = -1, .head_us = -1};
    struct sc_recorded_request r;
    char error[ERROR_MAX];

    if (g->record.bytes.failed || g->times.failed || g->head.failed)
        return false;
    sc_recorded_request_read(t, &r);
    take_secrets_out(t, g, &r.secrets);
    put_request(&r, bodies, &tape);
    put_headers(t, &r, &headers);
    tape.headers = sc_buf_view(&headers);
    put_answer(t, g, code, &tape);
    put_pieces(t, g, &pieces, &tape);
    put_led_to(t, &tape, &r, &led_to);
    tape.error = error_of(t, tape.code, &r, error);
    line->max = SC_TAPE_LINE_MAX;
    sc_tape_write(&tape, line);
    sc_buf_free(&headers);
    sc_buf_free(&pieces);
    sc_buf_free(&led_to);
    sc_recorded_request_free(&r);
    return !line->failed;
}
