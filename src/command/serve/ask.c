/*
 * ask.c - what other commands say, for the page; see inside.h.
 *
 * `costs` and `explain` are asked as a person would: this very command runs, and what it prints is
 * the answer. So the page cannot say anything else than they do, and a long log does not hold up
 * the viewers.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/now.h"
#include "serve/inside.h"

enum { ASKS_MAX = 4, OUTPUT_MAX = 4 << 20, PATIENCE_MS = 60000 };

struct sc_ask {
    struct sc_ask *next;
    struct MHD_Connection *connection;
    pid_t pid;
    int fd;         /* -1: all has come */
    int complaints; /* what it wrote to standard error */
    int64_t end_ms;
    const char *type;
    char *text;
    size_t n, room;
    int status;
};

/* What it prints goes into the pipe, its complaints into a file in memory: they are the answer if
 * it says no. */
static bool start(struct sc_ask *a, char *const *argv)
{
    posix_spawn_file_actions_t actions;
    sigset_t none;
    posix_spawnattr_t attr;
    int p[2], error;

    a->complaints = memfd_create("complaints", MFD_CLOEXEC);
    if (a->complaints < 0 || pipe2(p, O_CLOEXEC) != 0)
        return false;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, p[1], 1);
    posix_spawn_file_actions_adddup2(&actions, a->complaints, 2);
    posix_spawnattr_init(&attr);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGMASK);
    error = posix_spawn(&a->pid, "/proc/self/exe", &actions, &attr, argv, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    close(p[1]);
    a->fd = p[0];
    if (error == 0 && fcntl(p[0], F_SETFL, O_NONBLOCK) == 0)
        return true;
    close(p[0]);
    return false;
}

static size_t count(const struct sc_serve *s)
{
    size_t n = 0;

    for (const struct sc_ask *a = s->asks; a; a = a->next)
        n++;
    return n;
}

enum MHD_Result sc_ask_begin(struct sc_serve *s, struct MHD_Connection *c, char *const *argv,
                             const char *type)
{
    struct sc_ask *a = count(s) < ASKS_MAX ? calloc(1, sizeof *a) : NULL;

    if (a)
        a->complaints = -1;
    if (!a || !start(a, argv)) {
        if (a && a->complaints >= 0)
            close(a->complaints);
        free(a);
        return sc_send_error(c, MHD_HTTP_SERVICE_UNAVAILABLE, "too much is asked at once",
                             "Retry-After", "1");
    }
    a->connection = c;
    a->type = type;
    a->end_ms = sc_monotonic_ms() + PATIENCE_MS;
    a->next = s->asks;
    s->asks = a;
    MHD_suspend_connection(c);
    return MHD_YES;
}

static void drop(struct sc_serve *s, struct sc_ask *a)
{
    for (struct sc_ask **at = &s->asks; *at; at = &(*at)->next)
        if (*at == a) {
            *at = a->next;
            break;
        }
    if (a->fd >= 0) {
        kill(a->pid, SIGKILL);
        close(a->fd);
        waitpid(a->pid, &a->status, 0);
    }
    close(a->complaints);
    free(a->text);
    free(a);
}

/* Why it said no. */
static void put_complaints(const struct sc_ask *a, FILE *f)
{
    char b[4096];
    ssize_t n = pread(a->complaints, b, sizeof b, 0);

    if (n > 0)
        fwrite(b, 1, (size_t)n, f);
    else
        fputs("it ended without a word, or took too long\n", f);
}

bool sc_ask_answer(struct sc_serve *s, struct MHD_Connection *c, enum MHD_Result *result)
{
    struct sc_ask *a = s->asks;
    struct sc_page p;
    bool good;

    while (a && a->connection != c)
        a = a->next;
    if (!a)
        return false;
    good = WIFEXITED(a->status) && WEXITSTATUS(a->status) == 0;
    *result = MHD_NO;
    if (sc_page_begin(&p)) {
        if (good)
            fwrite(a->text, 1, a->n, p.f);
        else
            put_complaints(a, p.f);
        *result = sc_page_send(&p, c, good ? MHD_HTTP_OK : MHD_HTTP_BAD_REQUEST,
                               good ? a->type : "text/plain; charset=utf-8");
    }
    drop(s, a);
    return true;
}

void sc_ask_forget(struct sc_serve *s, struct MHD_Connection *c)
{
    for (struct sc_ask *a = s->asks; a; a = a->next)
        if (a->connection == c) {
            drop(s, a);
            return;
        }
}

size_t sc_ask_polls(const struct sc_serve *s, struct pollfd *p, size_t n)
{
    size_t used = 0;

    for (const struct sc_ask *a = s->asks; a && used < n; a = a->next)
        if (a->fd >= 0)
            p[used++] = (struct pollfd){.fd = a->fd, .events = POLLIN};
    return used;
}

static bool make_room(struct sc_ask *a)
{
    size_t room = a->room ? a->room * 2 : 4096;
    char *more;

    if (a->n < a->room)
        return true;
    if (room > OUTPUT_MAX || !(more = realloc(a->text, room)))
        return false;
    a->text = more;
    a->room = room;
    return true;
}

/* True: nothing more will come. */
static bool read_some(struct sc_ask *a)
{
    while (make_room(a)) {
        ssize_t n = read(a->fd, a->text + a->n, a->room - a->n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return sc_monotonic_ms() >= a->end_ms;
        if (n <= 0)
            return true;
        a->n += (size_t)n;
    }
    return true;
}

void sc_ask_go_on(struct sc_serve *s)
{
    for (struct sc_ask *a = s->asks; a; a = a->next) {
        if (a->fd < 0 || !read_some(a))
            continue;
        close(a->fd);
        a->fd = -1;
        kill(a->pid, SIGKILL); /* it has closed its output, or takes too long */
        waitpid(a->pid, &a->status, 0);
        MHD_resume_connection(a->connection);
    }
}

void sc_ask_wake_all(struct sc_serve *s)
{
    while (s->asks) {
        if (s->asks->fd >= 0)
            MHD_resume_connection(s->asks->connection);
        drop(s, s->asks);
    }
}
