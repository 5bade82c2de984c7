/* request.c - a request from one dialect to another; see dialect.h. */
#include <string.h>

#include "dialect/family.h"
#include "dialect/fit.h"
#include "dialect/write.h"
#include "http/edit.h"
#include "http/valid.h"

static bool is_instruction(const struct sc_turn_part *p)
{
    return p->role == SC_ROLE_SYSTEM || p->role == SC_ROLE_DEVELOPER;
}

/* What no two dialects understand alike. */
static void check_conversation(struct sc_turn *t)
{
    struct sc_turn_part *p = t->parts.p;
    size_t first = 0;

    while (first < t->parts.n && is_instruction(&p[first]))
        first++;
    if (t->fit->unfit)
        return; /* what could not be read is missing here */
    if (first == t->parts.n)
        sc_unfit_at(t, SC_PLACE_TOP, t->from->list, "holds nothing that the user said");
    else if (p[t->parts.n - 1].role == SC_ROLE_MODEL)
        sc_unfit_part(t, &p[t->parts.n - 1],
                      "the last word is the model's own, which some go on with and others answer");
}

/* The same request for another model. */
static void write_same(struct sc_turn *t, struct sc_str body, const struct sc_dialect_to *to,
                       struct sc_buf *out)
{
    char model[SC_EDIT_TEXT_MAX];
    struct sc_buf text = {.max = sizeof model};
    struct sc_edits e;
    struct sc_str value;

    if (to->model == NULL || to->dialect == SC_DIALECT_GEMINI) { /* there the path says it */
        sc_buf_str(out, body);
        return;
    }
    sc_quoted(&text, to->model);
    sc_buf_char(&text, '\0');
    sc_edits_init(&e, body);
    if (!text.failed && sc_edit_find(body, "model", &value) > 0)
        sc_edit_replace(&e, value, text.p);
    else if (!text.failed)
        sc_edit_insert_member(&e, body, "model", text.p);
    char *room = text.failed || e.failed ? NULL : sc_buf_room(out, sc_edits_size(&e));
    if (room) {
        sc_edits_write(&e, room);
        out->n += sc_edits_size(&e);
    } else {
        sc_unfit_at(t, SC_PLACE_TOP, "model", "no room for the target's");
    }
    sc_buf_free(&text);
}

/* Between equal dialects nothing has to be said anew. */
static void keep_bound_only(struct sc_fit *fit)
{
    size_t kept = 0;

    for (size_t i = 0; i < fit->n; i++)
        if (fit->reason[i].kind == SC_MISFIT_BOUND)
            fit->reason[kept++] = fit->reason[i];
    fit->n = kept;
    fit->more = 0;
    fit->unfit = kept > 0;
}

bool sc_dialect_request(enum sc_dialect from, struct sc_str path, struct sc_str body,
                        const struct sc_dialect_to *to, struct sc_buf *out,
                        struct sc_dialect_asked *asked, struct sc_fit *fit)
{
    const struct sc_family *source = sc_family_of(from), *target = sc_family_of(to->dialect);
    enum sc_json_fault fault = sc_json_check(body, NULL);
    struct sc_turn t;

    memset(fit, 0, sizeof *fit);
    memset(asked, 0, sizeof *asked);
    if (source == NULL || target == NULL)
        sc_fit_add(fit, SC_MISFIT_UNFIT, "dialect", "is not known");
    else if (fault != SC_JSON_GOOD)
        sc_fit_add(fit, SC_MISFIT_UNFIT, "the body", "%s", sc_json_fault_words(fault));
    if (source == NULL || target == NULL || fit->unfit)
        return false;
    sc_turn_init(&t, source, fit);
    source->read_request(&t, path, body);
    if (source == target) {
        keep_bound_only(fit);
        write_same(&t, body, to, out);
    } else {
        check_conversation(&t);
        sc_check_tool_names(&t, target);
        target->write_request(&t, to, out);
    }
    if (t.parts.failed || out->failed)
        sc_fit_add(fit, SC_MISFIT_UNFIT, "the body", "takes too much memory");
    *asked = t.asked;
    sc_turn_free(&t);
    return !fit->unfit;
}
