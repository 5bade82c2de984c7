/*
 * outcome.h - what becomes of one request, and the small language that says so.
 *
 *     503                         that status, with the provider's own error body
 *     429;retry-after=2           the same with a header
 *     reset-body;at=100           connection reset after 100 bytes of the body
 *     200;latency=50;header=X-Y:1 a good answer, later and with a header more
 *     cut=50%                     half of the answer
 *     refused                     what only libcurl can say: no connection (7)
 *
 * A script is a list of outcomes separated by commas: one for each request, in order, and the last
 * one for all that follow; `503*3` stands for three in a row. A backslash keeps the next
 * character (`\,` `\;` `\\`), `\n` is a line feed.
 *
 * The mock server answers so (docs/mock.md), and the engine in the stead of a real server
 * (docs/testing.md). A script is immutable once read.
 */
#ifndef SC_FAULT_OUTCOME_H
#define SC_FAULT_OUTCOME_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "provider/error_body.h"

enum sc_fault {
    SC_FAULT_NONE,              /* none on the wire; the status may still be an error */
    SC_FAULT_RESET,             /* RST instead of an answer */
    SC_FAULT_RESET_BODY,        /* RST in the middle of the body */
    SC_FAULT_TRUNCATE,          /* clean close before Content-Length bytes */
    SC_FAULT_TRUNCATE_CHUNKED,  /* clean close before the last chunk */
    SC_FAULT_CUT,               /* a well-formed end, before the stream's own terminator */
    SC_FAULT_STALL,             /* headers, then silence */
    SC_FAULT_HANG,              /* silence */
    SC_FAULT_DRIP,              /* the body in small pieces */
    SC_FAULT_STREAM_ERROR,      /* 200, then an error event before any output */
    SC_FAULT_STREAM_ERROR_LATE, /* 200, some output, then an error event */
    SC_FAULT_CODE /* libcurl's own, of which no server knows: the result is curl_code */
};

struct sc_outcome_header {
    const char *name;
    const char *value;
};

struct sc_outcome {
    const char *text; /* as written, for logs */
    enum sc_fault fault;
    enum sc_error_kind kind;
    int status;    /* 200 where no other was asked for */
    int curl_code; /* of SC_FAULT_CODE */
    int64_t latency_ms;
    int64_t ms;               /* pause of drip, length of stall and hang; -1 not given */
    int64_t at;               /* byte of the body where the fault happens; -1 not given */
    int64_t percent;          /* likewise, of the body; -1 not given */
    int64_t after;            /* events before it; -1 not given */
    int64_t bytes;            /* size of a dripped piece; -1 a tenth */
    int64_t retry_after_date; /* Retry-After as a date that many seconds ahead; -1 none */
    bool early;               /* answer before the request's body was read */
    bool bare;                /* stream error without the events that come before output */
    const char *error_type;   /* replace the provider's own; NULL: not */
    const char *error_code;
    const char *error_message;
    const char *retry_in; /* "2s": the hint that the provider gives in its error body */
    const char *content_type;
    const char *body; /* instead of the usual answer */
    size_t body_len;
    const struct sc_outcome_header *headers;
    size_t n_headers;
    uint64_t upto; /* within a script: used up to this request, counted from 1 */
    char *file;    /* memory of a body that was read from a file */
};

/* One that asks for nothing but this. */
#define SC_OUTCOME(what, code)                                                            \
    {                                                                                     \
        .text = (what), .status = (code), .ms = -1, .at = -1, .percent = -1, .after = -1, \
        .bytes = -1, .retry_after_date = -1                                               \
    }

struct sc_script {
    atomic_int refs;
    struct sc_outcome *items; /* at least one */
    size_t n;
    /* Of the script as a whole, wherever in it they stand; only with SC_SCRIPT_CLIENT. */
    int64_t skip;        /* matching calls before the first */
    int64_t for_ms;      /* it is over so long after its first; 0: never */
    const char *program; /* only this one's calls; NULL: all */
};

enum {
    SC_SCRIPT_FILES = 1, /* body=FILE is read: never for what came over the network */
    SC_SCRIPT_CLIENT = 2 /* for the client's side: also what only libcurl can say */
};

struct sc_script_error {
    size_t at; /* where in the text, from 0 */
    char text[200];
};

/* Reads n bytes of text. NULL and *err when it cannot. The caller owns one reference. */
struct sc_script *sc_script_parse(const char *text, size_t n, unsigned flags,
                                  struct sc_script_error *err);

struct sc_script *sc_script_ref(struct sc_script *s);
void sc_script_unref(struct sc_script *s);

/* The outcome for request number `turn`, counted from 0. */
const struct sc_outcome *sc_script_at(const struct sc_script *s, uint64_t turn);

/* Bytes up to the next `stop` that no backslash stands before, at most n. */
size_t sc_script_until(const char *text, size_t n, char stop);

/* A decimal number of at most max, all of the n bytes, digits only. */
bool sc_script_number(const char *p, size_t n, int64_t max, int64_t *out);

#endif
