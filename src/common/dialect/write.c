/* write.c - see write.h. */
#include "dialect/write.h"

#include <string.h>

#include "dialect/fit.h"
#include "http/json.h"
#include "http/valid.h"

void sc_quoted(struct sc_buf *b, const char *text)
{
    sc_buf_char(b, '"');
    sc_buf_escaped(b, (struct sc_str){text, strlen(text)});
    sc_buf_char(b, '"');
}

void sc_write_text(const struct sc_turn_part *p, struct sc_buf *b)
{
    if (!p->is_json) {
        sc_string(b, p->text);
        return;
    }
    sc_buf_char(b, '"');
    sc_buf_escaped(b, p->text);
    sc_buf_char(b, '"');
}

void sc_write_model(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    sc_member(b, "model");
    if (to->model)
        sc_quoted(b, to->model);
    else
        sc_string(b, t->model);
    if (to->model == NULL && t->model.n == 0)
        sc_unfit_at(t, SC_PLACE_TOP, "model", "is not said");
}

/* ---- parameters ---- */

/* What a parameter is where the other side has no word for it. */
static const struct nature {
    bool is_hint;     /* without it the answer means the same */
    bool has_neutral; /* and with this value it asks for nothing */
    double neutral;
} natures[SC_PARAMS] = {
    [SC_PARAM_TEMPERATURE] = {false, true, 1}, [SC_PARAM_TOP_P] = {false, true, 1},
    [SC_PARAM_SEED] = {true, false, 0}, /* another model's answer is another one anyway */
    [SC_PARAM_PRESENCE] = {false, true, 0},    [SC_PARAM_FREQUENCY] = {false, true, 0},
    [SC_PARAM_EFFORT] = {true, false, 0},      [SC_PARAM_VERBOSITY] = {true, false, 0},
};

static size_t count_elements(struct sc_str list)
{
    struct sc_json_iter it = sc_walk(list);
    struct sc_str key, value;
    size_t n = 0;

    while (sc_json_next(&it, &key, &value))
        n++;
    return n;
}

static bool asks_nothing(const struct sc_turn *t, enum sc_turn_param param, struct sc_str value)
{
    if (param == SC_PARAM_STOP)
        return sc_json_is_empty(value);
    if (param == SC_PARAM_PARALLEL)
        return sc_says(value, "true") || t->n_tools == 0;
    return natures[param].has_neutral && sc_value_number(value) == natures[param].neutral;
}

static void without_word(struct sc_turn *t, enum sc_turn_param param, const struct sc_family *to)
{
    struct sc_str value = t->param[param].value;

    if (asks_nothing(t, param, value))
        return;
    if (natures[param].is_hint)
        sc_fit_add(t->fit, SC_MISFIT_LEFT_OUT, t->param[param].name,
                   "changes nothing of what the answer means");
    else
        sc_unfit_at(t, SC_PLACE_TOP, t->param[param].name, "%s has no such parameter", to->words);
}

/* One text, or a list of them: always a list. */
static void write_stop(struct sc_turn *t, const struct sc_param_row *row, struct sc_buf *b)
{
    struct sc_str value = t->param[SC_PARAM_STOP].value;
    size_t n = sc_is_string(value) ? 1 : count_elements(value);

    if (row->most > 0 && (double)n > row->most)
        sc_unfit_at(t, SC_PLACE_TOP, t->param[SC_PARAM_STOP].name, "more than %g are not taken",
                    row->most);
    if (!sc_is_string(value)) {
        sc_buf_str(b, value);
        return;
    }
    sc_buf_char(b, '[');
    sc_buf_str(b, value);
    sc_buf_char(b, ']');
}

static void write_param(struct sc_turn *t, const struct sc_param_row *row,
                        const struct sc_family *to, struct sc_buf *b)
{
    struct sc_str value = t->param[row->param].value;

    if ((row->param == SC_PARAM_STOP && sc_json_is_empty(value)) ||
        (row->param == SC_PARAM_PARALLEL && t->n_tools == 0))
        return;
    if ((row->param == SC_PARAM_PRESENCE || row->param == SC_PARAM_FREQUENCY) &&
        asks_nothing(t, row->param, value)) /* some models refuse to hear of them at all */
        return;
    if (natures[row->param].is_hint && row->most > 0 && sc_value_number(value) > row->most) {
        without_word(t, row->param, to);
        return;
    }
    sc_comma(b);
    sc_quoted(b, row->name);
    sc_buf_char(b, ':');
    if (row->param == SC_PARAM_STOP) {
        write_stop(t, row, b);
        return;
    }
    if (row->most > 0 && sc_value_number(value) > row->most)
        sc_unfit_at(t, SC_PLACE_TOP, t->param[row->param].name, "%s takes %g at most", to->words,
                    row->most);
    sc_buf_str(b, value);
}

void sc_write_params(struct sc_turn *t, const struct sc_family *to, unsigned except,
                     struct sc_buf *b)
{
    for (int param = 0; param < SC_PARAMS; param++) {
        const struct sc_param_row *row = NULL;
        if (t->param[param].value.p == NULL || except >> param & 1)
            continue;
        for (size_t i = 0; i < to->n_params && !row; i++)
            if ((int)to->params[i].param == param)
                row = &to->params[i];
        if (row)
            write_param(t, row, to, b);
        else
            without_word(t, (enum sc_turn_param)param, to);
    }
}

/* ---- calls ---- */

static bool is_object(struct sc_str text)
{
    size_t i = 0;

    while (i < text.n && (unsigned char)text.p[i] <= ' ')
        i++;
    return i < text.n && text.p[i] == '{' && sc_json_check(text, NULL) == SC_JSON_GOOD;
}

static bool is_empty_text(struct sc_str text)
{
    for (size_t i = 0; i < text.n; i++)
        if ((unsigned char)text.p[i] > ' ')
            return false;
    return true;
}

bool sc_write_arguments(const struct sc_turn_part *call, struct sc_buf *b)
{
    size_t before = b->n;

    if (call->is_quoted)
        sc_buf_unescaped(b, call->text);
    else
        sc_buf_str(b, call->text);
    if (b->failed)
        return true; /* told at the end */
    struct sc_str all = sc_buf_view(b), written = {all.p + before, all.n - before};
    if (is_empty_text(written)) {
        b->n = before;
        sc_buf_text(b, "{}");
        return true;
    }
    return is_object(written);
}

void sc_write_quoted_arguments(const struct sc_turn_part *call, struct sc_buf *b)
{
    if (call->text.n == 0)
        sc_buf_text(b, "{}");
    else if (call->is_quoted)
        sc_buf_str(b, call->text);
    else
        sc_buf_escaped(b, call->text);
}

void sc_write_call_object(struct sc_turn *t, const struct sc_turn_part *call, struct sc_buf *b)
{
    if (!sc_write_arguments(call, b))
        sc_unfit_part(t, call, "its arguments are no JSON object");
}

/* Anthropic's rule, the narrowest: letters, digits, _ and -; OpenAI's: 64 bytes at most. */
#define CALL_ID_MAX 64

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

void sc_write_call_id(struct sc_str id, struct sc_buf *b)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325); /* FNV-1a */
    size_t good = 0;

    while (good < id.n && is_name_byte(id.p[good]))
        good++;
    sc_buf_char(b, '"');
    if (good == id.n && id.n > 0 && id.n <= CALL_ID_MAX) {
        sc_buf_str(b, id);
    } else {
        for (size_t i = 0; i < id.n; i++)
            hash = (hash ^ (unsigned char)id.p[i]) * UINT64_C(0x100000001B3);
        sc_write_made_id("call_", hash, 0, b);
    }
    sc_buf_char(b, '"');
}

bool sc_is_blank(struct sc_str inside)
{
    for (size_t i = 0; i < inside.n; i++) {
        if (inside.p[i] == '\\' && i + 1 < inside.n && strchr("nrtf", inside.p[i + 1]))
            i++;
        else if (inside.p[i] != ' ')
            return false;
    }
    return true;
}

size_t sc_part_length(const struct sc_turn_part *p, size_t n)
{
    size_t i = 1;

    while (p->kind == SC_PART_RESULT && i < n && p[i].inner)
        i++;
    return i;
}

/* ---- tools ---- */

static void check_name(struct sc_turn *t, const struct sc_turn_tool *tool,
                       const struct sc_family *to)
{
    struct sc_place place = {"tools", (int32_t)tool->at, NULL, -1};
    struct sc_str name = tool->name;
    bool good = name.n > 0 && name.n <= to->name_max;

    if (good && to->name_begins_with_letter)
        good = (name.p[0] < '0' || name.p[0] > '9') && name.p[0] != '-';
    for (size_t i = 0; i < name.n && good; i++)
        good = is_name_byte(name.p[i]) || (name.p[i] && strchr(to->name_signs, name.p[i]));
    if (!good)
        sc_unfit_at(t, place, "name", "%s takes no such name", to->words);
}

void sc_check_tool_names(struct sc_turn *t, const struct sc_family *to)
{
    for (size_t i = 0; i < t->n_tools; i++)
        check_name(t, &t->tools[i], to);
}

void sc_write_format_name(const struct sc_turn *t, struct sc_buf *b)
{
    if (t->format_name.n > 0)
        sc_string(b, t->format_name);
    else
        sc_buf_text(b, "\"answer\"");
}

/* ---- answers ---- */

/* The n-th part's, if the source has given it none. */
void sc_write_answered_call_id(struct sc_str id, const struct sc_dialect_made *made, size_t n,
                               struct sc_buf *b)
{
    if (id.n > 0) {
        sc_write_call_id(id, b);
        return;
    }
    sc_buf_char(b, '"');
    sc_write_made_id("call_", made->seed, n + 1, b);
    sc_buf_char(b, '"');
}

void sc_write_made_id(const char *prefix, uint64_t seed, uint64_t n, struct sc_buf *b)
{
    static const char hex[] = "0123456789abcdef";
    uint64_t bits = seed + n * UINT64_C(0x9E3779B97F4A7C15); /* splitmix64 */
    char text[16];

    bits = (bits ^ bits >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    bits = (bits ^ bits >> 27) * UINT64_C(0x94D049BB133111EB);
    bits ^= bits >> 31;
    for (int i = 15; i >= 0; i--, bits >>= 4)
        text[i] = hex[bits & 15];
    sc_buf_add(b, prefix, strlen(prefix));
    sc_buf_add(b, text, sizeof text);
}

void sc_write_answer_id(const struct sc_turn_answer *a, const struct sc_dialect_made *made,
                        const char *prefix, struct sc_buf *b)
{
    sc_buf_char(b, '"');
    if (a->id.n > 0)
        sc_buf_str(b, a->id);
    else
        sc_write_made_id(prefix, made->seed, 0, b);
    sc_buf_char(b, '"');
}

void sc_write_answer_model(struct sc_str model, const struct sc_dialect_made *made,
                           struct sc_buf *b)
{
    if (model.n > 0)
        sc_string(b, model);
    else
        sc_quoted(b, made->model ? made->model : "unknown");
}

bool sc_has_part(const struct sc_turn_parts *l, enum sc_turn_kind kind)
{
    for (size_t i = 0; i < l->n; i++)
        if (l->p[i].kind == kind)
            return true;
    return false;
}

void sc_write_texts(const struct sc_turn_parts *l, enum sc_turn_kind kind, struct sc_buf *b)
{
    sc_buf_char(b, '"');
    for (size_t i = 0; i < l->n; i++)
        if (l->p[i].kind == kind)
            sc_buf_str(b, l->p[i].text);
    sc_buf_char(b, '"');
}
