/*
 * log_line.h - one line of a log, text or JSON, as the event that it tells of.
 *
 * A text line says less: its time is local and to the second, and an attempt that went well at once
 * has none. Neither says how important it is: that follows from the event, as it did when it was
 * written (engine/call/report.c).
 */
#ifndef SC_LEDGER_LOG_LINE_H
#define SC_LEDGER_LOG_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"

/* Texts are "" and numbers -1 where the line does not say. */
struct sc_log_line {
    int64_t time_ms; /* since 1970 */
    char event[16], call[24], program[64], model[128], rule[80], provider[32], host[256];
    char outcome[16], class[24], reason[64], task[64], dag[64], target[64], mode[16], text[512];
    int64_t pid, status, curl_code, attempt, attempts, ms, wait_ms, first_token_ms, input, output;
    int64_t cost_nano, lost_nano;
    bool will_retry, estimated, cached;
    bool from_text; /* the time is to the second */
    enum sc_log_level level;
};

/* False: it is no line of a log. */
bool sc_log_line_read(struct sc_log_line *l, const char *line, size_t n);

/* Only its time; -1: it is no line of a log. */
int64_t sc_log_line_time(const char *line, size_t n);

/* How a call went: at once, after another attempt, answered by steadycurl in the service's stead,
 * not at all. A refusal of steadycurl's own is a failure. */
enum sc_ending { SC_CALL_OK, SC_CALL_RETRIED, SC_CALL_OWN, SC_CALL_FAILED, SC_ENDINGS };
enum sc_ending sc_ending_of(const struct sc_log_line *l);

/* How a call ended, in a few words: "ok", "failed: overloaded", "answered: breaker-open". */
void sc_log_outcome_words(const struct sc_log_line *l, char *buf, size_t n);

#endif
