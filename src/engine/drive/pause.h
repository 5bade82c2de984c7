/* pause.h - curl_easy_pause, also where libcurl has no transfer that it could pause. */
#ifndef SC_DRIVE_PAUSE_H
#define SC_DRIVE_PAUSE_H

#include "handle/shadow.h"

CURLcode sc_pause(struct sc_shadow *s, int bitmask);

#endif
