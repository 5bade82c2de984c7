/* captured.c - see captured.h. */
#include "cli/captured.h"

#include <stdlib.h>
#include <string.h>

#include "http/header.h"

/* "HTTP/1.1 429 Too Many Requests", "HTTP/2 429": the status, 0 if it is no status line. */
static int status_of(struct sc_str line)
{
    const char *space = memchr(line.p, ' ', line.n);
    int status = 0;

    if (line.n < 10 || strncmp(line.p, "HTTP/", 5) != 0 || !space)
        return 0;
    for (const char *p = space + 1; p < line.p + line.n && *p >= '0' && *p <= '9'; p++)
        status = status < 1000 ? status * 10 + (*p - '0') : status;
    return status >= 100 && status <= 999 ? status : 0;
}

/* Takes a line without its end off a text. */
static struct sc_str take_line(struct sc_str *text)
{
    const char *end = memchr(text->p, '\n', text->n);
    struct sc_str line = {text->p, end ? (size_t)(end - text->p) : text->n};
    size_t used = line.n + (end ? 1 : 0);

    text->p += used;
    text->n -= used;
    if (line.n > 0 && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

static void take_header(struct sc_captured *c, struct sc_str line)
{
    const char *colon = memchr(line.p, ':', line.n);

    if (!colon || c->n_headers == SC_CAPTURED_HEADERS)
        return;
    c->headers[c->n_headers++] = (struct sc_header){
        {line.p, (size_t)(colon - line.p)},
        sc_str_trim((struct sc_str){colon + 1, line.n - (size_t)(colon - line.p) - 1})};
}

struct sc_str sc_captured_header(const struct sc_header *headers, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (sc_str_is(headers[i].name, name))
            return headers[i].value;
    return (struct sc_str){"", 0};
}

bool sc_captured_read(const char *text, size_t n, struct sc_captured *out)
{
    struct sc_str rest = {text, n}, line, length, encoding;

    memset(out, 0, sizeof *out);
    while (rest.n > 0) {
        struct sc_str before = rest;
        int status = status_of(take_line(&rest));
        if (status == 0) {
            rest = before; /* the body */
            break;
        }
        out->status = status;
        out->n_headers = 0;
        while (rest.n > 0 && (line = take_line(&rest)).n > 0)
            take_header(out, line);
    }
    out->body = rest.p;
    out->body_len = rest.n;
    length = sc_captured_header(out->headers, out->n_headers, "content-length");
    encoding = sc_captured_header(out->headers, out->n_headers, "content-encoding");
    out->is_encoded = encoding.n > 0 && !sc_str_is(encoding, "identity") && rest.n > 0 &&
                      !strchr("{[ \r\nde:", rest.p[0]); /* curl --compressed has undone it */
    out->is_cut = encoding.n == 0 && length.n > 0 &&
                  strtoull(length.p, NULL, 10) > rest.n; /* ends at the line's end */
    return out->status != 0;
}
