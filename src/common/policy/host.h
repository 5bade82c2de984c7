/*
 * host.h - host patterns: "api.openai.com", "*.example.com", "eu-*.example.com:8443", "[::1]", "*".
 *
 * A leading "*." stands for one or more labels, any other "*" for characters within its label. The
 * last label has no star, so that a pattern always says whose names it is about.
 */
#ifndef SC_POLICY_HOST_H
#define SC_POLICY_HOST_H

#include <stdbool.h>

#include "http/str.h"

/* The labels after the last one with a star. */
struct sc_str sc_host_suffix(struct sc_str pattern);

/* Whether a pattern with a star matches a host; both in lower case, without port. */
bool sc_host_match(struct sc_str pattern, struct sc_str host);

/* The parts of a host pattern "HOST[:PORT]"; IPv6 in brackets. False if it is none: *why says what
 * is allowed instead. port 0: any. */
bool sc_host_split(struct sc_str pattern, struct sc_str *host, int *port, const char **why);

#endif
