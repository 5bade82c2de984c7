/* Results for people and for programs. */
#include <string.h>

#include "core/time.h"
#include "core/units.h"
#include "simulate/result.h"

#define SAY static void

static double per(int64_t a, int64_t b)
{
    return b > 0 ? (double)a / (double)b : 0;
}

static void put_count(int64_t n, char out[SC_SIM_VALUE_MAX])
{
    snprintf(out, SC_SIM_VALUE_MAX, "%lld", (long long)n);
}

static void put_span(const struct sc_spread *s, double q, char out[SC_SIM_VALUE_MAX])
{
    if (s->n == 0)
        snprintf(out, SC_SIM_VALUE_MAX, "-");
    else
        snprintf(out, SC_SIM_VALUE_MAX, "%s", sc_time_words(sc_spread_at(s, q) / SC_NS_PER_MS).s);
}

static void put_load(double peak, double capacity, char out[SC_SIM_VALUE_MAX])
{
    if (capacity > 0)
        snprintf(out, SC_SIM_VALUE_MAX, "%.0f (%.2f)", peak, peak / capacity);
    else
        snprintf(out, SC_SIM_VALUE_MAX, "%.0f", peak);
}

SAY say_calls(const struct sc_sim_result *r, char *out)
{
    put_count(r->tally.calls, out);
}

SAY say_goodput(const struct sc_sim_result *r, char *out)
{
    snprintf(out, SC_SIM_VALUE_MAX, "%.2f %%", 100 * per(r->tally.answered, r->tally.calls));
}

SAY say_answered(const struct sc_sim_result *r, char *out)
{
    put_count(r->tally.answered, out);
}

SAY say_failed(const struct sc_sim_result *r, char *out)
{
    put_count(r->tally.failed, out);
}

SAY say_attempts(const struct sc_sim_result *r, char *out)
{
    snprintf(out, SC_SIM_VALUE_MAX, "%.3f", per(r->tally.attempts, r->tally.calls));
}

SAY say_turned_away(const struct sc_sim_result *r, char *out)
{
    put_count(r->tally.turned_away, out);
}

SAY say_429(const struct sc_sim_result *r, char *out)
{
    put_count(r->tally.status_429, out);
}

SAY say_took_50(const struct sc_sim_result *r, char *out)
{
    put_span(&r->tally.took, 0.50, out);
}

SAY say_took_95(const struct sc_sim_result *r, char *out)
{
    put_span(&r->tally.took, 0.95, out);
}

SAY say_waited_50(const struct sc_sim_result *r, char *out)
{
    put_span(&r->tally.waited, 0.50, out);
}

SAY say_waited_95(const struct sc_sim_result *r, char *out)
{
    put_span(&r->tally.waited, 0.95, out);
}

SAY say_waited_99(const struct sc_sim_result *r, char *out)
{
    put_span(&r->tally.waited, 0.99, out);
}

SAY say_peak(const struct sc_sim_result *r, char *out)
{
    put_load(r->peak, r->capacity, out);
}

SAY say_peak_after(const struct sc_sim_result *r, char *out)
{
    if (r->peak_after < 0)
        snprintf(out, SC_SIM_VALUE_MAX, "-");
    else
        put_load(r->peak_after, r->capacity, out);
}

SAY say_recovery(const struct sc_sim_result *r, char *out)
{
    if (r->recovery_s == -2)
        snprintf(out, SC_SIM_VALUE_MAX, "never");
    else if (r->recovery_s < 0)
        snprintf(out, SC_SIM_VALUE_MAX, "-");
    else
        snprintf(out, SC_SIM_VALUE_MAX, "%.0f s", r->recovery_s);
}

SAY say_money(const struct sc_sim_result *r, char *out)
{
    if (r->priced)
        snprintf(out, SC_SIM_VALUE_MAX, "%s", sc_usd_words(r->tally.billed_nano).s);
    else
        snprintf(out, SC_SIM_VALUE_MAX, "-");
}

const struct sc_sim_line sc_sim_lines[] = {
    {"calls", "calls of programs", say_calls},
    {"answered", "answered", say_answered},
    {"goodput", "... of all", say_goodput},
    {"failed", "failed", say_failed},
    {"attempts", "requests a call", say_attempts},
    {"turned_away", "answered in the service's stead", say_turned_away},
    {"refused", "429s", say_429},
    {"took_p50", "a call takes, half of them", say_took_50},
    {"took_p95", "... 95 % of them", say_took_95},
    {"waited_p50", "of that waited, half of them", say_waited_50},
    {"waited_p95", "... 95 % of them", say_waited_95},
    {"waited_p99", "... 99 % of them", say_waited_99},
    {"peak", "requests a second (of capacity)", say_peak},
    {"peak_after", "... after the trouble", say_peak_after},
    {"recovery", "all is well again after", say_recovery},
    {"money", "the service's bill", say_money},
};
const size_t sc_sim_n_lines = sizeof sc_sim_lines / sizeof *sc_sim_lines;

static int width_of(const struct sc_sim_result *r)
{
    char value[SC_SIM_VALUE_MAX];
    size_t most = strlen(r->name);

    for (size_t i = 0; i < sc_sim_n_lines; i++) {
        sc_sim_lines[i].say(r, value);
        if (strlen(value) > most)
            most = strlen(value);
    }
    return (int)most;
}

void sc_sim_print_table(FILE *f, const struct sc_sim_result *all, size_t n)
{
    char value[SC_SIM_VALUE_MAX];
    const struct sc_scenario *s = all[0].scenario;

    fprintf(f, "%s: %lld clients in %lld processes on %lld host%s, %s\n\n", s->name,
            (long long)s->clients, (long long)s->processes, (long long)s->hosts,
            s->hosts == 1 ? "" : "s", sc_time_words(s->for_ns / SC_NS_PER_MS).s);
    fprintf(f, "%-32s", "");
    for (size_t k = 0; k < n; k++)
        fprintf(f, "  %*s", width_of(&all[k]), all[k].name);
    fputc('\n', f);
    for (size_t i = 0; i < sc_sim_n_lines; i++) {
        fprintf(f, "%-32s", sc_sim_lines[i].what);
        for (size_t k = 0; k < n; k++) {
            sc_sim_lines[i].say(&all[k], value);
            fprintf(f, "  %*s", width_of(&all[k]), value);
        }
        fputc('\n', f);
    }
}
