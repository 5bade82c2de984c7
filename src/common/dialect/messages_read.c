/* messages_read.c - requests of Anthropic's Messages API. */
#include "dialect/blob.h"
#include "dialect/fit.h"
#include "dialect/messages.h"

enum {
    MODEL,
    MESSAGES,
    SYSTEM,
    STREAM,
    TOOLS,
    TOOL_CHOICE,
    THINKING,
    OUTPUT_CONFIG,
    OUTPUT_FORMAT
};
static const struct sc_member request_members[] = {
    [MODEL] = {"model", SC_VALUE},
    [MESSAGES] = {"messages", SC_VALUE},
    [SYSTEM] = {"system", SC_VALUE},
    [STREAM] = {"stream", SC_VALUE},
    [TOOLS] = {"tools", SC_VALUE},
    [TOOL_CHOICE] = {"tool_choice", SC_VALUE},
    [THINKING] = {"thinking", SC_HINT_BUT("{\"type\":\"disabled\"}")},
    [OUTPUT_CONFIG] = {"output_config", SC_VALUE},
    [OUTPUT_FORMAT] = {"output_format", SC_VALUE}, /* its name while it was tried out */
    {"max_tokens", SC_PARAM(MAX_OUTPUT)},
    {"stop_sequences", SC_PARAM(STOP)},
    {"temperature", SC_PARAM(TEMPERATURE)},
    {"top_p", SC_PARAM(TOP_P)},
    {"top_k", SC_PARAM(TOP_K)},
    {"metadata", SC_HINT},
    {"service_tier", SC_HINT_BUT("\"auto\" \"standard_only\"")},
    {"speed", SC_HINT_BUT("\"standard\"")},
    {"cache_control", SC_QUIET},
    {"container", SC_BOUND},
    {"mcp_servers", SC_NO},
    {"context_management", SC_NO},
    {"inference_geo", SC_NO},
};

enum { OUTPUT_AS };
static const struct sc_member output_members[] = {
    [OUTPUT_AS] = {"format", SC_VALUE},
    {"effort", SC_HINT},
};

enum { ROLE, CONTENT };
static const struct sc_member message_members[] = {
    [ROLE] = {"role", SC_VALUE},
    [CONTENT] = {"content", SC_VALUE},
};

enum { TYPE, TEXT, SOURCE, ID, NAME, INPUT, TOOL_USE_ID, RESULT, IS_ERROR, SIGNATURE, DATA, TITLE };
static const struct sc_member block_members[] = {
    [TYPE] = {"type", SC_VALUE},
    [TEXT] = {"text", SC_VALUE},
    [SOURCE] = {"source", SC_VALUE},
    [ID] = {"id", SC_VALUE},
    [NAME] = {"name", SC_VALUE},
    [INPUT] = {"input", SC_VALUE},
    [TOOL_USE_ID] = {"tool_use_id", SC_VALUE},
    [RESULT] = {"content", SC_VALUE},
    [IS_ERROR] = {"is_error", SC_VALUE},
    [SIGNATURE] = {"signature", SC_VALUE},
    [DATA] = {"data", SC_VALUE},
    [TITLE] = {"title", SC_VALUE},
    {"thinking", SC_QUIET},
    {"cache_control", SC_QUIET},
    {"caller", SC_QUIET},
    {"context", SC_NO},
    {"citations", SC_NEUTRAL("{\"enabled\":false}")},
};

enum { SOURCE_TYPE, SOURCE_MEDIA, SOURCE_DATA, SOURCE_URL };
static const struct sc_member source_members[] = {
    [SOURCE_TYPE] = {"type", SC_VALUE},
    [SOURCE_MEDIA] = {"media_type", SC_VALUE},
    [SOURCE_DATA] = {"data", SC_VALUE},
    [SOURCE_URL] = {"url", SC_VALUE},
    {"file_id", SC_BOUND},
};

enum { TOOL_TYPE, TOOL_NAME, TOOL_DESCRIPTION, TOOL_SCHEMA, TOOL_STRICT };
static const struct sc_member tool_members[] = {
    [TOOL_TYPE] = {"type", SC_VALUE},
    [TOOL_NAME] = {"name", SC_VALUE},
    [TOOL_DESCRIPTION] = {"description", SC_VALUE},
    [TOOL_SCHEMA] = {"input_schema", SC_VALUE},
    [TOOL_STRICT] = {"strict", SC_VALUE},
    {"cache_control", SC_QUIET},
    {"eager_input_streaming", SC_QUIET},
    {"input_examples", SC_HINT},
    {"defer_loading", SC_NEUTRAL("false")},
    {"allowed_callers", SC_NEUTRAL("[\"direct\"]")},
};

enum { CHOICE_TYPE, CHOICE_NAME, CHOICE_SINGLE };
static const struct sc_member choice_members[] = {
    [CHOICE_TYPE] = {"type", SC_VALUE},
    [CHOICE_NAME] = {"name", SC_VALUE},
    [CHOICE_SINGLE] = {"disable_parallel_tool_use", SC_VALUE},
};

/* ---- blocks ---- */

static void read_blob(struct sc_turn *t, const struct sc_where *w, enum sc_turn_kind kind,
                      const struct sc_str *block)
{
    SC_READ(t, w->place, block[SOURCE], source_members, v);
    if (sc_string_is(v[SOURCE_TYPE], "file"))
        return; /* bound */
    struct sc_turn_part *part = sc_add_part(t, w, kind);
    if (part == NULL)
        return;
    part->name = sc_inside(block[TITLE]);
    if (sc_string_is(v[SOURCE_TYPE], "base64")) {
        part->type = sc_inside(v[SOURCE_MEDIA]);
        part->text = sc_inside(v[SOURCE_DATA]);
    } else if (sc_string_is(v[SOURCE_TYPE], "url")) {
        part->text = sc_inside(v[SOURCE_URL]);
    } else {
        sc_unfit_at(t, w->place, "source", "is of a type that has no counterpart");
    }
}

static void read_call(struct sc_turn *t, const struct sc_where *w, const struct sc_str *v)
{
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_CALL);

    if (part == NULL)
        return;
    part->id = sc_inside(v[ID]);
    part->name = sc_inside(v[NAME]);
    part->text = v[INPUT].p ? v[INPUT] : (struct sc_str){"", 0};
}

static void read_content(struct sc_turn *t, struct sc_where w, struct sc_str content, bool inner);

static void read_result(struct sc_turn *t, const struct sc_where *w, const struct sc_str *v)
{
    struct sc_where result = {w->place, SC_ROLE_TOOL};
    struct sc_turn_part *part = sc_add_part(t, &result, SC_PART_RESULT);

    if (part) {
        part->id = sc_inside(v[TOOL_USE_ID]);
        part->is_error = sc_says(v[IS_ERROR], "true");
    }
    read_content(t, result, v[RESULT], true);
}

/* What the model thought is signed: only Anthropic can read the signature. */
static void read_thought(struct sc_turn *t, const struct sc_where *w, const struct sc_str *v)
{
    if (!sc_json_is_empty(v[SIGNATURE]) || !sc_json_is_empty(v[DATA]))
        sc_bound_at(t, w->place, "signature");
}

static void read_block(struct sc_turn *t, const struct sc_where *w, struct sc_str block, bool inner)
{
    static const char *const types[] = {"text",        "image",    "document",          "tool_use",
                                        "tool_result", "thinking", "redacted_thinking", NULL};
    SC_READ(t, w->place, block, block_members, v);
    switch (sc_word_of(sc_inside(v[TYPE]), types)) {
    case 0:
        sc_add_text(t, w, SC_PART_TEXT, v[TEXT]);
        return;
    case 1:
        read_blob(t, w, SC_PART_IMAGE, v);
        return;
    case 2:
        read_blob(t, w, SC_PART_FILE, v);
        return;
    case 3:
        if (inner) /* how deep a reader goes is not the writer's to say */
            sc_unfit_at(t, w->place, "content", "holds what no result of a tool may hold");
        else
            read_call(t, w, v);
        return;
    case 4:
        if (inner)
            sc_unfit_at(t, w->place, "content", "holds what no result of a tool may hold");
        else
            read_result(t, w, v);
        return;
    case 5:
    case 6:
        read_thought(t, w, v);
        return;
    default:
        sc_unfit_at(t, w->place, "type", "a block of this type cannot be said elsewhere");
    }
}

static void read_content(struct sc_turn *t, struct sc_where w, struct sc_str content, bool inner)
{
    size_t from = t->parts.n;

    if (sc_is_string(content)) {
        sc_add_text(t, &w, SC_PART_TEXT, content);
    } else {
        struct sc_json_iter it = sc_walk(content);
        struct sc_str key, value;
        for (int32_t at = 0; sc_json_next(&it, &key, &value); at++) {
            if (!inner)
                w.place.at = at;
            read_block(t, &w, value, inner);
        }
    }
    for (size_t i = from; inner && i < t->parts.n; i++)
        t->parts.p[i].inner = true;
}

static void read_message(struct sc_turn *t, int32_t at, struct sc_str message)
{
    struct sc_where w = {{"messages", at, "content", -1}, SC_ROLE_USER};
    SC_READ(t, w.place, message, message_members, v);
    if (sc_string_is(v[ROLE], "assistant"))
        w.role = SC_ROLE_MODEL;
    else if (sc_string_is(v[ROLE], "system"))
        w.role = SC_ROLE_SYSTEM;
    else if (!sc_string_is(v[ROLE], "user"))
        sc_unfit_at(t, w.place, "role", "has no counterpart");
    read_content(t, w, v[CONTENT], false);
}

/* ---- the rest ---- */

static void read_tool(struct sc_turn *t, int32_t at, struct sc_str tool)
{
    struct sc_place place = {"tools", at, NULL, -1};
    SC_READ(t, place, tool, tool_members, v);
    if (v[TOOL_TYPE].p && !sc_string_is(v[TOOL_TYPE], "custom")) {
        sc_unfit_at(t, place, "type", "a tool of this type cannot be had elsewhere");
        return;
    }
    struct sc_turn_tool *to = sc_turn_add_tool(t);
    if (to == NULL)
        return;
    to->at = (uint32_t)at;
    to->name = sc_inside(v[TOOL_NAME]);
    to->description = sc_is_string(v[TOOL_DESCRIPTION]) ? sc_inside(v[TOOL_DESCRIPTION])
                                                        : (struct sc_str){NULL, 0};
    to->schema = v[TOOL_SCHEMA];
    to->strict = sc_says(v[TOOL_STRICT], "true");
}

static void read_choice(struct sc_turn *t, struct sc_str choice)
{
    static const char *const types[] = {"auto", "none", "any", "tool", NULL};
    struct sc_place place = {"tool_choice", -1, NULL, -1};
    SC_READ(t, place, choice, choice_members, v);
    size_t type = sc_word_of(sc_inside(v[CHOICE_TYPE]), types);

    t->choice_at = "tool_choice";
    if (types[type] == NULL) {
        sc_unfit_at(t, place, "type", "has no counterpart");
        return;
    }
    t->choice = (enum sc_turn_choice)type;
    t->choice_name = sc_inside(v[CHOICE_NAME]);
    if (sc_says(v[CHOICE_SINGLE], "true")) {
        t->param[SC_PARAM_PARALLEL].value = (struct sc_str){"false", 5};
        t->param[SC_PARAM_PARALLEL].name = "tool_choice.disable_parallel_tool_use";
    }
}

static void read_format(struct sc_turn *t, struct sc_str format, const char *at)
{
    t->format_at = at;
    if (!sc_string_is(sc_json_find(format.p, format.n, "type"), "json_schema")) {
        sc_unfit_at(t, SC_PLACE_TOP, at, "is of a type that has no counterpart");
        return;
    }
    t->format = SC_FORMAT_SCHEMA;
    t->format_strict = true; /* here all answers in a format follow it */
    t->format_schema = sc_json_find(format.p, format.n, "schema");
    if (t->format_schema.p == NULL)
        sc_unfit_at(t, SC_PLACE_TOP, at, "has no schema");
}

static void read_output(struct sc_turn *t, struct sc_str output)
{
    SC_READ(t, ((struct sc_place){"output_config", -1, NULL, -1}), output, output_members, v);
    if (v[OUTPUT_AS].p)
        read_format(t, v[OUTPUT_AS], "output_config.format");
}

static bool shows_thoughts(struct sc_str thinking)
{
    struct sc_str type = sc_json_find(thinking.p, thinking.n, "type");

    return thinking.p && !sc_string_is(type, "disabled") &&
           !sc_string_is(sc_json_find(thinking.p, thinking.n, "display"), "omitted");
}

void sc_messages_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body)
{
    struct sc_where system = {{"system", -1, NULL, -1}, SC_ROLE_SYSTEM};
    (void)path;
    SC_READ(t, SC_PLACE_TOP, body, request_members, v);
    t->model = sc_inside(v[MODEL]);
    t->asked.stream = sc_says(v[STREAM], "true");
    t->asked.usage = true;
    t->asked.reasoning = shows_thoughts(v[THINKING]);
    if (v[SYSTEM].p)
        read_content(t, system, v[SYSTEM], false);
    sc_read_list(t, v[MESSAGES], read_message);
    sc_read_list(t, v[TOOLS], read_tool);
    if (v[TOOL_CHOICE].p)
        read_choice(t, v[TOOL_CHOICE]);
    if (v[OUTPUT_CONFIG].p)
        read_output(t, v[OUTPUT_CONFIG]);
    if (v[OUTPUT_FORMAT].p)
        read_format(t, v[OUTPUT_FORMAT], "output_format");
}
