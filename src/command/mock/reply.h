/* reply.h - answers as the outcome says. */
#ifndef SC_MOCK_REPLY_H
#define SC_MOCK_REPLY_H

#include "mock/exchange.h"

enum MHD_Result sc_mock_reply(struct sc_mock_exchange *x);

#endif
