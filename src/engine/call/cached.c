/* cached.c - see cached.h. */
#include "call/cached.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct cached {
    struct sc_own_answer own;
    struct sc_reply_header headers[2];
    char age[24], status[80], type[96];
    char body[];
};

struct sc_own_answer *sc_cached_answer(const struct sc_cache_settings *set,
                                       const struct sc_kept_answer *kept, int64_t now_ms,
                                       bool on_error)
{
    struct cached *c = calloc(1, sizeof *c + kept->body.n + 1);
    struct sc_reply *r;

    if (!c)
        return NULL;
    snprintf(c->age, sizeof c->age, "%lld", (long long)sc_kept_age_s(kept->kept_ms, now_ms));
    snprintf(c->status, sizeof c->status, "steadycurl; hit%s; ttl=%lld",
             on_error ? "; fwd=stale" : "", (long long)sc_kept_ttl_s(set, kept->kept_ms, now_ms));
    snprintf(c->type, sizeof c->type, "%.*s", (int)kept->type.n, kept->type.p);
    memcpy(c->body, kept->body.p, kept->body.n);
    c->headers[0] = (struct sc_reply_header){"age", c->age};
    c->headers[1] = (struct sc_reply_header){"cache-status", c->status};
    c->own.kept = true;
    r = &c->own.reply;
    r->status = kept->status;
    r->reason = "cache";
    r->content_type = c->type[0] ? c->type : NULL;
    r->body = c->body;
    r->body_len = kept->body.n;
    r->headers = c->headers;
    r->n_headers = 2;
    r->unsized = r->by_event = kept->stream;
    return &c->own;
}
