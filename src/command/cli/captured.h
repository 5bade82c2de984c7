/* captured.h - a response as `curl -i` writes it: header blocks, an empty line, the body. */
#ifndef SC_CLI_CAPTURED_H
#define SC_CLI_CAPTURED_H

#include <stdbool.h>
#include <stddef.h>

#include "provider/facts.h"

#define SC_CAPTURED_HEADERS 96

struct sc_captured {
    int status;
    struct sc_header headers[SC_CAPTURED_HEADERS];
    size_t n_headers;
    const char *body;
    size_t body_len;
    bool is_cut;     /* the body is shorter than its Content-Length */
    bool is_encoded; /* the body is compressed, and so cannot be read */
};

/* Takes the text apart; the parts point into it. Of several blocks (100, redirects, a proxy's) the
 * last is the response. False if it does not begin with a status line. */
bool sc_captured_read(const char *text, size_t n, struct sc_captured *out);

/* The value of the header with that name in lower case, n 0 if it is not there. */
struct sc_str sc_captured_header(const struct sc_header *headers, size_t n, const char *name);

#endif
