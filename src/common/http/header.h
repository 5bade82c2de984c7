/*
 * header.h - values of headers, and times told in texts.
 *
 * Every number is read by hand: a host program may have set a locale whose decimal point is a
 * comma, and strtod would follow it. Times are milliseconds, rounded to the nearest; -1 means
 * "nothing usable": not a number, zero, negative, or absurd (beyond SC_WAIT_ABSURD_MS).
 */
#ifndef SC_HTTP_HEADER_H
#define SC_HTTP_HEADER_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "http/str.h"

/* One line of a header block. */
struct sc_header {
    struct sc_str name;
    struct sc_str value; /* without surrounding white space */
};

#define SC_WAIT_ABSURD_MS (INT64_C(366) * 86400 * 1000)

/* A decimal number at the start of s ("12", "0.25", ".5", "1e3"), its length in *used; false if
 * there is none. */
bool sc_number(struct sc_str s, double *value, size_t *used);

/* The whole value is a decimal number of milliseconds: retry-after-ms, x-ms-retry-after-ms. */
int64_t sc_header_ms(struct sc_str value);

/* retry-after: seconds, or an HTTP-date, which is taken relative to now_unix (the response's own
 * Date where there is one), RFC 9110, 10.2.3; and what servers send in its stead, where it can mean
 * but one thing: fractions, "90s", "1m30s", "60 seconds", RFC 3339, seconds or milliseconds since
 * 1970. Of a list the longest. */
int64_t sc_header_retry_after(struct sc_str value, int64_t now_unix);

/* An HTTP-date in its three forms (RFC 9110, 5.6.7), or with a zone in digits, to seconds since
 * 1970. */
bool sc_http_date(struct sc_str value, int64_t *unix_seconds);

/* "2025-08-21T12:40:59.123+02:00" to milliseconds since 1970. */
bool sc_rfc3339(struct sc_str s, int64_t *unix_ms);

/* Whether a list, as in Cache-Control, has this word (lower case) in any case, with a value behind
 * it or without. */
bool sc_header_lists(struct sc_str value, const char *word);

enum { SC_HTTP_DATE_SIZE = 64 };

/* The other way, in English whatever the locale; "": a time whose year is beyond all calendars. */
void sc_http_date_put(time_t at, char out[SC_HTTP_DATE_SIZE]);

/* A Go or protobuf duration: "12ms", "6m0s", "1h2m3.5s", "0.539477544s". */
int64_t sc_duration(struct sc_str value);

/* The wait that a message asks for: "Please try again in 5.289s", "... in 16m33.6s", "Please
 * retry after 26 seconds", "Please retry in 44.09s". */
int64_t sc_wait_in_text(struct sc_str text);

/* Without the blanks around it; the ends of lines count as such. */
struct sc_str sc_str_trim(struct sc_str s);

/* Whether a line of n bytes, with its end, is what ends a header block. */
static inline bool sc_is_empty_line(const char *p, size_t n)
{
    return n > 0 && (p[0] == '\n' || (n > 1 && p[0] == '\r' && p[1] == '\n'));
}

/* Whether s, compared without case, is this lower-case name. */
bool sc_str_is(struct sc_str s, const char *lower);

/* Where the lower-case needle is in s, compared without case; NULL if it is not. */
const char *sc_str_find(struct sc_str s, const char *lower);

#endif
