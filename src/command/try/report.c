/* report.c - the table for people, and what several forms of it share. See report.h. */
#include "try/report.h"

#include <string.h>

#include "log/plain.h"

enum { COMMAND_MAX = 8192, WORDS_MAX = 256 };

const char *const sc_try_way[2] = {"bare", "steady"};

void sc_try_exit(const struct sc_try_seen *seen, char *buf, size_t n)
{
    if (seen->timed_out)
        snprintf(buf, n, "-");
    else if (seen->exit >= 0)
        snprintf(buf, n, "%d", seen->exit);
    else
        snprintf(buf, n, "SIG%s", sigabbrev_np(seen->signal));
}

const char *sc_try_output(const struct sc_try_seen *seen)
{
    return seen->same ? "same" : seen->out_len == 0 ? "none" : seen->part ? "part" : "other";
}

size_t sc_try_bad_runs(const struct sc_try_report *r)
{
    size_t bad = 0;

    for (size_t i = 0; i < r->n; i++)
        for (int w = 0; w < 2; w++)
            bad += sc_try_is(r->rows[i].verdict[w], r->fail_on);
    return bad;
}

static void line(FILE *f, const char *name, const char *way, const struct sc_trial *t,
                 struct sc_try_verdict v)
{
    char exit[16], words[WORDS_MAX];

    sc_try_exit(&t->seen, exit, sizeof exit);
    sc_try_words(v, words, sizeof words);
    fprintf(f, "%-18s %-7s %8s %6.1f s %8zu  %-6s  %s\n", name, way, exit,
            (double)t->seen.ms / 1000, t->seen.requests, sc_try_output(&t->seen), words);
}

static void table(FILE *f, const struct sc_try_report *r)
{
    const struct sc_trial *c = r->calm;
    char exit[16];

    sc_try_exit(&c->seen, exit, sizeof exit);
    fprintf(f, "%-18s %-7s %8s %8s %8s  %-6s  %s\n", "fault", "run", "exit", "time", "requests",
            "output", "verdict");
    fprintf(f, "%-18s %-7s %8s %6.1f s %8zu  %-6s\n", "none", "", exit, (double)c->seen.ms / 1000,
            c->seen.requests, c->seen.out_len > 0 ? "" : "none");
    for (size_t i = 0; i < r->n; i++)
        for (int w = 0; w < 2; w++)
            line(f, w == 0 ? r->rows[i].kind->name : "", sc_try_way[w], r->rows[i].run[w],
                 r->rows[i].verdict[w]);
}

/* What a person would write into a report of a bug. */
static void summary(FILE *f, const struct sc_try_report *r)
{
    char command[COMMAND_MAX], words[WORDS_MAX];

    for (size_t i = 0; i < r->n; i++)
        for (int w = 0; w < 2; w++) {
            const struct sc_try_row *row = &r->rows[i];
            const struct sc_trial *t = row->run[w];

            if (!sc_try_is(row->verdict[w], r->fail_on))
                continue;
            sc_try_words(row->verdict[w], words, sizeof words);
            sc_trial_command(r->plan, t, &r->calm->hosts, command, sizeof command);
            fprintf(f, "\n%s (%s), %s: the program %s.\n", row->kind->name,
                    sc_kind_script(row->kind, r->calm->hosts.list[0].provider),
                    w == 0 ? "alone" : "with steadycurl", words);
            if (!t->seen.same)
                fprintf(f, "It printed %zu bytes, undisturbed %zu.\n", t->out_len,
                        r->calm->out_len);
            fprintf(f, "  %s\n", command);
        }
}

void sc_try_text(FILE *f, const struct sc_try_report *r)
{
    size_t bad = sc_try_bad_runs(r);

    table(f, r);
    if (bad > 0)
        fprintf(f, "\n%zu of %zu runs are bad. What happens, and how to see one of them alone:\n",
                bad, 2 * r->n);
    summary(f, r);
}
