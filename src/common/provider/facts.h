/*
 * facts.h - what a response says, read out of its bytes once.
 *
 * `struct sc_response` is what came over the wire, as borrowed memory; `sc_facts_read` looks at
 * headers and body with the scanners of http/ and the provider's table and leaves the few facts
 * that classification needs. Pure: no allocation, no clock, no I/O; thread-safe.
 */
#ifndef SC_PROVIDER_FACTS_H
#define SC_PROVIDER_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/header.h"
#include "http/str.h"
#include "http/stream.h"
#include "provider/paths.h"
#include "provider/provider.h"

/* One attempt's response. All pointers are borrowed for the duration of the call. */
struct sc_response {
    enum sc_provider provider;
    int curl_code;      /* CURLcode of the attempt, 0 when it went well */
    int connect_status; /* status of a proxy's CONNECT answer, 0 if none */
    int status;         /* final HTTP status, 0 if none arrived */
    const struct sc_header *headers;
    size_t n_headers;
    const char *body; /* decoded as the program would see it; may be cut at the hold limit */
    size_t body_len;
    bool is_stream;            /* body is SSE, NDJSON or an AWS event stream */
    bool output_seen;          /* model output had already been delivered: too late for a retry */
    enum sc_request_kind kind; /* of the request: only what generates fails inside of a success */
    int64_t now_unix; /* wall clock in seconds, for HTTP-dates when no Date header is there */
};

#define SC_FACT_TEXT 96

/* Facts; strings are NUL-terminated copies, cut to size, "" when absent. */
struct sc_facts {
    enum sc_provider provider;
    int curl_code;
    int connect_status;
    int status;
    bool is_stream;
    bool output_seen;
    int should_retry;        /* x-should-retry: -1 absent, 0 false, 1 true */
    bool from_api;           /* a failure in the shape that this API's failures have */
    bool foreign;            /* in another's, as a firewall's page has it; neither: it shows none */
    bool has_error;          /* the body or a stream event carries an error object */
    char type[SC_FACT_TEXT]; /* error.type, or x-amzn-ErrorType, or google's status */
    char code[SC_FACT_TEXT]; /* error.code, numbers as text */
    /* What else names the cause, separated by spaces: Google's quotaId and ErrorInfo.reason,
     * Anthropic's details.error_code, Azure's innererror.code, OpenRouter's limit_source. */
    char detail[256];
    char stop[32];       /* of a 200: finish_reason, stop_reason, promptFeedback.blockReason */
    bool prompt_blocked; /* it is a blockReason: whatever it says */
    int64_t limit;       /* "Limit 30000, Requested 41236" of a message, -1 if not said */
    int64_t requested;
    bool hint_in_header; /* hint_ms comes from a header, not from the body */
    int inner_status;    /* an HTTP status inside the body (code 429 under a 500), 0 if none */
    /* error.message as raw JSON text without its quotes, borrowed from the response's body (or,
     * by sc_facts_read_event, from the stream watcher). */
    struct sc_str message;
    int64_t hint_ms;  /* how long the server asks to wait, -1 if it does not say */
    int64_t reset_ms; /* of a 429: when the limit that is used up is free again, -1 likewise */
};

void sc_facts_read(const struct sc_response *r, struct sc_facts *out);

/* The same when a stream watcher has seen the body: its error event (early or late) is the error,
 * r->body is not looked at. */
void sc_facts_read_event(const struct sc_response *r, const struct sc_stream *s,
                         struct sc_facts *out);

#endif
