/*
 * messages_write.c - requests to Anthropic's Messages API.
 *
 * Its own demands: a limit of output; texts that are not blank; turns of user and model one after
 * the other, the user's first; results at the beginning of the turn behind their calls; system
 * texts beside the messages.
 */
#include "dialect/blob.h"
#include "dialect/fit.h"
#include "dialect/messages.h"
#include "dialect/write.h"

static void write_text(struct sc_str text, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"text\",\"text\":");
    sc_string(b, text);
    sc_buf_char(b, '}');
}

static void write_blob(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    static const char *const documents[] = {"application/pdf", NULL};
    bool image = p->kind == SC_PART_IMAGE;

    sc_comma(b);
    if (image)
        sc_buf_text(b, "{\"type\":\"image\",\"source\":{\"type\":");
    else
        sc_buf_text(b, "{\"type\":\"document\",\"source\":{\"type\":");
    if (p->type.n == 0) {
        sc_buf_text(b, "\"url\",\"url\":");
        sc_string(b, p->text);
    } else {
        if (!sc_blob_is(p, image ? sc_blob_images : documents))
            sc_unfit_part(t, p, "messages takes nothing of this type");
        sc_buf_text(b, "\"base64\",\"media_type\":");
        sc_string(b, p->type);
        sc_member(b, "data");
        sc_string(b, p->text);
    }
    sc_buf_char(b, '}');
    if (!image && p->name.n > 0) {
        sc_member(b, "title");
        sc_string(b, p->name);
    }
    sc_buf_char(b, '}');
}

static void write_plain_part(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    if (p->kind == SC_PART_IMAGE || p->kind == SC_PART_FILE) {
        if (p->role == SC_ROLE_MODEL)
            sc_unfit_part(t, p, "messages takes no image from the model");
        write_blob(t, p, b);
    } else if (!sc_is_blank(p->text)) {
        write_text(p->text, b);
    }
}

static void write_call(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"tool_use\",\"id\":");
    sc_write_call_id(p->id, b);
    sc_member(b, "name");
    sc_string(b, p->name);
    sc_member(b, "input");
    sc_write_call_object(t, p, b);
    sc_buf_char(b, '}');
}

/* p: the result, with its n - 1 parts behind it. */
static void write_result(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                         struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"tool_result\",\"tool_use_id\":");
    sc_write_call_id(p->id, b);
    if (n == 2 && p[1].kind == SC_PART_TEXT) {
        sc_member(b, "content");
        sc_write_text(&p[1], b);
    } else if (n > 1) {
        sc_buf_text(b, ",\"content\":[");
        for (size_t i = 1; i < n; i++)
            write_plain_part(t, &p[i], b);
        sc_buf_char(b, ']');
    }
    if (p->is_error)
        sc_buf_text(b, ",\"is_error\":true");
    sc_buf_char(b, '}');
}

/* All that one side says in a row; `p` has at least one part. */
static void write_turn(struct sc_turn *t, const struct sc_turn_part *p, size_t n, struct sc_buf *b)
{
    bool model = p->role == SC_ROLE_MODEL;
    size_t before = b->n, begin;

    sc_comma(b);
    if (model)
        sc_buf_text(b, "{\"role\":\"assistant\",\"content\":[");
    else
        sc_buf_text(b, "{\"role\":\"user\",\"content\":[");
    begin = b->n;
    for (size_t i = 0, len; i < n; i += len) {
        len = sc_part_length(&p[i], n - i);
        if (p[i].kind == SC_PART_RESULT)
            write_result(t, &p[i], len, b);
        else if (p[i].kind == SC_PART_CALL)
            write_call(t, &p[i], b);
        else
            write_plain_part(t, &p[i], b);
    }
    if (b->n > begin || b->failed)
        sc_buf_text(b, "]}");
    else if (model)
        b->n = before; /* it said nothing */
    else
        sc_unfit_part(t, p, "is blank, which messages does not take");
}

static void write_messages(struct sc_turn *t, size_t from, struct sc_buf *b)
{
    const struct sc_turn_part *p = t->parts.p;
    size_t n = t->parts.n;

    sc_buf_text(b, ",\"messages\":[");
    if (from < n && p[from].role == SC_ROLE_MODEL)
        sc_unfit_part(t, &p[from], "messages begins with the user's words");
    for (size_t i = from, end; i < n; i = end) {
        bool model = p[i].role == SC_ROLE_MODEL;
        for (end = i; end < n && (p[end].role == SC_ROLE_MODEL) == model; end++)
            if (p[end].role == SC_ROLE_SYSTEM || p[end].role == SC_ROLE_DEVELOPER)
                sc_unfit_part(t, &p[end],
                              "messages has no place for a system text amid the others");
        write_turn(t, &p[i], end - i, b);
    }
    sc_buf_char(b, ']');
}

/* Returns how many parts that were. */
static size_t write_system(const struct sc_turn *t, struct sc_buf *b)
{
    const struct sc_turn_part *p = t->parts.p;
    size_t n = 0, said = 0;

    for (; n < t->parts.n && (p[n].role == SC_ROLE_SYSTEM || p[n].role == SC_ROLE_DEVELOPER); n++)
        said += !sc_is_blank(p[n].text);
    if (said == 0)
        return n;
    sc_buf_text(b, ",\"system\":");
    if (n == 1) {
        sc_string(b, p[0].text);
        return n;
    }
    sc_buf_char(b, '[');
    for (size_t i = 0; i < n; i++)
        if (!sc_is_blank(p[i].text))
            write_text(p[i].text, b);
    sc_buf_char(b, ']');
    return n;
}

/* ---- tools ---- */

static void write_tool(const struct sc_turn_tool *tool, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"name\":");
    sc_string(b, tool->name);
    if (tool->description.p) {
        sc_member(b, "description");
        sc_string(b, tool->description);
    }
    sc_member(b, "input_schema");
    if (tool->schema.p)
        sc_write_schema(tool->schema, tool->openapi, b);
    else
        sc_buf_text(b, "{\"type\":\"object\",\"properties\":{}}");
    if (tool->strict)
        sc_buf_text(b, ",\"strict\":true");
    sc_buf_char(b, '}');
}

static void write_choice(const struct sc_turn *t, struct sc_buf *b)
{
    static const char *const types[] = {"auto", "none", "any", "tool"};
    bool single = sc_says(t->param[SC_PARAM_PARALLEL].value, "false");

    if (t->choice_at == NULL && !single)
        return;
    sc_buf_text(b, ",\"tool_choice\":{\"type\":");
    sc_quoted(b, types[t->choice]);
    if (t->choice == SC_CHOICE_NAMED) {
        sc_member(b, "name");
        sc_string(b, t->choice_name);
    }
    if (single && t->choice != SC_CHOICE_NONE)
        sc_buf_text(b, ",\"disable_parallel_tool_use\":true");
    sc_buf_char(b, '}');
}

static void write_tools(struct sc_turn *t, struct sc_buf *b)
{
    size_t shown = 0;

    for (size_t i = 0; i < t->n_tools; i++) {
        if (t->tools[i].hidden)
            continue;
        if (shown++ == 0)
            sc_buf_text(b, ",\"tools\":[");
        write_tool(&t->tools[i], b);
    }
    if (shown > 0) {
        sc_buf_char(b, ']');
        write_choice(t, b);
    } else if (sc_has_part(&t->parts, SC_PART_CALL) || sc_has_part(&t->parts, SC_PART_RESULT)) {
        sc_unfit_at(t, SC_PLACE_TOP, "tools",
                    "are missing, and messages wants those that were called");
    }
}

/* ---- parameters ---- */

/* Newer models refuse a temperature beside top_p; one that asks for nothing can go. */
static void settle_sampling(struct sc_turn *t)
{
    struct sc_str *temperature = &t->param[SC_PARAM_TEMPERATURE].value;
    struct sc_str *top_p = &t->param[SC_PARAM_TOP_P].value;

    if (temperature->p == NULL || top_p->p == NULL)
        return;
    if (sc_value_number(*top_p) == 1)
        top_p->p = NULL;
    else if (sc_value_number(*temperature) == 1)
        temperature->p = NULL;
    else
        sc_unfit_at(t, SC_PLACE_TOP, t->param[SC_PARAM_TOP_P].name,
                    "messages takes it or a temperature, not both");
}

static void check_stops(struct sc_turn *t)
{
    struct sc_str stop = t->param[SC_PARAM_STOP].value, key, value;
    struct sc_json_iter it = sc_walk(stop);
    bool blank = sc_is_string(stop) && sc_is_blank(sc_inside(stop));

    while (sc_json_next(&it, &key, &value))
        blank |= sc_is_blank(sc_inside(value));
    if (blank)
        sc_unfit_at(t, SC_PLACE_TOP, t->param[SC_PARAM_STOP].name,
                    "messages takes no blank stop sequence");
}

static void write_limit(const struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    struct sc_str limit = t->param[SC_PARAM_MAX_OUTPUT].value;

    sc_member(b, "max_tokens");
    if (limit.p)
        sc_buf_str(b, limit);
    else
        sc_buf_number(b, to->max_output > 0 ? to->max_output : SC_DIALECT_MAX_OUTPUT);
}

static void write_format(struct sc_turn *t, struct sc_buf *b)
{
    if (t->format == SC_FORMAT_JSON)
        sc_unfit_at(t, SC_PLACE_TOP, t->format_at, "messages has JSON by a schema only");
    if (t->format != SC_FORMAT_SCHEMA)
        return;
    sc_buf_text(b, ",\"output_config\":{\"format\":{\"type\":\"json_schema\",\"schema\":");
    sc_write_schema(t->format_schema, t->format_openapi, b);
    sc_buf_text(b, "}}");
}

void sc_messages_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    sc_buf_char(b, '{');
    sc_write_model(t, to, b);
    write_limit(t, to, b);
    write_messages(t, write_system(t, b), b);
    write_tools(t, b);
    write_format(t, b);
    settle_sampling(t);
    check_stops(t);
    sc_write_params(t, &sc_family_messages, 1U << SC_PARAM_MAX_OUTPUT | 1U << SC_PARAM_PARALLEL, b);
    if (t->asked.stream)
        sc_buf_text(b, ",\"stream\":true");
    sc_buf_char(b, '}');
}
