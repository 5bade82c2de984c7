/*
 * multi_loop.c - drives a few transfers with the multi interface, in the way that it is told:
 *
 *     multi_loop wait|poll|select|epoll URL [COUNT] [TIMEOUT_MS]
 *
 * and prints what each gave, in order: result, status, error text, and what its callbacks got.
 */
#include <curl/curl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/select.h>
#include <unistd.h>

enum { MOST = 64, ROOM = 16384 };

static const char body[] =
    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}";

struct job {
    CURL *easy;
    char got[ROOM], error[CURL_ERROR_SIZE];
    size_t n;
    int headers, done;
    CURLcode result;
};

static struct job jobs[MOST];
static int running, polls_without_end;

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    n *= size;
    if (j->n + n > ROOM)
        return 0;
    memcpy(j->got + j->n, p, n);
    j->n += n;
    return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    ((struct job *)arg)->headers++;
    return size * n;
}

static void prepare(struct job *j, const char *url, long timeout_ms)
{
    j->easy = curl_easy_init();
    j->result = (CURLcode)-1;
    curl_easy_setopt(j->easy, CURLOPT_URL, url);
    curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_ERRORBUFFER, j->error);
    curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
    curl_easy_setopt(j->easy, CURLOPT_TIMEOUT_MS, timeout_ms);
}

static void read_messages(CURLM *multi)
{
    CURLMsg *m;
    int left;

    while ((m = curl_multi_info_read(multi, &left)) != NULL) {
        struct job *j = NULL;

        curl_easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &j);
        j->done++;
        j->result = m->data.result;
        curl_multi_remove_handle(multi, j->easy);
    }
}

static void by_wait(CURLM *multi, bool poll)
{
    do {
        curl_multi_perform(multi, &running);
        read_messages(multi);
        if (running && poll)
            curl_multi_poll(multi, NULL, 0, 10000, NULL);
        else if (running)
            curl_multi_wait(multi, NULL, 0, 10000, NULL);
    } while (running);
}

static void by_select(CURLM *multi)
{
    do {
        fd_set in, out, other;
        struct timeval tv;
        long ms = -1;
        int max = -1;

        FD_ZERO(&in);
        FD_ZERO(&out);
        FD_ZERO(&other);
        curl_multi_perform(multi, &running);
        read_messages(multi);
        curl_multi_timeout(multi, &ms);
        curl_multi_fdset(multi, &in, &out, &other, &max);
        if (ms < 0)
            ms = 10000;
        tv = (struct timeval){ms / 1000, ms % 1000 * 1000};
        if (running)
            select(max + 1, &in, &out, &other, &tv);
    } while (running);
}

static int epoll_fd;
static long timer_ms = -1;

static int on_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi, (void)arg;
    timer_ms = ms;
    return 0;
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *arg, void *mine)
{
    struct epoll_event e = {.data.fd = s};

    (void)easy, (void)arg, (void)mine;
    if (what & CURL_POLL_IN)
        e.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        e.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, s, NULL);
    else if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, s, &e) != 0)
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s, &e);
    return 0;
}

static void by_epoll(CURLM *multi)
{
    struct epoll_event e[8];

    curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
    read_messages(multi);
    while (running) {
        int n = epoll_wait(epoll_fd, e, 8, timer_ms < 0 ? 10000 : (int)timer_ms), i;

        if (n == 0 && timer_ms < 0)
            polls_without_end++; /* nobody told us to come back */
        if (n == 0) {
            timer_ms = -1;
            curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running);
        }
        for (i = 0; i < n; i++)
            curl_multi_socket_action(multi, e[i].data.fd,
                                     (e[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                                         (e[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0),
                                     &running);
        read_messages(multi);
    }
}

static void show(const struct job *j)
{
    long status = -1;

    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
    printf("%d done, result %d, status %ld, error [%s], %d header lines\n%.*s\n", j->done,
           j->result, status, j->error, j->headers, (int)j->n, j->got);
}

int main(int argc, char **argv)
{
    int count = argc > 3 ? atoi(argv[3]) : 3, i;
    CURLM *multi;

    if (argc < 3 || count > MOST)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    multi = curl_multi_init();
    epoll_fd = epoll_create1(0);
    if (strcmp(argv[1], "epoll") == 0) {
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    }
    for (i = 0; i < count; i++) {
        prepare(&jobs[i], argv[2], argc > 4 ? atol(argv[4]) : 0);
        if (curl_multi_add_handle(multi, jobs[i].easy) != CURLM_OK)
            return 1;
    }
    if (strcmp(argv[1], "select") == 0)
        by_select(multi);
    else if (strcmp(argv[1], "epoll") == 0)
        by_epoll(multi);
    else
        by_wait(multi, strcmp(argv[1], "poll") == 0);
    for (i = 0; i < count; i++) {
        show(&jobs[i]);
        curl_easy_cleanup(jobs[i].easy);
    }
    printf("cleanup %d\n", curl_multi_cleanup(multi));
    if (polls_without_end)
        printf("waited for nothing %d times\n", polls_without_end);
    return 0;
}
