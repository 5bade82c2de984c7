#include "redis/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

/* Arguments of one command; bytes of one reply. */
enum { ARGS_MAX = 4096, REPLY_MAX = 1 << 25 };

int64_t sc_redis_now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

__attribute__((format(printf, 2, 3))) static bool fail(char note[SC_REDIS_NOTE], const char *format,
                                                       ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(note, SC_REDIS_NOTE, format, args);
    va_end(args);
    return false;
}

/* ---- the descriptor ---- */

/* Low numbers are the program's: select() takes none beyond 1023, and some count on the next one
 * being the lowest. */
static int move_up(int fd)
{
    int above;

    if (fd < 0)
        return -1;
    above = fcntl(fd, F_DUPFD_CLOEXEC, SC_REDIS_ABOVE);
    close(fd);
    return above;
}

static bool is_ours(const struct sc_redis_link *l)
{
    struct stat st;

    return l->fd >= 0 && fstat(l->fd, &st) == 0 && S_ISSOCK(st.st_mode) && st.st_dev == l->dev &&
           st.st_ino == l->ino;
}

static bool wait_for(int fd, short what, int64_t deadline)
{
    struct pollfd p = {.fd = fd, .events = what};
    int64_t left;

    while ((left = deadline - sc_redis_now_ms()) > 0) {
        int n = poll(&p, 1, (int)left);

        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
    errno = ETIMEDOUT;
    return false;
}

static int connect_to(const struct sockaddr *to, socklen_t size, int64_t deadline)
{
    int fd = move_up(socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)), on = 1;
    int error = 0;
    socklen_t n = sizeof error;

    if (fd < 0)
        return -1;
    if (to->sa_family != AF_UNIX)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(fd, to, size) == 0)
        return fd;
    if (errno != EINPROGRESS)
        error = errno;
    else if (!wait_for(fd, POLLOUT, deadline))
        error = errno;
    else if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0)
        error = errno;
    if (error == 0)
        return fd;
    close(fd);
    errno = error;
    return -1;
}

static int connect_socket(const char *path, int64_t deadline)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};

    memcpy(to.sun_path, path, strlen(path) + 1);
    return connect_to((struct sockaddr *)&to, sizeof to, deadline);
}

/* All addresses of a name share the time that there is. */
static int connect_host(const struct sc_redis_url *u, int64_t deadline, char note[SC_REDIS_NOTE])
{
    struct addrinfo ask = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV}, *all = NULL;
    char port[8];
    int fd = -1, rc;

    snprintf(port, sizeof port, "%d", u->port);
    rc = getaddrinfo(u->host, port, &ask, &all);
    if (rc != 0) {
        fail(note, "%s: %s", u->host, gai_strerror(rc));
        return -1;
    }
    for (struct addrinfo *a = all; a && fd < 0; a = a->ai_next)
        fd = connect_to(a->ai_addr, a->ai_addrlen, deadline);
    rc = errno;
    freeaddrinfo(all);
    errno = rc;
    return fd;
}

static bool connect_link(struct sc_redis_link *l, const struct sc_redis_url *u, int64_t deadline,
                         char note[SC_REDIS_NOTE])
{
    struct stat st;

    note[0] = '\0';
    l->fd = u->path[0] ? connect_socket(u->path, deadline) : connect_host(u, deadline, note);
    if (l->fd < 0)
        return note[0] ? false : fail(note, "no connection: %s", strerror(errno));
    if (fstat(l->fd, &st) != 0)
        return fail(note, "no connection: %s", strerror(errno));
    l->dev = st.st_dev;
    l->ino = st.st_ino;
    return true;
}

/* ---- commands ---- */

static bool send_all(struct sc_redis_link *l, const char *p, size_t n, int64_t deadline)
{
    while (n > 0) {
        ssize_t k = send(l->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (k > 0) {
            p += k;
            n -= (size_t)k;
        } else if (errno == EAGAIN ? !wait_for(l->fd, POLLOUT, deadline) : errno != EINTR) {
            return false;
        }
    }
    return true;
}

static redisReply *receive(struct sc_redis_link *l, int64_t deadline, char note[SC_REDIS_NOTE])
{
    char bytes[16384];
    void *reply = NULL;
    size_t sum = 0;

    for (;;) {
        ssize_t k;

        if (sum > REPLY_MAX || (sum > 0 && sc_redis_now_ms() >= deadline)) {
            fail(note, "no answer in time");
            return NULL;
        }
        k = recv(l->fd, bytes, sizeof bytes, MSG_DONTWAIT);
        if (k == 0) {
            fail(note, "it has closed the connection");
            return NULL;
        }
        if (k < 0 && (errno == EAGAIN ? !wait_for(l->fd, POLLIN, deadline) : errno != EINTR)) {
            fail(note, "no answer: %s", strerror(errno));
            return NULL;
        }
        if (k < 0)
            continue;
        sum += (size_t)k;
        if (redisReaderFeed(l->reader, bytes, (size_t)k) != REDIS_OK ||
            redisReaderGetReply(l->reader, &reply) != REDIS_OK) {
            fail(note, "what it says is not of Redis");
            return NULL;
        }
        if (reply)
            return reply;
    }
}

redisReply *sc_redis_link_ask(struct sc_redis_link *l, const struct sc_redis_arg *args, size_t n,
                              int64_t deadline, char note[SC_REDIS_NOTE])
{
    const char **texts;
    size_t *sizes;
    char *command = NULL;
    int length;
    bool sent;

    if (n == 0 || n > ARGS_MAX || !(texts = malloc(n * (sizeof *texts + sizeof *sizes)))) {
        fail(note, "no memory for a command");
        return NULL;
    }
    sizes = (size_t *)(texts + n);
    for (size_t i = 0; i < n; i++) {
        texts[i] = args[i].p;
        sizes[i] = args[i].n;
    }
    length = redisFormatCommandArgv(&command, (int)n, texts, sizes);
    free(texts);
    if (length < 0) {
        fail(note, "no memory for a command");
        return NULL;
    }
    sent = send_all(l, command, (size_t)length, deadline);
    if (!sent)
        fail(note, "a command cannot be sent: %s", strerror(errno));
    redisFreeCommand(command);
    return sent ? receive(l, deadline, note) : NULL;
}

static bool demand(struct sc_redis_link *l, const struct sc_redis_arg *args, size_t n,
                   int64_t deadline, char note[SC_REDIS_NOTE])
{
    redisReply *r = sc_redis_link_ask(l, args, n, deadline, note);
    bool good = r && r->type != REDIS_REPLY_ERROR;

    if (r && !good)
        /* Its code: what follows may repeat what was asked, the password too. */
        fail(note, "it refuses: %.*s", (int)strcspn(r->str, " \r\n"), r->str);
    if (r)
        freeReplyObject(r);
    return good;
}

static struct sc_redis_arg text(const char *s)
{
    return (struct sc_redis_arg){s, strlen(s)};
}

static bool log_in(struct sc_redis_link *l, const struct sc_redis_url *u, int64_t deadline,
                   char note[SC_REDIS_NOTE])
{
    struct sc_redis_arg args[3] = {text("AUTH")};
    size_t n = 1;
    char db[16];

    if (u->password[0]) {
        if (u->user[0])
            args[n++] = text(u->user);
        args[n++] = text(u->password);
        if (!demand(l, args, n, deadline, note))
            return false;
    }
    if (u->db == 0)
        return true;
    snprintf(db, sizeof db, "%d", u->db);
    args[0] = text("SELECT");
    args[1] = text(db);
    return demand(l, args, 2, deadline, note);
}

bool sc_redis_link_open(struct sc_redis_link *l, const struct sc_redis_url *u, int64_t deadline,
                        char note[SC_REDIS_NOTE])
{
    *l = (struct sc_redis_link){.fd = -1};
    if (u->tls)
        return fail(note, SC_REDIS_NO_TLS);
    l->reader = redisReaderCreate();
    if (l->reader && connect_link(l, u, deadline, note) && log_in(l, u, deadline, note))
        return true;
    sc_redis_link_close(l);
    return false;
}

bool sc_redis_link_is_good(const struct sc_redis_link *l)
{
    struct pollfd p = {.fd = l->fd, .events = POLLIN};

    return is_ours(l) && poll(&p, 1, 0) == 0;
}

void sc_redis_link_close(struct sc_redis_link *l)
{
    if (is_ours(l))
        close(l->fd);
    if (l->reader)
        redisReaderFree(l->reader);
    *l = (struct sc_redis_link){.fd = -1};
}

void sc_redis_link_drop(struct sc_redis_link *l)
{
    if (is_ours(l))
        close(l->fd);
    l->fd = -1;
}
