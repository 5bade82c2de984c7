#include "mock/net.h"

#include <errno.h>
#include <linux/sockios.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"
#include "mock/buf.h"

static int port_of(int fd)
{
    struct sockaddr_storage a;
    socklen_t n = sizeof a;
    char service[16] = "";
    int64_t port = 0;
    if (getsockname(fd, (struct sockaddr *)&a, &n) == 0 &&
        getnameinfo((struct sockaddr *)&a, n, NULL, 0, service, sizeof service, NI_NUMERICSERV) ==
            0)
        sc_mock_parse_number(service, 65535, &port);
    return (int)port;
}

static int open_listener(const struct addrinfo *ai)
{
    int one = 1;
    int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, ai->ai_addr, ai->ai_addrlen) == 0 && listen(fd, 1024) == 0)
        return fd;
    int saved = errno;
    close(fd);
    errno = saved;
    return -1;
}

int sc_mock_listen(const char *address, int *port, char *err, size_t err_n)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_PASSIVE};
    struct addrinfo *ai = NULL;
    char service[16];
    snprintf(service, sizeof service, "%d", *port);
    if (strcmp(address, "localhost") == 0)
        address = "127.0.0.1";
    if (getaddrinfo(address, service, &hints, &ai) != 0) {
        snprintf(err, err_n, "'%s' is not a numeric address", address);
        return -1;
    }
    int fd = open_listener(ai);
    freeaddrinfo(ai);
    if (fd < 0)
        snprintf(err, err_n, "cannot listen on %s port %d: %s", address, *port, strerror(errno));
    else
        *port = port_of(fd);
    return fd;
}

/* Disconnecting a TCP socket this way makes Linux send a RST at once. SO_LINGER 0 would need
 * close(), but the descriptor is the HTTP library's, which first shuts it down politely: the client
 * would see a FIN. */
void sc_mock_reset_connection(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int ignored = connect(fd, &none, sizeof none);
    (void)ignored;
}

void sc_mock_flush_connection(int fd)
{
    int left = 0;
    for (int i = 0; i < 2000; i++) {
        if (ioctl(fd, SIOCOUTQ, &left) != 0 || left == 0)
            return;
        nanosleep(&(struct timespec){.tv_nsec = SC_NS_PER_MS}, NULL);
    }
}

int64_t sc_mock_now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

int64_t sc_mock_now_ms(void)
{
    return sc_mock_now_ns() / SC_NS_PER_MS;
}

enum sc_mock_wait sc_mock_pause(int stop_fd, int fd, int64_t ms, bool watch_peer)
{
    int64_t end = ms < 0 ? INT64_MAX : sc_mock_now_ms() + ms;
    for (;;) {
        struct pollfd p[2] = {{.fd = stop_fd, .events = POLLIN},
                              {.fd = watch_peer ? fd : -1, .events = POLLRDHUP}};
        int64_t left = ms < 0 ? 60000 : end - sc_mock_now_ms();
        if (left <= 0)
            return SC_MOCK_WAITED;
        poll(p, 2, left > 60000 ? 60000 : (int)left);
        if (p[0].revents)
            return SC_MOCK_STOPPED;
        if (p[1].revents)
            return SC_MOCK_GONE;
    }
}
