/* messages_stream.c - streams of Anthropic's Messages API. */
#include "dialect/fit.h"
#include "dialect/messages.h"
#include "dialect/stream.h"
#include "dialect/write.h"

/* ---- reading ---- */

static void read_block(struct sc_translator *t, int64_t index, struct sc_str block)
{
    enum { TYPE, TEXT, THINKING, ID, NAME, INPUT };
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},         [TEXT] = {"text", {NULL, 0}},
        [THINKING] = {"thinking", {NULL, 0}}, [ID] = {"id", {NULL, 0}},
        [NAME] = {"name", {NULL, 0}},         [INPUT] = {"input", {NULL, 0}},
    };

    sc_json_pick(block.p, block.n, v, SC_COUNT(v));
    if (sc_string_is(v[TYPE].value, "tool_use")) {
        sc_say_call(t, index, sc_inside(v[ID].value), sc_inside(v[NAME].value));
        if (!sc_json_is_empty(v[INPUT].value))
            sc_say_arguments(t, index, v[INPUT].value, false);
    } else if (sc_string_is(v[TYPE].value, "text")) {
        sc_say_text(t, SC_PART_TEXT, sc_inside(v[TEXT].value));
    } else if (sc_string_is(v[TYPE].value, "thinking")) {
        sc_say_text(t, SC_PART_REASONING, sc_inside(v[THINKING].value));
    }
}

void sc_messages_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data)
{
    enum { TYPE, INDEX, TEXT, ARGUMENTS, THINKING, BLOCK, ID, MODEL, REASON, SEQUENCE, ERROR };
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},
        [INDEX] = {"index", {NULL, 0}},
        [TEXT] = {"delta.text", {NULL, 0}},
        [ARGUMENTS] = {"delta.partial_json", {NULL, 0}},
        [THINKING] = {"delta.thinking", {NULL, 0}},
        [BLOCK] = {"content_block", {NULL, 0}},
        [ID] = {"message.id", {NULL, 0}},
        [MODEL] = {"message.model", {NULL, 0}},
        [REASON] = {"delta.stop_reason", {NULL, 0}},
        [SEQUENCE] = {"delta.stop_sequence", {NULL, 0}},
        [ERROR] = {"error", {NULL, 0}},
    };
    static const char *const types[] = {"content_block_delta", "content_block_start",
                                        "message_start",       "message_delta",
                                        "message_stop",        NULL};

    (void)name;
    sc_json_pick(data.p, data.n, v, SC_COUNT(v));
    if (v[ERROR].value.p && !sc_json_says_nothing(v[ERROR].value)) {
        sc_say_error(t, data);
        return;
    }
    int64_t index = sc_value_integer(v[INDEX].value);
    switch (sc_word_of(sc_inside(v[TYPE].value), types)) {
    case 0:
        sc_say_text(t, SC_PART_TEXT, sc_inside(v[TEXT].value));
        sc_say_text(t, SC_PART_REASONING, sc_inside(v[THINKING].value));
        if (sc_is_string(v[ARGUMENTS].value))
            sc_say_arguments(t, index, sc_inside(v[ARGUMENTS].value), true);
        return;
    case 1:
        read_block(t, index, v[BLOCK].value);
        return;
    case 2:
        sc_say_start(t, sc_inside(v[ID].value), sc_inside(v[MODEL].value), 0);
        return;
    case 3:
        sc_say_end(t, sc_messages_end(sc_inside(v[REASON].value)), sc_inside(v[SEQUENCE].value));
        return;
    case 4:
        sc_say_done(t);
        return;
    default: /* ping, the end of a block, what is to come */
        return;
    }
}

/* ---- writing ---- */

static void head(struct sc_translator *t)
{
    struct sc_buf *b = &t->out;

    sc_usage_result(&t->usage, &t->a.usage);
    sc_buf_text(b, "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":");
    sc_write_answer_id(&t->a, &t->made, "msg_", b);
    sc_buf_text(b, ",\"type\":\"message\",\"role\":\"assistant\",\"model\":");
    sc_write_answer_model(t->a.model, &t->made, b);
    sc_buf_text(b, ",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":");
    sc_messages_write_usage(&t->a.usage, b);
    sc_buf_text(b, "}}\n\n");
}

static void open_block(struct sc_translator *t, struct sc_block *b)
{
    struct sc_buf *o = &t->out;

    sc_buf_text(o,
                "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":");
    sc_buf_number(o, b->number);
    if (b->kind == SC_PART_CALL) {
        sc_buf_text(o, ",\"content_block\":{\"type\":\"tool_use\",\"id\":");
        sc_write_answered_call_id(sc_buf_view(&b->id), &t->made, b->number, o);
        sc_member(o, "name");
        sc_string(o, sc_buf_view(&b->name));
        sc_buf_text(o, ",\"input\":{}}}\n\n");
    } else if (b->kind == SC_PART_REASONING) {
        sc_buf_text(o, ",\"content_block\":{\"type\":\"thinking\",\"thinking\":\"\","
                       "\"signature\":\"\"}}\n\n");
    } else {
        sc_buf_text(o, ",\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n");
    }
}

static void add(struct sc_translator *t, struct sc_block *b, struct sc_str inside)
{
    struct sc_buf *o = &t->out;

    sc_buf_text(o,
                "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":");
    sc_buf_number(o, b->number);
    if (b->kind == SC_PART_CALL)
        sc_buf_text(o, ",\"delta\":{\"type\":\"input_json_delta\",\"partial_json\":");
    else if (b->kind == SC_PART_REASONING)
        sc_buf_text(o, ",\"delta\":{\"type\":\"thinking_delta\",\"thinking\":");
    else
        sc_buf_text(o, ",\"delta\":{\"type\":\"text_delta\",\"text\":");
    sc_string(o, inside);
    sc_buf_text(o, "}}\n\n");
}

static void close_block(struct sc_translator *t, struct sc_block *b)
{
    sc_buf_text(&t->out,
                "event: content_block_stop\ndata: {\"type\":\"content_block_stop\",\"index\":");
    sc_buf_number(&t->out, b->number);
    sc_buf_text(&t->out, "}\n\n");
}

static bool refused(const struct sc_translator *t)
{
    for (size_t i = 0; i < t->n_blocks; i++)
        if (t->blocks[i].kind == SC_PART_REFUSAL)
            return true;
    return false;
}

static void tail(struct sc_translator *t)
{
    struct sc_buf *b = &t->out;

    sc_buf_text(b, "event: message_delta\ndata: {\"type\":\"message_delta\",\"delta\":{"
                   "\"stop_reason\":");
    sc_quoted(b, sc_messages_reason(refused(t) ? SC_ENDED_FILTER : t->a.end));
    sc_member(b, "stop_sequence");
    if (t->a.end == SC_ENDED_SEQUENCE && t->a.sequence.n > 0)
        sc_string(b, t->a.sequence);
    else
        sc_buf_text(b, "null");
    sc_buf_text(b, "},\"usage\":");
    sc_messages_write_usage(&t->a.usage, b);
    sc_buf_text(b, "}\n\nevent: message_stop\ndata: {\"type\":\"message_stop\"}\n\n");
}

void sc_messages_write_error(const struct sc_turn_error *e, struct sc_buf *b)
{
    sc_buf_text(b, "{\"type\":\"error\",\"error\":{\"type\":");
    sc_quoted(b, sc_error_names(e->fault)->anthropic);
    sc_buf_text(b, ",\"message\":");
    sc_error_write_message(e, b);
    sc_buf_text(b, "}}");
}

/* Without its event line it is dropped, and the stream ends as if all were well. */
static void fault(struct sc_translator *t, const struct sc_turn_error *e)
{
    sc_buf_text(&t->out, "event: error\ndata: ");
    sc_messages_write_error(e, &t->out);
    sc_buf_text(&t->out, "\n\n");
}

const struct sc_stream_writer sc_messages_writer = {
    .one_at_a_time = true,
    .calls_are_objects = true,
    .head = head,
    .open = open_block,
    .add = add,
    .close = close_block,
    .tail = tail,
    .fault = fault,
};
