/*
 * canon.h - one text for all JSON texts that say the same.
 *
 * Members in the order of their names, strings without escapes, numbers by their value, no blanks:
 * two texts have the same canonical form if and only if a reader of JSON cannot tell them apart
 * (of two members of one name, both stay). Not JSON itself: lengths stand before strings, so that
 * no text can look like another. Pure; memory is allocated.
 */
#ifndef SC_STORE_CANON_H
#define SC_STORE_CANON_H

#include <stdbool.h>

#include "http/buf.h"
#include "http/str.h"

/* A member of the outermost object: false, and it is left out. value: as it stands in the text. */
typedef bool sc_canon_filter(void *arg, struct sc_str name, struct sc_str value);

/* A name that is left out at any depth; NULL: none. */
struct sc_canon_rules {
    sc_canon_filter *keeps; /* NULL: all stay */
    void *arg;
    const char *nowhere;
};

/* False: it is no JSON, nested too deep, or there is no memory. */
bool sc_canon_json(struct sc_str json, const struct sc_canon_rules *rules, struct sc_buf *out);

/* A text with its length. */
void sc_canon_text(struct sc_buf *out, struct sc_str text);

#endif
