/* headers.h - curl_easy_header and curl_easy_nextheader while a held block is handed over. */
#ifndef SC_VIEW_HEADERS_H
#define SC_VIEW_HEADERS_H

#include "handle/shadow.h"

CURLHcode sc_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                    int request, struct curl_header **out);
struct curl_header *sc_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                  struct curl_header *previous);

#endif
