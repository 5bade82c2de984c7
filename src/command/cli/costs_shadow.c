/*
 * costs_shadow.c - see costs_shadow.h.
 *
 * A shadow line tells what would have become of a call before the call's own line tells what it has
 * cost: so those that would have been turned away are remembered until it comes.
 */
#include "cli/costs_shadow.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/print.h"
#include "core/units.h"
#include "ledger/log_find.h"
#include "ledger/log_line.h"

struct row {
    char rule[80];
    int64_t calls, waits, wait_ms, answered, retried, moved, cost_nano, saved_nano;
};

struct sums {
    int64_t since_ms, until_ms;
    struct row *rows;
    size_t n_rows;
    char (*away)[24]; /* calls that would have been turned away */
    size_t n_away;
    bool full; /* no memory */
};

static struct row *row_of(struct sums *s, const char *rule)
{
    struct row *grown;

    for (size_t i = 0; i < s->n_rows; i++)
        if (strcmp(s->rows[i].rule, rule) == 0)
            return &s->rows[i];
    grown = realloc(s->rows, (s->n_rows + 1) * sizeof *grown);
    if (!grown) {
        s->full = true;
        return NULL;
    }
    s->rows = grown;
    grown += s->n_rows++;
    *grown = (struct row){.calls = 0};
    snprintf(grown->rule, sizeof grown->rule, "%s", rule);
    return grown;
}

static void remember(struct sums *s, const char *call)
{
    char(*grown)[24] = realloc(s->away, (s->n_away + 1) * sizeof *grown);

    s->full |= !grown;
    if (!grown)
        return;
    s->away = grown;
    snprintf(grown[s->n_away++], sizeof *grown, "%s", call);
}

/* True, and forgotten: it would not have been sent. */
static bool was_away(struct sums *s, const char *call)
{
    for (size_t i = s->n_away; i > 0; i--)
        if (strcmp(s->away[i - 1], call) == 0) {
            memcpy(s->away[i - 1], s->away[--s->n_away], sizeof *s->away);
            return true;
        }
    return false;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static void add_shadow(struct sums *s, struct row *r, const struct sc_log_line *l)
{
    if (is(l->reason, "limit") || is(l->reason, "gate")) {
        r->waits++;
        r->wait_ms += l->ms > 0 ? l->ms : 0;
    } else if (is(l->reason, "retry")) {
        r->retried++;
    } else if (is(l->reason, "fallback")) {
        r->moved++;
    } else if (!is(l->reason, "breaker")) {
        r->answered++;
        remember(s, l->call);
    }
}

static bool take_line(void *arg, const char *line, size_t n)
{
    struct sums *s = arg;
    struct sc_log_line l;
    struct row *r;
    bool call;

    if (!sc_log_line_read(&l, line, n) || l.time_ms < s->since_ms || l.time_ms >= s->until_ms)
        return true;
    call = is(l.event, "call") && is(l.mode, "shadow");
    if (!call && !is(l.event, "shadow"))
        return true;
    r = row_of(s, l.rule);
    if (!r)
        return false;
    if (!call) {
        add_shadow(s, r, &l);
        return true;
    }
    r->calls++;
    r->cost_nano += l.cost_nano > 0 ? l.cost_nano : 0;
    if (was_away(s, l.call))
        r->saved_nano += l.cost_nano > 0 ? l.cost_nano : 0;
    return true;
}

static void print_json(const struct sums *s)
{
    printf("{\"rows\":[");
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct row *r = &s->rows[i];

        printf("%s\n  {\"rule\":", i ? "," : "");
        sc_print_json(stdout, r->rule);
        printf(",\"calls\":%lld,\"waits\":%lld,\"wait_ms\":%lld,\"answered\":%lld,\"retried\":%lld,"
               "\"moved\":%lld,\"cost_usd\":%lld.%09lld,\"saved_usd\":%lld.%09lld}",
               (long long)r->calls, (long long)r->waits, (long long)r->wait_ms,
               (long long)r->answered, (long long)r->retried, (long long)r->moved,
               (long long)(r->cost_nano / 1000000000), (long long)(r->cost_nano % 1000000000),
               (long long)(r->saved_nano / 1000000000), (long long)(r->saved_nano % 1000000000));
    }
    printf("%s]}\n", s->n_rows ? "\n " : "");
}

static void print_text(const struct sums *s)
{
    printf("%-24s %8s %8s %12s %9s %8s %8s %14s %14s\n", "rule in shadow", "calls", "waits",
           "waited", "answered", "retried", "moved", "cost", "saved");
    for (size_t i = 0; i < s->n_rows; i++) {
        const struct row *r = &s->rows[i];

        sc_print(stdout, "%-24s", r->rule);
        printf(" %8lld %8lld %12s %9lld %8lld %8lld %14s %14s\n", (long long)r->calls,
               (long long)r->waits, sc_time_words(r->wait_ms).s, (long long)r->answered,
               (long long)r->retried, (long long)r->moved, sc_usd_words(r->cost_nano).s,
               sc_usd_words(r->saved_nano).s);
    }
}

int sc_costs_shadow(const char *path, int64_t since_ms, int64_t until_ms, bool json)
{
    struct sums s = {.since_ms = since_ms, .until_ms = until_ms};
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "re");
    struct stat st;

    if (!f || (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))) {
        fprintf(stderr, "steadycurl costs: %s: %s\n", path, strerror(f ? EISDIR : errno));
        if (f)
            fclose(f);
        return 1;
    }
    sc_log_read_since(f, path, since_ms, take_line, &s);
    if (!standard)
        fclose(f);
    (json ? print_json : print_text)(&s);
    free(s.rows);
    free(s.away);
    return s.full || ferror(stdout) || fflush(stdout) != 0;
}
