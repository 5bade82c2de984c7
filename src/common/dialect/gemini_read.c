/*
 * gemini_read.c - requests of Gemini's generateContent.
 *
 * The model and whether it is a stream stand in the path. Names may be written in either way of
 * protobuf's JSON, systemInstruction or system_instruction. Calls need no ids here: those without
 * get one by their order, and results find their call by its name.
 */
#include "dialect/blob.h"
#include "dialect/fit.h"
#include "dialect/gemini.h"

#define LOOK_BACK 1024 /* parts, for the call of a result */

enum { CONTENTS, SYSTEM, CONFIG, TOOLS, TOOL_CONFIG, SAFETY };
static const struct sc_member request_members[] = {
    [CONTENTS] = {"contents", SC_VALUE},
    [SYSTEM] = {"systemInstruction", SC_VALUE},
    [CONFIG] = {"generationConfig", SC_VALUE},
    [TOOLS] = {"tools", SC_VALUE},
    [TOOL_CONFIG] = {"toolConfig", SC_VALUE},
    [SAFETY] = {"safetySettings", SC_VALUE},
    {"cachedContent", SC_BOUND},
    {"labels", SC_HINT},
    {"store", SC_HINT_BUT("false")},
    {"serviceTier", SC_HINT},
    {"model", SC_QUIET},
};

enum { MIME_TYPE, SCHEMA, JSON_SCHEMA, THINKING };
static const struct sc_member config_members[] = {
    [MIME_TYPE] = {"responseMimeType", SC_VALUE},
    [SCHEMA] = {"responseSchema", SC_VALUE},
    [JSON_SCHEMA] = {"responseJsonSchema", SC_VALUE},
    [THINKING] = {"thinkingConfig", SC_HINT},
    {"maxOutputTokens", SC_PARAM(MAX_OUTPUT)},
    {"temperature", SC_PARAM(TEMPERATURE)},
    {"topP", SC_PARAM(TOP_P)},
    {"topK", SC_PARAM(TOP_K)},
    {"stopSequences", SC_PARAM(STOP)},
    {"seed", SC_PARAM(SEED)},
    {"presencePenalty", SC_PARAM(PRESENCE)},
    {"frequencyPenalty", SC_PARAM(FREQUENCY)},
    {"candidateCount", SC_NEUTRAL("1")},
    {"responseLogprobs", SC_NEUTRAL("false")},
    {"logprobs", SC_NEUTRAL("0")},
    {"responseModalities", SC_NEUTRAL("[\"TEXT\"]")},
    {"mediaResolution", SC_HINT},
    {"speechConfig", SC_NO},
    {"imageConfig", SC_NO},
    {"audioTimestamp", SC_NEUTRAL("false")},
    {"enableEnhancedCivicAnswers", SC_NEUTRAL("false")},
};

enum { ROLE, PARTS };
static const struct sc_member content_members[] = {
    [ROLE] = {"role", SC_VALUE},
    [PARTS] = {"parts", SC_VALUE},
};

enum { TEXT, THOUGHT, INLINE, FILE_DATA, CALL, RESULT };
static const struct sc_member part_members[] = {
    [TEXT] = {"text", SC_VALUE},         [THOUGHT] = {"thought", SC_VALUE},
    [INLINE] = {"inlineData", SC_VALUE}, [FILE_DATA] = {"fileData", SC_VALUE},
    [CALL] = {"functionCall", SC_VALUE}, [RESULT] = {"functionResponse", SC_VALUE},
    {"thoughtSignature", SC_BOUND},      {"executableCode", SC_NO},
    {"codeExecutionResult", SC_NO},      {"videoMetadata", SC_NO},
    {"mediaResolution", SC_HINT},
};

enum { BLOB_TYPE, BLOB_DATA, BLOB_URI, BLOB_NAME };
static const struct sc_member blob_members[] = {
    [BLOB_TYPE] = {"mimeType", SC_VALUE},
    [BLOB_DATA] = {"data", SC_VALUE},
    [BLOB_URI] = {"fileUri", SC_VALUE},
    [BLOB_NAME] = {"displayName", SC_VALUE},
};

enum { CALL_ID, CALL_NAME, CALL_ARGS };
static const struct sc_member call_members[] = {
    [CALL_ID] = {"id", SC_VALUE},
    [CALL_NAME] = {"name", SC_VALUE},
    [CALL_ARGS] = {"args", SC_VALUE},
};

enum { RESULT_ID, RESULT_NAME, RESULT_RESPONSE };
static const struct sc_member result_members[] = {
    [RESULT_ID] = {"id", SC_VALUE},
    [RESULT_NAME] = {"name", SC_VALUE},
    [RESULT_RESPONSE] = {"response", SC_VALUE},
    {"willContinue", SC_NEUTRAL("false")},
    {"scheduling", SC_HINT},
    {"parts", SC_NO},
};

enum { DECLARATIONS };
static const struct sc_member tool_members[] = {
    [DECLARATIONS] = {"functionDeclarations", SC_VALUE},
};

enum { NAME, DESCRIPTION, PARAMETERS, JSON_PARAMETERS };
static const struct sc_member declaration_members[] = {
    [NAME] = {"name", SC_VALUE},
    [DESCRIPTION] = {"description", SC_VALUE},
    [PARAMETERS] = {"parameters", SC_VALUE},
    [JSON_PARAMETERS] = {"parametersJsonSchema", SC_VALUE},
    {"behavior", SC_NEUTRAL("\"BLOCKING\" \"UNSPECIFIED\"")},
    {"response", SC_HINT},
    {"responseJsonSchema", SC_HINT},
};

enum { CALLING };
static const struct sc_member tool_config_members[] = {
    [CALLING] = {"functionCallingConfig", SC_VALUE},
    {"retrievalConfig", SC_NO},
};

enum { MODE, ALLOWED };
static const struct sc_member calling_members[] = {
    [MODE] = {"mode", SC_VALUE},
    [ALLOWED] = {"allowedFunctionNames", SC_VALUE},
};

enum { CATEGORY, THRESHOLD };
static const struct sc_member safety_members[] = {
    [CATEGORY] = {"category", SC_VALUE},
    [THRESHOLD] = {"threshold", SC_VALUE},
    {"method", SC_QUIET},
};

/* ---- parts ---- */

static bool begins(struct sc_str s, const char *with)
{
    size_t n = strlen(with);
    return s.n >= n && memcmp(s.p, with, n) == 0;
}

static bool is_image(struct sc_str type)
{
    return begins(type, "image/") || begins(type, "image\\/");
}

static void read_blob(struct sc_turn *t, const struct sc_where *w, struct sc_str blob)
{
    SC_READ(t, w->place, blob, blob_members, v);
    struct sc_str type = sc_inside(v[BLOB_TYPE]), uri = sc_inside(v[BLOB_URI]);
    struct sc_turn_part *part = sc_add_part(t, w, is_image(type) ? SC_PART_IMAGE : SC_PART_FILE);
    if (part == NULL)
        return;
    part->name = sc_inside(v[BLOB_NAME]);
    if (v[BLOB_URI].p == NULL) {
        part->type = type;
        part->text = sc_inside(v[BLOB_DATA]);
    } else if (memmem(uri.p, uri.n, "generativelanguage.googleapis.com", 33) ||
               begins(uri, "gs:") || !begins(uri, "http") || memmem(uri.p, uri.n, "youtu", 5)) {
        sc_bound_at(t, w->place, "fileData");
    } else {
        part->text = uri;
    }
}

static void read_call(struct sc_turn *t, const struct sc_where *w, struct sc_str call)
{
    SC_READ(t, w->place, call, call_members, v);
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_CALL);
    size_t n = t->parts.n;
    if (part == NULL)
        return;
    part->id = sc_inside(v[CALL_ID]);
    part->name = sc_inside(v[CALL_NAME]);
    part->text = v[CALL_ARGS].p ? v[CALL_ARGS] : (struct sc_str){"", 0};
    if (part->id.n == 0)
        part->id = sc_turn_keep(t, "call_%zu", n);
}

/* The first call of that name, in the last turn of the model, that no result was found for. */
static struct sc_turn_part *call_of(struct sc_turn *t, size_t before, struct sc_str name)
{
    size_t least = before > LOOK_BACK ? before - LOOK_BACK : 0, from = before;

    while (from > least && t->parts.p[from - 1].role != SC_ROLE_MODEL)
        from--;
    while (from > least && t->parts.p[from - 1].role == SC_ROLE_MODEL)
        from--;
    for (size_t i = from; i < before; i++) {
        struct sc_turn_part *p = &t->parts.p[i];
        if (p->kind == SC_PART_CALL && !p->answered && p->name.n == name.n &&
            memcmp(p->name.p, name.p, name.n) == 0)
            return p;
    }
    return NULL;
}

/* {"output": text} and {"error": text} are how results without a form of their own are said. */
static void read_response(struct sc_turn *t, const struct sc_where *w, size_t result,
                          struct sc_str response)
{
    struct sc_json_iter it = sc_walk(response);
    struct sc_str key = {"", 0}, value = {NULL, 0}, key2, value2;
    struct sc_turn_part *part = sc_add_part(t, w, SC_PART_TEXT);
    bool one = sc_json_next(&it, &key, &value) && !sc_json_next(&it, &key2, &value2);

    if (part == NULL)
        return;
    part->inner = true;
    t->parts.p[result].is_error = one && sc_json_key_is(key, "error");
    if (one && sc_is_string(value) &&
        (sc_json_key_is(key, "output") || sc_json_key_is(key, "error"))) {
        part->text = sc_inside(value);
    } else {
        part->text = response.p ? response : (struct sc_str){"{}", 2};
        part->is_json = true;
    }
}

static void read_result(struct sc_turn *t, const struct sc_where *w, struct sc_str value)
{
    struct sc_where tool = {w->place, SC_ROLE_TOOL};
    SC_READ(t, w->place, value, result_members, v);
    size_t before = t->parts.n;
    struct sc_turn_part *part = sc_add_part(t, &tool, SC_PART_RESULT);
    if (part == NULL)
        return;
    part->name = sc_inside(v[RESULT_NAME]);
    part->id = sc_inside(v[RESULT_ID]);
    struct sc_turn_part *call = call_of(t, before, part->name);
    if (call)
        call->answered = true;
    if (part->id.n == 0 && call)
        part->id = call->id;
    else if (part->id.n == 0)
        sc_unfit_at(t, w->place, "functionResponse", "belongs to no call");
    read_response(t, &tool, before, v[RESULT_RESPONSE]);
}

static void read_part(struct sc_turn *t, const struct sc_where *w, struct sc_str part)
{
    SC_READ(t, w->place, part, part_members, v);
    if (sc_says(v[THOUGHT], "true"))
        return; /* no part of the talk */
    if (v[TEXT].p)
        sc_add_text(t, w, SC_PART_TEXT, v[TEXT]);
    else if (v[INLINE].p || v[FILE_DATA].p)
        read_blob(t, w, v[INLINE].p ? v[INLINE] : v[FILE_DATA]);
    else if (v[CALL].p)
        read_call(t, w, v[CALL]);
    else if (v[RESULT].p)
        read_result(t, w, v[RESULT]);
}

static void read_parts(struct sc_turn *t, struct sc_where w, struct sc_str parts)
{
    struct sc_json_iter it = sc_walk(parts);
    struct sc_str key, value;

    for (w.place.at = 0; sc_json_next(&it, &key, &value); w.place.at++)
        read_part(t, &w, value);
}

static void read_content(struct sc_turn *t, int32_t at, struct sc_str content)
{
    struct sc_where w = {{"contents", at, "parts", -1}, SC_ROLE_USER};
    SC_READ(t, w.place, content, content_members, v);
    if (sc_string_is(v[ROLE], "model"))
        w.role = SC_ROLE_MODEL;
    else if (v[ROLE].p && !sc_string_is(v[ROLE], "user") && !sc_string_is(v[ROLE], "function"))
        sc_unfit_at(t, w.place, "role", "has no counterpart");
    read_parts(t, w, v[PARTS]);
}

static void read_system(struct sc_turn *t, struct sc_str system)
{
    struct sc_where w = {{"systemInstruction", -1, "parts", -1}, SC_ROLE_SYSTEM};
    if (sc_is_string(system)) {
        sc_add_text(t, &w, SC_PART_TEXT, system);
        return;
    }
    SC_READ(t, w.place, system, content_members, v);
    read_parts(t, w, v[PARTS]);
}

/* ---- tools ---- */

static void read_declaration(struct sc_turn *t, int32_t at, struct sc_str declaration)
{
    struct sc_place place = {"functionDeclarations", at, NULL, -1};
    SC_READ(t, place, declaration, declaration_members, v);
    struct sc_turn_tool *to = sc_turn_add_tool(t);
    if (to == NULL)
        return;
    to->at = (uint32_t)at;
    to->name = sc_inside(v[NAME]);
    to->description =
        sc_is_string(v[DESCRIPTION]) ? sc_inside(v[DESCRIPTION]) : (struct sc_str){NULL, 0};
    to->openapi = v[JSON_PARAMETERS].p == NULL;
    to->schema = to->openapi ? v[PARAMETERS] : v[JSON_PARAMETERS];
}

static void read_tool(struct sc_turn *t, int32_t at, struct sc_str tool)
{
    SC_READ(t, ((struct sc_place){"tools", at, NULL, -1}), tool, tool_members, v);
    sc_read_list(t, v[DECLARATIONS], read_declaration);
}

static void read_tool_config(struct sc_turn *t, struct sc_str config)
{
    static const char *const modes[] = {"AUTO", "NONE", "ANY", "MODE_UNSPECIFIED", NULL};
    struct sc_str key, value;
    SC_READ(t, ((struct sc_place){"toolConfig", -1, NULL, -1}), config, tool_config_members, v);
    if (v[CALLING].p == NULL)
        return;
    SC_READ(t, ((struct sc_place){"toolConfig.functionCallingConfig", -1, NULL, -1}), v[CALLING],
            calling_members, c);
    size_t mode = c[MODE].p ? sc_word_of(sc_inside(c[MODE]), modes) : 0;

    t->choice_at = "toolConfig.functionCallingConfig.mode";
    if (modes[mode] == NULL)
        sc_unfit_at(t, SC_PLACE_TOP, t->choice_at, "has no counterpart");
    else if (mode < 3)
        t->choice = (enum sc_turn_choice)mode;
    if (c[ALLOWED].p == NULL)
        return;
    sc_turn_hide_tools(t);
    for (struct sc_json_iter it = sc_walk(c[ALLOWED]); sc_json_next(&it, &key, &value);)
        sc_turn_allow_tool(t, sc_inside(value));
}

/* ---- the rest ---- */

static void read_format(struct sc_turn *t, const struct sc_str *v)
{
    if (v[MIME_TYPE].p && !sc_string_is(v[MIME_TYPE], "application/json")) {
        if (!sc_string_is(v[MIME_TYPE], "text/plain"))
            sc_unfit_at(t, SC_PLACE_TOP, "responseMimeType", "has no counterpart");
        return;
    }
    t->format_at = "responseMimeType";
    t->format_openapi = v[JSON_SCHEMA].p == NULL;
    t->format_schema = v[JSON_SCHEMA].p ? v[JSON_SCHEMA] : v[SCHEMA];
    if (t->format_schema.p)
        t->format = SC_FORMAT_SCHEMA;
    else if (v[MIME_TYPE].p)
        t->format = SC_FORMAT_JSON;
}

static void read_config(struct sc_turn *t, struct sc_str config)
{
    SC_READ(t, ((struct sc_place){"generationConfig", -1, NULL, -1}), config, config_members, v);
    struct sc_str thoughts = sc_json_find(v[THINKING].p, v[THINKING].n, "includeThoughts");

    if (thoughts.p == NULL)
        thoughts = sc_json_find(v[THINKING].p, v[THINKING].n, "include_thoughts");
    t->asked.reasoning = sc_says(thoughts, "true");
    read_format(t, v);
}

/* A filter that was asked for cannot be had elsewhere; none can. */
static void read_safety(struct sc_turn *t, int32_t at, struct sc_str setting)
{
    static const char *const none[] = {"BLOCK_NONE", "OFF", "HARM_BLOCK_THRESHOLD_UNSPECIFIED",
                                       NULL};
    struct sc_place place = {"safetySettings", at, NULL, -1};
    SC_READ(t, place, setting, safety_members, v);
    if (v[THRESHOLD].p && none[sc_word_of(sc_inside(v[THRESHOLD]), none)] == NULL)
        sc_unfit_at(t, place, "threshold", "is a filter that others do not have");
}

/* /v1beta/models/NAME:streamGenerateContent?alt=sse */
static void read_path(struct sc_turn *t, struct sc_str path)
{
    const char *query = path.n ? memchr(path.p, '?', path.n) : NULL;
    size_t n = query ? (size_t)(query - path.p) : path.n;
    const char *colon = n ? memrchr(path.p, ':', n) : NULL;
    const char *slash = colon ? memrchr(path.p, '/', (size_t)(colon - path.p)) : NULL;

    t->asked.usage = true;
    if (slash == NULL)
        return;
    t->model = (struct sc_str){slash + 1, (size_t)(colon - slash) - 1};
    for (size_t i = 0; i < t->model.n; i++)
        if (strchr("\"\\%", t->model.p[i]) || (unsigned char)t->model.p[i] <= ' ')
            t->model.n = 0; /* it is only for who names none of his own */
    t->asked.stream = memmem(colon, n - (size_t)(colon - path.p), "stream", 6) != NULL;
    t->asked.array = t->asked.stream && !(query && memmem(query, path.n - n, "alt=sse", 7));
}

void sc_gemini_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body)
{
    SC_READ(t, SC_PLACE_TOP, body, request_members, v);
    read_path(t, path);
    if (v[SYSTEM].p)
        read_system(t, v[SYSTEM]);
    sc_read_list(t, v[CONTENTS], read_content);
    sc_read_list(t, v[TOOLS], read_tool);
    if (v[TOOL_CONFIG].p)
        read_tool_config(t, v[TOOL_CONFIG]);
    if (v[CONFIG].p)
        read_config(t, v[CONFIG]);
    sc_read_list(t, v[SAFETY], read_safety);
}
