/* twin.c - see twin.h. */
#include "handle/twin.h"

void sc_twin_cookies(const struct sc_libcurl *real, CURL *from, CURL *to)
{
    struct curl_slist *jar = NULL;

    if (!real->slist_free_all || real->easy_getinfo(from, CURLINFO_COOKIELIST, &jar) != CURLE_OK)
        return;
    for (const struct curl_slist *c = jar; c; c = c->next)
        real->easy_setopt(to, CURLOPT_COOKIELIST, c->data);
    real->slist_free_all(jar);
}

CURL *sc_twin_new(const struct sc_shadow *s, char error[CURL_ERROR_SIZE])
{
    const struct sc_libcurl *real = s->real;
    CURL *twin = real->easy_duphandle(s->easy);

    if (!twin)
        return NULL;
    error[0] = '\0';
    real->easy_setopt(twin, CURLOPT_ERRORBUFFER, error);
    real->easy_setopt(twin, CURLOPT_FRESH_CONNECT, 1L); /* the first one's may be what is stuck */
    real->easy_setopt(twin, CURLOPT_VERBOSE, 0L);
    real->easy_setopt(twin, CURLOPT_ALTSVC, NULL);
    real->easy_setopt(twin, CURLOPT_HSTS, NULL);
    real->easy_setopt(twin, CURLOPT_HSTSREADFUNCTION, NULL);
    real->easy_setopt(twin, CURLOPT_HSTSWRITEFUNCTION, NULL);
    if (s->o.keeps_cookies) { /* to a handle that keeps none, even no jar is the wish to */
        real->easy_setopt(twin, CURLOPT_COOKIEJAR, NULL);
        sc_twin_cookies(real, s->easy, twin);
    }
    return twin;
}

void sc_twin_forget(struct sc_shadow *s)
{
    CURL *twin = s->twin;

    s->twin = NULL;
    if (twin)
        s->real->easy_cleanup(twin);
}
