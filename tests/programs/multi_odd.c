/*
 * multi_odd.c - what programs do in the middle of a transfer of the multi interface:
 *
 *     multi_odd MODE URL
 *
 * Each mode prints what the calls returned and how the transfers ended. multi/odd.bats compares
 * that with and without the library, or with what must be.
 */
#include <curl/curl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { COUNT = 3, BODY = 4096 };

struct job {
    CURL *easy;
    CURLM *multi;
    char body[BODY];
    size_t n;
};

static const char *url;
static struct job jobs[COUNT];
static jmp_buf out;
static bool jumps, meddles;
static bool sleeps; /* instead of curl_multi_poll */

static void meddle(struct job *j)
{
    CURL *other = jobs[j == &jobs[0] ? 1 : 0].easy;
    CURLMsg *message;
    int running = -1, left = -1;
    long ms = -1;

    meddles = false;
    printf("inside: remove %d, remove another %d, add %d",
           curl_multi_remove_handle(j->multi, j->easy), curl_multi_remove_handle(j->multi, other),
           curl_multi_add_handle(j->multi, j->easy));
    printf(", perform %d, timeout %d, cleanup %d", curl_multi_perform(j->multi, &running),
           curl_multi_timeout(j->multi, &ms), curl_multi_cleanup(j->multi));
    message = curl_multi_info_read(j->multi, &left);
    printf(", message %d, easy perform %d\n", message != NULL, curl_easy_perform(j->easy));
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct job *j = arg;

    n *= size;
    if (jumps) {
        jumps = false;
        longjmp(out, 1);
    }
    if (meddles)
        meddle(j);
    if (j->n + n > BODY)
        return 0;
    memcpy(j->body + j->n, p, n);
    j->n += n;
    return n;
}

static void prepare(struct job *j)
{
    j->easy = curl_easy_init();
    curl_easy_setopt(j->easy, CURLOPT_URL, url);
    curl_easy_setopt(j->easy, CURLOPT_POSTFIELDS, "{\"model\":\"gpt-4o\",\"messages\":[]}");
    curl_easy_setopt(j->easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(j->easy, CURLOPT_WRITEDATA, j);
}

static void show(struct job *j, CURLcode rc)
{
    long status = -1;

    curl_easy_getinfo(j->easy, CURLINFO_RESPONSE_CODE, &status);
    printf("%d: result %d, status %ld, %zu bytes\n", (int)(j - jobs), rc, status, j->n);
    j->n = 0;
}

static CURLcode result_of(CURLM *multi, const struct job *j)
{
    CURLMsg *m;
    CURLcode rc = (CURLcode)-1;
    int left;

    while ((m = curl_multi_info_read(multi, &left)) != NULL)
        if (m->easy_handle == j->easy)
            rc = m->data.result;
    return rc;
}

static void begin(CURLM *multi, struct job *j)
{
    j->multi = multi;
    printf("add %d\n", curl_multi_add_handle(multi, j->easy));
}

static void run(CURLM *multi)
{
    int running = 1;

    while (running && curl_multi_perform(multi, &running) == CURLM_OK)
        if (running && sleeps)
            usleep(1000);
        else if (running)
            curl_multi_poll(multi, NULL, 0, 1000, NULL);
}

static void run_one(CURLM *multi, struct job *j)
{
    begin(multi, j);
    run(multi);
    show(j, result_of(multi, j));
    printf("remove %d\n", curl_multi_remove_handle(multi, j->easy));
}

static void alone(struct job *j)
{
    show(j, curl_easy_perform(j->easy));
}

/* ---- the modes ------------------------------------------------------------------------------- */

/* From multi to multi, in the middle and after the end, singly, and back. */
static void moves(void)
{
    CURLM *a = curl_multi_init(), *b = curl_multi_init();
    int running;

    prepare(&jobs[0]);
    begin(a, &jobs[0]);
    curl_multi_perform(a, &running);
    printf("add to another %d, perform singly %d\n", curl_multi_add_handle(b, jobs[0].easy),
           curl_easy_perform(jobs[0].easy));
    printf("remove from another %d\n", curl_multi_remove_handle(b, jobs[0].easy));
    curl_multi_poll(a, NULL, 0, 3, NULL);
    printf("remove %d\n", curl_multi_remove_handle(a, jobs[0].easy));
    jobs[0].n = 0;
    run_one(b, &jobs[0]);
    run_one(a, &jobs[0]);
    alone(&jobs[0]);
    run_one(b, &jobs[0]);
    curl_easy_reset(jobs[0].easy);
    curl_easy_setopt(jobs[0].easy, CURLOPT_URL, url);
    curl_easy_setopt(jobs[0].easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(jobs[0].easy, CURLOPT_WRITEDATA, &jobs[0]);
    run_one(a, &jobs[0]);
    begin(b, &jobs[0]);
    curl_easy_cleanup(jobs[0].easy);
    printf("cleanup %d %d\n", curl_multi_cleanup(a), curl_multi_cleanup(b));
}

static void inside(void)
{
    CURLM *multi = curl_multi_init();
    int i;

    for (i = 0; i < COUNT; i++) {
        prepare(&jobs[i]);
        begin(multi, &jobs[i]);
    }
    meddles = true;
    run(multi);
    for (i = 0; i < COUNT; i++) {
        show(&jobs[i], CURLE_OK);
        printf("remove %d\n", curl_multi_remove_handle(multi, jobs[i].easy));
        alone(&jobs[i]);
        curl_easy_cleanup(jobs[i].easy);
    }
    printf("cleanup %d\n", curl_multi_cleanup(multi));
}

/* A callback that never returns, as an error of Lua, Perl, R or Ruby leaves it. */
static void jump(void)
{
    CURLM *multi = curl_multi_init();
    int running = -1;

    prepare(&jobs[0]);
    prepare(&jobs[1]);
    begin(multi, &jobs[0]);
    jumps = true;
    if (setjmp(out) == 0)
        run(multi);
    printf("out of the callback\nperform %d", curl_multi_perform(multi, &running));
    printf(", add %d, remove %d\n", curl_multi_add_handle(multi, jobs[1].easy),
           curl_multi_remove_handle(multi, jobs[0].easy));
    alone(&jobs[1]);
    multi = curl_multi_init(); /* the other one may be stuck for good */
    curl_multi_add_handle(multi, jobs[0].easy);
    run(multi);
    show(&jobs[0], result_of(multi, &jobs[0]));
}

static void share(void)
{
    CURLM *multi = curl_multi_init();
    CURLSH *shared = curl_share_init();
    int i;

    curl_share_setopt(shared, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
    curl_share_setopt(shared, CURLSHOPT_SHARE, CURL_LOCK_DATA_DNS);
    curl_share_setopt(shared, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT);
    for (i = 0; i < COUNT; i++) {
        prepare(&jobs[i]);
        curl_easy_setopt(jobs[i].easy, CURLOPT_SHARE, shared);
        curl_easy_setopt(jobs[i].easy, CURLOPT_COOKIEFILE, "");
        begin(multi, &jobs[i]);
    }
    run(multi);
    for (i = 0; i < COUNT; i++) {
        show(&jobs[i], CURLE_OK);
        printf("remove %d\n", curl_multi_remove_handle(multi, jobs[i].easy));
        alone(&jobs[i]);
        curl_easy_cleanup(jobs[i].easy);
    }
    printf("cleanup %d, share %d\n", curl_multi_cleanup(multi), curl_share_cleanup(shared));
}

/* Between the turns of three transfers: the child makes calls of its own and leaves these alone. */
static void forks(void)
{
    CURLM *multi = curl_multi_init();
    int i, running, status = -1;
    pid_t child;

    for (i = 0; i < COUNT; i++) {
        prepare(&jobs[i]);
        begin(multi, &jobs[i]);
    }
    curl_multi_perform(multi, &running);
    curl_multi_poll(multi, NULL, 0, 3, NULL);
    curl_multi_perform(multi, &running);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        struct job mine = {0};

        prepare(&mine);
        run_one(curl_multi_init(), &mine);
        _exit(curl_easy_perform(mine.easy) == CURLE_OK ? 0 : 1);
    }
    run(multi);
    waitpid(child, &status, 0);
    printf("child %d\n", status);
    for (i = 0; i < COUNT; i++)
        show(&jobs[i], CURLE_OK);
    printf("cleanup %d\n", curl_multi_cleanup(multi));
}

/* A timer's signals, all the time, with a handler that does not restart system calls. */
static void on_alarm(int number)
{
    (void)number;
}

static void alarms(void)
{
    struct sigaction action = {.sa_handler = on_alarm}, now;
    struct itimerval often = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    CURLM *multi = curl_multi_init();
    int i;

    sigaction(SIGALRM, &action, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    for (i = 0; i < COUNT; i++) {
        prepare(&jobs[i]);
        curl_easy_setopt(jobs[i].easy, CURLOPT_NOSIGNAL, 1L);
        begin(multi, &jobs[i]);
    }
    run(multi);
    for (i = 0; i < COUNT; i++)
        show(&jobs[i], CURLE_OK);
    for (i = 0; i < COUNT; i++)
        curl_multi_remove_handle(multi, jobs[i].easy);
    alone(&jobs[0]);
    setitimer(ITIMER_REAL, &never, NULL);
    sigaction(SIGALRM, NULL, &now);
    printf("cleanup %d, handler %s\n", curl_multi_cleanup(multi),
           now.sa_handler == on_alarm ? "kept" : "lost");
}

/* ---- cancelled threads ----------------------------------------------------------------------- */

static void *drive(void *arg)
{
    run(arg);
    return NULL;
}

static void *perform(void *arg)
{
    curl_easy_perform(arg);
    return NULL;
}

static int lines_of_log(void)
{
    FILE *f = fopen(getenv("LOG"), "r");
    int c, n = 0;

    while (f && (c = getc(f)) != EOF)
        n += c == '\n';
    if (f)
        fclose(f);
    return n;
}

/* Ends a thread where it waits, as the next line of the log says. */
static void cancel(void *(*what)(void *), void *arg)
{
    int before = lines_of_log();
    pthread_t thread;
    void *result = NULL;

    pthread_create(&thread, NULL, what, arg);
    while (lines_of_log() == before)
        usleep(1000);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    printf("%s\n", result == PTHREAD_CANCELED ? "cancelled" : "ended");
}

static void *poll_idle(void *multi)
{
    curl_multi_poll(multi, NULL, 0, 60000, NULL);
    return NULL;
}

/* Whether libcurl by itself takes no more calls for a multi in whose poll a thread was cancelled,
 * as 8.23 does. */
static bool is_stuck_by_cancelling(void)
{
    CURLM *multi = curl_multi_init();
    pthread_t thread;
    int running;
    bool stuck;

    pthread_create(&thread, NULL, poll_idle, multi);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    stuck = curl_multi_perform(multi, &running) != CURLM_OK;
    curl_multi_cleanup(multi);
    return stuck;
}

static void *use(void *arg)
{
    (void)arg;
    alone(&jobs[0]);
    return NULL;
}

/* After a failed attempt the library waits for longer than anybody here does. */
static void cancelled(void)
{
    CURLM *multi = curl_multi_init();
    pthread_t thread;

    sleeps = is_stuck_by_cancelling();
    prepare(&jobs[0]);
    begin(multi, &jobs[0]);
    cancel(drive, multi);
    printf("remove %d\n", curl_multi_remove_handle(multi, jobs[0].easy));
    run_one(multi, &jobs[0]);
    cancel(perform, jobs[0].easy);
    pthread_create(&thread, NULL, use, NULL);
    pthread_join(thread, NULL);
    alone(&jobs[0]);
    curl_easy_cleanup(jobs[0].easy);
    printf("cleanup %d\n", curl_multi_cleanup(multi));
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } modes[] = {{"moves", moves}, {"inside", inside}, {"jump", jump},          {"share", share},
                 {"forks", forks}, {"alarms", alarms}, {"cancelled", cancelled}};

    if (argc != 3)
        return 2;
    url = argv[2];
    curl_global_init(CURL_GLOBAL_ALL);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            modes[i].run();
    return 0;
}
