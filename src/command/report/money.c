/* money.c - what calls have cost, by day and model, program and task; see inside.h. */
#include <stdlib.h>
#include <string.h>

#include "base/chart.h"
#include "base/markup.h"
#include "report/inside.h"

enum { ROWS_SHOWN = 12, DAYS_SHOWN = 31 };

/* ---- what it was for ------------------------------------------------------------------------ */

/* An answer that was kept would have cost what its model's others cost, on the whole. */
static int64_t kept_nano(const struct sc_report *r)
{
    struct sc_sum *rows = NULL;
    size_t n = sc_sums_list(r->sums, SC_SUM_MODEL, SC_FOLD_BY_KEY, &rows);
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        if (rows[i].kept > 0 && rows[i].priced > 0)
            sum = sc_plus(sum, sc_times(rows[i].cost_nano / rows[i].priced, rows[i].kept));
    free(rows);
    return sum;
}

static void put_line(FILE *f, const char *what, const char *about, int64_t nano, int64_t calls)
{
    char money[32];

    fprintf(f, "<tr><td>%s</td><td class=\"n\">%s%s</td><td class=\"n\">", what, about,
            sc_money_words(nano, money));
    if (calls >= 0)
        sc_put_count(f, calls);
    fputs("</td></tr>\n", f);
}

static void put_uses(FILE *f, const struct sc_report *r)
{
    int64_t kept = kept_nano(r), again = r->total.lost_nano - r->failed_nano;

    sc_put_scroll(f, "what it was for");
    fputs("<table class=\"narrow\"><thead><tr><td></td><th scope=\"col\" "
          "class=\"n\">Money</th><th scope=\"col\" class=\"n\">Calls</th></tr></thead><tbody>\n",
          f);
    put_line(f, "All calls", "", r->total.cost_nano, r->total.calls);
    put_line(f, "Failed attempts of calls that went well in the end", "", again > 0 ? again : 0,
             r->all.calls[SC_CALL_RETRIED]);
    put_line(f, "Calls that failed", "", r->failed_nano, r->total.failed);
    if (r->total.kept > 0)
        put_line(f, "Saved by answers that were kept", "about ", kept, r->total.kept);
    if (r->moved > 0)
        put_line(f,
                 r->moved_nano < 0 ? "Paid more for answers of another model than asked"
                                   : "Saved by answers of another model than asked",
                 "", r->moved_nano < 0 ? -r->moved_nano : r->moved_nano, r->moved);
    fputs("</tbody></table></div>\n", f);
    if (r->estimated > 0) {
        fputs("<p class=\"dim\">", f);
        sc_put_count(f, r->estimated);
        fputs(" calls are estimated: their answers did not say what they took.</p>\n", f);
    }
}

/* ---- by what -------------------------------------------------------------------------------- */

static void put_name(FILE *f, const char *key)
{
    sc_markup(f, key[0] ? key : "(none)");
}

static void put_row(FILE *f, const struct sc_sum *s, const char *class, int64_t most)
{
    char money[32];

    fputs("<tr><td>", f);
    if (class)
        fprintf(f, "<i class=\"%s\"></i>", class);
    put_name(f, s->key);
    fputs("</td><td class=\"n\">", f);
    sc_put_count(f, s->calls);
    fputs("</td><td class=\"n\">", f);
    sc_put_count(f, s->failed);
    fputs("</td><td class=\"n\">", f);
    sc_put_count(f, s->input);
    fputs("</td><td class=\"n\">", f);
    sc_put_count(f, s->output);
    fprintf(f,
            "</td><td class=\"n\">%s</td><td class=\"wide\"><svg class=\"fall\" viewBox=\"0 0 400 "
            "14\" preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"gap-bar\" "
            "x=\"0\" y=\"2\" width=\"%.1f\" height=\"10\"/></svg></td></tr>\n",
            sc_money_words(s->cost_nano, money),
            most > 0 ? 400.0 * (double)s->cost_nano / (double)most : 0.0);
}

static void put_totals(FILE *f, const char *title, const struct sc_sum *rows, size_t n,
                       bool colours)
{
    struct sc_sum rest = {.key = "(others)"};
    char class[16];

    fprintf(f, "<h3>By %s</h3>\n", title);
    sc_put_scroll(f, title);
    fprintf(f,
            "<table><thead><tr><th scope=\"col\">%c%s</th>"
            "<th scope=\"col\" class=\"n\">Calls</th><th scope=\"col\" class=\"n\">Failed</th>"
            "<th scope=\"col\" class=\"n\">Tokens in</th><th scope=\"col\" class=\"n\">Tokens out"
            "</th><th scope=\"col\" class=\"n\">Cost</th><td class=\"wide\"></td></tr></thead>"
            "<tbody>\n",
            title[0] - 'a' + 'A', title + 1);
    for (size_t i = 0; i < n && i < ROWS_SHOWN; i++) {
        snprintf(class, sizeof class, "c%zu", i < SC_CHART_COLOURS - 1 ? i : SC_CHART_COLOURS - 1);
        put_row(f, &rows[i], colours ? class : NULL, rows[0].cost_nano);
    }
    for (size_t i = ROWS_SHOWN; i < n; i++)
        sc_sum_join(&rest, &rows[i]);
    if (n > ROWS_SHOWN)
        put_row(f, &rest, colours ? "c7" : NULL, rows[0].cost_nano);
    fputs("</tbody></table></div>\n", f);
}

static int by_part(const void *a, const void *b)
{
    return strcmp(((const struct sc_sum *)b)->part, ((const struct sc_sum *)a)->part);
}

static int64_t cell_of(const struct sc_sum *cells, size_t n, const char *part, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(cells[i].part, part) == 0 && strcmp(cells[i].key, key) == 0)
            return cells[i].cost_nano;
    return 0;
}

enum { COLUMNS = 6 };

/* A row a day, the dearest as columns; the newest first. */
static void put_days(FILE *f, const struct sc_report *r, enum sc_sum_by by,
                     const struct sc_sum *keys, size_t n)
{
    struct sc_sum *days = NULL, *cells = NULL;
    size_t n_days = sc_sums_list(r->sums, by, SC_FOLD_BY_PART, &days);
    size_t n_cells = sc_sums_list(r->sums, by, SC_FOLD_NONE, &cells);
    char money[32];

    if (n_days > 1)
        qsort(days, n_days, sizeof *days, by_part);
    if (n_days > 1 && n > 1) {
        sc_put_scroll(f, by == SC_SUM_MODEL     ? "model by day"
                         : by == SC_SUM_PROGRAM ? "program by day"
                                                : "task by day");
        fputs("<table><thead><tr><th scope=\"col\">Day</th>", f);
        for (size_t k = 0; k < n && k < COLUMNS; k++) {
            fputs("<th scope=\"col\" class=\"n\">", f);
            put_name(f, keys[k].key);
            fputs("</th>", f);
        }
        fprintf(f, "%s<th scope=\"col\" class=\"n\">All</th></tr></thead><tbody>\n",
                n > COLUMNS ? "<th scope=\"col\" class=\"n\">(others)</th>" : "");
        for (size_t i = 0; i < n_days && i < DAYS_SHOWN; i++) {
            int64_t rest = days[i].cost_nano;

            fprintf(f, "<tr><td>%s</td>", days[i].part);
            for (size_t k = 0; k < n && k < COLUMNS; k++) {
                int64_t v = cell_of(cells, n_cells, days[i].part, keys[k].key);

                rest -= v;
                fprintf(f, "<td class=\"n\">%s</td>", v ? sc_money_words(v, money) : "-");
            }
            if (n > COLUMNS)
                fprintf(f, "<td class=\"n\">%s</td>", rest > 0 ? sc_money_words(rest, money) : "-");
            fprintf(f, "<td class=\"n\">%s</td></tr>\n", sc_money_words(days[i].cost_nano, money));
        }
        fputs("</tbody></table></div>\n", f);
    }
    free(days);
    free(cells);
}

static void put_by(FILE *f, const struct sc_report *r, enum sc_sum_by by, const char *title)
{
    struct sc_sum *rows = NULL;
    size_t n = sc_sums_list(r->sums, by, SC_FOLD_BY_KEY, &rows);

    if (n > 1 || (n == 1 && rows[0].key[0])) {
        if (by == SC_SUM_MODEL)
            sc_put_money_days(f, r, rows, n);
        put_totals(f, title, rows, n, by == SC_SUM_MODEL);
        put_days(f, r, by, rows, n);
    }
    free(rows);
}

void sc_put_money(FILE *f, const struct sc_report *r)
{
    fputs("<section aria-labelledby=\"money\"><h2 id=\"money\">Money</h2>\n", f);
    put_uses(f, r);
    put_by(f, r, SC_SUM_MODEL, "model");
    put_by(f, r, SC_SUM_PROGRAM, "program");
    put_by(f, r, SC_SUM_TASK, "task");
    fputs("</section>\n", f);
}
