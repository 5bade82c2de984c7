/*
 * write.h - what the writers of all dialects share. For the files of this folder.
 *
 * JSON is written as it goes: a member or an element begins with sc_comma, which looks at the last
 * byte to know whether one is due.
 */
#ifndef SC_DIALECT_WRITE_H
#define SC_DIALECT_WRITE_H

#include "dialect/family.h"
#include "http/buf.h"

static inline void sc_comma(struct sc_buf *b)
{
    char last = b->n ? b->p[b->n - 1] : '{';

    if (last != '{' && last != '[' && last != ':')
        sc_buf_char(b, ',');
}

/* ,"name": */
#define sc_member(b, name) (sc_comma(b), sc_buf_text(b, "\"" name "\":"))

/* An inside with its quotes. */
static inline void sc_string(struct sc_buf *b, struct sc_str inside)
{
    sc_buf_char(b, '"');
    sc_buf_str(b, inside);
    sc_buf_char(b, '"');
}

/* A part's text with its quotes. */
void sc_write_text(const struct sc_turn_part *p, struct sc_buf *b);

/* The same of plain text. */
void sc_quoted(struct sc_buf *b, const char *text);

/* The member "model": the target's, else the request's own. */
void sc_write_model(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b);

/* Parameters that the dialect has, in its words; `except` (bits 1 << param) are written by the
 * caller. What it lacks is a reason, or left out. */
void sc_write_params(struct sc_turn *t, const struct sc_family *to, unsigned except,
                     struct sc_buf *b);

/* The arguments of a call as a JSON object, or as the inside of a string. False: they are no
 * object. */
bool sc_write_arguments(const struct sc_turn_part *call, struct sc_buf *b);
void sc_write_quoted_arguments(const struct sc_turn_part *call, struct sc_buf *b);

/* The arguments of a request's call, as an object; if they are none, a reason. */
void sc_write_call_object(struct sc_turn *t, const struct sc_turn_part *call, struct sc_buf *b);

/* A schema; one of Gemini's older form becomes JSON Schema. */
void sc_write_schema(struct sc_str schema, bool openapi, struct sc_buf *b);

/* The id of a call, which ties a result to it. What other services do not take as an id becomes one
 * that is always the same. */
void sc_write_call_id(struct sc_str id, struct sc_buf *b);

/* The name of a JSON schema, which some dialects lack and others demand. */
void sc_write_format_name(const struct sc_turn *t, struct sc_buf *b);

/* Whether an inside is nothing but blanks, escaped or not. */
bool sc_is_blank(struct sc_str inside);

/* How many parts from p on belong together: a result and what it consists of, else one. */
size_t sc_part_length(const struct sc_turn_part *p, size_t n);

/* Whether all names of tools are good there; reasons if not. */
void sc_check_tool_names(struct sc_turn *t, const struct sc_family *to);

/* ---- answers ---- */

/* "id":... of an answer: its own, else one made of the seed; the model likewise. */
void sc_write_answer_id(const struct sc_turn_answer *a, const struct sc_dialect_made *made,
                        const char *prefix, struct sc_buf *b);
void sc_write_made_id(const char *prefix, uint64_t seed, uint64_t n, struct sc_buf *b);
void sc_write_answered_call_id(struct sc_str id, const struct sc_dialect_made *made, size_t n,
                               struct sc_buf *b);
void sc_write_answer_model(struct sc_str model, const struct sc_dialect_made *made,
                           struct sc_buf *b);

/* Reads a whole answer, its usage too; to be freed (parts.p) even if it fails. */
bool sc_answer_read(const struct sc_family *from, struct sc_str body, struct sc_turn_answer *a);

/* Whether the parts have one of this kind. */
bool sc_has_part(const struct sc_turn_parts *l, enum sc_turn_kind kind);

/* All texts of a kind, one behind the other, as the inside of a string. */
void sc_write_texts(const struct sc_turn_parts *l, enum sc_turn_kind kind, struct sc_buf *b);

#endif
