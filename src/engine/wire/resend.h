/* resend.h - whether a request can be sent again from its start. */
#ifndef SC_WIRE_RESEND_H
#define SC_WIRE_RESEND_H

#include "wire/exchange.h"

/* since_ns: when the call began; parts of forms that were read since count. */
bool sc_request_can_resend(const struct sc_exchange *x, int64_t since_ns);

#endif
