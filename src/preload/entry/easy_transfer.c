/* easy_transfer.c - curl_easy_perform, _pause, _send, _recv: what moves bytes. */
#include "entry/entry.h"

SC_EXPORT CURLcode curl_easy_perform(CURL *easy)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        return e.engine->perform(e.shadow, (uintptr_t)__builtin_frame_address(0));
    return e.real ? e.real->easy_perform(easy) : CURLE_FAILED_INIT;
}

SC_EXPORT CURLcode curl_easy_pause(CURL *easy, int bitmask)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        return e.engine->pause(e.shadow, bitmask);
    return e.real ? e.real->easy_pause(easy, bitmask) : CURLE_FAILED_INIT;
}

SC_EXPORT CURLcode curl_easy_send(CURL *easy, const void *data, size_t n, size_t *sent)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        return e.engine->send(e.shadow, data, n, sent);
    return e.real ? e.real->easy_send(easy, data, n, sent) : CURLE_FAILED_INIT;
}

SC_EXPORT CURLcode curl_easy_recv(CURL *easy, void *data, size_t n, size_t *got)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        return e.engine->recv(e.shadow, data, n, got);
    return e.real ? e.real->easy_recv(easy, data, n, got) : CURLE_FAILED_INIT;
}
