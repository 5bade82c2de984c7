/* chat_write.c - requests to OpenAI's chat completions, and to all who took the format over. */
#include "dialect/blob.h"
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/write.h"
#include "http/header.h"

/* ---- content ---- */

static bool is_text(const struct sc_turn_part *p)
{
    return p->kind == SC_PART_TEXT || p->kind == SC_PART_REFUSAL;
}

static void write_file(const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_buf_text(b, "{\"type\":\"file\",\"file\":{\"filename\":");
    if (p->name.n > 0)
        sc_string(b, p->name);
    else
        sc_buf_text(b, "\"document.pdf\"");
    sc_buf_text(b, ",\"file_data\":");
    sc_blob_write_url(p, b);
    sc_buf_text(b, "}}");
}

static void write_part(struct sc_turn *t, const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_comma(b);
    if (is_text(p)) {
        sc_buf_text(b, "{\"type\":\"text\",\"text\":");
        sc_write_text(p, b);
        sc_buf_char(b, '}');
        return;
    }
    if (p->role != SC_ROLE_USER)
        sc_unfit_part(t, p, "chat takes text only from others than the user");
    if (p->kind == SC_PART_IMAGE) {
        if (p->type.n > 0 && !sc_blob_is(p, sc_blob_images))
            sc_unfit_part(t, p, "chat takes no image of this type");
        sc_buf_text(b, "{\"type\":\"image_url\",\"image_url\":{\"url\":");
        sc_blob_write_url(p, b);
        sc_buf_text(b, "}}");
    } else {
        if (p->type.n == 0)
            sc_unfit_part(t, p, "chat takes no document by its URL");
        write_file(p, b);
    }
}

/* A single text is a string, as the plainest of servers wants it. */
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

/* ---- messages ---- */

static void write_result(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                         struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"role\":\"tool\",\"tool_call_id\":");
    sc_write_call_id(p->id, b);
    sc_buf_text(b, ",\"content\":");
    write_content(t, p + 1, n - 1, b);
    sc_buf_char(b, '}');
}

static void write_call(const struct sc_turn_part *p, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"id\":");
    sc_write_call_id(p->id, b);
    sc_buf_text(b, ",\"type\":\"function\",\"function\":{\"name\":");
    sc_string(b, p->name);
    sc_buf_text(b, ",\"arguments\":\"");
    sc_write_quoted_arguments(p, b);
    sc_buf_text(b, "\"}}");
}

/* Texts, then calls. */
static void write_assistant(struct sc_turn *t, const struct sc_turn_part *p, size_t n,
                            struct sc_buf *b)
{
    size_t texts = 0;

    while (texts < n && p[texts].kind != SC_PART_CALL)
        texts++;
    sc_comma(b);
    sc_buf_text(b, "{\"role\":\"assistant\",\"content\":");
    if (texts > 0)
        write_content(t, p, texts, b);
    else
        sc_buf_text(b, "null");
    if (texts < n) {
        sc_buf_text(b, ",\"tool_calls\":[");
        for (size_t i = texts; i < n; i++)
            write_call(&p[i], b);
        sc_buf_char(b, ']');
    }
    sc_buf_char(b, '}');
}

static void write_said(struct sc_turn *t, const struct sc_turn_part *p, size_t n, struct sc_buf *b)
{
    static const char *const roles[] = {"system", "developer", "user"};
    bool plain = p->role == SC_ROLE_DEVELOPER && !t->to_openai;

    sc_comma(b);
    sc_buf_text(b, "{\"role\":");
    sc_quoted(b, plain ? "system" : roles[p->role]);
    sc_buf_text(b, ",\"content\":");
    write_content(t, p, n, b);
    sc_buf_char(b, '}');
}

/* How many parts from p on make one message. */
static size_t message_length(const struct sc_turn_part *p, size_t n)
{
    size_t i = 1;

    if (p->kind == SC_PART_RESULT) {
        while (i < n && p[i].inner)
            i++;
    } else if (p->role == SC_ROLE_MODEL) {
        for (bool calls = p->kind == SC_PART_CALL; i < n && p[i].role == SC_ROLE_MODEL; i++) {
            bool call = p[i].kind == SC_PART_CALL;
            if (!call && (calls || p[i].message != p[i - 1].message))
                break;
            calls = call;
        }
    } else {
        while (i < n && p[i].message == p->message && p[i].role == p->role && !p[i].inner)
            i++;
    }
    return i;
}

static void write_messages(struct sc_turn *t, struct sc_buf *b)
{
    const struct sc_turn_part *p = t->parts.p;
    size_t n = t->parts.n;

    sc_buf_text(b, ",\"messages\":[");
    for (size_t i = 0, len; i < n; i += len) {
        len = message_length(&p[i], n - i);
        if (p[i].kind == SC_PART_RESULT)
            write_result(t, &p[i], len, b);
        else if (p[i].role == SC_ROLE_MODEL)
            write_assistant(t, &p[i], len, b);
        else
            write_said(t, &p[i], len, b);
    }
    sc_buf_char(b, ']');
}

/* ---- tools and format ---- */

static void write_tool(const struct sc_turn_tool *tool, struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"function\",\"function\":{\"name\":");
    sc_string(b, tool->name);
    if (tool->description.p) {
        sc_member(b, "description");
        sc_string(b, tool->description);
    }
    if (tool->schema.p) {
        sc_member(b, "parameters");
        sc_write_schema(tool->schema, tool->openapi, b);
    }
    if (tool->strict)
        sc_buf_text(b, ",\"strict\":true");
    sc_buf_text(b, "}}");
}

static void write_tools(struct sc_turn *t, struct sc_buf *b)
{
    static const char *const words[] = {"\"auto\"", "\"none\"", "\"required\""};
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
        sc_buf_add(b, words[t->choice], strlen(words[t->choice]));
        return;
    }
    sc_buf_text(b, "{\"type\":\"function\",\"function\":{\"name\":");
    sc_string(b, t->choice_name);
    sc_buf_text(b, "}}");
}

void sc_openai_check_json(struct sc_turn *t)
{
    for (size_t i = 0; i < t->parts.n; i++)
        if (t->parts.p[i].kind == SC_PART_TEXT && sc_str_find(t->parts.p[i].text, "json"))
            return;
    sc_unfit_at(t, SC_PLACE_TOP, t->format_at,
                "is refused unless the word JSON is in the messages");
}

static void write_format(struct sc_turn *t, struct sc_buf *b)
{
    if (t->format == SC_FORMAT_TEXT)
        return;
    sc_member(b, "response_format");
    if (t->format == SC_FORMAT_JSON) {
        sc_openai_check_json(t);
        sc_buf_text(b, "{\"type\":\"json_object\"}");
        return;
    }
    sc_buf_text(b, "{\"type\":\"json_schema\",\"json_schema\":{\"name\":");
    sc_write_format_name(t, b);
    sc_member(b, "schema");
    sc_write_schema(t->format_schema, t->format_openapi, b);
    if (t->format_strict)
        sc_buf_text(b, ",\"strict\":true");
    sc_buf_text(b, "}}");
}

/* max_tokens is everybody's word, but OpenAI's newer models refuse it. */
static void write_limit(struct sc_turn *t, struct sc_buf *b)
{
    struct sc_str limit = t->param[SC_PARAM_MAX_OUTPUT].value;

    if (limit.p == NULL)
        return;
    if (t->to_openai)
        sc_member(b, "max_completion_tokens");
    else
        sc_member(b, "max_tokens");
    sc_buf_str(b, limit);
}

/* Parameters of OpenAI's own: others may refuse what they do not know. */
static void leave_to_openai(struct sc_turn *t, enum sc_turn_param param)
{
    if (t->to_openai || t->param[param].value.p == NULL)
        return;
    sc_fit_add(t->fit, SC_MISFIT_LEFT_OUT, t->param[param].name,
               "changes nothing of what the answer means");
    t->param[param].value.p = NULL;
}

void sc_chat_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b)
{
    t->to_openai = to->provider == SC_PROVIDER_OPENAI || to->provider == SC_PROVIDER_AZURE;
    leave_to_openai(t, SC_PARAM_EFFORT);
    leave_to_openai(t, SC_PARAM_VERBOSITY);
    sc_buf_char(b, '{');
    sc_write_model(t, to, b);
    write_messages(t, b);
    write_tools(t, b);
    write_format(t, b);
    write_limit(t, b);
    sc_write_params(t, &sc_family_chat, 1U << SC_PARAM_MAX_OUTPUT, b);
    if (t->asked.stream)
        sc_buf_text(b, ",\"stream\":true");
    if (t->asked.stream && to->provider != SC_PROVIDER_MISTRAL) /* it tells its usage unasked */
        sc_buf_text(b, ",\"stream_options\":{\"include_usage\":true}");
    sc_buf_char(b, '}');
}
