/*
 * asked.h - what is asked of a cassette: a file of exchanges that `run --record` writes and
 * `run --replay` answers from.
 *
 * Each option of `run` about it is a word and, for most, a value:
 *
 *     record FILE    calls go out, and each is written down
 *     replay FILE    calls are answered from it
 *     match LIST     by what a call is found in it: method,host,path,query,body
 *     pace N         of the recorded times: 1 as they were, 0 at once
 *     miss WORD      of what is not in it: fail, pass, record
 *     bodies         requests are written with their bodies
 *     once           each exchange is given once; else the last of those that match stays
 */
#ifndef SC_CASSETTE_ASKED_H
#define SC_CASSETTE_ASKED_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/str.h"

/* By what a call is found. */
#define SC_FIND_LIST(X) \
    X(METHOD, "method") \
    X(HOST, "host")     \
    X(PATH, "path")     \
    X(QUERY, "query")   \
    X(BODY, "body")

enum sc_find_part {
#define SC_FIND_ENUM(id, name) SC_FIND_##id,
    SC_FIND_LIST(SC_FIND_ENUM)
#undef SC_FIND_ENUM
        SC_FIND_PARTS
};

enum { SC_FIND_ALL = (1 << SC_FIND_PARTS) - 1 };

const char *sc_find_name(enum sc_find_part part);

enum sc_miss { SC_MISS_FAIL, SC_MISS_PASS, SC_MISS_RECORD };

struct sc_cassette_asked {
    char file[PATH_MAX]; /* "": none */
    bool records;        /* every call that goes out */
    bool replays;
    bool bodies, once;
    enum sc_miss miss;
    unsigned match;   /* bits of enum sc_find_part */
    int64_t pace_ppm; /* millionths of the recorded times */
};

/* All calls go out, and nothing is written. */
void sc_cassette_asked_init(struct sc_cassette_asked *a);

/* Takes one option in. False, with the reason in `why`, if its value is wrong; it is unknown: false
 * and "". */
bool sc_cassette_ask(struct sc_cassette_asked *a, struct sc_str option, struct sc_str value,
                     char *why, size_t size);

#endif
