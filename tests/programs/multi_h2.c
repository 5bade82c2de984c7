/*
 * multi_h2.c - transfers that share one HTTP/2 connection, with a push callback:
 *
 *     [CONNECT_TO=HOST:PORT:HOST:PORT] multi_h2 COUNT URL [POST]
 *
 * Prints what each gave, the connections that were made, and what was pushed.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST = 16, PUSHED = 4 };

struct job {
    CURL *easy;
    size_t n;
    unsigned hash;
    int headers;
    CURLcode result;
};

static struct curl_slist *connect_to;
static struct job jobs[MOST], pushed[PUSHED];
static int n_pushed;

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    for (size_t i = 0; i < size * n; i++)
        j->hash = j->hash * 33 + (unsigned char)p[i];
    j->n += size * n;
    return size * n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    ((struct job *)arg)->headers++;
    return size * n;
}

static void prepare(struct job *j, const char *url, const char *post)
{
    j->easy = curl_easy_init();
    curl_easy_setopt(j->easy, CURLOPT_URL, url);
    curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, post);
    if (!post)
        curl_easy_setopt(j->easy, CURLOPT_HTTPGET, 1L);
    curl_easy_setopt(j->easy, CURLOPT_SSL_VERIFYPEER, 0L);
    curl_easy_setopt(j->easy, CURLOPT_SSL_VERIFYHOST, 0L);
    curl_easy_setopt(j->easy, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_2TLS);
    curl_easy_setopt(j->easy, CURLOPT_PIPEWAIT, 1L);
    curl_easy_setopt(j->easy, CURLOPT_CONNECT_TO, connect_to);
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
}

/* The copy has the parent's options, and so its sinks. libcurl 7.88 crashes on the first bytes of a
 * pushed stream that come together with its promise: there the program accepts none. */
static int on_push(CURL *parent, CURL *easy, size_t n, struct curl_pushheaders *headers, void *arg)
{
    struct job *j, *of = NULL;

    (void)arg;
    curl_easy_getinfo(parent, CURLINFO_PRIVATE, &of);
    printf("%ld pushes %s with %zu headers\n", (long)(of - jobs),
           curl_pushheader_byname(headers, ":path"), n);
    if (n_pushed == PUSHED || curl_version_info(CURLVERSION_NOW)->version_num < 0x080200)
        return CURL_PUSH_DENY;
    j = &pushed[n_pushed++];
    j->easy = easy;
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, j);
    curl_easy_setopt(easy, CURLOPT_PRIVATE, j);
    return CURL_PUSH_OK;
}

static void show(CURLM *multi, struct job *j)
{
    long status = 0, version = 0;

    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(j->easy, CURLINFO_HTTP_VERSION, &version);
    printf("result %d, status %ld, HTTP version %ld, %d header lines, %zu bytes %08x, remove %d\n",
           j->result, status, version, j->headers, j->n, j->hash,
           curl_multi_remove_handle(multi, j->easy));
}

int main(int argc, char **argv)
{
    int count, i, running, left;
    long made = 0, all = 0;
    CURLM *multi;
    CURLMsg *m;

    if (argc < 3 || (count = atoi(argv[1])) < 1 || count > MOST)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    if (getenv("CONNECT_TO"))
        connect_to = curl_slist_append(NULL, getenv("CONNECT_TO"));
    curl_multi_setopt(multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(multi, CURLMOPT_PUSHFUNCTION, on_push);
    for (i = 0; i < count; i++) {
        prepare(&jobs[i], argv[2], argc > 3 ? argv[3] : NULL);
        curl_multi_add_handle(multi, jobs[i].easy);
    }
    do {
        curl_multi_perform(multi, &running);
        if (running)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
    } while (running);
    while ((m = curl_multi_info_read(multi, &left)) != NULL) {
        struct job *j = NULL;

        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
        curl_easy_getinfo(m->easy_handle, CURLINFO_NUM_CONNECTS, &made);
        j->result = m->data.result;
        all += made;
    }
    for (i = 0; i < count; i++)
        show(multi, &jobs[i]);
    for (i = 0; i < n_pushed; i++)
        show(multi, &pushed[i]);
    printf("%ld connections\n", all);
    for (i = 0; i < count; i++)
        curl_easy_cleanup(jobs[i].easy);
    for (i = 0; i < n_pushed; i++)
        curl_easy_cleanup(pushed[i].easy);
    printf("cleanup %d\n", curl_multi_cleanup(multi));
    return 0;
}
