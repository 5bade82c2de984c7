/* detour.c - see detour.h. */
#include "handle/detour.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "handle/tracked.h"

enum { IN = 1 << SC_HOOK_DETOUR };

struct sc_detour {
    char to[24]; /* CONNECT_TO, which libcurl keeps no copy of */
    struct curl_slist connect_to;
    /* The program's URL, and what is asked instead of it; unset: it was plain already. */
    struct sc_text url, plain;
};

/* ---- the URL --------------------------------------------------------------------------------- */

/* As the program has set it, with its scheme; false: there is none, or no memory. */
static bool whole_url(const struct sc_shadow *s, struct sc_text *out)
{
    char *text = NULL;
    bool good;

    if (!s->o.url_handle)
        return s->o.url.set && sc_text_set(out, s->o.url.p, s->o.url.n);
    if (!s->real->url_get ||
        s->real->url_get(s->o.url_handle, CURLUPART_URL, &text, 0) != CURLUE_OK)
        return false;
    good = sc_text_set(out, text, strlen(text));
    s->real->free(text);
    return good;
}

static bool is_secure(const char *url)
{
    return strncasecmp(url, "https:", 6) == 0;
}

/* The same without TLS: of "https" one letter goes; where no scheme is written, one comes. */
static bool without_tls(const struct sc_text *url, struct sc_text *plain)
{
    static const char http[] = "http://";
    bool secure = is_secure(url->p);
    size_t before = secure ? sizeof "http" - 1 : sizeof http - 1;
    size_t from = secure ? sizeof "https" - 1 : 0, n = before + url->n - from;
    char *text = malloc(n + 1);
    bool good;

    if (!text)
        return false;
    memcpy(text, http, before);
    memcpy(text + before, url->p + from, url->n - from + 1);
    good = sc_text_set(plain, text, n);
    free(text);
    return good;
}

/* False: it cannot be had, and so nothing may be sent. */
static bool find_plain(const struct sc_shadow *s, struct sc_detour *d)
{
    d->plain.set = false;
    if (!s->asked.scheme_https)
        return true;
    return whole_url(s, &d->url) && (is_secure(d->url.p) || !strstr(d->url.p, "://")) &&
           without_tls(&d->url, &d->plain);
}

/* ---- there ----------------------------------------------------------------------------------- */

static const struct {
    CURLoption option;
    bool text;
} ways[SC_WAYS] = {
    [SC_WAY_CONNECT_TO] = {CURLOPT_CONNECT_TO, false},
    [SC_WAY_PROTOCOLS] = {CURLOPT_PROTOCOLS, false},
    [SC_WAY_PROTOCOLS_TEXT] = {CURLOPT_PROTOCOLS_STR, true},
    [SC_WAY_NO_PROXY] = {CURLOPT_NOPROXY, true},
};

static bool was_set(const struct sc_shadow *s, enum sc_way way)
{
    return s->o.ways && s->o.ways->of[way].set;
}

static bool point_there(const struct sc_shadow *s, struct sc_detour *d)
{
    SC_SET(s, CURLOPT_NOPROXY, "*");
    return SC_SET(s, CURLOPT_CONNECT_TO, &d->connect_to) == CURLE_OK;
}

/* Of a copy that asks another's host nothing has to be put back. */
static bool detour_of_copy(const struct sc_shadow *s, struct sc_detour *d)
{
    struct sc_text url = {.p = NULL}, plain = {.p = NULL};
    char *text = NULL;
    bool good = s->real->easy_getinfo(s->easy, CURLINFO_EFFECTIVE_URL, &text) == CURLE_OK && text &&
                sc_text_set(&url, text, strlen(text));

    if (good && is_secure(url.p))
        good = without_tls(&url, &plain) && SC_SET(s, CURLOPT_URL, plain.p) == CURLE_OK;
    sc_text_free(&url);
    sc_text_free(&plain);
    return good && point_there(s, d);
}

/* HTTP_VERSION asks for more than can be had without TLS. */
static bool wants_more(const struct sc_shadow *s)
{
    return s->o.http_version > CURL_HTTP_VERSION_1_1 && s->o.http_version != CURL_HTTP_VERSION_2TLS;
}

static bool detour_of_own(struct sc_shadow *s, struct sc_detour *d)
{
    if (!find_plain(s, d))
        return false;
    s->hooked = (uint16_t)(s->hooked | IN); /* sc_hooks_out brings it back */
    if (d->plain.set && s->o.url_handle)
        SC_SET(s, CURLOPT_CURLU, (CURLU *)NULL);
    if (d->plain.set && SC_SET(s, CURLOPT_URL, d->plain.p) != CURLE_OK)
        return false;
    if (was_set(s, SC_WAY_PROTOCOLS))
        SC_SET(s, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    if (was_set(s, SC_WAY_PROTOCOLS_TEXT))
        SC_SET(s, CURLOPT_PROTOCOLS_STR, "http,https");
    if (wants_more(s))
        SC_SET(s, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    return point_there(s, d);
}

bool sc_detour_in(struct sc_shadow *s, int port)
{
    struct sc_detour *d = s->detour ? s->detour : calloc(1, sizeof *d);

    if (!d)
        return false;
    s->detour = d;
    snprintf(d->to, sizeof d->to, "::127.0.0.1:%d", port);
    d->connect_to = (struct curl_slist){.data = d->to};
    return s->own ? detour_of_copy(s, d) : detour_of_own(s, d);
}

/* ---- and back -------------------------------------------------------------------------------- */

static void put_back_way(const struct sc_shadow *s, enum sc_way way)
{
    const struct sc_text *text = s->o.ways ? &s->o.ways->of[way].text : NULL;

    if (ways[way].text)
        SC_SET(s, ways[way].option, text && text->set ? text->p : NULL);
    else
        SC_SET(s, ways[way].option, s->o.ways ? s->o.ways->of[way].value : 0);
}

static void put_back_url(const struct sc_shadow *s)
{
    SC_SET(s, CURLOPT_URL, s->o.url.set ? s->o.url.p : NULL);
    if (s->o.url_handle)
        SC_SET(s, CURLOPT_CURLU, s->o.url_handle);
}

/* A redirect that was followed would be forgotten with the URL: it stays, for getinfo. */
static void keep_effective(struct sc_shadow *s, struct sc_detour *d)
{
    char *effective = NULL;

    if (s->real->easy_getinfo(s->easy, CURLINFO_EFFECTIVE_URL, &effective) == CURLE_OK &&
        effective && strcmp(effective, d->plain.p) != 0)
        sc_text_set(&d->url, effective, strlen(effective));
}

void sc_detour_out(struct sc_shadow *s)
{
    struct sc_detour *d = s->detour;

    if (d && d->plain.set)
        keep_effective(s, d);
    if (!d || d->plain.set) /* a copy does not know which */
        put_back_url(s);
    for (int way = 0; way < SC_WAYS; way++)
        if (way == SC_WAY_CONNECT_TO || way == SC_WAY_NO_PROXY || was_set(s, (enum sc_way)way))
            put_back_way(s, (enum sc_way)way);
    if (wants_more(s))
        SC_SET(s, CURLOPT_HTTP_VERSION, (long)s->o.http_version);
}

/* ---- what it looks like ---------------------------------------------------------------------- */

const char *sc_detour_url(const struct sc_shadow *s, const char *effective)
{
    const struct sc_detour *d = s->detour;

    if (!(s->hooked & IN))
        return d->url.p;
    return effective && strcmp(effective, d->plain.p) == 0 ? d->url.p : effective;
}

bool sc_detour_was_taken(const struct sc_shadow *s)
{
    return s->detour && s->detour->plain.set;
}

void sc_detour_forget(struct sc_shadow *s)
{
    if (s->detour)
        s->detour->plain.set = false;
}

void sc_detour_free(struct sc_shadow *s)
{
    if (!s->detour)
        return;
    sc_text_free(&s->detour->url);
    sc_text_free(&s->detour->plain);
    free(s->detour);
    s->detour = NULL;
}
