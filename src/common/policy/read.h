/*
 * read.h - from a parsed document to rules: the one walk that checks and collects.
 *
 * The walk follows the rows of options.c; what a row says is checked, stored into a draft or a
 * layer, and every departure is reported with its place.
 */
#ifndef SC_POLICY_READ_H
#define SC_POLICY_READ_H

#include "policy/build.h"
#include "policy/document.h"

/* Walks the document and fills `p`. Returns the number of errors reported; p is good if it is 0. */
size_t sc_read(const struct sc_document *doc, struct sc_policy *p, sc_error_sink *sink, void *arg);

/* All of `log` but its path, which may depend on the user. */
void sc_draft_log(const struct sc_draft *d, struct sc_log_settings *log);

#endif
