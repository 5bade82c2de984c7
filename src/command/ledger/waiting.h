/*
 * waiting.h - lines of a log that wait in the shared state (log/batch.h), for commands that show
 * what the log has: they write them out first.
 */
#ifndef SC_LEDGER_WAITING_H
#define SC_LEDGER_WAITING_H

/* Writes out what waits for the log. state: its folder, NULL: that of programs. May be called again
 * and again: the state is looked for until it is there, and then costs nothing to ask. That a line
 * cannot be written is no fault of whoever reads: it goes on waiting. */
void sc_waiting_write_out(const char *log, const char *state);

#endif
