/*
 * hooks.h - what of ours stands in the handle in the program's place.
 *
 * During a managed perform trampolines do; each is put in by who owns it, and taken out by
 * sc_hooks_rest, which needs to know none of them: what comes back is what the program has set
 * last. Those of the response's two sinks stay until the handle is used for something that is not
 * managed: four options in and out again cost more than all else that a call does to its handle.
 */
#ifndef SC_HANDLE_HOOKS_H
#define SC_HANDLE_HOOKS_H

#include "handle/shadow.h"
#include "handle/tracked.h"

/* Any function; libcurl calls it as that of the hook's option. */
typedef void sc_trampoline(void);

/* Puts a trampoline in, with the shadow as its argument; NULL for a hook that is none. */
void sc_hook_in(struct sc_shadow *s, enum sc_hook hook, sc_trampoline *function);

/* Puts the program's own back, if one is in. */
void sc_hook_out(struct sc_shadow *s, enum sc_hook hook);

/* As sc_hook_in, for one that may have stayed. */
void sc_hook_stay(struct sc_shadow *s, enum sc_hook hook, sc_trampoline *function);

/* A managed call has ended: takes out what may not stay, and a body of ours. */
void sc_hooks_rest(struct sc_shadow *s);

/* All of them, and a body of ours: the handle is the program's own again. */
void sc_hooks_out(struct sc_shadow *s);

static inline bool sc_hook_is_in(const struct sc_shadow *s, enum sc_hook hook)
{
    return s->hooked >> hook & 1;
}

#endif
