/*
 * buf.h - a growing run of bytes, and JSON templates written into it.
 *
 * sc_mock_buf_json(&b, "{'model':%q,'n':%d}", model, n) writes {"model":"...","n":3}: a single
 * quote in the template stands for a double one, so that wire formats stay readable in C.
 * Owned by one thread at a time. Out of memory ends the mock: there is nothing useful left to do.
 */
#ifndef SC_MOCK_BUF_H
#define SC_MOCK_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_mock_buf {
    char *p; /* always followed by a NUL once anything was added */
    size_t n;
    size_t cap;
};

void sc_mock_buf_add(struct sc_mock_buf *b, const void *p, size_t n);
void sc_mock_buf_str(struct sc_mock_buf *b, const char *s);
/* A JSON string with its quotes; bytes that are not UTF-8 become U+FFFD. */
void sc_mock_buf_quote(struct sc_mock_buf *b, const char *p, size_t n);
void sc_mock_buf_base64(struct sc_mock_buf *b, const void *p, size_t n);
/* %q quoted JSON string (NULL: null), %s bytes as they are, %d int, %l long long, %x 16 hex
 * digits of an unsigned long long, %% percent. */
void sc_mock_buf_json(struct sc_mock_buf *b, const char *template, ...);
void sc_mock_buf_free(struct sc_mock_buf *b);

/* Length of the valid UTF-8 sequence that p starts with, 0 if it is none. */
size_t sc_mock_utf8_len(const unsigned char *p, size_t n);

/* A decimal number of at most max, digits only. */
bool sc_mock_parse_number(const char *s, int64_t max, int64_t *out);

void *sc_mock_alloc(size_t n); /* zeroed, never NULL */
void *sc_mock_realloc(void *p, size_t n);
char *sc_mock_strndup(const char *s, size_t n);
char *sc_mock_strdup(const char *s);

#endif
