/*
 * kind.h - what kind of success an answer is, and so what of it is held.
 *
 * Its type tells at the header, where it is a stream's or JSON's. Servers also send streams under
 * other types: Gemini's array of JSON is application/json and grows for as long as the model
 * writes; proxies send events or lines of JSON as application/json, as text, or without a type.
 * There the first bytes of the body tell, and what has been held until then goes to the watcher.
 */
#ifndef SC_WIRE_KIND_H
#define SC_WIRE_KIND_H

#include "wire/exchange.h"

/* The final header block of a success is complete. True: it is of a kind worth holding. */
bool sc_kind_by_type(struct sc_exchange *x);

/* A piece of the body, which is not held yet; while `kind_told` is false. */
void sc_kind_by_bytes(struct sc_exchange *x, const char *p, size_t n);

/* An answer that no server sent is there at once, of that type, and read as if it had come. */
void sc_kind_of_whole(struct sc_exchange *x, const char *type, struct sc_str body);

/* The JSON that is read is over, and more has come behind it, in this piece: lines of JSON. */
void sc_kind_is_lines(struct sc_exchange *x, const char *p, size_t n);

#endif
