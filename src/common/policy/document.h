/*
 * document.h - a policy's text and its JSON tree, with places.
 *
 * cJSON keeps no positions. Once it has accepted a text we walk text and tree side by side and
 * leave each value's byte offset in its `valueint`, a field nobody reads of our trees (numbers are
 * read from the text by hand, since strtod depends on the host's locale).
 */
#ifndef SC_POLICY_DOCUMENT_H
#define SC_POLICY_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/cjson_api.h"
#include "policy/rule.h"

#define SC_DOCUMENT_MAX (4 << 20)
#define SC_DOCUMENT_DEPTH_MAX 64

struct sc_document {
    const char *name;
    const char *text;
    size_t n;
    cJSON *root;
    char *owned; /* what `text` lies in */
    struct sc_policy_stamp stamp;
};

/* Reads and parses a file: regular files up to SC_DOCUMENT_MAX bytes only. False with *err set. */
bool sc_document_open(struct sc_document *d, const char *path, struct sc_policy_error *err);

/* Parses a copy of the text. False with *err set. */
bool sc_document_parse(struct sc_document *d, const char *text, size_t n, const char *name,
                       struct sc_policy_error *err);

void sc_document_close(struct sc_document *d);

/* Offset of a value, and of the key that leads to it (the value's own in a list). */
size_t sc_document_value(const struct sc_document *d, const cJSON *item);
size_t sc_document_key(const struct sc_document *d, const cJSON *item);

/* How a value looks to its author, cut to size: `"four"`, `12`, `an object`. */
void sc_document_quote(const struct sc_document *d, const cJSON *item, char *buf, size_t size);

/* The number at a value's place; false if its text is no JSON number (01, 1., ...). */
bool sc_document_number(const struct sc_document *d, const cJSON *item, double *value);

/* Fills an error: place of `offset` (SIZE_MAX: the whole file), then "PATH: " unless path is "". */
__attribute__((format(printf, 5, 6))) void sc_document_error(const struct sc_document *d,
                                                             size_t offset, const char *path,
                                                             struct sc_policy_error *err,
                                                             const char *format, ...);

/* Called for each error; false: don't look for more. */
typedef bool sc_error_sink(const struct sc_policy_error *e, void *arg);

void sc_stamp_fill(struct sc_policy_stamp *stamp, const void *stat_buffer);

#endif
