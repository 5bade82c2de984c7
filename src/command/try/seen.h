/* seen.h - what a run has left behind (trace and output), read as what the verdict is about. */
#ifndef SC_TRY_SEEN_H
#define SC_TRY_SEEN_H

#include "http/str.h"
#include "provider/provider.h"
#include "try/verdict.h"

enum { SC_TRY_HOSTS_MAX = 8 };

/* Whom the program asks. */
struct sc_try_hosts {
    struct {
        char name[256];
        enum sc_provider provider;
    } list[SC_TRY_HOSTS_MAX];
    size_t n;
};

/* The lines of a trace, in order of time; a line that is none is passed over. `hosts` may be NULL.
 */
void sc_try_read_trace(struct sc_try_seen *seen, struct sc_str trace, struct sc_try_hosts *hosts);

/* What it has printed, against what it prints undisturbed (NULL: this is it). */
struct sc_try_output {
    struct sc_str out, err;
};
void sc_try_compare(struct sc_try_seen *seen, const struct sc_try_output *o,
                    const struct sc_try_output *calm);

/* Whether one of the keys (texts, NULL at the end) was printed. */
bool sc_try_leaks(const struct sc_try_output *o, const char *const *keys);

#endif
