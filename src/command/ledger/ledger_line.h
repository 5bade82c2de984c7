/* ledger_line.h - a line of a JSON log, as far as it is about money; and times as people write
 * them. */
#ifndef SC_LEDGER_LEDGER_LINE_H
#define SC_LEDGER_LEDGER_LINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Texts are "" and counts -1 where the line does not say. */
struct sc_ledger_line {
    char id[40], day[12];
    int64_t pid, time_ms, ms; /* when it ended, how long it took */
    char program[64], rule[80], provider[32], host[256], model[256], task[256], dag[256];
    char outcome[24];
    int64_t input, output, cached, written, reasoning, cost_nano;
    int64_t status;
    bool estimated, kept;
};

enum sc_line_kind { SC_LINE_OTHER, SC_LINE_CALL, SC_LINE_BROKEN };

enum sc_line_kind sc_ledger_line_read(struct sc_ledger_line *c, const char *line, size_t n);

/* "2025-08-08", "2025-08-08T07:32:01Z" (with or without fraction), in UTC, as milliseconds since
 * 1970. `only_date` may be NULL. */
bool sc_time_read(const char *text, int64_t *ms, bool *only_date);

#endif
