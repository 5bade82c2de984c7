/* messages.h - what the files of the Messages dialect (Anthropic) know of each other. */
#ifndef SC_DIALECT_MESSAGES_H
#define SC_DIALECT_MESSAGES_H

#include "dialect/family.h"

void sc_messages_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body);
void sc_messages_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b);
bool sc_messages_read_answer(struct sc_str body, struct sc_turn_answer *a);
void sc_messages_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                              const struct sc_dialect_made *made, struct sc_buf *b);

/* stop_reason, and back. */
enum sc_turn_end sc_messages_end(struct sc_str reason);
const char *sc_messages_reason(enum sc_turn_end end);

/* Input without what a cache had to do with it, as this API counts. */
void sc_messages_write_usage(const struct sc_usage *u, struct sc_buf *b);

/* Streams. */
extern const struct sc_stream_writer sc_messages_writer;
void sc_messages_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data);
void sc_messages_write_error(const struct sc_turn_error *e, struct sc_buf *b);

#endif
