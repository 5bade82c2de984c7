/* getinfo.h - curl_easy_getinfo where libcurl alone would tell of one attempt only. */
#ifndef SC_VIEW_GETINFO_H
#define SC_VIEW_GETINFO_H

#include "handle/shadow.h"

CURLcode sc_getinfo(struct sc_shadow *s, CURLINFO info, void *out);

#endif
