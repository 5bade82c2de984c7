/* html.c - the document: its frame, what is worst, and the numbers; see report.h. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/markup.h"
#include "base/style.h"
#include "core/time.h"
#include "core/units.h"
#include "ledger/reading.h"
#include "ledger/status_words.h"
#include "report/inside.h"
#include "state/state.h"
#include "steadycurl/version.h"

/* ---- what is worst -------------------------------------------------------------------------- */

static void put_worst_failure(FILE *f, const struct sc_report *r)
{
    struct sc_sum *rows = NULL, *worst;
    size_t n = sc_sums_list(r->sums, SC_SUM_FAILURE, SC_FOLD_NONE, &rows);
    char from[32], to[32], share[32];

    worst = rows;
    for (size_t i = 1; i < n; i++)
        if (rows[i].calls > worst->calls)
            worst = &rows[i];
    if (n == 0) {
        free(rows);
        return;
    }
    fprintf(f, "%s of all; ", sc_share_words(r->total.failed, r->total.calls, share));
    fputs(n == 1 ? "all of them " : "most often ", f);
    sc_markup(f, worst->part);
    if (worst->key[0]) {
        fputs(" (", f);
        sc_markup(f, worst->key);
        fputs(")", f);
    }
    sc_utc_words(worst->first_ms, from);
    sc_utc_words(worst->last_ms, to);
    if (worst->calls > 1)
        fprintf(f, ", from %.16s to %.16s", from, memcmp(from, to, 10) == 0 ? to + 11 : to);
    else
        fprintf(f, ", at %.16s", from);
    free(rows);
}

static void put_headline(FILE *f, const struct sc_report *r)
{
    const int64_t *ends = r->all.calls;

    fputs("<p id=\"headline\"><span class=\"lamp ", f);
    if (r->total.calls == 0) {
        fputs("unknown\">no call ended in this time</span>", f);
    } else if (ends[SC_CALL_FAILED] > 0) {
        fputs("refused\">", f);
        sc_put_count(f, ends[SC_CALL_FAILED]);
        fprintf(f, " call%s failed</span> ", ends[SC_CALL_FAILED] == 1 ? "" : "s");
        put_worst_failure(f, r);
    } else if (ends[SC_CALL_OWN] > 0) {
        fputs("waiting\">no call failed</span> ", f);
        sc_put_count(f, ends[SC_CALL_OWN]);
        fputs(" were answered in the service's stead", f);
    } else {
        fputs("good\">every call was answered</span>", f);
    }
    if (ends[SC_CALL_RETRIED] > 0) {
        fputs(ends[SC_CALL_FAILED] + ends[SC_CALL_OWN] > 0 ? "; " : " ", f);
        sc_put_count(f, ends[SC_CALL_RETRIED]);
        fputs(" went well only because they were tried again", f);
    }
    fputs("</p>\n", f);
}

/* ---- numbers -------------------------------------------------------------------------------- */

static void begin_tile(FILE *f)
{
    fputs("<div class=\"tile\"><b>", f);
}

static void end_tile(FILE *f, const char *what)
{
    fprintf(f, "</b><span>%s</span></div>\n", what);
}

static void put_tile(FILE *f, const char *value, const char *what)
{
    begin_tile(f);
    fputs(value, f);
    end_tile(f, what);
}

static void put_count_tile(FILE *f, int64_t value, const char *what)
{
    begin_tile(f);
    sc_put_count(f, value);
    end_tile(f, what);
}

static void put_spread_tile(FILE *f, const struct sc_spread *s, double part, const char *what)
{
    if (s->n > 0)
        put_tile(f, sc_time_words(sc_spread_at(s, part) / SC_NS_PER_MS).s, what);
}

static int64_t waited_ms(const struct sc_report *r)
{
    struct sc_sum *rows = NULL;
    size_t n = sc_sums_list(r->sums, SC_SUM_WAIT, SC_FOLD_NONE, &rows);
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += rows[i].ms;
    free(rows);
    return sum;
}

static void put_tiles(FILE *f, const struct sc_report *r)
{
    int64_t calls = r->total.calls;
    char share[32], per[32], money[32];

    fputs("<div class=\"tiles\">\n", f);
    put_count_tile(f, calls, "calls");
    put_tile(f, sc_share_words(calls - r->total.failed, calls, share), "answered");
    put_count_tile(f, r->all.calls[SC_CALL_RETRIED], "saved by another attempt");
    snprintf(per, sizeof per, "%.2f", calls ? (double)r->all.attempts / (double)calls : 0.0);
    put_tile(f, per, "attempts a call");
    put_tile(f, sc_time_words(waited_ms(r)).s, "waited, all together");
    put_spread_tile(f, &r->all.took, 0.5, "half took no longer");
    put_spread_tile(f, &r->all.took, 0.95, "95 of 100 no longer");
    put_spread_tile(f, &r->all.first, 0.5, "first token, half");
    put_spread_tile(f, &r->all.first, 0.95, "first token, 95 of 100");
    put_tile(f, sc_money_words(r->total.cost_nano, money), "cost");
    fputs("</div>\n", f);
}

/* A bar as long as its part of the longest. */
static void put_bar(FILE *f, const char *class, int64_t v, int64_t most)
{
    fprintf(f,
            "<td class=\"wide\"><svg class=\"fall\" viewBox=\"0 0 400 14\" "
            "preserveAspectRatio=\"none\" aria-hidden=\"true\"><rect class=\"%s\" x=\"0\" y=\"2\" "
            "width=\"%.1f\" height=\"10\"/></svg></td>",
            class, most > 0 ? 400.0 * (double)v / (double)most : 0.0);
}

static void put_failures(FILE *f, const struct sc_report *r)
{
    struct sc_sum *rows = NULL;
    size_t n = sc_sums_list(r->sums, SC_SUM_FAILURE, SC_FOLD_NONE, &rows);
    int64_t most = 0;
    char when[32];

    for (size_t i = 0; i < n; i++)
        most = rows[i].calls > most ? rows[i].calls : most;
    fputs("<section aria-labelledby=\"failures\"><h2 id=\"failures\">What failed</h2>\n", f);
    if (n == 0) {
        fputs("<p class=\"dim\">Nothing.</p>", f);
    } else {
        sc_put_scroll(f, "failures");
        fputs("<table><thead><tr><th scope=\"col\">Class</th>"
              "<th scope=\"col\">Model</th><th scope=\"col\" class=\"n\">Calls</th>"
              "<td class=\"wide\"></td><th scope=\"col\">First</th><th scope=\"col\">Last</th>"
              "</tr></thead><tbody>\n",
              f);
    }
    for (size_t i = 0; i < n; i++) {
        fputs("<tr><td class=\"failed\">", f);
        sc_markup(f, rows[i].part);
        fputs("</td><td>", f);
        sc_markup(f, rows[i].key);
        fputs("</td><td class=\"n\">", f);
        sc_put_count(f, rows[i].calls);
        fputs("</td>", f);
        put_bar(f, "bad-bar", rows[i].calls, most);
        fprintf(f, "<td>%s</td>", sc_utc_words(rows[i].first_ms, when));
        fprintf(f, "<td>%s</td></tr>\n", sc_utc_words(rows[i].last_ms, when));
    }
    fputs(n ? "</tbody></table></div></section>\n" : "</section>\n", f);
    free(rows);
}

static const char *wait_words(const char *reason)
{
    static const struct {
        const char *reason, *words;
    } known[] = {{"backoff", "backoff: before another attempt"},
                 {"hint", "hint: as long as the server asked for"},
                 {"limit", "limit: until the policy's limit had room"},
                 {"gate", "gate: another call had been told to wait"}};

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(known[i].reason, reason) == 0)
            return known[i].words;
    return reason[0] ? reason : "unknown";
}

static void put_waits(FILE *f, const struct sc_report *r)
{
    struct sc_sum *rows = NULL;
    size_t n = sc_sums_list(r->sums, SC_SUM_WAIT, SC_FOLD_NONE, &rows);
    int64_t most = 0;

    for (size_t i = 0; i < n; i++)
        most = rows[i].ms > most ? rows[i].ms : most;
    fputs("<section aria-labelledby=\"waits\"><h2 id=\"waits\">What calls waited for</h2>\n", f);
    if (n == 0) {
        fputs("<p class=\"dim\">None waited.</p>", f);
    } else {
        sc_put_scroll(f, "waits");
        fputs("<table><thead><tr><th scope=\"col\">Reason</th>"
              "<th scope=\"col\" class=\"n\">Waits</th><th scope=\"col\" class=\"n\">Time</th>"
              "<td class=\"wide\"></td></tr></thead><tbody>\n",
              f);
    }
    for (size_t i = 0; i < n; i++) {
        fputs("<tr><td>", f);
        sc_markup(f, wait_words(rows[i].key));
        fputs("</td><td class=\"n\">", f);
        sc_put_count(f, rows[i].calls);
        fprintf(f, "</td><td class=\"n\">%s</td>", sc_time_words(rows[i].ms).s);
        put_bar(f, "gap-bar", rows[i].ms, most);
        fputs("</tr>\n", f);
    }
    fputs(n ? "</tbody></table></div></section>\n" : "</section>\n", f);
    free(rows);
}

/* ---- how things stand ----------------------------------------------------------------------- */

/* In the words of `status`. */
static void put_now(FILE *f, struct sc_state_view *view)
{
    char *words = NULL;
    struct sc_finding worst;
    size_t n = 0;
    struct sc_writer w = {.to = open_memstream(&words, &n)};

    if (!w.to)
        return;
    sc_state_worst(view, NULL, sc_state_now(), (int64_t)time(NULL), &worst);
    fprintf(f,
            "<section aria-labelledby=\"now\"><h2 id=\"now\">When this was made</h2>\n"
            "<p><span class=\"lamp %s\">%s</span> ",
            view->region ? sc_how_name(worst.how) : "unknown",
            view->region ? sc_how_words(worst.how) : "nothing known yet");
    if (worst.how != SC_CALLS_GO) {
        sc_markup(f, worst.words);
        fputs(" (", f);
        sc_markup(f, worst.scope);
        fputs(")", f);
    }
    for (size_t i = 0; i < view->n; i++)
        sc_status_scope(&w, view, &view->scopes[i], sc_state_now());
    fputs("</p>\n", f);
    if (fclose(w.to) == 0 && n > 0) {
        fputs("<pre tabindex=\"0\">", f);
        sc_markup(f, words);
        fputs("</pre>\n", f);
    }
    fputs("</section>\n", f);
    free(words);
}

/* ---- the frame ------------------------------------------------------------------------------ */

static void put_span(FILE *f, const struct sc_report *r)
{
    char from[32], to[32], made[32];
    int64_t since = r->wish.since_ms > 0 ? r->wish.since_ms : r->total.first_ms;
    int64_t until = r->wish.until_ms < r->wish.now_ms ? r->wish.until_ms : r->wish.now_ms;

    fprintf(f, "<p id=\"link\">%.16s to %.16s; times are UTC; made %.16s</p>\n",
            sc_utc_words(since, from), sc_utc_words(until, to), sc_utc_words(r->wish.now_ms, made));
}

static void put_head(FILE *f, const struct sc_report *r)
{
    fputs("<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
          "<meta charset=\"utf-8\"/>\n"
          "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"generator\" content=\"steadycurl " SC_VERSION "\"/>\n"
          "<meta http-equiv=\"Content-Security-Policy\" "
          "content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:\"/>\n"
          "<link rel=\"icon\" href=\"data:,\"/>\n"
          "<title>steadycurl report</title>\n<style>\n",
          f);
    fputs(sc_page_style, f);
    fputs(sc_report_style, f);
    fputs("</style>\n</head>\n<body>\n<header>\n<h1>steadycurl report</h1>\n", f);
    put_span(f, r);
    fputs("</header>\n<main>\n", f);
}

static void put_calls(FILE *f, const struct sc_shown *s, const char *id, const char *title)
{
    if (s->n == 0)
        return;
    fprintf(f, "<section aria-labelledby=\"%s\"><h2 id=\"%s\">%s</h2>\n", id, id, title);
    sc_put_shown(f, s);
    fputs("</section>\n", f);
}

void sc_report_put_html(FILE *f, const struct sc_report *r, struct sc_state_view *view)
{
    put_head(f, r);
    put_headline(f, r);
    if (r->total.calls > 0) {
        put_tiles(f, r);
        sc_put_course(f, r);
        put_failures(f, r);
        put_calls(f, &r->failed, "failed-calls", "The last calls that failed");
        put_waits(f, r);
        put_calls(f, &r->slow, "slow-calls", "The slowest that went well");
        sc_put_money(f, r);
    }
    if (view)
        put_now(f, view);
    fputs("</main>\n<footer>Made by <code>steadycurl report</code>. It holds no prompt, no answer "
          "and no key: there is none in the log.</footer>\n</body>\n</html>\n",
          f);
}
