/*
 * bodies.c - what a program may do with a request that is changed before it is sent:
 *
 *     bodies copied URL OTHER BODY      a copy without a size, asked once more at OTHER
 *     bodies anew URL OTHER BODY        two calls at once; the second gets another body while it
 *                                       waits for the first
 *     bodies refused URL OTHER BODY     refuses the answer at each of its pieces in turn; prints
 *                                       how often it was called after that
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static void copied(CURL *c, const char *other, const char *body)
{
    char copy[512];

    snprintf(copy, sizeof copy, "%s", body);
    curl_easy_setopt(c, CURLOPT_COPYPOSTFIELDS, copy);
    memset(copy, 'x', sizeof copy);
    printf("%d\n", curl_easy_perform(c));
    curl_easy_setopt(c, CURLOPT_URL, other);
    printf("%d\n", curl_easy_perform(c));
}

static void anew(CURL *c, const char *body)
{
    CURLM *multi = curl_multi_init();
    CURL *waits = curl_easy_duphandle(c);
    char first[512], second[512];
    int running = 0;

    snprintf(first, sizeof first, "%s", body);
    snprintf(second, sizeof second, "{\"user\":\"second\",%s", body + 1);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(waits, CURLOPT_POSTFIELDS, first);
    curl_multi_add_handle(multi, c);
    curl_multi_add_handle(multi, waits);
    curl_multi_perform(multi, &running);
    curl_easy_setopt(waits, CURLOPT_POSTFIELDS, second);
    memset(first, 'x', sizeof first - 1);
    while (running > 0 && curl_multi_wait(multi, NULL, 0, 1000, NULL) == CURLM_OK)
        curl_multi_perform(multi, &running);
    curl_multi_remove_handle(multi, waits);
    curl_multi_remove_handle(multi, c);
    curl_easy_cleanup(waits);
    curl_multi_cleanup(multi);
}

static int left, later;

static size_t refuse(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    later += left < 0;
    return left-- > 0 ? size * n : 0;
}

static void refused(CURL *c, const char *body)
{
    int pieces;

    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, refuse);
    for (pieces = 0; pieces < 1000; pieces++) {
        left = pieces;
        if (curl_easy_perform(c) == CURLE_OK)
            break;
    }
    printf("%s refusals, %d calls after them\n", pieces > 10 ? "many" : "few", later);
}

int main(int argc, char **argv)
{
    CURL *c = curl_easy_init();

    if (argc != 5)
        return 2;
    curl_easy_setopt(c, CURLOPT_URL, argv[2]);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, sink);
    if (strcmp(argv[1], "copied") == 0)
        copied(c, argv[3], argv[4]);
    else if (strcmp(argv[1], "anew") == 0)
        anew(c, argv[4]);
    else
        refused(c, argv[4]);
    curl_easy_cleanup(c);
    return 0;
}
