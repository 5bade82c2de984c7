/* easy_life.c - curl_easy_init, _duphandle, _reset, _cleanup: where handles come and go. */
#include "entry/entry.h"

SC_EXPORT CURL *curl_easy_init(void)
{
    struct sc_caller c = sc_libcurl_of_caller(SC_CALLER);
    const struct sc_engine *engine;
    CURL *easy;

    if (!c.real)
        return NULL;
    easy = c.real->easy_init();
    if (!easy)
        return NULL;
    if (c.internal) {
        /* libcurl frees these without telling: nothing may stay at the address. */
        if (sc_handle_find(easy))
            sc_handle_take(easy);
        return easy;
    }
    engine = sc_engine_get();
    sc_handle_put(easy, c.real, engine ? engine->adopt(easy, c.real) : NULL);
    return easy;
}

SC_EXPORT CURL *curl_easy_duphandle(CURL *easy)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);
    CURL *copy;

    if (!e.real)
        return NULL;
    copy = e.real->easy_duphandle(easy);
    if (copy && sc_libcurl_holding(SC_CALLER) == NULL)
        sc_handle_put(copy, e.real, e.shadow ? e.engine->adopt_copy(e.shadow, copy) : NULL);
    else if (copy && sc_handle_find(copy))
        sc_handle_take(copy);
    return copy;
}

SC_EXPORT void curl_easy_reset(CURL *easy)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (e.shadow)
        e.engine->reset(e.shadow);
    else if (e.real)
        e.real->easy_reset(easy);
}

SC_EXPORT void curl_easy_cleanup(CURL *easy)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    /* Before the real cleanup: another thread may be given the same address right after it. The
     * shadow outlives it, since cleanup may still call back. */
    sc_handle_take(easy);
    if (e.real)
        e.real->easy_cleanup(easy);
    if (e.shadow)
        e.engine->release(e.shadow);
}
