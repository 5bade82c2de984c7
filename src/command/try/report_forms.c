/* report_forms.c - the report as JSON, JUnit's XML, and a page. See report.h. */
#include "try/report.h"

#include <string.h>

#include "base/markup.h"
#include "base/print.h"

enum { COMMAND_MAX = 8192, WORDS_MAX = 256, TAIL_MAX = 2000 };

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_names(FILE *f, struct sc_try_verdict v)
{
    char names[WORDS_MAX];
    const char *before = "[";

    sc_try_names(v, names, sizeof names);
    for (const char *p = names; *p;) {
        size_t n = strcspn(p, " ");

        fprintf(f, "%s\"%.*s\"", before, (int)n, p);
        before = ",";
        p += n + (p[n] == ' ');
    }
    fputc(']', f);
}

static void json_seen(FILE *f, const struct sc_try_seen *s)
{
    if (s->exit >= 0 && !s->timed_out)
        fprintf(f, "\"exit\":%d,", s->exit);
    else
        fprintf(f, "\"signal\":%d,\"timed_out\":%s,", s->signal, s->timed_out ? "true" : "false");
    fprintf(f, "\"seconds\":%.3f,\"requests\":%zu,\"output\":\"%s\"", (double)s->ms / 1000,
            s->requests, sc_try_output(s));
}

static void json_run(FILE *f, const struct sc_try_report *r, const struct sc_try_row *row, int w)
{
    char command[COMMAND_MAX], words[WORDS_MAX];

    sc_trial_command(r->plan, row->run[w], &r->calm->hosts, command, sizeof command);
    sc_try_words(row->verdict[w], words, sizeof words);
    fprintf(f, "\"%s\":{", sc_try_way[w]);
    json_seen(f, &row->run[w]->seen);
    fprintf(f, ",\"faults\":%lld,\"verdict\":", (long long)row->run[w]->seen.faults);
    json_names(f, row->verdict[w]);
    fprintf(f, ",\"words\":");
    sc_print_json(f, words);
    fprintf(f,
            ",\"bad\":%s,\"command\":", sc_try_is(row->verdict[w], r->fail_on) ? "true" : "false");
    sc_print_json(f, command);
    fputc('}', f);
}

void sc_try_json(FILE *f, const struct sc_try_report *r)
{
    fprintf(f, "{\"undisturbed\":{");
    json_seen(f, &r->calm->seen);
    fprintf(f, "},\"seconds\":%.3f,\"bad\":%zu,\"faults\":[", (double)r->ms / 1000,
            sc_try_bad_runs(r));
    for (size_t i = 0; i < r->n; i++) {
        const struct sc_try_row *row = &r->rows[i];
        const char *script = sc_kind_script(row->kind, r->calm->hosts.list[0].provider);

        fprintf(f, "%s\n{\"fault\":\"%s\",\"script\":", i > 0 ? "," : "", row->kind->name);
        sc_print_json(f, script);
        fputc(',', f);
        json_run(f, r, row, 0);
        fputc(',', f);
        json_run(f, r, row, 1);
        fputc('}', f);
    }
    fprintf(f, "\n]}\n");
}

/* ---- XML ------------------------------------------------------------------------------------- */

static void junit_case(FILE *f, const struct sc_try_report *r, const struct sc_try_row *row, int w)
{
    char command[COMMAND_MAX], words[WORDS_MAX];
    const struct sc_trial *t = row->run[w];
    size_t tail = t->err_len < TAIL_MAX ? t->err_len : TAIL_MAX;

    sc_try_words(row->verdict[w], words, sizeof words);
    sc_trial_command(r->plan, t, &r->calm->hosts, command, sizeof command);
    fprintf(f, "  <testcase classname=\"steadycurl.try.%s\" name=\"%s\" time=\"%.3f\">\n",
            sc_try_way[w], row->kind->name, (double)t->seen.ms / 1000);
    if (sc_try_is(row->verdict[w], r->fail_on)) {
        fprintf(f, "    <failure message=\"");
        sc_markup(f, words);
        fprintf(f, "\">");
        sc_markup(f, command);
        fprintf(f, "</failure>\n");
    } else if (row->verdict[w].end == SC_TRY_UNMET) {
        fprintf(f, "    <skipped message=\"%s\"/>\n", words);
    }
    fprintf(f, "    <system-out>");
    sc_markup(f, words);
    fprintf(f, "</system-out>\n    <system-err>");
    if (!t->seen.leaks)
        sc_markup_text(f, t->err + t->err_len - tail, tail);
    fprintf(f, "</system-err>\n  </testcase>\n");
}

static size_t unmet(const struct sc_try_report *r)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n; i++)
        for (int w = 0; w < 2; w++)
            n += r->rows[i].verdict[w].end == SC_TRY_UNMET &&
                 !sc_try_is(r->rows[i].verdict[w], r->fail_on);
    return n;
}

void sc_try_junit(FILE *f, const struct sc_try_report *r)
{
    fprintf(f,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
            "<testsuite name=\"steadycurl try\" tests=\"%zu\" failures=\"%zu\" skipped=\"%zu\" "
            "errors=\"0\" time=\"%.3f\">\n",
            2 * r->n, sc_try_bad_runs(r), unmet(r), (double)r->ms / 1000);
    for (int w = 0; w < 2; w++)
        for (size_t i = 0; i < r->n; i++)
            junit_case(f, r, &r->rows[i], w);
    fprintf(f, "</testsuite>\n");
}

/* ---- a page ---------------------------------------------------------------------------------- */

static void html_run(FILE *f, const struct sc_try_report *r, const struct sc_try_row *row, int w)
{
    char exit[16], words[WORDS_MAX];
    const struct sc_try_seen *s = &row->run[w]->seen;
    const char *class = sc_try_is(row->verdict[w], r->fail_on)              ? "bad"
                        : row->verdict[w].end == SC_TRY_RECOVERS || s->same ? "good"
                                                                            : "";

    sc_try_exit(s, exit, sizeof exit);
    sc_try_words(row->verdict[w], words, sizeof words);
    fprintf(f, "<td>%s</td><td>%.1f s</td><td>%zu</td><td>%s</td><td class=\"%s\">", exit,
            (double)s->ms / 1000, s->requests, sc_try_output(s), class);
    sc_markup(f, words);
    fprintf(f, "</td>");
}

void sc_try_html(FILE *f, const struct sc_try_report *r)
{
    fprintf(
        f,
        "<!DOCTYPE html>\n<html lang=\"en\"><meta charset=\"utf-8\">"
        "<title>steadycurl try</title>\n<style>"
        "body{font:15px/1.5 sans-serif;margin:2em}table{border-collapse:collapse}"
        "td,th{padding:.2em .7em;border-bottom:1px solid #ccc;text-align:left;"
        "vertical-align:top}.bad{background:#fdd}.good{background:#dfd}"
        "code{white-space:pre-wrap}</style>\n<h1>What a program makes of faults</h1>\n<p><code>");
    for (char **word = r->plan->program; *word; word++) {
        sc_markup(f, *word);
        fputc(' ', f);
    }
    fprintf(f,
            "</code></p>\n<p>Undisturbed: %.1f s, %zu requests. %zu of %zu runs are bad.</p>\n"
            "<table><tr><th><th colspan=\"5\">the program alone<th colspan=\"5\">with steadycurl"
            "</tr>\n<tr><th>fault",
            (double)r->calm->seen.ms / 1000, r->calm->seen.requests, sc_try_bad_runs(r), 2 * r->n);
    for (int w = 0; w < 2; w++)
        fprintf(f, "<th>exit<th>time<th>requests<th>output<th>verdict");
    fprintf(f, "</tr>\n");
    for (size_t i = 0; i < r->n; i++) {
        const struct sc_try_row *row = &r->rows[i];

        fprintf(f, "<tr><td title=\"");
        sc_markup(f, sc_kind_script(row->kind, r->calm->hosts.list[0].provider));
        fprintf(f, "\">%s</td>", row->kind->name);
        html_run(f, r, row, 0);
        html_run(f, r, row, 1);
        fprintf(f, "</tr>\n");
    }
    fprintf(f, "</table></html>\n");
}
