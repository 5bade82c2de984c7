/*
 * pauses.c - a program that pauses and goes on while its call is between two attempts.
 *
 *     pauses easy|multi|sockets CASE URL [SECONDS]
 *
 * What tells it that an attempt has ended is its connection, closed. CASE:
 *
 *     wait    pauses after the first attempt, goes on a moment later
 *     across  pauses after the first attempt, goes on after the second
 *     later   pauses after the first attempt, goes on when the last one is under way
 *     upload  its read callback pauses; it goes on a moment after the first attempt
 *     long    pauses as soon as there is a connection, goes on after so many seconds
 *
 * All of curl_easy_pause's answers must be CURLE_OK, and while it pauses nothing may come, or be
 * asked for.
 */
#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define UPLOADED "0123456789abcdef"

enum { PATIENCE_S = 120, SOCKETS = 16, PAUSED_CALLS = 2 };

static CURL *easy;
static const char *mode, *what;
static int opened, closed, ticks;
static long long_s;
static bool paused, was_paused;
static size_t body, sent;

#define CHECK(it)                                           \
    do {                                                    \
        if (!(it)) {                                        \
            printf("line %d: not so: %s\n", __LINE__, #it); \
            fflush(stdout);                                 \
            _exit(1);                                       \
        }                                                   \
    } while (0)

static void set_paused(bool on)
{
    bool uploads = strcmp(what, "upload") == 0;

    paused = on;
    was_paused = true;
    ticks = 0;
    CHECK(curl_easy_pause(easy, !on       ? CURLPAUSE_CONT
                                : uploads ? CURLPAUSE_SEND
                                          : CURLPAUSE_RECV) == CURLE_OK);
}

static void pause_long(void)
{
    static time_t since;

    if (!was_paused && opened > 0 && curl_easy_pause(easy, CURLPAUSE_RECV) == CURLE_OK) {
        paused = was_paused = true;
        since = time(NULL);
    } else if (paused && time(NULL) - since > long_s) {
        set_paused(false);
    }
}

/* What the program's own loop, or its progress callback, does again and again. */
static void look(void)
{
    bool goes_on = strcmp(what, "across") == 0  ? closed >= 2
                   : strcmp(what, "later") == 0 ? opened >= 3 && ++ticks > PAUSED_CALLS
                                                : closed >= 1 && ++ticks > PAUSED_CALLS;

    if (strcmp(what, "long") == 0)
        pause_long();
    else if (!paused && !was_paused && closed == 1)
        set_paused(true);
    else if (paused && goes_on)
        set_paused(false);
}

static size_t on_piece(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    CHECK(!paused);
    *(size_t *)arg += size * n;
    return size * n;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    size_t most = size * n < 10 ? size * n : 10;

    (void)arg;
    CHECK(!paused);
    if (sent == 10 && !was_paused) {
        paused = was_paused = true;
        return CURL_READFUNC_PAUSE;
    }
    if (most > strlen(UPLOADED) - sent)
        most = strlen(UPLOADED) - sent;
    memcpy(p, UPLOADED + sent, most);
    sent += most;
    return most;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    (void)arg, (void)a, (void)b, (void)c, (void)d;
    if (strcmp(mode, "easy") == 0)
        look();
    return 0;
}

static curl_socket_t on_open(void *arg, curlsocktype purpose, struct curl_sockaddr *a)
{
    (void)arg, (void)purpose;
    opened++;
    return socket(a->family, a->socktype, a->protocol);
}

static int on_close(void *arg, curl_socket_t fd)
{
    (void)arg;
    closed++;
    return close(fd);
}

/* ---- the loops ------------------------------------------------------------------------------- */

static struct pollfd sockets[SOCKETS];
static int n_sockets;
static long timer_ms = -1;

static int on_timer(CURLM *multi, long ms, void *arg)
{
    (void)multi, (void)arg;
    timer_ms = ms;
    return 0;
}

static int on_socket(CURL *e, curl_socket_t fd, int action, void *arg, void *mine)
{
    int i;

    (void)e, (void)arg, (void)mine;
    for (i = 0; i < n_sockets && sockets[i].fd != fd; i++)
        ;
    if (action == CURL_POLL_REMOVE) {
        if (i < n_sockets)
            sockets[i] = sockets[--n_sockets];
        return 0;
    }
    CHECK(i < SOCKETS);
    if (i == n_sockets)
        n_sockets++;
    sockets[i] = (struct pollfd){
        .fd = fd,
        .events =
            (short)((action & CURL_POLL_IN ? POLLIN : 0) | (action & CURL_POLL_OUT ? POLLOUT : 0)),
    };
    return 0;
}

static void turn_sockets(CURLM *multi, int *running)
{
    struct pollfd now[SOCKETS];
    int n = n_sockets, i;

    memcpy(now, sockets, sizeof now);
    if (poll(now, (nfds_t)n, timer_ms >= 0 && timer_ms < 20 ? (int)timer_ms : 20) == 0 &&
        timer_ms >= 0) { /* a little early at times, as with a coarse clock */
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, running);
        return;
    }
    for (i = 0; i < n; i++)
        if (now[i].revents)
            curl_multi_socket_action(multi, now[i].fd, 0, running);
}

static CURLcode by_multi(bool by_sockets)
{
    CURLM *multi = curl_multi_init();
    time_t start = time(NULL);
    CURLMsg *message;
    int running = 1, left;
    CURLcode rc;

    if (by_sockets) {
        curl_multi_setopt(multi, CURLMOPT_TIMERFUNCTION, on_timer);
        curl_multi_setopt(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    }
    CHECK(curl_multi_add_handle(multi, easy) == CURLM_OK);
    while ((message = curl_multi_info_read(multi, &left)) == NULL) {
        CHECK(time(NULL) - start < PATIENCE_S + long_s);
        if (by_sockets)
            turn_sockets(multi, &running);
        else
            CHECK(curl_multi_perform(multi, &running) == CURLM_OK);
        look();
        if (!by_sockets)
            CHECK(curl_multi_poll(multi, NULL, 0, 20, NULL) == CURLM_OK);
    }
    rc = message->data.result;
    curl_multi_remove_handle(multi, easy);
    curl_multi_cleanup(multi);
    return rc;
}

int main(int argc, char **argv)
{
    size_t head = 0;
    long status = 0;
    CURLcode rc;

    if (argc < 4)
        return 2;
    long_s = argc > 4 ? atol(argv[4]) : 0;
    mode = argv[1];
    what = argv[2];
    curl_global_init(CURL_GLOBAL_ALL);
    easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, argv[3]);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_piece);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_piece);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &head);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(easy, CURLOPT_OPENSOCKETFUNCTION, on_open);
    curl_easy_setopt(easy, CURLOPT_CLOSESOCKETFUNCTION, on_close);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT, PATIENCE_S + long_s);
    if (strcmp(what, "upload") == 0) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
    }
    if (strcmp(mode, "easy") == 0)
        rc = curl_easy_perform(easy);
    else
        rc = by_multi(strcmp(mode, "sockets") == 0);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
    printf("result %d, status %ld, head %d, body %zu, paused %d\n", rc, status, head > 0, body,
           was_paused);
    curl_easy_cleanup(easy);
    curl_global_cleanup();
    return 0;
}
