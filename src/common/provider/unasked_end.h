/*
 * unasked_end.h - the end of a stream's last event of output, which a llama.cpp server moves.
 *
 * It tells its `timings` in the last chunk: asked for usage, that is the extra one, which the
 * program does not see. They go back to where they would have stood, so the end of an event in
 * which a choice finishes, from its object's brace on, waits for what comes behind it.
 */
#ifndef SC_PROVIDER_UNASKED_END_H
#define SC_PROVIDER_UNASKED_END_H

#include "provider/unasked_kept.h"

/* Whether a line says of a choice why it has ended; all chunks before the last say null. */
bool sc_unasked_finishes(const char *line, size_t n);

/* The same of the next bytes of an event's choices, which may be cut anywhere: u->finishes. */
void sc_unasked_look_for_finish(struct sc_unasked *u, const char *p, size_t n);

/* The event that is kept is the extra one: writes the end of the one before it. */
void sc_unasked_pass_end(struct sc_unasked *u, struct sink *out);

#endif
