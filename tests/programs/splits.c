/*
 * splits.c - gets the same answer again and again, each time in other pieces.
 *
 *     splits FILE...
 *
 * A file has five lines (name, path, request, content type, what the log is to say), an empty one,
 * and the answer. For each, a server in a thread of its own answers once for each place where the
 * answer can be cut in two, and then in pieces of 1 to 8 bytes. Prints "NAME: N answers" if all of
 * them came through as they are.
 */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { SIZES = 8, LINES = 5, MAX = 1 << 16 };

static struct answer {
    char *line[LINES];
    char *body;
    size_t n;
    char bytes[MAX];
} answer;

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void read_answer(const char *path)
{
    FILE *f = fopen(path, "rb");
    size_t n;
    char *p;

    if (!f)
        die(path);
    n = fread(answer.bytes, 1, sizeof answer.bytes - 1, f);
    fclose(f);
    answer.bytes[n] = '\0';
    p = answer.bytes;
    for (int i = 0; i < LINES; i++) {
        answer.line[i] = p;
        p = strchr(p, '\n');
        if (!p)
            exit(2);
        *p++ = '\0';
    }
    answer.body = p + 1;
    answer.n = n - (size_t)(answer.body - answer.bytes);
}

/* ---- the server ------------------------------------------------------------------------------ */

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = send(fd, p, n, MSG_NOSIGNAL);

        if (w <= 0)
            return;
        p += w;
        n -= (size_t)w;
    }
}

/* libcurl calls back once for each chunk at least. */
static size_t put_chunk(char *to, size_t from, size_t n)
{
    size_t len;

    if (n == 0)
        return 0;
    len = (size_t)sprintf(to, "%zx\r\n", n);
    memcpy(to + len, answer.body + from, n);
    memcpy(to + len + n, "\r\n", 2);
    return len + n + 2;
}

static void reply(int fd, size_t turn)
{
    static char out[16 * MAX];
    size_t first = turn <= answer.n ? turn : turn - answer.n, at = 0, n;
    size_t size = turn <= answer.n ? answer.n : first;

    n = (size_t)sprintf(out,
                        "HTTP/1.1 200 OK\r\nContent-Type: %s\r\n"
                        "Transfer-Encoding: chunked\r\n\r\n",
                        answer.line[3]);
    for (size_t len = first; at < answer.n; at += len, len = size) {
        len = len < answer.n - at ? len : answer.n - at;
        n += put_chunk(out + n, at, len);
    }
    memcpy(out + n, "0\r\n\r\n", 5);
    send_all(fd, out, n + 5);
}

static bool request_is_whole(const char *in)
{
    const char *end = strstr(in, "\r\n\r\n"), *length = strstr(in, "Content-Length: ");

    return end && length && strlen(end + 4) >= (size_t)atoi(length + 16);
}

static void *serve(void *arg)
{
    int listener = *(int *)arg, fd = accept(listener, NULL, NULL);
    size_t turn = 0, have = 0;
    char in[4096];
    ssize_t got;

    while ((got = recv(fd, in + have, sizeof in - 1 - have, 0)) > 0) {
        have += (size_t)got;
        in[have] = '\0';
        if (!request_is_whole(in))
            continue;
        reply(fd, turn++);
        have = 0;
    }
    close(fd);
    return NULL;
}

static int listen_anywhere(int *port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof a;
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0 || bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0)
        die("listen");
    *port = ntohs(a.sin_port);
    return fd;
}

/* ---- the program ----------------------------------------------------------------------------- */

static struct {
    char bytes[MAX];
    size_t n;
} got;

static size_t collect(char *p, size_t size, size_t n, void *arg)
{
    (void)size;
    (void)arg;
    if (n > sizeof got.bytes - got.n)
        return 0;
    memcpy(got.bytes + got.n, p, n);
    got.n += n;
    return n;
}

static bool ask(CURL *c)
{
    got.n = 0;
    return curl_easy_perform(c) == CURLE_OK && got.n == answer.n &&
           memcmp(got.bytes, answer.body, got.n) == 0;
}

static bool get_all(int port)
{
    CURL *c = curl_easy_init();
    size_t turns = answer.n + 1 + SIZES, turn;
    char url[512];

    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", port, answer.line[1]);
    curl_easy_setopt(c, CURLOPT_URL, url);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, answer.line[2]);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, collect);
    for (turn = 0; turn < turns && ask(c); turn++)
        ;
    curl_easy_cleanup(c);
    if (turn == turns)
        printf("%s: %zu answers\n", answer.line[0], turns);
    else
        printf("%s: answer %zu is another\n", answer.line[0], turn);
    return turn == turns;
}

int main(int argc, char **argv)
{
    bool good = argc > 1;

    curl_global_init(CURL_GLOBAL_ALL);
    for (int i = 1; i < argc; i++) {
        pthread_t server;
        int port, listener = listen_anywhere(&port);

        read_answer(argv[i]);
        if (pthread_create(&server, NULL, serve, &listener) != 0)
            die("pthread_create");
        good &= get_all(port);
        pthread_join(server, NULL);
        close(listener);
    }
    return good ? 0 : 1;
}
