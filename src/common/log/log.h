/*
 * log.h - events to lines.
 *
 * One event, one line, written with O_APPEND on a descriptor opened for it and closed again: a host
 * program may close or reuse any descriptor at any time. Lines that tell of nothing but success may
 * wait in the shared state and be written together (batch.h). Rotation at max_bytes by rename to
 * PATH.1 is safe with many processes. Never allocates in the common case, keeps errno, never
 * writes anywhere but to the log file (and, with no log configured, one line to stderr by
 * sc_log_complain, once per process).
 *
 * Nothing secret may reach a line: URLs lose user info and values of key-like query parameters,
 * texts lose what looks like a key (sc_redact). What a server says is told by class and row; its
 * words come at level debug alone, and built anew of words that are no secrets (wording.h).
 */
#ifndef SC_LOG_LOG_H
#define SC_LOG_LOG_H

#include <stddef.h>
#include <stdint.h>

#include "log/event.h"
#include "log/program.h"
#include "log/redact.h"

#define SC_LOG_LINE_MAX 4096

void sc_log_event(const struct sc_log *log, const struct sc_event *e);

/* Formats without writing: returns the length (without NUL), at most n - 1; always ends in '\n'.
 * Returns 0 if the format has no line for the event: in text, the last attempt (the call's line
 * says it) and waits for backoff and hints (the "Retry" line says them) appear at level debug
 * only. wall_ns: CLOCK_REALTIME. For tests and sc_log_event. */
size_t sc_log_format(const struct sc_log *log, const struct sc_event *e, int64_t wall_ns, char *buf,
                     size_t n);

/* A line about steadycurl itself (a broken policy, an unwritable log). Goes to the log if there
 * is one that works, else once per process to stderr. */
void sc_log_complain(const struct sc_log *log, const char *text);

#endif
