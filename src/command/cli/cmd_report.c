/*
 * cmd_report.c - steadycurl report: one file that tells what calls did in a span of time.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/now.h"
#include "base/print.h"
#include "cli/cli.h"
#include "cli/logfile.h"
#include "cli/policy_file.h"
#include "cli/usage.h"
#include "cli/when.h"
#include "ledger/log_find.h"
#include "ledger/waiting.h"
#include "report/report.h"

#define DAY_MS INT64_C(86400000)

enum { OPT_HTML = 256, OPT_SINCE, OPT_UNTIL };

static const struct sc_option options[] = {
    {"html", OPT_HTML, "FILE", "where to write it; \"-\": standard output"},
    {"since", OPT_SINCE, "T",
     "calls from T on: 2025-08-08, 2025-08-08T07:00:00Z, 36h (default 24h)"},
    {"until", OPT_UNTIL, "T", "calls before T; of a date, to its end (UTC)"},
    SC_OPTION_POLICY("the policy whose log and prices to take"),
    SC_OPTION_LOG("the log to read, as the operand LOG"),
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "report", "--html FILE [OPTION...] [LOG]",
    "Writes one file that tells what calls did: how many, how fast, what failed and was waited\n"
    "for, and what it cost. It needs nothing else, and holds no prompt and no key. LOG is a log,\n"
    "else $STEADYCURL_LOG, else the policy's (\"-\": standard input).",
    options};

struct arguments {
    const char *html, *policy, *log, *state;
    struct sc_report_wish wish;
};

static int wrong(const char *path, const char *why)
{
    sc_usage_wrong(&usage, "%s: %s", path, why);
    return 1;
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool take_line(void *report, const char *line, size_t n)
{
    return sc_report_take(report, line, n);
}

static bool read_log(struct sc_report *r, const struct arguments *a, const char *path)
{
    bool standard = strcmp(path, "-") == 0;
    FILE *f = standard ? stdin : fopen(path, "re");
    struct stat st;

    if (!f || (fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode))) {
        wrong(path, strerror(f ? EISDIR : errno));
        if (f)
            fclose(f);
        return false;
    }
    sc_log_read_since(f, path, a->wish.since_ms, take_line, r);
    if (!standard)
        fclose(f);
    if (sc_report_odd(r) > 0)
        sc_usage_wrong(&usage, "%s: %lld %s none of a log, and left out", path,
                       (long long)sc_report_odd(r),
                       sc_report_odd(r) == 1 ? "line is" : "lines are");
    return true;
}

/* ---- writing -------------------------------------------------------------------------------- */

/* Beside it first: whoever opens the file meanwhile sees all of it or what was there before. */
static bool write_file(const char *path, const char *text, size_t n)
{
    char beside[PATH_MAX];
    bool good;
    FILE *f;

    if (snprintf(beside, sizeof beside, "%s.%ld", path, (long)getpid()) >= (int)sizeof beside) {
        errno = ENAMETOOLONG;
        return false;
    }
    if (!(f = fopen(beside, "wxe")))
        return false;
    good = fwrite(text, 1, n, f) == n;
    good = fclose(f) == 0 && good && rename(beside, path) == 0;
    if (!good)
        unlink(beside);
    return good;
}

static bool is_special(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && !S_ISREG(st.st_mode);
}

static int write_out(const char *path, const char *text, size_t n)
{
    FILE *f;

    if (strcmp(path, "-") == 0)
        return fwrite(text, 1, n, stdout) == n && fflush(stdout) == 0
                   ? 0
                   : wrong("standard output", strerror(errno));
    if (!is_special(path))
        return write_file(path, text, n) ? 0 : wrong(path, strerror(errno));
    f = fopen(path, "we"); /* /dev/stdout and the like */
    if (f && fwrite(text, 1, n, f) == n && fclose(f) == 0)
        return 0;
    return wrong(path, strerror(errno));
}

static int write_report(const struct sc_report *r, const struct arguments *a)
{
    struct sc_state_view view = {.region = NULL};
    bool now = a->wish.until_ms >= a->wish.now_ms && sc_state_view_open(&view, a->state);
    char *text = NULL;
    size_t n = 0;
    FILE *f = open_memstream(&text, &n);
    int status;

    if (!f)
        return wrong(a->html, strerror(errno));
    if (now)
        sc_state_view_read(&view);
    sc_report_put_html(f, r, now ? &view : NULL);
    status = fclose(f) == 0 ? write_out(a->html, text, n) : wrong(a->html, strerror(errno));
    free(text);
    free(view.scopes);
    return status;
}

/* ---- arguments ------------------------------------------------------------------------------ */

static bool take(struct arguments *a, int opt, const char *value)
{
    switch (opt) {
    case OPT_HTML:
        a->html = value;
        return true;
    case OPT_SINCE:
        return sc_when_read(&usage, value, false, &a->wish.since_ms);
    case OPT_UNTIL:
        return sc_when_read(&usage, value, true, &a->wish.until_ms);
    case SC_OPT_LOG:
        a->log = value;
        return true;
    case SC_OPT_STATE:
        a->state = value;
        return true;
    default:
        a->policy = value;
        return true;
    }
}

static int report(struct arguments *a)
{
    char log[PATH_MAX], path[PATH_MAX];
    struct sc_policy *policy;
    struct sc_report *r;
    int status = 1;

    if (!sc_logfile_find(&usage, a->log, a->policy, log, sizeof log) ||
        !(policy = sc_policy_file_load(&usage, a->policy, path)))
        return 1;
    a->wish.prices = sc_policy_prices(policy, &a->wish.n_prices);
    sc_waiting_write_out(log, a->state);
    if (!(r = sc_report_new(&a->wish))) {
        sc_policy_free(policy);
        return wrong(log, strerror(ENOMEM));
    }
    if (read_log(r, a, log))
        status = write_report(r, a);
    sc_report_free(r);
    sc_policy_free(policy);
    return status;
}

int sc_cmd_report(int argc, char **argv)
{
    struct sc_args args = sc_args_begin(argc, argv);
    struct arguments a = {.wish = {.since_ms = -1, .until_ms = INT64_MAX, .now_ms = sc_wall_ms()}};
    int opt;

    while ((opt = sc_args_next(&args, &usage)) > 0)
        if (!take(&a, opt, args.value))
            return 2;
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (argc - args.i > 1)
        return sc_usage_wrong(&usage, "one LOG, please; \"%s\" is too much", argv[args.i + 1]);
    if (args.i < argc)
        a.log = argv[args.i];
    if (!a.html)
        return sc_usage_wrong(&usage, "where to? --html FILE (\"-\": standard output)");
    if (a.wish.since_ms < 0)
        a.wish.since_ms =
            (a.wish.until_ms < a.wish.now_ms ? a.wish.until_ms : a.wish.now_ms) - DAY_MS;
    return report(&a);
}
