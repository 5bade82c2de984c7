/* made.c - see made.h. */
#include "wire/made.h"

#include <string.h>

#include "wire/exchange.h"

void sc_made_line(struct sc_exchange *x, const char *line, size_t n)
{
    struct sc_shadow *s = x->shadow;

    if (s->o.include_header)
        sc_hold_push(&x->hold, SC_ITEM_BODY, 0, line, n);
    sc_hold_push(&x->hold, SC_ITEM_HEADER, 0, line, n);
    s->answer->header_size += n;
}

static char *keep_text(struct sc_answer *a, struct sc_str s)
{
    size_t n = s.n + 1;
    char *kept = a->text + a->text_len;

    if (a->text_len + n > a->text_size)
        return NULL;
    memcpy(kept, s.p, s.n); /* zero behind it: all of the block is */
    a->text_len += n;
    return kept;
}

void sc_made_header(struct sc_answer *a, struct sc_str name, struct sc_str value)
{
    if (a->n_headers == a->room)
        return;
    a->name[a->n_headers] = keep_text(a, name);
    a->value[a->n_headers] = keep_text(a, value);
    if (a->name[a->n_headers] && a->value[a->n_headers])
        a->n_headers++;
}

bool sc_made_is_empty(int status)
{
    return status == 204 || status == 304;
}

bool sc_made_hides_body(const struct sc_shadow *s, int status)
{
    return s->o.no_body || sc_made_is_empty(status);
}
