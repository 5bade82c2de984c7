/*
 * responses_stream.c - streams of OpenAI's Responses API.
 *
 * The last event says the whole answer again, so all of it is kept. A block is an item of its own.
 */
#include "dialect/fit.h"
#include "dialect/responses.h"
#include "dialect/stream.h"
#include "dialect/write.h"

/* ---- reading ---- */

enum { TYPE, INDEX, DELTA, ITEM, RESPONSE, ID, MODEL, CREATED, STATUS, REASON };

static void read_item(struct sc_translator *t, int64_t index, struct sc_str item, bool done)
{
    struct sc_json_want v[] = {
        {"type", {NULL, 0}}, {"call_id", {NULL, 0}}, {"name", {NULL, 0}}, {"arguments", {NULL, 0}}};

    sc_json_pick(item.p ? item.p : "", item.n, v, SC_COUNT(v));
    if (!sc_string_is(v[0].value, "function_call"))
        return;
    sc_say_call(t, index, sc_inside(v[1].value), sc_inside(v[2].value));
    if (done && !sc_said_arguments(t, index)) /* they may come without deltas */
        sc_say_arguments(t, index, sc_inside(v[3].value), true);
}

static void read_end(struct sc_translator *t, const struct sc_json_want *v)
{
    sc_say_end(t, sc_responses_end(sc_inside(v[STATUS].value), sc_inside(v[REASON].value)),
               (struct sc_str){"", 0});
    sc_say_done(t);
}

void sc_responses_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data)
{
    static const char *const types[] = {"response.output_text.delta",
                                        "response.function_call_arguments.delta",
                                        "response.refusal.delta",
                                        "response.reasoning_summary_text.delta",
                                        "response.reasoning_text.delta",
                                        "response.output_item.added",
                                        "response.output_item.done",
                                        "response.created",
                                        "response.completed",
                                        "response.incomplete",
                                        "response.failed",
                                        "error",
                                        NULL};
    struct sc_json_want v[] = {
        [TYPE] = {"type", {NULL, 0}},
        [INDEX] = {"output_index", {NULL, 0}},
        [DELTA] = {"delta", {NULL, 0}},
        [ITEM] = {"item", {NULL, 0}},
        [RESPONSE] = {"response", {NULL, 0}},
        [ID] = {"response.id", {NULL, 0}},
        [MODEL] = {"response.model", {NULL, 0}},
        [CREATED] = {"response.created_at", {NULL, 0}},
        [STATUS] = {"response.status", {NULL, 0}},
        [REASON] = {"response.incomplete_details.reason", {NULL, 0}},
    };

    sc_json_pick(data.p, data.n, v, SC_COUNT(v));
    int64_t index = sc_value_integer(v[INDEX].value);
    switch (sc_word_of(sc_inside(v[TYPE].value), types)) {
    case 0:
        sc_say_text(t, SC_PART_TEXT, sc_inside(v[DELTA].value));
        return;
    case 1:
        sc_say_arguments(t, index, sc_inside(v[DELTA].value), true);
        return;
    case 2:
        sc_say_text(t, SC_PART_REFUSAL, sc_inside(v[DELTA].value));
        return;
    case 3:
    case 4:
        sc_say_text(t, SC_PART_REASONING, sc_inside(v[DELTA].value));
        return;
    case 5:
    case 6:
        read_item(t, index, v[ITEM].value, sc_string_is(v[TYPE].value, types[6]));
        return;
    case 7:
        sc_say_start(t, sc_inside(v[ID].value), sc_inside(v[MODEL].value),
                     sc_value_integer(v[CREATED].value));
        return;
    case 8:
    case 9:
        read_end(t, v);
        return;
    case 10:
    case 11:
        sc_say_error(t, data);
        return;
    default:
        if (v[TYPE].value.p == NULL || (name.n == 5 && memcmp(name.p, "error", 5) == 0))
            sc_say_error(t, data); /* an error in the form of others */
    }
}

/* ---- writing ---- */

/* event: NAME, and its data up to the sequence number. */
#define BEGIN(t, name) begin(t, name, sizeof(name) - 1)

static void begin(struct sc_translator *t, const char *name, size_t n)
{
    struct sc_buf *b = &t->out;

    sc_buf_text(b, "event: ");
    sc_buf_add(b, name, n);
    sc_buf_text(b, "\ndata: {\"type\":\"");
    sc_buf_add(b, name, n);
    sc_buf_text(b, "\",\"sequence_number\":");
    sc_buf_number(b, t->events_out++);
}

static void end(struct sc_translator *t)
{
    sc_buf_text(&t->out, "}\n\n");
}

/* Where in the answer: its item, and the part of it. */
static void write_place(struct sc_translator *t, const struct sc_block *b)
{
    sc_buf_text(&t->out, ",\"item_id\":");
    sc_responses_write_item_id(b->kind, &t->made, b->number, &t->out);
    sc_buf_text(&t->out, ",\"output_index\":");
    sc_buf_number(&t->out, b->number);
    if (b->kind == SC_PART_REASONING)
        sc_buf_text(&t->out, ",\"summary_index\":0");
    else if (b->kind != SC_PART_CALL)
        sc_buf_text(&t->out, ",\"content_index\":0");
}

static void write_response(struct sc_translator *t, bool over)
{
    sc_buf_text(&t->out, ",\"response\":");
    sc_responses_write_around(&t->a, over, &t->made, &t->out);
    end(t);
}

static void head(struct sc_translator *t)
{
    BEGIN(t, "response.created");
    write_response(t, false);
    BEGIN(t, "response.in_progress");
    write_response(t, false);
}

static void write_item(struct sc_translator *t, const struct sc_block *b, bool whole)
{
    struct sc_turn_part p = sc_block_part(b);

    sc_buf_text(&t->out, ",\"output_index\":");
    sc_buf_number(&t->out, b->number);
    sc_buf_text(&t->out, ",\"item\":");
    sc_responses_write_item(&p, b->number, whole, &t->made, &t->out);
    end(t);
}

static void write_part(struct sc_translator *t, const struct sc_block *b, bool whole)
{
    struct sc_turn_part p = sc_block_part(b);

    write_place(t, b);
    sc_buf_text(&t->out, ",\"part\":");
    sc_responses_write_part(&p, whole, &t->out);
    end(t);
}

static void open_block(struct sc_translator *t, struct sc_block *b)
{
    BEGIN(t, "response.output_item.added");
    write_item(t, b, false);
    if (b->kind == SC_PART_CALL)
        return;
    if (b->kind == SC_PART_REASONING)
        BEGIN(t, "response.reasoning_summary_part.added");
    else
        BEGIN(t, "response.content_part.added");
    write_part(t, b, false);
}

static void add(struct sc_translator *t, struct sc_block *b, struct sc_str inside)
{
    if (b->kind == SC_PART_CALL)
        BEGIN(t, "response.function_call_arguments.delta");
    else if (b->kind == SC_PART_REASONING)
        BEGIN(t, "response.reasoning_summary_text.delta");
    else if (b->kind == SC_PART_REFUSAL)
        BEGIN(t, "response.refusal.delta");
    else
        BEGIN(t, "response.output_text.delta");
    write_place(t, b);
    sc_buf_text(&t->out, ",\"delta\":");
    sc_string(&t->out, inside);
    if (b->kind == SC_PART_TEXT)
        sc_buf_text(&t->out, ",\"logprobs\":[]");
    end(t);
}

/* The text of a block, said again when it is over. */
static void write_whole(struct sc_translator *t, const struct sc_block *b)
{
    struct sc_turn_part p = sc_block_part(b);

    if (b->kind == SC_PART_CALL) {
        BEGIN(t, "response.function_call_arguments.done");
        write_place(t, b);
        sc_buf_text(&t->out, ",\"name\":");
        sc_string(&t->out, p.name);
        sc_buf_text(&t->out, ",\"arguments\":\"");
        sc_write_quoted_arguments(&p, &t->out);
        sc_buf_text(&t->out, "\"");
        end(t);
        return;
    }
    if (b->kind == SC_PART_REASONING)
        BEGIN(t, "response.reasoning_summary_text.done");
    else if (b->kind == SC_PART_REFUSAL)
        BEGIN(t, "response.refusal.done");
    else
        BEGIN(t, "response.output_text.done");
    write_place(t, b);
    if (b->kind == SC_PART_REFUSAL)
        sc_buf_text(&t->out, ",\"refusal\":");
    else
        sc_buf_text(&t->out, ",\"text\":");
    sc_string(&t->out, p.text);
    if (b->kind == SC_PART_TEXT)
        sc_buf_text(&t->out, ",\"logprobs\":[]");
    end(t);
}

static void close_block(struct sc_translator *t, struct sc_block *b)
{
    write_whole(t, b);
    if (b->kind == SC_PART_REASONING) {
        BEGIN(t, "response.reasoning_summary_part.done");
        write_part(t, b, true);
    } else if (b->kind != SC_PART_CALL) {
        BEGIN(t, "response.content_part.done");
        write_part(t, b, true);
    }
    BEGIN(t, "response.output_item.done");
    write_item(t, b, true);
}

static void tail(struct sc_translator *t)
{
    if (t->a.end == SC_ENDED_LENGTH || t->a.end == SC_ENDED_FILTER)
        BEGIN(t, "response.incomplete");
    else
        BEGIN(t, "response.completed");
    write_response(t, true);
}

/* Flat and nested: of the two forms each makes other clients throw. */
static void fault(struct sc_translator *t, const struct sc_turn_error *e)
{
    const struct sc_error_names *n = sc_error_names(e->fault);

    BEGIN(t, "error");
    sc_buf_text(&t->out, ",\"code\":");
    sc_quoted(&t->out, n->openai_code ? n->openai_code : n->openai_type);
    sc_buf_text(&t->out, ",\"message\":");
    sc_error_write_message(e, &t->out);
    sc_buf_text(&t->out, ",\"param\":null,\"error\":");
    sc_error_write_openai(e, &t->out);
    end(t);
}

const struct sc_stream_writer sc_responses_writer = {
    .keeps_texts = true,
    .keeps_calls = true,
    .head = head,
    .open = open_block,
    .add = add,
    .close = close_block,
    .tail = tail,
    .fault = fault,
};
