/* spawn.c - how long an exec of a program takes: `spawn COUNT PROGRAM ARG...` prints nanoseconds.
 */
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

int main(int argc, char **argv)
{
    long count = argc > 2 ? strtol(argv[1], NULL, 10) : 0, i;
    double start = now();

    for (i = 0; i < count; i++) {
        pid_t pid;

        if (posix_spawn(&pid, argv[2], NULL, NULL, argv + 2, environ) != 0 ||
            waitpid(pid, NULL, 0) != pid)
            return 1;
    }
    if (count < 1)
        return 2;
    printf("%.0f\n", (now() - start) / (double)count);
    return 0;
}
