/*
 * stranger.c - sets every option of libcurl that takes a text or a list, and those numbers that
 * make it say more of itself, to something that can be found again; then asks URL. What must not go
 * to another host has "zqSECRET" in it. Arguments: URL, a netrc file, a cookie file; "multi" may
 * follow, or a number: so often it asks with some of all that, drawn by lot, and says how many
 * answers it got.
 */
/* link with: -l:libcurl.so.4 */
#include <curl/curl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char body[] =
    "{\"model\":\"gpt-4o\",\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}]}";

/* Options that decide how the network is reached, or whom to trust: they stay in force. And those
 * that would write files, or make libcurl sign the request, and fail. */
static int stays(const struct curl_easyoption *o)
{
    static const char *const names[] = {"URL",
                                        "ALTSVC",
                                        "HSTS",
                                        "COOKIEJAR",
                                        "AWS_SIGV4",
                                        "UNIX_SOCKET_PATH",
                                        "ABSTRACT_UNIX_SOCKET",
                                        "PROXY",
                                        "PRE_PROXY",
                                        "NOPROXY",
                                        "INTERFACE",
                                        "CAINFO",
                                        "CAPATH",
                                        "CRLFILE",
                                        "ISSUERCERT",
                                        "SSLENGINE",
                                        "DNS_",
                                        "DOH_",
                                        "PROXY_",
                                        "SSL_",
                                        "TLS13_",
                                        "EGDSOCKET",
                                        "RANDOM_FILE",
                                        "COPYPOSTFIELDS",
                                        "ECH",
                                        "PROTOCOLS_STR",
                                        "REDIR_PROTOCOLS_STR",
                                        "DEFAULT_PROTOCOL",
                                        "SOCKS5_GSSAPI_SERVICE",
                                        "CAINFO_BLOB"};
    size_t i;

    for (i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(o->name, names[i], strlen(names[i])) == 0)
            return 1;
    return 0;
}

static uint64_t lot = 1;

/* One in `n`; n 0: always. */
static int drawn(unsigned n)
{
    lot = lot * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return n == 0 || (lot >> 33) % n == 0;
}

static void set_texts(CURL *c, unsigned one_in)
{
    const struct curl_easyoption *o;
    char text[128];

    for (o = curl_easy_option_next(NULL); o; o = curl_easy_option_next(o)) {
        snprintf(text, sizeof text, "zqSECRET-%s", o->name);
        if (o->type == CURLOT_STRING && !stays(o) && drawn(one_in))
            curl_easy_setopt(c, o->id, text);
    }
}

static struct curl_slist *headers(unsigned one_in)
{
    static const char *const lines[] = {"Authorization: Bearer zqSECRET",
                                        "Cookie: a=zqSECRET",
                                        "x-api-key: zqSECRET",
                                        "OpenAI-Organization: zqSECRET",
                                        "X-Custom: zqSECRET",
                                        "User-Agent: zqSECRET",
                                        "Host: zqSECRET.example",
                                        "Referer: http://zqSECRET/",
                                        "Accept: zqSECRET/x",
                                        "Content-Type: application/json; x=zqSECRET",
                                        "traceparent: zqSECRET",
                                        "anthropic-beta: zqSECRET",
                                        "X-Empty;",
                                        "Idempotency-Key: zqSECRET"};
    struct curl_slist *list = NULL;
    size_t i;

    for (i = 0; i < sizeof lines / sizeof *lines; i++)
        if (drawn(one_in))
            list = curl_slist_append(list, lines[i]);
    return list;
}

static void set_others(CURL *c, char **argv, struct curl_slist *list)
{
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
    curl_easy_setopt(c, CURLOPT_PROXYHEADER, list);
    curl_easy_setopt(c, CURLOPT_TRAILERFUNCTION, NULL);
    curl_easy_setopt(c, CURLOPT_HTTPAUTH, (long)CURLAUTH_ANY);
    curl_easy_setopt(c, CURLOPT_UNRESTRICTED_AUTH, 1L);
    curl_easy_setopt(c, CURLOPT_AUTOREFERER, 1L);
    curl_easy_setopt(c, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(c, CURLOPT_HAPROXYPROTOCOL, 1L);
    curl_easy_setopt(c, CURLOPT_TRANSFER_ENCODING, 1L);
    curl_easy_setopt(c, CURLOPT_RESUME_FROM, 7L);
    curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_OPTIONAL);
    curl_easy_setopt(c, CURLOPT_NETRC_FILE, argv[2]);
    curl_easy_setopt(c, CURLOPT_COOKIEFILE, argv[3]);
    curl_easy_setopt(c, CURLOPT_COOKIELIST, "Set-Cookie: b=zqSECRET; domain=127.0.0.1; path=/");
}

static CURLcode perform_in_multi(CURL *c)
{
    CURLM *m = curl_multi_init();
    CURLcode rc = CURLE_OK;
    int running = 1, left;
    CURLMsg *message;

    curl_multi_add_handle(m, c);
    while (running) {
        curl_multi_perform(m, &running);
        if (running)
            curl_multi_poll(m, NULL, 0, 100, NULL);
    }
    while ((message = curl_multi_info_read(m, &left)) != NULL)
        rc = message->easy_handle == c ? message->data.result : CURLE_FAILED_INIT;
    curl_multi_remove_handle(m, c);
    curl_multi_cleanup(m);
    return rc;
}

static size_t drop(char *p, size_t size, size_t n, void *arg)
{
    (void)p;
    (void)arg;
    return size * n;
}

/* A handle is used for some of them, so that what an earlier one has left is there as well. */
static int draw_calls(int calls, char **argv)
{
    CURL *c = curl_easy_init();
    int answered = 0;
    char url[512];
    long code;

    for (int i = 0; i < calls; i++) {
        struct curl_slist *list = headers(2);

        curl_easy_reset(c);
        set_texts(c, 1 + i % 40);
        if (drawn(2))
            set_others(c, argv, list);
        if (drawn(2))
            curl_easy_setopt(c, CURLOPT_HTTPHEADER, list);
        snprintf(url, sizeof url, "%s%s", argv[1], drawn(2) ? "?key=zqSECRET&a=zqSECRET" : "");
        curl_easy_setopt(c, CURLOPT_URL, url);
        curl_easy_setopt(c, CURLOPT_POST, 1L);
        curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
        curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
        curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, drop);
        code = 0;
        if (curl_easy_perform(c) == CURLE_OK)
            curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
        answered += code == 200;
        curl_easy_setopt(c, CURLOPT_HTTPHEADER, NULL);
        curl_easy_setopt(c, CURLOPT_PROXYHEADER, NULL);
        curl_slist_free_all(list);
        if (drawn(100)) {
            curl_easy_cleanup(c);
            c = curl_easy_init();
        }
    }
    curl_easy_cleanup(c);
    printf("%d\n", answered);
    return 0;
}

int main(int argc, char **argv)
{
    struct curl_slist *list = headers(0);
    CURL *c = curl_easy_init();
    char *url = NULL, *ip = NULL;
    CURLcode rc;
    long code = 0;

    if (argc > 4 && atoi(argv[4]) > 0)
        return draw_calls(atoi(argv[4]), argv);
    set_texts(c, 0);
    set_others(c, argv, list);
    curl_easy_setopt(c, CURLOPT_URL, argv[1]);
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_CUSTOMREQUEST, NULL);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, body);
    rc = argc > 4 ? perform_in_multi(c) : curl_easy_perform(c);
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &code);
    curl_easy_getinfo(c, CURLINFO_EFFECTIVE_URL, &url);
    curl_easy_getinfo(c, CURLINFO_PRIMARY_IP, &ip);
    printf("\nrc %d code %ld url %s ip %s\n", (int)rc, code, url, ip ? ip : "");
    curl_easy_cleanup(c);
    curl_slist_free_all(list);
    return 0;
}
