/*
 * course.h - how calls went over time: at most SC_STRETCHES_MAX stretches of the same width, which
 * follows from the span that there is something in.
 */
#ifndef SC_REPORT_COURSE_H
#define SC_REPORT_COURSE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spread.h"
#include "ledger/log_line.h"

enum { SC_STRETCHES_MAX = 180 };

struct sc_stretch {
    int64_t calls[SC_ENDINGS];
    int64_t attempts, more_attempts; /* of these: beyond the first of a call */
    struct sc_spread took, first;    /* how long calls took; until a stream's first output */
};

struct sc_course {
    int64_t begin_ms, width_ms; /* of the first, since 1970; 0: nothing came yet */
    size_t n;
    struct sc_stretch *slots; /* SC_STRETCHES_MAX of them */
};

bool sc_course_begin(struct sc_course *c);
void sc_course_end(struct sc_course *c);
void sc_course_take(struct sc_course *c, const struct sc_log_line *call);

#endif
