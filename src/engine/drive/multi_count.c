/*
 * multi_count.c - which handles a multi has, and how many. See multi.h.
 *
 * libcurl knows of those in its own multi: not of one that waits, or that we have answered. And it
 * has counted each attempt as a transfer.
 */
#include "drive/multi.h"

#include <string.h>

#include "steadycurl/newer.h"

static size_t count_out(const struct sc_member_list *l, CURL **out)
{
    size_t n = 0;

    for (const struct sc_member *m = l->first; m; m = m->next) {
        if (m->in_real)
            continue;
        if (out)
            out[n] = sc_shadow_own(m->shadow);
        n++;
    }
    return n;
}

/* Members that libcurl's multi does not have; out: room for all of them, NULL: to be counted. */
static size_t members_out(const struct sc_multi *u, CURL **out)
{
    size_t n = count_out(&u->watched, out);

    return n + count_out(&u->others, out ? out + n : NULL);
}

CURLMcode sc_multi_get_offt(void *multi, int info, curl_off_t *out)
{
    struct sc_multi *u = multi;
    CURLMcode rc = u->real->multi_get_offt ? u->real->multi_get_offt(u->multi, info, out)
                                           : CURLM_UNKNOWN_OPTION;

    if (rc != CURLM_OK || !out)
        return rc;
    switch (info) {
    case SC_CURLMINFO_XFERS_CURRENT:
        *out += (curl_off_t)members_out(u, NULL);
        break;
    case SC_CURLMINFO_XFERS_RUNNING:
        *out += (curl_off_t)u->n_held;
        break;
    case SC_CURLMINFO_XFERS_DONE:
        *out += (curl_off_t)u->n_messages;
        break;
    case SC_CURLMINFO_XFERS_ADDED:
        *out -= (curl_off_t)u->added_again;
        break;
    default:
        break;
    }
    return rc;
}

/* The program frees it by curl_free: only libcurl's own memory will do, and to have some of a given
 * size there is this way. */
static CURL **libcurls_memory(const struct sc_multi *u, size_t n)
{
    if (!u->real->maprintf)
        return NULL;
    return (CURL **)(void *)u->real->maprintf("%*s", (int)(n * sizeof(CURL *)), "");
}

CURL **sc_multi_get_handles(void *multi)
{
    struct sc_multi *u = multi;
    CURL **known = u->real->multi_get_handles ? u->real->multi_get_handles(u->multi) : NULL;
    size_t out = members_out(u, NULL), n = 0;
    CURL **all;

    if (!known || out == 0)
        return known;
    while (known[n])
        n++;
    all = libcurls_memory(u, n + out + 1);
    if (all) {
        memcpy(all, known, n * sizeof(CURL *));
        members_out(u, all + n);
        all[n + out] = NULL;
    }
    u->real->free(known);
    return all;
}
