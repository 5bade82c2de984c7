/* compare.h - what of two cassettes is not the same. */
#ifndef SC_ARCHIVE_COMPARE_H
#define SC_ARCHIVE_COMPARE_H

#include "cassette/cassette.h"

/* What is told of one: `a` and `b` are its lines, 0 where there is none. */
struct sc_difference {
    size_t a, b;
    struct sc_str method, url;
    const char *what; /* NULL: it is in one of them alone */
    char detail[160];
};

typedef void sc_difference_teller(void *arg, const struct sc_difference *d);

/* Requests are paired as a replay would find them, the first of a kind with the first. Times, dates
 * and ids of an answer are not compared. Returns how many differ. */
size_t sc_cassette_compare(const struct sc_cassette *a, const struct sc_cassette *b, unsigned match,
                           sc_difference_teller *tell, void *arg);

#endif
