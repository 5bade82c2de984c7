/* chat.h - what the files of the chat dialect know of each other. */
#ifndef SC_DIALECT_CHAT_H
#define SC_DIALECT_CHAT_H

#include "dialect/family.h"

void sc_chat_read_request(struct sc_turn *t, struct sc_str path, struct sc_str body);
void sc_chat_write_request(struct sc_turn *t, const struct sc_dialect_to *to, struct sc_buf *b);
bool sc_chat_read_answer(struct sc_str body, struct sc_turn_answer *a);
void sc_chat_write_answer(const struct sc_turn_answer *a, const struct sc_dialect_asked *asked,
                          const struct sc_dialect_made *made, struct sc_buf *b);

/* finish_reason, and back. */
enum sc_turn_end sc_chat_end(struct sc_str reason);
const char *sc_chat_reason(enum sc_turn_end end);

/* json_object is refused unless the messages speak of JSON: a reason, if they do not. */
void sc_openai_check_json(struct sc_turn *t);

/* Shared with Responses, whose words are the same in another form. */
void sc_openai_read_format(struct sc_turn *t, const char *at, struct sc_str type,
                           struct sc_str schema);
void sc_openai_write_usage(const struct sc_usage *u, bool chat, struct sc_buf *b);

/* Streams. */
extern const struct sc_stream_writer sc_chat_writer;
void sc_chat_read_event(struct sc_translator *t, struct sc_str name, struct sc_str data);
void sc_chat_write_error(const struct sc_turn_error *e, struct sc_buf *b);

#endif
