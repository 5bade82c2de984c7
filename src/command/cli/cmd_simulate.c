/*
 * cmd_simulate.c - steadycurl simulate: what a policy does to programs and to the service that they
 * call, in virtual time.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/policy_file.h"
#include "base/print.h"
#include "cli/usage.h"
#include "policy/text.h"
#include "simulate/from_log.h"
#include "simulate/keys.h"
#include "simulate/result.h"
#include "simulate/ways.h"

enum {
    OPT_SCENARIO = 256,
    OPT_COMPARE,
    OPT_CLIENTS,
    OPT_SEED,
    OPT_FROM_LOG,
    OPT_HTML,
    OPT_SVG,
    OPT_SHOW,
    OPT_KEYS
};

static const struct sc_option options[] = {
    SC_OPTION_POLICY("policy to try (default: the search order of steadycurl(1))"),
    {"scenario", OPT_SCENARIO, "WHAT", "a file, or a name of the list above"},
    {"compare", OPT_COMPARE, "WHAT", "another policy, or a way of programs; may be repeated"},
    {"clients", OPT_CLIENTS, "N", "so many clients instead of the scenario's"},
    {"seed", OPT_SEED, "N", "the same seed, the same result (default 1)"},
    {"from-log", OPT_FROM_LOG, "FILE", "the calls of a log instead of the scenario's"},
    {"html", OPT_HTML, "FILE", "write a page with pictures"},
    {"svg", OPT_SVG, "FILE", "write the pictures alone"},
    {"print", OPT_SHOW, NULL, "print the scenario that is built in, to start one's own from"},
    {"keys", OPT_KEYS, NULL, "list what a scenario may say"},
    SC_OPTION_JSON("one JSON object"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "simulate", "--scenario FILE|NAME [OPTION...] [POLICY...]",
    "Shows what a policy does, in virtual time: by the very code that decides in programs.\n\n"
    "Scenarios: steady, flaky, outage, dead, brownout, rate-limit, rate-limit-silent, quota,\n"
    "slow-first-token, herd, retry-storm, key-lost, redis-lost.\n"
    "A policy is a file, or \"default\": what is built in. To compare with, programs without\n"
    "steadycurl: none, fixed, x2, x2-jitter, x4, x4-jitter, sdk, curl-retry.",
    options};

/* A column of the table for each. */
#define WAYS_MAX 8

struct arguments {
    const char *scenario, *html, *svg, *from_log;
    const char *ways[WAYS_MAX];
    size_t n_ways;
    int64_t clients;
    uint64_t seed;
    bool json, print, keys;
};

struct run {
    struct arguments a;
    struct sc_scenario scenario;
    struct sc_sim_log log;
    struct sc_policy *policies[WAYS_MAX];
    struct sc_sim_way ways[WAYS_MAX];
    char names[WAYS_MAX][64];
    size_t n;
    struct sc_sim_result results[WAYS_MAX];
};

/* ---- what is asked ---- */

static bool add_way(struct arguments *a, const char *what)
{
    if (a->n_ways == WAYS_MAX) {
        sc_usage_wrong(&usage, "at most %d policies side by side; \"%s\" is too much", WAYS_MAX,
                       what);
        return false;
    }
    a->ways[a->n_ways++] = what;
    return true;
}

static bool take(struct arguments *a, int opt, const char *value)
{
    int64_t n;

    switch (opt) {
    case OPT_SCENARIO:
        a->scenario = value;
        return true;
    case OPT_CLIENTS:
        return sc_usage_number(&usage, "clients", value, 1, SC_SIM_CLIENTS_MAX, &a->clients);
    case OPT_SEED:
        if (!sc_usage_number(&usage, "seed", value, 0, INT64_MAX, &n))
            return false;
        a->seed = (uint64_t)n;
        return true;
    case OPT_FROM_LOG:
        a->from_log = value;
        return true;
    case OPT_HTML:
        a->html = value;
        return true;
    case OPT_SVG:
        a->svg = value;
        return true;
    case OPT_SHOW:
        return a->print = true;
    case OPT_KEYS:
        return a->keys = true;
    case SC_OPT_JSON:
        return a->json = true;
    default: /* --policy, --compare */
        return add_way(a, value);
    }
}

/* ---- what is simulated ---- */

static int no_scenario(const char *what)
{
    const char *const *names = sc_scenario_names();
    char list[400] = "";
    size_t n = 0, count = 0;
    const char *near;

    for (; names[count]; count++)
        n += (size_t)snprintf(list + n, sizeof list - n, "%s%s", count ? ", " : "", names[count]);
    if (!what)
        return sc_usage_wrong(&usage, "--scenario is missing: a file, or one of %s", list);
    near = sc_usage_nearest(what, names, count);
    return sc_usage_wrong(&usage, "no scenario \"%s\": neither a file nor one of %s%s%s%s", what,
                          list, near ? "; did you mean \"" : "", near ? near : "",
                          near ? "\"?" : "");
}

static int load_scenario(struct run *r)
{
    const char *what = r->a.scenario, *text = what ? sc_scenario_builtin(what) : NULL;
    struct sc_policy_error e = {.text = "out of memory"};
    bool good;

    if (!what || (!text && access(what, F_OK) != 0 && !strpbrk(what, "/.")))
        return no_scenario(what);
    good = text ? sc_scenario_parse(&r->scenario, text, strlen(text), what, &e)
                : sc_scenario_load(&r->scenario, what, &e);
    if (!good) {
        sc_print(stderr, "%s\n", e.text);
        return 1;
    }
    if (r->a.clients > 0)
        sc_scenario_set_clients(&r->scenario, r->a.clients);
    return 0;
}

/* The log's time is the scenario's. */
static int load_log(struct run *r)
{
    char why[PATH_MAX + 200];

    if (!r->a.from_log)
        return 0;
    if (!sc_sim_log_read(&r->log, r->a.from_log, why, sizeof why)) {
        sc_print(stderr, "steadycurl simulate: %s\n", why);
        return 1;
    }
    r->scenario.for_ns = r->log.calls[r->log.n - 1].at_ns + 1;
    return 0;
}

static void name_way(struct run *r, const char *what)
{
    const char *slash = strrchr(what, '/');

    sc_text_cut(slash ? slash + 1 : what, strlen(slash ? slash + 1 : what), r->names[r->n],
                sizeof r->names[r->n]);
    r->ways[r->n].name = r->names[r->n];
}

static bool load_way(struct run *r, const char *what)
{
    struct sc_sim_way *way = &r->ways[r->n];
    char path[PATH_MAX] = "";

    if (what && access(what, F_OK) != 0)
        way->programs = sc_sim_way_find(what);
    if (!way->programs) {
        r->policies[r->n] = what && strcmp(what, "default") == 0 && access(what, F_OK) != 0
                                ? sc_policy_builtin()
                                : sc_policy_file_load(&usage, what, path);
        if (!r->policies[r->n])
            return false;
    }
    way->policy = r->policies[r->n];
    name_way(r, what ? what : path[0] == '/' ? path : "default");
    r->n++;
    return true;
}

static bool load_ways(struct run *r)
{
    if (r->a.n_ways == 0)
        return load_way(r, NULL);
    for (size_t i = 0; i < r->a.n_ways; i++)
        if (!load_way(r, r->a.ways[i]))
            return false;
    return true;
}

/* ---- running ---- */

#define SHOW_EVERY 65536

/* A long run says how far it is, where somebody looks. */
static void show_progress(const struct run *r, const struct sc_sim_world *w, time_t began)
{
    int64_t all = r->scenario.for_ns, at = w->now_ns < all ? w->now_ns : all;

    if (time(NULL) - began < 1 || !isatty(STDERR_FILENO))
        return;
    fprintf(stderr, "\r%s: %3d %% ", w->way->name, (int)(100 * (double)at / (double)all));
    fflush(stderr);
}

static bool simulate(struct run *r, size_t i)
{
    struct sc_sim_world *w = calloc(1, sizeof *w);
    time_t began = time(NULL);
    bool good =
        w && sc_sim_open(w, &r->scenario, &r->ways[i], r->log.n ? &r->log : NULL, r->a.seed);

    for (uint64_t n = 1; good && sc_sim_step(w); n++)
        if (n % SHOW_EVERY == 0)
            show_progress(r, w, began);
    if (time(NULL) - began >= 1 && isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    good = good && !w->no_memory;
    if (good)
        sc_sim_result_of(w, &r->results[i]);
    if (w)
        sc_sim_close(w);
    free(w);
    if (!good)
        fputs("steadycurl simulate: out of memory\n", stderr);
    return good;
}

static bool write_to(const char *path, const struct run *r,
                     void (*print)(FILE *f, const struct run *r))
{
    FILE *f;
    bool good;

    if (!path)
        return true;
    f = strcmp(path, "-") == 0 ? stdout : fopen(path, "we");
    if (f)
        print(f, r);
    good = f && !ferror(f);
    if (f && f != stdout && fclose(f) != 0)
        good = false;
    if (!good)
        sc_print(stderr, "steadycurl simulate: %s: can't be written: %s\n", path, strerror(errno));
    return good;
}

static void print_html(FILE *f, const struct run *r)
{
    sc_sim_print_html(f, r->results, r->n, r->a.seed);
}

static void print_svg(FILE *f, const struct run *r)
{
    sc_sim_print_svg(f, r->results, r->n);
}

static bool takes_stdout(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int show(const struct run *r)
{
    if (!takes_stdout(r->a.html) && !takes_stdout(r->a.svg)) {
        if (r->a.json)
            sc_sim_print_json(stdout, r->results, r->n, r->a.seed);
        else
            sc_sim_print_table(stdout, r->results, r->n);
    }
    return write_to(r->a.html, r, print_html) && write_to(r->a.svg, r, print_svg) ? 0 : 1;
}

static int run_all(struct run *r)
{
    char note[512];
    int status = load_scenario(r);

    if (status == 0)
        status = load_log(r);
    if (status != 0)
        return status;
    if (!load_ways(r))
        return 1;
    for (size_t i = 0; i < r->n; i++)
        if (!simulate(r, i))
            return 1;
    while (sc_state_take_note(note, sizeof note))
        fprintf(stderr, "steadycurl simulate: %s\n", note);
    return show(r);
}

static int print_scenario(const struct arguments *a)
{
    const char *text = a->scenario ? sc_scenario_builtin(a->scenario) : NULL;

    if (!text)
        return no_scenario(a->scenario);
    fputs(text, stdout);
    return 0;
}

int sc_cmd_simulate(int argc, char **argv)
{
    static struct run r = {.a = {.seed = 1}};
    struct sc_args a = sc_args_begin(argc, argv);
    int opt, status;

    while ((opt = sc_args_next(&a, &usage)) > 0)
        if (!take(&r.a, opt, a.value))
            return 2;
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    while (a.i < argc)
        if (!add_way(&r.a, argv[a.i++]))
            return 2;
    if (r.a.keys) {
        sc_sim_print_keys(stdout);
        return 0;
    }
    if (r.a.print)
        return print_scenario(&r.a);
    status = run_all(&r);
    for (size_t i = 0; i < r.n; i++) {
        sc_sim_result_free(&r.results[i]);
        sc_policy_free(r.policies[i]);
    }
    sc_sim_log_free(&r.log);
    sc_scenario_free(&r.scenario);
    return status;
}
