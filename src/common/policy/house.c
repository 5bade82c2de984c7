/* house.c - see house.h. */
#include "policy/house.h"

#include <string.h>

#include "policy/build.h"
#include "policy/host.h"

bool sc_house_has(const struct sc_house *h, struct sc_str host, int port)
{
    for (size_t i = 0; i < h->hosts.n; i++) {
        struct sc_str pattern = h->hosts.items[i], name;
        const char *why;
        int its_port;

        if (!sc_host_split(pattern, &name, &its_port, &why) || (its_port != 0 && its_port != port))
            continue;
        if ((name.n == 1 && name.p[0] == '*') ||
            (memchr(name.p, '*', name.n) != NULL
                 ? sc_host_match(name, host)
                 : name.n == host.n && memcmp(name.p, host.p, host.n) == 0))
            return true;
    }
    return false;
}

static const struct sc_policy_provider *own_by_host(const struct sc_policy *p, struct sc_str host,
                                                    int port)
{
    for (size_t i = 0; i < p->n_houses; i++) {
        if (sc_house_has(p->houses[i], host, port))
            return &p->houses[i]->provider;
    }
    return NULL;
}

enum sc_provider sc_policy_provider(const struct sc_policy *p, struct sc_str host, int port,
                                    const struct sc_policy_provider **own)
{
    enum sc_provider builtin;

    *own = own_by_host(p, host, port);
    if (*own != NULL)
        return (*own)->base;
    builtin = sc_provider_by_host(host.p, host.n, port);
    if (p->n_houses > 0)
        *own = sc_build_find_provider(p, sc_provider_name(builtin));
    return builtin;
}
