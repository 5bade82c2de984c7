/* easy_setopt.c - curl_easy_setopt and curl_easy_getinfo: variadic, with exactly one argument. */
#include "entry/entry.h"

#include <stdarg.h>

/* The argument is a long, a pointer or a curl_off_t by the option's number. On the 64-bit ABIs
 * they travel alike, and all 64 bits go on as they came: programs pass an int where a long is due.
 */
_Static_assert(sizeof(long) == sizeof(void *) && sizeof(curl_off_t) == sizeof(void *),
               "a port to 32 bits has to read the argument by the option's type");

SC_EXPORT CURLcode curl_easy_setopt(CURL *easy, CURLoption option, ...)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);
    va_list ap;
    int64_t arg;

    va_start(ap, option);
    arg = va_arg(ap, int64_t);
    va_end(ap);
    if (e.shadow)
        return e.engine->setopt(e.shadow, option, arg);
    return e.real ? e.real->easy_setopt(easy, option, arg) : CURLE_FAILED_INIT;
}

SC_EXPORT CURLcode curl_easy_getinfo(CURL *easy, CURLINFO info, ...)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);
    va_list ap;
    void *out;

    va_start(ap, info);
    out = va_arg(ap, void *);
    va_end(ap);
    if (e.shadow)
        return e.engine->getinfo(e.shadow, info, out);
    return e.real ? e.real->easy_getinfo(easy, info, out) : CURLE_FAILED_INIT;
}
