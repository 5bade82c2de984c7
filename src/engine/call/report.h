/* report.h - a managed call's events, for the log. Nothing here can fail or change errno. */
#ifndef SC_CALL_REPORT_H
#define SC_CALL_REPORT_H

#include <stdint.h>

#include "call/transfer.h"
#include "log/log.h"

void sc_report_attempt(struct sc_transfer *t, CURLcode rc, int64_t now_ns);
/* One line about what the call changed for others, or met. */
/* A fault on purpose, as it was asked for. */
void sc_report_fault(struct sc_transfer *t, const char *text);

void sc_report_note(struct sc_transfer *t, enum sc_event_kind kind, const char *text);
/* What a person should hear of once a process, while nothing else is to be said by the same place,
 * whose `last` is. "": nothing. */
void sc_report_note_once(struct sc_transfer *t, const char *text, _Atomic uint64_t *last);
/* Something about the request itself: too long, or not sent as it was. trimmed: messages that were
 * left out of it. */
void sc_report_request(struct sc_transfer *t, const char *reason, const char *text, int trimmed);
/* Another target is asked, or cannot be. from: NULL for where the program itself asks. */
struct sc_moved {
    const char *from, *to, *reason, *text;
};
void sc_report_fallback(struct sc_transfer *t, const struct sc_moved *m);
/* A second attempt; forbidden: what did not let it go, NULL: it went. */
void sc_report_hedge(struct sc_transfer *t, const char *forbidden, const char *text);
/* What would have been done, were the rule in force. to: a target; ms: how long a wait, -1: none.
 */
struct sc_would {
    const char *reason, *text, *to;
    int64_t ms;
};
void sc_report_shadow(struct sc_transfer *t, const struct sc_would *w);
/* So much of a budget is spent. */
void sc_report_budget(struct sc_transfer *t, const struct sc_money_alert *a, const char *text);
/* A wait for limit or gate is over. */
void sc_report_waited(struct sc_transfer *t, int64_t ns, enum sc_wait_reason reason);
void sc_report_wait(struct sc_transfer *t, const struct sc_step *step);

/* Fills in what stages know of the call. */
typedef void sc_describer(const struct sc_transfer *t, struct sc_event *e);

void sc_report_call(struct sc_transfer *t, CURLcode rc, int64_t now_ns, sc_describer *describe);

#endif
