/*
 * multi.c - curl_multi_add_handle: a handle in a multi is libcurl's alone.
 *
 * The engine only has to forget what it would say of the handle's last easy transfer.
 */
#include "entry/entry.h"

SC_EXPORT CURLMcode curl_multi_add_handle(CURLM *multi, CURL *easy)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        e.engine->to_multi(e.shadow);
    return e.real ? e.real->multi_add_handle(multi, easy) : CURLM_INTERNAL_ERROR;
}
