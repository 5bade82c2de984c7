/*
 * edit.h - changes to a JSON text at byte ranges; what is not touched stays as it was written.
 *
 * Edits are collected against the original text, in any order, and written out in one go:
 *
 *     struct sc_edits e;
 *     struct sc_str limit;
 *     sc_edits_init(&e, body);
 *     if (sc_edit_find(body, "max_tokens", &limit) == 1)
 *         sc_edit_replace(&e, limit, "1024");
 *     if (sc_edit_find(body, "seed", &limit) == 0)
 *         sc_edit_insert_member(&e, body, "seed", "7");
 *     if (e.n > 0 && !e.failed)
 *         sc_edits_write(&e, out);     to a buffer of sc_edits_size(&e) bytes
 *
 * All or nothing: an edit that overlaps another, lies outside of the text or finds no room marks
 * the whole as failed. Values are those that http/json.h finds in the text: borrowed, complete.
 * A text that is JSON stays JSON; of one that is not nothing is promised but that no byte outside
 * of it is read. No allocation, no state; small enough for the stack.
 */
#ifndef SC_HTTP_EDIT_H
#define SC_HTTP_EDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"

enum { SC_EDITS_MAX = 32, SC_EDIT_TEXT_MAX = 512 };

struct sc_edit {
    size_t at, cut;  /* bytes of the original that go */
    size_t put, len; /* what comes in their place, in `text` */
};

struct sc_edits {
    struct sc_str original;
    struct sc_edit edit[SC_EDITS_MAX]; /* by place; of one place in the order they were asked for */
    size_t n;
    bool failed;
    char text[SC_EDIT_TEXT_MAX];
    size_t text_len;
};

void sc_edits_init(struct sc_edits *e, struct sc_str original);

/* How many members of that name an object has, and the value of the last one. More than one: which
 * counts is the reader's choice, better leave it alone. 0 for what is no object. */
size_t sc_edit_find(struct sc_str object, const char *name, struct sc_str *value);

/* Another value in the place of this one. */
bool sc_edit_replace(struct sc_edits *e, struct sc_str value, const char *json);

/* A new member, before all others. The object must not have one of that name; name and value are
 * JSON as they stand, the name without its quotes. */
bool sc_edit_insert_member(struct sc_edits *e, struct sc_str object, const char *name,
                           const char *json);

/* Elements `from` .. `from + count - 1` of an array go, with the commas between them. `elements`
 * are all n of it. Runs that touch each other must be one call. */
bool sc_edit_delete_elements(struct sc_edits *e, const struct sc_str *elements, size_t n,
                             size_t from, size_t count);

/* The new text: its length, and its bytes (not NUL-terminated). */
size_t sc_edits_size(const struct sc_edits *e);
void sc_edits_write(const struct sc_edits *e, char *out);

#endif
