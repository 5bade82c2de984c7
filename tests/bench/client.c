/*
 * client.c - what the benches time: an ordinary libcurl program.
 *
 *     client call|stream|prompt|setopt|init|first|head|idle|memory|private URL COUNT
 *
 * prints nanoseconds per operation: a call, a stream, one setopt, an init and cleanup, the first
 * call of a process (curl_easy_init to the end of its perform, COUNT ignored), the first byte of a
 * stream, a call with a prompt of 1 MB; idle prints bytes of memory per idle handle,
 * memory those that a first call leaves in the process: its heap, and pages of steadycurl's own
 * libraries that are no longer the file's; private all pages of the process that
 * are no file's.
 *
 * With BENCH_CPU in the environment the time is that of the processor, this process's alone; a
 * BENCH_HEADER goes along with each request.
 * It knows nothing of steadycurl; the same program runs with and without it.
 */
#include <curl/curl.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#undef curl_easy_setopt

static const char request[] = "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":"
                              "\"Say hello in an ordinary way.\"}]}";

static clockid_t clock_id = CLOCK_MONOTONIC;

static double now(void)
{
    struct timespec ts;

    clock_gettime(clock_id, &ts);
    return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    *(size_t *)arg += size * n;
    return size * n;
}

static CURL *handle(const char *url, size_t *total)
{
    static struct curl_slist *headers;
    const char *header = getenv("BENCH_HEADER");
    CURL *c = curl_easy_init();

    if (header && !headers)
        headers =
            curl_slist_append(curl_slist_append(NULL, "Content-Type: application/json"), header);
    if (headers)
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, request);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, sink);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, total);
    return c;
}

static int perform(const char *url, long count)
{
    size_t total = 0;
    CURL *c = handle(url, &total);
    double start;
    long i;

    if (curl_easy_perform(c) != CURLE_OK)
        return 1;
    start = now();
    for (i = 0; i < count; i++)
        if (curl_easy_perform(c) != CURLE_OK)
            return 1;
    printf("%.0f\n", (now() - start) / (double)count);
    curl_easy_cleanup(c);
    return total == 0;
}

static int prompt(const char *url, long count)
{
    enum { LENGTH = 1 << 20 };
    static const char before[] = "{\"input\":\"", after[] = "\",\"model\":\"gpt-4o\"}";
    size_t total = 0, n = sizeof before - 1, i;
    struct curl_slist *expect;
    char *body = malloc(LENGTH + 64);
    CURL *c = handle(url, &total);
    double start;
    long k;

    if (!body)
        return 1;
    memcpy(body, before, n);
    for (i = 0; i < LENGTH; i++)
        body[n++] = "An ordinary sentence, and one more. "[i % 36];
    memcpy(body + n, after, sizeof after);
    expect = curl_slist_append(NULL, "Expect:"); /* the server says no "100 Continue" */
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, expect);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    curl_easy_perform(c);
    start = now();
    for (k = 0; k < count; k++)
        if (curl_easy_perform(c) != CURLE_OK)
            return 1;
    printf("%.0f\n", (now() - start) / (double)count);
    curl_easy_cleanup(c);
    curl_slist_free_all(expect);
    free(body);
    return 0;
}

static int setopt(const char *url, long count)
{
    size_t total = 0;
    CURL *c = handle(url, &total);
    double start = now();
    long i;

    for (i = 0; i < count; i++)
        curl_easy_setopt(c, CURLOPT_WRITEDATA, &total);
    printf("%.1f\n", (now() - start) / (double)count);
    curl_easy_cleanup(c);
    return 0;
}

static int init(long count)
{
    double start = now();
    long i;

    for (i = 0; i < count; i++)
        curl_easy_cleanup(curl_easy_init());
    printf("%.0f\n", (now() - start) / (double)count);
    return 0;
}

static int first(const char *url)
{
    size_t total = 0;
    double start = now();
    CURL *c = handle(url, &total);
    CURLcode rc = curl_easy_perform(c);

    printf("%.0f\n", now() - start);
    curl_easy_cleanup(c);
    return rc != CURLE_OK;
}

static size_t first_byte(char *p, size_t size, size_t n, void *arg)
{
    double *when = arg;

    (void)p;
    if (*when == 0)
        *when = now();
    return size * n;
}

static int head(const char *url, long count)
{
    size_t total = 0;
    CURL *c = handle(url, &total);
    double sum = 0;
    long i;

    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, first_byte);
    for (i = -1; i < count; i++) {
        double when = 0, start = now();

        curl_easy_setopt(c, CURLOPT_WRITEDATA, &when);
        if (curl_easy_perform(c) != CURLE_OK)
            return 1;
        if (i >= 0)
            sum += when - start;
    }
    printf("%.0f\n", sum / (double)count);
    curl_easy_cleanup(c);
    return 0;
}

static int idle(const char *url, long count)
{
    CURL **all = calloc((size_t)count, sizeof *all);
    size_t total = 0, before;
    long i;

    if (!all)
        return 1;
    curl_easy_cleanup(handle(url, &total));
    before = mallinfo2().uordblks;
    for (i = 0; i < count; i++)
        all[i] = handle(url, &total);
    printf("%.0f\n", (double)(mallinfo2().uordblks - before) / (double)count);
    for (i = 0; i < count; i++)
        curl_easy_cleanup(all[i]);
    free(all);
    return 0;
}

/* Sum over the mappings of what a line of smaps says; of those whose name has both parts, if given.
 */
static size_t sum_of(const char *what, const char *name, const char *also)
{
    char line[512];
    size_t sum = 0;
    int counts = 0;
    FILE *f = fopen("/proc/self/smaps", "re");

    while (f && fgets(line, sizeof line, f)) {
        if (strchr(line, '-') && strchr(line, '-') < strchr(line, ' '))
            counts = name ? strstr(line, name) && strstr(line, also) : !strstr(line, "/SYSV");
        else if (counts && strncmp(line, what, strlen(what)) == 0)
            sum += strtoul(line + strlen(what), NULL, 10) * 1024;
    }
    if (f)
        fclose(f);
    return sum;
}

static int one_call(const char *url)
{
    size_t total = 0;
    CURL *c = handle(url, &total);

    if (curl_easy_perform(c) != CURLE_OK)
        return 1;
    curl_easy_cleanup(c);
    return 0;
}

/* The heap, and pages of steadycurl's own libraries that are the file's no longer. */
static int memory(const char *url)
{
    size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;

    if (one_call(url) != 0)
        return 1;
    printf("%zu\n", mallinfo2().uordblks + mallinfo2().hblkhd - before +
                        sum_of("Anonymous:", "steadycurl", ".so"));
    return 0;
}

/* All that is this process's alone: copied pages of all libraries, heap, stack. */
static int private(const char *url)
{
    if (one_call(url) != 0)
        return 1;
    printf("%zu\n", sum_of("Anonymous:", NULL, NULL));
    return 0;
}

int main(int argc, char **argv)
{
    long count;

    if (argc != 4)
        return 2;
    count = strtol(argv[3], NULL, 10);
    if (getenv("BENCH_CPU"))
        clock_id = CLOCK_PROCESS_CPUTIME_ID;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    if (strcmp(argv[1], "call") == 0 || strcmp(argv[1], "stream") == 0)
        return perform(argv[2], count);
    if (strcmp(argv[1], "setopt") == 0)
        return setopt(argv[2], count);
    if (strcmp(argv[1], "init") == 0)
        return init(count);
    if (strcmp(argv[1], "first") == 0)
        return first(argv[2]);
    if (strcmp(argv[1], "head") == 0)
        return head(argv[2], count);
    if (strcmp(argv[1], "prompt") == 0)
        return prompt(argv[2], count);
    if (strcmp(argv[1], "memory") == 0)
        return memory(argv[2]);
    if (strcmp(argv[1], "private") == 0)
        return private(argv[2]);
    if (strcmp(argv[1], "idle") == 0)
        return idle(argv[2], count);
    return 2;
}
