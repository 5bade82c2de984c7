/* har_read.c - see har.h. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cassette/base64.h"
#include "archive/har.h"
#include "cassette/mask.h"
#include "http/header.h"
#include "http/url.h"
#include "log/redact.h"

enum { TEXT_MAX = 1 << 20, COULD_NOT_CONNECT = 7 };

/* No number of an archive is larger: it fits in all that it is put into. */
#define MOST 1e12

static const char *string(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsString(item) ? item->valuestring : "";
}

static double number(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(item) && item->valuedouble > 0 && item->valuedouble < MOST
               ? item->valuedouble
               : 0;
}

static struct sc_str str(const char *text)
{
    return (struct sc_str){text, strlen(text)};
}

static void put(struct sc_buf *out, const char *text)
{
    sc_buf_add(out, text, strlen(text));
}

/* An entry on its way. */
struct entry {
    struct sc_buf url, headers, head, body, content;
    struct sc_buf own_url, own_led_to, own_error;
    struct sc_tape tape;
    struct sc_tape_piece all;
};

static struct sc_str redacted(struct sc_buf *out, struct sc_str text)
{
    char *to;

    sc_buf_clear(out);
    to = text.n > 0 ? sc_buf_room(out, 4 * text.n + 1) : NULL;
    if (!to)
        return (struct sc_str){NULL, 0};
    out->n += sc_redact(text.p, text.n, to, 4 * text.n + 1);
    return sc_buf_view(out);
}

/* ---- the request ----------------------------------------------------------------------------- */

/* As a recorded call has it; a URL that leaves doubt stays as it is written. */
static bool read_url(const char *text, struct sc_buf *out)
{
    size_t n = strcspn(text, "#");
    struct sc_url u;
    char *to;

    if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
        return false;
    if (sc_url_split(text, n, &u)) {
        sc_tape_url(u.scheme_https, (struct sc_str){u.host, u.host_len}, u.port, u.path, u.query,
                    out);
        return true;
    }
    to = sc_buf_room(out, 4 * n + 1);
    if (to)
        out->n += sc_redact(text, n, to, 4 * n + 1);
    return to;
}

static bool is_kept(const char *name)
{
    for (size_t i = 0; sc_tape_kept_headers[i]; i++)
        if (strcasecmp(name, sc_tape_kept_headers[i]) == 0)
            return true;
    return false;
}

/* Bodies come decoded and whole, whatever the server has done to them. */
static bool is_about_transport(const char *name)
{
    static const char *const names[] = {"content-encoding", "transfer-encoding", "content-length",
                                        "connection", "keep-alive"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return name[0] == ':' || name[0] == '\0';
}

static void put_line(struct sc_buf *out, const char *name, const char *value, size_t n)
{
    put(out, name);
    put(out, ": ");
    sc_buf_add(out, value, n);
    put(out, "\r\n");
}

/* Browsers write several of one name as one, with line feeds between. */
static void put_lines(struct sc_buf *out, const char *name, const char *value)
{
    do {
        size_t n = strcspn(value, "\n");

        put_line(out, name, value, n - (n > 0 && value[n - 1] == '\r'));
        value += n + (value[n] == '\n');
    } while (*value);
}

static void read_headers(const cJSON *message, bool request, struct sc_buf *out)
{
    const cJSON *h;

    cJSON_ArrayForEach(h, cJSON_GetObjectItemCaseSensitive(message, "headers"))
    {
        const char *name = string(h, "name");

        if (strcspn(name, "\r\n") == strlen(name) &&
            (request ? is_kept(name) : !is_about_transport(name)))
            put_lines(out, name, string(h, "value"));
    }
    if (!out->failed && out->n > 0)
        sc_tape_mask_head(out->p, out->n);
}

static void read_request(const cJSON *request, struct entry *e)
{
    const cJSON *post = cJSON_GetObjectItemCaseSensitive(request, "postData");
    const char *text = string(post, "text");

    e->tape.method = str(string(request, "method"));
    e->tape.url = sc_buf_view(&e->url);
    read_headers(request, true, &e->headers);
    e->tape.headers = sc_buf_view(&e->headers);
    e->tape.size = -1;
    if (post && !*text)
        return; /* a form of files, or left out: nobody can see it */
    put(&e->body, text);
    if (e->body.n > 0)
        sc_redact_mask(e->body.p, e->body.n, false, SC_TAPE_HOLE);
    sc_tape_hash_masked(e->body.p, e->body.n, e->tape.hash);
    e->tape.size = (int64_t)e->body.n;
    if (e->body.n > 0)
        e->tape.body = sc_buf_view(&e->body);
}

/* ---- the answer ------------------------------------------------------------------------------ */

/* "h2", "http/2.0", "HTTP/1.1", "h3-29" */
static const char *version_of(const char *said)
{
    if (strncasecmp(said, "h2", 2) == 0 || strncasecmp(said, "http/2", 6) == 0)
        return "HTTP/2";
    if (strncasecmp(said, "h3", 2) == 0 || strncasecmp(said, "http/3", 6) == 0)
        return "HTTP/3";
    return strcasecmp(said, "http/1.0") == 0 ? "HTTP/1.0" : "HTTP/1.1";
}

static bool read_content(const cJSON *response, struct entry *e)
{
    const cJSON *content = cJSON_GetObjectItemCaseSensitive(response, "content");
    const char *text = string(content, "text");

    if (strcmp(string(content, "encoding"), "base64") == 0)
        return sc_base64_take(&e->content, str(text));
    put(&e->content, text);
    return !e->content.failed;
}

static void begin_head(const cJSON *response, int status, struct entry *e)
{
    char line[64];

    snprintf(line, sizeof line, "%s %d ", version_of(string(response, "httpVersion")), status);
    put(&e->head, line);
    sc_buf_add(&e->head, string(response, "statusText"),
               strcspn(string(response, "statusText"), "\r\n"));
    put(&e->head, "\r\n");
    read_headers(response, false, &e->head);
    snprintf(line, sizeof line, "content-length: %zu\r\n\r\n", e->content.n);
    put(&e->head, line);
}

/* False: it cannot be read. */
static bool read_response(const cJSON *response, struct entry *e)
{
    double said = number(response, "status");
    int status = said <= 999 ? (int)said : 0;

    if (status < 100 || status > 999) { /* blocked, failed, from nowhere */
        e->tape.code = COULD_NOT_CONNECT;
        e->tape.error = redacted(&e->own_error, str(string(response, "_error")));
        return true;
    }
    if (!read_content(response, e))
        return false;
    if (e->content.n > 0)
        sc_redact_mask(e->content.p, e->content.n, status < 400, SC_TAPE_MASK);
    begin_head(response, status, e);
    e->tape.head = sc_buf_view(&e->head);
    e->tape.content = sc_buf_view(&e->content);
    return true;
}

static void read_times(const cJSON *entry, struct entry *e)
{
    const cJSON *t = cJSON_GetObjectItemCaseSensitive(entry, "timings");
    double head = number(t, "blocked") + number(t, "dns") + number(t, "connect") +
                  number(t, "send") + number(t, "wait");
    double all = number(entry, "time");

    if (!sc_rfc3339(str(string(entry, "startedDateTime")), &e->tape.time_ms))
        e->tape.time_ms = 0;
    if (all < head + number(t, "receive"))
        all = head + number(t, "receive");
    e->tape.us = (int64_t)(all * 1000);
    e->tape.head_us = e->tape.head.n > 0 ? (int64_t)(head * 1000) : -1;
    e->all = (struct sc_tape_piece){e->tape.us, e->content.n};
    e->tape.pieces = &e->all;
    e->tape.n_pieces = e->content.n > 0;
}

/* Whoever wrote the archive may not have been us. memory: where the tape's lines lie. */
static void take_secrets_out(struct entry *e, struct sc_buf *memory)
{
    struct sc_tape *t = &e->tape;

    if (t->headers.n > 0)
        sc_tape_mask_head(memory->p + (t->headers.p - memory->p), t->headers.n);
    if (t->head.n > 0)
        sc_tape_mask_head(memory->p + (t->head.p - memory->p), t->head.n);
    t->url = redacted(&e->own_url, t->url);
    t->led_to = redacted(&e->own_led_to, t->led_to);
    t->error = redacted(&e->own_error, t->error);
}

/* What only an archive of ours has: all but the bodies is taken from there. */
static void read_own(const cJSON *entry, struct entry *e, struct sc_buf *memory)
{
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(entry, "_steadycurl");
    char *text = own ? cJSON_PrintUnformatted(own) : NULL;
    struct sc_tape t = {.pieces = NULL};
    const char *why;

    if (text && sc_tape_read(str(text), &t, memory, &why)) {
        t.body = e->tape.body;
        t.content = e->tape.content;
        free(t.pieces);
        e->tape = t;
        take_secrets_out(e, memory);
        e->tape.pieces = &e->all;
        e->tape.n_pieces = e->content.n > 0;
    } else {
        free(t.pieces);
    }
    free(text);
}

static void put_own_pieces(const cJSON *entry, struct sc_tape *t)
{
    const cJSON *own = cJSON_GetObjectItemCaseSensitive(entry, "_steadycurl");
    const cJSON *answer = cJSON_GetObjectItemCaseSensitive(own, "answer");
    const cJSON *pieces = cJSON_GetObjectItemCaseSensitive(answer, "pieces"), *p;
    size_t n = (size_t)cJSON_GetArraySize(pieces), sum = 0;
    struct sc_tape_piece *all = n > 0 ? calloc(n, sizeof *all) : NULL;

    t->n_pieces = all ? 0 : t->n_pieces;
    t->pieces = all ? all : t->pieces;
    if (all)
        cJSON_ArrayForEach(p, pieces)
        {
            const cJSON *us = cJSON_GetArrayItem(p, 0), *bytes = cJSON_GetArrayItem(p, 1);
            size_t k = cJSON_IsNumber(bytes) && bytes->valuedouble > 0 && bytes->valuedouble < MOST
                           ? (size_t)bytes->valuedouble
                           : 0;

            if (k == 0 || k > t->content.n - sum || !cJSON_IsNumber(us) ||
                !(us->valuedouble > -MOST && us->valuedouble < MOST))
                continue;
            all[t->n_pieces++] = (struct sc_tape_piece){(int64_t)us->valuedouble, k};
            sum += k;
        }
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool read_entry(const cJSON *item, struct sc_buf *out)
{
    const cJSON *request = cJSON_GetObjectItemCaseSensitive(item, "request");
    const cJSON *response = cJSON_GetObjectItemCaseSensitive(item, "response");
    struct entry e = {.url = {.max = TEXT_MAX},
                      .headers = {.max = TEXT_MAX},
                      .head = {.max = TEXT_MAX},
                      .body = {.max = SC_TAPE_BODY_MAX},
                      .content = {.max = SC_TAPE_BODY_MAX},
                      .own_url = {.max = TEXT_MAX},
                      .own_led_to = {.max = TEXT_MAX},
                      .own_error = {.max = TEXT_MAX},
                      .tape = {.attempts = 1}};
    struct sc_buf memory = {0};
    bool good = cJSON_IsObject(request) && cJSON_IsObject(response) && *string(request, "method") &&
                read_url(string(request, "url"), &e.url);

    if (good) {
        read_request(request, &e);
        good = read_response(response, &e);
    }
    if (good) {
        read_times(item, &e);
        read_own(item, &e, &memory);
        put_own_pieces(item, &e.tape);
        sc_tape_write(&e.tape, out);
        if (e.tape.pieces != &e.all)
            free(e.tape.pieces);
    }
    sc_buf_free(&e.url);
    sc_buf_free(&e.headers);
    sc_buf_free(&e.head);
    sc_buf_free(&e.body);
    sc_buf_free(&e.content);
    sc_buf_free(&e.own_url);
    sc_buf_free(&e.own_led_to);
    sc_buf_free(&e.own_error);
    sc_buf_free(&memory);
    return good;
}

static bool fail(struct sc_har_read *r, const char *why)
{
    snprintf(r->err, sizeof r->err, "%s", why);
    return false;
}

bool sc_har_read(struct sc_str text, struct sc_buf *out, struct sc_har_read *r)
{
    struct sc_str plain = sc_str_unmarked(text);
    cJSON *har = cJSON_ParseWithLength(plain.p, plain.n);
    const cJSON *log = cJSON_GetObjectItemCaseSensitive(har, "log");
    const cJSON *entries = cJSON_GetObjectItemCaseSensitive(log, "entries"), *item;

    *r = (struct sc_har_read){.taken = 0};
    if (!har)
        return fail(r, "it is no JSON");
    if (!cJSON_IsArray(entries)) {
        cJSON_Delete(har);
        return fail(r, "it is no HTTP archive: \"log\" has no \"entries\"");
    }
    cJSON_ArrayForEach(item, entries)
    {
        if (read_entry(item, out))
            r->taken++;
        else
            r->left_out++;
    }
    cJSON_Delete(har);
    return !out->failed || fail(r, "it is too long");
}
