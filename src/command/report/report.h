/*
 * report.h - one file that tells what calls did in a span of time: for who was not there.
 *
 *     r = sc_report_new(&wish);
 *     sc_report_take(r, line, n);              each line of the log, false: it need not go on
 *     sc_report_put_html(f, r);
 *
 * The document needs nothing else: no script, no picture, no style from elsewhere. It is HTML that
 * is well-formed XML, too. No prompt, answer or key is in it: there is none in the log.
 */
#ifndef SC_REPORT_REPORT_H
#define SC_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "ledger/state_view.h"
#include "provider/prices.h"

struct sc_report_wish {
    int64_t since_ms, until_ms; /* until is not in it */
    int64_t now_ms;
    const struct sc_price *prices; /* the policy's own, for what another model would have cost */
    size_t n_prices;
};

struct sc_report;

/* NULL: no memory. The wish is copied, the prices borrowed. */
struct sc_report *sc_report_new(const struct sc_report_wish *wish);
void sc_report_free(struct sc_report *r);

bool sc_report_take(struct sc_report *r, const char *line, size_t n);

/* How many calls ended in the span, and how many lines were none of a log. */
int64_t sc_report_calls(const struct sc_report *r);
int64_t sc_report_odd(const struct sc_report *r);

/* view: how things stand now; NULL: it is not told, since the span has ended before. */
void sc_report_put_html(FILE *f, const struct sc_report *r, struct sc_state_view *view);

#endif
