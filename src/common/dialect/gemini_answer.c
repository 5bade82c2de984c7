/* gemini_answer.c - whole answers of Gemini's generateContent; the dialect's row. */
#include "dialect/fit.h"
#include "dialect/gemini.h"
#include "dialect/write.h"

enum sc_turn_end sc_gemini_end(struct sc_str reason)
{
    static const char *const words[] = {"STOP",
                                        "MAX_TOKENS",
                                        "CONTINUATION",
                                        "FINISH_REASON_UNSPECIFIED",
                                        "SAFETY",
                                        "RECITATION",
                                        "BLOCKLIST",
                                        "PROHIBITED_CONTENT",
                                        "SPII",
                                        "IMAGE_SAFETY",
                                        NULL};
    static const enum sc_turn_end ends[] = {
        SC_ENDED_STOP,   SC_ENDED_LENGTH, SC_ENDED_LENGTH, SC_ENDED_STOP,
        SC_ENDED_FILTER, SC_ENDED_FILTER, SC_ENDED_FILTER, SC_ENDED_FILTER,
        SC_ENDED_FILTER, SC_ENDED_FILTER, SC_ENDED_FAULT}; /* calls that its server could not read,
                                                              languages, OTHER */

    return reason.n == 0 ? SC_ENDED_NONE : ends[sc_word_of(reason, words)];
}

const char *sc_gemini_reason(enum sc_turn_end end)
{
    return end == SC_ENDED_LENGTH ? "MAX_TOKENS" : end == SC_ENDED_FILTER ? "SAFETY" : "STOP";
}

/* ---- reading ---- */

static void read_part(struct sc_turn_answer *a, struct sc_str value)
{
    enum { TEXT, THOUGHT, CALL, ID, NAME, ARGS };
    struct sc_json_want v[] = {
        [TEXT] = {"text", {NULL, 0}},
        [THOUGHT] = {"thought", {NULL, 0}},
        [CALL] = {"functionCall", {NULL, 0}},
        [ID] = {"functionCall.id", {NULL, 0}},
        [NAME] = {"functionCall.name", {NULL, 0}},
        [ARGS] = {"functionCall.args", {NULL, 0}},
    };
    struct sc_turn_part *part;

    sc_json_pick(value.p, value.n, v, SC_COUNT(v));
    if (v[CALL].value.p) {
        part = sc_parts_add(&a->parts, SC_PART_CALL, SC_ROLE_MODEL);
        if (part == NULL)
            return;
        part->id = sc_inside(v[ID].value);
        part->name = sc_inside(v[NAME].value);
        part->text = v[ARGS].value.p ? v[ARGS].value : (struct sc_str){"", 0};
    } else if (sc_is_string(v[TEXT].value) && v[TEXT].value.n > 2) {
        bool thought = sc_says(v[THOUGHT].value, "true");
        part = sc_parts_add(&a->parts, thought ? SC_PART_REASONING : SC_PART_TEXT, SC_ROLE_MODEL);
        if (part)
            part->text = sc_inside(v[TEXT].value);
    }
}

bool sc_gemini_read_answer(struct sc_str body, struct sc_turn_answer *a)
{
    enum { CANDIDATE, PARTS, REASON, BLOCKED, MODEL, ID, ERROR };
    struct sc_json_want v[] = {
        [CANDIDATE] = {"candidates.0", {NULL, 0}},
        [PARTS] = {"candidates.0.content.parts", {NULL, 0}},
        [REASON] = {"candidates.0.finishReason", {NULL, 0}},
        [BLOCKED] = {"promptFeedback.blockReason", {NULL, 0}},
        [MODEL] = {"modelVersion", {NULL, 0}},
        [ID] = {"responseId", {NULL, 0}},
        [ERROR] = {"error", {NULL, 0}},
    };
    struct sc_str key, part;

    sc_json_pick(body.p, body.n, v, SC_COUNT(v));
    if (v[ERROR].value.p || (v[CANDIDATE].value.p == NULL && v[BLOCKED].value.p == NULL))
        return false;
    a->id = sc_inside(v[ID].value);
    a->model = sc_inside(v[MODEL].value);
    a->end = v[CANDIDATE].value.p ? sc_gemini_end(sc_inside(v[REASON].value)) : SC_ENDED_FILTER;
    for (struct sc_json_iter it = sc_walk(v[PARTS].value); sc_json_next(&it, &key, &part);)
        read_part(a, part);
    return true;
}

/* ---- writing ---- */

bool sc_gemini_write_part(const struct sc_turn_part *p, const struct sc_dialect_made *made,
                          size_t n, struct sc_buf *b)
{
    bool good = true;

    if (p->kind == SC_PART_CALL) {
        sc_buf_text(b, "{\"functionCall\":{\"id\":");
        sc_write_answered_call_id(p->id, made, n, b);
        sc_member(b, "name");
        sc_string(b, p->name);
        sc_member(b, "args");
        good = sc_write_arguments(p, b);
        sc_buf_text(b, "}}");
        return good;
    }
    sc_buf_text(b, "{\"text\":");
    sc_string(b, p->text);
    if (p->kind == SC_PART_REASONING)
        sc_buf_text(b, ",\"thought\":true}");
    else
        sc_buf_char(b, '}');
    return true;
}

static void write_usage(const struct sc_usage *u, struct sc_buf *b)
{
    int64_t input = sc_usage_input_total(u);

    sc_buf_text(b, "{\"promptTokenCount\":");
    sc_buf_number(b, input);
    sc_buf_text(b, ",\"candidatesTokenCount\":");
    sc_buf_number(b, u->output - u->reasoning);
    sc_buf_text(b, ",\"totalTokenCount\":");
    sc_buf_number(b, input + u->output);
    if (u->cached_read) {
        sc_member(b, "cachedContentTokenCount");
        sc_buf_number(b, u->cached_read);
    }
    if (u->reasoning) {
        sc_member(b, "thoughtsTokenCount");
        sc_buf_number(b, u->reasoning);
    }
    sc_buf_char(b, '}');
}

void sc_gemini_write_rest(const struct sc_turn_answer *a, bool usage,
                          const struct sc_dialect_made *made, struct sc_buf *b)
{
    if (usage && a->usage.known) {
        sc_member(b, "usageMetadata");
        write_usage(&a->usage, b);
    }
    sc_member(b, "modelVersion");
    sc_write_answer_model(a->model, made, b);
    sc_member(b, "responseId");
    sc_write_answer_id(a, made, "", b);
    sc_buf_char(b, '}');
}

void sc_gemini_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                            const struct sc_dialect_made *made, struct sc_buf *b)
{
    bool refused = sc_has_part(&a->parts, SC_PART_REFUSAL);

    (void)asked;
    sc_buf_text(b, "{\"candidates\":[{\"content\":{\"parts\":[");
    for (size_t i = 0; i < a->parts.n; i++) {
        size_t before = b->n;
        sc_comma(b);
        if (sc_gemini_write_part(&a->parts.p[i], made, i, b))
            continue;
        b->n = before; /* cut off at the limit: there is no call, and the answer says so */
        if (a->end != SC_ENDED_LENGTH)
            b->failed = true;
    }
    if (a->parts.n == 0)
        sc_buf_text(b, "{\"text\":\"\"}"); /* a turn without parts is lost to chats */
    sc_buf_text(b, "],\"role\":\"model\"},\"finishReason\":");
    sc_quoted(b, sc_gemini_reason(refused ? SC_ENDED_FILTER : a->end));
    sc_buf_text(b, ",\"index\":0}]");
    sc_gemini_write_rest(a, true, made, b);
}

/* ---- the dialect ---- */

static const struct sc_param_row params[] = {
    {SC_PARAM_MAX_OUTPUT, "maxOutputTokens", 0},
    {SC_PARAM_TEMPERATURE, "temperature", 2},
    {SC_PARAM_TOP_P, "topP", 1},
    {SC_PARAM_TOP_K, "topK", 0},
    {SC_PARAM_STOP, "stopSequences", 5},
    {SC_PARAM_SEED, "seed", 2147483647},
    {SC_PARAM_PRESENCE, "presencePenalty", 2},
    {SC_PARAM_FREQUENCY, "frequencyPenalty", 2},
};

const struct sc_family sc_family_gemini = {
    .dialect = SC_DIALECT_GEMINI,
    .words = "gemini",
    .list = "contents",
    .sub = "parts",
    .usage = SC_PROVIDER_GEMINI,
    .params = params,
    .n_params = SC_COUNT(params),
    .name_signs = ".:",
    .name_max = 128,
    .name_begins_with_letter = true,
    .read_request = sc_gemini_read_request,
    .write_request = sc_gemini_write_request,
    .read_answer = sc_gemini_read_answer,
    .write_answer = sc_gemini_write_answer,
    .write_error = sc_gemini_write_error,
    .read_event = sc_gemini_read_event,
    .read_done = false,
    .writer = &sc_gemini_writer,
};
