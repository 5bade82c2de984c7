#include "redis/url.h"

#include <string.h>

static bool starts(const char **s, const char *with)
{
    size_t n = strlen(with);

    if (strncmp(*s, with, n) != 0)
        return false;
    *s += n;
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A part with its %XX resolved; "%00" ends no text. */
static bool put(char *out, size_t size, const char *s, size_t n)
{
    size_t at = 0;

    for (size_t i = 0; i < n; i++) {
        char c = s[i];

        if (c == '%') {
            if (i + 2 >= n || hex(s[i + 1]) < 0 || hex(s[i + 2]) < 0)
                return false;
            c = (char)(hex(s[i + 1]) << 4 | hex(s[i + 2]));
            i += 2;
        }
        if (c == '\0' || at + 1 >= size)
            return false;
        out[at++] = c;
    }
    out[at] = '\0';
    return true;
}

/* Digits up to the end. */
static bool number(const char *s, size_t n, int max, int *out)
{
    int v = 0;

    if (n == 0 || n > 6)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (s[i] < '0' || s[i] > '9')
            return false;
        v = v * 10 + (s[i] - '0');
    }
    *out = v;
    return v <= max;
}

enum { PORT = 6379, DB_MAX = 65535 };

static const char *read_socket(const char *s, struct sc_redis_url *out)
{
    const char *end = strchr(s, '?');
    size_t n = end ? (size_t)(end - s) : strlen(s);

    if (strncmp(s, "//", 2) == 0) {
        s += 2;
        n -= 2;
    }
    if (s[0] != '/' || !put(out->path, sizeof out->path, s, n))
        return "a socket needs an absolute path of at most 107 bytes";
    if (end && (!starts(&end, "?db=") || !number(end, strlen(end), DB_MAX, &out->db)))
        return "after the path of a socket only ?db=NUMBER may stand";
    return NULL;
}

static const char *read_login(const char *s, size_t n, struct sc_redis_url *out)
{
    const char *colon = memchr(s, ':', n);
    size_t user = colon ? (size_t)(colon - s) : n;

    if (!put(out->user, sizeof out->user, s, user) ||
        (colon && !put(out->password, sizeof out->password, colon + 1, n - user - 1)))
        return "user or password cannot be read: characters of URLs are written as %XX there";
    return NULL;
}

static const char *read_authority(const char *s, size_t n, struct sc_redis_url *out)
{
    const char *colon;
    size_t host;

    if (n > 0 && s[0] == '[') {
        const char *close = memchr(s, ']', n);

        if (!close)
            return "a [ is not closed";
        host = (size_t)(close - s) + 1;
        if (!put(out->host, sizeof out->host, s + 1, host - 2))
            return "the host cannot be read";
        colon = host < n ? close + 1 : NULL;
        if (colon && *colon != ':')
            return "the host cannot be read";
    } else {
        colon = memchr(s, ':', n);
        host = colon ? (size_t)(colon - s) : n;
        if (!put(out->host, sizeof out->host, s, host))
            return "the host cannot be read";
    }
    out->port = PORT;
    if (colon && !number(colon + 1, n - host - 1, 65535, &out->port))
        return "the port is no number up to 65535";
    return out->host[0] && out->port > 0 ? NULL : "there is no host in it";
}

const char *sc_redis_url_read(const char *url, struct sc_redis_url *out)
{
    const char *slash, *at = NULL, *wrong = NULL;
    size_t n;

    memset(out, 0, sizeof *out);
    if (starts(&url, "unix:"))
        return read_socket(url, out);
    if (starts(&url, "rediss://"))
        out->tls = true;
    else if (!starts(&url, "redis://"))
        return "it begins with none of redis://, rediss:// and unix:";
    slash = strchr(url, '/');
    n = slash ? (size_t)(slash - url) : strlen(url);
    for (size_t i = 0; i < n; i++) /* the last one: a password may have one, too */
        if (url[i] == '@')
            at = url + i;
    if (at) {
        wrong = read_login(url, (size_t)(at - url), out);
        n -= (size_t)(at + 1 - url);
        url = at + 1;
    }
    if (!wrong)
        wrong = read_authority(url, n, out);
    if (!wrong && slash && slash[1] && !number(slash + 1, strlen(slash + 1), DB_MAX, &out->db))
        wrong = "after the slash stands the number of the database";
    return wrong;
}
