/*
 * blob.h - images and documents: data URLs taken apart and put together, their types. For the files
 * of this folder.
 */
#ifndef SC_DIALECT_BLOB_H
#define SC_DIALECT_BLOB_H

#include "dialect/write.h"

/* Reads what a URL (an inside) says into a part: base64 with its type, or the URL itself. False: it
 * is of a kind that nobody else can look at. */
bool sc_blob_read_url(struct sc_str url, struct sc_turn_part *part);

/* The part's URL, a data URL if it is base64; with quotes. */
void sc_blob_write_url(const struct sc_turn_part *part, struct sc_buf *b);

/* Whether the type of a blob is on the list, NULL at its end. */
bool sc_blob_is(const struct sc_turn_part *part, const char *const *types);

/* The type that a URL's path ends in: image/png of .../cat.png; NULL: it does not say. */
const char *sc_blob_type_of_url(struct sc_str url);

/* png, jpeg, gif, webp: what all but Gemini take. */
extern const char *const sc_blob_images[];

#endif
