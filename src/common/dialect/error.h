/* error.h - failures: read from whatever says them, and what each dialect calls them. For the files
 * of this folder. */
#ifndef SC_DIALECT_ERROR_H
#define SC_DIALECT_ERROR_H

#include "dialect/family.h"

/* What a body or an event says of a failure; status: HTTP's, 0 if there is none. The text need not
 * be JSON. False: it says nothing at all, and `e` is a failure without words. */
bool sc_error_read(int status, struct sc_str text, struct sc_turn_error *e);

/* One of our own. message: plain ASCII without quotes. */
void sc_error_say(enum sc_turn_fault fault, int status, const char *message,
                  struct sc_turn_error *e);

/* What a fault is called. */
struct sc_error_names {
    int status;
    const char *openai_type, *openai_code; /* code NULL: null */
    const char *anthropic;
    const char *google;
};
const struct sc_error_names *sc_error_names(enum sc_turn_fault fault);

/* The HTTP status that goes with it. */
int sc_error_status(const struct sc_turn_error *e, enum sc_dialect to);

/* The message with its quotes. */
void sc_error_write_message(const struct sc_turn_error *e, struct sc_buf *b);

/* {"message":...,"type":...,"param":null,"code":...} */
void sc_error_write_openai(const struct sc_turn_error *e, struct sc_buf *b);

#endif
