/* secrets.c - see secrets.h. */
#include "call/secrets.h"

#include <string.h>

#include "call/credentials.h"
#include "cassette/base64.h"
#include "handle/headers.h"
#include "http/header.h"
#include "log/redact.h"

enum { SHORTEST = 6, ELSEWHERE_MAX = 1 << 18, MASKED_MAX = 1 << 14 };

static void add(struct sc_buf *out, struct sc_str s)
{
    s = sc_str_trim(s);
    if (s.n < SHORTEST || memchr(s.p, '\n', s.n))
        return;
    sc_buf_str(out, s);
    sc_buf_char(out, '\n');
}

/* "dark", "en-us": nobody draws a secret so, and an answer may have it as a name of its own. */
static bool is_word(struct sc_str s)
{
    static const size_t longest = 24;

    for (size_t i = 0; i < s.n; i++)
        if (!(s.p[i] >= 'a' && s.p[i] <= 'z') && s.p[i] != '-' && s.p[i] != '_')
            return false;
    return s.n < longest;
}

/* Cookies: what stands between semicolons, and behind a "=" in it. */
static void add_cookies(struct sc_buf *out, struct sc_str s)
{
    const char *p = s.p, *end = s.p + s.n;

    while (p < end) {
        const char *from = p, *equal;

        while (p < end && *p != ';')
            p++;
        equal = memchr(from, '=', (size_t)(p - from));
        from = equal ? equal + 1 : from;
        if (!is_word((struct sc_str){from, (size_t)(p - from)}))
            add(out, (struct sc_str){from, (size_t)(p - from)});
        p += p < end;
    }
}

/* Of a text that which would not be written, by the names before it. */
static void add_masked(struct sc_buf *out, struct sc_str text)
{
    char masked[MASKED_MAX];
    size_t from;

    if (text.n == 0 || text.n > sizeof masked)
        return;
    memcpy(masked, text.p, text.n);
    sc_redact_mask(masked, text.n, false, '\x7f');
    for (size_t i = 0; i < text.n; i++) {
        for (from = i; i < text.n && masked[i] == '\x7f'; i++)
            ;
        add(out, (struct sc_str){text.p + from, i - from});
    }
}

/* ---- headers --------------------------------------------------------------------------------- */

/* Whose values are no secrets. */
static bool is_harmless(struct sc_str name)
{
    static const char *const names[] = {"content-type",
                                        "accept",
                                        "user-agent",
                                        "expect",
                                        "content-length",
                                        "host",
                                        "accept-encoding",
                                        "accept-language",
                                        "anthropic-version",
                                        "anthropic-beta",
                                        "openai-beta",
                                        "cache-control",
                                        "origin",
                                        "referer",
                                        "transfer-encoding",
                                        "connection",
                                        "te",
                                        "date",
                                        "range"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (sc_str_is(name, names[i]))
            return true;
    return false;
}

/* "Bearer KEY": both the whole and the key. */
static void add_header(struct sc_buf *out, struct sc_str name, struct sc_str value)
{
    const char *blank;

    if (sc_str_is(name, "cookie")) {
        add_cookies(out, value);
        return;
    }
    value = sc_str_trim(value);
    if (is_word(value))
        return;
    blank = value.n > 0 ? memchr(value.p, ' ', value.n) : NULL;
    add(out, value);
    if (blank)
        add(out, (struct sc_str){blank, (size_t)(value.p + value.n - blank)});
}

static void add_headers(struct sc_buf *out, const struct curl_slist *h)
{
    struct sc_str name, value;

    for (; h; h = h->next)
        if (sc_header_split(h->data, &name, &value) && !is_harmless(name)) {
            add_masked(out, (struct sc_str){h->data, strlen(h->data)});
            add_header(out, name, value);
        }
}

/* ---- options --------------------------------------------------------------------------------- */

/* "user:password", and as Basic authentication sends it. */
static void add_user(struct sc_buf *out, struct sc_str s)
{
    const char *colon = memchr(s.p, ':', s.n);
    struct sc_buf encoded = {.max = ELSEWHERE_MAX};

    if (colon)
        add(out, (struct sc_str){colon + 1, s.n - (size_t)(colon + 1 - s.p)});
    sc_base64_put(&encoded, s);
    add(out, sc_buf_view(&encoded));
    sc_buf_free(&encoded);
}

static void add_options(struct sc_buf *out, const struct sc_options *o)
{
    for (int i = 0; o->credentials && i < SC_CREDENTIALS; i++) {
        const struct sc_text *t = &o->credentials->of[i];
        struct sc_str text = {t->p, t->n};

        if (!t->set || i == SC_CREDENTIAL_NETRC_FILE)
            continue;
        if (i == SC_CREDENTIAL_USERPWD || i == SC_CREDENTIAL_PROXYUSERPWD)
            add_user(out, text);
        else if (i == SC_CREDENTIAL_COOKIE)
            add_cookies(out, text);
        else
            add(out, text);
    }
    if (o->bearer.set)
        add(out, (struct sc_str){o->bearer.p, o->bearer.n});
}

/* ---- the URL --------------------------------------------------------------------------------- */

static void add_url(struct sc_buf *out, const struct sc_shadow *s)
{
    const char *url = s->o.url.set ? s->o.url.p : "", *user = strstr(url, "://");
    const char *query = strchr(url, '?'), *at;

    user = user ? user + 3 : url;
    at = memchr(user, '@', strcspn(user, "/?#"));
    if (at)
        add_user(out, (struct sc_str){user, (size_t)(at - user)});
    if (query)
        add_masked(out, (struct sc_str){query + 1, strlen(query + 1)});
}

/* Cookies of the jar, a netrc file, proxies of the environment: a name and a value in each. */
static void add_elsewhere(struct sc_buf *out, const struct sc_shadow *s)
{
    struct sc_buf lines = {.max = ELSEWHERE_MAX};
    struct sc_str all;

    (void)sc_credentials_elsewhere(s, &lines);
    all = sc_buf_view(&lines);
    while (all.n > 0) {
        const char *end = memchr(all.p, '\n', all.n);
        size_t n = end ? (size_t)(end - all.p) : all.n;

        if (all.p[0] == '?')
            add_masked(out, (struct sc_str){all.p, n});
        else if (memchr(all.p, ':', n))
            add_user(out, (struct sc_str){all.p, n});
        else
            add(out, (struct sc_str){all.p, n});
        all.p += n + (end != NULL);
        all.n -= n + (end != NULL);
    }
    sc_buf_free(&lines);
}

void sc_secrets_of(const struct sc_transfer *t, struct sc_buf *out)
{
    const struct sc_shadow *s = t->shadow;

    add_headers(out, s->o.headers);
    add_headers(out, s->o.proxy_headers);
    add_options(out, &s->o);
    add_url(out, s);
    add_elsewhere(out, s);
}

void sc_secrets_mask(const struct sc_buf *secrets, char *p, size_t n, char with)
{
    const char *s = secrets->p, *end = secrets->p + secrets->n;

    while (s < end) {
        const char *stop = memchr(s, '\n', (size_t)(end - s));
        size_t len = (size_t)((stop ? stop : end) - s), left = n;
        char *at = p;

        while (len > 0 && left > 0 && (at = memmem(at, left, s, len)) != NULL) {
            memset(at, with, len);
            left = n - (size_t)(at - p);
        }
        s += len + 1;
    }
}
