/* house.h - whose hosts are whose: the entries of `providers`, and what is built in. */
#ifndef SC_POLICY_HOUSE_H
#define SC_POLICY_HOUSE_H

#include <stdbool.h>

#include "http/str.h"
#include "provider/provider.h"

struct sc_policy;
struct sc_policy_provider;
struct sc_house;

/* Whether a host is one of this entry's. */
bool sc_house_has(const struct sc_house *h, struct sc_str host, int port);

/* The provider that serves a host, by the policy's `providers` and else by what is built in. *own
 * becomes its entry in `providers`, NULL if it has none. */
enum sc_provider sc_policy_provider(const struct sc_policy *p, struct sc_str host, int port,
                                    const struct sc_policy_provider **own);

#endif
