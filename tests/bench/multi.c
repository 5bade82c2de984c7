/*
 * multi.c - what the benches time of the multi interface: an ordinary libcurl program.
 *
 *     multi call|turn|held URL COUNT
 *
 * call: nanoseconds of a transfer, one after the other in one multi; turn: of a curl_multi_perform
 * with one transfer under way that never gets anything to do; held: the same with COUNT transfers
 * more, which a limit is to hold back (without the library they are not added).
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#undef curl_easy_setopt

enum { TURNS = 20000 };

/* The same as the client's, so that the two interfaces can be compared. */
static const char request[] = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":"
                              "\"Say hello in an ordinary way.\"}]}";

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static CURL *handle(const char *url)
{
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, sink);
    return c;
}

static void transfer(CURLM *m, CURL *c)
{
    int running, left;

    curl_multi_add_handle(m, c);
    do {
        curl_multi_perform(m, &running);
        if (running)
            curl_multi_poll(m, NULL, 0, 1000, NULL);
    } while (running);
    while (curl_multi_info_read(m, &left))
        ;
    curl_multi_remove_handle(m, c);
}

static void calls(CURLM *m, const char *url, long count)
{
    CURL *c = handle(url);
    double start;
    long i;

    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request);
    transfer(m, c);
    start = now();
    for (i = 0; i < count; i++)
        transfer(m, c);
    printf("%.0f\n", (now() - start) / (double)count);
    curl_easy_cleanup(c);
}

/* A server that takes connections, and says nothing. */
static void listen_only(char *url, size_t size)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (bind(fd, (struct sockaddr *)&a, n) || listen(fd, 64) ||
        getsockname(fd, (struct sockaddr *)&a, &n))
        exit(1);
    snprintf(url, size, "http://127.0.0.1:%d/", ntohs(a.sin_port));
}

static void turns(CURLM *m, long count)
{
    CURL **all = calloc((size_t)count + 1, sizeof *all);
    char url[64];
    int running;
    double start;
    long i;

    if (!all)
        return;
    listen_only(url, sizeof url);
    for (i = 0; i < count; i++) {
        all[i] = handle(url);
        curl_multi_add_handle(m, all[i]);
    }
    for (i = 0; i < 200; i++)
        curl_multi_perform(m, &running);
    start = now();
    for (i = 0; i < TURNS; i++)
        curl_multi_perform(m, &running);
    printf("%.0f\n", (now() - start) / TURNS);
    for (i = 0; i < count; i++) {
        curl_multi_remove_handle(m, all[i]);
        curl_easy_cleanup(all[i]);
    }
    free(all);
}

int main(int argc, char **argv)
{
    CURLM *m;
    long count;

    if (argc != 4)
        return 2;
    count = strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    m = curl_multi_init();
    if (strcmp(argv[1], "call") == 0)
        calls(m, argv[2], count);
    else if (strcmp(argv[1], "turn") == 0)
        turns(m, 1);
    else
        turns(m, getenv("STEADYCURL_POLICY") ? count : 1);
    curl_multi_cleanup(m);
    return 0;
}
