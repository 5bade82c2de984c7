/* stream.c - what is said becomes blocks in order; see stream.h. */
#include "dialect/stream.h"

#include <stdlib.h>
#include <string.h>

#include "dialect/fit.h"
#include "dialect/write.h"

/* ---- blocks ---- */

static struct sc_block *add_block(struct sc_translator *t, enum sc_turn_kind kind)
{
    if (t->blocks == NULL || t->n_blocks == t->room_blocks) {
        size_t room = t->room_blocks ? t->room_blocks * 2 : 8;
        struct sc_block *p =
            t->n_blocks < SC_BLOCKS_MAX ? realloc(t->blocks, room * sizeof *p) : NULL;
        if (p == NULL) {
            sc_say_failed(t, "The answer has more parts than can be kept.");
            return NULL;
        }
        t->blocks = p;
        t->room_blocks = room;
    }
    struct sc_block *b = &t->blocks[t->n_blocks];
    memset(b, 0, sizeof *b);
    b->kind = kind;
    b->number = (uint32_t)t->n_blocks++;
    b->id.max = b->name.max = 4096;
    b->text.max = SC_TRANSLATOR_MAX;
    return b;
}

struct sc_turn_part sc_block_part(const struct sc_block *b)
{
    struct sc_turn_part p = {.kind = (uint8_t)b->kind, .role = SC_ROLE_MODEL, .is_quoted = true};

    p.id = sc_buf_view(&b->id);
    p.name = sc_buf_view(&b->name);
    p.text = sc_buf_view(&b->text);
    return p;
}

static void begin(struct sc_translator *t)
{
    if (!t->head)
        t->writer->head(t);
    t->head = true;
}

static void keep(struct sc_translator *t, struct sc_block *b, struct sc_str inside)
{
    t->kept += inside.n;
    sc_buf_str(&b->text, inside);
    if (b->text.failed || t->kept > SC_TRANSLATOR_MAX)
        sc_say_failed(t, "The answer is longer than can be kept.");
}

static bool is_kept(const struct sc_translator *t, const struct sc_block *b)
{
    return b->kind == SC_PART_CALL ? t->writer->keeps_calls : t->writer->keeps_texts;
}

static void open_block(struct sc_translator *t, struct sc_block *b)
{
    struct sc_str waited = sc_buf_view(&b->text);

    if (b->kind == SC_PART_CALL && b->name.n == 0) {
        sc_say_failed(t, "The answer has a call of a tool without a name.");
        return;
    }
    begin(t);
    b->state = SC_BLOCK_OPEN;
    t->writer->open(t, b);
    if (waited.n > 0) {
        t->writer->add(t, b, waited);
        b->said = true;
    }
    if (!is_kept(t, b))
        sc_buf_free(&b->text);
}

static void close_block(struct sc_translator *t, struct sc_block *b)
{
    if (b->state == SC_BLOCK_WAITING)
        open_block(t, b);
    if (t->state == SC_TRANSLATED_FAILED)
        return;
    if (b->kind == SC_PART_CALL && b->depth > 0 && t->a.end != SC_ENDED_LENGTH &&
        t->writer->calls_are_objects) {
        sc_say_failed(t, "The arguments of a call of a tool are cut off.");
        return;
    }
    t->writer->close(t, b);
    b->state = SC_BLOCK_CLOSED;
}

static void close_all(struct sc_translator *t)
{
    for (; t->blocks && t->first_open < t->n_blocks && t->state != SC_TRANSLATED_FAILED;
         t->first_open++)
        close_block(t, &t->blocks[t->first_open]);
}

static bool is_whole(const struct sc_block *b)
{
    return b->kind != SC_PART_CALL || (b->begun && b->depth == 0);
}

/* Calls that waited come out as soon as what is before them is whole. */
static void advance(struct sc_translator *t)
{
    while (t->first_open < t->n_blocks && t->state != SC_TRANSLATED_FAILED) {
        struct sc_block *b = &t->blocks[t->first_open];
        if (b->state == SC_BLOCK_WAITING && b->name.n > 0)
            open_block(t, b);
        if (b->state != SC_BLOCK_OPEN || !is_whole(b) || t->first_open + 1 == t->n_blocks)
            return;
        close_block(t, b);
        t->first_open++;
    }
}

/* ---- what readers say ---- */

static void take_text(char *to, size_t size, struct sc_str inside)
{
    if (inside.n == 0 || inside.n >= size)
        return; /* absent, or nothing that anybody would call so */
    memcpy(to, inside.p, inside.n);
    to[inside.n] = '\0';
}

void sc_say_start(struct sc_translator *t, struct sc_str id, struct sc_str model, int64_t created)
{
    if (t->a.id.n == 0) {
        take_text(t->id, sizeof t->id, id);
        t->a.id = (struct sc_str){t->id, strlen(t->id)};
    }
    if (t->a.model.n == 0) {
        take_text(t->model, sizeof t->model, model);
        t->a.model = (struct sc_str){t->model, strlen(t->model)};
    }
    if (t->a.created == 0)
        t->a.created = created;
}

void sc_say_text(struct sc_translator *t, enum sc_turn_kind kind, struct sc_str inside)
{
    struct sc_block *b = t->n_blocks ? &t->blocks[t->n_blocks - 1] : NULL;

    if (inside.n == 0 || (kind == SC_PART_REASONING && !t->asked.reasoning) ||
        t->state == SC_TRANSLATED_FAILED)
        return;
    if (b == NULL || b->kind != kind || b->state != SC_BLOCK_OPEN) {
        close_all(t);
        b = t->state == SC_TRANSLATED_FAILED ? NULL : add_block(t, kind);
        if (b == NULL)
            return;
        open_block(t, b);
    }
    if (t->writer->keeps_texts)
        keep(t, b, inside);
    if (t->state == SC_TRANSLATED_FAILED)
        return;
    t->writer->add(t, b, inside);
    b->said = true;
}

static struct sc_block *find_call(struct sc_translator *t, int64_t key)
{
    for (size_t i = t->n_blocks; i > 0; i--)
        if (t->blocks[i - 1].kind == SC_PART_CALL && t->blocks[i - 1].key == key)
            return &t->blocks[i - 1];
    return NULL;
}

/* Before calls texts are closed; of calls several may be open, where the target does not mind. */
static struct sc_block *add_call(struct sc_translator *t, int64_t key)
{
    if (t->n_blocks > 0 && t->blocks[t->n_blocks - 1].kind != SC_PART_CALL)
        close_all(t);
    struct sc_block *b = t->state == SC_TRANSLATED_FAILED ? NULL : add_block(t, SC_PART_CALL);
    if (b == NULL)
        return NULL;
    b->key = key;
    b->call = t->calls++;
    return b;
}

void sc_say_call(struct sc_translator *t, int64_t key, struct sc_str id, struct sc_str name)
{
    struct sc_block *b = find_call(t, key);

    if (b && id.n > 0 && b->id.n > 0 && (b->id.n != id.n || memcmp(b->id.p, id.p, id.n) != 0))
        b = NULL; /* servers that number all calls 0 */
    if (b == NULL)
        b = add_call(t, key);
    if (b == NULL || b->state != SC_BLOCK_WAITING)
        return;
    if (b->id.n == 0)
        sc_buf_str(&b->id, id);
    if (b->name.n == 0)
        sc_buf_str(&b->name, name);
    if (t->writer->one_at_a_time)
        advance(t);
    else if (b->name.n > 0)
        open_block(t, b);
}

/* One character of the arguments, unescaped. */
static void watch(struct sc_block *b, char c)
{
    if (b->in_string) {
        if (!b->escaped && c == '"')
            b->in_string = false;
        b->escaped = !b->escaped && c == '\\';
    } else if (c == '"') {
        b->in_string = true;
    } else if (c == '{' || c == '[') {
        b->depth++;
        b->begun = true;
    } else if ((c == '}' || c == ']') && b->depth > 0) {
        b->depth--;
    }
}

static void watch_arguments(struct sc_block *b, struct sc_str inside)
{
    for (size_t i = 0; i < inside.n; i++) {
        char c = inside.p[i];
        if (c == '\\' && i + 1 < inside.n) {
            c = inside.p[++i];
            if (c != '"' && c != '\\')
                c = ' '; /* a line's end, a letter: nothing of structure */
        }
        watch(b, c);
    }
}

static struct sc_str quoted_inside(struct sc_translator *t, struct sc_str text, bool quoted)
{
    if (quoted)
        return text;
    sc_buf_clear(&t->scratch);
    sc_buf_escaped(&t->scratch, text);
    return sc_buf_view(&t->scratch);
}

void sc_say_arguments(struct sc_translator *t, int64_t key, struct sc_str text, bool quoted)
{
    struct sc_block *b = find_call(t, key);
    struct sc_str inside = quoted_inside(t, text, quoted);

    if (inside.n == 0 || t->state == SC_TRANSLATED_FAILED)
        return;
    if (b == NULL)
        b = add_call(t, key);
    if (b == NULL)
        return;
    if (b->state == SC_BLOCK_CLOSED) {
        sc_say_failed(t, "The pieces of the answer came in an order that cannot be followed.");
        return;
    }
    watch_arguments(b, inside);
    if (b->state == SC_BLOCK_WAITING || t->writer->keeps_calls)
        keep(t, b, inside);
    if (t->state == SC_TRANSLATED_FAILED)
        return;
    if (b->state == SC_BLOCK_OPEN) {
        t->writer->add(t, b, inside);
        b->said = true;
    }
    if (t->writer->one_at_a_time)
        advance(t);
}

bool sc_said_arguments(struct sc_translator *t, int64_t key)
{
    const struct sc_block *b = find_call(t, key);

    return b && (b->said || b->text.n > 0);
}

void sc_say_end(struct sc_translator *t, enum sc_turn_end end, struct sc_str sequence)
{
    if (end == SC_ENDED_NONE)
        return;
    t->a.end = end;
    take_text(t->sequence, sizeof t->sequence, sequence);
    t->a.sequence = (struct sc_str){t->sequence, strlen(t->sequence)};
}

/* Blocks as the parts of a whole answer, where the writer ends with one. */
static void collect(struct sc_translator *t)
{
    for (size_t i = 0; i < t->n_blocks && t->writer->keeps_texts; i++) {
        struct sc_turn_part *p = sc_parts_add(&t->a.parts, SC_PART_TEXT, SC_ROLE_MODEL);
        if (p == NULL)
            return;
        *p = sc_block_part(&t->blocks[i]);
    }
}

void sc_say_done(struct sc_translator *t)
{
    if (t->state == SC_TRANSLATED_DONE || t->state == SC_TRANSLATED_FAILED)
        return;
    if (t->a.end == SC_ENDED_NONE) {
        sc_say_failed(t, "The answer broke off.");
        return;
    }
    if (t->a.end == SC_ENDED_FAULT) {
        sc_say_failed(t, "The model said what its service could not read.");
        return;
    }
    if (t->calls > 0 && t->a.end == SC_ENDED_STOP)
        t->a.end = SC_ENDED_CALLS;
    else if (t->calls == 0 && t->a.end == SC_ENDED_CALLS)
        t->a.end = SC_ENDED_STOP;
    close_all(t);
    if (t->state == SC_TRANSLATED_FAILED)
        return;
    begin(t);
    sc_usage_result(&t->usage, &t->a.usage);
    collect(t);
    if (t->a.parts.failed) {
        sc_say_failed(t, "The answer is longer than can be kept.");
        return;
    }
    t->writer->tail(t);
    t->state = SC_TRANSLATED_DONE;
}

static void fail(struct sc_translator *t, const struct sc_turn_error *e)
{
    if (t->state == SC_TRANSLATED_DONE || t->state == SC_TRANSLATED_FAILED)
        return;
    t->state = SC_TRANSLATED_FAILED;
    t->writer->fault(t, e);
}

void sc_say_error(struct sc_translator *t, struct sc_str json)
{
    struct sc_turn_error e;

    sc_error_read(0, json, &e);
    sc_buf_clear(&t->error);
    sc_buf_str(&t->error, json);
    fail(t, &e);
}

void sc_say_failed(struct sc_translator *t, const char *message)
{
    struct sc_turn_error e;

    sc_error_say(SC_FAULT_SERVER, 0, message, &e);
    fail(t, &e);
}
