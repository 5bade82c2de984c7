/*
 * fleet_load.c - one of many processes that call the same service.
 *
 *     fleet_load URL [-t THREADS] [-n CALLS] [-s SECONDS] [-b BYTES,BYTES...] [-k KEY] [-r TRIES]
 * [-q]
 *
 * Each thread makes CALLS calls (or calls until SECONDS are over) on a handle of its own, with a
 * prompt of so many bytes, in turn. -r: tries a call that failed again, as many programs do. Prints
 * a line a call: id, begin and end in microseconds, CURLcode, status, x-steadycurl; -q: only how
 * many went well. The id goes along as x-id.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZES_MAX = 16, THREADS_MAX = 64 };

static const char *url, *key;
static int threads = 1, calls = 1, tries = 1, n_sizes = 1;
static size_t sizes[SIZES_MAX] = {20};
static double seconds;
static bool quiet;
static long long ends_at;
static pthread_mutex_t sum_lock = PTHREAD_MUTEX_INITIALIZER;
static long good, all;

static long long now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * 1000000LL + t.tv_nsec / 1000;
}

static size_t swallow(char *p, size_t size, size_t n, void *data)
{
    (void)p;
    (void)data;
    return size * n;
}

static char *body_of(size_t bytes)
{
    static const char head[] =
        "{\"model\":\"gpt-4o\",\"max_tokens\":1,\"messages\":[{\"role\":\"user\",\"content\":\"";
    char *body = malloc(sizeof head + bytes + 8);
    size_t at = sizeof head - 1, i;

    memcpy(body, head, at);
    for (i = 0; i < bytes; i++)
        body[at++] = i % 5 == 4 ? ' ' : 'a';
    memcpy(body + at, "\"}]}", 5);
    return body;
}

static bool try_once(CURL *c, const char *id)
{
    struct curl_header *h = NULL;
    long long begin = now_us();
    CURLcode rc = curl_easy_perform(c);
    long status = 0;
    const char *why = "-";

    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    if (rc == CURLE_OK && curl_easy_header(c, "x-steadycurl", 0, CURLH_HEADER, -1, &h) == CURLHE_OK)
        why = h->value;
    if (!quiet)
        printf("%s %lld %lld %d %ld %s\n", id, begin, now_us(), (int)rc, status, why);
    return rc == CURLE_OK && status < 400;
}

static bool call(CURL *c, const char *id, const char *body)
{
    struct curl_slist *headers = NULL;
    char line[512];
    bool ok = false;
    int i;

    snprintf(line, sizeof line, "x-id: %s", id);
    headers = curl_slist_append(headers, line);
    headers = curl_slist_append(headers, "content-type: application/json");
    if (key) {
        snprintf(line, sizeof line, "authorization: Bearer %s", key);
        headers = curl_slist_append(headers, line);
    }
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    for (i = 0; i < tries && !ok; i++)
        ok = try_once(c, id);
    curl_slist_free_all(headers);
    return ok;
}

static void *work(void *arg)
{
    int thread = (int)(long)arg, n;
    CURL *c = curl_easy_init();
    char *body[SIZES_MAX], id[64];
    long well = 0;

    for (n = 0; n < n_sizes; n++)
        body[n] = body_of(sizes[n]);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, swallow);
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_PROXY, "");
    for (n = 0; ends_at ? now_us() < ends_at : n < calls; n++) {
        snprintf(id, sizeof id, "%d-%d-%d", (int)getpid(), thread, n);
        well += call(c, id, body[n % n_sizes]);
    }
    curl_easy_cleanup(c);
    for (int i = 0; i < n_sizes; i++)
        free(body[i]);
    pthread_mutex_lock(&sum_lock);
    good += well;
    all += n;
    pthread_mutex_unlock(&sum_lock);
    return NULL;
}

static void read_sizes(char *list)
{
    char *p;

    for (n_sizes = 0; n_sizes < SIZES_MAX && (p = strsep(&list, ",")) != NULL; n_sizes++)
        sizes[n_sizes] = (size_t)atol(p);
}

int main(int argc, char **argv)
{
    pthread_t ids[THREADS_MAX];
    int o, i;

    while ((o = getopt(argc, argv, "t:n:s:b:k:r:q")) != -1) {
        switch (o) {
        case 't':
            threads = atoi(optarg) < THREADS_MAX ? atoi(optarg) : THREADS_MAX;
            break;
        case 'n':
            calls = atoi(optarg);
            break;
        case 's':
            seconds = atof(optarg);
            break;
        case 'b':
            read_sizes(optarg);
            break;
        case 'k':
            key = optarg;
            break;
        case 'r':
            tries = atoi(optarg);
            break;
        case 'q':
            quiet = true;
            break;
        default:
            return 2;
        }
    }
    if (optind >= argc)
        return 2;
    url = argv[optind];
    setvbuf(stdout, NULL, _IOLBF, 0);
    curl_global_init(CURL_GLOBAL_DEFAULT);
    ends_at = seconds > 0 ? now_us() + (long long)(seconds * 1e6) : 0;
    for (i = 0; i < threads; i++)
        pthread_create(&ids[i], NULL, work, (void *)(long)i);
    for (i = 0; i < threads; i++)
        pthread_join(ids[i], NULL);
    if (quiet)
        printf("%ld of %ld\n", good, all);
    return 0;
}
