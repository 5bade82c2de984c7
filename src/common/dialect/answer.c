/* answer.c - a whole answer from one dialect to another; see dialect.h. */
#include <stdlib.h>
#include <string.h>

#include "dialect/family.h"
#include "dialect/fit.h"
#include "dialect/write.h"
#include "http/valid.h"

/* Who asks for calls is to see that there are some: not all dialects say so in the end. */
static void settle_end(struct sc_turn_answer *a)
{
    bool calls = sc_has_part(&a->parts, SC_PART_CALL);

    if (calls && (a->end == SC_ENDED_STOP || a->end == SC_ENDED_NONE))
        a->end = SC_ENDED_CALLS;
    else if (a->end == SC_ENDED_NONE || (!calls && a->end == SC_ENDED_CALLS))
        a->end = SC_ENDED_STOP;
}

static void drop_thoughts(struct sc_turn_parts *l)
{
    size_t kept = 0;

    for (size_t i = 0; i < l->n; i++)
        if (l->p[i].kind != SC_PART_REASONING)
            l->p[kept++] = l->p[i];
    l->n = kept;
}

bool sc_answer_read(const struct sc_family *from, struct sc_str body, struct sc_turn_answer *a)
{
    struct sc_usage_reader reader;

    memset(a, 0, sizeof *a);
    if (!from->read_answer(body, a) || a->parts.failed || a->end == SC_ENDED_FAULT)
        return false;
    settle_end(a);
    sc_usage_init(&reader, from->usage);
    sc_usage_body(&reader, body.p, body.n);
    sc_usage_result(&reader, &a->usage);
    return true;
}

bool sc_dialect_answer(enum sc_dialect from, struct sc_str answer, enum sc_dialect to,
                       const struct sc_dialect_asked *asked, const struct sc_dialect_made *made,
                       struct sc_buf *out)
{
    const struct sc_family *source = sc_family_of(from), *target = sc_family_of(to);
    struct sc_turn_answer a;

    if (source == NULL || target == NULL || sc_json_check(answer, NULL) != SC_JSON_GOOD)
        return false;
    if (source == target) {
        sc_buf_str(out, answer);
        return !out->failed;
    }
    bool good = sc_answer_read(source, answer, &a);
    if (!asked->reasoning)
        drop_thoughts(&a.parts);
    if (good)
        target->write_answer(&a, asked, made, out);
    free(a.parts.p);
    return good && !out->failed;
}
