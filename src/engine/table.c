/* table.c - the table that the preload calls. See steadycurl/engine.h. */
#include "steadycurl/engine.h"

#include <string.h>

#include "wire/answer.h"
#include "view/getinfo.h"
#include "view/headers.h"
#include "view/kept.h"
#include "wire/mime.h"
#include "drive/life.h"
#include "drive/multi.h"
#include "log/log.h"
#include "drive/pause.h"
#include "drive/perform.h"
#include "handle/detour.h"
#include "handle/hooks.h"
#include "handle/shadow.h"
#include "handle/twin.h"
#include "process/runtime.h"
#include "call/transfer.h"

static void *adopt(CURL *easy, const struct sc_libcurl *real)
{
    return sc_shadow_new(easy, real);
}

static void *adopt_copy(void *shadow, CURL *copy)
{
    return sc_life_copy(shadow, copy);
}

static void release(void *shadow)
{
    sc_life_end(shadow);
    sc_runtime_flush_log(false); /* whoever gives the handle back may look at the log next */
}

static void reset(void *shadow)
{
    struct sc_shadow *s = shadow;

    s->real->easy_reset(sc_shadow_own(s));
    sc_options_default(&s->o);
    s->hooked = 0;
    s->replaced = SC_REPLACED_NOT;
    s->headers_replaced = false;
    s->url_known = false;
    memset(&s->overlay, 0, sizeof s->overlay);
    sc_answer_forget(s);
    sc_kept_forget(s);
    sc_twin_forget(s);
    sc_detour_forget(s);
}

static CURLcode set_option(void *shadow, CURLoption option, int64_t arg)
{
    return sc_shadow_setopt(shadow, option, arg);
}

static CURLcode get_info(void *shadow, CURLINFO info, void *out)
{
    return sc_getinfo(shadow, info, out);
}

static CURLcode perform(void *shadow, uintptr_t frame)
{
    return sc_perform(shadow, frame);
}

static CURLcode pause_transfer(void *shadow, int bitmask)
{
    return sc_pause(shadow, bitmask);
}

static bool in_our_callback(const struct sc_shadow *s)
{
    return s->transfer && s->transfer->play.in_callback;
}

static CURLcode send_raw(void *shadow, const void *data, size_t n, size_t *sent)
{
    struct sc_shadow *s = shadow;

    if (in_our_callback(s))
        return CURLE_RECURSIVE_API_CALL;
    return s->real->easy_send(s->easy, data, n, sent);
}

static CURLcode recv_raw(void *shadow, void *data, size_t n, size_t *got)
{
    struct sc_shadow *s = shadow;

    if (in_our_callback(s))
        return CURLE_RECURSIVE_API_CALL;
    return s->real->easy_recv(s->easy, data, n, got);
}

static CURLHcode header(void *shadow, const char *name, size_t index, unsigned origin, int request,
                        struct curl_header **out)
{
    return sc_header(shadow, name, index, origin, request, out);
}

static struct curl_header *nextheader(void *shadow, unsigned origin, int request,
                                      struct curl_header *previous)
{
    return sc_nextheader(shadow, origin, request, previous);
}

static void to_multi(void *shadow)
{
    struct sc_shadow *s = shadow;

    if (!s->active) {
        sc_hooks_out(s);
        memset(&s->overlay, 0, sizeof s->overlay);
        sc_answer_forget(s);
        sc_kept_forget(s);
        sc_twin_forget(s);
    }
}

static const struct sc_engine table = {
    .abi = SC_ENGINE_ABI,
    .adopt = adopt,
    .adopt_copy = adopt_copy,
    .release = release,
    .reset = reset,
    .setopt = set_option,
    .getinfo = get_info,
    .perform = perform,
    .pause = pause_transfer,
    .send = send_raw,
    .recv = recv_raw,
    .header = header,
    .nextheader = nextheader,
    .to_multi = to_multi,
    .mime_data_cb = sc_mime_data_cb,
    .mime_filedata = sc_mime_filedata,
    .mime_filename = sc_mime_filename,
    .mime_type = sc_mime_type,
    .mime_headers = sc_mime_headers,
    .multi_adopt = sc_multi_adopt,
    .multi_cleanup = sc_multi_cleanup,
    .multi_add_handle = sc_multi_add_handle,
    .multi_remove_handle = sc_multi_remove_handle,
    .multi_perform = sc_multi_perform,
    .multi_wait = sc_multi_wait,
    .multi_timeout = sc_multi_timeout,
    .multi_socket_action = sc_multi_socket_action,
    .multi_socket_all = sc_multi_socket_all,
    .multi_info_read = sc_multi_info_read,
    .multi_setopt = sc_multi_setopt,
    .multi_notify = sc_multi_notify,
    .multi_get_offt = sc_multi_get_offt,
    .multi_get_handles = sc_multi_get_handles,
};

__attribute__((visibility("default"))) const struct sc_engine *
sc_engine_table(const struct sc_host *host);

/* May run in several threads at once, with the same host. */
const struct sc_engine *sc_engine_table(const struct sc_host *host)
{
    sc_multi_set_host(host);
    sc_log_set_program(host->program);
    sc_mime_set_host(host);
    return &table;
}
