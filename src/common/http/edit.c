/* edit.c - see edit.h. */
#include "http/edit.h"

#include <string.h>

#include "http/json.h"

void sc_edits_init(struct sc_edits *e, struct sc_str original)
{
    e->original = original;
    e->n = 0;
    e->failed = false;
    e->text_len = 0;
}

static bool fail(struct sc_edits *e)
{
    e->failed = true;
    return false;
}

/* Whether the edit may stand between those at i - 1 and i. */
static bool fits_in(const struct sc_edits *e, size_t i, const struct sc_edit *new)
{
    const struct sc_edit *before = i > 0 ? &e->edit[i - 1] : NULL;
    const struct sc_edit *after = i < e->n ? &e->edit[i] : NULL;

    return (!before || before->at + before->cut <= new->at) &&
           (!after || new->at + new->cut <= after->at);
}

static bool put_text(struct sc_edits *e, const char *s)
{
    size_t n = strlen(s);

    if (n > sizeof e->text - e->text_len)
        return false;
    memcpy(e->text + e->text_len, s, n);
    e->text_len += n;
    return true;
}

/* The text to put is what was added to `text` since it was `from` long. */
static bool add(struct sc_edits *e, size_t at, size_t cut, size_t from)
{
    struct sc_edit new = {at, cut, from, e->text_len - from};
    size_t i = e->n;

    if (e->failed || e->n == SC_EDITS_MAX || at > e->original.n || cut > e->original.n - at)
        return fail(e);
    while (i > 0 && e->edit[i - 1].at > at)
        i--;
    if (!fits_in(e, i, &new))
        return fail(e);
    memmove(&e->edit[i + 1], &e->edit[i], (e->n - i) * sizeof new);
    e->edit[i] = new;
    e->n++;
    return true;
}

/* Where the value stands; false if it is not of this text. */
static bool place_of(const struct sc_edits *e, struct sc_str value, size_t *at)
{
    if (!value.p || value.n == 0 || value.p < e->original.p ||
        value.p + value.n > e->original.p + e->original.n)
        return false;
    *at = (size_t)(value.p - e->original.p);
    return true;
}

size_t sc_edit_find(struct sc_str object, const char *name, struct sc_str *value)
{
    struct sc_json_iter it;
    struct sc_str key, v;
    size_t n = 0;

    *value = (struct sc_str){NULL, 0};
    if (!sc_json_enter(object, &it) || it.close != '}')
        return 0;
    while (sc_json_next(&it, &key, &v)) {
        if (!sc_json_key_is(key, name))
            continue;
        *value = v;
        n++;
    }
    return n;
}

bool sc_edit_replace(struct sc_edits *e, struct sc_str value, const char *json)
{
    size_t at, from = e->text_len;

    if (!place_of(e, value, &at) || !put_text(e, json))
        return fail(e);
    return add(e, at, value.n, from);
}

bool sc_edit_insert_member(struct sc_edits *e, struct sc_str object, const char *name,
                           const char *json)
{
    size_t at, i, from = e->text_len;
    struct sc_json_iter it, first;
    struct sc_str key, value;
    bool empty;

    if (!place_of(e, object, &at) || !sc_json_enter(object, &it) || it.close != '}')
        return fail(e);
    at = (size_t)(it.p - e->original.p);
    first = it;
    empty = !sc_json_next(&first, &key, &value);
    for (i = 0; empty && i < e->n; i++)
        if (e->edit[i].at == at)
            return fail(e); /* two first members, and no comma between them */
    if (!put_text(e, "\"") || !put_text(e, name) || !put_text(e, "\":") || !put_text(e, json) ||
        (!empty && !put_text(e, ",")))
        return fail(e);
    return add(e, at, 0, from);
}

bool sc_edit_delete_elements(struct sc_edits *e, const struct sc_str *elements, size_t n,
                             size_t from, size_t count)
{
    size_t first, last, at, stop;

    if (count == 0 || count > n || from > n - count || !place_of(e, elements[from], &first) ||
        !place_of(e, elements[from + count - 1], &last))
        return fail(e);
    at = first;
    stop = last + elements[from + count - 1].n;
    if (from + count < n) { /* up to the next one */
        if (!place_of(e, elements[from + count], &stop))
            return fail(e);
    } else if (from > 0) { /* from the end of the one before */
        if (!place_of(e, elements[from - 1], &at))
            return fail(e);
        at += elements[from - 1].n;
    }
    return stop < at ? fail(e) : add(e, at, stop - at, e->text_len);
}

size_t sc_edits_size(const struct sc_edits *e)
{
    size_t n = e->original.n, i;

    for (i = 0; i < e->n; i++)
        n += e->edit[i].len - e->edit[i].cut;
    return n;
}

void sc_edits_write(const struct sc_edits *e, char *out)
{
    size_t from = 0, i;

    for (i = 0; i < e->n; i++) {
        const struct sc_edit *d = &e->edit[i];

        memcpy(out, e->original.p + from, d->at - from);
        out += d->at - from;
        memcpy(out, e->text + d->put, d->len);
        out += d->len;
        from = d->at + d->cut;
    }
    memcpy(out, e->original.p + from, e->original.n - from);
}
