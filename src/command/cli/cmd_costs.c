/*
 * cmd_costs.c - steadycurl costs: what calls have cost, out of the ledger.
 *
 * Each run first takes in what the log has got since the last one, then adds up.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/costs_shadow.h"
#include "ledger/ledger.h"
#include "ledger/ledger_line.h"
#include "cli/logfile.h"
#include "cli/place.h"
#include "base/print.h"
#include "cli/usage.h"
#include "ledger/waiting.h"
#include "cli/when.h"
#include "core/units.h"
#include "log/plain.h"

#define NANO 1000000000

enum { OPT_BY = 256, OPT_SINCE, OPT_UNTIL, OPT_CSV, OPT_LEDGER, OPT_ALL, OPT_SHADOW };

static const struct sc_option options[] = {
    {"by", OPT_BY, "WHAT", "model (default), provider, task, dag, program, day or rule"},
    {"since", OPT_SINCE, "T", "calls from T on: 2025-08-08, 2025-08-08T07:00:00Z, 36h, 7d"},
    {"until", OPT_UNTIL, "T", "calls before T; of a date, to its end (UTC)"},
    SC_OPTION_JSON("one JSON object"),
    {"csv", OPT_CSV, NULL, "comma-separated values"},
    {"ledger", OPT_LEDGER, "FILE", "where the sums are kept"},
    {"shadow", OPT_SHADOW, NULL, "what rules in shadow would have done and saved, by this log"},
    {"all", OPT_ALL, NULL, "the calls of every log in the ledger"},
    SC_OPTION_POLICY("the policy whose log to read"),
    SC_OPTION_LOG("the log to read, as the operand FILE"),
    SC_OPTION_STATE("folder of the state, where the ledger is"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "costs", "[OPTION...] [FILE]",
    "Says what the calls in a log have cost: FILE, else $STEADYCURL_LOG, else the policy's.",
    options};

enum format { FORMAT_TEXT, FORMAT_JSON, FORMAT_CSV };

struct report {
    const char *by;
    enum format format;
    struct sc_ledger_row total;
};

/* ---- output ---- */

static const char *dollars(int64_t nano, char buf[32])
{
    snprintf(buf, 32, "%lld.%09lld", (long long)(nano / NANO), (long long)(nano % NANO));
    return buf;
}

/* A cell that a spreadsheet would take for a formula is marked as text. */
static void put_csv_string(const char *s)
{
    putchar('"');
    if (*s && strchr("=+-@", *s))
        putchar('\'');
    for (const char *quote; (quote = strchr(s, '"')); s = quote + 1) {
        sc_print_text(stdout, s, (size_t)(quote - s), 0);
        fputs("\"\"", stdout);
    }
    sc_print(stdout, "%s\"", s);
}

static void put_name(const char *name, int width)
{
    char s[512];
    int n = 0;
    sc_plain(name, strlen(name), '?', s, sizeof s);
    fputs(s, stdout);
    for (const char *p = s; *p; p++)
        n += ((unsigned char)*p & 0xC0) != 0x80;
    printf("%*s", n < width ? width - n : 0, "");
}

static void put_json_numbers(const struct sc_ledger_row *r)
{
    char cost[32];
    printf("\"calls\":%lld,\"failed\":%lld,\"input_tokens\":%lld,\"output_tokens\":%lld,"
           "\"cached_tokens\":%lld,\"cache_write_tokens\":%lld,\"cost_usd\":%s,"
           "\"estimated_calls\":%lld,\"unpriced_calls\":%lld}",
           (long long)r->calls, (long long)r->failed, (long long)r->input, (long long)r->output,
           (long long)r->cached, (long long)r->written, dollars(r->cost_nano, cost),
           (long long)r->estimated, (long long)r->unpriced);
}

static void put_json_row(const struct report *p, const struct sc_ledger_row *r, bool first)
{
    printf("%s\n  {\"%s\":", first ? "" : ",", p->by);
    if (r->key[0])
        sc_print_json(stdout, r->key);
    else
        printf("null");
    putchar(',');
    put_json_numbers(r);
}

static void put_csv_row(const struct sc_ledger_row *r)
{
    char cost[32];
    put_csv_string(r->key);
    printf(",%lld,%lld,%lld,%lld,%lld,%lld,%s,%lld,%lld\n", (long long)r->calls,
           (long long)r->failed, (long long)r->input, (long long)r->output, (long long)r->cached,
           (long long)r->written, dollars(r->cost_nano, cost), (long long)r->estimated,
           (long long)r->unpriced);
}

static void put_text_row(const char *name, const struct sc_ledger_row *r)
{
    put_name(name, 28);
    printf(" %8lld %7lld %12lld %12lld %16s\n", (long long)r->calls, (long long)r->failed,
           (long long)r->input, (long long)r->output, sc_usd_words(r->cost_nano).s);
}

static void begin(const struct report *p)
{
    if (p->format == FORMAT_JSON)
        printf("{\"by\":\"%s\",\"rows\":[", p->by);
    else if (p->format == FORMAT_CSV)
        printf("%s,calls,failed,input_tokens,output_tokens,cached_tokens,cache_write_tokens,"
               "cost_usd,estimated_calls,unpriced_calls\n",
               p->by);
    else
        printf("%-28s %8s %7s %12s %12s %16s\n", p->by, "calls", "failed", "input", "output",
               "cost");
}

static void each(const struct sc_ledger_row *r, void *arg)
{
    struct report *p = arg;
    struct sc_ledger_row *t = &p->total;
    if (p->format == FORMAT_JSON)
        put_json_row(p, r, t->calls == 0);
    else if (p->format == FORMAT_CSV)
        put_csv_row(r);
    else
        put_text_row(r->key[0] ? r->key : "(none)", r);
    t->calls += r->calls;
    t->failed += r->failed;
    t->input += r->input;
    t->output += r->output;
    t->cached += r->cached;
    t->written += r->written;
    t->cost_nano += r->cost_nano;
    t->estimated += r->estimated;
    t->unpriced += r->unpriced;
}

static void end(const struct report *p)
{
    const struct sc_ledger_row *t = &p->total;
    if (p->format == FORMAT_JSON) {
        printf("%s],\n \"total\":{", t->calls ? "\n " : "");
        put_json_numbers(t);
        printf("}\n");
    } else if (p->format == FORMAT_TEXT) {
        put_text_row("total", t);
        if (t->estimated)
            printf("%lld calls are estimated: their answers did not say what they took.\n",
                   (long long)t->estimated);
        if (t->unpriced)
            printf("%lld calls have no price; give their models one in the policy's \"prices\".\n",
                   (long long)t->unpriced);
    }
}

/* ---- arguments ---- */

static bool read_key(const char *text, const char **by)
{
    size_t n = 0;
    for (; sc_ledger_keys[n]; n++) {
        if (strcmp(sc_ledger_keys[n], text) == 0) {
            *by = sc_ledger_keys[n];
            return true;
        }
    }
    const char *near = sc_usage_nearest(text, sc_ledger_keys, n);
    if (near)
        sc_usage_wrong(&usage, "--by: no \"%s\"; did you mean \"%s\"?", text, near);
    else
        sc_usage_wrong(&usage,
                       "--by: \"%s\" is none of model, provider, task, dag, program, day, "
                       "rule",
                       text);
    return false;
}

/* Sums must outlive a reboot, which the shared state's own place does not. */
static bool default_ledger(char *buf, size_t n)
{
    static const struct {
        const char *variable, *rest;
    } places[] = {{"STEADYCURL_STATE", "/costs.db"},
                  {"XDG_STATE_HOME", "/steadycurl/costs.db"},
                  {"HOME", "/.local/state/steadycurl/costs.db"}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *folder = getenv(places[i].variable);
        if (folder && folder[0] == '/')
            return snprintf(buf, n, "%s%s", folder, places[i].rest) < (int)n;
    }
    sc_usage_wrong(&usage, "no place for the ledger: neither $STEADYCURL_STATE nor $HOME is set; "
                           "name one with --ledger");
    return false;
}

/* ---- the work ---- */

static int wrong(const char *path, const char *why)
{
    sc_usage_wrong(&usage, "%s: %s", path, why);
    return 1;
}

static bool import(struct sc_ledger *l, const char *path, const char *log, bool *found)
{
    struct sc_ledger_import r;
    if (!sc_ledger_import(l, log, &r)) {
        wrong(path, sc_ledger_error(l));
        return false;
    }
    if (r.no_file) {
        wrong(log, "no log: it is no file of lines");
        return false;
    }
    if (r.lines > 0 && r.foreign == r.lines) {
        wrong(log, "no log: none of its lines is one that steadycurl writes");
        return false;
    }
    *found = r.found;
    if (!r.found)
        wrong(log, "no such log; showing what the ledger has of it");
    if (r.unreadable > 0)
        sc_usage_wrong(&usage, "%s: %lld calls without id or time were left out", log,
                       (long long)r.unreadable);
    return true;
}

/* named: by the user, as what to add up. */
static int report_costs(const char *path, const char *log, bool named, struct sc_ledger_query *q,
                        enum format format)
{
    char why[512];
    struct report p = {.by = q->by, .format = format};
    struct sc_ledger *l = sc_ledger_open(path, why, sizeof why);
    if (!l)
        return wrong(path, why);
    bool found = true, good = !log || import(l, path, log, &found);
    if (good) {
        begin(&p);
        good = sc_ledger_report(l, q, each, &p);
        if (good)
            end(&p);
        else
            wrong(path, sc_ledger_error(l));
    }
    sc_ledger_close(l);
    /* A log that is gone may have been rotated away; one that never was is a slip. In a part of the
     * time nothing may have been. */
    if (named && !found && p.total.calls == 0 && q->since == 0 && q->until == INT64_MAX)
        good = false;
    return good && !ferror(stdout) && fflush(stdout) == 0 ? 0 : 1;
}

struct arguments {
    struct sc_ledger_query query;
    enum format format;
    const char *ledger, *policy, *log;
    bool all, shadow;
};

static bool set_format(struct arguments *t, enum format format)
{
    if (t->format != FORMAT_TEXT && t->format != format) {
        sc_usage_wrong(&usage, "--json and --csv: one of them, please");
        return false;
    }
    t->format = format;
    return true;
}

static bool take(struct arguments *t, int opt, const char *value)
{
    static char state[PATH_MAX];
    switch (opt) {
    case OPT_BY:
        return read_key(value, &t->query.by);
    case OPT_SINCE:
        return sc_when_read(&usage, value, false, &t->query.since);
    case OPT_UNTIL:
        return sc_when_read(&usage, value, true, &t->query.until);
    case SC_OPT_JSON:
        return set_format(t, FORMAT_JSON);
    case OPT_CSV:
        return set_format(t, FORMAT_CSV);
    case OPT_LEDGER:
        t->ledger = value;
        return true;
    case OPT_SHADOW:
        t->shadow = true;
        return true;
    case OPT_ALL:
        t->all = true;
        return true;
    case SC_OPT_LOG:
        t->log = value;
        return true;
    case SC_OPT_STATE:
        return sc_place_absolute(value, state, sizeof state) &&
               setenv("STEADYCURL_STATE", state, 1) == 0;
    default:
        t->policy = value;
        return true;
    }
}

int sc_cmd_costs(int argc, char **argv)
{
    static char log[PATH_MAX], place[PATH_MAX];
    struct arguments t = {.query = {.by = "model", .until = INT64_MAX}};
    struct sc_args a = sc_args_begin(argc, argv);
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0)
        if (!take(&t, opt, a.value))
            return 2;
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (argc - a.i > 1)
        return sc_usage_wrong(&usage, "one FILE, please; \"%s\" is too much", argv[a.i + 1]);
    if (t.shadow && t.format == FORMAT_CSV)
        return sc_usage_wrong(&usage, "--shadow prints a table or --json, no CSV");
    const char *file = a.i < argc ? argv[a.i] : t.log;
    bool reads = !t.all || file || t.policy || t.shadow;
    if (reads && !sc_logfile_find(&usage, file, t.policy, log, sizeof log))
        return 1;
    if (reads)
        sc_waiting_write_out(log, NULL);
    if (t.shadow)
        return sc_costs_shadow(log, t.query.since, t.query.until, t.format == FORMAT_JSON);
    if (!t.ledger && !default_ledger(place, sizeof place))
        return 1;
    t.query.log = t.all ? NULL : log;
    return report_costs(t.ledger ? t.ledger : place, reads ? log : NULL, a.i < argc, &t.query,
                        t.format);
}
