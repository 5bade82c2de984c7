/* cancel_load.c - calls of threads that are being cancelled while they load the policy and open the
 * state: cancel_load URL POLICY...  Before each call the next policy takes the place of the last;
 * each second call is such a thread's. Prints the status of the last of the others. */
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const char *url;

static size_t ignore(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)arg;
    return size * n;
}

static long call(void)
{
    CURL *h = curl_easy_init();
    long status = 0;

    curl_easy_setopt(h, CURLOPT_URL, url);
    curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, ignore);
    curl_easy_perform(h);
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(h);
    return status;
}

/* The request is pending all the while: the first cancellation point takes it. */
static void *cancelled(void *arg)
{
    pthread_cancel(pthread_self());
    call();
    return arg;
}

int main(int argc, char **argv)
{
    pthread_t t;
    long status = 0;

    if (argc < 3)
        return 2;
    url = argv[1];
    curl_global_init(CURL_GLOBAL_ALL);
    for (int i = 2; i < argc; i++) {
        if (rename(argv[i], getenv("STEADYCURL_POLICY")) != 0)
            return 3;
        usleep(100000); /* the policy is looked at no more often than that */
        if (i % 2 == 0)
            status = call();
        else if (pthread_create(&t, NULL, cancelled, NULL) != 0 || pthread_join(t, NULL) != 0)
            return 4;
    }
    printf("%ld\n", status);
    return 0;
}
