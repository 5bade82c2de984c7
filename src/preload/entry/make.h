/* make.h - making things with a libcurl that is known, for the program. */
#ifndef SC_ENTRY_MAKE_H
#define SC_ENTRY_MAKE_H

#include "bind/find.h"

CURL *sc_make_easy(const struct sc_libcurl *real);
CURLM *sc_make_multi(const struct sc_libcurl *real);
CURLcode sc_make_mime(const struct sc_libcurl *real, curl_mimepart *part, curl_off_t size,
                      curl_read_callback read, curl_seek_callback seek, curl_free_callback release,
                      void *arg);

#endif
