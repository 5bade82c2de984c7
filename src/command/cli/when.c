/* when.c - see when.h. */
#include "base/now.h"
#include "cli/when.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/time.h"
#include "ledger/ledger_line.h"

#define DAY_MS INT64_C(86400000)

/* "36h": that long ago. */
static bool read_ago(const char *text, int64_t *ms)
{
    static const struct {
        char letter;
        int64_t ms;
    } units[] = {{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', DAY_MS}, {'w', 7 * DAY_MS}};
    char *after;
    long long n = strtoll(text, &after, 10);

    if (text[0] < '0' || text[0] > '9' || n > 1000000000 || !after[0] || after[1])
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (units[i].letter == after[0]) {
            *ms = sc_wall_ms() - n * units[i].ms;
            return true;
        }
    }
    return false;
}

bool sc_when_read(const struct sc_usage *u, const char *text, bool until, int64_t *ms)
{
    bool date;

    if (read_ago(text, ms))
        return true;
    if (!sc_time_read(text, ms, &date)) {
        sc_usage_wrong(u, "\"%s\" is no time; write 2025-08-08, 2025-08-08T07:00:00Z, 36h or 7d",
                       text);
        return false;
    }
    *ms += until && date ? DAY_MS : 0;
    return true;
}

const char *sc_when_write(int64_t ms, bool exact, char buf[40])
{
    time_t s = (time_t)(ms / 1000);
    struct tm t;
    size_t n;

    if (!gmtime_r(&s, &t) || (n = strftime(buf, 40, "%Y-%m-%dT%H:%M:%S", &t)) == 0)
        return strcpy(buf, "?");
    if (exact)
        n += (size_t)snprintf(buf + n, 40 - n, ".%03d", (int)(ms % 1000));
    snprintf(buf + n, 40 - n, "Z");
    return buf;
}
