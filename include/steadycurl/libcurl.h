/*
 * libcurl.h - one function table for each libcurl that is loaded in this process.
 *
 * A process may hold several (OpenSSL, GnuTLS and NSS flavours, a private copy of a plugin). All
 * functions of a table come from the same object; a handle of one must never reach another. A
 * table is published once by the preload, and never changed or freed: any thread may read it.
 */
#ifndef STEADYCURL_LIBCURL_H
#define STEADYCURL_LIBCURL_H

#include <stdint.h>

#define CURL_DISABLE_TYPECHECK
#define CURL_DISABLE_DEPRECATION
#include <curl/curl.h>
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt
#undef curl_share_setopt

/* X(member, exported name, result, parameters). A libcurl too old to have one leaves NULL. */
#define SC_LIBCURL_FUNCTIONS(X)                                                                 \
    X(easy_init, "curl_easy_init", CURL *, (void))                                              \
    X(easy_duphandle, "curl_easy_duphandle", CURL *, (CURL *))                                  \
    X(easy_reset, "curl_easy_reset", void, (CURL *))                                            \
    X(easy_cleanup, "curl_easy_cleanup", void, (CURL *))                                        \
    X(easy_setopt, "curl_easy_setopt", CURLcode, (CURL *, CURLoption, ...))                     \
    X(easy_getinfo, "curl_easy_getinfo", CURLcode, (CURL *, CURLINFO, ...))                     \
    X(easy_perform, "curl_easy_perform", CURLcode, (CURL *))                                    \
    X(easy_pause, "curl_easy_pause", CURLcode, (CURL *, int))                                   \
    X(easy_send, "curl_easy_send", CURLcode, (CURL *, const void *, size_t, size_t *))          \
    X(easy_recv, "curl_easy_recv", CURLcode, (CURL *, void *, size_t, size_t *))                \
    X(easy_header, "curl_easy_header", CURLHcode,                                               \
      (CURL *, const char *, size_t, unsigned, int, struct curl_header **))                     \
    X(easy_nextheader, "curl_easy_nextheader", struct curl_header *,                            \
      (CURL *, unsigned, int, struct curl_header *))                                            \
    X(easy_strerror, "curl_easy_strerror", const char *, (CURLcode))                            \
    X(multi_init, "curl_multi_init", CURLM *, (void))                                           \
    X(multi_cleanup, "curl_multi_cleanup", CURLMcode, (CURLM *))                                \
    X(multi_add_handle, "curl_multi_add_handle", CURLMcode, (CURLM *, CURL *))                  \
    X(multi_remove_handle, "curl_multi_remove_handle", CURLMcode, (CURLM *, CURL *))            \
    X(multi_perform, "curl_multi_perform", CURLMcode, (CURLM *, int *))                         \
    X(multi_wait, "curl_multi_wait", CURLMcode,                                                 \
      (CURLM *, struct curl_waitfd *, unsigned, int, int *))                                    \
    X(multi_poll, "curl_multi_poll", CURLMcode,                                                 \
      (CURLM *, struct curl_waitfd *, unsigned, int, int *))                                    \
    X(multi_timeout, "curl_multi_timeout", CURLMcode, (CURLM *, long *))                        \
    X(multi_socket, "curl_multi_socket", CURLMcode, (CURLM *, curl_socket_t, int *))            \
    X(multi_socket_all, "curl_multi_socket_all", CURLMcode, (CURLM *, int *))                   \
    X(multi_socket_action, "curl_multi_socket_action", CURLMcode,                               \
      (CURLM *, curl_socket_t, int, int *))                                                     \
    X(multi_info_read, "curl_multi_info_read", CURLMsg *, (CURLM *, int *))                     \
    X(multi_setopt, "curl_multi_setopt", CURLMcode, (CURLM *, CURLMoption, ...))                \
    X(multi_get_handles, "curl_multi_get_handles", CURL **, (CURLM *))                          \
    X(multi_get_offt, "curl_multi_get_offt", CURLMcode, (CURLM *, int, curl_off_t *))           \
    X(multi_notify_enable, "curl_multi_notify_enable", CURLMcode, (CURLM *, unsigned))          \
    X(multi_notify_disable, "curl_multi_notify_disable", CURLMcode, (CURLM *, unsigned))        \
    X(mime_data_cb, "curl_mime_data_cb", CURLcode,                                              \
      (curl_mimepart *, curl_off_t, curl_read_callback, curl_seek_callback, curl_free_callback, \
       void *))                                                                                 \
    X(mime_filedata, "curl_mime_filedata", CURLcode, (curl_mimepart *, const char *))           \
    X(mime_filename, "curl_mime_filename", CURLcode, (curl_mimepart *, const char *))           \
    X(mime_type, "curl_mime_type", CURLcode, (curl_mimepart *, const char *))                   \
    X(mime_headers, "curl_mime_headers", CURLcode, (curl_mimepart *, struct curl_slist *, int)) \
    X(url, "curl_url", CURLU *, (void))                                                         \
    X(url_cleanup, "curl_url_cleanup", void, (CURLU *))                                         \
    X(url_set, "curl_url_set", CURLUcode, (CURLU *, CURLUPart, const char *, unsigned))         \
    X(url_get, "curl_url_get", CURLUcode, (const CURLU *, CURLUPart, char **, unsigned))        \
    X(slist_free_all, "curl_slist_free_all", void, (struct curl_slist *))                       \
    X(maprintf, "curl_maprintf", char *, (const char *, ...))                                   \
    X(free, "curl_free", void, (void *))                                                        \
    X(version_info, "curl_version_info", curl_version_info_data *, (CURLversion))

struct sc_libcurl {
    uintptr_t lo, hi;     /* where the object is mapped */
    unsigned version_num; /* 0x075801 for 7.88.1 */
#define SC_LIBCURL_MEMBER(member, name, result, parameters) result(*member) parameters;
    SC_LIBCURL_FUNCTIONS(SC_LIBCURL_MEMBER)
#undef SC_LIBCURL_MEMBER
};

#endif
