/*
 * record_sockets.c - a program on curl_multi_socket_action and epoll, that tells what its socket
 * and timer callbacks are told:
 *
 *     record_sockets URL...
 *
 * One transfer after the other. What depends on the machine's mood is left out: how often a timer
 * is set to the same, how long exactly, and the numbers of sockets.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

enum { MOST = 8, SOCKETS = 64 };

static CURLM *the_multi;
static int epoll_fd, running;
static long timer_ms = -1;
static const char *last_timer = "";
static int names[SOCKETS], n_names; /* sockets in the order of their coming */
static int private_data;

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

/* libcurl's timers: at once, soon (happy eyeballs, Expect), later (timeouts); none. */
static const char *kind_of(long ms)
{
    if (ms < 0)
        return "none";
    return ms <= 5 ? "now" : ms <= 1500 ? "soon" : "later";
}

static int on_timer(CURLM *multi, long ms, void *arg)
{
    const char *kind = kind_of(ms);

    (void)multi;
    if (arg != &private_data)
        printf("  timer of another\n");
    timer_ms = ms;
    if (strcmp(kind, last_timer) != 0)
        printf("  timer %s\n", kind);
    last_timer = kind;
    return 0;
}

static int name_of(curl_socket_t s)
{
    int i;

    for (i = 0; i < n_names; i++)
        if (names[i] == s)
            return i;
    if (n_names < SOCKETS)
        names[n_names++] = s;
    return i;
}

static int on_socket(CURL *easy, curl_socket_t s, int what, void *arg, void *mine)
{
    static const char *const kinds[] = {"none", "in", "out", "in and out", "remove"};
    struct epoll_event e = {.data.fd = s};
    int name = name_of(s);

    (void)easy;
    printf("  socket %d %s%s%s\n", name, kinds[what], mine ? ", known" : "",
           arg == &private_data ? "" : ", of another");
    if (what & CURL_POLL_IN)
        e.events |= EPOLLIN;
    if (what & CURL_POLL_OUT)
        e.events |= EPOLLOUT;
    if (what == CURL_POLL_REMOVE)
        names[name] = -1;
    if (what == CURL_POLL_REMOVE)
        epoll_ctl(epoll_fd, EPOLL_CTL_DEL, s, NULL);
    else if (epoll_ctl(epoll_fd, EPOLL_CTL_MOD, s, &e) != 0)
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, s, &e);
    if (what != CURL_POLL_REMOVE && !mine)
        curl_multi_assign(the_multi, s, &names[name]);
    return 0;
}

static void act(CURLM *multi, curl_socket_t s, int events)
{
    CURLMsg *m;
    int left;

    if (curl_multi_socket_action(multi, s, events, &running) != CURLM_OK)
        printf("  action failed\n");
    while ((m = curl_multi_info_read(multi, &left)) != NULL) {
        char *url = NULL;

        curl_easy_getinfo(m->easy_handle, CURLINFO_EFFECTIVE_URL, &url);
        printf("  done %s: %d\n", strchr(url + 8, '/'), m->data.result);
    }
}

static void run(CURLM *multi)
{
    struct epoll_event e[8];

    do {
        int n = epoll_wait(epoll_fd, e, 8, timer_ms < 0 ? 5000 : (int)timer_ms);

        if (n > 0)
            usleep(5000); /* so that most often all is there that will come in this step */
        if (n == 0) {
            timer_ms = -1;
            last_timer = "";
            act(multi, CURL_SOCKET_TIMEOUT, 0);
        }
        for (int i = 0; i < n; i++)
            act(multi, e[i].data.fd,
                (e[i].events & EPOLLIN ? CURL_CSELECT_IN : 0) |
                    (e[i].events & EPOLLOUT ? CURL_CSELECT_OUT : 0));
    } while (running);
}

static CURL *begin(CURLM *multi, const char *url)
{
    CURL *c = curl_easy_init();

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, sink);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, 60000L);
    printf("  add %d\n", curl_multi_add_handle(multi, c));
    return c;
}

int main(int argc, char **argv)
{
    CURLM *multi;
    CURL *all[MOST];
    int i;

    if (argc < 2 || argc > MOST)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    multi = curl_multi_init();
    the_multi = multi;
    curl_multi_setopt(multi, CURLMOPT_SOCKETDATA, &private_data);
    curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(multi, CURLMOPT_TIMERDATA, &private_data);
    curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    for (i = 1; i < argc; i++) {
        printf("%s\n", strchr(argv[i] + 8, '/'));
        all[i] = begin(multi, argv[i]);
        running = 1;
        run(multi);
        printf("  remove %d\n", curl_multi_remove_handle(multi, all[i]));
        curl_easy_cleanup(all[i]);
    }
    printf("cleanup %d\n", curl_multi_cleanup(multi));
    return 0;
}
