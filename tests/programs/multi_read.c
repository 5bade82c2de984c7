/*
 * multi_read.c - a program that reads a multi's messages inside the callbacks of its transfers.
 *
 *     multi_read URL SLOW_URL PLAIN_URL
 *
 * Three transfers; that of SLOW_URL stays until the other two have ended, and its progress callback
 * has been called a few times more. Prints where the program got each message: libcurl 8.22 and
 * later give them in callbacks, too, older ones do not.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

enum { FAST, SLOW, PLAIN, COUNT, LOOKS = 20 };

static const char *const names[COUNT] = {"fast", "slow", "plain"};
static CURLM *multi;
static CURL *easy[COUNT];
static size_t bytes[COUNT];
static int looks;

static void read_all(const char *where)
{
    CURLMsg *message;
    int left = -1, i;
    long status;

    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        for (i = 0; i < COUNT && easy[i] != message->easy_handle; i++)
            ;
        if (i == COUNT || message->msg != CURLMSG_DONE || left < 0)
            exit(3);
        curl_easy_getinfo(easy[i], CURLINFO_RESPONSE_CODE, &status);
        printf("%s: %s, result %d, status %ld, %zu bytes\n", names[i], where, message->data.result,
               status, bytes[i]);
    }
    if (left != 0)
        exit(4);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    *(size_t *)arg += size * n;
    read_all("in a callback"); /* what has ended until now, never this one */
    return size * n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    read_all("in a callback");
    if (bytes[FAST] > 0 && bytes[PLAIN] > 0)
        looks++;
    return looks > LOOKS;
}

int main(int argc, char **argv)
{
    int i, running = 1;

    if (argc != 1 + COUNT)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    for (i = 0; i < COUNT; i++) {
        easy[i] = curl_easy_init();
        curl_easy_setopt(easy[i], CURLOPT_URL, argv[1 + i]);
        curl_easy_setopt(easy[i], CURLOPT_WRITEFUNCTION, on_body);
        curl_easy_setopt(easy[i], CURLOPT_WRITEDATA, &bytes[i]);
        if (i == SLOW) {
            curl_easy_setopt(easy[i], CURLOPT_NOPROGRESS, 0L);
            curl_easy_setopt(easy[i], CURLOPT_XFERINFOFUNCTION, on_progress);
        }
        curl_multi_add_handle(multi, easy[i]);
    }
    while (running && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running)
            curl_multi_poll(multi, NULL, 0, 20, NULL);
    read_all("after the turn");
    for (i = 0; i < COUNT; i++) {
        curl_multi_remove_handle(multi, easy[i]);
        curl_easy_cleanup(easy[i]);
    }
    curl_multi_cleanup(multi);
    curl_global_cleanup();
    return 0;
}
