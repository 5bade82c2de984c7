#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock/pages.h"

#define BYTES_MAX (1L << 30)

/* The number that ends a path or a value, -1 if there is none or it is too large. */
static long number_after(const char *text, const char *prefix, long max)
{
    int64_t v;
    size_t n = strlen(prefix);
    if (strncmp(text, prefix, n) != 0 || !sc_mock_parse_number(text + n, max, &v))
        return -1;
    return (long)v;
}

/* Lines of 64 bytes that count themselves, so that a lost piece shows. */
static void write_bytes(struct sc_mock_buf *b, long n)
{
    char line[80];
    for (long i = 0; i * 64 < n; i++) {
        snprintf(line, sizeof line, "%015ld %.47s\n", i,
                 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTU");
        sc_mock_buf_add(b, line, n - i * 64 < 64 ? (size_t)(n - i * 64) : 64);
    }
}

static void write_echo(const struct sc_mock_exchange *x, struct sc_mock_buf *b)
{
    sc_mock_buf_str(b, x->method);
    sc_mock_buf_str(b, " ");
    sc_mock_buf_str(b, x->target);
    sc_mock_buf_str(b, "\n");
    sc_mock_request_headers(x, b, false);
    sc_mock_buf_str(b, "\n");
    sc_mock_buf_add(b, x->body.p, x->body.n);
}

void sc_mock_page(const struct sc_mock_exchange *x, struct sc_mock_answer *a, char **location)
{
    long bytes = number_after(x->path, "/bytes/", BYTES_MAX);
    long status = number_after(x->path, "/status/", 999);
    const char *to = sc_mock_request_query(x, "to");
    *a = (struct sc_mock_answer){.status = 200, .content_type = "text/plain; charset=utf-8"};
    if (bytes >= 0) {
        a->content_type = "application/octet-stream";
        write_bytes(&a->body, bytes);
    } else if (strcmp(x->path, "/redirect") == 0 && to) {
        const char *code = sc_mock_request_query(x, "status");
        status = code ? number_after(code, "", 399) : 0;
        a->status = status >= 300 ? (int)status : 302;
        *location = sc_mock_strdup(to);
    } else if (status >= 200) {
        a->status = (int)status;
        sc_mock_buf_json(&a->body, "status %d\n", (int)status);
    } else {
        write_echo(x, &a->body);
    }
}
