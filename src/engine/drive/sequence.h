/*
 * sequence.h - the steps of a managed call, whoever drives it.
 *
 * curl_easy_perform drives by sleeping, the multi interface by timers. Both do the same:
 *
 *     t = sc_managed_begin(s);                       NULL: not managed
 *     for (;;) {
 *         sc_managed_next(t, sc_now_ns(), &step);
 *         SC_STEP_SEND:    sc_managed_prepare(t); rc = the transfer; sc_managed_judge(t, rc);
 *                          the transfer is sc_managed_stand_in if something stands in for it
 *         SC_STEP_WAIT:    come back at step.until_ns; give up with sc_managed_abort if the
 *                          program's progress callback wants to stop
 *         SC_STEP_DELIVER: rc = sc_managed_finish(t, rc); break
 *     }
 *     sc_managed_end(t)
 */
#ifndef SC_DRIVE_SEQUENCE_H
#define SC_DRIVE_SEQUENCE_H

#include "call/transfer.h"

/* A transfer for the call that the handle would make now, hung on the shadow, with trampolines in
 * the handle; NULL if no rule matches. *refused: STEADYCURL_STRICT and no valid policy. */
struct sc_transfer *sc_managed_begin(struct sc_shadow *s, bool *refused);

/* What to do now. */
void sc_managed_next(struct sc_transfer *t, int64_t now_ns, struct sc_step *step);

/* Before the real transfer of an attempt, and after it. */
void sc_managed_prepare(struct sc_transfer *t);
/* Whether something stands in for the real transfer, and it. */
bool sc_managed_stands_in(const struct sc_transfer *t);
CURLcode sc_managed_stand_in(struct sc_transfer *t);
/* Returns the attempt's result as the program may have to see it. */
CURLcode sc_managed_judge(struct sc_transfer *t, CURLcode rc);

/* The program wants no more: nothing is handed over. Returns the code for it. */
CURLcode sc_managed_abort(struct sc_transfer *t);

/* The handle gets its own values back, and the program the result. Returns perform's code. If
 * `replay_paused` is set afterwards, the program paused in the middle: call again to go on. */
CURLcode sc_managed_finish(struct sc_transfer *t, CURLcode rc);

/* The handle leaves its multi in the middle of the call: nobody hears of it but the log. */
void sc_managed_left(struct sc_transfer *t);

/* Takes the transfer off the shadow and frees it; also for one that was left in the middle. */
void sc_managed_end(struct sc_shadow *s);

#endif
