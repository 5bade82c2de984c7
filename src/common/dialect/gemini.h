/* gemini.h - what the files of Gemini's generateContent dialect know of each other. */
#ifndef SC_DIALECT_GEMINI_H
#define SC_DIALECT_GEMINI_H

#include "dialect/family.h"

void sc_gemini_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body);
void sc_gemini_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b);
bool sc_gemini_read_answer(struct sc_str body, struct sc_turn_answer *a);
void sc_gemini_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                            const struct sc_dialect_made *made, struct sc_buf *b);

/* finishReason, and back. */
enum sc_turn_end sc_gemini_end(struct sc_str reason);
const char *sc_gemini_reason(enum sc_turn_end end);

/* A part of an answer. False: a call whose arguments are no object. */
bool sc_gemini_write_part(const struct sc_turn_part *p, const struct sc_dialect_made *made,
                          size_t n, struct sc_buf *b);

/* What stands behind the candidates: usage if it is known, model, id. */
void sc_gemini_write_rest(const struct sc_turn_answer *a, bool usage,
                          const struct sc_dialect_made *made, struct sc_buf *b);

/* Streams. */
extern const struct sc_stream_writer sc_gemini_writer;
void sc_gemini_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data);
void sc_gemini_write_error(const struct sc_turn_error *e, struct sc_buf *b);

#endif
