/*
 * rows.h - what tells one failure from another: rows, of which the first that fits decides.
 *
 * A row belongs to a rank; ranks are asked in the order of the list below, special before
 * general, and within a rank a policy's own rows before the provider's, these before those of its
 * family and the general ones. So each provider has a table of its own (known/), and yet "this
 * never fits" is asked before "that is a rate limit" whoever says so.
 *
 * Constant data, or memory of a policy; thread-safe.
 */
#ifndef SC_PROVIDER_ROWS_H
#define SC_PROVIDER_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "provider/class.h"
#include "provider/provider.h"

enum sc_class_rank {
    SC_RANK_OWN,     /* the policy's rows */
    SC_RANK_FAULT,   /* a code that says what is wrong with the request: no phrase outweighs it */
    SC_RANK_QUOTA,   /* money or a day's allowance is gone; waiting a minute does not help */
    SC_RANK_TOKENS,  /* too many tokens: the same request never fits */
    SC_RANK_LOAD,    /* about load and not about the caller, whatever the status */
    SC_RANK_RATE,    /* rate limits that do not call themselves 429 */
    SC_RANK_SERVICE, /* the service failed */
    SC_RANK_KEY,     /* the key, the account, the place */
    SC_RANK_MODEL,   /* no such model, for this caller */
    SC_RANK_CONTENT, /* what was said, or would have been, is not allowed */
    SC_RANK_STATUS,  /* the status alone */
    SC_RANK_STREAM,  /* errors without a status: in a stream, or under 200 */
    SC_RANK_COUNT
};

/* Statuses that stand for more than themselves. */
enum { SC_NO_STATUS = 1, SC_ALL_4XX = 4, SC_ALL_5XX = 5 };

enum {
    SC_NEEDS_HINT = 1,      /* the headers say when to come back */
    SC_NEEDS_NO_HINT = 2,   /* they do not */
    SC_NEEDS_EXCESS = 4,    /* the message says "Limit X, Requested Y" and Y does not fit */
    SC_NEEDS_INNER_429 = 8, /* the body's own status is 429 */
    SC_NEEDS_FOREIGN = 16   /* the answer is not in the API's own shape */
};

#define SC_ROW_NUMBERS 6

/* What only a policy's rows ask for. */
struct sc_own_match {
    const char *type;                /* the error's type is one of these */
    const char *code;                /* its code is */
    short curl_code[SC_ROW_NUMBERS]; /* instead of all else: the transfer ended with one of these */
};

/* All that is given must fit; of alternatives, separated by '|', one. Letters fit in both cases. */
struct sc_class_row {
    uint8_t rank;
    const char *name;
    short status[SC_ROW_NUMBERS]; /* none: any. SC_NO_STATUS: an error inside of a success */
    uint8_t flags, class;
    const char *code;   /* the error's type or code is one of these */
    const char *detail; /* facts->detail contains one of these */
    const char *phrase; /* error.message contains one of these */
    const struct sc_own_match *own;
    bool vague; /* of a quota or a key: its words do not put the matter beyond doubt */
};

/* Sorted by rank. */
struct sc_class_rows {
    const struct sc_class_row *rows;
    size_t n;
};

#define SC_FAMILIES_MAX 4
#define SC_LOCAL_PORTS 2

/* One provider: a file in known/. */
struct sc_provider_info {
    const char *const *hosts; /* NULL-terminated; * stands for any run of characters but the empty
                                 one */
    int local_ports[SC_LOCAL_PORTS]; /* on this machine, where it listens; 0: none (more) */
    const struct sc_class_rows *rows[SC_FAMILIES_MAX]; /* its own, then its families'; NULL ends */
    bool flat_errors; /* an error's words may stand in the body's root, or be a text */
    const char *const *asks[SC_FAMILIES_MAX]; /* paths that ask a model, likewise (paths.c) */
};

const struct sc_provider_info *sc_provider_info(enum sc_provider p);

/* What holds for all of them. */
extern const struct sc_class_rows sc_rows_general;

#endif
