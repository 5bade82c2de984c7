/*
 * server.c - the server itself: one thread and one poll over its sockets, the log's growth and what
 * other commands say; see serve.h.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/listen.h"
#include "base/now.h"
#include "serve/inside.h"

enum {
    TICK_MS = 250,
    FIRST_LOOK = 4 << 20, /* bytes of the log */
    CONNECTIONS_MAX = 256,
    MEMORY_EACH = 32 << 10,
    IDLE_S = 30,
    POLLS_MAX = 16
};

bool sc_serve_is_local(const char *bind)
{
    struct in6_addr six;
    struct in_addr four;

    if (inet_pton(AF_INET, bind, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return strcmp(bind, "localhost") == 0 ||
           (inet_pton(AF_INET6, bind, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six));
}

/* ---- requests ------------------------------------------------------------------------------- */

static enum MHD_Result handle(void *cls, struct MHD_Connection *c, const char *path,
                              const char *method, const char *version, const char *data,
                              size_t *data_n, void **request)
{
    struct sc_serve *s = cls;
    enum MHD_Result result;

    (void)version;
    (void)data;
    if (s->ends)
        return MHD_NO;
    if (!*request) { /* the headers are there */
        *request = s;
        return MHD_YES;
    }
    if (*data_n > 0) { /* a body that nobody reads */
        *data_n = 0;
        return MHD_YES;
    }
    if (sc_ask_answer(s, c, &result) || !sc_guard(s, c, method, path, &result))
        return result;
    return sc_route(s, c, path);
}

static void ended(void *cls, struct MHD_Connection *c, void **request,
                  enum MHD_RequestTerminationCode code)
{
    (void)request;
    (void)code;
    sc_ask_forget(cls, c);
}

static bool begin(struct sc_serve *s, int *port, char *why, size_t n)
{
    int listener = sc_listen(s->config->bind, port, why, n);

    if (listener < 0)
        return false;
    s->calls = sc_calls_new();
    s->daemon =
        !s->calls
            ? NULL
            : MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, handle, s,
                               MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT,
                               (unsigned)CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                               (size_t)MEMORY_EACH, MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_S,
                               MHD_OPTION_NOTIFY_COMPLETED, ended, s, MHD_OPTION_END);
    if (s->daemon)
        return true;
    close(listener);
    snprintf(why, n, "the HTTP server does not start");
    return false;
}

static bool write_port(const char *path, int port)
{
    FILE *f = fopen(path, "we");

    return f && fprintf(f, "%d\n", port) > 0 && fclose(f) == 0;
}

/* Until the next tick, or until the server wants to be run. */
static int patience(struct sc_serve *s, int64_t next_ms)
{
    MHD_UNSIGNED_LONG_LONG wants;
    int64_t ms = next_ms - sc_monotonic_ms();

    if (MHD_get_timeout(s->daemon, &wants) == MHD_YES && (int64_t)wants < ms)
        ms = (int64_t)wants;
    return ms < 0 ? 0 : (int)ms;
}

static void run(struct sc_serve *s, int signals)
{
    const union MHD_DaemonInfo *epoll = MHD_get_daemon_info(s->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    int64_t next_ms = 0;

    for (;;) {
        struct pollfd p[POLLS_MAX] = {{.fd = epoll->epoll_fd, .events = POLLIN},
                                      {.fd = signals, .events = POLLIN}};
        size_t n = 2 + sc_ask_polls(s, p + 2, POLLS_MAX - 2);

        poll(p, n, patience(s, next_ms));
        if (p[1].revents)
            return;
        sc_ask_go_on(s);
        MHD_run(s->daemon);
        if (sc_monotonic_ms() < next_ms)
            continue;
        next_ms = sc_monotonic_ms() + TICK_MS;
        if (s->viewers)
            sc_serve_look(s);
        sc_events_tell(s);
        MHD_run(s->daemon);
    }
}

/* The library does not stop with connections that are suspended. */
static void end(struct sc_serve *s)
{
    s->ends = true;
    sc_ask_wake_all(s);
    sc_events_wake_all(s);
    MHD_run(s->daemon);
    MHD_stop_daemon(s->daemon);
    sc_log_tail_close(&s->tail);
    sc_calls_free(s->calls);
    free(s->view.scopes);
}

/* SIGPIPE is that of a viewer who left; the others end the server, between two requests. */
static int catch_signals(void)
{
    sigset_t set;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

int sc_serve(const struct sc_serve_config *config, char *why, size_t n)
{
    static struct sc_serve s;
    int port = config->port, signals;

    s.config = config;
    if (!sc_state_view_open(&s.view, config->state)) {
        snprintf(why, n, "no state folder can be named");
        return 1;
    }
    signals = catch_signals();
    if (!begin(&s, &port, why, n))
        return 1;
    if (config->log[0])
        sc_log_tail_open(&s.tail, config->log, FIRST_LOOK);
    sc_serve_look(&s);
    if (config->port_file && !write_port(config->port_file, port)) {
        snprintf(why, n, "%s: %s", config->port_file, strerror(errno));
        return 1;
    }
    if (!config->quiet) {
        printf(strchr(config->bind, ':') ? "http://[%s]:%d/\n" : "http://%s:%d/\n", config->bind,
               port);
        fflush(stdout);
    }
    run(&s, signals);
    end(&s);
    return 0;
}
