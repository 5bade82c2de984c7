/*
 * multi.c - the multi interface.
 *
 * Only what a managed transfer changes is exported: what drives transfers, tells of their end or
 * of the time to come back. curl_multi_fdset, _wakeup, _assign and the rest stay libcurl's.
 */
#include "entry/entry.h"
#include "entry/make.h"
#include "steadycurl/newer.h"

#include <stdarg.h>

CURLM *sc_make_multi(const struct sc_libcurl *real)
{
    const struct sc_engine *engine = sc_engine_get();
    CURLM *multi = real->multi_init();

    if (multi)
        sc_handle_put(multi, real, engine ? engine->multi_adopt(multi, real) : NULL);
    return multi;
}

SC_EXPORT CURLM *curl_multi_init(void)
{
    struct sc_caller c = sc_libcurl_of_caller(SC_CALLER);
    CURLM *multi;

    if (!c.real)
        return NULL;
    if (!c.internal)
        return sc_make_multi(c.real);
    multi = c.real->multi_init();
    if (multi && sc_handle_find(multi))
        sc_handle_take(multi);
    return multi;
}

SC_EXPORT CURLMcode curl_multi_cleanup(CURLM *multi)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);
    CURLMcode rc;

    if (sc_libcurl_holding(SC_CALLER) == NULL)
        sc_handle_take(multi); /* before: another thread may be given the same address */
    if (!e.shadow)
        return e.real ? e.real->multi_cleanup(multi) : CURLM_INTERNAL_ERROR;
    rc = e.engine->multi_cleanup(e.shadow);
    if (rc == CURLM_RECURSIVE_API_CALL) /* refused: it lives on */
        sc_handle_put(multi, e.real, e.shadow);
    return rc;
}

SC_EXPORT CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);
    struct sc_handle *h = sc_libcurl_holding(SC_CALLER) == NULL ? sc_handle_find(easy) : NULL;
    void *shadow = h ? h->shadow : NULL;

    if (e.shadow)
        return e.engine->multi_add_handle(e.shadow, easy, shadow);
    if (shadow)
        sc_engine_get()->to_multi(shadow);
    return e.real ? e.real->multi_add_handle(multi, easy) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_remove_handle(CURLM *multi, CURL *easy)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);
    struct sc_handle *h = e.shadow ? sc_handle_find(easy) : NULL;

    if (e.shadow)
        return e.engine->multi_remove_handle(e.shadow, easy, h ? h->shadow : NULL);
    return e.real ? e.real->multi_remove_handle(multi, easy) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_perform(CURLM *multi, int *running)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_perform(e.shadow, running);
    return e.real ? e.real->multi_perform(multi, running) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_wait(CURLM *multi, struct curl_waitfd extra[], unsigned int n,
                                    int timeout_ms, int *ready)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_wait(e.shadow, false, extra, n, timeout_ms, ready);
    return e.real ? e.real->multi_wait(multi, extra, n, timeout_ms, ready) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_poll(CURLM *multi, struct curl_waitfd extra[], unsigned int n,
                                    int timeout_ms, int *ready)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_wait(e.shadow, true, extra, n, timeout_ms, ready);
    return e.real ? e.real->multi_poll(multi, extra, n, timeout_ms, ready) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_timeout(CURLM *multi, long *timeout_ms)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_timeout(e.shadow, timeout_ms);
    return e.real ? e.real->multi_timeout(multi, timeout_ms) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_socket_action(CURLM *multi, curl_socket_t s, int events,
                                             int *running)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_socket_action(e.shadow, s, events, running);
    return e.real ? e.real->multi_socket_action(multi, s, events, running) : CURLM_INTERNAL_ERROR;
}

#undef curl_multi_socket /* a macro that adds a check of the arguments */
SC_EXPORT CURLMcode curl_multi_socket(CURLM *multi, curl_socket_t s, int *running)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_socket_action(e.shadow, s, 0, running);
    return e.real ? e.real->multi_socket(multi, s, running) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMcode curl_multi_socket_all(CURLM *multi, int *running)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_socket_all(e.shadow, running);
    return e.real ? e.real->multi_socket_all(multi, running) : CURLM_INTERNAL_ERROR;
}

SC_EXPORT CURLMsg *curl_multi_info_read(CURLM *multi, int *left)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (e.shadow)
        return e.engine->multi_info_read(e.shadow, left);
    return e.real ? e.real->multi_info_read(multi, left) : NULL;
}

SC_EXPORT CURLMcode curl_multi_setopt(CURLM *multi, CURLMoption option, ...)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);
    va_list ap;
    int64_t arg;

    va_start(ap, option);
    arg = va_arg(ap, int64_t);
    va_end(ap);
    if (e.shadow)
        return e.engine->multi_setopt(e.shadow, option, arg);
    return e.real ? e.real->multi_setopt(multi, option, arg) : CURLM_INTERNAL_ERROR;
}

/* ---- of newer libcurls: what an older one says of an option that it does not know
 * ---------------- */

SC_EXPORT CURLMcode curl_multi_notify_enable(CURLM *multi, unsigned int notification)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (!e.real || !e.real->multi_notify_enable)
        return CURLM_UNKNOWN_OPTION;
    if (e.shadow)
        return e.engine->multi_notify(e.shadow, true, notification);
    return e.real->multi_notify_enable(multi, notification);
}

SC_EXPORT CURLMcode curl_multi_notify_disable(CURLM *multi, unsigned int notification)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (!e.real || !e.real->multi_notify_disable)
        return CURLM_UNKNOWN_OPTION;
    if (e.shadow)
        return e.engine->multi_notify(e.shadow, false, notification);
    return e.real->multi_notify_disable(multi, notification);
}

SC_EXPORT CURLMcode curl_multi_get_offt(CURLM *multi, CURLMinfo_offt info, curl_off_t *out)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (!e.real || !e.real->multi_get_offt)
        return CURLM_UNKNOWN_OPTION;
    if (e.shadow)
        return e.engine->multi_get_offt(e.shadow, (int)info, out);
    return e.real->multi_get_offt(multi, (int)info, out);
}

SC_EXPORT CURL **curl_multi_get_handles(CURLM *multi)
{
    struct sc_entry e = sc_entry_of(multi, SC_CALLER);

    if (!e.real || !e.real->multi_get_handles)
        return NULL;
    if (e.shadow)
        return e.engine->multi_get_handles(e.shadow);
    return e.real->multi_get_handles(multi);
}
