/* hooks.c - see hooks.h. */
#include "handle/hooks.h"

#include <string.h>

#include "handle/body.h"
#include "handle/detour.h"
#include "handle/repath.h"
#include "handle/tracked.h"

/* libcurl's options for a hook: the function, its argument, a flag that has to be `on`, and an
 * older function for the same, which libcurl forgets that it has when the newer one is taken away.
 */
static const struct {
    CURLoption function, argument, flag, older;
    bool on;
} hooks[SC_HOOKS] = {
    [SC_HOOK_WRITE] = {.function = CURLOPT_WRITEFUNCTION, .argument = CURLOPT_WRITEDATA},
    [SC_HOOK_HEADER] = {.function = CURLOPT_HEADERFUNCTION, .argument = CURLOPT_HEADERDATA},
    [SC_HOOK_READ] = {.function = CURLOPT_READFUNCTION, .argument = CURLOPT_READDATA},
    [SC_HOOK_SEEK] = {.function = CURLOPT_SEEKFUNCTION, .argument = CURLOPT_SEEKDATA},
    [SC_HOOK_IOCTL] = {.function = CURLOPT_IOCTLFUNCTION, .argument = CURLOPT_IOCTLDATA},
    /* XFERINFODATA and PROGRESSDATA are one option; the newer function wins where both are set. */
    [SC_HOOK_PROGRESS] = {.function = CURLOPT_XFERINFOFUNCTION,
                          .argument = CURLOPT_XFERINFODATA,
                          .flag = CURLOPT_NOPROGRESS,
                          .older = CURLOPT_PROGRESSFUNCTION},
    [SC_HOOK_OPENSOCKET] = {.function = CURLOPT_OPENSOCKETFUNCTION,
                            .argument = CURLOPT_OPENSOCKETDATA},
    [SC_HOOK_SOCKOPT] = {.function = CURLOPT_SOCKOPTFUNCTION, .argument = CURLOPT_SOCKOPTDATA},
    [SC_HOOK_RESOLVER_START] = {.function = CURLOPT_RESOLVER_START_FUNCTION,
                                .argument = CURLOPT_RESOLVER_START_DATA},
    [SC_HOOK_FRESH_CONNECT] = {.flag = CURLOPT_FRESH_CONNECT, .on = true},
};

void sc_hook_in(struct sc_shadow *s, enum sc_hook hook, sc_trampoline *function)
{
    if (hooks[hook].function) {
        SC_SET(s, hooks[hook].function, function);
        SC_SET(s, hooks[hook].argument, s);
    }
    if (hooks[hook].flag)
        SC_SET(s, hooks[hook].flag, (long)hooks[hook].on);
    s->hooked = (uint16_t)(s->hooked | 1u << hook);
}

/* The program's own value of an option that is kept as it came. */
static int64_t own(const struct sc_shadow *s, CURLoption option)
{
    const struct sc_tracked *row = sc_tracked_find(option);
    const char *at = (const char *)&s->o + row->at;
    int64_t value;

    if (row->kind == SC_TRACKED_FLAG)
        return *(const bool *)at;
    memcpy(&value, at, sizeof value);
    return value;
}

void sc_hook_out(struct sc_shadow *s, enum sc_hook hook)
{
    if (!sc_hook_is_in(s, hook))
        return;
    if (hooks[hook].function) {
        SC_SET(s, hooks[hook].function, own(s, hooks[hook].function));
        SC_SET(s, hooks[hook].argument, own(s, hooks[hook].argument));
    }
    if (hooks[hook].older && own(s, hooks[hook].older))
        SC_SET(s, hooks[hook].older, own(s, hooks[hook].older));
    if (hooks[hook].flag)
        SC_SET(s, hooks[hook].flag, own(s, hooks[hook].flag));
    s->hooked = (uint16_t)(s->hooked & ~(1u << hook));
}

/* Those that pass on what comes while no managed call is under way: libcurl looks at them only
 * then, and the next call on the handle most likely wants them again. */
enum { MAY_STAY = 1u << SC_HOOK_WRITE | 1u << SC_HOOK_HEADER };

void sc_hook_stay(struct sc_shadow *s, enum sc_hook hook, sc_trampoline *function)
{
    if (!sc_hook_is_in(s, hook))
        sc_hook_in(s, hook, function);
}

static void take_out(struct sc_shadow *s, unsigned hooked)
{
    if (hooked >> SC_HOOK_DETOUR & 1)
        sc_detour_out(s);
    if (hooked >> SC_HOOK_REPATH & 1)
        sc_repath_out(s);
    for (; hooked; hooked &= hooked - 1)
        sc_hook_out(s, (enum sc_hook)__builtin_ctz(hooked));
    if (s->replaced)
        sc_body_put_back(s);
}

void sc_hooks_rest(struct sc_shadow *s)
{
    take_out(s, s->hooked & ~(unsigned)MAY_STAY);
}

void sc_hooks_out(struct sc_shadow *s)
{
    if (s->hooked)
        take_out(s, s->hooked);
}
