/* progress.h - the program's own progress callback, whichever of the two kinds it is. */
#ifndef SC_HANDLE_PROGRESS_H
#define SC_HANDLE_PROGRESS_H

#include "handle/shadow.h"

/* It has one, and wants it called. */
static inline bool sc_progress_wanted(const struct sc_shadow *s)
{
    return !s->o.no_progress && (s->o.xferinfo_fn || s->o.progress_fn);
}

/* Calls it; without one libcurl's own meter is meant (CURL_PROGRESSFUNC_CONTINUE). */
int sc_progress_call(const struct sc_shadow *s, curl_off_t dltotal, curl_off_t dlnow,
                     curl_off_t ultotal, curl_off_t ulnow);

#endif
