/* control.h - the pages under /_mock/: what was received, and how to go on. */
#ifndef SC_MOCK_CONTROL_H
#define SC_MOCK_CONTROL_H

#include "mock/exchange.h"

enum MHD_Result sc_mock_control(struct sc_mock_exchange *x);

#endif
