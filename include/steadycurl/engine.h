/*
 * engine.h - the seam between the preload and the engine.
 *
 * The preload is mapped into every process of a wrapped script and knows nothing; at the first
 * libcurl call it loads steadycurl-engine.so from its own folder and gets this table. A shadow is
 * the engine's private companion of an easy handle; the preload only keeps the pointer.
 *
 * Every function does what libcurl's of the same name does for the program, by calling the
 * handle's own libcurl. Thread-safe as libcurl is: one thread at a time per handle.
 */
#ifndef STEADYCURL_ENGINE_H
#define STEADYCURL_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "steadycurl/libcurl.h"

#define SC_ENGINE_ABI 4
#define SC_ENGINE_ENTRY "sc_engine_table"

struct sc_engine {
    unsigned abi;
    /* A new handle of this libcurl; NULL (out of memory) leaves it unmanaged. */
    void *(*adopt)(CURL *easy, const struct sc_libcurl *real);
    /* copy was made by the real duphandle from the handle of `shadow`. */
    void *(*adopt_copy)(void *shadow, CURL *copy);
    /* After the real cleanup, when the handle is gone. */
    void (*release)(void *shadow);
    void (*reset)(void *shadow);
    /* arg: the one argument as it came, widened to 64 bits. */
    CURLcode (*setopt)(void *shadow, CURLoption option, int64_t arg);
    CURLcode (*getinfo)(void *shadow, CURLINFO info, void *out);
    /* frame: the program's stack pointer at the call; tells recursion from a call whose frame a
     * longjmp has thrown away. */
    CURLcode (*perform)(void *shadow, uintptr_t frame);
    CURLcode (*pause)(void *shadow, int bitmask);
    CURLcode (*send)(void *shadow, const void *data, size_t n, size_t *sent);
    CURLcode (*recv)(void *shadow, void *data, size_t n, size_t *got);
    CURLHcode (*header)(void *shadow, const char *name, size_t index, unsigned origin, int request,
                        struct curl_header **out);
    struct curl_header *(*nextheader)(void *shadow, unsigned origin, int request,
                                      struct curl_header *previous);
    /* The handle goes into a multi that is not ours to drive: it is libcurl's alone from here. */
    void (*to_multi)(void *shadow);
    /* A new multi of this libcurl; NULL (out of memory) leaves it unmanaged. */
    void *(*multi_adopt)(CURLM *multi, const struct sc_libcurl *real);
    /* Does the real cleanup, too. */
    CURLMcode (*multi_cleanup)(void *multi);
    /* shadow: the handle's, NULL if it has none. */
    CURLMcode (*multi_add_handle)(void *multi, CURL *easy, void *shadow);
    CURLMcode (*multi_remove_handle)(void *multi, CURL *easy, void *shadow);
    CURLMcode (*multi_perform)(void *multi, int *running);
    /* poll: curl_multi_poll, else curl_multi_wait */
    CURLMcode (*multi_wait)(void *multi, bool poll, struct curl_waitfd *extra, unsigned n,
                            int timeout_ms, int *ready);
    CURLMcode (*multi_timeout)(void *multi, long *timeout_ms);
    CURLMcode (*multi_socket_action)(void *multi, curl_socket_t s, int events, int *running);
    CURLMcode (*multi_socket_all)(void *multi, int *running);
    CURLMsg *(*multi_info_read)(void *multi, int *left);
    CURLMcode (*multi_setopt)(void *multi, CURLMoption option, int64_t arg);
    /* on: curl_multi_notify_enable, else _disable */
    CURLMcode (*multi_notify)(void *multi, bool on, unsigned notification);
    CURLMcode (*multi_get_offt)(void *multi, int info, curl_off_t *out);
    CURL **(*multi_get_handles)(void *multi);
    CURLcode (*mime_data_cb)(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                             curl_read_callback read, curl_seek_callback seek,
                             curl_free_callback release, void *arg);
    CURLcode (*mime_filedata)(const struct sc_libcurl *real, curl_mimepart *part, const char *path);
    CURLcode (*mime_filename)(const struct sc_libcurl *real, curl_mimepart *part, const char *name);
    CURLcode (*mime_type)(const struct sc_libcurl *real, curl_mimepart *part, const char *type);
    CURLcode (*mime_headers)(const struct sc_libcurl *real, curl_mimepart *part,
                             struct curl_slist *headers, int take);
};

/* What the engine may ask of the preload. */
struct sc_host {
    /* libcurl made a handle by itself and hands it to the program (HTTP/2 push). */
    void (*announce)(CURL *easy, const struct sc_libcurl *real, void *shadow);
    /* The shadow of a handle, NULL if it has none. */
    void *(*shadow_of)(CURL *easy);
    /* The name that the program was started by, "" if nobody knows. */
    const char *program;
};

typedef const struct sc_engine *(*sc_engine_entry)(const struct sc_host *host);

#endif
