/* glob.h - patterns in which a star stands for any run of characters. */
#ifndef SC_POLICY_GLOB_H
#define SC_POLICY_GLOB_H

#include <stdbool.h>

#include "http/str.h"

/* "*" stands for any run of characters, the empty one too; all else for itself. */
bool sc_glob_match(struct sc_str pattern, struct sc_str text);

/* Whether some text matches both patterns; true as well where they are too long to tell. */
bool sc_glob_meet(struct sc_str a, struct sc_str b);

#endif
