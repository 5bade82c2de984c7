/* responses_answer.c - whole answers of OpenAI's Responses API; the dialect's row. */
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/responses.h"
#include "dialect/write.h"

/* ---- reading ---- */

enum sc_turn_end sc_responses_end(struct sc_str status, struct sc_str reason)
{
    if (sc_json_key_is(status, "incomplete"))
        return sc_json_key_is(reason, "content_filter") ? SC_ENDED_FILTER : SC_ENDED_LENGTH;
    return SC_ENDED_STOP;
}

static void add_text(struct sc_turn_answer *a, enum sc_turn_kind kind, struct sc_str value)
{
    struct sc_turn_part *part;

    if (!sc_is_string(value))
        return;
    part = sc_parts_add(&a->parts, kind, SC_ROLE_MODEL);
    if (part)
        part->text = sc_inside(value);
}

/* A message's content, or the summary of what was thought. */
static void read_texts(struct sc_turn_answer *a, enum sc_turn_kind kind, struct sc_str list)
{
    struct sc_json_iter it = sc_walk(list);
    struct sc_str key, value;

    while (sc_json_next(&it, &key, &value)) {
        add_text(a, kind, sc_json_find(value.p, value.n, "text"));
        add_text(a, SC_PART_REFUSAL, sc_json_find(value.p, value.n, "refusal"));
    }
}

static void read_item(struct sc_turn_answer *a, struct sc_str item)
{
    enum { TYPE, CONTENT, SUMMARY, CALL_ID, NAME, ARGUMENTS };
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},       [CONTENT] = {"content", {NULL, 0}},
        [SUMMARY] = {"summary", {NULL, 0}}, [CALL_ID] = {"call_id", {NULL, 0}},
        [NAME] = {"name", {NULL, 0}},       [ARGUMENTS] = {"arguments", {NULL, 0}},
    };

    sc_json_pick(item.p, item.n, v, SC_COUNT(v));
    if (sc_string_is(v[TYPE].value, "message")) {
        read_texts(a, SC_PART_TEXT, v[CONTENT].value);
    } else if (sc_string_is(v[TYPE].value, "reasoning")) {
        read_texts(a, SC_PART_REASONING,
                   sc_json_is_empty(v[SUMMARY].value) ? v[CONTENT].value : v[SUMMARY].value);
    } else if (sc_string_is(v[TYPE].value, "function_call")) {
        struct sc_turn_part *part = sc_parts_add(&a->parts, SC_PART_CALL, SC_ROLE_MODEL);
        if (part == NULL)
            return;
        part->id = sc_inside(v[CALL_ID].value);
        part->name = sc_inside(v[NAME].value);
        part->is_quoted = true;
        part->text = sc_inside(v[ARGUMENTS].value);
    }
}

bool sc_responses_read_answer(struct sc_str body, struct sc_turn_answer *a)
{
    enum { ID, MODEL, CREATED, STATUS, REASON, OUTPUT };
    struct sc_json_want v[] = {
        [ID] = {"id", {NULL, 0}},
        [MODEL] = {"model", {NULL, 0}},
        [CREATED] = {"created_at", {NULL, 0}},
        [STATUS] = {"status", {NULL, 0}},
        [REASON] = {"incomplete_details.reason", {NULL, 0}},
        [OUTPUT] = {"output", {NULL, 0}},
    };
    static const char *const over[] = {"completed", "incomplete", NULL};
    struct sc_str key, item;

    sc_json_pick(body.p, body.n, v, SC_COUNT(v));
    if (v[OUTPUT].value.p == NULL || v[OUTPUT].value.p[0] != '[' ||
        over[sc_word_of(sc_inside(v[STATUS].value), over)] == NULL)
        return false;
    a->id = sc_inside(v[ID].value);
    a->model = sc_inside(v[MODEL].value);
    a->created = sc_value_integer(v[CREATED].value);
    a->end = sc_responses_end(sc_inside(v[STATUS].value), sc_inside(v[REASON].value));
    for (struct sc_json_iter it = sc_walk(v[OUTPUT].value); sc_json_next(&it, &key, &item);)
        read_item(a, item);
    return true;
}

/* ---- writing ---- */

void sc_responses_write_item_id(enum sc_turn_kind kind, const struct sc_dialect_made *made,
                                size_t n, struct sc_buf *b)
{
    const char *prefix = kind == SC_PART_CALL ? "fc_" : kind == SC_PART_REASONING ? "rs_" : "msg_";

    sc_buf_char(b, '"');
    sc_write_made_id(prefix, made->seed, 0x10000 + n, b);
    sc_buf_char(b, '"');
}

void sc_responses_write_part(const struct sc_turn_part *p, bool whole, struct sc_buf *b)
{
    struct sc_str text = whole ? p->text : (struct sc_str){"", 0};

    if (p->kind == SC_PART_REFUSAL) {
        sc_buf_text(b, "{\"type\":\"refusal\",\"refusal\":");
        sc_string(b, text);
        sc_buf_char(b, '}');
    } else if (p->kind == SC_PART_REASONING) {
        sc_buf_text(b, "{\"type\":\"summary_text\",\"text\":");
        sc_string(b, text);
        sc_buf_char(b, '}');
    } else {
        sc_buf_text(b, "{\"type\":\"output_text\",\"text\":");
        sc_string(b, text);
        sc_buf_text(b, ",\"annotations\":[],\"logprobs\":[]}");
    }
}

void sc_responses_write_item(const struct sc_turn_part *p, size_t n, bool whole,
                             const struct sc_dialect_made *made, struct sc_buf *b)
{
    sc_buf_text(b, "{\"id\":");
    sc_responses_write_item_id((enum sc_turn_kind)p->kind, made, n, b);
    if (p->kind == SC_PART_REASONING)
        sc_buf_text(b, ",\"type\":\"reasoning\",\"summary\":[");
    else if (p->kind == SC_PART_CALL)
        sc_buf_text(b, ",\"type\":\"function_call\",\"call_id\":");
    else
        sc_buf_text(b, ",\"type\":\"message\",\"role\":\"assistant\",\"content\":[");
    if (p->kind == SC_PART_CALL) {
        sc_write_answered_call_id(p->id, made, n, b);
        sc_member(b, "name");
        sc_string(b, p->name);
        sc_buf_text(b, ",\"arguments\":\"");
        if (whole)
            sc_write_quoted_arguments(p, b);
        sc_buf_char(b, '"');
    } else {
        if (whole)
            sc_responses_write_part(p, true, b);
        sc_buf_char(b, ']');
    }
    if (whole)
        sc_buf_text(b, ",\"status\":\"completed\"}");
    else
        sc_buf_text(b, ",\"status\":\"in_progress\"}");
}

static void write_status(enum sc_turn_end end, bool over, struct sc_buf *b)
{
    sc_buf_text(b, ",\"status\":");
    if (!over)
        sc_buf_text(b, "\"in_progress\",\"incomplete_details\":null");
    else if (end == SC_ENDED_LENGTH)
        sc_buf_text(b, "\"incomplete\",\"incomplete_details\":{\"reason\":\"max_output_tokens\"}");
    else if (end == SC_ENDED_FILTER)
        sc_buf_text(b, "\"incomplete\",\"incomplete_details\":{\"reason\":\"content_filter\"}");
    else
        sc_buf_text(b, "\"completed\",\"incomplete_details\":null");
}

void sc_responses_write_around(const struct sc_turn_answer *a, bool over,
                               const struct sc_dialect_made *made, struct sc_buf *b)
{
    sc_buf_text(b, "{\"id\":\"");
    sc_write_made_id("resp_", made->seed, 0, b); /* of another shape than others' ids */
    sc_buf_text(b, "\",\"object\":\"response\",\"created_at\":");
    sc_buf_number(b, a->created ? a->created : made->unix_time);
    write_status(a->end, over, b);
    sc_buf_text(b, ",\"error\":null,\"instructions\":null,\"metadata\":{},\"model\":");
    sc_write_answer_model(a->model, made, b);
    sc_buf_text(b, ",\"output\":[");
    for (size_t i = 0; i < a->parts.n && over; i++) {
        sc_comma(b);
        sc_responses_write_item(&a->parts.p[i], i, true, made, b);
    }
    sc_buf_text(b, "],\"parallel_tool_calls\":true,\"previous_response_id\":null,\"store\":false,"
                   "\"temperature\":null,\"tool_choice\":\"auto\",\"tools\":[],\"top_p\":null,"
                   "\"truncation\":\"disabled\",\"usage\":");
    if (over && a->usage.known)
        sc_openai_write_usage(&a->usage, false, b);
    else
        sc_buf_text(b, "null");
    sc_buf_char(b, '}');
}

void sc_responses_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                               const struct sc_dialect_made *made, struct sc_buf *b)
{
    (void)asked;
    sc_responses_write_around(a, true, made, b);
}

/* ---- the dialect ---- */

static const struct sc_param_row params[] = {
    {SC_PARAM_MAX_OUTPUT, "max_output_tokens", 0},
    {SC_PARAM_TEMPERATURE, "temperature", 2},
    {SC_PARAM_TOP_P, "top_p", 1},
    {SC_PARAM_PARALLEL, "parallel_tool_calls", 0},
};

const struct sc_family sc_family_responses = {
    .dialect = SC_DIALECT_RESPONSES,
    .words = "responses",
    .list = "input",
    .sub = "content",
    .usage = SC_PROVIDER_OPENAI,
    .params = params,
    .n_params = SC_COUNT(params),
    .name_signs = "",
    .name_max = 64,
    .read_request = sc_responses_read_request,
    .write_request = sc_responses_write_request,
    .read_answer = sc_responses_read_answer,
    .write_answer = sc_responses_write_answer,
    .write_error = sc_chat_write_error,
    .read_event = sc_responses_read_event,
    .read_done = false,
    .writer = &sc_responses_writer,
};
