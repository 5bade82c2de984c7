/*
 * script.h - which outcome the next request gets.
 *
 * The first that applies decides: the request's own `mock` outcome; its own script, whose position
 * is kept per id; the script of its path; the server's script; the random faults; a good answer.
 * Thread-safe.
 */
#ifndef SC_MOCK_SCRIPT_H
#define SC_MOCK_SCRIPT_H

#include <stdbool.h>
#include <stdint.h>

#include "fault/outcome.h"

struct sc_mock_plan;

/* Reads a script; NULL and a message in err when it cannot. `files` allows body=FILE: never for
 * what came over the network. The caller owns one reference. */
struct sc_script *sc_mock_script_parse(const char *text, bool files, char *err, size_t err_n);

struct sc_mock_plan *sc_mock_plan_new(void);
void sc_mock_plan_free(struct sc_mock_plan *p);

/* These take the caller's reference; NULL takes the script away. */
void sc_mock_plan_set_script(struct sc_mock_plan *p, struct sc_script *s);
/* path: exact, or a beginning that ends in '*' */
void sc_mock_plan_set_path(struct sc_mock_plan *p, const char *path, struct sc_script *s);
/* rate: 0 to 1, the sum of all at most 1 */
bool sc_mock_plan_add_fault(struct sc_mock_plan *p, struct sc_script *s, double rate);
void sc_mock_plan_set_seed(struct sc_mock_plan *p, uint64_t seed);
/* Reads all of this from a JSON file. */
bool sc_mock_plan_load(struct sc_mock_plan *p, const char *file, char *err, size_t err_n);
/* "503=0.2,reset=0.1" */
bool sc_mock_plan_parse_rates(struct sc_mock_plan *p, const char *text, char *err, size_t err_n);

/* All positions back to the beginning. */
void sc_mock_plan_reset(struct sc_mock_plan *p);

/* What a request says about itself; NULL where it says nothing. */
struct sc_mock_wish {
    const char *path;
    const char *outcome;
    const char *script;
    const char *id;
};

/* The outcome, which lives as long as the reference put into *script (NULL: nothing to give back).
 * NULL with a message in err if the wish cannot be read. */
const struct sc_outcome *sc_mock_plan_next(struct sc_mock_plan *p, const struct sc_mock_wish *wish,
                                           struct sc_script **script, char *err, size_t err_n);

#endif
