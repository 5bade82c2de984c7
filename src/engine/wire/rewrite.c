/* rewrite.c - see rewrite.h. */
#include "wire/rewrite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/header.h"
#include "http/json.h"
#include "provider/request.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "wire/program.h"

enum { CHUNK = 8192 };

/* ---- the program's body -------------------------------------------------------------------- */

/* AWS signs the body. */
static bool is_signed(const struct curl_slist *h)
{
    struct sc_str name, value;

    for (; h; h = h->next)
        if (sc_header_split(h->data, &name, &value) && sc_str_is(name, "authorization") &&
            sc_str_find(value, "aws4-"))
            return true;
    return false;
}

/* The body is not what it looks like, or another one would not be believed. */
static bool is_bound(const struct curl_slist *headers)
{
    static const char *const names[] = {
        "content-encoding", "content-md5",          "digest", "content-digest",
        "signature",        "x-amz-content-sha256", NULL};

    return sc_header_find(headers, names).p || is_signed(headers);
}

static bool may_be_touched(const struct sc_shadow *s)
{
    if (s->o.no_body || (s->o.method != SC_METHOD_POST && s->o.method != SC_METHOD_PUT))
        return false;
    return !is_bound(s->o.headers);
}

/* Bytes that libcurl will ask the read callback for, -1: until it ends. */
static int64_t announced(const struct sc_shadow *s)
{
    return s->o.method == SC_METHOD_PUT ? s->o.infile_size : s->o.post_size;
}

static bool is_read_whole(const struct sc_shadow *s, const struct sc_upload *u)
{
    int64_t size = announced(s);

    return !u->lost && u->len == u->in_memory && !u->pending &&
           (size >= 0 ? u->len >= (uint64_t)size : u->ended);
}

static bool begins_an_object(const struct sc_upload *u)
{
    size_t i = 0;

    while (i < u->in_memory && strchr(" \t\r\n", u->memory[i]) && u->memory[i])
        i++;
    return i == u->in_memory || u->memory[i] == '{';
}

/* Asks the program's callback as libcurl would; what it says besides bytes is for later, when
 * libcurl has sent what came before. */
static void read_ahead(struct sc_exchange *x)
{
    struct sc_upload *u = &x->req->upload;
    size_t max = u->memory_max < u->max ? u->memory_max : (size_t)u->max;
    char piece[CHUNK];
    size_t got;

    while (!u->ended && !is_read_whole(x->shadow, u) && u->len + CHUNK <= max &&
           begins_an_object(u)) {
        x->play->in_callback = true;
        got = sc_program_read(x->shadow, piece, 1, CHUNK);
        x->play->in_callback = false;
        if (got > CHUNK) {
            u->pending = got;
            x->play->unpaused = false;
            return;
        }
        sc_upload_keep(u, piece, got);
    }
}

static struct sc_str copied_text(const struct sc_shadow *s)
{
    struct sc_str body = {NULL, 0};

    if (!s->o.copied_text.set)
        return body;
    body.p = s->o.copied_text.p;
    body.n = s->o.copied_text.n;
    if (s->o.post_size >= 0 && (size_t)s->o.post_size < body.n)
        body.n = (size_t)s->o.post_size;
    return body;
}

static struct sc_str own_body(const struct sc_exchange *x)
{
    struct sc_str body = {NULL, 0};
    const struct sc_shadow *s = x->shadow;
    int64_t size = announced(s);

    if (!x->req->uploads)
        return s->o.method == SC_METHOD_POST && s->o.copied_fields ? copied_text(s)
                                                                   : sc_body_text(s);
    if (!is_read_whole(s, &x->req->upload))
        return body;
    body.p = x->req->upload.memory;
    body.n = size >= 0 ? (size_t)size : x->req->upload.in_memory;
    return body;
}

/* One object, and nothing behind it. A look at both ends first: most of what is none ends here. */
static bool is_object(struct sc_str body)
{
    while (body.n > 0 && strchr(" \t\r\n", body.p[body.n - 1]) && body.p[body.n - 1])
        body.n--;
    while (body.n > 0 && strchr(" \t\r\n", *body.p) && *body.p) {
        body.p++;
        body.n--;
    }
    return body.n >= 2 && *body.p == '{' && body.p[body.n - 1] == '}';
}

/* ---- the plan ------------------------------------------------------------------------------ */

void sc_rewrite_free(struct sc_rewrite *r)
{
    free(r->bytes);
    free(r->headers);
    memset(r, 0, sizeof *r);
}

static void apply(struct sc_rewrite *r, const struct sc_edits *e)
{
    if (e->failed || e->n == 0 || sc_json_length(e->original.p, e->original.n) != e->original.n)
        return;
    r->n = sc_edits_size(e);
    r->bytes = malloc(r->n);
    if (r->bytes)
        sc_edits_write(e, r->bytes);
}

void sc_rewrite_plan(struct sc_exchange *x, bool first, sc_rewrite_editor *edit, void *arg)
{
    struct sc_rewrite *r = &x->req->rewrite;
    struct sc_edits e;
    struct sc_str body;

    if (x->shadow->body_planned)
        return;
    sc_rewrite_free(r);
    x->shadow->body_planned = true;
    if (x->req->uploads && first && may_be_touched(x->shadow))
        read_ahead(x);
    body = sc_rewrite_own(x);
    if (!body.p)
        return;
    sc_edits_init(&e, body);
    edit(arg, &e);
    apply(r, &e);
}

struct sc_str sc_rewrite_own(const struct sc_exchange *x)
{
    struct sc_str body = {NULL, 0};

    if (may_be_touched(x->shadow))
        body = own_body(x);
    return body.p && is_object(body) ? body : (struct sc_str){NULL, 0};
}

struct sc_str sc_rewrite_body(const struct sc_exchange *x)
{
    if (x->req->rewrite.bytes)
        return (struct sc_str){x->req->rewrite.bytes, x->req->rewrite.n};
    return own_body(x);
}

int64_t sc_rewrite_size(const struct sc_exchange *x)
{
    if (x->req->rewrite.bytes)
        return (int64_t)x->req->rewrite.n;
    if (x->req->uploads)
        return x->req->upload.ended && !x->req->upload.lost ? (int64_t)x->req->upload.len : -1;
    return sc_body_size(x->shadow);
}

/* ---- in the handle ------------------------------------------------------------------------- */

static bool is_length(const char *line)
{
    struct sc_str name, value;

    return sc_header_split(line, &name, &value) && value.n > 0 && sc_str_is(name, "content-length");
}

/* The program's list again, with its Content-Length said anew; the nodes are ours, the other texts
 * stay the program's. */
static void replace_length(struct sc_shadow *s, struct sc_rewrite *r)
{
    const struct curl_slist *h;
    size_t n = 0, i = 0;
    bool given = false;

    for (h = s->o.headers; h; h = h->next, n++)
        given |= is_length(h->data);
    if (!given)
        return;
    r->headers = calloc(n, sizeof *r->headers);
    if (!r->headers)
        return;
    snprintf(r->length, sizeof r->length, "Content-Length: %zu", r->n);
    for (h = s->o.headers; h; h = h->next, i++) {
        r->headers[i].data = is_length(h->data) ? r->length : h->data;
        r->headers[i].next = h->next ? &r->headers[i + 1] : NULL;
    }
    SC_SET(s, CURLOPT_HTTPHEADER, r->headers);
    s->headers_replaced = true;
}

static void install_read(struct sc_shadow *s, const struct sc_rewrite *r)
{
    bool put = s->o.method == SC_METHOD_PUT;

    s->replaced = SC_REPLACED_READ;
    if (announced(s) >= 0)
        SC_SET(s, put ? CURLOPT_INFILESIZE_LARGE : CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
}

void sc_rewrite_install(struct sc_exchange *x)
{
    struct sc_shadow *s = x->shadow;
    struct sc_rewrite *r = &x->req->rewrite;
    struct sc_str own = own_body(x);

    if (!r->bytes)
        return;
    r->pos = 0;
    s->overlay.own_upload = (int64_t)own.n;
    s->overlay.sent_upload = (int64_t)r->n;
    s->overlay.rewritten = true;
    if (x->req->uploads) {
        install_read(s, r);
    } else {
        s->replaced = s->o.copied_fields ? SC_REPLACED_COPY : SC_REPLACED_FIELDS;
        SC_SET(s, CURLOPT_POSTFIELDS, r->bytes);
        SC_SET(s, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->n);
    }
    replace_length(s, r);
}

size_t sc_rewrite_take(struct sc_rewrite *r, char *p, size_t n)
{
    if (n > r->n - r->pos)
        n = r->n - r->pos;
    memcpy(p, r->bytes + r->pos, n);
    r->pos += n;
    return n;
}
