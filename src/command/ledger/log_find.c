/* log_find.c - see log_find.h. */
#include "ledger/log_find.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "ledger/log_line.h"

enum { CLOSE_ENOUGH = 1 << 16, LINE_MAX_BYTES = 16384 };

static long size_of(FILE *f)
{
    return fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
}

/* The time of the first line that begins behind a place; -1: none says one before `end`. */
static int64_t time_behind(FILE *f, long place, long end)
{
    char line[LINE_MAX_BYTES];
    int64_t ms = -1;

    if (fseek(f, place, SEEK_SET) != 0)
        return -1;
    if (place > 0 && !fgets(line, sizeof line, f))
        return -1;
    while (ms < 0 && ftell(f) < end && fgets(line, sizeof line, f))
        ms = sc_log_line_time(line, strlen(line));
    return ms;
}

static long line_before(FILE *f, long place)
{
    long from = place > LINE_MAX_BYTES ? place - LINE_MAX_BYTES : 0;
    char before[LINE_MAX_BYTES];
    const char *newline;
    size_t n;

    if (place <= 0 || fseek(f, from, SEEK_SET) != 0)
        return 0;
    n = fread(before, 1, (size_t)(place - from), f);
    newline = memrchr(before, '\n', n);
    return newline ? from + (newline - before) + 1 : from;
}

long sc_log_find_time(FILE *f, int64_t since_ms)
{
    long low = 0, high = size_of(f);

    while (high - low > CLOSE_ENOUGH) {
        long middle = low + (high - low) / 2;
        int64_t ms = time_behind(f, middle, high);

        if (ms < 0 || ms >= since_ms - SC_LOG_LATE_MS)
            high = middle;
        else
            low = middle;
    }
    return line_before(f, low);
}

long sc_log_find_end(FILE *f, long bytes)
{
    long size = size_of(f);

    return size > bytes ? line_before(f, size - bytes) : 0;
}

FILE *sc_log_rotated(const char *path)
{
    char old[PATH_MAX];

    return snprintf(old, sizeof old, "%s.1", path) < (int)sizeof old ? fopen(old, "re") : NULL;
}

void sc_log_read_from(FILE *f, long from, bool (*take)(void *arg, const char *line, size_t n),
                      void *arg)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;

    if (from > 0 || ftell(f) > 0)
        fseek(f, from, SEEK_SET);
    while ((n = getline(&line, &room, f)) > 0 && take(arg, line, (size_t)n))
        ;
    free(line);
}

void sc_log_read_since(FILE *f, const char *path, int64_t since_ms,
                       bool (*take)(void *arg, const char *line, size_t n), void *arg)
{
    bool seekable = size_of(f) >= 0;
    long from = since_ms > 0 && seekable ? sc_log_find_time(f, since_ms) : 0;
    FILE *old = seekable && from == 0 ? sc_log_rotated(path) : NULL;

    if (old) {
        sc_log_read_from(old, since_ms > 0 ? sc_log_find_time(old, since_ms) : 0, take, arg);
        fclose(old);
    }
    sc_log_read_from(f, from, take, arg);
}
