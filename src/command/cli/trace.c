/* trace.c - see trace.h. */
#include "cli/trace.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void become_loader(const char *loader, const char *file, int out)
{
    int null = open("/dev/null", O_RDWR);
    if (null >= 0) {
        dup2(null, STDIN_FILENO);
        dup2(null, STDERR_FILENO);
    }
    dup2(out, STDOUT_FILENO);
    unsetenv("LD_PRELOAD");
    execl(loader, loader, "--list", file, (char *)NULL);
    _exit(127);
}

/* "\tlibm.so.6 => /lib/libm.so.6 (0x...)" or "\t/lib/ld.so (0x...)": the path within. */
static char *path_in(char *line)
{
    char *arrow = strstr(line, "=> ");
    char *path = arrow ? arrow + 3 : line + strspn(line, " \t");
    char *end = strstr(path, " (0x");
    if (*path != '/' || !end)
        return NULL;
    *end = '\0';
    return path;
}

bool sc_trace_libraries(const char *loader, const char *file,
                        void (*found)(const char *path, void *arg), void *arg)
{
    int ends[2], status;
    char line[4096];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    pid_t pid = fork();
    if (pid == 0)
        become_loader(loader, file, ends[1]);
    close(ends[1]);
    FILE *f = fdopen(ends[0], "r");
    while (f && fgets(line, sizeof line, f)) {
        char *path = path_in(line);
        if (path)
            found(path, arg);
    }
    if (f)
        fclose(f);
    return pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status) &&
           WEXITSTATUS(status) == 0;
}
