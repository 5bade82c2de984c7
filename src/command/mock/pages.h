/* pages.h - what is no API of a provider: /echo, /bytes/N, /redirect, /status/N. */
#ifndef SC_MOCK_PAGES_H
#define SC_MOCK_PAGES_H

#include "mock/answer.h"
#include "mock/exchange.h"

/* Fills in *a and maybe a location that the caller frees. */
void sc_mock_page(const struct sc_mock_exchange *x, struct sc_mock_answer *a, char **location);

#endif
