/* perform.h - curl_easy_perform of a managed call: drives the engine by sleeping. */
#ifndef SC_DRIVE_PERFORM_H
#define SC_DRIVE_PERFORM_H

#include "handle/shadow.h"

/* frame: the program's stack pointer at its call. */
CURLcode sc_perform(struct sc_shadow *s, uintptr_t frame);

#endif
