/* easy_life.c - curl_easy_init, _duphandle, _reset, _cleanup: where handles come and go. */
#include "entry/entry.h"
#include "entry/make.h"

CURL *sc_make_easy(const struct sc_libcurl *real)
{
    const struct sc_engine *engine = sc_engine_get();
    CURL *easy = real->easy_init();

    if (easy)
        sc_handle_put(easy, real, engine ? engine->adopt(easy, real) : NULL);
    return easy;
}

SC_EXPORT CURL *curl_easy_init(void)
{
    struct sc_caller c = sc_libcurl_of_caller(SC_CALLER);
    CURL *easy;

    if (!c.real)
        return NULL;
    if (!c.internal)
        return sc_make_easy(c.real);
    easy = c.real->easy_init();
    /* libcurl frees these without telling: nothing may stay at the address. */
    if (easy && sc_handle_find(easy))
        sc_handle_take(easy);
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
