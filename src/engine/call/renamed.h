/*
 * renamed.h - the program's own request for another model of the same host.
 *
 * What names the model is what changes: the body, the path, or both. All else is the program's, its
 * credentials as well.
 */
#ifndef SC_CALL_RENAMED_H
#define SC_CALL_RENAMED_H

#include "call/transfer.h"
#include "http/edit.h"

/* Why the request cannot ask for that target's model; nothing is written if it can. */
void sc_renamed_unfit(const struct sc_transfer *t, const struct sc_target *to, char *why,
                      size_t size);

/* For the target that is asked now, if it is such a one; else nothing is done. */
void sc_renamed_body(const struct sc_transfer *t, struct sc_edits *e);

/* The same for the path, before an attempt. False: it would ask for the first model again. */
bool sc_renamed_path(struct sc_transfer *t);

#endif
