/*
 * odd.c - programs that do not behave: odd MODE URL.
 *
 * Each mode makes calls that a server fails at first, and ends with 0 if all of them succeeded and
 * nothing of the program's own was touched.
 */
#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASK "{\"model\":\"gpt-4o\",\"messages\":[]}"

enum { THREADS = 12, ROUNDS = 10, CHILDREN = 6, UPLOAD = 3000000 };

static const char *url;

static size_t count(char *p, size_t size, size_t n, void *data)
{
    (void)p;
    *(size_t *)data += size * n;
    return size * n;
}

/* One POST that fails once; true: it ended well. `id` keeps the mock's scripts apart. */
static int ask(CURL *c, const char *id)
{
    struct curl_slist *headers = NULL;
    char line[100];
    size_t got = 0;
    long code = 0;
    CURLcode rc;

    snprintf(line, sizeof line, "x-mock-id: %s", id);
    headers = curl_slist_append(headers, "x-mock-script: 503,200");
    headers = curl_slist_append(headers, line);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, ASK);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &got);
    rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
    return rc == CURLE_OK && code == 200 && got > 300;
}

static int ask_anew(const char *id)
{
    CURL *c = curl_easy_init();
    int good = c && ask(c, id);

    curl_easy_cleanup(c);
    return good;
}

/* ---- closes ---- */

static void close_all(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
}

static off_t size_of(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 ? st.st_size : -1;
}

/* Files of its own then have the lowest numbers, those of the standard streams among them. */
static int closes(void)
{
    int good = ask_anew("closes-1"), i, fds[6];

    for (int round = 0; round < 3; round++) {
        char id[20];

        close_all();
        for (i = 0; i < 6; i++)
            fds[i] = open("own", O_RDWR | O_CREAT | O_APPEND, 0600);
        snprintf(id, sizeof id, "closes-r%d", round);
        good &= ask_anew(id);
        for (i = 0; i < 6; i++)
            good &= size_of(fds[i]) == 0;
    }
    return good;
}

/* ---- spool ---- */

/* Takes every descriptor that is not below 20 for a file of its own, in the middle of an upload. */
static size_t take_descriptors(char *p, size_t size, size_t n, void *data)
{
    size_t *left = data;

    n *= size;
    if (n > *left)
        n = *left;
    memset(p, 'u', n);
    *left -= n;
    if (*left < UPLOAD / 4 && *left > 0) {
        int own = open("own", O_RDWR | O_CREAT | O_APPEND, 0600);

        for (int fd = 20; fd < 400; fd++)
            dup2(own, fd);
        close(own);
    }
    return n;
}

/* The copy of the upload is lost, which costs the retry, and nothing else. */
static int spool(void)
{
    CURL *c = curl_easy_init();
    size_t left = UPLOAD, got = 0;
    long code = 0;
    CURLcode rc;

    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, take_descriptors);
    curl_easy_setopt(c, CURLOPT_READDATA, &left);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, count);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &got);
    rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_cleanup(c);
    return rc == CURLE_OK && code == 503 && size_of(20) == 0 && size_of(200) == 0;
}

/* ---- forks ---- */

static int forks(void)
{
    CURL *c = curl_easy_init();
    int good = ask(c, "forks-before"), status;
    pid_t children[CHILDREN];

    for (int i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            char id[20];

            snprintf(id, sizeof id, "forks-%d", i);
            _exit(ask_anew(id) ? 0 : 1);
        }
    }
    good &= ask(c, "forks-after");
    for (int i = 0; i < CHILDREN; i++)
        good &= waitpid(children[i], &status, 0) == children[i] && status == 0;
    curl_easy_cleanup(c);
    return good;
}

/* ---- threads ---- */

static void *thread(void *arg)
{
    CURL *c = NULL;
    size_t good = 0;

    for (int i = 0; i < ROUNDS; i++) {
        char id[40];

        if (i % 3 == 0) { /* some on a fresh handle, some on a used one */
            curl_easy_cleanup(c);
            c = curl_easy_init();
            curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
        }
        snprintf(id, sizeof id, "thread-%d-%d", (int)(size_t)arg, i);
        good += (size_t)ask(c, id);
    }
    curl_easy_cleanup(c);
    return (void *)good;
}

static int threads(void)
{
    pthread_t all[THREADS];
    int good = 1;

    for (size_t i = 0; i < THREADS; i++)
        pthread_create(&all[i], NULL, thread, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *n;

        pthread_join(all[i], &n);
        good &= (size_t)n == ROUNDS;
    }
    return good;
}

/* ---- pipe ---- */

static int no_reader;

static size_t into_pipe(char *p, size_t size, size_t n, void *data)
{
    ssize_t wrote = write(no_reader, p, size * n);

    (void)data;
    return wrote < 0 ? 0 : (size_t)wrote;
}

/* A reader that has gone is libcurl's error 23, not a signal. */
static int broken_pipe(void)
{
    CURL *c = curl_easy_init();
    int ends[2];
    CURLcode rc;
    struct sigaction now;

    if (pipe(ends) != 0)
        return 0;
    close(ends[0]);
    no_reader = ends[1];
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, ASK);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, into_pipe);
    rc = curl_easy_perform(c);
    curl_easy_cleanup(c);
    sigaction(SIGPIPE, NULL, &now);
    return rc == CURLE_WRITE_ERROR && now.sa_handler == SIG_DFL;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } modes[] = {{"closes", closes},
                 {"spool", spool},
                 {"forks", forks},
                 {"threads", threads},
                 {"pipe", broken_pipe}};

    if (argc < 3)
        return 2;
    url = argv[2];
    curl_global_init(CURL_GLOBAL_ALL);
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (strcmp(argv[1], modes[i].name) == 0)
            return modes[i].run() ? 0 : 1;
    return 2;
}
