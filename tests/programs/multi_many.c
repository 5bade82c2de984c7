/*
 * multi_many.c - many transfers at once: adds COUNT to a multi, and polls until all have ended.
 *
 *     multi_many URL COUNT
 *
 * prints how many went well, and on stderr how long it took, the processor time and the turns.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static double seconds(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int read_messages(CURLM *multi)
{
    int left, good = 0;
    CURLMsg *m;

    while ((m = curl_multi_info_read(multi, &left)) != NULL) {
        CURL *easy = m->easy_handle;
        long status = 0;

        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
        good += m->data.result == CURLE_OK && status == 200;
        curl_multi_remove_handle(multi, easy);
        curl_easy_cleanup(easy);
    }
    return good;
}

int main(int argc, char **argv)
{
    int count = argc > 2 ? atoi(argv[2]) : 1, running = 1, good = 0, turns = 0, i;
    double wall, cpu;
    CURLM *multi;

    if (argc < 3)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    curl_multi_setopt(multi, CURLMOPT_MAX_HOST_CONNECTIONS, 20L);
    for (i = 0; i < count; i++) {
        CURL *easy = curl_easy_init();

        curl_easy_setopt(easy, CURLOPT_URL, argv[1]);
        curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, sink);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, "{\"model\":\"gpt-4o\",\"messages\":[]}");
        curl_multi_add_handle(multi, easy);
    }
    wall = seconds(CLOCK_MONOTONIC);
    cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
    while (running) {
        curl_multi_perform(multi, &running);
        good += read_messages(multi);
        turns++;
        if (running)
            curl_multi_poll(multi, NULL, 0, 60000, NULL);
    }
    fprintf(stderr, "%.3f s, %.3f s of processor time, %d turns\n", seconds(CLOCK_MONOTONIC) - wall,
            seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu, turns);
    printf("%d of %d\n", good, count);
    curl_multi_cleanup(multi);
    return 0;
}
