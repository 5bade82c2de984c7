/* priority.h - the class in which a call waits where its rule has calls wait in order. */
#ifndef SC_CALL_PRIORITY_H
#define SC_CALL_PRIORITY_H

#include "core/queue.h"
#include "core/settings.h"

/* The rule's, unless the process or its task is of a class of its own. */
enum sc_priority sc_priority_of(const struct sc_limits *l);

#endif
