/* unasked_end.c - see unasked_end.h. */
#include "provider/unasked_end.h"

#include <string.h>

#include "http/json.h"

static const char finish[] = "\"finish_reason\":\"";

enum { FINISH_LEN = sizeof finish - 1 };

bool sc_unasked_finishes(const char *line, size_t n)
{
    return memmem(line, n, finish, FINISH_LEN) != NULL;
}

static void match(struct sc_unasked *u, char c)
{
    if (c == finish[u->finish_matched])
        u->finishes = ++u->finish_matched == FINISH_LEN;
    else
        u->finish_matched = c == finish[0];
}

/* What the bytes end with may be its beginning. */
void sc_unasked_look_for_finish(struct sc_unasked *u, const char *p, size_t n)
{
    for (; n > 0 && u->finish_matched > 0 && !u->finishes; p++, n--)
        match(u, *p);
    if (u->finishes || n == 0)
        return;
    u->finishes = sc_unasked_finishes(p, n);
    if (n >= FINISH_LEN) {
        p += n - (FINISH_LEN - 1);
        n = FINISH_LEN - 1;
    }
    for (; n > 0 && !u->finishes; p++, n--)
        match(u, *p);
}

/* The member with the comma before it, of the object that is kept. */
static struct sc_str find_timings(const struct sc_unasked *u)
{
    const char *start = memchr(u->keep, '{', u->kept), *before = NULL;
    struct sc_str key, value, none = {NULL, 0};
    struct sc_json_iter it;

    if (!start || !sc_json_enter((struct sc_str){start, (size_t)(u->keep + u->kept - start)}, &it))
        return none;
    for (; sc_json_next(&it, &key, &value); before = value.p + value.n)
        if (before && sc_json_key_is(key, "timings") && value.p[0] == '{')
            return (struct sc_str){before, (size_t)(value.p + value.n - before)};
    return none;
}

void sc_unasked_pass_end(struct sc_unasked *u, struct sink *out)
{
    struct sc_str timings = u->end_n > 0 ? find_timings(u) : (struct sc_str){NULL, 0};

    if (timings.n > 0) {
        char *hole = u->keep + (timings.p - u->keep);

        memcpy(out->p + out->n, timings.p, timings.n);
        out->n += timings.n;
        u->kept -= timings.n;
        memmove(hole, hole + timings.n, (size_t)(u->keep + u->kept - hole));
    }
    pass_end(u, out);
}
