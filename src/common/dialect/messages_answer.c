/* messages_answer.c - whole answers of Anthropic's Messages API; the dialect's row. */
#include "dialect/fit.h"
#include "dialect/messages.h"
#include "dialect/write.h"

enum sc_turn_end sc_messages_end(struct sc_str reason)
{
    static const char *const words[] = {
        "end_turn", "stop_sequence", "max_tokens", "model_context_window_exceeded",
        "tool_use", "pause_turn",    "refusal",    NULL};
    static const enum sc_turn_end ends[] = {SC_ENDED_STOP,   SC_ENDED_SEQUENCE, SC_ENDED_LENGTH,
                                            SC_ENDED_LENGTH, SC_ENDED_CALLS,    SC_ENDED_STOP,
                                            SC_ENDED_FILTER, SC_ENDED_STOP};

    return reason.n == 0 ? SC_ENDED_NONE : ends[sc_word_of(reason, words)];
}

const char *sc_messages_reason(enum sc_turn_end end)
{
    static const char *const words[] = {
        [SC_ENDED_NONE] = "end_turn",          [SC_ENDED_STOP] = "end_turn",
        [SC_ENDED_SEQUENCE] = "stop_sequence", [SC_ENDED_LENGTH] = "max_tokens",
        [SC_ENDED_CALLS] = "tool_use",         [SC_ENDED_FILTER] = "refusal",
        [SC_ENDED_FAULT] = "end_turn",
    };

    return words[end];
}

/* ---- reading ---- */

static void read_block(struct sc_turn_answer *a, struct sc_str block)
{
    enum { TYPE, TEXT, THINKING, ID, NAME, INPUT };
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},         [TEXT] = {"text", {NULL, 0}},
        [THINKING] = {"thinking", {NULL, 0}}, [ID] = {"id", {NULL, 0}},
        [NAME] = {"name", {NULL, 0}},         [INPUT] = {"input", {NULL, 0}},
    };
    static const char *const types[] = {"text", "thinking", "tool_use", NULL};
    static const enum sc_turn_kind kinds[] = {SC_PART_TEXT, SC_PART_REASONING, SC_PART_CALL};

    sc_json_pick(block.p, block.n, v, SC_COUNT(v));
    size_t type = sc_word_of(sc_inside(v[TYPE].value), types);
    if (types[type] == NULL)
        return; /* redacted thoughts, and what only server tools leave behind */
    struct sc_turn_part *part = sc_parts_add(&a->parts, kinds[type], SC_ROLE_MODEL);
    if (part == NULL)
        return;
    part->id = sc_inside(v[ID].value);
    part->name = sc_inside(v[NAME].value);
    if (kinds[type] == SC_PART_CALL)
        part->text = v[INPUT].value.p ? v[INPUT].value : (struct sc_str){"", 0};
    else
        part->text = sc_inside(v[kinds[type] == SC_PART_TEXT ? TEXT : THINKING].value);
}

bool sc_messages_read_answer(struct sc_str body, struct sc_turn_answer *a)
{
    enum { TYPE, ID, MODEL, CONTENT, REASON, SEQUENCE };
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},          [ID] = {"id", {NULL, 0}},
        [MODEL] = {"model", {NULL, 0}},        [CONTENT] = {"content", {NULL, 0}},
        [REASON] = {"stop_reason", {NULL, 0}}, [SEQUENCE] = {"stop_sequence", {NULL, 0}},
    };
    struct sc_str key, block;

    sc_json_pick(body.p, body.n, v, SC_COUNT(v));
    if (v[CONTENT].value.p == NULL || v[CONTENT].value.p[0] != '[' ||
        sc_string_is(v[TYPE].value, "error"))
        return false;
    a->id = sc_inside(v[ID].value);
    a->model = sc_inside(v[MODEL].value);
    a->end = sc_messages_end(sc_inside(v[REASON].value));
    a->sequence = sc_inside(v[SEQUENCE].value);
    for (struct sc_json_iter it = sc_walk(v[CONTENT].value); sc_json_next(&it, &key, &block);)
        read_block(a, block);
    return true;
}

/* ---- writing ---- */

void sc_messages_write_usage(const struct sc_usage *u, struct sc_buf *b)
{
    sc_buf_text(b, "{\"input_tokens\":");
    sc_buf_number(b, u->input);
    sc_buf_text(b, ",\"cache_creation_input_tokens\":");
    sc_buf_number(b, u->cache_write_5m + u->cache_write_1h);
    sc_buf_text(b, ",\"cache_read_input_tokens\":");
    sc_buf_number(b, u->cached_read);
    sc_buf_text(b, ",\"output_tokens\":");
    sc_buf_number(b, u->output);
    sc_buf_char(b, '}');
}

static void write_call(const struct sc_turn_answer *a, size_t n, const struct sc_dialect_made *made,
                       struct sc_buf *b)
{
    const struct sc_turn_part *p = &a->parts.p[n];
    size_t before = b->n;

    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"tool_use\",\"id\":");
    sc_write_answered_call_id(p->id, made, n, b);
    sc_member(b, "name");
    sc_string(b, p->name);
    sc_member(b, "input");
    if (sc_write_arguments(p, b)) {
        sc_buf_char(b, '}');
        return;
    }
    b->n = before; /* cut off at the limit: there is no call, and the answer says so */
    if (a->end != SC_ENDED_LENGTH)
        b->failed = true;
}

static void write_block(const struct sc_turn_part *p, struct sc_buf *b)
{
    if (p->kind == SC_PART_REASONING) {
        sc_comma(b);
        sc_buf_text(b, "{\"type\":\"thinking\",\"thinking\":");
        sc_string(b, p->text);
        sc_buf_text(b, ",\"signature\":\"\"}");
        return;
    }
    sc_comma(b);
    sc_buf_text(b, "{\"type\":\"text\",\"text\":");
    sc_string(b, p->text);
    sc_buf_char(b, '}');
}

void sc_messages_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                              const struct sc_dialect_made *made, struct sc_buf *b)
{
    bool refused = sc_has_part(&a->parts, SC_PART_REFUSAL);

    (void)asked;
    sc_buf_text(b, "{\"id\":");
    sc_write_answer_id(a, made, "msg_", b);
    sc_buf_text(b, ",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    sc_write_answer_model(a->model, made, b);
    sc_buf_text(b, ",\"content\":[");
    for (size_t i = 0; i < a->parts.n; i++) {
        if (a->parts.p[i].kind == SC_PART_CALL)
            write_call(a, i, made, b);
        else
            write_block(&a->parts.p[i], b);
    }
    sc_buf_text(b, "],\"stop_reason\":");
    sc_quoted(b, sc_messages_reason(refused ? SC_ENDED_FILTER : a->end));
    sc_buf_text(b, ",\"stop_sequence\":");
    if (a->end == SC_ENDED_SEQUENCE && a->sequence.n > 0)
        sc_string(b, a->sequence);
    else
        sc_buf_text(b, "null");
    sc_member(b, "usage");
    sc_messages_write_usage(&a->usage, b);
    sc_buf_char(b, '}');
}

/* ---- the dialect ---- */

static const struct sc_param_row params[] = {
    {SC_PARAM_TEMPERATURE, "temperature", 1},
    {SC_PARAM_TOP_P, "top_p", 1},
    {SC_PARAM_TOP_K, "top_k", 0},
    {SC_PARAM_STOP, "stop_sequences", 0},
};

const struct sc_family sc_family_messages = {
    .dialect = SC_DIALECT_MESSAGES,
    .words = "messages",
    .list = "messages",
    .sub = "content",
    .usage = SC_PROVIDER_ANTHROPIC,
    .params = params,
    .n_params = SC_COUNT(params),
    .name_signs = "",
    .name_max = 128,
    .read_request = sc_messages_read_request,
    .write_request = sc_messages_write_request,
    .read_answer = sc_messages_read_answer,
    .write_answer = sc_messages_write_answer,
    .write_error = sc_messages_write_error,
    .read_event = sc_messages_read_event,
    .read_done = false,
    .writer = &sc_messages_writer,
};
