/*
 * others.h - root's view of other users' state.
 *
 * State belongs to a user and is trusted only if it does. So root does not read it: for the time of
 * the look the command becomes that user, for good.
 */
#ifndef SC_CLI_OTHERS_H
#define SC_CLI_OTHERS_H

#include <stdbool.h>

#include "cli/usage.h"

/* Becomes the user with that name or number; its folders take the place of ours. False with a word
 * on stderr. */
bool sc_others_become(const struct sc_usage *u, const char *name);

/* Calls `show` as each user of whom there is state in the usual places, root: all of them, who
 * else: oneself. Returns the largest status. */
int sc_others_each(const struct sc_usage *u, bool json, int (*show)(bool json));

#endif
