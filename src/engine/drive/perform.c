/*
 * perform.c - curl_easy_perform of a managed call: drives it by sleeping. See perform.h.
 */
#include "drive/perform.h"

#include <errno.h>
#include <time.h>

#include "core/time.h"
#include "handle/hooks.h"
#include "handle/progress.h"
#include "handle/texts.h"
#include "wire/program.h"
#include "drive/race.h"
#include "drive/sequence.h"
#include "drive/multi.h"
#include "call/report.h"
#include "process/runtime.h"

enum { TICK_MS = 100 };

static void sleep_until(int64_t ns)
{
    struct timespec ts = {.tv_sec = ns / SC_NS_PER_S, .tv_nsec = ns % SC_NS_PER_S};

    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL) == EINTR)
        ; /* as libcurl's poll goes on after a signal */
}

/* True: the program's progress callback wants to stop. */
static bool wait(struct sc_shadow *s, struct sc_transfer *t, const struct sc_step *step)
{
    int64_t now;

    sc_report_wait(t, step);
    while ((now = sc_now_ns()) < step->until_ns) {
        int64_t tick = now + TICK_MS * SC_NS_PER_MS;

        if (!sc_progress_wanted(s)) {
            sleep_until(step->until_ns);
            continue;
        }
        if (sc_program_progress(&t->x, 0, 0))
            return true;
        sleep_until(tick < step->until_ns ? tick : step->until_ns);
    }
    return false;
}

static CURLcode attempt(struct sc_shadow *s, struct sc_transfer *t)
{
    if (t->attempt.unsent)
        return CURLE_OUT_OF_MEMORY;
    if (sc_managed_stands_in(t))
        return sc_managed_stand_in(t);
    return sc_race_wanted(t) ? sc_race_run(t) : s->real->easy_perform(s->easy);
}

static CURLcode drive(struct sc_shadow *s, struct sc_transfer *t)
{
    CURLcode rc = CURLE_OK;
    struct sc_step step;

    for (;;) {
        sc_managed_next(t, sc_now_ns(), &step);
        switch (step.kind) {
        case SC_STEP_SEND:
            sc_managed_prepare(t);
            t->play.sending = true;
            rc = attempt(s, t);
            t->play.sending = false;
            rc = sc_managed_judge(t, rc);
            break;
        case SC_STEP_WAIT:
            if (wait(s, t, &step))
                return sc_managed_finish(t, sc_managed_abort(t));
            break;
        default:
            return sc_managed_finish(t, rc);
        }
    }
}

/* A perform on a handle that is already in one: from a callback, which libcurl refuses, or after a
 * callback's longjmp or a thread's cancellation has thrown our frame away. The stack grows
 * downwards: a caller that stands above the old frame has outlived it, and so has one that comes
 * while no callback can run, or on another thread. */
static bool is_recursion(const struct sc_shadow *s, uintptr_t frame)
{
    return s->active && frame < s->frame && s->transfer &&
           (s->transfer->play.sending || s->transfer->play.in_callback) &&
           pthread_equal(s->thread, pthread_self());
}

CURLcode sc_perform(struct sc_shadow *s, uintptr_t frame)
{
    struct sc_transfer *t;
    bool refused;
    CURLcode rc;

    if (is_recursion(s, frame))
        return s->transfer->play.in_callback ? CURLE_RECURSIVE_API_CALL
                                             : s->real->easy_perform(s->easy);
    if (s->member && !s->member->in_real) {
        sc_say_in_multi(s);
        return CURLE_FAILED_INIT;
    }
    if (s->member)
        return s->real->easy_perform(s->easy);
    if (s->active)
        sc_managed_end(s);
    t = sc_managed_begin(s, &refused);
    if (refused) {
        sc_say_no_policy(s);
        return CURLE_FAILED_INIT;
    }
    if (!t) {
        sc_hooks_out(s);
        return s->real->easy_perform(s->easy);
    }
    s->active = true;
    s->frame = frame;
    s->thread = pthread_self();
    rc = drive(s, t);
    sc_managed_end(s);
    return rc;
}
