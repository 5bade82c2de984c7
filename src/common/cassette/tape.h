/*
 * tape.h - one exchange, as a line of a cassette: what was asked, and what the program got.
 *
 *     {"cassette":1,"time":"2026-11-28T09:50:00.123Z","program":"php","attempts":1,
 *      "request":{"method":"POST","url":"https://api.openai.com/v1/chat/completions",
 *                 "headers":["content-type: application/json"],"size":66,"hash":"4f0c..."},
 *      "answer":{"code":0,"us":81234,"head_us":80111,"head":["HTTP/2 200","content-type: ..."],
 *                "pieces":[[80140,1370],[81200,90]],"body":"..."}}
 *
 * Bytes that are no UTF-8 are {"base64":"..."} in the place of a string. Header blocks follow each
 * other with "" between (100, redirects, the final one). Times are microseconds since the answer's
 * own attempt began; a piece is [when, bytes]. Secrets are taken out before (log/redact.h): a
 * cassette is made to be shown to others. Unknown members are ignored. Pure; memory is allocated.
 */
#ifndef SC_CASSETTE_TAPE_H
#define SC_CASSETTE_TAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/buf.h"
#include "http/str.h"

enum {
    SC_TAPE_VERSION = 1,
    SC_TAPE_HASH = 33,
    SC_TAPE_BODY_MAX = 32 << 20,
    SC_TAPE_LINE_MAX = 256 << 20
};

struct sc_tape_piece {
    int64_t us;
    size_t n;
};

struct sc_tape {
    int64_t time_ms; /* when the call began, 0: not known */
    struct sc_str program;
    int attempts; /* of which this is the last one's answer */
    /* The request. */
    struct sc_str method, url;
    struct sc_str headers;   /* lines, a CR and LF behind each */
    int64_t size;            /* of its body, -1: not known */
    char hash[SC_TAPE_HASH]; /* of its body, "": not known */
    struct sc_str body;      /* p NULL: not written down */
    /* The answer. */
    int code;              /* CURLcode */
    struct sc_str error;   /* libcurl's words for it */
    int64_t us, head_us;   /* when it was over, when its head had come; -1: never */
    int redirects;         /* that were followed */
    struct sc_str led_to;  /* the URL that they led to, n 0: none did */
    struct sc_str head;    /* header blocks as they came; n 0: nobody answered */
    struct sc_str content; /* the body as the program got it */
    struct sc_tape_piece *pieces;
    size_t n_pieces;
};

/* A line, with its end. */
void sc_tape_write(const struct sc_tape *t, struct sc_buf *out);

/* What a request is found by. False, with the reason in `why`: the line is no exchange. Borrowed
 * from the line; `url` and `method` are insides of JSON strings. */
bool sc_tape_look(struct sc_str line, struct sc_tape *t, const char **why);

/* All of it. Texts lie in *memory, which the caller frees with the pieces (sc_tape_free). */
bool sc_tape_read(struct sc_str line, struct sc_tape *t, struct sc_buf *memory, const char **why);
void sc_tape_free(struct sc_tape *t, struct sc_buf *memory);

/* A URL as cassettes have it: only what is plain ASCII as it is, secrets out. host: without
 * brackets. */
void sc_tape_url(bool https, struct sc_str host, int port, struct sc_str path, struct sc_str query,
                 struct sc_buf *out);

/* Of a body: the same for all JSON texts that say the same. */
void sc_tape_hash(struct sc_str body, char out[SC_TAPE_HASH]);

/* The status of the last block; 0: there is none. */
int sc_tape_status(struct sc_str head);

/* Where the last block of a head begins. */
size_t sc_tape_last_block(struct sc_str head);

#endif
