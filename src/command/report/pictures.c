/*
 * pictures.c - how calls went over time; see inside.h.
 *
 * A picture's bars and lines are SVG that takes the width there is; its words are text beside it,
 * so that they stay readable on a phone and on paper.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/chart.h"
#include "base/markup.h"
#include "core/time.h"
#include "core/units.h"
#include "report/inside.h"

enum { WIDTH = 720, HEIGHT = 160, LABELS = 7 };

#define DAY_MS INT64_C(86400000)

/* ---- frames --------------------------------------------------------------------------------- */

struct frame {
    FILE *f;
    double top; /* what the height stands for */
    const char *(*words)(double v, char buf[32]);
};

static const char *count_words(double v, char buf[32])
{
    snprintf(buf, 32, "%.*f", v < 10 && v != (double)(int)v ? 1 : 0, v);
    return buf;
}

static const char *ms_words(double v, char buf[32])
{
    snprintf(buf, 32, "%s", sc_time_words((int64_t)v).s);
    return buf;
}

static const char *usd_words(double v, char buf[32])
{
    if (v >= 1)
        snprintf(buf, 32, "$%.*f", v < 10 && v != (double)(int)v ? 2 : 0, v);
    else
        snprintf(buf, 32, "$%g", v);
    return buf;
}

static void begin_frame(struct frame *p, const char *title, const char *says)
{
    char words[32];

    fputs("<figure>\n<figcaption>", p->f);
    sc_markup(p->f, title);
    fputs("</figcaption>\n<div class=\"plot\"><div class=\"ys\">", p->f);
    for (int i = 2; i >= 0; i--)
        fprintf(p->f, "<span>%s</span>", p->words(p->top * i / 2, words));
    fprintf(p->f,
            "</div>\n<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" "
            "aria-label=\"",
            WIDTH, HEIGHT);
    sc_markup(p->f, says);
    fprintf(p->f, "\">\n<path class=\"grid\" d=\"M0 0.5H%dM0 %dH%dM0 %.1fH%d\"/>\n", WIDTH,
            HEIGHT / 2, WIDTH, HEIGHT - 0.5, WIDTH);
}

/* A time below: of a span of days the date, else the clock. */
static void put_time(FILE *f, int64_t ms, int64_t whole_ms)
{
    char words[32];

    sc_utc_words(ms, words);
    words[whole_ms < 600000 ? 19 : whole_ms < 5 * DAY_MS ? 16 : 10] = '\0';
    fprintf(f, "<span>%s</span>", words + (whole_ms < DAY_MS ? 11 : 5));
}

/* Days have their names below them as long as there is room, all else has some times. */
static void end_frame(struct frame *p, const struct sc_course *c)
{
    int64_t whole = (int64_t)c->n * c->width_ms;
    bool each = c->width_ms == DAY_MS && c->n <= LABELS + 1;

    fprintf(p->f, "</svg></div>\n<div class=\"xs%s\">", each ? " each" : "");
    for (size_t i = 0; each && i < c->n; i++)
        put_time(p->f, c->begin_ms + (int64_t)i * DAY_MS, 5 * DAY_MS);
    for (int i = 0; !each && i < LABELS; i++)
        put_time(p->f, c->begin_ms + whole * i / (LABELS - 1), whole);
    fputs("</div>\n</figure>\n", p->f);
}

/* ---- calls ---------------------------------------------------------------------------------- */

static const char *const end_classes[SC_ENDINGS] = {"ok-bar", "saved-bar", "own-bar", "bad-bar"};

static const char *const end_words[SC_ENDINGS] = {
    "went well at once", "went well after another attempt", "answered by steadycurl", "failed"};

static int64_t calls_of(const struct sc_stretch *s)
{
    int64_t sum = 0;

    for (int i = 0; i < SC_ENDINGS; i++)
        sum += s->calls[i];
    return sum;
}

/* A bar from `low` to `low + v` in the stretch i of n. */
static void put_bar(const struct frame *p, const char *class, size_t i, size_t n, double low,
                    double v)
{
    double width = (double)WIDTH / (double)n, gap = width > 4 ? 1 : 0;

    if (v > 0)
        fprintf(p->f, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
                class, (double)i * width + gap / 2, HEIGHT - HEIGHT * (low + v) / p->top,
                width - gap, HEIGHT * v / p->top);
}

static void put_legend(FILE *f, const struct sc_report *r)
{
    fputs("<p class=\"legend\">", f);
    for (int i = 0; i < SC_ENDINGS; i++)
        if (r->all.calls[i] > 0) {
            fprintf(f, "<i class=\"%s\"></i>%s: ", end_classes[i], end_words[i]);
            sc_put_count(f, r->all.calls[i]);
            fputc(' ', f);
        }
    fputs("</p>\n", f);
}

static void put_ends(FILE *f, const struct sc_report *r, const char *each)
{
    const struct sc_course *c = &r->course;
    struct frame p = {f, 0, count_words};
    char title[96], says[160];
    double most = 0;

    for (size_t i = 0; i < c->n; i++)
        most = (double)calls_of(&c->slots[i]) > most ? (double)calls_of(&c->slots[i]) : most;
    p.top = sc_chart_close(most);
    snprintf(title, sizeof title, "Calls%s", each);
    snprintf(says, sizeof says,
             "calls over time: %" PRId64 ", of them %" PRId64 " failed; at most %.0f%s",
             r->total.calls, r->total.failed, most, each);
    put_legend(f, r);
    begin_frame(&p, title, says);
    for (size_t i = 0; i < c->n; i++) {
        double low = 0;

        for (int k = 0; k < SC_ENDINGS; k++) {
            put_bar(&p, end_classes[k], i, c->n, low, (double)c->slots[i].calls[k]);
            low += (double)c->slots[i].calls[k];
        }
    }
    end_frame(&p, c);
}

static void put_retries(FILE *f, const struct sc_report *r, const char *each)
{
    const struct sc_course *c = &r->course;
    struct frame p = {f, 0, count_words};
    char title[96], says[160];
    double most = 0;

    if (r->all.more_attempts == 0)
        return;
    for (size_t i = 0; i < c->n; i++)
        most = (double)c->slots[i].more_attempts > most ? (double)c->slots[i].more_attempts : most;
    p.top = sc_chart_close(most);
    snprintf(title, sizeof title, "Further attempts%s", each);
    snprintf(says, sizeof says, "further attempts over time: %" PRId64 "; at most %.0f%s",
             r->all.more_attempts, most, each);
    begin_frame(&p, title, says);
    for (size_t i = 0; i < c->n; i++)
        put_bar(&p, "saved-bar", i, c->n, 0, (double)c->slots[i].more_attempts);
    end_frame(&p, c);
}

/* ---- times ---------------------------------------------------------------------------------- */

typedef const struct sc_spread *spread_fn(const struct sc_stretch *s);

static const struct sc_spread *took(const struct sc_stretch *s)
{
    return &s->took;
}

static const struct sc_spread *first(const struct sc_stretch *s)
{
    return &s->first;
}

static double ms_at(const struct sc_spread *s, double part)
{
    return (double)sc_spread_at(s, part) / (double)SC_NS_PER_MS;
}

/* A line through the slots in which there is something; a lone one is a dot. */
static void put_line(const struct frame *p, const struct sc_course *c, spread_fn *of, double part,
                     const char *class)
{
    double width = (double)WIDTH / (double)c->n;
    bool on = false;

    fprintf(p->f, "<path class=\"%s\" d=\"", class);
    for (size_t i = 0; i < c->n; i++) {
        const struct sc_spread *s = of(&c->slots[i]);
        double x = ((double)i + 0.5) * width;
        bool was = on;

        on = s->n > 0;
        if (on)
            fprintf(p->f, "%c%.1f %.1f%s", was ? 'L' : 'M', x,
                    HEIGHT - HEIGHT * ms_at(s, part) / p->top, was ? "" : "h0.1");
    }
    fputs("\"/>\n", p->f);
}

static void put_times(FILE *f, const struct sc_report *r, spread_fn *of, const char *title)
{
    const struct sc_course *c = &r->course;
    struct frame p = {f, 0, ms_words};
    char says[160];
    double most = 0;

    if (of(&r->all)->n == 0)
        return;
    for (size_t i = 0; i < c->n; i++)
        most = ms_at(of(&c->slots[i]), 0.95) > most ? ms_at(of(&c->slots[i]), 0.95) : most;
    p.top = sc_chart_close(most);
    snprintf(says, sizeof says, "%s over time: half of all within %s, 95 of 100 within %s", title,
             sc_time_words((int64_t)ms_at(of(&r->all), 0.5)).s,
             sc_time_words((int64_t)ms_at(of(&r->all), 0.95)).s);
    begin_frame(&p, title, says);
    put_line(&p, c, of, 0.95, "line high");
    put_line(&p, c, of, 0.5, "line");
    end_frame(&p, c);
}

static const char *each_words(int64_t width_ms)
{
    static const struct {
        int64_t ms;
        const char *words;
    } known[] = {{1000, " a second"},
                 {60000, " a minute"},
                 {3600000, " an hour"},
                 {DAY_MS, " a day"},
                 {7 * DAY_MS, " a week"}};
    static char other[48];

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (known[i].ms == width_ms)
            return known[i].words;
    snprintf(other, sizeof other, " in each %s", sc_time_words(width_ms).s);
    return other;
}

void sc_put_course(FILE *f, const struct sc_report *r)
{
    const char *each = each_words(r->course.width_ms);

    fputs("<section aria-labelledby=\"course\"><h2 id=\"course\">How it went</h2>\n", f);
    put_ends(f, r, each);
    put_retries(f, r, each);
    if (r->all.took.n > 0)
        fputs("<p class=\"legend\"><i class=\"half\"></i>half took no longer <i class=\"most\"></i>"
              "95 of 100 no longer</p>\n",
              f);
    put_times(f, r, took, "How long calls took");
    put_times(f, r, first, "Time to the first token of a stream");
    fputs("</section>\n", f);
}

/* ---- money, a day each ---------------------------------------------------------------------- */

static int by_part(const void *a, const void *b)
{
    return strcmp(((const struct sc_sum *)a)->part, ((const struct sc_sum *)b)->part);
}

void sc_put_money_days(FILE *f, const struct sc_report *r, const struct sc_sum *models, size_t n)
{
    struct frame p = {f, 0, usd_words};
    struct sc_sum *days = NULL, *cells = NULL;
    size_t n_days = sc_sums_list(r->sums, SC_SUM_MODEL, SC_FOLD_BY_PART, &days);
    size_t n_cells = sc_sums_list(r->sums, SC_SUM_MODEL, SC_FOLD_NONE, &cells);
    struct sc_course c = {.width_ms = DAY_MS};
    char class[16];
    size_t from;

    if (n_days > 1 && r->total.cost_nano > 0) {
        qsort(days, n_days, sizeof *days, by_part);
        for (size_t i = 0; i < n_days; i++)
            p.top = (double)days[i].cost_nano > p.top ? (double)days[i].cost_nano : p.top;
        p.top = sc_chart_close(p.top / 1e9);
        from = days[0].part[0] ? 0 : 1; /* "(others)" is of no day */
        c.begin_ms = days[from].first_ms - days[from].first_ms % DAY_MS;
        c.n = (size_t)((days[n_days - 1].last_ms - c.begin_ms) / DAY_MS) + 1;
        begin_frame(&p, "Money a day", "money a day, by model");
        for (size_t i = from; i < n_days; i++) {
            size_t at = (size_t)((days[i].first_ms - c.begin_ms) / DAY_MS);
            double low = 0, rest = (double)days[i].cost_nano / 1e9;

            for (size_t k = 0; k < n && k < SC_CHART_COLOURS - 1; k++)
                for (size_t j = 0; j < n_cells; j++)
                    if (strcmp(cells[j].part, days[i].part) == 0 &&
                        strcmp(cells[j].key, models[k].key) == 0) {
                        double v = (double)cells[j].cost_nano / 1e9;

                        snprintf(class, sizeof class, "c%zu", k);
                        put_bar(&p, class, at, c.n, low, v);
                        low += v;
                        rest -= v;
                    }
            if (rest > 1e-9)
                put_bar(&p, "c7", at, c.n, low, rest);
        }
        end_frame(&p, &c);
    }
    free(days);
    free(cells);
}
