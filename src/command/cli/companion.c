/* companion.c - see companion.h. */
#include "cli/companion.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/folder.h"
#include "mock/server.h"

enum { POLL_MS = 50 };

/* What the companion tells, once: it serves, or why it does not. */
struct told {
    int port;
    char err[200];
};

/* ---- until the program has ended ------------------------------------------------------------- */

static int open_process(pid_t pid)
{
#ifdef SYS_pidfd_open
    return (int)syscall(SYS_pidfd_open, pid, 0);
#else
    (void)pid;
    return -1;
#endif
}

/* A kernel before 5.3 has no descriptor for a process: it is looked at again and again. */
static void await_end(pid_t pid, int fd)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    if (fd >= 0)
        while (poll(&p, 1, -1) < 0 && errno == EINTR)
            ;
    else
        while (kill(pid, 0) == 0)
            poll(NULL, 0, POLL_MS);
}

/* ---- the companion --------------------------------------------------------------------------- */

/* All but `keep`, which becomes descriptor 3. */
static int close_others(int keep)
{
    struct rlimit r;
    int null = open("/dev/null", O_RDWR), end = 1 << 16;

    for (int fd = 0; fd < 3; fd++)
        dup2(null, fd);
    dup2(keep, 3);
#ifdef SYS_close_range
    if (syscall(SYS_close_range, 4U, ~0U, 0) == 0)
        return 3;
#endif
    if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_cur < (rlim_t)end)
        end = (int)r.rlim_cur;
    for (int fd = 4; fd < end; fd++)
        close(fd);
    return 3;
}

static void tell(int fd, const struct told *t)
{
    ssize_t ignored = write(fd, t, sizeof *t);

    (void)ignored;
    close(fd);
}

static void keep_company(const struct sc_companion *c, pid_t program, int fd)
{
    struct sc_mock_config config = {.address = "127.0.0.1", .limit_burst = 1};
    struct sc_mock_server *server = NULL;
    struct told t = {.port = 0};
    int process = open_process(program);

    signal(SIGPIPE, SIG_IGN);
    if (c->mock) {
        config.plan = sc_mock_plan_new();
        sc_mock_plan_set_script(config.plan, c->script);
        server = sc_mock_server_start(&config, t.err, sizeof t.err);
        t.port = server ? sc_mock_server_port(server) : 0;
    }
    tell(fd, &t);
    if (server || !c->mock)
        await_end(program, process);
    if (c->folder)
        sc_folder_remove(c->folder);
}

/* Twice, so that it is nobody's child here; in a session of its own, so that a terminal's ^C does
 * not end it before the program. */
static void leave(const struct sc_companion *c, pid_t program, int fd)
{
    pid_t pid;

    setsid();
    pid = fork();
    if (pid != 0)
        _exit(pid < 0);
    fd = close_others(fd);
    if (chdir("/") != 0)
        _exit(1);
    keep_company(c, program, fd);
    _exit(0); /* nothing of the command's own is flushed or undone twice */
}

bool sc_companion_start(const struct sc_companion *c, int *port, char *err, size_t err_n)
{
    struct told t = {.err = "it ended at once"};
    pid_t program = getpid(), pid;
    int ends[2];

    snprintf(err, err_n, "no process can be started for it");
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        leave(c, program, ends[1]);
    close(ends[1]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    if (pid > 0 && read(ends[0], &t, sizeof t) == (ssize_t)sizeof t) {
        *port = t.port;
        t.err[c->mock && t.port == 0 ? sizeof t.err - 1 : 0] = '\0';
    }
    close(ends[0]);
    if (pid > 0)
        snprintf(err, err_n, "%s", t.err);
    return pid > 0 && !t.err[0];
}
