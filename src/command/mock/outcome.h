/*
 * outcome.h - how the mock treats one request, and the small language that says so.
 *
 *     503                         that status, with the provider's own error body
 *     429;retry-after=2           the same with a header
 *     reset-body;at=100           connection reset after 100 bytes of the body
 *     200;latency=50;header=X-Y:1 a good answer, later and with a header more
 *
 * A script is a list of outcomes separated by commas: one for each request, in order, and the last
 * one for all that follow; `503*3` stands for three in a row. A backslash keeps the next
 * character (`\,` `\;` `\\`), `\n` is a line feed.
 */
#ifndef SC_MOCK_OUTCOME_H
#define SC_MOCK_OUTCOME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sc_mock_fault {
    SC_MOCK_ANSWER,           /* no fault on the wire; the status may still be an error */
    SC_MOCK_RESET,            /* RST instead of an answer */
    SC_MOCK_RESET_BODY,       /* RST in the middle of the body */
    SC_MOCK_TRUNCATE,         /* clean close before Content-Length bytes */
    SC_MOCK_TRUNCATE_CHUNKED, /* clean close before the last chunk */
    SC_MOCK_CUT,              /* a well-formed end, before the stream's own terminator */
    SC_MOCK_STALL,            /* headers, then silence */
    SC_MOCK_HANG,             /* silence */
    SC_MOCK_DRIP,             /* the body in small pieces */
    SC_MOCK_STREAM_ERROR,     /* 200, then an error event before any output */
    SC_MOCK_STREAM_ERROR_LATE /* 200, some output, then an error event */
};

enum sc_mock_flavor { SC_MOCK_PLAIN, SC_MOCK_QUOTA, SC_MOCK_CONTEXT };

struct sc_mock_header {
    char *name;
    char *value;
};

struct sc_mock_outcome {
    char *text; /* as written, for the list of requests */
    enum sc_mock_fault fault;
    enum sc_mock_flavor flavor;
    int status;
    int64_t latency_ms;
    int64_t ms;               /* pause of drip, length of stall and hang; -1 not given */
    int64_t at;               /* byte of the body where the fault happens; -1 its middle */
    int64_t after;            /* events before a late error; -1 half of them */
    int64_t bytes;            /* size of a dripped piece; -1 a tenth */
    int64_t retry_after_date; /* Retry-After as a date that many seconds ahead; -1 none */
    bool early;               /* answer before the request's body was read */
    bool bare;                /* stream error without the events that come before output */
    char *error_type;         /* replace the provider's own */
    char *error_code;
    char *error_message;
    char *retry_in; /* "2s": the hint that the provider gives in its error body */
    char *content_type;
    char *body; /* instead of the usual answer */
    size_t body_len;
    struct sc_mock_header *headers;
    size_t n_headers;
    uint64_t upto; /* within a script: used up to this request, counted from 1 */
};

struct sc_mock_script {
    atomic_int refs;
    struct sc_mock_outcome *items; /* at least one */
    size_t n;
};

/* Parses a script; NULL and a message in err when it cannot. `files` allows body=FILE: never for
 * what came over the network. The caller owns one reference. */
struct sc_mock_script *sc_mock_script_parse(const char *text, bool files, char *err, size_t err_n);

struct sc_mock_script *sc_mock_script_ref(struct sc_mock_script *s);
void sc_mock_script_unref(struct sc_mock_script *s);

/* The outcome for request number `turn`, counted from 0. */
const struct sc_mock_outcome *sc_mock_script_at(const struct sc_mock_script *s, uint64_t turn);

#endif
