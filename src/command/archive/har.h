/*
 * har.h - cassettes as HTTP archives (HAR 1.2, w3c.github.io/web-performance/specs/HAR), which
 * browsers' network panels open and write.
 *
 * An archive has bodies as they were decoded, and times of parts, but not the pieces of an answer:
 * what an archive of ours has besides stands in "_steadycurl" of each entry, as the format allows,
 * so that nothing is lost on the way out and back.
 */
#ifndef SC_ARCHIVE_HAR_H
#define SC_ARCHIVE_HAR_H

#include <stdbool.h>
#include <stddef.h>

#include "cassette/cassette.h"
#include "http/buf.h"

/* All exchanges that can be read; *bad: how many cannot. False: no memory. */
bool sc_har_write(const struct sc_cassette *c, struct sc_buf *out, size_t *bad);

struct sc_har_read {
    size_t taken, left_out; /* entries: what is no HTTP, or has no URL */
    char err[200];
};

/* Lines of a cassette. False, with the reason in r->err: it is no archive. */
bool sc_har_read(struct sc_str text, struct sc_buf *out, struct sc_har_read *r);

#endif
