#include "mock/mask.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "log/log.h"

#define MASK "[redacted]"

static void redact(struct sc_mock_buf *b, const char *p, size_t n)
{
    size_t size = n * 3 + sizeof MASK; /* "key=a&" grows most */
    char *clean = sc_mock_alloc(size);
    sc_mock_buf_add(b, clean, sc_redact(p, n, clean, size));
    free(clean);
}

/* Whether a value with this name is a credential: what the log would make of one. */
static bool is_secret(const char *name, size_t n)
{
    struct sc_mock_buf probe = {0}, clean = {0};
    sc_mock_buf_add(&probe, name, n);
    sc_mock_buf_str(&probe, ": x");
    redact(&clean, probe.p, probe.n);
    bool secret = strstr(clean.p, MASK) != NULL;
    sc_mock_buf_free(&probe);
    sc_mock_buf_free(&clean);
    return secret;
}

/* The content of a part of a multipart body whose name is that of a credential; 0 if this is none.
 * at: behind `name="`. */
static const char *secret_content(const char *at, const char *end)
{
    const char *quote = memchr(at, '"', (size_t)(end - at));
    const char *blank = quote ? memmem(quote, (size_t)(end - quote), "\r\n\r\n", 4) : NULL;
    return blank && is_secret(at, (size_t)(quote - at)) ? blank + 4 : NULL;
}

static void mask_parts(struct sc_mock_buf *b, const char *p, const char *end)
{
    const char *name, *content, *stop;
    while ((name = memmem(p, (size_t)(end - p), " name=\"", 7))) {
        content = secret_content(name + 7, end);
        stop = content ? memmem(content, (size_t)(end - content), "\r\n--", 4) : name + 7;
        if (!stop)
            stop = end;
        redact(b, p, (size_t)((content ? content : stop) - p));
        if (content)
            sc_mock_buf_str(b, MASK);
        p = stop;
    }
    redact(b, p, (size_t)(end - p));
}

void sc_mock_mask(struct sc_mock_buf *b, const char *p, size_t n)
{
    sc_mock_buf_str(b, "");
    if (n > 2 && p[0] == '-' && p[1] == '-')
        mask_parts(b, p, p + n);
    else if (n > 0)
        redact(b, p, n);
}

/* It says that a request is the same one again, and whoever tests retries looks for it. */
static bool is_idempotency_key(const char *name)
{
    return strcasecmp(name, "idempotency-key") == 0 || strcasecmp(name, "x-idempotency-key") == 0;
}

void sc_mock_mask_header(struct sc_mock_buf *b, const char *name, const char *value)
{
    size_t scheme = strcspn(value, " ");
    if (is_idempotency_key(name) || !is_secret(name, strlen(name))) {
        sc_mock_mask(b, value, strlen(value));
        return;
    }
    if (strcasecmp(name, "cookie") != 0 && value[scheme])
        sc_mock_buf_add(b, value, scheme + 1);
    sc_mock_buf_str(b, MASK);
}
