#include "mock/net.h"

#include <linux/sockios.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/time.h"

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
