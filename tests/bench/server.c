/*
 * server.c - the other end of the benches: a keep-alive HTTP server that costs next to nothing.
 *
 * /plain answers a small chat completion, /late the same 5 ms later (so that libcurl always waits
 * for it, once: instructions can be compared only if both runs take the same turns), /late-rated
 * with six headers of rate limits, /stream an SSE answer of 1000 chunks, each sent by a write of
 * its own, /long one of 10,000 that ends with its usage. One thread, one connection at a time is
 * all that a bench needs.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CHUNKS = 1000, LONG_CHUNKS = 10000 };

static const char body[] =
    "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"model\":\"gpt-4o\",\"choices\":[{"
    "\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello there, this is an answer "
    "of "
    "an ordinary length, as a model gives it many times a day.\"},\"finish_reason\":\"stop\"}],"
    "\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":20,\"total_tokens\":32}}";

static const char event[] =
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o\","
    "\"choices\":[{\"index\":0,\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n";

static const char usage[] =
    "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"model\":\"gpt-4o\","
    "\"choices\":[],\"usage\":{\"prompt_tokens\":12,\"completion_tokens\":10000,"
    "\"total_tokens\":10012}}\n\n";

static const char rated[] = "x-ratelimit-limit-requests: 10000\r\n"
                            "x-ratelimit-limit-tokens: 2000000\r\n"
                            "x-ratelimit-remaining-requests: 9999\r\n"
                            "x-ratelimit-remaining-tokens: 1999950\r\n"
                            "x-ratelimit-reset-requests: 6ms\r\n"
                            "x-ratelimit-reset-tokens: 1ms\r\n";

static void send_all(int fd, const char *p, size_t n)
{
    while (n > 0) {
        ssize_t w = write(fd, p, n);

        if (w <= 0)
            return;
        p += w;
        n -= (size_t)w;
    }
}

static void plain(int fd, const char *headers)
{
    char out[2048];
    int n = snprintf(out, sizeof out,
                     "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nx-request-id: req_1\r\n"
                     "%sContent-Length: %zu\r\n\r\n%s",
                     headers, sizeof body - 1, body);

    send_all(fd, out, (size_t)n);
}

static int chunk_of(char *out, size_t size, const char *text)
{
    return snprintf(out, size, "%zx\r\n%s\r\n", strlen(text), text);
}

static void stream(int fd, int chunks, const char *last)
{
    static const char head[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                               "Transfer-Encoding: chunked\r\n\r\n";
    static const char tail[] = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
    char chunk[512];
    int n = chunk_of(chunk, sizeof chunk, event), i;

    send_all(fd, head, sizeof head - 1);
    for (i = 0; i < chunks; i++)
        send_all(fd, chunk, (size_t)n);
    if (last)
        send_all(fd, chunk, (size_t)chunk_of(chunk, sizeof chunk, last));
    send_all(fd, tail, sizeof tail - 1);
}

static int skip(int fd, size_t n)
{
    char gone[65536];

    while (n > 0) {
        ssize_t r = read(fd, gone, n < sizeof gone ? n : sizeof gone);

        if (r <= 0)
            return 0;
        n -= (size_t)r;
    }
    return 1;
}

/* Requests come one by one: everything up to the empty line, and the body by Content-Length. */
static void serve(int fd)
{
    char in[65536];
    size_t have = 0;

    for (;;) {
        char *end, *length;
        size_t need;
        ssize_t r = read(fd, in + have, sizeof in - 1 - have);

        if (r <= 0)
            return;
        have += (size_t)r;
        in[have] = '\0';
        end = strstr(in, "\r\n\r\n");
        if (!end)
            continue;
        length = strcasestr(in, "content-length:");
        need = (size_t)(end + 4 - in) + (length ? strtoul(length + 15, NULL, 10) : 0);
        if (need >= sizeof in) { /* a long prompt: read and forgotten */
            if (!skip(fd, need - have))
                return;
        } else if (have < need) {
            continue;
        }
        if (strncmp(in, "POST /late", 10) == 0)
            usleep(5000);
        if (strncmp(in, "POST /stream", 12) == 0)
            stream(fd, CHUNKS, NULL);
        else if (strncmp(in, "POST /long", 10) == 0)
            stream(fd, LONG_CHUNKS, usage);
        else
            plain(fd, strncmp(in, "POST /late-rated", 16) == 0 ? rated : "");
        have = 0;
    }
}

int main(void)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof a;
    int on = 1, s = socket(AF_INET, SOCK_STREAM, 0);

    if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof a) != 0 || listen(s, 16) != 0 ||
        getsockname(s, (struct sockaddr *)&a, &n) != 0)
        return 1;
    printf("%d\n", ntohs(a.sin_port));
    fflush(stdout);
    for (;;) {
        int fd = accept(s, NULL, NULL);

        if (fd < 0)
            return 1;
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        if (fork() == 0) {
            close(s);
            serve(fd);
            _exit(0);
        }
        close(fd);
    }
}
