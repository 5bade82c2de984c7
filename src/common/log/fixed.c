/* fixed.c - see fixed.h. */
#include "log/fixed.h"

/* So much is more than any field takes: where it is left, none was left out for want of room. */
enum { ROOM = 1024 };

static bool is_of(const struct sc_log_fixed *f, const struct sc_event *e)
{
    return f->rule == e->rule && f->provider == e->provider && strcmp(f->host, e->host) == 0 &&
           strcmp(f->model, e->model ? e->model : "") == 0;
}

bool sc_log_fixed_put(const struct sc_event *e, enum sc_log_format format, struct sc_out *o)
{
    const struct sc_log_fixed *f = e->fixed;

    return f && f->n > 0 && f->format == format && e->host && is_of(f, e) &&
           sc_out_bytes(o, f->text, f->n);
}

static bool keep_name(char *to, size_t size, const char *name)
{
    size_t n = strlen(name) + 1;

    return n <= size && memcpy(to, name, n);
}

void sc_log_fixed_keep(const struct sc_event *e, enum sc_log_format format, const struct sc_out *o,
                       size_t start)
{
    struct sc_log_fixed *f = e->fixed;
    size_t n = o->n - start;

    if (!f)
        return;
    f->n = 0;
    if (!e->host || n > sizeof f->text || o->cap - o->n < ROOM ||
        !keep_name(f->host, sizeof f->host, e->host) ||
        !keep_name(f->model, sizeof f->model, e->model ? e->model : ""))
        return;
    f->rule = e->rule;
    f->provider = e->provider;
    f->format = format;
    f->n = (uint16_t)n;
    memcpy(f->text, o->p + start, n);
}
