/*
 * descriptors.c - a program that has no free descriptor at a bad time.
 *
 *     descriptors load|perform URL
 *
 * load: none when it makes its first handle; perform: none when it makes its first call. Then they
 * are free again, a second passes, and a handle made then asks URL. Prints the status.
 */
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MOST = 64 };

static int taken[MOST], n_taken;

static void take_all(void)
{
    while (n_taken < MOST && (taken[n_taken] = open("/dev/null", O_RDONLY)) >= 0)
        n_taken++;
}

static void free_all(void)
{
    while (n_taken > 0)
        close(taken[--n_taken]);
}

static CURLcode ask(CURL *c, const char *url, long *status)
{
    CURLcode rc;

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_NOBODY, 0L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "{\"model\":\"m\",\"messages\":[]}");
    rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, status);
    return rc;
}

int main(int argc, char **argv)
{
    struct rlimit few = {MOST - 8, MOST - 8};
    FILE *nothing = fopen("/dev/null", "w");
    long status = 0;
    CURL *c;

    if (argc != 3 || !nothing || setrlimit(RLIMIT_NOFILE, &few) != 0)
        return 2;
    if (strcmp(argv[1], "load") == 0) {
        take_all();
        c = curl_easy_init();
    } else {
        c = curl_easy_init();
        take_all();
        curl_easy_setopt(c, CURLOPT_WRITEDATA, nothing);
        if (ask(c, argv[2], &status) == CURLE_OK)
            return 1;
    }
    curl_easy_cleanup(c);
    free_all();
    sleep(2);
    c = curl_easy_init();
    curl_easy_setopt(c, CURLOPT_WRITEDATA, nothing);
    if (ask(c, argv[2], &status) != CURLE_OK)
        return 1;
    curl_easy_cleanup(c);
    printf("%ld\n", status);
    return 0;
}
