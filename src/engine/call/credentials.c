/* credentials.c - see credentials.h. */
#include "call/credentials.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "policy/home.h"

static void add(struct sc_buf *out, const char *p, size_t n)
{
    sc_buf_add(out, p, n);
    sc_buf_char(out, '\n');
}

/* ---- cookies ------------------------------------------------------------------------------- */

/* Each is a line of seven fields, the value last. */
static void add_jar(const struct sc_shadow *s, struct sc_buf *out)
{
    struct curl_slist *jar = NULL, *c;

    if (!s->real->slist_free_all ||
        s->real->easy_getinfo(s->easy, CURLINFO_COOKIELIST, &jar) != CURLE_OK)
        return;
    for (c = jar; c; c = c->next) {
        const char *value = strrchr(c->data, '\t');

        if (value)
            add(out, value + 1, strlen(value + 1));
    }
    s->real->slist_free_all(jar);
}

/* ---- a netrc file -------------------------------------------------------------------------- */

static bool netrc_path(const struct sc_shadow *s, char *path, size_t n)
{
    const struct sc_credentials *c = s->o.credentials;
    char home[PATH_MAX];

    if (c && c->of[SC_CREDENTIAL_NETRC_FILE].set)
        return snprintf(path, n, "%s", c->of[SC_CREDENTIAL_NETRC_FILE].p) < (int)n;
    return sc_home(home, sizeof home) && snprintf(path, n, "%s/.netrc", home) < (int)n;
}

/* The names of its fields are no secrets, and words of errors. */
static bool is_field(const char *word, size_t n)
{
    static const char *const fields[] = {"machine",  "default", "login",
                                         "password", "account", "macdef"};

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (strlen(fields[i]) == n && memcmp(fields[i], word, n) == 0)
            return true;
    return false;
}

static void add_words(struct sc_buf *out, const char *p, size_t n)
{
    static const char blanks[] = " \t\r\n";
    const char *end = p + n;

    for (const char *word; p < end; p += p < end) {
        for (word = p; p < end && !strchr(blanks, *p);)
            p++;
        if (p > word && !is_field(word, (size_t)(p - word)))
            add(out, word, (size_t)(p - word));
    }
}

static bool read_words(int fd, struct sc_buf *out)
{
    struct stat st;
    char *text;
    ssize_t n;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size >= (off_t)out->max)
        return false;
    text = malloc((size_t)st.st_size + 1);
    if (!text)
        return false;
    n = pread(fd, text, (size_t)st.st_size + 1, 0);
    if (n >= 0 && n <= st.st_size)
        add_words(out, text, (size_t)n);
    free(text);
    return n >= 0 && n <= st.st_size;
}

/* All of it: which machine's was used, only libcurl knows. */
static bool add_netrc(const struct sc_shadow *s, struct sc_buf *out)
{
    char path[PATH_MAX];
    bool known;
    int fd;

    if (!s->o.reads_netrc)
        return true;
    if (!netrc_path(s, path, sizeof path))
        return false;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return errno == ENOENT || errno == EACCES || errno == ENOTDIR; /* nor can libcurl */
    known = read_words(fd, out);
    close(fd);
    return known;
}

/* ---- proxies of the environment, and where the call was led -------------------------------- */

/* User info and query of a URL, or what may be it. */
static void add_url(const char *url, struct sc_buf *out)
{
    const char *at = strrchr(url, '@'), *query = strchr(url, '?');

    if (at)
        add(out, url, (size_t)(at - url));
    if (query)
        add(out, query, strlen(query));
}

static void add_urls(const struct sc_shadow *s, struct sc_buf *out)
{
    static const char *const names[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                        "ALL_PROXY"};
    const char *url = NULL;

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if ((url = getenv(names[i])) != NULL)
            add_url(url, out);
    if (s->real->easy_getinfo(s->easy, CURLINFO_EFFECTIVE_URL, &url) == CURLE_OK && url)
        add_url(url, out);
}

bool sc_credentials_elsewhere(const struct sc_shadow *s, struct sc_buf *out)
{
    int before = errno;
    bool known = !s->o.cookie_unlisted && add_netrc(s, out);

    add_jar(s, out);
    add_urls(s, out);
    errno = before;
    return known && !out->failed;
}
