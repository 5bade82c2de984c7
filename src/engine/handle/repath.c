/* repath.c - see repath.h. */
#include "handle/repath.h"

#include <stdlib.h>

#include "handle/tracked.h"

static bool is_set(const char *name)
{
    const char *value = getenv(name);

    return value && *value;
}

/* A proxy for plain HTTP takes the target for all of the URL. An environment that exempts the host
 * from it is not read: the rare case stays as it was. */
static bool may_pass_a_proxy(const struct sc_shadow *s)
{
    if (s->asked.scheme_https)
        return false;
    return (s->o.credentials && s->o.credentials->of[SC_CREDENTIAL_PROXY].set) ||
           is_set("http_proxy") || is_set("all_proxy") || is_set("ALL_PROXY");
}

const char *sc_repath_forbidden(const struct sc_shadow *s)
{
    if (s->o.signs)
        return "the program signs the request's path, which names the model";
    if (s->o.own_target)
        return "the program has set the request's target itself";
    if (may_pass_a_proxy(s))
        return "the model is in the path, and a proxy reads it";
    return NULL;
}

bool sc_repath_in(struct sc_shadow *s, const char *path)
{
    s->hooked = (uint16_t)(s->hooked | 1u << SC_HOOK_REPATH);
    return SC_SET(s, CURLOPT_REQUEST_TARGET, path) == CURLE_OK;
}

void sc_repath_out(struct sc_shadow *s)
{
    SC_SET(s, CURLOPT_REQUEST_TARGET, (char *)NULL); /* own_target: the program has none */
}
