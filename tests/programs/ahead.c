/*
 * ahead.c - a read callback that jumps out of the library when it is asked for the second time, as
 * a script's error does, and then reads well: with the easy interface, and with the multi
 * interface.
 *
 *     ahead URL FILE
 */
#include <curl/curl.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static jmp_buf out;
static char body[1 << 16];
static size_t size, at;
static int calls;
static bool jumps;

static size_t drop(char *p, size_t n, size_t m, void *data)
{
    (void)p, (void)data;
    return n * m;
}

static size_t give(char *p, size_t n, size_t m, void *data)
{
    size_t k = size - at;

    (void)data;
    if (jumps && ++calls == 2)
        longjmp(out, 1);
    k = k < 500 ? k : 500;
    k = k < n * m ? k : n * m;
    memcpy(p, body + at, k);
    at += k;
    return k;
}

static void rewind_to(bool jump)
{
    jumps = jump;
    calls = 0;
    at = 0;
}

static void say(CURL *e, const char *what, int result)
{
    long code = 0;

    curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &code);
    printf("%s: %d, %ld\n", what, result, code);
}

static int finish(CURLM *m)
{
    int running = 1, left;
    CURLMsg *message;

    while (running) {
        curl_multi_perform(m, &running);
        if (running)
            curl_multi_poll(m, NULL, 0, 1000, NULL);
    }
    message = curl_multi_info_read(m, &left);
    return message ? (int)message->data.result : -1;
}

int main(int argc, char **argv)
{
    CURL *e = curl_easy_init();
    CURLM *m = curl_multi_init();
    FILE *f = argc == 3 ? fopen(argv[2], "r") : NULL;
    int running;

    if (!f)
        return 2;
    size = fread(body, 1, sizeof body, f);
    fclose(f);
    curl_easy_setopt(e, CURLOPT_URL, argv[1]);
    curl_easy_setopt(e, CURLOPT_POST, 1L);
    curl_easy_setopt(e, CURLOPT_POSTFIELDSIZE, (long)size);
    curl_easy_setopt(e, CURLOPT_READFUNCTION, give);
    curl_easy_setopt(e, CURLOPT_WRITEFUNCTION, drop);

    rewind_to(true);
    if (setjmp(out) == 0)
        say(e, "no jump", (int)curl_easy_perform(e));
    rewind_to(false);
    say(e, "easy", (int)curl_easy_perform(e));

    curl_multi_add_handle(m, e);
    rewind_to(true);
    if (setjmp(out) == 0) {
        curl_multi_perform(m, &running);
        puts("no jump");
    }
    rewind_to(false);
    printf("left: %d\n", finish(m));
    curl_multi_remove_handle(m, e);
    curl_multi_add_handle(m, e);
    say(e, "multi", finish(m));
    curl_multi_remove_handle(m, e);
    curl_easy_cleanup(e);
    curl_multi_cleanup(m);
    return 0;
}
