/*
 * ratelimit_ietf.h - the fields RateLimit and RateLimit-Policy of the IETF's draft
 * (draft-ietf-httpapi-ratelimit-headers), in both of the forms that servers send:
 *
 *     RateLimit: limit=100, remaining=0, reset=5                        (version 07)
 *     RateLimit-Policy: 100;w=60
 *
 *     RateLimit: "burst";r=0;t=2, "daily";r=5;t=400                     (version 08 and later)
 *     RateLimit-Policy: "burst";q=100;w=60, "daily";q=1000;w=86400
 *
 * The three fields of the versions before (RateLimit-Limit, -Remaining, -Reset) are rows of
 * ratelimit.c. Pure: no allocation, no clock.
 */
#ifndef SC_PROVIDER_RATELIMIT_IETF_H
#define SC_PROVIDER_RATELIMIT_IETF_H

#include <stdbool.h>
#include <stddef.h>

#include "http/header.h"
#include "provider/rate.h"

/* The limit that matters most: of those that are used up the one that is so for longest, else the
 * one of which least is left. False: nothing is said. */
bool sc_ratelimit_ietf(const struct sc_header *headers, size_t n, struct sc_rate *out);

#endif
