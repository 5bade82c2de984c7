/* exchange.c - see exchange.h. */
#include "wire/exchange.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static void free_attempt(struct sc_exchange *x)
{
    size_t i;

    for (i = 0; i < x->n_snapshots; i++) {
        free(x->snapshots[i].effective_url);
        free(x->snapshots[i].content_type);
        free(x->snapshots[i].primary_ip);
    }
    free(x->snapshots);
    free(x->stream);
    free(x->filter);
    sc_hold_clear(&x->hold);
}

/* Nothing of it is left to hand over; what the program has paused stays so. */
static void forget_shown(struct sc_playback *play)
{
    play->next = 0;
    play->short_write = false;
    play->recv_withheld = play->recv_paused;
    play->send_withheld = play->send_stopped;
    play->delivered_body = 0;
}

static void clear_attempt(struct sc_exchange *x)
{
    memset(&x->phase, 0, sizeof *x - offsetof(struct sc_exchange, phase));
    x->kind_told = true;
    x->content_length = -1;
    sc_usage_init(&x->usage, x->provider);
}

void sc_exchange_init(struct sc_exchange *x)
{
    clear_attempt(x);
    x->fresh = true;
}

void sc_exchange_next(struct sc_exchange *x)
{
    if (!x->fresh) {
        sc_exchange_restart(x);
        return;
    }
    x->fresh = false;
    forget_shown(x->play);
    x->req->upload.pos = 0; /* it may have been read ahead */
}

void sc_exchange_restart(struct sc_exchange *x)
{
    free_attempt(x);
    clear_attempt(x);
    forget_shown(x->play);
    for (struct sc_record *r = x->wants.record; r; r = r->next) {
        sc_buf_clear(&r->bytes);
        if (r->times)
            sc_buf_clear(r->times);
    }
    x->req->upload.pos = 0;
}

void sc_exchange_free(struct sc_exchange *x)
{
    free_attempt(x);
    x->snapshots = NULL;
    x->n_snapshots = 0;
    x->stream = NULL;
    x->filter = NULL;
}

void sc_exchange_forget_held(struct sc_exchange *x)
{
    x->hold.n = 0;
    x->play->next = 0;
    if (x->mode != SC_HOLD_FAILURE)
        sc_hold_clear(&x->hold);
}

/* With CURLOPT_HEADER each line lies here twice, which does no harm. */
size_t sc_exchange_headers(const struct sc_exchange *x, struct sc_header out[SC_HEADERS_MAX])
{
    const char *p = x->hold.bytes, *end;
    size_t n = 0;

    if (!p || x->block_start > x->hold.len || x->body_start > x->hold.len)
        return 0;
    end = p + (x->body_start > x->block_start ? x->body_start : x->hold.len);
    p += x->block_start;
    while (p < end && n < SC_HEADERS_MAX) {
        const char *line_end = memchr(p, '\n', (size_t)(end - p));
        const char *stop = line_end ? line_end : end;
        const char *colon = memchr(p, ':', (size_t)(stop - p));

        if (colon && colon > p) {
            struct sc_str value = {colon + 1, (size_t)(stop - colon - 1)};

            out[n++] = (struct sc_header){{p, (size_t)(colon - p)}, sc_str_trim(value)};
        }
        p = stop + 1;
    }
    return n;
}

struct sc_str sc_exchange_body(const struct sc_exchange *x)
{
    struct sc_str body = {"", 0};

    if (x->hold.bytes && x->place == SC_IN_BODY && x->hold.len > x->body_start) {
        body.p = x->hold.bytes + x->body_start;
        body.n = x->hold.len - x->body_start;
        if (body.n > x->body_len)
            body.n = (size_t)x->body_len;
    }
    return body;
}

bool sc_exchange_is_common(const struct sc_exchange *x)
{
    return x->mode == SC_HOLD_JSON && x->read_len == x->body_len && sc_usage_is_common(&x->usage);
}

bool sc_exchange_is_worth_holding(const struct sc_exchange *x)
{
    if (x->wants.pass)
        return false;
    return !x->last || x->wants.last || x->wants.whole || sc_exchange_may_change(x) ||
           x->status == 429 || x->status == 402 || x->status == 403;
}

static char *copy_of(const char *p)
{
    return p ? strdup(p) : NULL;
}

void sc_exchange_snapshot(struct sc_exchange *x)
{
    struct sc_snapshot *grown = realloc(x->snapshots, (x->n_snapshots + 1) * sizeof *grown);
    struct sc_snapshot n = {.block = x->block, .content_length = -1};
    const struct sc_shadow *s = x->shadow;
    char *url = NULL, *type = NULL, *ip = NULL;

    if (!grown)
        return;
    x->snapshots = grown;
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
    x->snapshots[x->n_snapshots++] = n;
}
