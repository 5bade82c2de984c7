/*
 * gemini_stream.c - streams of Gemini's streamGenerateContent: as events, or (without alt=sse) as a
 * JSON array that grows.
 *
 * Calls come whole here, their arguments as an object: they are kept until they are.
 */
#include "dialect/fit.h"
#include "dialect/gemini.h"
#include "dialect/stream.h"
#include "dialect/write.h"

/* ---- reading ---- */

static void read_part(struct sc_translator *t, struct sc_str part)
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

    sc_json_pick(part.p, part.n, v, SC_COUNT(v));
    if (v[CALL].value.p == NULL) {
        bool thought = sc_says(v[THOUGHT].value, "true");
        sc_say_text(t, thought ? SC_PART_REASONING : SC_PART_TEXT, sc_inside(v[TEXT].value));
        return;
    }
    int64_t key = (int64_t)t->calls;
    sc_say_call(t, key, sc_inside(v[ID].value), sc_inside(v[NAME].value));
    if (v[ARGS].value.p)
        sc_say_arguments(t, key, v[ARGS].value, false);
    else
        sc_say_arguments(t, key, (struct sc_str){"{}", 2}, true);
}

void sc_gemini_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data)
{
    enum { PARTS, REASON, BLOCKED, MODEL, ID, ERROR };
    struct sc_json_want v[] = {
        [PARTS] = {"candidates.0.content.parts", {NULL, 0}},
        [REASON] = {"candidates.0.finishReason", {NULL, 0}},
        [BLOCKED] = {"promptFeedback.blockReason", {NULL, 0}},
        [MODEL] = {"modelVersion", {NULL, 0}},
        [ID] = {"responseId", {NULL, 0}},
        [ERROR] = {"error", {NULL, 0}},
    };
    struct sc_str key, part;

    (void)name;
    sc_json_pick(data.p, data.n, v, SC_COUNT(v));
    if (v[ERROR].value.p && !sc_json_says_nothing(v[ERROR].value)) {
        sc_say_error(t, data);
        return;
    }
    sc_say_start(t, sc_inside(v[ID].value), sc_inside(v[MODEL].value), 0);
    for (struct sc_json_iter it = sc_walk(v[PARTS].value); sc_json_next(&it, &key, &part);)
        read_part(t, part);
    sc_say_end(t, sc_gemini_end(sc_inside(v[REASON].value)), (struct sc_str){"", 0});
    if (v[BLOCKED].value.p)
        sc_say_end(t, SC_ENDED_FILTER, (struct sc_str){"", 0});
}

/* ---- writing ---- */

static void begin_chunk(struct sc_translator *t)
{
    if (!t->asked.array)
        sc_buf_text(&t->out, "data: ");
    else if (t->events_out++ == 0)
        sc_buf_text(&t->out, "[");
    else
        sc_buf_text(&t->out, ",\r\n");
}

static void end_chunk(struct sc_translator *t)
{
    if (!t->asked.array)
        sc_buf_text(&t->out, "\n\n");
}

static void write_chunk(struct sc_translator *t, const struct sc_turn_part *p, size_t number)
{
    begin_chunk(t);
    sc_buf_text(&t->out, "{\"candidates\":[{\"content\":{\"parts\":[");
    sc_gemini_write_part(p, &t->made, number, &t->out);
    sc_buf_text(&t->out, "],\"role\":\"model\"},\"index\":0}]");
    sc_gemini_write_rest(&t->a, false, &t->made, &t->out);
    end_chunk(t);
}

static void head(struct sc_translator *t)
{
    (void)t;
}

static void open_block(struct sc_translator *t, struct sc_block *b)
{
    (void)t;
    (void)b;
}

static void add(struct sc_translator *t, struct sc_block *b, struct sc_str inside)
{
    struct sc_turn_part p = {.kind = (uint8_t)b->kind, .text = inside};

    if (b->kind != SC_PART_CALL)
        write_chunk(t, &p, b->number);
}

static void close_block(struct sc_translator *t, struct sc_block *b)
{
    struct sc_turn_part p = sc_block_part(b);
    size_t before = t->out.n;

    if (b->kind != SC_PART_CALL)
        return;
    if (sc_write_arguments(&p, &t->out)) {
        t->out.n = before;
        write_chunk(t, &p, b->number);
    } else {
        t->out.n = before; /* cut off at the limit: there is no call, and the end says so */
        if (t->a.end != SC_ENDED_LENGTH)
            sc_say_failed(t, "The arguments of a call of a tool are no JSON object.");
    }
    t->kept -= b->text.n;
    sc_buf_free(&b->text);
}

static bool refused(const struct sc_translator *t)
{
    for (size_t i = 0; i < t->n_blocks; i++)
        if (t->blocks[i].kind == SC_PART_REFUSAL)
            return true;
    return false;
}

/* Clients that keep the conversation lose a turn whose last chunk has no part. */
static void tail(struct sc_translator *t)
{
    begin_chunk(t);
    sc_buf_text(&t->out, "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"\"}],\"role\":"
                         "\"model\"},\"finishReason\":");
    sc_quoted(&t->out, sc_gemini_reason(refused(t) ? SC_ENDED_FILTER : t->a.end));
    sc_buf_text(&t->out, ",\"index\":0}]");
    sc_gemini_write_rest(&t->a, true, &t->made, &t->out);
    end_chunk(t);
    if (t->asked.array)
        sc_buf_char(&t->out, ']');
}

void sc_gemini_write_error(const struct sc_turn_error *e, struct sc_buf *b)
{
    sc_buf_text(b, "{\"error\":{\"code\":");
    sc_buf_number(b, sc_error_status(e, SC_DIALECT_GEMINI));
    sc_buf_text(b, ",\"message\":");
    sc_error_write_message(e, b);
    sc_buf_text(b, ",\"status\":");
    sc_quoted(b, sc_error_names(e->fault)->google);
    sc_buf_text(b, "}}");
}

static void fault(struct sc_translator *t, const struct sc_turn_error *e)
{
    begin_chunk(t);
    sc_gemini_write_error(e, &t->out);
    end_chunk(t);
    if (t->asked.array)
        sc_buf_char(&t->out, ']');
}

const struct sc_stream_writer sc_gemini_writer = {
    .one_at_a_time = true,
    .calls_are_objects = true,
    .keeps_calls = true,
    .head = head,
    .open = open_block,
    .add = add,
    .close = close_block,
    .tail = tail,
    .fault = fault,
};
