/* sums.c - see sums.h. */
#include "report/sums.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ROWS_MAX = SC_SUMS_BY * (SC_SUMS_MAX + 1), PLACES = 2 * ROWS_MAX };

struct sc_sums {
    struct sc_sum *rows;
    size_t n, n_of[SC_SUMS_BY];
    uint32_t at[PLACES]; /* by hash: a row's number + 1; 0: free */
};

struct sc_sums *sc_sums_new(void)
{
    struct sc_sums *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->rows = calloc(ROWS_MAX, sizeof *s->rows);
    if (s->rows)
        return s;
    free(s);
    return NULL;
}

void sc_sums_free(struct sc_sums *s)
{
    if (!s)
        return;
    free(s->rows);
    free(s);
}

static uint64_t hash(uint64_t h, const char *text)
{
    for (const char *p = text; *p; p++)
        h = (h ^ (unsigned char)*p) * UINT64_C(1099511628211);
    return h;
}

static bool is_row(const struct sc_sum *r, enum sc_sum_by by, const char *part, const char *key)
{
    return r->by == by && strcmp(r->part, part) == 0 && strcmp(r->key, key) == 0;
}

/* NULL: there is none, and *h is its place. Names are cut to what a row holds. */
static struct sc_sum *find(struct sc_sums *s, enum sc_sum_by by, const char *part, const char *key,
                           uint64_t *h)
{
    struct sc_sum w;

    snprintf(w.part, sizeof w.part, "%s", part);
    snprintf(w.key, sizeof w.key, "%s", key);
    *h = hash(hash(UINT64_C(14695981039346656037) + by, w.part) * 31, w.key);
    for (; s->at[*h % PLACES]; ++*h)
        if (is_row(&s->rows[s->at[*h % PLACES] - 1], by, w.part, w.key))
            return &s->rows[s->at[*h % PLACES] - 1];
    return NULL;
}

struct sc_sum *sc_sum_of(struct sc_sums *s, enum sc_sum_by by, const char *part, const char *key)
{
    uint64_t h;
    struct sc_sum *r = find(s, by, part, key, &h);

    if (!r && s->n_of[by] >= SC_SUMS_MAX) {
        part = "";
        key = "(others)";
        r = find(s, by, part, key, &h);
    }
    if (r)
        return r;
    r = &s->rows[s->n];
    *r = (struct sc_sum){.by = by};
    snprintf(r->part, sizeof r->part, "%s", part);
    snprintf(r->key, sizeof r->key, "%s", key);
    s->at[h % PLACES] = (uint32_t)++s->n;
    s->n_of[by]++;
    return r;
}

int64_t sc_plus(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

int64_t sc_times(int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

void sc_sum_join(struct sc_sum *to, const struct sc_sum *from)
{
    to->calls = sc_plus(to->calls, from->calls);
    to->failed = sc_plus(to->failed, from->failed);
    to->input = sc_plus(to->input, from->input);
    to->output = sc_plus(to->output, from->output);
    to->cost_nano = sc_plus(to->cost_nano, from->cost_nano);
    to->lost_nano = sc_plus(to->lost_nano, from->lost_nano);
    to->priced = sc_plus(to->priced, from->priced);
    to->kept = sc_plus(to->kept, from->kept);
    to->ms = sc_plus(to->ms, from->ms);
    if (!to->first_ms || (from->first_ms && from->first_ms < to->first_ms))
        to->first_ms = from->first_ms;
    if (from->last_ms > to->last_ms)
        to->last_ms = from->last_ms;
}

static int compare(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int by_size(const void *a, const void *b)
{
    const struct sc_sum *x = a, *y = b;
    int order = compare(x->cost_nano, y->cost_nano);

    if (order == 0)
        order = compare(x->calls, y->calls);
    if (order == 0)
        order = compare(x->ms, y->ms);
    if (order == 0)
        order = strcmp(x->key, y->key);
    return order ? order : strcmp(x->part, y->part);
}

static void add(struct sc_sum *rows, size_t *n, const struct sc_sum *r, enum sc_sum_fold fold)
{
    struct sc_sum wanted = *r;

    if (fold == SC_FOLD_BY_KEY)
        wanted.part[0] = '\0';
    else if (fold == SC_FOLD_BY_PART)
        wanted.key[0] = '\0';
    for (size_t i = 0; i < *n; i++)
        if (is_row(&rows[i], wanted.by, wanted.part, wanted.key)) {
            sc_sum_join(&rows[i], r);
            return;
        }
    rows[(*n)++] = wanted;
}

size_t sc_sums_list(const struct sc_sums *s, enum sc_sum_by by, enum sc_sum_fold fold,
                    struct sc_sum **rows)
{
    size_t n = 0;

    *rows = calloc(s->n + 1, sizeof **rows);
    if (!*rows)
        return 0;
    for (size_t i = 0; i < s->n; i++)
        if (s->rows[i].by == by)
            add(*rows, &n, &s->rows[i], fold);
    qsort(*rows, n, sizeof **rows, by_size);
    return n;
}
