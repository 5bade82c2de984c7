/*
 * logging.c - a program that makes calls and then does what programs do to their log.
 *
 *     logging URL STEP...
 *
 * The steps: calls N; wait (prints "ready" and goes on at a line of standard input); cleanup;
 * init (a handle anew); _exit; kill (by SIGKILL); fork (the child goes on, the parent waits for
 * it); close (all descriptors above 2); free (prints the lowest free descriptor); open (prints how
 * many are open); chroot DIR; user ID; sleep MS; forever (calls until it is killed, prints a line
 * after each).
 */
#include <curl/curl.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static CURL *easy;
static const char *url;

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)arg;
    return size * n;
}

static void init(void)
{
    easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"model\":\"m\",\"messages\":[]}");
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink);
}

static void calls(long n)
{
    for (; n > 0; n--)
        curl_easy_perform(easy);
}

static void forever(void)
{
    for (long i = 0;; i++) {
        calls(1);
        if (dprintf(1, "%ld\n", i) < 0)
            _exit(1);
    }
}

static void wait_for_line(void)
{
    char line[16];

    puts("ready");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        exit(3);
}

static int count_open(void)
{
    DIR *d = opendir("/proc/self/fd");
    int n = -1; /* the folder's own */

    while (d && readdir(d))
        n++;
    if (d)
        closedir(d);
    return n - 2;
}

static void step_alone(const char *what)
{
    int status;
    pid_t child;

    if (strcmp(what, "wait") == 0) {
        wait_for_line();
    } else if (strcmp(what, "cleanup") == 0) {
        curl_easy_cleanup(easy);
        easy = NULL;
    } else if (strcmp(what, "init") == 0) {
        init();
    } else if (strcmp(what, "_exit") == 0) {
        _exit(0);
    } else if (strcmp(what, "kill") == 0) {
        raise(SIGKILL);
    } else if (strcmp(what, "forever") == 0) {
        forever();
    } else if (strcmp(what, "fork") == 0) {
        child = fork();
        if (child > 0) {
            waitpid(child, &status, 0);
            exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
        }
    } else if (strcmp(what, "close") == 0) {
        for (int fd = 3; fd < 1024; fd++)
            close(fd);
        init();
    } else if (strcmp(what, "free") == 0) {
        int fd = dup(0);

        printf("%d\n", fd);
        close(fd);
    } else if (strcmp(what, "open") == 0) {
        printf("%d\n", count_open());
    } else {
        fprintf(stderr, "logging: what is %s?\n", what);
        exit(2);
    }
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    url = argv[1];
    init();
    for (int i = 2; i < argc; i++) {
        const char *arg = i + 1 < argc ? argv[i + 1] : "";

        if (strcmp(argv[i], "calls") == 0)
            calls(atol(arg)), i++;
        else if (strcmp(argv[i], "sleep") == 0)
            usleep((useconds_t)atol(arg) * 1000), i++;
        else if (strcmp(argv[i], "chroot") == 0) {
            if (chroot(arg) != 0 || chdir("/") != 0)
                return 4;
            i++;
        } else if (strcmp(argv[i], "user") == 0) {
            if (setuid((uid_t)atol(arg)) != 0)
                return 4;
            i++;
        } else {
            step_alone(argv[i]);
        }
    }
    return 0;
}
