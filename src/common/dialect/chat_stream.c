/* chat_stream.c - streams of OpenAI's chat completions. */
#include "dialect/chat.h"
#include "dialect/fit.h"
#include "dialect/stream.h"
#include "dialect/write.h"

/* ---- reading ---- */

static bool says(struct sc_str value)
{
    return value.p && !sc_json_says_nothing(value);
}

/* Servers that leave the index out send a call whole, with its id. */
static void read_call(struct sc_translator *t, struct sc_str call)
{
    struct sc_json_want v[] = {{"index", {NULL, 0}},
                               {"id", {NULL, 0}},
                               {"function.name", {NULL, 0}},
                               {"function.arguments", {NULL, 0}}};

    sc_json_pick(call.p, call.n, v, SC_COUNT(v));
    struct sc_str id = sc_inside(v[1].value), name = sc_inside(v[2].value), args = v[3].value;
    int64_t key = sc_value_integer(v[0].value);
    if (v[0].value.p == NULL)
        key = id.n > 0 || t->calls == 0 ? (int64_t)t->calls : (int64_t)t->calls - 1;
    sc_say_call(t, key, id, name);
    if (sc_is_string(args))
        sc_say_arguments(t, key, sc_inside(args), true);
    else if (args.n > 0 && args.p[0] == '{')
        sc_say_arguments(t, key, args, false);
}

static void read_content(struct sc_translator *t, struct sc_str content)
{
    struct sc_json_iter it = sc_walk(content);
    struct sc_str key, chunk;

    if (sc_is_string(content))
        sc_say_text(t, SC_PART_TEXT, sc_inside(content));
    while (sc_json_next(&it, &key, &chunk)) { /* Mistral, where the model thinks */
        sc_say_text(t, SC_PART_REASONING,
                    sc_inside(sc_json_find(chunk.p, chunk.n, "thinking.0.text")));
        sc_say_text(t, SC_PART_TEXT, sc_inside(sc_json_find(chunk.p, chunk.n, "text")));
    }
}

void sc_chat_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data)
{
    enum { ID, MODEL, CREATED, CONTENT, REFUSAL, THOUGHT, THOUGHT_TOO, CALLS, FINISH, ERROR };
    struct sc_json_want v[] = {
        [ID] = {"id", {NULL, 0}},
        [MODEL] = {"model", {NULL, 0}},
        [CREATED] = {"created", {NULL, 0}},
        [CONTENT] = {"choices.0.delta.content", {NULL, 0}},
        [REFUSAL] = {"choices.0.delta.refusal", {NULL, 0}},
        [THOUGHT] = {"choices.0.delta.reasoning_content", {NULL, 0}},
        [THOUGHT_TOO] = {"choices.0.delta.reasoning", {NULL, 0}},
        [CALLS] = {"choices.0.delta.tool_calls", {NULL, 0}},
        [FINISH] = {"choices.0.finish_reason", {NULL, 0}},
        [ERROR] = {"error", {NULL, 0}},
    };
    struct sc_str key, call;

    sc_json_pick(data.p, data.n, v, SC_COUNT(v));
    if (says(v[ERROR].value) || (name.n == 5 && memcmp(name.p, "error", 5) == 0)) {
        sc_say_error(t, data);
        return;
    }
    sc_say_start(t, sc_inside(v[ID].value), sc_inside(v[MODEL].value),
                 sc_value_integer(v[CREATED].value));
    sc_say_text(
        t, SC_PART_REASONING,
        sc_inside(sc_is_string(v[THOUGHT].value) ? v[THOUGHT].value : v[THOUGHT_TOO].value));
    read_content(t, v[CONTENT].value);
    sc_say_text(t, SC_PART_REFUSAL, sc_inside(v[REFUSAL].value));
    for (struct sc_json_iter it = sc_walk(v[CALLS].value); sc_json_next(&it, &key, &call);)
        read_call(t, call);
    sc_say_end(t, sc_chat_end(sc_inside(v[FINISH].value)), (struct sc_str){"", 0});
}

/* ---- writing ---- */

/* data: {"id":...,"model":...,"choices":[{"index":0,"delta": */
static void write_prefix(struct sc_translator *t)
{
    struct sc_buf *b = &t->prefix;

    sc_buf_text(b, "data: {\"id\":");
    sc_write_answer_id(&t->a, &t->made, "chatcmpl-", b);
    sc_buf_text(b, ",\"object\":\"chat.completion.chunk\",\"created\":");
    sc_buf_number(b, t->a.created ? t->a.created : t->made.unix_time);
    sc_buf_text(b, ",\"model\":");
    sc_write_answer_model(t->a.model, &t->made, b);
    sc_buf_text(b, ",\"choices\":[");
}

static void begin_chunk(struct sc_translator *t)
{
    sc_buf_str(&t->out, sc_buf_view(&t->prefix));
    sc_buf_text(&t->out, "{\"index\":0,\"delta\":{");
}

static void end_chunk(struct sc_translator *t)
{
    sc_buf_text(&t->out, "},\"logprobs\":null,\"finish_reason\":null}]}\n\n");
}

static void head(struct sc_translator *t)
{
    write_prefix(t);
    begin_chunk(t);
    sc_buf_text(&t->out, "\"role\":\"assistant\",\"content\":\"\"");
    end_chunk(t);
}

static void write_call_begin(struct sc_translator *t, const struct sc_block *b)
{
    begin_chunk(t);
    sc_buf_text(&t->out, "\"tool_calls\":[{\"index\":");
    sc_buf_number(&t->out, b->call);
    sc_buf_text(&t->out, ",\"id\":");
    sc_write_answered_call_id(sc_buf_view(&b->id), &t->made, b->number, &t->out);
    sc_buf_text(&t->out, ",\"type\":\"function\",\"function\":{\"name\":");
    sc_string(&t->out, sc_buf_view(&b->name));
    sc_buf_text(&t->out, ",\"arguments\":\"\"}}]");
    end_chunk(t);
}

static void open_block(struct sc_translator *t, struct sc_block *b)
{
    if (b->kind == SC_PART_CALL)
        write_call_begin(t, b);
}

static void add(struct sc_translator *t, struct sc_block *b, struct sc_str inside)
{
    begin_chunk(t);
    switch (b->kind) {
    case SC_PART_CALL:
        sc_buf_text(&t->out, "\"tool_calls\":[{\"index\":");
        sc_buf_number(&t->out, b->call);
        sc_buf_text(&t->out, ",\"function\":{\"arguments\":");
        sc_string(&t->out, inside);
        sc_buf_text(&t->out, "}}]");
        break;
    case SC_PART_REASONING:
        sc_buf_text(&t->out, "\"reasoning_content\":");
        sc_string(&t->out, inside);
        break;
    case SC_PART_REFUSAL:
        sc_buf_text(&t->out, "\"refusal\":");
        sc_string(&t->out, inside);
        break;
    default:
        sc_buf_text(&t->out, "\"content\":");
        sc_string(&t->out, inside);
    }
    end_chunk(t);
}

/* Arguments of nothing are an empty object: programs parse them. */
static void close_block(struct sc_translator *t, struct sc_block *b)
{
    if (b->kind == SC_PART_CALL && !b->said)
        add(t, b, (struct sc_str){"{}", 2});
}

static void tail(struct sc_translator *t)
{
    struct sc_buf *b = &t->out;

    begin_chunk(t);
    sc_buf_text(b, "},\"logprobs\":null,\"finish_reason\":");
    sc_quoted(b, sc_chat_reason(t->a.end));
    sc_buf_text(b, "}]}\n\n");
    if (t->asked.usage && t->a.usage.known) {
        sc_buf_str(b, sc_buf_view(&t->prefix));
        sc_buf_text(b, "],\"usage\":");
        sc_openai_write_usage(&t->a.usage, true, b);
        sc_buf_text(b, "}\n\n");
    }
    sc_buf_text(b, "data: [DONE]\n\n");
}

void sc_chat_write_error(const struct sc_turn_error *e, struct sc_buf *b)
{
    sc_buf_text(b, "{\"error\":");
    sc_error_write_openai(e, b);
    sc_buf_char(b, '}');
}

/* An object of `error` alone: beside other members, clients do not see it. */
static void fault(struct sc_translator *t, const struct sc_turn_error *e)
{
    sc_buf_text(&t->out, "data: ");
    sc_chat_write_error(e, &t->out);
    sc_buf_text(&t->out, "\n\n");
}

const struct sc_stream_writer sc_chat_writer = {
    .head = head,
    .open = open_block,
    .add = add,
    .close = close_block,
    .tail = tail,
    .fault = fault,
};
