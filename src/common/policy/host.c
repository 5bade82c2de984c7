#include "policy/host.h"

#include <arpa/inet.h>
#include <string.h>

#include "policy/glob.h"

#define HOST_MAX 253

struct sc_str sc_host_suffix(struct sc_str pattern)
{
    size_t star = pattern.n;

    while (star > 0 && pattern.p[star - 1] != '*')
        star--;
    while (star < pattern.n && pattern.p[star] != '.')
        star++;
    if (star < pattern.n)
        star++;
    return (struct sc_str){pattern.p + star, pattern.n - star};
}

/* Cuts the last label off. */
static struct sc_str last_label(struct sc_str *host)
{
    size_t at = host->n;
    struct sc_str label;

    while (at > 0 && host->p[at - 1] != '.')
        at--;
    label = (struct sc_str){host->p + at, host->n - at};
    host->n = at > 0 ? at - 1 : 0;
    return label;
}

bool sc_host_match(struct sc_str pattern, struct sc_str host)
{
    while (pattern.n > 0 && host.n > 0) {
        if (pattern.n == 1 && pattern.p[0] == '*')
            return true;
        if (!sc_glob_match(last_label(&pattern), last_label(&host)))
            return false;
    }
    return pattern.n == 0 && host.n == 0;
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static const char *bad_name(struct sc_str host)
{
    size_t label = 0;
    bool star = false;

    if (host.n == 0 || host.n > HOST_MAX)
        return "a name of 1 to 253 characters";
    for (size_t i = 0; i < host.n; i++) {
        char c = host.p[i];

        if ((unsigned char)c >= 0x80)
            return "ASCII; write an international name in its xn-- form";
        if (c == '.' && label == 0)
            return "a name without an empty label between dots";
        if (c != '.' && c != '*' && c != '-' && c != '_' && !is_alnum(c))
            return "letters, digits, - . _ and *";
        label = c == '.' ? 0 : label + 1;
        star = c == '.' ? false : star || c == '*';
    }
    if (label == 0)
        return "a name without a dot at its end";
    if (star && host.n > 1)
        return "a * in any label but the last, or * alone";
    return NULL;
}

static bool read_port(struct sc_str text, int *port)
{
    *port = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9' || *port > 6553)
            return false;
        *port = *port * 10 + (text.p[i] - '0');
    }
    return text.n > 0 && *port >= 1 && *port <= 65535;
}

static bool is_ipv6(struct sc_str host)
{
    unsigned char address[16];
    char text[INET6_ADDRSTRLEN];

    if (host.n == 0 || host.n >= sizeof text)
        return false;
    memcpy(text, host.p, host.n);
    text[host.n] = '\0';
    return inet_pton(AF_INET6, text, address) == 1;
}

static bool split_bracketed(struct sc_str pattern, struct sc_str *host, struct sc_str *port,
                            const char **why)
{
    const char *close = memchr(pattern.p, ']', pattern.n);

    *why = "an IPv6 address in brackets, such as [::1] or [::1]:8080";
    if (close == NULL)
        return false;
    *host = (struct sc_str){pattern.p + 1, (size_t)(close - pattern.p) - 1};
    port->p = close + 1;
    port->n = pattern.n - host->n - 2;
    if (port->n > 0 && port->p[0] != ':')
        return false;
    return is_ipv6(*host);
}

bool sc_host_split(struct sc_str pattern, struct sc_str *host, int *port, const char **why)
{
    struct sc_str rest = {NULL, 0};
    const char *colon = pattern.n == 0 ? NULL : memchr(pattern.p, ':', pattern.n);

    *port = 0;
    if (pattern.n > 0 && pattern.p[0] == '[') {
        if (!split_bracketed(pattern, host, &rest, why))
            return false;
    } else {
        if (memmem(pattern.p, pattern.n, "://", 3) != NULL ||
            memchr(pattern.p, '/', pattern.n) != NULL) {
            *why = "the host alone, without https:// and path";
            return false;
        }
        *host = pattern;
        if (colon != NULL) {
            host->n = (size_t)(colon - pattern.p);
            rest = (struct sc_str){colon, pattern.n - host->n};
        }
        *why = is_ipv6(pattern) ? "an IPv6 address in brackets, such as [::1] or [::1]:8080"
                                : bad_name(*host);
        if (*why != NULL)
            return false;
    }
    if (rest.n > 0 && !read_port((struct sc_str){rest.p + 1, rest.n - 1}, port)) {
        *why = "a port from 1 to 65535 after the colon";
        return false;
    }
    return true;
}
