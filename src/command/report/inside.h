/* inside.h - what the files of report/ share. */
#ifndef SC_REPORT_INSIDE_H
#define SC_REPORT_INSIDE_H

#include "ledger/under_way.h"
#include "report/course.h"
#include "report/report.h"
#include "report/sums.h"

enum { SC_SHOWN_CALLS = 10 };

/* Calls that are shown, with all that happened within them. */
struct sc_shown {
    struct sc_call_seen calls[SC_SHOWN_CALLS];
    size_t n;
};

struct sc_report {
    struct sc_report_wish wish;
    struct sc_under_way *under_way;
    struct sc_course course;
    struct sc_sums *sums;
    struct sc_stretch all; /* of the whole span */
    struct sc_sum total;
    struct sc_shown slow, failed; /* the slowest that went well; the last that did not */
    int64_t failed_nano;          /* what calls have cost that failed in the end */
    int64_t moved, moved_nano;    /* answered by another model than asked; what was saved by that */
    int64_t odd, estimated;
};

/* ---- words (words.c) ---- */

/* "12 345", with narrow blanks. */
void sc_put_count(FILE *f, int64_t v);

/* "2026-01-01 12:30:05", in UTC. */
const char *sc_utc_words(int64_t ms, char buf[32]);

/* "$12.50", "$0.0034": to be read, not to be added up. */
const char *sc_money_words(int64_t nano, char buf[32]);

/* "99.5 %"; of 0 it is "-". */
const char *sc_share_words(int64_t part, int64_t of, char buf[32]);

/* What may be wider than a phone, and is then moved by itself: its begin, and its end "</div>". */
void sc_put_scroll(FILE *f, const char *what);

/* ---- parts of the document ---- */

void sc_put_course(FILE *f, const struct sc_report *r); /* pictures.c */
void sc_put_money_days(FILE *f, const struct sc_report *r, const struct sc_sum *models, size_t n);
void sc_put_shown(FILE *f, const struct sc_shown *s);  /* waterfall.c */
void sc_put_money(FILE *f, const struct sc_report *r); /* money.c */

/* report.css (style_text.S). */
extern const char sc_report_style[];

#endif
