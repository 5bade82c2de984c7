/* mask.c - see mask.h. */
#include "cassette/mask.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "log/redact.h"

const char *const sc_tape_kept_headers[] = {
    "content-type",      "accept", "user-agent", "anthropic-beta", "openai-beta",
    "anthropic-version", NULL,
};

static bool is_line(const char *p, size_t n, const char *name)
{
    size_t k = strlen(name);

    return n > k && (p[0] | 0x20) == name[0] && p[k] == ':' && strncasecmp(p, name, k) == 0;
}

/* A challenge to authenticate is none of the caller's secrets. */
static void mask_line(char *p, size_t n)
{
    static const char *const cookies[] = {"set-cookie", "set-cookie2", "authentication-info"};

    for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++)
        if (is_line(p, n, cookies[i])) {
            size_t from = strlen(cookies[i]) + 1;

            from += from < n && p[from] == ' ';
            while (n > from && (p[n - 1] == '\n' || p[n - 1] == '\r'))
                n--;
            memset(p + from, SC_TAPE_MASK, n - from);
            return;
        }
    if (!is_line(p, n, "www-authenticate") && !is_line(p, n, "proxy-authenticate"))
        sc_redact_mask(p, n, false, SC_TAPE_MASK);
}

void sc_tape_mask_head(char *p, size_t n)
{
    char *end = p + n;

    while (p < end) {
        char *stop = memchr(p, '\n', (size_t)(end - p));
        size_t line = (size_t)((stop ? stop + 1 : end) - p);

        mask_line(p, line);
        p += line;
    }
}

void sc_tape_hash_masked(char *body, size_t n, char out[SC_TAPE_HASH])
{
    struct sc_buf text = {.max = SC_TAPE_BODY_MAX};
    bool holes = n > 0 && memchr(body, SC_TAPE_HOLE, n);

    for (size_t i = 0; holes && i < n; i++)
        if (body[i] != SC_TAPE_HOLE || i == 0 || body[i - 1] != SC_TAPE_HOLE)
            sc_buf_char(&text, body[i]);
    sc_tape_hash(holes ? sc_buf_view(&text) : (struct sc_str){body, n}, out);
    for (size_t i = 0; holes && i < n; i++)
        if (body[i] == SC_TAPE_HOLE)
            body[i] = SC_TAPE_MASK;
    sc_buf_free(&text);
}
