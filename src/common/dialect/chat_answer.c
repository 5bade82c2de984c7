/* chat_answer.c - whole answers of OpenAI's chat completions; the dialect's row. */
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/write.h"

enum sc_turn_end sc_chat_end(struct sc_str reason)
{
    static const char *const words[] = {"stop",
                                        "length",
                                        "model_length",
                                        "tool_calls",
                                        "function_call",
                                        "content_filter",
                                        "error",
                                        "insufficient_system_resource",
                                        NULL};
    static const enum sc_turn_end ends[] = {SC_ENDED_STOP,  SC_ENDED_LENGTH, SC_ENDED_LENGTH,
                                            SC_ENDED_CALLS, SC_ENDED_CALLS,  SC_ENDED_FILTER,
                                            SC_ENDED_FAULT, SC_ENDED_FAULT,  SC_ENDED_STOP};

    return reason.n == 0 ? SC_ENDED_NONE : ends[sc_word_of(reason, words)];
}

const char *sc_chat_reason(enum sc_turn_end end)
{
    static const char *const words[] = {
        [SC_ENDED_NONE] = "stop",        [SC_ENDED_STOP] = "stop",
        [SC_ENDED_SEQUENCE] = "stop",    [SC_ENDED_LENGTH] = "length",
        [SC_ENDED_CALLS] = "tool_calls", [SC_ENDED_FILTER] = "content_filter",
        [SC_ENDED_FAULT] = "stop",
    };

    return words[end];
}

/* ---- reading ---- */

static void add_text(struct sc_turn_answer *a, enum sc_turn_kind kind, struct sc_str value)
{
    struct sc_turn_part *part;

    if (!sc_is_string(value) || value.n == 2)
        return;
    part = sc_parts_add(&a->parts, kind, SC_ROLE_MODEL);
    if (part)
        part->text = sc_inside(value);
}

/* Mistral's content is a list where the model thought: thinking, then text. */
static void read_chunks(struct sc_turn_answer *a, struct sc_str list)
{
    struct sc_json_iter it = sc_walk(list);
    struct sc_str key, chunk;

    while (sc_json_next(&it, &key, &chunk)) {
        add_text(a, SC_PART_TEXT, sc_json_find(chunk.p, chunk.n, "text"));
        add_text(a, SC_PART_REASONING, sc_json_find(chunk.p, chunk.n, "thinking.0.text"));
    }
}

static void read_calls(struct sc_turn_answer *a, struct sc_str calls)
{
    struct sc_json_iter it = sc_walk(calls);
    struct sc_str key, call;

    while (sc_json_next(&it, &key, &call)) {
        struct sc_json_want wants[] = {
            {"id", {NULL, 0}}, {"function.name", {NULL, 0}}, {"function.arguments", {NULL, 0}}};
        struct sc_turn_part *part = sc_parts_add(&a->parts, SC_PART_CALL, SC_ROLE_MODEL);
        if (part == NULL)
            return;
        sc_json_pick(call.p, call.n, wants, SC_COUNT(wants));
        part->id = sc_inside(wants[0].value);
        part->name = sc_inside(wants[1].value);
        part->is_quoted = sc_is_string(wants[2].value);
        part->text = part->is_quoted ? sc_inside(wants[2].value) : wants[2].value;
    }
}

bool sc_chat_read_answer(struct sc_str body, struct sc_turn_answer *a)
{
    enum { ID, MODEL, CREATED, FINISH, CONTENT, REFUSAL, THOUGHT, THOUGHT_TOO, CALLS, MESSAGE };
    struct sc_json_want v[] = {
        [ID] = {"id", {NULL, 0}},
        [MODEL] = {"model", {NULL, 0}},
        [CREATED] = {"created", {NULL, 0}},
        [FINISH] = {"choices.0.finish_reason", {NULL, 0}},
        [CONTENT] = {"choices.0.message.content", {NULL, 0}},
        [REFUSAL] = {"choices.0.message.refusal", {NULL, 0}},
        [THOUGHT] = {"choices.0.message.reasoning_content", {NULL, 0}},
        [THOUGHT_TOO] = {"choices.0.message.reasoning", {NULL, 0}},
        [CALLS] = {"choices.0.message.tool_calls", {NULL, 0}},
        [MESSAGE] = {"choices.0.message", {NULL, 0}},
    };

    sc_json_pick(body.p, body.n, v, SC_COUNT(v));
    if (v[MESSAGE].value.p == NULL)
        return false;
    a->id = sc_inside(v[ID].value);
    a->model = sc_inside(v[MODEL].value);
    a->created = sc_value_integer(v[CREATED].value);
    add_text(a, SC_PART_REASONING, v[THOUGHT].value.p ? v[THOUGHT].value : v[THOUGHT_TOO].value);
    if (sc_is_string(v[CONTENT].value))
        add_text(a, SC_PART_TEXT, v[CONTENT].value);
    else
        read_chunks(a, v[CONTENT].value);
    add_text(a, SC_PART_REFUSAL, v[REFUSAL].value);
    read_calls(a, v[CALLS].value);
    a->end = sc_chat_end(sc_inside(v[FINISH].value));
    return true;
}

/* ---- writing ---- */

void sc_openai_write_usage(const struct sc_usage *u, bool chat, struct sc_buf *b)
{
    int64_t input = sc_usage_input_total(u);

    if (chat)
        sc_buf_text(b, "{\"prompt_tokens\":");
    else
        sc_buf_text(b, "{\"input_tokens\":");
    sc_buf_number(b, input);
    if (chat)
        sc_buf_text(b, ",\"completion_tokens\":");
    else
        sc_buf_text(b, ",\"output_tokens\":");
    sc_buf_number(b, u->output);
    sc_buf_text(b, ",\"total_tokens\":");
    sc_buf_number(b, input + u->output);
    if (chat)
        sc_buf_text(b, ",\"prompt_tokens_details\":{\"cached_tokens\":");
    else
        sc_buf_text(b, ",\"input_tokens_details\":{\"cached_tokens\":");
    sc_buf_number(b, u->cached_read);
    if (chat)
        sc_buf_text(b, "},\"completion_tokens_details\":{\"reasoning_tokens\":");
    else
        sc_buf_text(b, "},\"output_tokens_details\":{\"reasoning_tokens\":");
    sc_buf_number(b, u->reasoning);
    sc_buf_text(b, "}}");
}

static void write_call(const struct sc_turn_part *p, const struct sc_dialect_made *made, size_t n,
                       struct sc_buf *b)
{
    sc_comma(b);
    sc_buf_text(b, "{\"id\":");
    sc_write_answered_call_id(p->id, made, n, b);
    sc_buf_text(b, ",\"type\":\"function\",\"function\":{\"name\":");
    sc_string(b, p->name);
    sc_buf_text(b, ",\"arguments\":\"");
    sc_write_quoted_arguments(p, b);
    sc_buf_text(b, "\"}}");
}

static void write_message(const struct sc_turn_answer *a, const struct sc_dialect_made *made,
                          struct sc_buf *b)
{
    const struct sc_turn_parts *l = &a->parts;
    bool says = sc_has_part(l, SC_PART_TEXT), calls = sc_has_part(l, SC_PART_CALL);

    sc_buf_text(b, "{\"role\":\"assistant\",\"content\":");
    if (says)
        sc_write_texts(l, SC_PART_TEXT, b);
    else if (calls || sc_has_part(l, SC_PART_REFUSAL))
        sc_buf_text(b, "null");
    else
        sc_buf_text(b, "\"\"");
    sc_buf_text(b, ",\"refusal\":");
    if (sc_has_part(l, SC_PART_REFUSAL))
        sc_write_texts(l, SC_PART_REFUSAL, b);
    else
        sc_buf_text(b, "null");
    if (sc_has_part(l, SC_PART_REASONING)) {
        sc_member(b, "reasoning_content");
        sc_write_texts(l, SC_PART_REASONING, b);
    }
    if (calls) {
        sc_buf_text(b, ",\"tool_calls\":[");
        for (size_t i = 0; i < l->n; i++)
            if (l->p[i].kind == SC_PART_CALL)
                write_call(&l->p[i], made, i, b);
        sc_buf_char(b, ']');
    }
    sc_buf_char(b, '}');
}

void sc_chat_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                          const struct sc_dialect_made *made, struct sc_buf *b)
{
    (void)asked;
    sc_buf_text(b, "{\"id\":");
    sc_write_answer_id(a, made, "chatcmpl-", b);
    sc_buf_text(b, ",\"object\":\"chat.completion\",\"created\":");
    sc_buf_number(b, a->created ? a->created : made->unix_time);
    sc_buf_text(b, ",\"model\":");
    sc_write_answer_model(a->model, made, b);
    sc_buf_text(b, ",\"choices\":[{\"index\":0,\"message\":");
    write_message(a, made, b);
    sc_buf_text(b, ",\"logprobs\":null,\"finish_reason\":");
    sc_quoted(b, sc_chat_reason(a->end));
    sc_buf_text(b, "}]");
    if (a->usage.known) {
        sc_member(b, "usage");
        sc_openai_write_usage(&a->usage, true, b);
    }
    sc_buf_char(b, '}');
}

/* ---- the dialect ---- */

static const struct sc_param_row params[] = {
    {SC_PARAM_TEMPERATURE, "temperature", 2},
    {SC_PARAM_TOP_P, "top_p", 1},
    {SC_PARAM_STOP, "stop", 4},
    {SC_PARAM_SEED, "seed", 0},
    {SC_PARAM_PRESENCE, "presence_penalty", 2},
    {SC_PARAM_FREQUENCY, "frequency_penalty", 2},
    {SC_PARAM_PARALLEL, "parallel_tool_calls", 0},
    {SC_PARAM_EFFORT, "reasoning_effort", 0},
    {SC_PARAM_VERBOSITY, "verbosity", 0},
};

const struct sc_family sc_family_chat = {
    .dialect = SC_DIALECT_CHAT,
    .words = "chat",
    .list = "messages",
    .sub = "content",
    .calls = "tool_calls",
    .usage = SC_PROVIDER_OPENAI,
    .params = params,
    .n_params = SC_COUNT(params),
    .name_signs = "",
    .name_max = 64,
    .read_request = sc_chat_read_request,
    .write_request = sc_chat_write_request,
    .read_answer = sc_chat_read_answer,
    .write_answer = sc_chat_write_answer,
    .write_error = sc_chat_write_error,
    .read_event = sc_chat_read_event,
    .read_done = true,
    .writer = &sc_chat_writer,
};
