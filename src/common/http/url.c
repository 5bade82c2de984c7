/* url.c - see url.h. */
#include "http/url.h"

#include <arpa/inet.h>
#include <string.h>

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static bool has_prefix(const char *p, size_t n, const char *prefix)
{
    size_t k = strlen(prefix);
    if (n < k)
        return false;
    for (size_t i = 0; i < k; i++)
        if (lower(p[i]) != prefix[i])
            return false;
    return true;
}

/* Blanks, control characters, backslashes and bytes beyond ASCII have no place in a simple URL. */
static bool plain_bytes(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i] <= 0x20 || p[i] >= 0x7f || p[i] == '\\')
            return false;
    return true;
}

/* Four decimal parts from 0 to 255 without leading zeros. */
static bool canonical_ipv4(const char *p, size_t n)
{
    size_t i = 0;
    for (int part = 0; part < 4; part++) {
        size_t start = i;
        int value = 0;
        while (i < n && digit(p[i]) && i - start < 4)
            value = value * 10 + (p[i++] - '0');
        if (i == start || i - start > 3 || value > 255 || (p[start] == '0' && i - start > 1))
            return false;
        if (part < 3 && (i == n || p[i++] != '.'))
            return false;
    }
    return i == n;
}

/* Whether a resolver may take this last label for a part of a numeric address. */
static bool numeric_label(const char *p, size_t n)
{
    if (n >= 2 && p[0] == '0' && p[1] == 'x')
        return true;
    for (size_t i = 0; i < n; i++)
        if (!digit(p[i]))
            return false;
    return n > 0;
}

/* A lower-cased name or IPv4 address. */
static bool simple_name(const char *p, size_t n)
{
    size_t label = 0;
    for (size_t i = 0; i < n; i++) {
        char c = p[i];
        if (c == '.') {
            if (i == label)
                return false;
            label = i + 1;
        } else if (!(digit(c) || (c >= 'a' && c <= 'z') || c == '-' || c == '_')) {
            return false;
        }
    }
    if (label == n)
        return false;
    return !numeric_label(p + label, n - label) || canonical_ipv4(p, n);
}

static bool canonical_ipv6(const char *host)
{
    struct in6_addr a;
    char text[INET6_ADDRSTRLEN];
    return strspn(host, "0123456789abcdef:") == strlen(host) &&
           inet_pton(AF_INET6, host, &a) == 1 && inet_ntop(AF_INET6, &a, text, sizeof text) &&
           strcmp(text, host) == 0;
}

static bool read_port(const char *p, size_t n, int *port)
{
    int value = 0;
    if (n < 1 || n > 5 || p[0] == '0')
        return false;
    for (size_t i = 0; i < n; i++) {
        if (!digit(p[i]))
            return false;
        value = value * 10 + (p[i] - '0');
    }
    *port = value;
    return value <= 65535;
}

static bool copy_host(const char *p, size_t n, struct sc_url *out)
{
    if (n == 0 || n >= sizeof out->host)
        return false;
    for (size_t i = 0; i < n; i++)
        out->host[i] = lower(p[i]);
    out->host[n] = '\0';
    out->host_len = n;
    return true;
}

static bool read_authority(const char *p, size_t n, struct sc_url *out)
{
    size_t host_len, after;
    bool v6 = n && p[0] == '[';
    if (v6) {
        const char *end = memchr(p, ']', n);
        if (!end)
            return false;
        p++, n--;
        host_len = (size_t)(end - p);
        after = host_len + 1;
    } else {
        const char *colon = memchr(p, ':', n);
        host_len = after = colon ? (size_t)(colon - p) : n;
    }
    if (!copy_host(p, host_len, out))
        return false;
    if (!(v6 ? canonical_ipv6(out->host) : simple_name(out->host, host_len)))
        return false;
    if (after == n)
        return true;
    return p[after] == ':' && read_port(p + after + 1, n - after - 1, &out->port);
}

/* "." and ".." segments, also spelled with %2e: libcurl rewrites such paths. */
static bool has_dot_segment(const char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '%' && has_prefix(p + i, n - i, "%2e"))
            return true;
        if (p[i] != '/' || i + 1 >= n || p[i + 1] != '.')
            continue;
        size_t k = i + 2 < n && p[i + 2] == '.' ? i + 3 : i + 2;
        if (k == n || p[k] == '/')
            return true;
    }
    return false;
}

static bool read_path(const char *p, size_t n, struct sc_url *out)
{
    const char *hash = n ? memchr(p, '#', n) : NULL;
    if (hash)
        n = (size_t)(hash - p);
    const char *mark = n ? memchr(p, '?', n) : NULL;
    size_t path_len = mark ? (size_t)(mark - p) : n;
    if (mark) {
        out->query.p = mark + 1;
        out->query.n = n - path_len - 1;
    }
    if (path_len == 0)
        return true;
    out->path.p = p;
    out->path.n = path_len;
    return !has_dot_segment(p, path_len);
}

bool sc_url_split(const char *url, size_t n, struct sc_url *out)
{
    size_t i;
    if (has_prefix(url, n, "https://"))
        i = 8;
    else if (has_prefix(url, n, "http://"))
        i = 7;
    else
        return false;
    if (!plain_bytes(url, n))
        return false;
    out->scheme_https = i == 8;
    out->port = i == 8 ? 443 : 80;
    out->path = (struct sc_str){"/", 1};
    out->query = (struct sc_str){"", 0};

    size_t end = i;
    while (end < n && url[end] != '/' && url[end] != '?' && url[end] != '#')
        end++;
    /* Old parsers looked for the '@' beyond a '?' or '#' when no slash came first. */
    if (end < n && url[end] != '/' && memchr(url + end, '@', n - end))
        return false;
    return read_authority(url + i, end - i, out) && read_path(url + end, n - end, out);
}
