/*
 * kept.h - what libcurl says of a transfer that another one follows on the same handle.
 *
 * All that getinfo and the header API tell is taken down; if that transfer is the one that the
 * program gets, it is answered from here until the handle's next one (shadow, `kept`).
 */
#ifndef SC_VIEW_KEPT_H
#define SC_VIEW_KEPT_H

#include "handle/shadow.h"
#include "view/infos.h"

struct sc_kept;

/* As it is now. NULL: no memory. */
struct sc_kept *sc_kept_take(const struct sc_shadow *s);
void sc_kept_free(struct sc_kept *k);

/* The handle goes on to something else; its mark goes, too. */
void sc_kept_forget(struct sc_shadow *s);

/* The call ends us microseconds later than that transfer did. */
void sc_kept_later(struct sc_kept *k, int64_t us);

/* In libcurl's stead; false: nothing was kept of it. */
bool sc_kept_info(const struct sc_kept *k, const struct sc_info *q);

CURLHcode sc_kept_header(struct sc_kept *k, const char *name, size_t index, unsigned origin,
                         int request, struct curl_header **out);
struct curl_header *sc_kept_nextheader(struct sc_kept *k, unsigned origin, int request,
                                       struct curl_header *previous);

#endif
