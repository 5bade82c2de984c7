/* gemini_write.c - requests to Gemini's generateContent. The model stands in the path. */
#include "dialect/blob.h"
#include "dialect/fit.h"
#include "dialect/gemini.h"
#include "dialect/write.h"

#define LOOK_BACK 1024 /* parts, for the call of a result */

static const char *const images[] = {"image/png",  "image/jpeg", "image/webp",
                                     "image/heic", "image/heif", NULL};
static const char *const files[] = {"application/pdf", "text/plain", NULL};

static void write_blob(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    const char *type = p->type.n ? NULL : sc_blob_type_of_url(p->text);

    sc_comma(b);
    if (p->type.n > 0) {
        if (!sc_blob_is(p, p->kind == SC_PART_IMAGE ? images : files))
            sc_unfit_part(t, p, "gemini takes nothing of this type");
        sc_buf_text(b, "{\"inlineData\":{\"mimeType\":");
        sc_string(b, p->type);
        sc_member(b, "data");
    } else {
        if (type == NULL)
            sc_unfit_part(t, p,
                          "gemini wants the type of what a URL leads to, which it does not say");
        sc_buf_text(b, "{\"fileData\":{\"mimeType\":");
        sc_quoted(b, type ? type : "");
        sc_member(b, "fileUri");
    }
    sc_string(b, p->text);
    sc_buf_text(b, "}}");
}

static void write_text(struct sc_str text, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"text\":");
    sc_string(b, text);
    sc_buf_char(b, '}');
}

static void write_call(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"functionCall\":{\"id\":");
    sc_write_call_id(p->id, b);
    sc_member(b, "name");
    sc_string(b, p->name);
    sc_member(b, "args");
    sc_write_call_object(t, p, b);
    sc_buf_char(b, '}');
    if (t->wants_signatures)
        sc_buf_text(b, ",\"thoughtSignature\":\"skip_thought_signature_validator\"");
    sc_buf_char(b, '}');
}

/* A result is an object: its own, if its text is one. */
static void write_response(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                           struct sc_buf *b)
{
    struct sc_turn_part text = {.is_quoted = true};
    size_t before = b->n;

    for (size_t i = 1; i < n; i++)
        if (p[i].kind != SC_PART_TEXT)
            sc_unfit_part(t, p, "gemini takes text only as the result of a tool");
    if (n == 2 && !p->is_error && p[1].text.n > 0) {
        text.text = p[1].text;
        if (sc_write_arguments(&text, b))
            return;
        b->n = before;
    }
    if (p->is_error)
        sc_buf_text(b, "{\"error\":\"");
    else
        sc_buf_text(b, "{\"output\":\"");
    for (size_t i = 1; i < n; i++)
        sc_buf_str(b, p[i].text);
    sc_buf_text(b, "\"}");
}

static struct sc_str name_of_call(struct sc_turn *t, const struct sc_turn_part *result)
{
    const struct sc_turn_part *first = t->parts.p, *p = result;

    if (result->name.n > 0)
        return result->name;
    for (int i = 0; i < LOOK_BACK && p > first; i++) {
        p--;
        if (p->kind == SC_PART_CALL && p->id.n == result->id.n &&
            memcmp(p->id.p, result->id.p, p->id.n) == 0)
            return p->name;
    }
    sc_unfit_part(t, result, "is the result of no call, whose name gemini wants");
    return (struct sc_str){"", 0};
}

static void write_result(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                         struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"functionResponse\":{\"id\":");
    sc_write_call_id(p->id, b);
    sc_member(b, "name");
    sc_string(b, name_of_call(t, p));
    sc_member(b, "response");
    write_response(t, p, n, b);
    sc_buf_text(b, "}}");
}

/* ---- contents ---- */

/* Results stand alone: they are the turn behind their calls. */
static size_t content_length(const struct sc_turn_part *p, size_t n)
{
    size_t i = 0;
    bool results = p->role == SC_ROLE_TOOL;

    while (i < n && p[i].role == (results ? SC_ROLE_TOOL : p->role))
        i++;
    return i;
}

static void write_content(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                          struct sc_buf *b)
{
    bool model = p->role == SC_ROLE_MODEL;
    size_t before = b->n, begin;

    if (p->role == SC_ROLE_SYSTEM || p->role == SC_ROLE_DEVELOPER)
        sc_unfit_part(t, p, "gemini has no place for a system text amid the others");
    sc_comma(b);
    if (model)
        sc_buf_text(b, "{\"role\":\"model\",\"parts\":[");
    else
        sc_buf_text(b, "{\"role\":\"user\",\"parts\":[");
    begin = b->n;
    for (size_t i = 0, len; i < n; i += len) {
        len = sc_part_length(&p[i], n - i);
        if (p[i].kind == SC_PART_RESULT)
            write_result(t, &p[i], len, b);
        else if (p[i].kind == SC_PART_CALL)
            write_call(t, &p[i], b);
        else if (p[i].kind == SC_PART_IMAGE || p[i].kind == SC_PART_FILE)
            write_blob(t, &p[i], b);
        else if (p[i].text.n > 0)
            write_text(p[i].text, b);
    }
    if (b->n > begin || b->failed)
        sc_buf_text(b, "]}");
    else if (model)
        b->n = before; /* it said nothing */
    else
        sc_unfit_part(t, p, "is empty, which gemini does not take");
}

static void write_contents(struct sc_turn *t, size_t from, struct sc_buf *b)
{
    const struct sc_turn_part *p = t->parts.p;
    size_t n = t->parts.n;

    sc_buf_text(b, "{\"contents\":[");
    if (from < n && p[from].role == SC_ROLE_MODEL)
        sc_unfit_part(t, &p[from], "gemini begins with the user's words");
    for (size_t i = from, len; i < n; i += len) {
        len = content_length(&p[i], n - i);
        write_content(t, &p[i], len, b);
    }
    sc_buf_char(b, ']');
}

static size_t count_system(const struct sc_turn *t)
{
    size_t n = 0;

    while (n < t->parts.n &&
           (t->parts.p[n].role == SC_ROLE_SYSTEM || t->parts.p[n].role == SC_ROLE_DEVELOPER))
        n++;
    return n;
}

static void write_system(const struct sc_turn *t, size_t n, struct sc_buf *b)
{
    size_t said = 0;

    for (size_t i = 0; i < n; i++) {
        if (t->parts.p[i].text.n == 0)
            continue;
        if (said++ == 0)
            sc_buf_text(b, ",\"systemInstruction\":{\"parts\":[");
        write_text(t->parts.p[i].text, b);
    }
    if (said > 0)
        sc_buf_text(b, "]}");
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
    if (tool->schema.p) {
        sc_member(b, "parametersJsonSchema");
        sc_buf_str(b, tool->schema);
    }
    sc_buf_char(b, '}');
}

static void write_choice(const struct sc_turn *t, bool strict, struct sc_buf *b)
{
    static const char *const modes[] = {"AUTO", "NONE", "ANY", "ANY"};
    const char *mode = modes[t->choice];

    if (strict && t->choice == SC_CHOICE_AUTO)
        mode = "VALIDATED"; /* as AUTO, and arguments follow the schema */
    else if (t->choice_at == NULL)
        return;
    sc_buf_text(b, ",\"toolConfig\":{\"functionCallingConfig\":{\"mode\":");
    sc_quoted(b, mode);
    if (t->choice == SC_CHOICE_NAMED) {
        sc_buf_text(b, ",\"allowedFunctionNames\":[");
        sc_string(b, t->choice_name);
        sc_buf_char(b, ']');
    }
    sc_buf_text(b, "}}");
}

static void write_tools(const struct sc_turn *t, struct sc_buf *b)
{
    size_t shown = 0;
    bool strict = false;

    for (size_t i = 0; i < t->n_tools; i++) {
        if (t->tools[i].hidden)
            continue;
        if (shown++ == 0)
            sc_buf_text(b, ",\"tools\":[{\"functionDeclarations\":[");
        write_tool(&t->tools[i], b);
        strict |= t->tools[i].strict;
    }
    if (shown == 0)
        return;
    sc_buf_text(b, "]}]");
    write_choice(t, strict, b);
}

static void write_config(struct sc_turn *t, struct sc_buf *b)
{
    size_t before = b->n, begin;

    sc_buf_text(b, ",\"generationConfig\":{");
    begin = b->n;
    sc_write_params(t, &sc_family_gemini, 0, b);
    if (t->format != SC_FORMAT_TEXT) {
        sc_member(b, "responseMimeType");
        sc_buf_text(b, "\"application/json\"");
    }
    if (t->format == SC_FORMAT_SCHEMA) {
        sc_member(b, "responseJsonSchema");
        sc_buf_str(b, t->format_schema);
    }
    if (b->n == begin && !b->failed)
        b->n = before;
    else
        sc_buf_char(b, '}');
}

/* From Gemini 3 on calls are signed, and a call that another model made bears this in the place of
 * a signature (ai.google.dev, "Thought signatures"). */
static bool wants_signatures(const struct sc_turn *t, const char *model)
{
    struct sc_str name = model ? (struct sc_str){model, strlen(model)} : t->model;

    return name.n > 7 && memcmp(name.p, "gemini-", 7) == 0 && name.p[7] >= '3' && name.p[7] <= '9';
}

void sc_gemini_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    size_t system = count_system(t);

    if (to->model == NULL && t->model.n == 0)
        sc_unfit_at(t, SC_PLACE_TOP, "model", "is not said");
    t->wants_signatures = wants_signatures(t, to->model);
    write_contents(t, system, b);
    write_system(t, system, b);
    write_tools(t, b);
    write_config(t, b);
    sc_buf_char(b, '}');
}
