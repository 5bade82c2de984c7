/*
 * uploads.c - bodies that only a callback of the program can read, and that it reads once:
 *
 *     uploads twice URL    two uploads over one connection; prints each result and status
 *     uploads forms URL    ten forms with a part that has no seek function
 *     uploads copies URL   the same, each handle duplicated with its form
 *     uploads stuck URL BYTES    a form with a part of that length whose seek function fails
 *     uploads seeks URL BYTES    ... whose seek function works
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *rest;
static int released;

static size_t read_once(char *p, size_t size, size_t n, void *arg)
{
    size_t have = strlen(rest);

    (void)arg;
    n = size * n < have ? size * n : have;
    memcpy(p, rest, n);
    rest += n;
    return n;
}

static void on_release(void *arg)
{
    (void)arg;
    released++;
}

static size_t sink(char *p, size_t size, size_t n, void *arg)
{
    (void)p, (void)arg;
    return size * n;
}

static void perform(CURL *c)
{
    char text[CURL_ERROR_SIZE] = "";
    long status = 0;
    CURLcode rc;

    rest = "abcdef";
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, text);
    rc = curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
    printf("%d %ld [%s]\n", rc, status, text);
    curl_easy_setopt(c, CURLOPT_ERRORBUFFER, NULL);
}

static void twice(CURL *c)
{
    struct curl_slist *headers = curl_slist_append(NULL, "Expect:");

    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(c, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(c, CURLOPT_READFUNCTION, read_once);
    perform(c);
    perform(c);
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
    curl_slist_free_all(headers);
}

/* A source of as many letters as it is long, each by its place in it. */
struct source {
    size_t n, at;
    int can_seek;
};

static size_t read_source(char *p, size_t size, size_t n, void *arg)
{
    struct source *s = arg;
    size_t i;

    n = size * n < s->n - s->at ? size * n : s->n - s->at;
    for (i = 0; i < n; i++)
        p[i] = (char)('a' + (s->at + i) % 23);
    s->at += n;
    return n;
}

static int seek_source(void *arg, curl_off_t offset, int origin)
{
    struct source *s = arg;

    if (!s->can_seek || origin != SEEK_SET)
        return CURL_SEEKFUNC_FAIL;
    s->at = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static void sourced_form(CURL *c, int can_seek, size_t n)
{
    struct source source = {n, 0, can_seek};
    curl_mime *mime = curl_mime_init(c);
    curl_mimepart *part = curl_mime_addpart(mime);

    curl_mime_name(part, "file");
    curl_mime_data_cb(part, (curl_off_t)n, read_source, seek_source, on_release, &source);
    curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
    perform(c);
    curl_easy_setopt(c, CURLOPT_MIMEPOST, NULL);
    curl_mime_free(mime);
}

static void form(CURL *c, int duplicate)
{
    curl_mime *mime = curl_mime_init(c);
    curl_mimepart *part = curl_mime_addpart(mime);

    curl_mime_name(part, "text");
    curl_mime_data_cb(part, 6, read_once, NULL, on_release, NULL);
    curl_easy_setopt(c, CURLOPT_MIMEPOST, mime);
    perform(c);
    if (duplicate) {
        CURL *copy = curl_easy_duphandle(c);

        perform(copy);
        curl_easy_cleanup(copy);
    }
    curl_easy_setopt(c, CURLOPT_MIMEPOST, NULL);
    curl_mime_free(mime);
}

static void run(CURL *c, char **argv, int argc)
{
    int i;

    if (strcmp(argv[1], "twice") == 0)
        twice(c);
    else if (argc == 4)
        sourced_form(c, strcmp(argv[1], "seeks") == 0, strtoul(argv[3], NULL, 10));
    else
        for (i = 0; i < 10; i++)
            form(c, strcmp(argv[1], "copies") == 0);
}

int main(int argc, char **argv)
{
    CURL *c;

    if (argc != 3 && argc != 4)
        return 2;
    curl_global_init(CURL_GLOBAL_ALL);
    c = curl_easy_init();
    curl_easy_setopt(c, CURLOPT_URL, argv[2]);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, sink);
    run(c, argv, argc);
    printf("released %d\n", released);
    curl_easy_cleanup(c);
    return 0;
}
