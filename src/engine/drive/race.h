/*
 * race.h - an attempt of the easy interface that may be doubled before it begins to answer.
 *
 * Two transfers at once need a multi: it is the shadow's own (`circle`), and stays with the handle,
 * so that connections are used again as they are by curl_easy_perform, which has one of its own.
 * The program's handle runs in it, and when the time has come a twin of it (handle/twin.h). Each
 * has a response of its own (call/side.h); whoever is the first to give output has won, and is
 * from then on the attempt that everybody sees. The other is closed.
 *
 * Nothing of a race lies on the stack: a callback of the program may longjmp out of it. Then the
 * circle is as stuck as curl_easy_perform's own multi is without us: it is never touched again.
 */
#ifndef SC_DRIVE_RACE_H
#define SC_DRIVE_RACE_H

#include "call/transfer.h"

/* Whether the call's attempts are made this way: for a handle always the same one, or it would have
 * two sets of connections. */
bool sc_race_wanted(const struct sc_transfer *t);

/* The attempt. Returns its result, as curl_easy_perform would have; everything in the transfer is
 * that of the attempt that counts. */
CURLcode sc_race_run(struct sc_transfer *t);

/* After a longjmp or a thread's cancellation; else there is nothing to do. alive: the program's
 * handle is, and is to have its own values back. */
void sc_race_leave(struct sc_transfer *t, bool alive);

/* The handle goes. */
void sc_race_free_circle(struct sc_shadow *s);

#endif
