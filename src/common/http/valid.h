/*
 * valid.h - whether bytes are JSON (RFC 8259), all of them.
 *
 * http/json.h looks into text of which it believes everything; who copies parts of a foreign text
 * into one of his own has to know first that it is one: that strings end, hold no control
 * characters and are UTF-8 (RFC 3629: no surrogates, no overlong forms), that numbers are numbers
 * and brackets match. Nothing is allocated, nothing recurses; one pass. Pure, thread-safe.
 */
#ifndef SC_HTTP_VALID_H
#define SC_HTTP_VALID_H

#include <stddef.h>

#include "http/str.h"

/* How deep containers may lie in each other. */
#define SC_JSON_DEPTH_MAX 512

enum sc_json_fault {
    SC_JSON_GOOD,
    SC_JSON_CUT, /* it ends too early */
    SC_JSON_WRONG,
    SC_JSON_BAD_UTF8,
    SC_JSON_TOO_DEEP
};

/* *at: where the fault is, as an offset; may be NULL. */
enum sc_json_fault sc_json_check(struct sc_str text, size_t *at);

/* What to tell a person: "is cut off", "is not valid JSON" and such; "" of what is good. */
const char *sc_json_fault_words(enum sc_json_fault fault);

/* How many bytes of s from its start are UTF-8. */
size_t sc_utf8_valid(struct sc_str s);

#endif
