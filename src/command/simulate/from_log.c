#include "simulate/from_log.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "ledger/ledger_line.h"
#include "ledger/text_line.h"

static bool add(struct sc_sim_log *l, size_t *room, const struct sc_sim_logged *call)
{
    if (l->n == *room) {
        size_t more = *room ? 2 * *room : 1024;
        struct sc_sim_logged *grown = realloc(l->calls, more * sizeof *grown);

        if (!grown)
            return false;
        l->calls = grown;
        *room = more;
    }
    l->calls[l->n++] = *call;
    return true;
}

/* A call's event is written at its end. */
static bool read_line(const char *line, size_t n, struct sc_sim_logged *out)
{
    char json[SC_TEXT_LINE_JSON];
    struct sc_ledger_line c;
    size_t m;

    if (n > 0 && line[0] != '{' && (m = sc_text_line_json(line, n, json, sizeof json)) > 0) {
        line = json;
        n = m;
    }
    if (sc_ledger_line_read(&c, line, n) != SC_LINE_CALL || c.time_ms < 0)
        return false;
    *out = (struct sc_sim_logged){.at_ns = (c.time_ms - (c.ms > 0 ? c.ms : 0)) * SC_NS_PER_MS,
                                  .input = c.input,
                                  .output = c.output};
    return true;
}

static int by_time(const void *a, const void *b)
{
    const struct sc_sim_logged *x = a, *y = b;

    return x->at_ns < y->at_ns ? -1 : x->at_ns > y->at_ns;
}

static void from_first(struct sc_sim_log *l)
{
    int64_t first;

    qsort(l->calls, l->n, sizeof *l->calls, by_time);
    first = l->calls[0].at_ns;
    for (size_t i = 0; i < l->n; i++)
        l->calls[i].at_ns -= first;
}

static bool read_lines(struct sc_sim_log *l, FILE *f)
{
    struct sc_sim_logged call;
    size_t room = 0, size = 0;
    char *line = NULL;
    bool good = true;
    ssize_t n;

    while (good && (n = getline(&line, &size, f)) > 0) {
        n -= line[n - 1] == '\n';
        l->lines++;
        if (read_line(line, (size_t)n, &call))
            good = add(l, &room, &call);
        else
            l->passed_over++;
    }
    free(line);
    return good;
}

bool sc_sim_log_read(struct sc_sim_log *l, const char *path, char *why, size_t size)
{
    bool standard = strcmp(path, "-") == 0, good;
    FILE *f = standard ? stdin : fopen(path, "re");

    *l = (struct sc_sim_log){0};
    if (!f) {
        snprintf(why, size, "%s: can't be read: %s", path, strerror(errno));
        return false;
    }
    good = read_lines(l, f);
    if (!standard)
        fclose(f);
    if (!good)
        snprintf(why, size, "out of memory");
    else if (l->n == 0)
        snprintf(why, size, "%s: found no call in %zu lines, allowed a log of steadycurl's", path,
                 l->lines);
    else
        from_first(l);
    return good && l->n > 0;
}

void sc_sim_log_free(struct sc_sim_log *l)
{
    free(l->calls);
    l->calls = NULL;
}
