/*
 * cmd_status.c - steadycurl status: what all processes together know right now, by scope.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/alerts.h"
#include "cli/cli.h"
#include "cli/logfile.h"
#include "cli/others.h"
#include "cli/policy_file.h"
#include "base/print.h"
#include "ledger/status_words.h"
#include "cli/usage.h"
#include "ledger/reading.h"
#include "ledger/state_view.h"
#include "state/books.h"
#include "state/segment.h"
#include "state/state.h"

enum { OPT_RESET = 256, OPT_EXEC, OPT_CLEAN, OPT_USER, OPT_ALL };

static const struct sc_option options[] = {
    SC_OPTION_JSON("one JSON object"),
    {"watch", 'w', NULL, "show it again every second"},
    {"reset", OPT_RESET, NULL,
     "forget what is known of SCOPE (any part of its name), or all but money spent; "
     "\"budget=NAME\" is that"},
    {"clean", OPT_CLEAN, NULL,
     "remove shared memory that killed programs and removed folders left"},
    {"exec", OPT_EXEC, "COMMAND", "run it for each alert of a budget since the last time"},
    SC_OPTION_POLICY("the policy whose budgets these are"),
    {"user", OPT_USER, "NAME", "the state of this user, for root"},
    {"all", OPT_ALL, NULL, "the states of all users, for root; else one's own"},
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "status", "[OPTION...] [--reset [SCOPE]]",
    "Shows breakers, limits, gates, retries and money spent as all processes share them.", options};

/* Only a gate or a latch that is open: nothing a person would want to read. */
static bool is_dull(const struct sc_scope_view *s, int64_t now)
{
    static const enum sc_slot_kind telling[] = {
        SC_SLOT_BREAKER, SC_SLOT_REQUESTS, SC_SLOT_TOKENS,           SC_SLOT_CONCURRENT,
        SC_SLOT_BUDGET,  SC_SLOT_SPENT,    SC_SLOT_LEARNED_REQUESTS, SC_SLOT_LEARNED_TOKENS,
    };
    sc_word *gate = s->words[SC_SLOT_GATE], *latch = s->words[SC_SLOT_LATCH];

    for (size_t i = 0; i < sizeof telling / sizeof *telling; i++)
        if (s->words[telling[i]])
            return false;
    return !(latch && sc_latch_reading(latch, now).reason != SC_LATCH_OPEN) &&
           !(gate && sc_gate_reading(gate, now) > 0);
}

/* A log that is there by default fails silently in the programs. */
static void show_log_trouble(void)
{
    char path[PATH_MAX];
    const char *why = sc_logfile_trouble(path, sizeof path);

    if (why)
        sc_print(stdout, "no log: %s: %s\n", path, why);
}

static void show_text(struct sc_state_view *v, int64_t now)
{
    struct sc_writer w = {.to = stdout, .json = false};

    if (v->unusable) {
        fflush(stdout);
        sc_usage_wrong(&usage, "%s", v->why);
        if (!v->region)
            return;
    }
    if (!v->region) {
        sc_print(stdout, "nothing known yet: %s\n", v->why);
        show_log_trouble();
        return;
    }
    sc_status_headline(&w, v, now);
    printf("state in %s\n", v->folder);
    show_log_trouble();
    for (size_t i = 0; i < v->n; i++)
        if (!is_dull(&v->scopes[i], now)) {
            putchar('\n');
            sc_status_scope(&w, v, &v->scopes[i], now);
        }
}

/* An exit status: that calls are refused is news, not our failure. */
static int show(struct sc_state_view *v, bool json)
{
    int64_t now = sc_state_now();

    sc_state_view_read(v);
    if (json) {
        sc_status_json(stdout, v, now);
        putchar('\n');
    } else {
        show_text(v, now);
    }
    return v->unusable ? 1 : 0;
}

static int watch(struct sc_state_view *v, const char *folder, bool json)
{
    for (;;) {
        if (isatty(STDOUT_FILENO) && !json)
            printf("\033[H\033[J");
        show(v, json);
        if (fflush(stdout) != 0)
            return 1;
        sleep(1);
        if (!v->region) /* it may have come into being */
            sc_state_view_open(v, folder);
    }
}

/* ---- alerts ---- */

static int run_alerts(struct sc_state_view *v, const char *folder, const char *policy,
                      const char *command, bool again)
{
    char path[PATH_MAX];
    struct sc_policy *p = sc_policy_file_load(&usage, policy, path);
    int failed = p ? 0 : 1;

    while (p) {
        if (v->region)
            failed = sc_alerts_run(v, p, command);
        if (!again)
            break;
        sleep(1);
        if (!v->region)
            sc_state_view_open(v, folder);
    }
    sc_policy_free(p);
    return failed ? 1 : 0;
}

/* ---- reset ---- */

static void clear_words(sc_word *words, size_t n)
{
    for (size_t i = 0; i < n; i++)
        atomic_store(&words[i], 0);
}

/* The settings that are kept beside the words stay: programs write them when they begin. */
static void clear_scope(struct sc_scope_view *s)
{
    for (int k = 0; k < SC_KINDS; k++)
        if (s->words[k] && k != SC_SLOT_CONCURRENT)
            clear_words(s->words[k], k == SC_SLOT_SPENT ? SC_W_TERMS : SC_SLOT_WORDS);
}

/* Money is forgotten only when a budget is asked for by its name: whoever resets breakers does not
 * mean it. */
static bool is_meant(const char *label, const char *scope)
{
    bool money = strncmp(label, "budget=", 7) == 0;

    if (!scope)
        return !money;
    return strstr(label, scope) != NULL && (!money || strncmp(scope, "budget=", 7) == 0);
}

static int reset(struct sc_state_view *v, const char *scope)
{
    size_t n = 0, kept = 0;

    /* The books first: memory that is made anew meanwhile reads them. */
    if (scope && strncmp(scope, "budget=", 7) == 0)
        kept = sc_books_reset(scope, (int64_t)time(NULL));
    if (!v->region && kept == 0) {
        fprintf(stderr, "steadycurl status: %s\n", v->why);
        return scope ? 1 : 0;
    }
    sc_state_view_read(v);
    for (size_t i = 0; i < v->n; i++)
        if (is_meant(v->scopes[i].label, scope)) {
            clear_scope(&v->scopes[i]);
            n++;
        }
    n = n > kept ? n : kept;
    if (!scope) {
        for (size_t i = 0; i < SC_SERIES; i++)
            clear_words(v->region->series[i].words, SC_SERIES_WORDS);
    }
    if (scope && n == 0) {
        fprintf(stderr, "steadycurl status: no scope has \"%s\" in its name\n", scope);
        return 1;
    }
    printf("%zu scope%s reset\n", n, n == 1 ? "" : "s");
    return 0;
}

/* ---- clean ---- */

static void tell_removed(int shmid, const char *folder, void *arg)
{
    (void)arg;
    printf("%d\t%s\n", shmid, folder[0] ? folder : "(never finished)");
}

/* A program that makes its state needs microseconds for it: what is older than some seconds, and
 * nobody has, was left. */
static int clean(void)
{
    int n = sc_segment_clean(10, 0, tell_removed, NULL);

    printf("%d shared memory segment%s removed\n", n, n == 1 ? "" : "s");
    return 0;
}

/* Of the user that this process is. */
static int show_own(bool json)
{
    static struct sc_state_view v;

    if (!sc_state_view_open(&v, NULL))
        return sc_usage_wrong(&usage, "no state folder can be named");
    return show(&v, json);
}

int sc_cmd_status(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct sc_state_view v;
    const char *folder = NULL, *command = NULL, *policy = NULL, *user = NULL;
    bool json = false, again = false, clear = false, all = false, wipe = false;
    int opt;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        json |= opt == SC_OPT_JSON;
        again |= opt == 'w';
        clear |= opt == OPT_RESET;
        wipe |= opt == OPT_CLEAN;
        if (opt == SC_OPT_STATE)
            folder = a.value;
        if (opt == OPT_EXEC)
            command = a.value;
        if (opt == SC_OPT_POLICY)
            policy = a.value;
        if (opt == OPT_USER)
            user = a.value;
        all |= opt == OPT_ALL;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i + (clear ? 1 : 0) < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (all && (user || folder || clear || command || again || wipe))
        return sc_usage_wrong(&usage, "--all shows, and takes no other option but --json");
    if (all)
        return sc_others_each(&usage, json, show_own);
    if (user && !sc_others_become(&usage, user))
        return 1;
    if (wipe)
        return clean();
    if (!sc_state_view_open(&v, folder))
        return sc_usage_wrong(&usage, "no state folder can be named");
    if (!user)
        sc_logfile_write_out(folder);
    if (clear)
        return reset(&v, a.i < argc ? argv[a.i] : NULL);
    if (command)
        return run_alerts(&v, folder, policy, command, again);
    if (again)
        return watch(&v, folder, json);
    return show(&v, json);
}
