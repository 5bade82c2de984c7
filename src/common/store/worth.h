/*
 * worth.h - whether an answer may be kept: it is whole, and what was asked for.
 *
 * Never one that was cut by a limit, filtered or refused, that asks the caller for something else
 * (a pause, more input), or whose end says nothing; a call of tools only if that is wanted, since
 * who gets it twice may act twice. Looks at what the API says of its own answer: reason of the end,
 * status, kinds of blocks. Pure.
 */
#ifndef SC_STORE_WORTH_H
#define SC_STORE_WORTH_H

#include <stdbool.h>

#include "http/str.h"
#include "store/asked.h"

/* body: all of it, as the program got it. */
bool sc_worth_keeping(enum sc_asked_api api, bool stream, bool tools, struct sc_str body);

#endif
