/*
 * otlp_post.c - sends an OTLP/JSON request to a collector: one POST over plain HTTP.
 *
 * Plain, since a collector stands beside its programs; who has one elsewhere lets the one here pass
 * things on, which knows TLS, credentials, and how often to try again.
 */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "metrics/metrics.h"
#include "http/url.h"
#include "steadycurl/version.h"

enum { TIMEOUT_S = 10, HEAD_MAX = 4096 };

static int connect_to(const char *host, int port, char *why, size_t n)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    const struct timeval patience = {.tv_sec = TIMEOUT_S};
    struct addrinfo *all = NULL;
    char service[16];
    int fd = -1, wrong;

    snprintf(service, sizeof service, "%d", port);
    wrong = getaddrinfo(host, service, &hints, &all);
    if (wrong) {
        snprintf(why, n, "%s", gai_strerror(wrong));
        return -1;
    }
    for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next) {
        fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
        if (fd < 0)
            continue;
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (connect(fd, a->ai_addr, a->ai_addrlen) == 0)
            break;
        snprintf(why, n, "%s", strerror(errno));
        close(fd);
        fd = -1;
    }
    freeaddrinfo(all);
    return fd;
}

static bool send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);

        if (sent < 0 && errno == EINTR)
            continue;
        if (sent <= 0)
            return false;
        p += sent;
        n -= (size_t)sent;
    }
    return true;
}

/* The status line of the answer into `line`; what follows it is of no interest. */
static bool read_status(int fd, char *line, size_t size)
{
    size_t n = 0;

    while (n < size - 1 && !memchr(line, '\n', n)) {
        ssize_t got = recv(fd, line + n, size - 1 - n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    line[n] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    return n > 0;
}

static bool exchange(int fd, const struct sc_url *u, const char *body, char *why, size_t n)
{
    bool root = u->path.n <= 1; /* the path that OTLP names, if none is given */
    bool six = strchr(u->host, ':') != NULL;
    char head[HEAD_MAX];
    int len = snprintf(head, sizeof head,
                       "POST %.*s HTTP/1.1\r\nHost: %s%s%s:%d\r\nUser-Agent: steadycurl/" SC_VERSION
                       "\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n"
                       "Connection: close\r\n\r\n",
                       root ? (int)strlen("/v1/metrics") : (int)u->path.n,
                       root ? "/v1/metrics" : u->path.p, six ? "[" : "", u->host, six ? "]" : "",
                       u->port, strlen(body));

    if (len < 0 || (size_t)len >= sizeof head) {
        snprintf(why, n, "the address is too long");
        return false;
    }
    if (!send_all(fd, head, (size_t)len) || !send_all(fd, body, strlen(body)) ||
        !read_status(fd, head, sizeof head)) {
        snprintf(why, n, "%s", errno == EAGAIN ? "no answer in time" : "the connection was lost");
        return false;
    }
    if (strncmp(head, "HTTP/1.", 7) == 0 && head[8] == ' ' && head[9] == '2')
        return true;
    snprintf(why, n, "it answered \"%.100s\"", head);
    return false;
}

bool sc_otlp_post(const char *url, const char *body, char *why, size_t n)
{
    struct sc_url u;
    bool good;
    int fd;

    if (!sc_url_split(url, strlen(url), &u) || u.scheme_https) {
        snprintf(why, n, "the address must be http://HOST:PORT (TLS is a collector's own work)");
        return false;
    }
    fd = connect_to(u.host, u.port, why, n);
    if (fd < 0)
        return false;
    errno = 0;
    good = exchange(fd, &u, body, why, n);
    close(fd);
    return good;
}
