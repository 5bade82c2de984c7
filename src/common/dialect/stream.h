/*
 * stream.h - a stream on its way from one dialect to another. For the files of this folder.
 *
 * The source's reader says what it finds (sc_say_...), event by event. What was said becomes blocks
 * in their order: texts, thoughts, calls. The target's writer is told to open a block, to add to
 * it, to close it. Whatever order the source has, a block is opened once and closed once, and where
 * the target wants one at a time, a call that comes while another is unfinished waits.
 */
#ifndef SC_DIALECT_STREAM_H
#define SC_DIALECT_STREAM_H

#include "dialect/error.h"
#include "dialect/events.h"
#include "dialect/family.h"

#define SC_BLOCKS_MAX 4096

enum sc_block_state { SC_BLOCK_WAITING, SC_BLOCK_OPEN, SC_BLOCK_CLOSED };

struct sc_block {
    enum sc_turn_kind kind;
    enum sc_block_state state;
    int64_t key;     /* of a call: what the source knows it by */
    uint32_t number; /* among all blocks */
    uint32_t call;   /* among all calls */
    struct sc_buf id, name;
    struct sc_buf text; /* what was said while it waited, and all of it where that is kept */
    bool said;          /* something was added after it was opened */
    uint32_t depth;     /* brackets of its arguments that are open */
    bool in_string, escaped, begun;
};

struct sc_translator {
    const struct sc_family *from, *to;
    const struct sc_stream_writer *writer;
    struct sc_dialect_asked asked;
    struct sc_dialect_made made;
    enum sc_translated state;
    struct sc_events events;
    struct sc_buf out;
    struct sc_buf clean;   /* an event whose UTF-8 was mended */
    struct sc_buf scratch; /* arguments as the inside of a string */
    struct sc_buf prefix;  /* what all events of the writer begin with */
    struct sc_buf error;   /* what the source said of its failure */
    struct sc_usage_reader usage;
    struct sc_turn_answer a; /* id, model and sequence lie in the buffers below */
    char id[160], model[160], sequence[320], asked_model[160];
    struct sc_block *blocks;
    size_t n_blocks, room_blocks, first_open;
    size_t kept;    /* bytes of texts */
    uint32_t calls; /* blocks that are calls */
    bool head;      /* the writer's beginning is out */
    int64_t events_out;
};

/* What a dialect says a stream with. */
struct sc_stream_writer {
    bool one_at_a_time;
    bool calls_are_objects;        /* broken arguments cannot be said */
    bool keeps_texts, keeps_calls; /* until their block is closed, or until the end */
    void (*head)(struct sc_translator *t);
    void (*open)(struct sc_translator *t, struct sc_block *b);
    void (*add)(struct sc_translator *t, struct sc_block *b, struct sc_str inside);
    void (*close)(struct sc_translator *t, struct sc_block *b);
    void (*tail)(struct sc_translator *t);
    void (*fault)(struct sc_translator *t, const struct sc_turn_error *e);
};

/* ---- for readers ---- */

/* Who answers. May be said again; what was said first counts. */
void sc_say_start(struct sc_translator *t, struct sc_str id, struct sc_str model, int64_t created);

void sc_say_text(struct sc_translator *t, enum sc_turn_kind kind, struct sc_str inside);

/* A call; said again with the same key it is the same one, unless its id is another. */
void sc_say_call(struct sc_translator *t, int64_t key, struct sc_str id, struct sc_str name);

/* A piece of its arguments: the inside of a string, or an object. */
void sc_say_arguments(struct sc_translator *t, int64_t key, struct sc_str text, bool quoted);

/* Whether arguments of that call came yet. */
bool sc_said_arguments(struct sc_translator *t, int64_t key);

void sc_say_end(struct sc_translator *t, enum sc_turn_end end, struct sc_str sequence);
void sc_say_done(struct sc_translator *t);

/* json: what the source says of it; n 0: nothing. */
void sc_say_error(struct sc_translator *t, struct sc_str json);
void sc_say_failed(struct sc_translator *t, const char *message);

/* ---- for writers ---- */

/* A block as a part: id, name, and its text where it is kept. */
struct sc_turn_part sc_block_part(const struct sc_block *b);

#endif
