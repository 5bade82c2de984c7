/*
 * recording.h - a call as a cassette has it: what it asks, and at its end what the program got.
 *
 * Secrets are out of both (call/secrets.h, log/redact.h), each byte of them an asterisk in what is
 * given again, so that pieces keep their lengths.
 */
#ifndef SC_CALL_RECORDING_H
#define SC_CALL_RECORDING_H

#include "call/transfer.h"
#include "cassette/tape.h"

/* What is asked, as it is written down and looked for. */
struct sc_recorded_request {
    struct sc_buf secrets; /* the call's own */
    struct sc_buf url, body;
    bool open;               /* nobody can see its body */
    char hash[SC_TAPE_HASH]; /* of the body; "" if it is open */
    struct sc_str method;
};

void sc_recorded_request_read(const struct sc_transfer *t, struct sc_recorded_request *r);
void sc_recorded_request_free(struct sc_recorded_request *r);

/* What the program has got so far: set up by _begin, asked for the body's pieces by the wire. */
struct sc_recording {
    struct sc_record record;
    struct sc_buf times, head;
    int64_t head_ns;
};

void sc_recording_begin(struct sc_transfer *t, struct sc_recording *g);

/* The final header block is there. */
void sc_recording_head(const struct sc_transfer *t, struct sc_recording *g);

/* All of it has been handed over, and the call has ended so: its line, in `line`. False: an answer
 * longer than a cassette takes. */
bool sc_recording_write(const struct sc_transfer *t, struct sc_recording *g, int code, bool bodies,
                        struct sc_buf *line);
void sc_recording_end(struct sc_transfer *t, struct sc_recording *g);

#endif
