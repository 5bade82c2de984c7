/*
 * buf.h - text that grows, up to a limit that its owner sets.
 *
 *     struct sc_buf b = {.max = 1 << 20};
 *     sc_buf_text(&b, "{\"n\":");
 *     sc_buf_number(&b, 7);
 *     sc_buf_text(&b, "}");
 *     if (b.failed) ...            no memory, or over the limit: what is in it is not whole
 *     sc_buf_free(&b);
 *
 * Failure sticks: nothing is added any more, so a writer asks once, at its end. The bytes are not
 * NUL-terminated; they move when something is added. One thread at a time.
 */
#ifndef SC_HTTP_BUF_H
#define SC_HTTP_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "http/str.h"

struct sc_buf {
    char *p;
    size_t n, size;
    size_t max; /* bytes, must be set */
    bool failed;
};

/* Room for n bytes behind what is there; NULL, and failed, if there is none. The caller adds to n
 * what it has used. */
char *sc_buf_room(struct sc_buf *b, size_t n);

static inline void sc_buf_add(struct sc_buf *b, const char *p, size_t n)
{
    char *to;

    if (n == 0)
        return;
    to = b->size - b->n >= n && !b->failed ? b->p + b->n : sc_buf_room(b, n);
    if (to == NULL)
        return;
    memcpy(to, p, n);
    b->n += n;
}

static inline void sc_buf_char(struct sc_buf *b, char c)
{
    sc_buf_add(b, &c, 1);
}

static inline void sc_buf_str(struct sc_buf *b, struct sc_str s)
{
    sc_buf_add(b, s.p, s.n);
}

/* A literal: its length is known to the compiler. */
#define sc_buf_text(b, literal) sc_buf_add((b), "" literal, sizeof(literal) - 1)

void sc_buf_number(struct sc_buf *b, int64_t n);

/* Plain text as the inside of a JSON string. */
void sc_buf_escaped(struct sc_buf *b, struct sc_str plain);

/* The inside of a JSON string as plain text. */
void sc_buf_unescaped(struct sc_buf *b, struct sc_str inside);

/* Empties it; the memory stays. */
static inline void sc_buf_clear(struct sc_buf *b)
{
    b->n = 0;
    b->failed = false;
}

static inline struct sc_str sc_buf_view(const struct sc_buf *b)
{
    return (struct sc_str){b->p ? b->p : "", b->n};
}

void sc_buf_free(struct sc_buf *b);

#endif
