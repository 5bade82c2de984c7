/* responses.h - what the files of OpenAI's Responses dialect know of each other. */
#ifndef SC_DIALECT_RESPONSES_H
#define SC_DIALECT_RESPONSES_H

#include "dialect/family.h"

void sc_responses_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body);
void sc_responses_write_request(struct sc_turn *t, const struct sc_dialect_to *to,
                                struct sc_buf *b);
bool sc_responses_read_answer(struct sc_str body, struct sc_turn_answer *a);
void sc_responses_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                               const struct sc_dialect_made *made, struct sc_buf *b);

/* Why an answer is not whole: incomplete_details.reason. */
enum sc_turn_end sc_responses_end(struct sc_str status, struct sc_str reason);

/* The id of the n-th item of an answer, with its quotes. */
void sc_responses_write_item_id(enum sc_turn_kind kind, const struct sc_dialect_made *made,
                                size_t n, struct sc_buf *b);

/* The n-th item: as it begins (empty, in progress), or whole. */
void sc_responses_write_item(const struct sc_turn_part *p, size_t n, bool whole,
                             const struct sc_dialect_made *made, struct sc_buf *b);

/* A part of a message's content, whole or empty. */
void sc_responses_write_part(const struct sc_turn_part *p, bool whole, struct sc_buf *b);

/* The answer around its items. over: false while it is in progress. */
void sc_responses_write_around(const struct sc_turn_answer *a, bool over,
                               const struct sc_dialect_made *made, struct sc_buf *b);

/* Streams. */
extern const struct sc_stream_writer sc_responses_writer;
void sc_responses_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data);

#endif
