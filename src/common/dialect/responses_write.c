/*
 * responses_write.c - requests to OpenAI's Responses API.
 *
 * Whatever the program's own service did, nothing of it is stored here: `store` is false.
 */
#include "dialect/blob.h"
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/responses.h"
#include "dialect/write.h"

#define LEAST_OUTPUT 16 /* the API refuses less */

static bool is_text(const struct sc_turn_part *p)
{
    return p->kind == SC_PART_TEXT || p->kind == SC_PART_REFUSAL;
}

static void write_image(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    if (p->type.n > 0 && !sc_blob_is(p, sc_blob_images))
        sc_unfit_part(t, p, "responses takes no image of this type");
    sc_buf_text(b, "{\"type\":\"input_image\",\"image_url\":");
    sc_blob_write_url(p, b);
    sc_buf_char(b, '}');
}

static void write_file(const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_buf_text(b, "{\"type\":\"input_file\",");
    if (p->type.n == 0) {
        sc_buf_text(b, "\"file_url\":");
    } else {
        sc_buf_text(b, "\"filename\":");
        if (p->name.n > 0)
            sc_string(b, p->name);
        else
            sc_buf_text(b, "\"document.pdf\"");
        sc_buf_text(b, ",\"file_data\":");
    }
    sc_blob_write_url(p, b);
    sc_buf_char(b, '}');
}

static void write_part(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    bool model = p->role == SC_ROLE_MODEL;

    sc_comma(b);
    if (is_text(p)) {
        if (model)
            sc_buf_text(b, "{\"type\":\"output_text\",\"text\":");
        else
            sc_buf_text(b, "{\"type\":\"input_text\",\"text\":");
        sc_write_text(p, b);
        sc_buf_char(b, '}');
        return;
    }
    if (model || p->role == SC_ROLE_SYSTEM || p->role == SC_ROLE_DEVELOPER)
        sc_unfit_part(t, p, "responses takes images and files of the user and of tools only");
    if (p->kind == SC_PART_IMAGE)
        write_image(t, p, b);
    else
        write_file(p, b);
}

static void write_content(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                          struct sc_buf *b)
{
    if (n == 1 && is_text(p)) {
        sc_write_text(p, b);
        return;
    }
    if (n == 0) {
        sc_buf_text(b, "\"\"");
        return;
    }
    sc_buf_char(b, '[');
    for (size_t i = 0; i < n; i++)
        write_part(t, &p[i], b);
    sc_buf_char(b, ']');
}

/* ---- items ---- */

static void write_result(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                         struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"function_call_output\",\"call_id\":");
    sc_write_call_id(p->id, b);
    sc_member(b, "output");
    write_content(t, p + 1, n - 1, b);
    sc_buf_char(b, '}');
}

static void write_call(const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"function_call\",\"call_id\":");
    sc_write_call_id(p->id, b);
    sc_member(b, "name");
    sc_string(b, p->name);
    sc_buf_text(b, ",\"arguments\":\"");
    sc_write_quoted_arguments(p, b);
    sc_buf_text(b, "\"}");
}

static void write_message(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                          struct sc_buf *b)
{
    static const char *const roles[] = {"system", "developer", "user", "assistant"};

    sc_comma(b);
    sc_buf_text(b, "{\"role\":");
    sc_quoted(b, roles[p->role]);
    sc_member(b, "content");
    write_content(t, p, n, b);
    sc_buf_char(b, '}');
}

static size_t item_length(const struct sc_turn_part *p, size_t n)
{
    size_t i = 1;

    if (p->kind == SC_PART_RESULT || p->kind == SC_PART_CALL)
        return sc_part_length(p, n);
    while (i < n && p[i].message == p->message && p[i].role == p->role && !p[i].inner &&
           p[i].kind != SC_PART_CALL && p[i].kind != SC_PART_RESULT)
        i++;
    return i;
}

static void write_input(struct sc_turn *t, struct sc_buf *b)
{
    const struct sc_turn_part *p = t->parts.p;
    size_t n = t->parts.n;

    sc_buf_text(b, ",\"input\":[");
    for (size_t i = 0, len; i < n; i += len) {
        len = item_length(&p[i], n - i);
        if (p[i].kind == SC_PART_RESULT)
            write_result(t, &p[i], len, b);
        else if (p[i].kind == SC_PART_CALL)
            write_call(&p[i], b);
        else
            write_message(t, &p[i], len, b);
    }
    sc_buf_char(b, ']');
}

/* ---- the rest ---- */

static void write_tool(const struct sc_turn_tool *tool, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"function\",\"name\":");
    sc_string(b, tool->name);
    if (tool->description.p) {
        sc_member(b, "description");
        sc_string(b, tool->description);
    }
    sc_member(b, "parameters");
    if (tool->schema.p)
        sc_write_schema(tool->schema, tool->openapi, b);
    else
        sc_buf_text(b, "{\"type\":\"object\",\"properties\":{}}");
    if (tool->strict) /* its absence means true here */
        sc_buf_text(b, ",\"strict\":true}");
    else
        sc_buf_text(b, ",\"strict\":false}");
}

static void write_tools(struct sc_turn *t, struct sc_buf *b)
{
    static const char *const words[] = {"auto", "none", "required"};
    size_t shown = 0;

    for (size_t i = 0; i < t->n_tools; i++) {
        if (t->tools[i].hidden)
            continue;
        if (shown++ == 0)
            sc_buf_text(b, ",\"tools\":[");
        write_tool(&t->tools[i], b);
    }
    if (shown == 0)
        return;
    sc_buf_char(b, ']');
    if (t->choice_at == NULL)
        return;
    sc_member(b, "tool_choice");
    if (t->choice != SC_CHOICE_NAMED) {
        sc_quoted(b, words[t->choice]);
        return;
    }
    sc_buf_text(b, "{\"type\":\"function\",\"name\":");
    sc_string(b, t->choice_name);
    sc_buf_char(b, '}');
}

static void write_format(struct sc_turn *t, struct sc_buf *b)
{
    if (t->format == SC_FORMAT_JSON) {
        sc_openai_check_json(t);
        sc_member(b, "format");
        sc_buf_text(b, "{\"type\":\"json_object\"}");
    } else if (t->format == SC_FORMAT_SCHEMA) {
        sc_member(b, "format");
        sc_buf_text(b, "{\"type\":\"json_schema\",\"name\":");
        sc_write_format_name(t, b);
        sc_member(b, "schema");
        sc_write_schema(t->format_schema, t->format_openapi, b);
        if (t->format_strict)
            sc_buf_text(b, ",\"strict\":true}");
        else
            sc_buf_text(b, ",\"strict\":false}");
    }
}

/* Parameters that lie in an object of their own. */
static void write_text(struct sc_turn *t, struct sc_buf *b)
{
    struct sc_str verbosity = t->param[SC_PARAM_VERBOSITY].value;
    struct sc_str effort = t->param[SC_PARAM_EFFORT].value;

    if (t->format != SC_FORMAT_TEXT || verbosity.p) {
        sc_buf_text(b, ",\"text\":{");
        write_format(t, b);
        if (verbosity.p) {
            sc_member(b, "verbosity");
            sc_buf_str(b, verbosity);
        }
        sc_buf_char(b, '}');
    }
    if (effort.p) {
        sc_buf_text(b, ",\"reasoning\":{\"effort\":");
        sc_buf_str(b, effort);
        sc_buf_char(b, '}');
    }
}

static void check_limit(struct sc_turn *t)
{
    struct sc_str limit = t->param[SC_PARAM_MAX_OUTPUT].value;

    if (limit.p && sc_value_number(limit) < LEAST_OUTPUT)
        sc_unfit_at(t, SC_PLACE_TOP, t->param[SC_PARAM_MAX_OUTPUT].name,
                    "responses takes %d at least", LEAST_OUTPUT);
}

void sc_responses_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    sc_buf_char(b, '{');
    sc_write_model(t, to, b);
    write_input(t, b);
    write_tools(t, b);
    write_text(t, b);
    check_limit(t);
    sc_write_params(t, &sc_family_responses, 1U << SC_PARAM_VERBOSITY | 1U << SC_PARAM_EFFORT, b);
    sc_buf_text(b, ",\"store\":false");
    if (t->asked.stream)
        sc_buf_text(b, ",\"stream\":true");
    sc_buf_char(b, '}');
}
