/* link with: -l:libcurl.so.4 -lpthread */
/*
 * races.c - a program that does unusual things while its call may be made twice at once.
 *
 *     races CASE URL
 *
 * What it prints is the same without the library, asked of a server that answers at once; nothing
 * of it differs from one run to the next by nature. CASE:
 *
 *     ask      three calls on a handle: callbacks, results, connections
 *     refuse   its write callback takes nothing
 *     pause    its write callback pauses; its progress callback goes on
 *     abort    its progress callback stops the call after a while
 *     timeout  its own timeout ends the call
 *     recurse  it performs again from inside of its callback
 *     fork     its write callback forks; parent and child go on, the child to its end
 *     jump     its write callback longjmps away; another handle asks
 *     cancel   the thread that asks is cancelled; another handle asks
 *     copy     it copies the handle in its callback, and asks with the copy
 */
#include <curl/curl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ASK "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hi\"}]}"

enum { PATIENCE_S = 1 }; /* then it stops a silent call, or so */

static const char *what, *url;
static char error[CURL_ERROR_SIZE];
static size_t body, pieces, lines;
static time_t begun;
static bool paused;
static jmp_buf out;
static CURL *copied;

static bool is(const char *name)
{
    return strcmp(what, name) == 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *easy)
{
    (void)p;
    (void)size;
    if (is("refuse"))
        return 0;
    if (is("pause") && !paused) {
        paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    if (is("recurse") && pieces == 0)
        printf("inside: %s\n", curl_easy_perform(easy) == CURLE_OK ? "performed" : "refused");
    if (is("jump"))
        longjmp(out, 1);
    if (is("fork") && pieces == 0) {
        fflush(stdout);
        if (fork() == 0)
            _exit(0);
        wait(NULL);
    }
    if (is("copy") && !copied)
        copied = curl_easy_duphandle(easy);
    body += n;
    pieces++;
    return n;
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)size;
    (void)arg;
    lines++;
    return n;
}

static int on_progress(void *easy, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                       curl_off_t ulnow)
{
    (void)dltotal;
    (void)dlnow;
    (void)ultotal;
    (void)ulnow;
    if (is("pause") && paused)
        curl_easy_pause(easy, CURLPAUSE_CONT);
    return is("abort") && time(NULL) > begun + PATIENCE_S;
}

static CURL *new_handle(void)
{
    CURL *easy = curl_easy_init();

    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, ASK);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, easy);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, easy);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
    if (is("timeout"))
        curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, 1500L);
    return easy;
}

/* "after 1503 milliseconds": not the time itself. */
static void hide_numbers(char *text)
{
    for (; *text; text++)
        if (*text >= '0' && *text <= '9')
            *text = 'N';
    for (char *p = error; (p = strstr(p, "NN")) != NULL;)
        memmove(p, p + 1, strlen(p));
}

static void ask(CURL *easy)
{
    curl_off_t got = -1, length = -1, sent = -1;
    long code = -1, connects = -1, port = 0;
    char *type = NULL, *effective = NULL;
    struct curl_header *h = NULL;
    CURLcode rc;

    body = pieces = lines = 0;
    begun = time(NULL);
    rc = curl_easy_perform(easy);
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &connects);
    curl_easy_getinfo(easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    curl_easy_getinfo(easy, CURLINFO_SIZE_UPLOAD_T, &sent);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    curl_easy_getinfo(easy, CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(easy, CURLINFO_EFFECTIVE_URL, &effective);
    curl_easy_getinfo(easy, CURLINFO_PRIMARY_PORT, &port);
    hide_numbers(error);
    printf("%d %ld connects=%ld got=%d length=%d sent=%d body=%zu pieces=%zu lines=%zu %s %s %s "
           "'%s' type=%d\n",
           (int)rc, code, connects, (int)got, (int)length, (int)sent, body, pieces, lines,
           type ? type : "-", effective, port ? "port" : "-", error,
           (int)curl_easy_header(easy, "content-type", 0, CURLH_HEADER, -1, &h));
}

static void *ask_in_thread(void *easy)
{
    curl_easy_perform(easy);
    return NULL;
}

static void jump(CURL *easy)
{
    if (setjmp(out) == 0)
        curl_easy_perform(easy);
    what = "ask";
    curl_easy_cleanup(easy);
    easy = new_handle();
    ask(easy);
    curl_easy_cleanup(easy);
}

static void cancel(CURL *easy)
{
    pthread_t thread;

    pthread_create(&thread, NULL, ask_in_thread, easy);
    usleep(700000);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    what = "ask";
    curl_easy_cleanup(easy);
    easy = new_handle();
    ask(easy);
    curl_easy_cleanup(easy);
}

int main(int argc, char **argv)
{
    CURL *easy;

    if (argc != 3)
        return 2;
    what = argv[1];
    url = argv[2];
    easy = new_handle();
    if (is("jump") || is("cancel")) {
        (is("jump") ? jump : cancel)(easy);
        return 0;
    }
    ask(easy);
    for (int i = 0; i < 2 && is("ask"); i++)
        ask(easy);
    if (copied) {
        curl_easy_setopt(copied, CURLOPT_WRITEDATA, copied);
        ask(copied);
        curl_easy_cleanup(copied);
    }
    curl_easy_cleanup(easy);
    return 0;
}
