/*
 * easy_header.c - curl_easy_header and curl_easy_nextheader (libcurl 7.83 and later).
 *
 * An older libcurl has neither: CURLHE_NOT_BUILT_IN is what one built without them answers.
 */
#include "entry/entry.h"

SC_EXPORT CURLHcode curl_easy_header(CURL *easy, const char *name, size_t index,
                                     unsigned int origin, int request, struct curl_header **out)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (!e.real || !e.real->easy_header)
        return CURLHE_NOT_BUILT_IN;
    if (e.shadow)
        return e.engine->header(e.shadow, name, index, origin, request, out);
    return e.real->easy_header(easy, name, index, origin, request, out);
}

SC_EXPORT struct curl_header *curl_easy_nextheader(CURL *easy, unsigned int origin, int request,
                                                   struct curl_header *previous)
{
    struct sc_entry e = sc_entry_of(easy, SC_CALLER);

    if (!e.real || !e.real->easy_nextheader)
        return NULL;
    if (e.shadow)
        return e.engine->nextheader(e.shadow, origin, request, previous);
    return e.real->easy_nextheader(easy, origin, request, previous);
}
