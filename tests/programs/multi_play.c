/*
 * multi_play.c - random schedules on the multi interface, compared with a model.
 *
 *     multi_play URL SEED SCHEDULES [alone]
 *
 * Two multis, a few handles, and at each step something that a program may do: add, remove, move,
 * perform, wait, pause, set, copy, clean up. The mock fails as each transfer's own script says.
 * The model knows which handle is in which multi, and holds that
 *
 * - a transfer that is added and not removed ends with exactly one message, and one that is removed
 *   with none;
 * - the running count is the number of those without a message;
 * - a handle that is in no multi has no callbacks;
 * - what calls return is what libcurl documents, also inside callbacks;
 * - a program that waits as it was told to comes to an end;
 * - what a good answer brings is brought once, and whole.
 *
 * "alone" is for libcurl without the library: then only what never fails ends well.
 */
#include <curl/curl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { JOBS = 6, MULTIS = 2, SOCKETS = 64, BYTES = 40000, STEPS = 60, PATIENCE_S = 120 };

struct job {
    CURL *easy;
    struct multi *in; /* NULL: in none */
    bool ended;       /* its message was read */
    bool paused, pauses, aborts, inside;
    bool performed; /* by itself: then libcurl (7.88) does not guard its callbacks in a multi */
    bool resets;    /* libcurl itself may send again on another connection, and leaves its text */
    bool good;      /* its script ends well, and nothing else can end it */
    bool timed;     /* the handle has a timeout: that can */
    bool bytes;
    size_t n;
    int heads;
    char tail;
    struct curl_slist *headers;
    char error[CURL_ERROR_SIZE];
};

struct multi {
    CURLM *handle;
    bool by_socket;
    long timer_ms; /* when it fires, -1: not */
    struct {
        curl_socket_t fd;
        short events;
    } sockets[SOCKETS];
    int n_sockets;
};

static struct job jobs[JOBS];
static struct multi multis[MULTIS];
static uint64_t state;
static const char *base;
static long schedule;
static bool alone_in_process;
static unsigned long seed, next_id;
static unsigned long done_messages, removed, retried_ok;

#define CHECK(what)                                                                           \
    do {                                                                                      \
        if (!(what)) {                                                                        \
            printf("%s: line %d, seed %lu, schedule %ld\n", #what, __LINE__, seed, schedule); \
            fflush(stdout);                                                                   \
            abort();                                                                          \
        }                                                                                     \
    } while (0)

static unsigned draw(unsigned n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % n;
}

static void read_messages(struct multi *m, bool all);

/* ---- callbacks ------------------------------------------------------------------------------- */

/* What libcurl refuses inside a callback. */
static void try_inside(struct job *j)
{
    int n;

    if (j->performed || draw(8) != 0)
        return;
    CHECK(curl_multi_perform(j->in->handle, &n) == CURLM_RECURSIVE_API_CALL);
    CHECK(curl_multi_remove_handle(j->in->handle, j->easy) == CURLM_RECURSIVE_API_CALL);
    CHECK(curl_multi_add_handle(j->in->handle, j->easy) != CURLM_OK);
    CHECK(curl_multi_cleanup(j->in->handle) == CURLM_RECURSIVE_API_CALL);
    if (curl_version_info(CURLVERSION_NOW)->version_num >= 0x081600)
        read_messages(j->in, draw(2) == 0); /* of those that have ended by now */
    else
        CHECK(curl_multi_info_read(j->in->handle, &n) == NULL);
    CHECK(curl_easy_perform(j->easy) != CURLE_OK);
    j->error[0] = '\0'; /* which says so */
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    n *= size;
    CHECK(j->in && !j->ended && !j->inside && n > 0);
    j->inside = true;
    try_inside(j);
    j->inside = false;
    if (j->pauses && draw(3) == 0) {
        j->paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    j->n += n;
    j->tail = p[n - 1];
    return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    n *= size;
    CHECK(j->in && !j->ended && !j->inside);
    if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
        j->heads++;
    j->inside = true;
    try_inside(j);
    j->inside = false;
    if (j->pauses && draw(12) == 0) {
        j->paused = true;
        if (n > 5 && memcmp(p, "HTTP/", 5) == 0)
            j->heads--;
        return CURL_WRITEFUNC_PAUSE;
    }
    return n;
}

static int on_progress(void *arg, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct job *j = arg;

    (void)a, (void)b, (void)c, (void)d;
    CHECK(!j->inside);
    if (j->in == NULL) /* libcurl ends a transfer's progress when it is removed */
        return 0;
    return j->aborts && draw(4) == 0;
}

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int on_timer(CURLM *handle, long ms, void *arg)
{
    struct multi *m = arg;

    CHECK(m->handle == handle);
    m->timer_ms = ms < 0 ? -1 : now_ms() + ms;
    return 0;
}

static int on_socket(CURL *easy, curl_socket_t fd, int what, void *arg, void *mine)
{
    struct multi *m = arg;
    int i;

    (void)easy, (void)mine;
    for (i = 0; i < m->n_sockets && m->sockets[i].fd != fd; i++)
        ;
    if (what == CURL_POLL_REMOVE) {
        if (i < m->n_sockets)
            m->sockets[i] = m->sockets[--m->n_sockets];
        return 0;
    }
    CHECK(i < SOCKETS);
    if (i == m->n_sockets)
        m->n_sockets++;
    m->sockets[i].fd = fd;
    m->sockets[i].events =
        (short)((what & CURL_POLL_IN ? POLLIN : 0) | (what & CURL_POLL_OUT ? POLLOUT : 0));
    return 0;
}

/* ---- what a program does --------------------------------------------------------------------- */

static void new_multi(struct multi *m)
{
    memset(m, 0, sizeof *m);
    m->handle = curl_multi_init();
    m->timer_ms = -1;
    m->by_socket = draw(2);
    if (!m->by_socket)
        return;
    curl_multi_setopt(m->handle, CURLMOPT_TIMERFUNCTION, on_timer);
    curl_multi_setopt(m->handle, CURLMOPT_TIMERDATA, m);
    curl_multi_setopt(m->handle, CURLMOPT_SOCKETFUNCTION, on_socket);
    curl_multi_setopt(m->handle, CURLMOPT_SOCKETDATA, m);
}

static void set_all(struct job *j)
{
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, j);
    curl_easy_setopt(j->easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(j->easy, CURLOPT_XFERINFODATA, j);
    curl_easy_setopt(j->easy, CURLOPT_ERRORBUFFER, j->error);
    curl_easy_setopt(j->easy, CURLOPT_PRIVATE, j);
}

static void new_job(struct job *j)
{
    memset(j, 0, sizeof *j);
    j->easy = curl_easy_init();
    set_all(j);
}

static void script(struct job *j)
{
    static const struct {
        const char *text;
        bool good;
    } scripts[] = {
        {"200", true},
        {"503,200", true},
        {"503,503,200", true},
        {"reset,200", true},
        {"reset-body,429,200", true},
        {"truncate,200", true},
        {"503;latency=3,200;latency=3", true},
        {"drip;ms=1;bytes=200", true},
        {"400", false},
        {"503", false},
        {"reset", false},
        {"hang;ms=30", false},
    };
    unsigned which = draw(sizeof scripts / sizeof *scripts);
    static const char *const paths[] = {"/v1/chat/completions", "/bytes/40000", "/v1/models"};
    unsigned path = draw(3);
    char line[200];

    curl_slist_free_all(j->headers);
    snprintf(line, sizeof line, "x-mock-script: %s", scripts[which].text);
    j->headers = curl_slist_append(NULL, line);
    snprintf(line, sizeof line, "x-mock-id: play-%d-%lu", (int)getpid(), next_id++);
    j->headers = curl_slist_append(j->headers, line);
    curl_easy_setopt(j->easy, CURLOPT_HTTPHEADER, j->headers);
    snprintf(line, sizeof line, "%s%s", base, paths[path]);
    curl_easy_setopt(j->easy, CURLOPT_URL, line);
    if (path == 0)
        curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, "{\"messages\":[]}");
    else
        curl_easy_setopt(j->easy, CURLOPT_HTTPGET, 1L);
    j->resets = strstr(scripts[which].text, "reset") != NULL;
    j->bytes = path == 1;
    j->good = scripts[which].good && !j->timed;
    if (alone_in_process && strncmp(scripts[which].text, "200", 3) != 0 &&
        strncmp(scripts[which].text, "drip", 4) != 0)
        j->good = false;
    if (j->bytes &&
        (strstr(scripts[which].text, "truncate") || strstr(scripts[which].text, "body")))
        j->good = false; /* not held: the program has seen a part */
}

static void prepare(struct job *j)
{
    long timeout = draw(6) == 0 ? (long)draw(20) + 1 : 0;

    j->timed = timeout > 0;
    script(j);
    j->pauses = draw(3) == 0;
    j->aborts = draw(10) == 0;
    if (j->aborts)
        j->good = false;
    curl_easy_setopt(j->easy, CURLOPT_TIMEOUT_MS, timeout);
    curl_easy_setopt(j->easy, CURLOPT_NOPROGRESS, (long)(draw(2) && !j->aborts));
}

static void add(struct job *j, struct multi *m)
{
    if (j->in) {
        CHECK(curl_multi_add_handle(m->handle, j->easy) == CURLM_ADDED_ALREADY);
        return;
    }
    if (draw(4) > 0)
        prepare(j);
    j->ended = j->paused = false;
    j->n = 0;
    j->heads = 0;
    j->error[0] = '\0';
    j->in = m;
    CHECK(curl_multi_add_handle(m->handle, j->easy) == CURLM_OK);
    if (draw(4) == 0)
        prepare(j); /* counts still: the transfer begins in the next turn */
}

static void take_out(struct job *j)
{
    if (!j->ended)
        removed++;
    j->in = NULL;
    j->paused = false;
}

static void take_away(struct job *j, struct multi *m)
{
    struct multi *in = j->in;

    if (!in) {
        CHECK(curl_multi_remove_handle(m->handle, j->easy) == CURLM_OK);
        return;
    }
    if (in != m) {
        CHECK(curl_multi_remove_handle(m->handle, j->easy) == CURLM_BAD_EASY_HANDLE);
        return;
    }
    CHECK(curl_multi_remove_handle(m->handle, j->easy) == CURLM_OK);
    take_out(j);
}

static void check_end(struct job *j, CURLcode rc)
{
    long status = 0;

    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
    if (j->good && (rc != CURLE_OK || status != 200 || (j->error[0] && !j->resets)))
        printf("result %d, status %ld, error [%s], %s\n", rc, status, j->error, j->headers->data);
    if (j->good)
        CHECK(rc == CURLE_OK && status == 200);
    if (rc != CURLE_OK || status != 200)
        return;
    retried_ok++;
    CHECK(j->heads == 1);
    if (j->bytes)
        CHECK(j->n == BYTES);
    else
        CHECK(j->tail == '}' || j->tail == '\n');
    CHECK(!j->good || j->resets || j->error[0] == '\0');
}

static void read_messages(struct multi *m, bool all)
{
    int left;

    do {
        CURLMsg *msg = curl_multi_info_read(m->handle, &left);
        struct job *j = NULL;

        if (!msg) {
            CHECK(left == 0);
            return;
        }
        CHECK(msg->msg == CURLMSG_DONE);
        curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &j);
        CHECK(j && j->easy == msg->easy_handle && j->in == m && !j->ended);
        j->ended = true;
        j->error[CURL_ERROR_SIZE - 1] = '\0';
        done_messages++;
        check_end(j, msg->data.result);
        j->error[0] = '\0';
        j->paused = false;
    } while (all || left > 0);
}

static int in_work(const struct multi *m)
{
    int n = 0, i;

    for (i = 0; i < JOBS; i++)
        n += jobs[i].in == m && !jobs[i].ended;
    return n;
}

/* One turn of the program's loop; max_ms: waits that long at most, or less if told so. */
static void turn(struct multi *m, int max_ms)
{
    struct pollfd fds[SOCKETS];
    int running = -1, n = m->n_sockets, i;

    if (!m->by_socket) {
        CHECK(curl_multi_perform(m->handle, &running) == CURLM_OK);
        read_messages(m, true);
        CHECK(running == in_work(m));
        if (max_ms > 0 && running > 0)
            CHECK(curl_multi_poll(m->handle, NULL, 0, max_ms, &n) == CURLM_OK);
        return;
    }
    for (i = 0; i < n; i++)
        fds[i] = (struct pollfd){m->sockets[i].fd, m->sockets[i].events, 0};
    if (m->timer_ms >= 0 && m->timer_ms - now_ms() < max_ms)
        max_ms = m->timer_ms > now_ms() ? (int)(m->timer_ms - now_ms()) : 0;
    poll(fds, (nfds_t)n, max_ms);
    if (m->timer_ms >= 0 && m->timer_ms <= now_ms()) {
        m->timer_ms = -1;
        CHECK(curl_multi_socket_action(m->handle, CURL_SOCKET_TIMEOUT, 0, &running) == CURLM_OK);
    }
    for (i = 0; i < n; i++) {
        int what = (fds[i].revents & POLLOUT ? CURL_CSELECT_OUT : 0) |
                   (fds[i].revents & (POLLIN | POLLHUP) ? CURL_CSELECT_IN : 0) |
                   (fds[i].revents & POLLERR ? CURL_CSELECT_ERR : 0);

        if (what)
            CHECK(curl_multi_socket_action(m->handle, fds[i].fd, what, &running) == CURLM_OK);
    }
    read_messages(m, true);
    CHECK(running < 0 || running == in_work(m));
}

static void unpause(struct job *j)
{
    if (!j->paused)
        return;
    j->paused = false;
    curl_easy_pause(j->easy, CURLPAUSE_CONT);
}

/* While it is in a multi, but not in the middle of a transfer: libcurl (7.88) then keeps the
 * connection for others, with the rest of the answer in it. */
static void clean(struct job *j)
{
    CURL *easy = j->easy;

    if (j->in && !j->ended)
        take_away(j, j->in);
    if (j->in)
        take_out(j);
    curl_easy_cleanup(easy);
    curl_slist_free_all(j->headers);
    new_job(j);
}

/* Before its handles: libcurl (7.88) leaves timers behind in these, and never runs one of them that
 * is used again. */
static void clean_multi(struct multi *m)
{
    bool left[JOBS];
    int i;

    for (i = 0; i < JOBS; i++) {
        left[i] = jobs[i].in == m;
        if (left[i])
            take_out(&jobs[i]);
    }
    CHECK(curl_multi_cleanup(m->handle) == CURLM_OK);
    new_multi(m);
    for (i = 0; i < JOBS; i++)
        if (left[i])
            clean(&jobs[i]);
}

static void copy(struct job *j)
{
    CURL *copied = curl_easy_duphandle(j->easy);

    if (draw(2) || j->in) {
        curl_easy_cleanup(copied);
        return;
    }
    curl_easy_cleanup(j->easy);
    j->easy = copied;
    j->performed = false;
    set_all(j);
}

/* The same handle by itself, its answer thrown away. */
static void alone(struct job *j)
{
    FILE *nowhere;

    if (j->in) {
        CHECK(curl_easy_perform(j->easy) == CURLE_FAILED_INIT);
        j->error[0] = '\0';
        return;
    }
    j->performed = true;
    nowhere = fopen("/dev/null", "w");
    script(j);
    j->pauses = j->aborts = false;
    curl_easy_setopt(j->easy, CURLOPT_HEADERFUNCTION, NULL);
    curl_easy_setopt(j->easy, CURLOPT_HEADERDATA, NULL);
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, NULL);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, nowhere);
    curl_easy_perform(j->easy);
    j->error[0] = '\0';
    set_all(j);
    fclose(nowhere);
}

static void step(void)
{
    struct job *j = &jobs[draw(JOBS)];
    struct multi *m = &multis[draw(MULTIS)];
    long ms;

    switch (draw(16)) {
    case 0:
    case 1:
    case 2:
    case 3:
        add(j, m);
        break;
    case 4:
        take_away(j, draw(4) ? (j->in ? j->in : m) : m);
        break;
    case 5:
        unpause(j);
        break;
    case 6:
        if (draw(4) == 0)
            clean(j);
        break;
    case 7:
        if (draw(8) == 0)
            clean_multi(m);
        break;
    case 8:
        if (j->in && !j->ended && draw(4) == 0 &&
            curl_easy_pause(j->easy, CURLPAUSE_RECV) == CURLE_OK)
            j->paused = true;
        break;
    case 9:
        CHECK(curl_multi_timeout(m->handle, &ms) == CURLM_OK && ms >= -1);
        break;
    case 10:
        if (draw(4) == 0)
            copy(j);
        break;
    case 11:
        if (!j->in && draw(4) == 0) {
            curl_easy_reset(j->easy);
            set_all(j);
            prepare(j);
        }
        break;
    case 12:
        if (draw(8) == 0)
            alone(j);
        break;
    default:
        turn(m, (int)draw(6));
        break;
    }
}

/* Until all is done, waiting as told. */
static void drain(struct multi *m)
{
    time_t start = time(NULL);
    int i;

    while (in_work(m) > 0) {
        CHECK(time(NULL) - start < PATIENCE_S);
        for (i = 0; i < JOBS; i++)
            if (jobs[i].in == m && draw(2))
                unpause(&jobs[i]);
        turn(m, m->by_socket || draw(2) ? 100 : 1);
    }
    read_messages(m, true);
}

static void play(void)
{
    int i;

    for (i = 0; i < MULTIS; i++)
        new_multi(&multis[i]);
    for (i = 0; i < JOBS; i++)
        new_job(&jobs[i]);
    for (i = 0; i < STEPS; i++)
        step();
    for (i = 0; i < MULTIS && draw(4); i++)
        drain(&multis[i]);
    for (i = 0; i < JOBS; i++)
        if (jobs[i].in && draw(2))
            take_away(&jobs[i], jobs[i].in);
    if (draw(2)) {
        for (i = 0; i < MULTIS; i++)
            clean_multi(&multis[i]);
    }
    for (i = 0; i < JOBS; i++) {
        if (jobs[i].in)
            take_out(&jobs[i]);
        curl_easy_cleanup(jobs[i].easy);
        curl_slist_free_all(jobs[i].headers);
    }
    for (i = 0; i < MULTIS; i++)
        CHECK(curl_multi_cleanup(multis[i].handle) == CURLM_OK);
}

int main(int argc, char **argv)
{
    long schedules;

    if (argc < 4)
        return 2;
    alone_in_process = argc > 4;
    base = argv[1];
    seed = strtoul(argv[2], NULL, 10);
    schedules = strtol(argv[3], NULL, 10);
    curl_global_init(CURL_GLOBAL_ALL);
    for (schedule = 0; schedule < schedules; schedule++) {
        state = seed * 1000003u + (uint64_t)schedule;
        draw(2);
        play();
    }
    curl_global_cleanup();
    printf("%ld schedules\n", schedules);
    fprintf(stderr, "%lu messages, %lu removed, %lu good answers\n", done_messages, removed,
            retried_ok);
    return 0;
}
