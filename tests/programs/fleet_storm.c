/*
 * fleet_storm.c - kills programs at random moments.
 *
 *     fleet_storm AT_ONCE KILLS MS PROGRAM [ARGUMENT...]
 *
 * Keeps AT_ONCE copies of a program running and kills one of them, SIGKILL, every MS milliseconds
 * or so, until KILLS have died that way; then the rest. Prints how many were killed and how many
 * ended by themselves.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST = 32 };

static pid_t running[MOST];
static long killed, ended;

static pid_t start(char **command)
{
    pid_t pid = fork();

    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);

        dup2(null, 1);
        dup2(null, 2);
        execvp(command[0], command);
        _exit(127);
    }
    return pid;
}

static void gather(int n, char **command)
{
    for (int i = 0; i < n; i++) {
        int status;

        if (running[i] && waitpid(running[i], &status, WNOHANG) != running[i])
            continue;
        if (running[i] && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
            killed++;
        else if (running[i])
            ended++;
        running[i] = start(command);
    }
}

int main(int argc, char **argv)
{
    int n = argc > 4 ? atoi(argv[1]) : 0;
    long kills = argc > 4 ? atol(argv[2]) : 0;
    long us = argc > 4 ? atol(argv[3]) * 2000 : 0;
    unsigned seed = 4711;

    if (n < 1 || n > MOST || us < 1)
        return 2;
    while (killed < kills) {
        long wait_us = rand_r(&seed) % us;
        struct timespec pause = {wait_us / 1000000, wait_us % 1000000 * 1000};

        gather(n, argv + 4);
        nanosleep(&pause, NULL);
        kill(running[rand_r(&seed) % (unsigned)n], SIGKILL);
    }
    for (int i = 0; i < n; i++) {
        kill(running[i], SIGKILL);
        waitpid(running[i], NULL, 0);
    }
    printf("%ld killed, %ld ended\n", killed, ended);
    return 0;
}
