/* A page that holds all of it: the table and the pictures, and nothing from elsewhere. */
#include "base/markup.h"
#include "core/time.h"
#include "core/units.h"
#include "simulate/result.h"

static void print_head(FILE *f, const struct sc_sim_result *r, uint64_t seed)
{
    const struct sc_scenario *s = r->scenario;

    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
          "<meta name=\"viewport\" content=\"width=device-width\">\n<title>",
          f);
    sc_markup(f, s->name);
    fputs(" - steadycurl simulate</title>\n<style>\n"
          ":root{color-scheme:light dark}\n"
          "body{font:15px/1.4 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}\n"
          "table{border-collapse:collapse;margin:1em 0}\n"
          "td,th{padding:.2em .8em;border-bottom:1px solid #8884;text-align:right}\n"
          "td:first-child{text-align:left}\n"
          "svg{max-width:100%;height:auto}\n"
          "</style>\n</head>\n<body>\n<h1>",
          f);
    sc_markup(f, s->name);
    fprintf(f, "</h1>\n<p>%lld clients in %lld processes on %lld host%s, %s, seed %llu.</p>\n",
            (long long)s->clients, (long long)s->processes, (long long)s->hosts,
            s->hosts == 1 ? "" : "s", sc_time_words(s->for_ns / SC_NS_PER_MS).s,
            (unsigned long long)seed);
}

static void print_rows(FILE *f, const struct sc_sim_result *all, size_t n)
{
    char value[SC_SIM_VALUE_MAX];

    fputs("<table>\n<tr><th></th>", f);
    for (size_t k = 0; k < n; k++) {
        fputs("<th>", f);
        sc_markup(f, all[k].name);
        fputs("</th>", f);
    }
    fputs("</tr>\n", f);
    for (size_t i = 0; i < sc_sim_n_lines; i++) {
        fputs("<tr><td>", f);
        sc_markup(f, sc_sim_lines[i].what);
        fputs("</td>", f);
        for (size_t k = 0; k < n; k++) {
            sc_sim_lines[i].say(&all[k], value);
            fputs("<td>", f);
            sc_markup(f, value);
            fputs("</td>", f);
        }
        fputs("</tr>\n", f);
    }
    fputs("</table>\n", f);
}

void sc_sim_print_html(FILE *f, const struct sc_sim_result *all, size_t n, uint64_t seed)
{
    print_head(f, &all[0], seed);
    print_rows(f, all, n);
    sc_sim_print_svg(f, all, n);
    fputs("</body>\n</html>\n", f);
}
