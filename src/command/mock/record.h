/*
 * record.h - what the mock received: the last thousand requests, and exact counts of all.
 *
 * Entries are kept as the JSON they are shown as, at most 256 MiB of it. Thread-safe.
 */
#ifndef SC_MOCK_RECORD_H
#define SC_MOCK_RECORD_H

#include <stdbool.h>
#include <stdint.h>

#include "mock/buf.h"

#define SC_MOCK_RECORDS 1000
#define SC_MOCK_RECORD_BODY (1u << 20) /* longer bodies are cut here; their hash covers all */

struct sc_mock_records;

struct sc_mock_records *sc_mock_records_new(void);
void sc_mock_records_free(struct sc_mock_records *r);

/* A connection, as its requests share it. */
struct sc_mock_peer {
    unsigned long long number;
    uint64_t counted; /* private: the round in which it was counted */
};

struct sc_mock_entry {
    const char *method;
    const char *target;  /* path and query as they came */
    const char *headers; /* a JSON array of [name, value] pairs, in order */
    const char *body;
    size_t body_kept;              /* bytes at body */
    unsigned long long body_bytes; /* bytes received */
    const char *sha256;            /* hex, of all bytes received */
    struct sc_mock_peer *peer;
    const char *outcome;
    bool complete; /* false: the client went away before its body was here */
};

void sc_mock_records_add(struct sc_mock_records *r, const struct sc_mock_entry *e);
uint64_t sc_mock_records_count(struct sc_mock_records *r);
void sc_mock_records_write(struct sc_mock_records *r, struct sc_mock_buf *b);
/* {"requests":N,"connections":N,"outcomes":{"503":2,...}} */
void sc_mock_records_write_count(struct sc_mock_records *r, struct sc_mock_buf *b);
void sc_mock_records_reset(struct sc_mock_records *r);

#endif
