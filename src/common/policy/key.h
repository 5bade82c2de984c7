/*
 * key.h - the credential of a target, read when it is used.
 *
 * A policy only says where a key lies: a variable of the environment, or a file that holds nothing
 * else. A file is used if it is a regular file of this user or of root, that nobody else may read
 * (root's may be read by a group: that is how a service gets its key), and if nobody else could
 * have put it there: no link or folder of another's on the way (trust.h).
 *
 *     char key[SC_KEY_MAX + 1], why[SC_KEY_WHY_MAX];
 *     size_t n = sc_key_read(k, key, why);
 *     if (n == 0) ... the target is unfit: why
 *     ...
 *     sc_key_forget(key, sizeof key);
 *
 * Whoever reads a key forgets it himself. `why` names the variable or file, never what is in it.
 * Keeps errno, leaves no descriptor. Thread-safe as getenv is.
 */
#ifndef SC_POLICY_KEY_H
#define SC_POLICY_KEY_H

#include <stdbool.h>
#include <stddef.h>

#include "policy/target.h"

enum { SC_KEY_MAX = 4096, SC_KEY_WHY_MAX = 512 };

/* Its length, without white space around it; 0: there is none to be used. */
size_t sc_key_read(const struct sc_target_key *k, char key[SC_KEY_MAX + 1],
                   char why[SC_KEY_WHY_MAX]);

/* Whether it could be read now. */
bool sc_key_is_there(const struct sc_target_key *k, char why[SC_KEY_WHY_MAX]);

void sc_key_forget(char *key, size_t size);

/* The variable's or file's name: what it is called in messages. */
const char *sc_key_name(const struct sc_target_key *k);

#endif
