/*
 * multi_push.c - streams that an HTTP/2 server opens. See multi.h.
 *
 * libcurl duplicates the parent for a pushed stream, trampolines and all: the copy gets a shadow,
 * and the program's own values, before the program sees it.
 */
#include "drive/multi.h"

#include <string.h>

#include "drive/life.h"

static int on_push(CURL *parent, CURL *easy, size_t n, struct curl_pushheaders *headers, void *arg)
{
    struct sc_multi *u = arg;
    const struct sc_host *preload = sc_multi_host();
    struct sc_shadow *s = preload->shadow_of(parent);
    struct sc_shadow *copy = s ? sc_life_copy(s, easy) : NULL;
    int verdict = CURL_PUSH_DENY;

    if (copy)
        preload->announce(easy, u->real, copy);
    if (u->push_fn)
        verdict = u->push_fn(parent, easy, n, headers, u->push_data);
    if (copy && verdict == CURL_PUSH_OK)
        sc_member_new(u, copy, SC_MEMBER_PLAIN);
    if (copy && verdict != CURL_PUSH_OK) { /* libcurl frees it without telling */
        preload->announce(easy, u->real, NULL);
        sc_life_end(copy);
    }
    return verdict;
}

CURLMcode sc_multi_set_push(struct sc_multi *u, CURLMoption option, int64_t arg)
{
    CURLMcode rc = u->real->multi_setopt(u->multi, CURLMOPT_PUSHDATA, u);

    if (rc != CURLM_OK)
        return rc;
    if (option == CURLMOPT_PUSHDATA) {
        u->push_data = (void *)(intptr_t)arg; /* NOLINT(performance-no-int-to-ptr) */
        return CURLM_OK;
    }
    memcpy(&u->push_fn, &arg, sizeof u->push_fn);
    return u->real->multi_setopt(u->multi, CURLMOPT_PUSHFUNCTION, arg ? on_push : NULL);
}
