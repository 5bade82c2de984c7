/*
 * cassette.h - a file of exchanges (tape.h), read once and looked through by what is asked.
 *
 * What has been read stays as it is: answers may be taken from it by any number of threads, without
 * a lock. A file that has grown since is read on from there.
 *
 *     struct sc_cassette *c = sc_cassette_new(path);
 *     int error = sc_cassette_read(c);                    0, or an errno
 *     n = sc_cassette_find(c, &wanted, SC_FIND_ALL, 2, &at);   the third that matches, of n
 *
 * A line that is no exchange is passed over, and counted: sc_cassette_damage tells of the first.
 */
#ifndef SC_CASSETTE_CASSETTE_H
#define SC_CASSETTE_CASSETTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cassette/asked.h"
#include "http/str.h"

/* What a request is found by: a hash of each part. */
struct sc_wanted {
    uint64_t part[SC_FIND_PARTS];
    bool open; /* nobody can see its body: whatever it is, it matches */
};

/* url: as sc_tape_url writes it. hash: of the body, "" where nobody can see it. */
void sc_wanted_of(struct sc_str method, struct sc_str url, const char *hash, struct sc_wanted *w);

/* The same for two that ask the same, as far as `match` goes by it. */
uint64_t sc_wanted_id(const struct sc_wanted *w, unsigned match);

struct sc_cassette;

/* NULL: no memory. The path is copied. */
struct sc_cassette *sc_cassette_new(const char *path);
void sc_cassette_free(struct sc_cassette *c);

/* What has come to the file since the last time, the first time all of it. 0, or an errno; where
 * two threads read, one of them does. Takes no lock. */
int sc_cassette_read(struct sc_cassette *c);

/* An exchange in it: its line, and that line's number from 1. */
struct sc_cassette_place {
    struct sc_str line;
    size_t number;
};

/* How many match; *at: the one of them with that number, or the last. */
size_t sc_cassette_find(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                        uint64_t nth, struct sc_cassette_place *at);

/* How many that match stand in lines before that number. */
size_t sc_cassette_before(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                          size_t number);

/* The one in which the fewest of these parts differ: which do (bits), 0: there is none. */
unsigned sc_cassette_nearest(const struct sc_cassette *c, const struct sc_wanted *w, unsigned match,
                             struct sc_cassette_place *at);

/* The i-th exchange; false: there are fewer. */
bool sc_cassette_at(const struct sc_cassette *c, size_t i, struct sc_cassette_place *at);

/* Lines that are no exchange. *number: the first one's; *why: what is wrong with it. */
size_t sc_cassette_damage(const struct sc_cassette *c, size_t *number, const char **why);
size_t sc_cassette_count(const struct sc_cassette *c);

#endif
