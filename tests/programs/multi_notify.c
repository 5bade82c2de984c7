/*
 * multi_notify.c - a program that libcurl tells of the end of its transfers (8.17 and later).
 *
 *     multi_notify URL COUNT
 *
 * COUNT transfers at first, and as many again added from inside the callback, which reads messages
 * nowhere else. Prints how each has ended, and ends with 77 where libcurl cannot notify.
 */
#include <curl/curl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { MOST = 32, PATIENCE_S = 120, INFO_READ = 0, EASY_DONE = 1 };
enum { FUNCTION = CURLOPTTYPE_FUNCTIONPOINT + 18, DATA = CURLOPTTYPE_OBJECTPOINT + 19 };
enum { XFERS_CURRENT = 1, XFERS_RUNNING = 2, XFERS_DONE = 4, XFERS_ADDED = 5 };

static CURL *jobs[MOST];
static CURLcode results[MOST];
static long statuses[MOST];
static int told[MOST], all_told, n_jobs, n_read, count, news, running;
static size_t bytes[MOST];
static const char *url;
static CURLMcode (*function)(CURLM *, unsigned);
static CURLMcode (*get_offt)(CURLM *, int, curl_off_t *);
static CURL **(*get_handles)(CURLM *);

#define CHECK(it)                                           \
    do {                                                    \
        if (!(it)) {                                        \
            printf("line %d: not so: %s\n", __LINE__, #it); \
            exit(1);                                        \
        }                                                   \
    } while (0)

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    *(size_t *)arg += size * n;
    return size * n;
}

static void add(CURLM *multi)
{
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &bytes[n_jobs]);
    jobs[n_jobs++] = easy;
    CHECK(curl_multi_add_handle(multi, easy) == CURLM_OK);
}

static int number_of(const CURL *easy)
{
    int i;

    for (i = 0; i < n_jobs && jobs[i] != easy; i++)
        ;
    return i;
}

static void read_all(CURLM *multi)
{
    CURLMsg *message;
    int left;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        CURL *easy = message->easy_handle;
        int i = number_of(easy);

        CHECK(message->msg == CURLMSG_DONE && i < n_jobs);
        CHECK(told[i] <= 1); /* none comes once the handle has left */
        results[i] = message->data.result;
        curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &statuses[i]);
        CHECK(curl_multi_remove_handle(multi, easy) == CURLM_OK);
        n_read++;
        if (n_jobs < 2 * count)
            add(multi);
    }
}

static void on_notify(CURLM *multi, unsigned type, CURL *easy, void *arg)
{
    int unused, i;

    CHECK(arg == &news);
    CHECK(curl_multi_perform(multi, &unused) == CURLM_RECURSIVE_API_CALL);
    CHECK(curl_multi_cleanup(multi) == CURLM_RECURSIVE_API_CALL);
    if (type == INFO_READ) {
        news++;
        read_all(multi);
    } else if (type == EASY_DONE && (i = number_of(easy)) < n_jobs) {
        told[i]++;
        all_told++;
    }
}

static long number(CURLM *multi, int which)
{
    curl_off_t n = -1;

    CHECK(get_offt(multi, which, &n) == CURLM_OK);
    return (long)n;
}

static int handles(CURLM *multi)
{
    CURL **all = get_handles(multi);
    int n = 0;

    CHECK(all);
    while (all[n])
        CHECK(number_of(all[n++]) < n_jobs);
    curl_free(all);
    return n;
}

static void turns(CURLM *multi)
{
    time_t start = time(NULL);

    do {
        CHECK(curl_multi_perform(multi, &running) == CURLM_OK);
        CHECK(running == n_jobs - n_read);
        CHECK(number(multi, XFERS_CURRENT) == n_jobs - n_read);
        CHECK(number(multi, XFERS_ADDED) == n_jobs);
        CHECK(number(multi, XFERS_DONE) == 0);
        CHECK(number(multi, XFERS_RUNNING) <= running);
        CHECK(handles(multi) == n_jobs - n_read);
        if (running > 0)
            CHECK(curl_multi_poll(multi, NULL, 0, 1000, NULL) == CURLM_OK);
        CHECK(time(NULL) - start < PATIENCE_S);
    } while (running > 0);
}

int main(int argc, char **argv)
{
    CURLM *multi;
    int i;

    if (argc != 3 || (count = atoi(argv[2])) < 1 || 2 * count > MOST)
        return 2;
    url = argv[1];
    *(void **)(void *)&function = dlsym(RTLD_DEFAULT, "curl_multi_notify_enable");
    *(void **)(void *)&get_offt = dlsym(RTLD_DEFAULT, "curl_multi_get_offt");
    *(void **)(void *)&get_handles = dlsym(RTLD_DEFAULT, "curl_multi_get_handles");
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    if (curl_multi_setopt(multi, (CURLMoption)FUNCTION, on_notify) != CURLM_OK || !function)
        return 77;
    CHECK(curl_multi_setopt(multi, (CURLMoption)DATA, &news) == CURLM_OK);
    CHECK(function(multi, INFO_READ) == CURLM_OK && function(multi, EASY_DONE) == CURLM_OK);
    CHECK(function(multi, 31) == CURLM_UNKNOWN_OPTION);
    for (i = 0; i < count; i++)
        add(multi);
    turns(multi);
    CHECK(n_read == 2 * count && news > 0 && all_told > 0);
    for (i = 0; i < n_jobs; i++) {
        printf("%d: result %d, status %ld, %zu bytes\n", i, results[i], statuses[i], bytes[i]);
        curl_easy_cleanup(jobs[i]);
    }
    CHECK(curl_multi_cleanup(multi) == CURLM_OK);
    curl_global_cleanup();
    return 0;
}
