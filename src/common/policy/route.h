/*
 * route.h - which target is asked first (policy: route).
 *
 * The entries are asked in order; the first whose `when` holds and whose share a call belongs to
 * decides. A call belongs to a share by a hash of its conversation, so all turns of one go the same
 * way, in every process and at any time. What is not known of a call does not hold. Pure.
 */
#ifndef SC_POLICY_ROUTE_H
#define SC_POLICY_ROUTE_H

#include <stdint.h>

#include "http/str.h"
#include "policy/target.h"

/* The value of a header that the program sends; false: it sends none of that name. */
typedef bool sc_route_header(const char *name, struct sc_str *value, void *arg);

struct sc_route_facts {
    int64_t input_tokens; /* -1: unknown, likewise below */
    signed char stream, tools;
    int hour;          /* of local time */
    const char *model; /* "" or NULL: unknown, likewise below */
    const char *task, *dag;
    sc_route_header *header; /* NULL: none is known */
    void *header_arg;
    uint64_t hash; /* of the conversation (provider/affinity.h), 0: unknown */
};

/* NULL: the host that the program asks. */
const struct sc_target *sc_route_pick(const struct sc_chain *c, const struct sc_route_facts *f);

/* Whether any entry asks for this: what nobody asks for need not be found out. */
bool sc_route_wants_body(const struct sc_chain *c); /* stream, tools, a share */

#endif
