/*
 * envelope.h - where in a body an error's words stand.
 *
 * Most services say {"error": {"message": ...}}. What stands before them, and who has an API of
 * their own, put the same words elsewhere: into a list, into `detail`, into the root under other
 * names. Pure; results are borrowed from the text.
 */
#ifndef SC_PROVIDER_ENVELOPE_H
#define SC_PROVIDER_ENVELOPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"

struct sc_envelope {
    struct sc_str error; /* an object or a string; n 0: nowhere, the words are the root's own */
    bool usual;          /* it stands where every API has it */
};

struct sc_envelope sc_envelope_of(struct sc_str root);

/* The words of an error object, whatever they are called; a code that has but a number of its own
 * API's is written with its member's name, "error_code:18". */
void sc_envelope_type(struct sc_str error, char *type, size_t size);
void sc_envelope_code(struct sc_str error, char *code, size_t size);
struct sc_str sc_envelope_message(struct sc_str error);

/* How long to wait, by a member that says so ("retry_after": 30); -1: none does. */
int64_t sc_envelope_wait_ms(struct sc_str error);

#endif
