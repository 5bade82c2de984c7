/* keys.h - every key of a scenario, for people. */
#ifndef SC_SIMULATE_KEYS_H
#define SC_SIMULATE_KEYS_H

#include <stdio.h>

/* Three lines each: its path, what it may be, what it means. */
void sc_sim_print_keys(FILE *f);

#endif
