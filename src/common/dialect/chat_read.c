/* chat_read.c - requests of OpenAI's chat completions, and of all who took the format over. */
#include "dialect/blob.h"
#include "dialect/chat.h"
#include "dialect/fit.h"

enum { MODEL, MESSAGES, STREAM, STREAM_OPTIONS, TOOLS, TOOL_CHOICE, RESPONSE_FORMAT };
static const struct sc_member request_members[] = {
    [MODEL] = {"model", SC_VALUE},
    [MESSAGES] = {"messages", SC_VALUE},
    [STREAM] = {"stream", SC_VALUE},
    [STREAM_OPTIONS] = {"stream_options", SC_VALUE},
    [TOOLS] = {"tools", SC_VALUE},
    [TOOL_CHOICE] = {"tool_choice", SC_VALUE},
    [RESPONSE_FORMAT] = {"response_format", SC_VALUE},
    {"max_tokens", SC_PARAM(MAX_OUTPUT)}, /* of both the next one counts */
    {"max_completion_tokens", SC_PARAM(MAX_OUTPUT)},
    {"temperature", SC_PARAM(TEMPERATURE)},
    {"top_p", SC_PARAM(TOP_P)},
    {"top_k", SC_PARAM(TOP_K)}, /* vLLM, llama.cpp, OpenRouter */
    {"stop", SC_PARAM(STOP)},
    {"seed", SC_PARAM(SEED)},
    {"presence_penalty", SC_PARAM(PRESENCE)},
    {"frequency_penalty", SC_PARAM(FREQUENCY)},
    {"parallel_tool_calls", SC_PARAM(PARALLEL)},
    {"reasoning_effort", SC_PARAM(EFFORT)},
    {"verbosity", SC_PARAM(VERBOSITY)},
    {"n", SC_NEUTRAL("1")},
    {"logprobs", SC_NEUTRAL("false")},
    {"top_logprobs", SC_NEUTRAL("0")},
    {"logit_bias", SC_NEUTRAL("{}")},
    {"modalities", SC_NEUTRAL("[\"text\"]")},
    {"audio", SC_NO},
    {"web_search_options", SC_NO},
    {"functions", SC_NO},
    {"function_call", SC_NEUTRAL("\"auto\" \"none\"")},
    {"prediction", SC_HINT},
    {"user", SC_HINT},
    {"safety_identifier", SC_HINT},
    {"metadata", SC_HINT},
    {"store", SC_HINT_BUT("false")},
    {"service_tier", SC_HINT_BUT("\"auto\" \"default\"")},
    {"prompt_cache_key", SC_HINT},
    {"prompt_cache_options", SC_HINT},
    {"prompt_cache_retention", SC_HINT},
};

enum { ROLE, CONTENT, TOOL_CALLS, TOOL_CALL_ID, REFUSAL };
static const struct sc_member message_members[] = {
    [ROLE] = {"role", SC_VALUE},
    [CONTENT] = {"content", SC_VALUE},
    [TOOL_CALLS] = {"tool_calls", SC_VALUE},
    [TOOL_CALL_ID] = {"tool_call_id", SC_VALUE},
    [REFUSAL] = {"refusal", SC_VALUE},
    {"name", SC_NO},
    {"audio", SC_NO},
    {"function_call", SC_NO},
    {"reasoning_content", SC_QUIET}, /* what others' answers have, sent back */
    {"reasoning", SC_QUIET},
    {"annotations", SC_QUIET},
    {"cache_control", SC_QUIET},
};

enum { PART_TYPE, PART_TEXT, PART_REFUSAL, PART_IMAGE, PART_FILE };
static const struct sc_member part_members[] = {
    [PART_TYPE] = {"type", SC_VALUE},
    [PART_TEXT] = {"text", SC_VALUE},
    [PART_REFUSAL] = {"refusal", SC_VALUE},
    [PART_IMAGE] = {"image_url", SC_VALUE},
    [PART_FILE] = {"file", SC_VALUE},
    {"input_audio", SC_NO},
    {"cache_control", SC_QUIET},
    {"prompt_cache_breakpoint", SC_QUIET},
};

enum { URL };
static const struct sc_member image_members[] = {
    [URL] = {"url", SC_VALUE},
    {"detail", SC_HINT_BUT("\"auto\"")},
};

enum { FILE_DATA, FILE_NAME };
static const struct sc_member file_members[] = {
    [FILE_DATA] = {"file_data", SC_VALUE},
    [FILE_NAME] = {"filename", SC_VALUE},
    {"file_id", SC_BOUND},
};

enum { CALL_ID, CALL_TYPE, CALL_FUNCTION };
static const struct sc_member call_members[] = {
    [CALL_ID] = {"id", SC_VALUE},
    [CALL_TYPE] = {"type", SC_VALUE},
    [CALL_FUNCTION] = {"function", SC_VALUE},
    {"index", SC_QUIET},
    {"extra_content", SC_BOUND}, /* Gemini's thought signatures, of its chat dialect */
};

enum { CALLED_NAME, CALLED_ARGUMENTS };
static const struct sc_member called_members[] = {
    [CALLED_NAME] = {"name", SC_VALUE},
    [CALLED_ARGUMENTS] = {"arguments", SC_VALUE},
};

enum { TOOL_TYPE, TOOL_FUNCTION };
static const struct sc_member tool_members[] = {
    [TOOL_TYPE] = {"type", SC_VALUE},
    [TOOL_FUNCTION] = {"function", SC_VALUE},
    {"cache_control", SC_QUIET},
};

enum { FUNCTION_NAME, FUNCTION_DESCRIPTION, FUNCTION_PARAMETERS, FUNCTION_STRICT };
static const struct sc_member function_members[] = {
    [FUNCTION_NAME] = {"name", SC_VALUE},
    [FUNCTION_DESCRIPTION] = {"description", SC_VALUE},
    [FUNCTION_PARAMETERS] = {"parameters", SC_VALUE},
    [FUNCTION_STRICT] = {"strict", SC_VALUE},
};

enum { FORMAT_TYPE, FORMAT_SCHEMA };
static const struct sc_member format_members[] = {
    [FORMAT_TYPE] = {"type", SC_VALUE},
    [FORMAT_SCHEMA] = {"json_schema", SC_VALUE},
};

/* ---- messages ---- */

static void read_image(struct sc_turn *t, const struct sc_where *w, struct sc_str image)
{
    SC_READ(t, w->place, image, image_members, v);
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_IMAGE);
    if (part && !sc_blob_read_url(sc_inside(v[URL]), part))
        sc_unfit_at(t, w->place, "image_url", "is no http URL and no base64 data");
}

static void read_file(struct sc_turn *t, const struct sc_where *w, struct sc_str file)
{
    SC_READ(t, w->place, file, file_members, v);
    struct sc_turn_part *part = v[FILE_DATA].p ? sc_add_part(t, w, SC_PART_FILE) : NULL;
    if (part == NULL)
        return; /* by its id: bound */
    part->name = sc_inside(v[FILE_NAME]);
    if (!sc_blob_read_url(sc_inside(v[FILE_DATA]), part) || part->type.n == 0)
        sc_unfit_at(t, w->place, "file", "is no base64 data");
}

static void read_part(struct sc_turn *t, const struct sc_where *w, struct sc_str value)
{
    SC_READ(t, w->place, value, part_members, v);
    if (sc_string_is(v[PART_TYPE], "text"))
        sc_add_text(t, w, SC_PART_TEXT, v[PART_TEXT]);
    else if (sc_string_is(v[PART_TYPE], "refusal"))
        sc_add_text(t, w, SC_PART_REFUSAL, v[PART_REFUSAL]);
    else if (sc_string_is(v[PART_TYPE], "image_url"))
        read_image(t, w, v[PART_IMAGE]);
    else if (sc_string_is(v[PART_TYPE], "file"))
        read_file(t, w, v[PART_FILE]);
    else
        sc_unfit_at(t, w->place, "type", "a part of this type cannot be said elsewhere");
}

static void read_content(struct sc_turn *t, struct sc_where w, struct sc_str content, bool inner)
{
    size_t from = t->parts.n;

    if (sc_is_string(content)) {
        sc_add_text(t, &w, SC_PART_TEXT, content);
    } else if (content.p) {
        struct sc_json_iter it = sc_walk(content);
        struct sc_str key, value;
        for (w.place.at = 0; sc_json_next(&it, &key, &value); w.place.at++)
            read_part(t, &w, value);
    }
    for (size_t i = from; i < t->parts.n; i++)
        t->parts.p[i].inner = inner;
}

static void read_call(struct sc_turn *t, struct sc_where *w, struct sc_str call)
{
    SC_READ(t, w->place, call, call_members, v);
    struct sc_str f[SC_COUNT(called_members)];
    if (v[CALL_TYPE].p && !sc_string_is(v[CALL_TYPE], "function")) {
        sc_unfit_at(t, w->place, "type", "a call of this type cannot be said elsewhere");
        return;
    }
    sc_read_members(t, w->place, v[CALL_FUNCTION], called_members, SC_COUNT(called_members), f);
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_CALL);
    if (part == NULL)
        return;
    part->id = sc_inside(v[CALL_ID]);
    part->name = sc_inside(f[CALLED_NAME]);
    part->is_quoted = sc_is_string(f[CALLED_ARGUMENTS]);
    part->text = part->is_quoted ? sc_inside(f[CALLED_ARGUMENTS]) : f[CALLED_ARGUMENTS];
}

static void read_calls(struct sc_turn *t, struct sc_where w, struct sc_str calls)
{
    struct sc_json_iter it = sc_walk(calls);
    struct sc_str key, value;

    w.place.sub = "tool_calls";
    for (w.place.at = 0; sc_json_next(&it, &key, &value); w.place.at++)
        read_call(t, &w, value);
}

static void read_result(struct sc_turn *t, const struct sc_where *w, const struct sc_str *v)
{
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_RESULT);

    if (part)
        part->id = sc_inside(v[TOOL_CALL_ID]);
    read_content(t, *w, v[CONTENT], true);
}

static void read_message(struct sc_turn *t, int32_t at, struct sc_str message)
{
    static const char *const roles[] = {"system", "developer", "user", "assistant", "tool", NULL};
    struct sc_where w = {{"messages", at, NULL, -1}, SC_ROLE_USER};
    SC_READ(t, w.place, message, message_members, v);
    size_t role = sc_word_of(sc_inside(v[ROLE]), roles);

    if (roles[role] == NULL) {
        sc_unfit_at(t, w.place, "role", "has no counterpart");
        return;
    }
    w.role = (enum sc_turn_role)role;
    w.place.sub = "content";
    if (w.role == SC_ROLE_TOOL) {
        read_result(t, &w, v);
        return;
    }
    read_content(t, w, v[CONTENT], false);
    if (sc_is_string(v[REFUSAL]))
        sc_add_text(t, &w, SC_PART_REFUSAL, v[REFUSAL]);
    if (v[TOOL_CALLS].p)
        read_calls(t, w, v[TOOL_CALLS]);
}

/* ---- tools ---- */

static void read_tool(struct sc_turn *t, int32_t at, struct sc_str tool)
{
    struct sc_place place = {"tools", at, NULL, -1};
    SC_READ(t, place, tool, tool_members, v);
    struct sc_str f[SC_COUNT(function_members)];
    if (!sc_string_is(v[TOOL_TYPE], "function")) {
        sc_unfit_at(t, place, "type", "a tool of this type cannot be had elsewhere");
        return;
    }
    sc_read_members(t, place, v[TOOL_FUNCTION], function_members, SC_COUNT(function_members), f);
    struct sc_turn_tool *to = sc_turn_add_tool(t);
    if (to == NULL)
        return;
    to->at = (uint32_t)at;
    to->name = sc_inside(f[FUNCTION_NAME]);
    to->description = sc_is_string(f[FUNCTION_DESCRIPTION]) ? sc_inside(f[FUNCTION_DESCRIPTION])
                                                            : (struct sc_str){NULL, 0};
    to->schema = f[FUNCTION_PARAMETERS];
    to->strict = sc_says(f[FUNCTION_STRICT], "true");
}

/* Tools that are not among the allowed ones are not to be called. */
static void read_allowed(struct sc_turn *t, struct sc_str choice)
{
    struct sc_str allowed = sc_json_find(choice.p, choice.n, "allowed_tools.tools");
    struct sc_str mode = sc_json_find(choice.p, choice.n, "allowed_tools.mode");
    struct sc_json_iter it = sc_walk(allowed);
    struct sc_str key, value;

    t->choice = sc_string_is(mode, "required") ? SC_CHOICE_ANY : SC_CHOICE_AUTO;
    sc_turn_hide_tools(t);
    while (sc_json_next(&it, &key, &value))
        sc_turn_allow_tool(t, sc_inside(sc_json_find(value.p, value.n, "function.name")));
}

static void read_choice(struct sc_turn *t, struct sc_str choice)
{
    static const char *const words[] = {"auto", "none", "required", NULL};
    struct sc_str type = sc_json_find(choice.p, choice.n, "type");

    t->choice_at = "tool_choice";
    if (sc_is_string(choice)) {
        size_t word = sc_word_of(sc_inside(choice), words);
        if (words[word] == NULL)
            sc_unfit_at(t, SC_PLACE_TOP, "tool_choice", "has no counterpart");
        t->choice = (enum sc_turn_choice)word;
    } else if (sc_string_is(type, "function")) {
        t->choice = SC_CHOICE_NAMED;
        t->choice_name = sc_inside(sc_json_find(choice.p, choice.n, "function.name"));
    } else if (sc_string_is(type, "allowed_tools")) {
        read_allowed(t, choice);
    } else {
        sc_unfit_at(t, SC_PLACE_TOP, "tool_choice", "has no counterpart");
    }
}

/* ---- the request ---- */

void sc_openai_read_format(struct sc_turn *t, const char *at, struct sc_str type,
                           struct sc_str schema)
{
    static const char *const types[] = {"text", "json_object", "json_schema", NULL};
    size_t kind = sc_word_of(sc_inside(type), types);
    struct sc_json_want wants[] = {{"name", {NULL, 0}},
                                   {"schema", {NULL, 0}},
                                   {"strict", {NULL, 0}},
                                   {"description", {NULL, 0}}};

    t->format_at = at;
    if (types[kind] == NULL) {
        sc_unfit_at(t, SC_PLACE_TOP, at, "is of a type that has no counterpart");
        return;
    }
    t->format = (enum sc_turn_format)kind;
    if (t->format != SC_FORMAT_SCHEMA)
        return;
    sc_json_pick(schema.p ? schema.p : "", schema.n, wants, SC_COUNT(wants));
    t->format_name = sc_inside(wants[0].value);
    t->format_schema = wants[1].value;
    t->format_strict = sc_says(wants[2].value, "true");
    t->format_description = sc_inside(wants[3].value);
    if (t->format_schema.p == NULL)
        sc_unfit_at(t, SC_PLACE_TOP, at, "has no schema");
}

void sc_chat_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body)
{
    (void)path;
    SC_READ(t, SC_PLACE_TOP, body, request_members, v);
    t->model = sc_inside(v[MODEL]);
    t->asked.stream = sc_says(v[STREAM], "true");
    t->asked.usage =
        sc_says(sc_json_find(v[STREAM_OPTIONS].p, v[STREAM_OPTIONS].n, "include_usage"), "true");
    t->asked.reasoning = true; /* a member that only those look at who know it */
    sc_read_list(t, v[MESSAGES], read_message);
    sc_read_list(t, v[TOOLS], read_tool);
    if (v[TOOL_CHOICE].p)
        read_choice(t, v[TOOL_CHOICE]);
    if (v[RESPONSE_FORMAT].p) {
        struct sc_str f[SC_COUNT(format_members)];
        sc_read_members(t, (struct sc_place){"response_format", -1, NULL, -1}, v[RESPONSE_FORMAT],
                        format_members, SC_COUNT(format_members), f);
        sc_openai_read_format(t, "response_format", f[FORMAT_TYPE], f[FORMAT_SCHEMA]);
    }
}
