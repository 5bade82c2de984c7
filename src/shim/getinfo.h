/* getinfo.h - curl_easy_getinfo where libcurl alone would tell of one attempt only. */
#ifndef SC_SHIM_GETINFO_H
#define SC_SHIM_GETINFO_H

#include "shim/shadow.h"

CURLcode sc_getinfo(struct sc_shadow *s, CURLINFO info, void *out);

#endif
