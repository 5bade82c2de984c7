/* listen.c - see listen.h. */
#include "base/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int port_of(int fd)
{
    union {
        struct sockaddr_storage any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } a = {.any.ss_family = AF_UNSPEC};
    socklen_t n = sizeof a;

    if (getsockname(fd, (struct sockaddr *)&a, &n) != 0)
        return 0;
    return ntohs(a.any.ss_family == AF_INET6 ? a.v6.sin6_port : a.v4.sin_port);
}

static int open_listener(const struct addrinfo *ai)
{
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int one = 1, error;

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 1024) == 0)
        return fd;
    error = errno;
    close(fd);
    errno = error;
    return -1;
}

int sc_listen(const char *address, int *port, char *err, size_t err_n)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
    struct addrinfo *ai = NULL;
    char service[16];
    int fd;

    snprintf(service, sizeof service, "%d", *port);
    if (strcmp(address, "localhost") == 0)
        address = "127.0.0.1";
    if (getaddrinfo(address, service, &hints, &ai) != 0) {
        snprintf(err, err_n, "'%s' is not a numeric address", address);
        return -1;
    }
    fd = open_listener(ai);
    freeaddrinfo(ai);
    if (fd < 0)
        snprintf(err, err_n, "cannot listen on %s port %d: %s", address, *port, strerror(errno));
    else
        *port = port_of(fd);
    return fd;
}
