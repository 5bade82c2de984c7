/*
 * exchange.h - one request and the answer to it, as the files of the server share it.
 */
#ifndef SC_MOCK_EXCHANGE_H
#define SC_MOCK_EXCHANGE_H

#include <gnutls/crypto.h>
#include <microhttpd.h>
#include <stdatomic.h>

#include "mock/buf.h"
#include "mock/config.h"
#include "mock/limit.h"
#include "mock/record.h"
#include "mock/script.h"

#define SC_MOCK_BODY_KEEP (16u << 20) /* of a request's body in memory */

struct sc_mock_server {
    const struct sc_mock_config *config;
    struct MHD_Daemon *daemon;
    struct sc_mock_records *records;
    struct sc_mock_limits *limits; /* NULL: none */
    int port;
    int stop_fd;
    int event_fd;
    atomic_ullong connections;
    atomic_int busy;
};

struct sc_mock_exchange {
    struct sc_mock_server *server;
    struct MHD_Connection *connection;
    char *target; /* as it came, with the query */
    const char *method;
    const char *path; /* decoded, without the query */
    int fd;
    bool begun;
    bool own_page; /* /_mock/...: neither scripted nor recorded */
    bool recorded;
    bool answered;
    struct sc_mock_buf body; /* the first SC_MOCK_BODY_KEEP bytes */
    unsigned long long body_bytes;
    gnutls_hash_hd_t hash;
    struct sc_script *script; /* keeps the outcome alive */
    const struct sc_outcome *outcome;
    struct sc_outcome refusal; /* the outcome, when the limits decide */
    struct sc_mock_charge charge;
    bool charged;
    char wait[24];
    char problem[160]; /* why the request's own script could not be read */
};

const char *sc_mock_request_header(const struct sc_mock_exchange *x, const char *name);
const char *sc_mock_request_query(const struct sc_mock_exchange *x, const char *name);
/* Header lines as a JSON array of pairs, or as they came. */
void sc_mock_request_headers(const struct sc_mock_exchange *x, struct sc_mock_buf *b, bool json);

/* A finished answer, without any fault; takes over the buffer. */
enum MHD_Result sc_mock_reply_buf(struct sc_mock_exchange *x, int status, const char *type,
                                  struct sc_mock_buf *b);
/* Any response; NULL: none could be made. */
enum MHD_Result sc_mock_queue(struct sc_mock_exchange *x, unsigned status, struct MHD_Response *r);

#endif
