/*
 * table.c - see table.h.
 *
 * The functions that make something (a handle, a part's callbacks) have to know which libcurl they
 * stand for: there is one of each per libcurl. All others find it by the handle.
 */
#include "entry/table.h"

#include <string.h>

#include "entry/entry.h"
#include "entry/make.h"
#include "steadycurl/newer.h"

#undef curl_multi_socket

#define FOR_EACH_LIBCURL(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

#define MAKERS(n)                                                                      \
    static CURL *easy_init_##n(void)                                                   \
    {                                                                                  \
        return sc_make_easy(sc_libcurl_at(n));                                         \
    }                                                                                  \
    static CURLM *multi_init_##n(void)                                                 \
    {                                                                                  \
        return sc_make_multi(sc_libcurl_at(n));                                        \
    }                                                                                  \
    static CURLcode mime_data_cb_##n(curl_mimepart *part, curl_off_t size,             \
                                     curl_read_callback read, curl_seek_callback seek, \
                                     curl_free_callback release, void *arg)            \
    {                                                                                  \
        return sc_make_mime(sc_libcurl_at(n), part, size, read, seek, release, arg);   \
    }
FOR_EACH_LIBCURL(MAKERS)
#undef MAKERS

static CURL *(*const easy_init[])(void) = {
#define ROW(n) easy_init_##n,
    FOR_EACH_LIBCURL(ROW)
#undef ROW
};
static CURLM *(*const multi_init[])(void) = {
#define ROW(n) multi_init_##n,
    FOR_EACH_LIBCURL(ROW)
#undef ROW
};
static CURLcode (*const mime_data_cb[])(curl_mimepart *, curl_off_t, curl_read_callback,
                                        curl_seek_callback, curl_free_callback, void *) = {
#define ROW(n) mime_data_cb_##n,
    FOR_EACH_LIBCURL(ROW)
#undef ROW
};

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

typedef void function(void);

static const struct {
    const char *name;
    function *ours;
} table[] = {
#define ROW(name) {#name, (function *)name},
    ROW(curl_easy_duphandle) ROW(curl_easy_reset) ROW(curl_easy_cleanup) ROW(curl_easy_setopt)
        ROW(curl_easy_getinfo) ROW(curl_easy_perform) ROW(curl_easy_pause) ROW(curl_easy_send)
            ROW(curl_easy_recv) ROW(curl_easy_header) ROW(curl_easy_nextheader)
                ROW(curl_multi_cleanup) ROW(curl_multi_add_handle) ROW(curl_multi_remove_handle)
                    ROW(curl_multi_perform) ROW(curl_multi_wait) ROW(curl_multi_poll)
                        ROW(curl_multi_timeout) ROW(curl_multi_socket) ROW(curl_multi_socket_action)
                            ROW(curl_multi_socket_all) ROW(curl_multi_info_read)
                                ROW(curl_multi_setopt) ROW(curl_multi_notify_enable)
                                    ROW(curl_multi_notify_disable) ROW(curl_multi_get_offt)
                                        ROW(curl_multi_get_handles)
#undef ROW
};

static void *as_object(function *f)
{
    void *p;

    memcpy(&p, &f, sizeof p);
    return p;
}

void *sc_entry_function(const char *name, size_t index)
{
    size_t i;

    if (index >= COUNT(easy_init))
        return NULL;
    if (strcmp(name, "curl_easy_init") == 0)
        return as_object((function *)easy_init[index]);
    if (strcmp(name, "curl_multi_init") == 0)
        return as_object((function *)multi_init[index]);
    if (strcmp(name, "curl_mime_data_cb") == 0)
        return as_object((function *)mime_data_cb[index]);
    for (i = 0; i < COUNT(table); i++)
        if (strcmp(name, table[i].name) == 0)
            return as_object(table[i].ours);
    return NULL;
}
