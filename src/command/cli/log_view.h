/*
 * log_view.h - the log by calls: which lines are wanted, a row a call, and one call's story.
 */
#ifndef SC_CLI_LOG_VIEW_H
#define SC_CLI_LOG_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ledger/log_line.h"

/* What is wanted; patterns as a shell has them ("gpt-4*"), NULL: all. */
struct sc_log_select {
    int64_t since, until; /* milliseconds since 1970 */
    const char *model, *program, *rule, *call;
    enum sc_log_level level;
    bool failed;
    bool any; /* something of this was asked for */
};

bool sc_log_selects(const struct sc_log_select *s, const struct sc_log_line *l);

/* -1: there is no level of that name. */
int sc_log_level_named(const char *name);

/* Whether standard output is to have colours. */
bool sc_log_coloured(void);

/* The escape that begins a line of that level, "" where it needs none, and the one that ends it. */
const char *sc_log_colour(enum sc_log_level level);
#define SC_LOG_COLOUR_END "\033[0m"

/* The last `n` calls of what is read, -1: all. */
struct sc_log_calls;
struct sc_log_calls *sc_log_calls_new(const struct sc_log_select *s, long n, bool json);
void sc_log_calls_take(struct sc_log_calls *c, const struct sc_log_line *l);
long sc_log_calls_found(const struct sc_log_calls *c);
void sc_log_calls_print(struct sc_log_calls *c);
/* Prints further calls as they come. */
void sc_log_calls_go_on(struct sc_log_calls *c);
void sc_log_calls_free(struct sc_log_calls *c);

/* What a line says about its call, in words, with its time. */
void sc_log_tell(const struct sc_log_line *l, bool coloured);

#endif
