/*
 * sums.h - what is added up by name: of each model, program, task, reason... one row.
 *
 *     sc_sum_of(s, SC_SUM_MODEL, "2026-01-01", "gpt-4o")->calls++;
 *
 * There is room for SC_SUMS_MAX rows of each kind; of what comes then there is one more,
 * "(others)".
 */
#ifndef SC_REPORT_SUMS_H
#define SC_REPORT_SUMS_H

#include <stddef.h>
#include <stdint.h>

enum { SC_SUMS_MAX = 4096 };

enum sc_sum_by {
    SC_SUM_MODEL,   /* part: the day */
    SC_SUM_PROGRAM, /* the same */
    SC_SUM_TASK,    /* the same */
    SC_SUM_FAILURE, /* part: its class; key: the model and the host */
    SC_SUM_WAIT,    /* key: the reason */
    SC_SUMS_BY
};

struct sc_sum {
    enum sc_sum_by by;
    char part[32], key[256];
    int64_t calls, failed, input, output, cost_nano, lost_nano;
    int64_t priced, kept;      /* calls with a cost of their own; answered by one that was kept */
    int64_t ms;                /* what waits came to */
    int64_t first_ms, last_ms; /* when; since 1970 */
};

struct sc_sums;

/* NULL: no memory. */
struct sc_sums *sc_sums_new(void);
void sc_sums_free(struct sc_sums *s);

/* The row, made if need be. */
struct sc_sum *sc_sum_of(struct sc_sums *s, enum sc_sum_by by, const char *part, const char *key);

/* These end at the largest number: what a log holds may be anything. */
int64_t sc_plus(int64_t a, int64_t b);
int64_t sc_times(int64_t a, int64_t b);

/* Adds the numbers of one row to another's. */
void sc_sum_join(struct sc_sum *to, const struct sc_sum *from);

/* The rows of a kind: by part as they are, or summed up by key alone (or by part alone). The
 * largest first: by money, then by calls, then by time. Returns how many; *rows is to be freed. */
enum sc_sum_fold { SC_FOLD_NONE, SC_FOLD_BY_KEY, SC_FOLD_BY_PART };
size_t sc_sums_list(const struct sc_sums *s, enum sc_sum_by by, enum sc_sum_fold fold,
                    struct sc_sum **rows);

#endif
