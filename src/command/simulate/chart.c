/* Pictures: how load, answers and refusals went over time, one line a way. */
#include <string.h>

#include "base/chart.h"
#include "base/markup.h"
#include "core/time.h"
#include "simulate/result.h"

enum { WIDTH = 860, LEFT = 64, RIGHT = 16, PANEL = 180, GAP = 46, TOP = 58, POINTS = 400 };

typedef double value_fn(const struct sc_sim_second *s);

static double load(const struct sc_sim_second *s)
{
    return s->attempts;
}

static double answered(const struct sc_sim_second *s)
{
    return s->answered;
}

static double failed(const struct sc_sim_second *s)
{
    return s->failed;
}

static double refused(const struct sc_sim_second *s)
{
    return s->refused;
}

static const struct {
    const char *title;
    value_fn *of;
    bool capacity; /* is drawn, too */
} panels[] = {{"requests that the service receives, a second", load, true},
              {"calls answered, a second", answered, true},
              {"calls failed, a second", failed, false},
              {"requests refused with 429, a second", refused, false}};
#define PANELS (sizeof panels / sizeof *panels)

/* The time that all of them cover. */
static size_t seconds_of(const struct sc_sim_result *all, size_t n)
{
    size_t most = 1;

    for (size_t i = 0; i < n; i++)
        if (all[i].tally.n_seconds > most)
            most = all[i].tally.n_seconds;
    return most;
}

/* Mean over one point's seconds. */
static double at(const struct sc_sim_tally *t, size_t from, size_t step, value_fn *of)
{
    double sum = 0;

    for (size_t i = from; i < from + step && i < t->n_seconds; i++)
        sum += of(&t->seconds[i]);
    return sum / (double)step;
}

static size_t step_of(size_t seconds)
{
    return seconds / POINTS + 1;
}

static double top_of(const struct sc_sim_result *all, size_t n, size_t seconds, size_t panel)
{
    double most = panels[panel].capacity ? all[0].capacity : 0;
    size_t step = step_of(seconds);

    for (size_t k = 0; k < n; k++)
        for (size_t i = 0; i < seconds; i += step) {
            double v = at(&all[k].tally, i, step, panels[panel].of);

            if (v > most)
                most = v;
        }
    return sc_chart_round(most);
}

static double x_of(double second, size_t seconds)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * second / (double)seconds;
}

static double y_of(double v, double top, double base)
{
    return base - PANEL * (v < top ? v : top) / top;
}

static void draw_events(FILE *f, const struct sc_scenario *s, size_t seconds, double base)
{
    for (size_t i = 0; i < s->n_events; i++) {
        const struct sc_sim_event *e = &s->events[i];
        double from = (double)e->at_ns / 1e9, for_s = (double)e->for_ns / 1e9;
        double to = from + for_s < (double)seconds ? from + for_s : (double)seconds;

        if (from < (double)seconds)
            fprintf(
                f, "<rect class=\"event\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%d\"/>\n",
                x_of(from, seconds), base - PANEL, x_of(to, seconds) - x_of(from, seconds), PANEL);
    }
}

static void draw_axes(FILE *f, size_t seconds, double top, double base)
{
    double every = sc_chart_round((double)seconds / 8);

    for (int i = 0; i <= 4; i++) {
        double y = base - PANEL * i / 4.0;

        fprintf(f,
                "<path class=\"grid\" d=\"M%d %.1fH%d\"/><text class=\"y\" x=\"%d\" "
                "y=\"%.1f\">%g</text>\n",
                LEFT, y, WIDTH - RIGHT, LEFT - 6, y + 4, top * i / 4);
    }
    for (int i = 0; i * every <= (double)seconds; i++)
        fprintf(f, "<text class=\"x\" x=\"%.1f\" y=\"%.1f\">%g s</text>\n",
                x_of(i * every, seconds), base + 15, i * every);
}

static void draw_way(FILE *f, const struct sc_sim_result *r, size_t k, size_t seconds, size_t panel,
                     double top, double base)
{
    size_t step = step_of(seconds);

    fprintf(f, "<path class=\"way\" stroke=\"%s\" d=\"", sc_chart_colours[k % SC_CHART_COLOURS]);
    for (size_t i = 0; i < seconds; i += step)
        fprintf(f, "%c%.1f %.1f", i ? 'L' : 'M', x_of((double)i + (double)step / 2, seconds),
                y_of(at(&r->tally, i, step, panels[panel].of), top, base));
    fputs("\"/>\n", f);
}

static void draw_panel(FILE *f, const struct sc_sim_result *all, size_t n, size_t panel)
{
    size_t seconds = seconds_of(all, n);
    double base = TOP + PANEL + (double)panel * (PANEL + GAP);
    double top = top_of(all, n, seconds, panel), y;

    fprintf(f, "<text class=\"title\" x=\"%d\" y=\"%.1f\">%s</text>\n", LEFT, base - PANEL - 8,
            panels[panel].title);
    draw_events(f, all[0].scenario, seconds, base);
    draw_axes(f, seconds, top, base);
    if (panels[panel].capacity && all[0].capacity > 0) {
        y = y_of(all[0].capacity, top, base);
        fprintf(f,
                "<path class=\"most\" d=\"M%d %.1fH%d\"/><text class=\"most\" x=\"%d\" "
                "y=\"%.1f\">capacity</text>\n",
                LEFT, y, WIDTH - RIGHT, WIDTH - RIGHT, y - 4);
    }
    for (size_t k = 0; k < n; k++)
        draw_way(f, &all[k], k, seconds, panel, top, base);
}

static void draw_legend(FILE *f, const struct sc_sim_result *all, size_t n)
{
    double x = LEFT;

    for (size_t k = 0; k < n; k++) {
        fprintf(f,
                "<path class=\"way\" stroke=\"%s\" d=\"M%.0f 16h22\"/><text x=\"%.0f\" y=\"20\">",
                sc_chart_colours[k % SC_CHART_COLOURS], x, x + 28);
        sc_markup(f, all[k].name);
        fputs("</text>\n", f);
        x += 48 + 7.0 * (double)strlen(all[k].name);
    }
}

void sc_sim_print_svg(FILE *f, const struct sc_sim_result *all, size_t n)
{
    int height = TOP + (int)PANELS * (PANEL + GAP);

    fprintf(f,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "height=\"%d\" role=\"img\">\n<title>",
            WIDTH, height, WIDTH, height);
    sc_markup(f, all[0].scenario->name);
    fputs("</title>\n<style>\n"
          "svg{color-scheme:light dark;background:#fff;font:12px sans-serif;fill:#222}\n"
          ".way{fill:none;stroke-width:1.6}\n"
          ".grid{stroke:#8884;fill:none}\n"
          ".event{fill:#d55e00;opacity:.12}\n"
          ".most{stroke:#888;fill:none;stroke-dasharray:5 4}\n"
          "text{stroke:none}\n"
          "text.most{stroke:none;fill:#888;text-anchor:end}\n"
          "text.y{text-anchor:end}\n"
          "text.x{text-anchor:middle}\n"
          "text.title{font-weight:bold}\n"
          "@media(prefers-color-scheme:dark){svg{background:#161616;fill:#ddd}}\n"
          "</style>\n",
          f);
    draw_legend(f, all, n);
    for (size_t i = 0; i < PANELS; i++)
        draw_panel(f, all, n, i);
    fputs("</svg>\n", f);
}
