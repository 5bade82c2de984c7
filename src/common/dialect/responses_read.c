/* responses_read.c - requests of OpenAI's Responses API. */
#include "dialect/blob.h"
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/responses.h"

enum { MODEL, INPUT, INSTRUCTIONS, STREAM, TOOLS, TOOL_CHOICE, TEXT, REASONING, INCLUDE };
static const struct sc_member request_members[] = {
    [MODEL] = {"model", SC_VALUE},
    [INPUT] = {"input", SC_VALUE},
    [INSTRUCTIONS] = {"instructions", SC_VALUE},
    [STREAM] = {"stream", SC_VALUE},
    [TOOLS] = {"tools", SC_VALUE},
    [TOOL_CHOICE] = {"tool_choice", SC_VALUE},
    [TEXT] = {"text", SC_VALUE},
    [REASONING] = {"reasoning", SC_VALUE},
    [INCLUDE] = {"include", SC_VALUE},
    {"max_output_tokens", SC_PARAM(MAX_OUTPUT)},
    {"temperature", SC_PARAM(TEMPERATURE)},
    {"top_p", SC_PARAM(TOP_P)},
    {"parallel_tool_calls", SC_PARAM(PARALLEL)},
    {"previous_response_id", SC_BOUND},
    {"conversation", SC_BOUND},
    {"prompt", SC_BOUND},
    {"background", SC_NEUTRAL("false")},
    {"top_logprobs", SC_NEUTRAL("0")},
    {"context_management", SC_NO},
    {"truncation", SC_HINT_BUT("\"disabled\"")},
    {"max_tool_calls", SC_HINT}, /* of tools that the service runs: there are none */
    {"metadata", SC_HINT},
    {"user", SC_HINT},
    {"safety_identifier", SC_HINT},
    {"store", SC_HINT_BUT("false")},
    {"service_tier", SC_HINT_BUT("\"auto\" \"default\"")},
    {"prompt_cache_key", SC_HINT},
    {"prompt_cache_options", SC_HINT},
    {"prompt_cache_retention", SC_HINT},
    {"stream_options", SC_QUIET},
};

enum { TYPE, ROLE, CONTENT, CALL_ID, NAME, ARGUMENTS, OUTPUT, ENCRYPTED };
static const struct sc_member item_members[] = {
    [TYPE] = {"type", SC_VALUE},
    [ROLE] = {"role", SC_VALUE},
    [CONTENT] = {"content", SC_VALUE},
    [CALL_ID] = {"call_id", SC_VALUE},
    [NAME] = {"name", SC_VALUE},
    [ARGUMENTS] = {"arguments", SC_VALUE},
    [OUTPUT] = {"output", SC_VALUE},
    [ENCRYPTED] = {"encrypted_content", SC_BOUND},
    {"id", SC_QUIET},
    {"status", SC_QUIET},
    {"phase", SC_QUIET},
    {"summary", SC_QUIET},
};

enum { PART_TYPE, PART_TEXT, PART_REFUSAL, PART_IMAGE, PART_DATA, PART_URL, PART_NAME };
static const struct sc_member part_members[] = {
    [PART_TYPE] = {"type", SC_VALUE},
    [PART_TEXT] = {"text", SC_VALUE},
    [PART_REFUSAL] = {"refusal", SC_VALUE},
    [PART_IMAGE] = {"image_url", SC_VALUE},
    [PART_DATA] = {"file_data", SC_VALUE},
    [PART_URL] = {"file_url", SC_VALUE},
    [PART_NAME] = {"filename", SC_VALUE},
    {"file_id", SC_BOUND},
    {"input_audio", SC_NO},
    {"detail", SC_HINT_BUT("\"auto\"")},
    {"annotations", SC_QUIET},
    {"logprobs", SC_QUIET},
    {"prompt_cache_breakpoint", SC_QUIET},
};

enum { TOOL_TYPE, TOOL_NAME, TOOL_DESCRIPTION, TOOL_SCHEMA, TOOL_STRICT };
static const struct sc_member tool_members[] = {
    [TOOL_TYPE] = {"type", SC_VALUE},
    [TOOL_NAME] = {"name", SC_VALUE},
    [TOOL_DESCRIPTION] = {"description", SC_VALUE},
    [TOOL_SCHEMA] = {"parameters", SC_VALUE},
    [TOOL_STRICT] = {"strict", SC_VALUE},
    {"defer_loading", SC_NEUTRAL("false")},
};

enum { TEXT_FORMAT, TEXT_VERBOSITY };
static const struct sc_member text_members[] = {
    [TEXT_FORMAT] = {"format", SC_VALUE},
    [TEXT_VERBOSITY] = {"verbosity", SC_VALUE},
};

enum { REASONING_EFFORT, REASONING_SUMMARY };
static const struct sc_member reasoning_members[] = {
    [REASONING_EFFORT] = {"effort", SC_VALUE},
    [REASONING_SUMMARY] = {"summary", SC_VALUE},
    {"generate_summary", SC_QUIET},
    {"context", SC_HINT},
    {"mode", SC_HINT},
};

/* ---- items ---- */

static void read_blob(struct sc_turn *t, const struct sc_where *w, enum sc_turn_kind kind,
                      const struct sc_str *v)
{
    struct sc_str url = v[PART_IMAGE].p  ? v[PART_IMAGE]
                        : v[PART_DATA].p ? v[PART_DATA]
                                         : v[PART_URL];
    struct sc_turn_part *part = url.p ? sc_add_part(t, w, kind) : NULL;

    if (part == NULL)
        return; /* by its id: bound */
    part->name = sc_inside(v[PART_NAME]);
    if (!sc_blob_read_url(sc_inside(url), part))
        sc_unfit_at(t, w->place, "", "is no http URL and no base64 data");
}

static void read_part(struct sc_turn *t, const struct sc_where *w, struct sc_str part)
{
    static const char *const types[] = {"input_text", "output_text", "text",       "summary_text",
                                        "refusal",    "input_image", "input_file", NULL};
    SC_READ(t, w->place, part, part_members, v);
    size_t type = sc_word_of(sc_inside(v[PART_TYPE]), types);

    if (type < 4)
        sc_add_text(t, w, SC_PART_TEXT, v[PART_TEXT]);
    else if (type == 4)
        sc_add_text(t, w, SC_PART_REFUSAL, v[PART_REFUSAL]);
    else if (type == 5)
        read_blob(t, w, SC_PART_IMAGE, v);
    else if (type == 6)
        read_blob(t, w, SC_PART_FILE, v);
    else
        sc_unfit_at(t, w->place, "type", "a part of this type cannot be said elsewhere");
}

static void read_content(struct sc_turn *t, struct sc_where w, struct sc_str content, bool inner)
{
    size_t from = t->parts.n;
    struct sc_str key, value;

    if (sc_is_string(content)) {
        sc_add_text(t, &w, SC_PART_TEXT, content);
    } else {
        struct sc_json_iter it = sc_walk(content);
        for (w.place.at = 0; sc_json_next(&it, &key, &value); w.place.at++)
            read_part(t, &w, value);
    }
    for (size_t i = from; inner && i < t->parts.n; i++)
        t->parts.p[i].inner = true;
}

static void read_message(struct sc_turn *t, struct sc_where *w, const struct sc_str *v)
{
    static const char *const roles[] = {"system", "developer", "user", "assistant", NULL};
    size_t role = sc_word_of(sc_inside(v[ROLE]), roles);

    if (roles[role] == NULL) {
        sc_unfit_at(t, w->place, "role", "has no counterpart");
        return;
    }
    w->role = (enum sc_turn_role)role;
    read_content(t, *w, v[CONTENT], false);
}

static void read_call(struct sc_turn *t, struct sc_where *w, const struct sc_str *v)
{
    w->role = SC_ROLE_MODEL;
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_CALL);
    if (part == NULL)
        return;
    part->id = sc_inside(v[CALL_ID]);
    part->name = sc_inside(v[NAME]);
    part->is_quoted = true;
    part->text = sc_inside(v[ARGUMENTS]);
}

static void read_result(struct sc_turn *t, struct sc_where *w, const struct sc_str *v)
{
    w->role = SC_ROLE_TOOL;
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_RESULT);
    if (part)
        part->id = sc_inside(v[CALL_ID]);
    read_content(t, *w, v[OUTPUT], true);
}

static void read_item(struct sc_turn *t, int32_t at, struct sc_str item)
{
    static const char *const types[] = {"message",   "function_call",  "function_call_output",
                                        "reasoning", "item_reference", NULL};
    struct sc_where w = {{"input", at, "content", -1}, SC_ROLE_USER};
    SC_READ(t, w.place, item, item_members, v);
    switch (v[TYPE].p ? sc_word_of(sc_inside(v[TYPE]), types) : 0) {
    case 0:
        read_message(t, &w, v);
        return;
    case 1:
        read_call(t, &w, v);
        return;
    case 2:
        read_result(t, &w, v);
        return;
    case 3: /* what the model thought: bound if it is encrypted, else it is no part of the talk */
        return;
    case 4:
        sc_bound_at(t, w.place, "");
        return;
    default:
        sc_unfit_at(t, w.place, "type", "an item of this type cannot be said elsewhere");
    }
}

/* ---- the rest ---- */

static void read_tool(struct sc_turn *t, int32_t at, struct sc_str tool)
{
    struct sc_place place = {"tools", at, NULL, -1};
    if (!sc_string_is(sc_json_find(tool.p, tool.n, "type"), "function")) {
        sc_unfit_at(t, place, "type", "a tool of this type cannot be had elsewhere");
        return;
    }
    SC_READ(t, place, tool, tool_members, v);
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

static void read_allowed(struct sc_turn *t, struct sc_str choice)
{
    struct sc_json_iter it = sc_walk(sc_json_find(choice.p, choice.n, "tools"));
    struct sc_str key, value;

    t->choice = sc_string_is(sc_json_find(choice.p, choice.n, "mode"), "required") ? SC_CHOICE_ANY
                                                                                   : SC_CHOICE_AUTO;
    sc_turn_hide_tools(t);
    while (sc_json_next(&it, &key, &value))
        sc_turn_allow_tool(t, sc_inside(sc_json_find(value.p, value.n, "name")));
}

static void read_choice(struct sc_turn *t, struct sc_str choice)
{
    static const char *const words[] = {"auto", "none", "required", NULL};
    struct sc_str type = sc_json_find(choice.p, choice.n, "type");
    size_t word = sc_word_of(sc_inside(choice), words);

    t->choice_at = "tool_choice";
    if (sc_is_string(choice) && words[word]) {
        t->choice = (enum sc_turn_choice)word;
    } else if (sc_string_is(type, "function")) {
        t->choice = SC_CHOICE_NAMED;
        t->choice_name = sc_inside(sc_json_find(choice.p, choice.n, "name"));
    } else if (sc_string_is(type, "allowed_tools")) {
        read_allowed(t, choice);
    } else {
        sc_unfit_at(t, SC_PLACE_TOP, "tool_choice", "has no counterpart");
    }
}

static void set_param(struct sc_turn *t, enum sc_turn_param param, const char *name,
                      struct sc_str value)
{
    t->param[param].value = value;
    t->param[param].name = name;
}

static void read_text(struct sc_turn *t, struct sc_str text)
{
    SC_READ(t, ((struct sc_place){"text", -1, NULL, -1}), text, text_members, v);
    set_param(t, SC_PARAM_VERBOSITY, "text.verbosity", v[TEXT_VERBOSITY]);
    if (v[TEXT_FORMAT].p)
        sc_openai_read_format(t, "text.format",
                              sc_json_find(v[TEXT_FORMAT].p, v[TEXT_FORMAT].n, "type"),
                              v[TEXT_FORMAT]);
}

static void read_reasoning(struct sc_turn *t, struct sc_str reasoning)
{
    SC_READ(t, ((struct sc_place){"reasoning", -1, NULL, -1}), reasoning, reasoning_members, v);
    set_param(t, SC_PARAM_EFFORT, "reasoning.effort", v[REASONING_EFFORT]);
    t->asked.reasoning = v[REASONING_SUMMARY].p != NULL;
}

/* Of what may be included only the probabilities are part of what the program reads. */
static void read_include(struct sc_turn *t, struct sc_str list)
{
    struct sc_json_iter it = sc_walk(list);
    struct sc_str key, value;

    while (sc_json_next(&it, &key, &value)) {
        if (sc_string_is(value, "message.output_text.logprobs"))
            sc_unfit_at(t, SC_PLACE_TOP, "include", "logprobs cannot be had elsewhere");
        else
            sc_fit_add(t->fit, SC_MISFIT_LEFT_OUT, "include",
                       "changes nothing of what the answer means");
    }
}

void sc_responses_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body)
{
    struct sc_where top = {{"input", 0, NULL, -1}, SC_ROLE_USER};
    struct sc_where system = {{"instructions", -1, NULL, -1}, SC_ROLE_SYSTEM};
    (void)path;
    SC_READ(t, SC_PLACE_TOP, body, request_members, v);
    t->model = sc_inside(v[MODEL]);
    t->asked.stream = sc_says(v[STREAM], "true");
    t->asked.usage = true;
    if (v[INSTRUCTIONS].p)
        read_content(t, system, v[INSTRUCTIONS], false);
    if (sc_is_string(v[INPUT]))
        sc_add_text(t, &top, SC_PART_TEXT, v[INPUT]);
    else
        sc_read_list(t, v[INPUT], read_item);
    sc_read_list(t, v[TOOLS], read_tool);
    if (v[TOOL_CHOICE].p)
        read_choice(t, v[TOOL_CHOICE]);
    if (v[TEXT].p)
        read_text(t, v[TEXT]);
    if (v[REASONING].p)
        read_reasoning(t, v[REASONING]);
    read_include(t, v[INCLUDE]);
}
