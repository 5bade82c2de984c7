/*
 * ledger.h - what calls have cost, kept in an SQLite file.
 *
 * The ledger is filled from logs, PATH.1 and PATH, JSON or text (which says no cached tokens), and
 * remembers how far it has read each file; every call is in it once, whoever imports and however
 * often. One import is one transaction that others wait for. Money is whole nano-dollars, so sums
 * are exact.
 */
#ifndef SC_LEDGER_LEDGER_H
#define SC_LEDGER_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_ledger;

struct sc_ledger_import {
    int64_t calls;      /* new ones */
    int64_t lines;      /* looked at */
    int64_t foreign;    /* of these: neither JSON nor a line of a text log */
    int64_t unreadable; /* calls without id or time */
    bool found;         /* there was a log */
    bool no_file;       /* it is a folder, or something else that has no lines */
};

/* A row of a report; `key` is borrowed until the next one. */
struct sc_ledger_row {
    const char *key;
    int64_t calls, failed;
    int64_t input, output, cached, written;
    int64_t cost_nano;
    int64_t estimated, unpriced; /* calls whose tokens are a guess; with tokens but no price */
};

struct sc_ledger_query {
    const char *by;       /* one of sc_ledger_keys */
    const char *log;      /* of calls in this log only; NULL: of all */
    int64_t since, until; /* milliseconds since 1970, until exclusive */
};

/* What a report may be grouped by; ends with NULL. */
extern const char *const sc_ledger_keys[];

/* Opens the file, and makes it and its folder if need be. NULL with the reason in why (n bytes). */
struct sc_ledger *sc_ledger_open(const char *path, char *why, size_t n);
void sc_ledger_close(struct sc_ledger *l);

/* Takes in what is new in a log and in the one that was rotated away. */
bool sc_ledger_import(struct sc_ledger *l, const char *log, struct sc_ledger_import *result);

/* Calls `each` for the rows of a report, the dearest first (days in their order). */
bool sc_ledger_report(struct sc_ledger *l, const struct sc_ledger_query *q,
                      void (*each)(const struct sc_ledger_row *row, void *arg), void *arg);

/* What went wrong last. */
const char *sc_ledger_error(const struct sc_ledger *l);

#endif
