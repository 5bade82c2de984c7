/*
 * cmd_log.c - steadycurl log: shows the log, and follows it across rotations.
 *
 * Following polls ten times a second: a log is opened anew whenever it is written, so there is
 * nothing to wait for, and inotify would have to watch file and folder for the same effect. Lines
 * that wait in the shared state to be written together are written now.
 */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/log_search.h"
#include "cli/logfile.h"
#include "base/print.h"
#include "cli/usage.h"
#include "cli/when.h"
#include "ledger/log_tail.h"
#include "ledger/text_line.h"
#include "ledger/waiting.h"

#define DEFAULT_LINES 20
#define POLL_NS 100000000L
#define FOLLOW_BYTES (1u << 20)

enum {
    OPT_CALLS = 256,
    OPT_CALL,
    OPT_SINCE,
    OPT_UNTIL,
    OPT_FAILED,
    OPT_PROGRAM,
    OPT_RULE,
    OPT_LEVEL
};

static const struct sc_option options[] = {
    {"follow", 'f', NULL, "go on as the log grows, also across rotations"},
    {"lines", 'n', "N", "show the last N lines or calls (default 20), \"all\" for all"},
    {"calls", OPT_CALLS, NULL, "a row a call: when, who, attempts, waits, outcome, money"},
    {"call", OPT_CALL, "ID", "one call's story, in words; ID may be cut short"},
    {"since", OPT_SINCE, "T", "from T on: 2025-08-08, 2025-08-08T07:00:00Z, 36h, 7d"},
    {"until", OPT_UNTIL, "T", "before T; of a date, to its end (UTC)"},
    {"failed", OPT_FAILED, NULL, "only what failed"},
    {"model", 'm', "PATTERN", "only of models like that (\"gpt-4*\")"},
    {"program", OPT_PROGRAM, "PATTERN", "only of programs like that"},
    {"rule", OPT_RULE, "PATTERN", "only of rules like that"},
    {"level", OPT_LEVEL, "LEVEL", "only what is at least so important: error, warn, info, debug"},
    SC_OPTION_JSON("JSON objects, one a line, for jq; lines of a text log are turned into some"),
    SC_OPTION_POLICY("the policy whose log to show"),
    SC_OPTION_LOG("the log to show, as the operand FILE"),
    SC_OPTION_STATE("folder of the state in which lines may wait to be written"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "log", "[OPTION...] [FILE]",
    "Shows the log: FILE (\"-\": standard input), else $STEADYCURL_LOG, else the policy's.",
    options};

struct view {
    char path[PATH_MAX];
    bool follow, json_only, coloured;
    bool searched; /* not just the file's last lines */
    struct sc_log_search search;
    long lines;   /* -1: all */
    bool counted; /* that was asked for */
    const char *state;
    char *line; /* the one that is read, and its room */
    size_t room;
};

/* Position after which the last n lines begin. */
static long tail_position(FILE *f, long n)
{
    char b[4096];
    fseek(f, 0, SEEK_END);
    long end = ftell(f), position = end;
    if (n < 0)
        return 0;
    if (n == 0)
        return end;
    while (position > 0) {
        long size = position < (long)sizeof b ? position : (long)sizeof b;
        position -= size;
        fseek(f, position, SEEK_SET);
        size_t got = fread(b, 1, (size_t)size, f);
        for (size_t i = got; i-- > 0;)
            if (b[i] == '\n' && position + (long)i != end - 1 && --n == 0)
                return position + (long)i + 1;
    }
    return 0;
}

/* What is shown of a line: all of it, or with --json an object, of a text line made anew. */
static void show_line(const char *line, size_t n, bool json_only)
{
    static char json[SC_TEXT_LINE_JSON];
    if (!json_only || line[0] == '{') {
        sc_print_text(stdout, line, n, 1);
        return;
    }
    n = sc_text_line_json(line, n, json, sizeof json);
    if (n > 0) {
        sc_print_text(stdout, json, n, 0);
        putchar('\n');
    }
}

/* On a terminal failures stand out. */
static void show_coloured(const char *line, size_t n, bool json_only)
{
    struct sc_log_line l;
    const char *colour = "";
    bool ends = line[n - 1] == '\n';
    if (sc_log_coloured() && sc_log_line_read(&l, line, n))
        colour = sc_log_colour(l.level);
    if (!*colour) {
        show_line(line, n, json_only);
        return;
    }
    fputs(colour, stdout);
    show_line(line, n - ends, json_only);
    printf("%s%s", SC_LOG_COLOUR_END, ends && !(json_only && line[0] != '{') ? "\n" : "");
}

static void show(struct view *v, const char *line, size_t n)
{
    if (v->searched)
        sc_log_search_more(&v->search, line, n);
    else if (v->coloured)
        show_coloured(line, n, v->json_only);
    else
        show_line(line, n, v->json_only);
}

static void take_line(void *v, const char *line, size_t n)
{
    show(v, line, n);
}

static void show_rest(struct view *v, FILE *f)
{
    ssize_t n;
    while ((n = getline(&v->line, &v->room, f)) > 0)
        show(v, v->line, (size_t)n);
    fflush(stdout);
}

static void pause_a_little(void)
{
    struct timespec t = {0, POLL_NS};
    nanosleep(&t, NULL);
}

static FILE *wait_for(const char *path)
{
    FILE *f;
    while (!(f = fopen(path, "re")))
        pause_a_little();
    return f;
}

static void follow(struct view *v, FILE *f)
{
    struct sc_log_tail tail = {.path = v->path, .f = f};
    while (!ferror(stdout)) {
        sc_waiting_write_out(v->path, v->state);
        while (sc_log_tail_read(&tail, FOLLOW_BYTES, take_line, v))
            fflush(stdout);
        fflush(stdout);
        if (!ferror(stdout))
            pause_a_little();
    }
    sc_log_tail_close(&tail);
}

static bool read_count(const char *text, long *lines)
{
    char *end;
    if (strcmp(text, "all") == 0) {
        *lines = -1;
        return true;
    }
    *lines = strtol(text, &end, 10);
    return *text && !*end && *lines >= 0;
}

static bool is_folder(FILE *f)
{
    struct stat st;
    return fstat(fileno(f), &st) == 0 && S_ISDIR(st.st_mode);
}

/* What has to be said about a search, beside what it found. */
static int search(struct view *v, FILE *f)
{
    struct sc_log_search *s = &v->search;
    s->json = v->json_only;
    s->lines = v->lines;
    s->show = show_coloured;
    if (s->select.since > 0 && !v->counted)
        s->lines = -1;
    if (!sc_log_search(s, f, v->path)) {
        sc_usage_wrong(&usage, "out of memory");
        return 1;
    }
    if (s->odd > 0)
        sc_usage_wrong(&usage,
                       "%s: %ld line%s could not be read as a line of a log, and %s left out",
                       v->path, s->odd, s->odd == 1 ? "" : "s", s->odd == 1 ? "is" : "are");
    if (s->mode != SC_LOG_STORY)
        return 0;
    if (s->found == 0) {
        sc_usage_wrong(&usage, "no call %s in %s", s->select.call, v->path);
        return 1;
    }
    if (s->ambiguous)
        sc_usage_wrong(&usage, "other calls begin with %s, too; this is the first", s->select.call);
    if (!s->ended && !s->json)
        printf("no end of it is told: it is under way, or its program was killed\n");
    if (s->coarse && !s->json)
        printf("(a text log: times are to the second)\n");
    return 0;
}

static int show_log(struct view *v)
{
    int status = 0;
    sc_waiting_write_out(v->path, v->state);
    FILE *f = strcmp(v->path, "-") == 0 ? stdin : fopen(v->path, "re");
    if (!f && errno == ENOENT && v->follow)
        f = wait_for(v->path);
    if (!f || is_folder(f)) {
        sc_usage_wrong(&usage, "%s: %s", v->path, strerror(f ? EISDIR : errno));
        return 1;
    }
    if (v->searched)
        status = search(v, f);
    else
        fseek(f, tail_position(f, v->lines), SEEK_SET);
    if (v->follow) {
        follow(v, f);
        return 1;
    }
    if (!v->searched)
        show_rest(v, f);
    fclose(f);
    return ferror(stdout) ? 1 : status;
}

/* ---- arguments ---- */

/* 0: it is none of these. -1: with a word on stderr. */
static int take_wish(struct view *v, int opt, char *value)
{
    struct sc_log_select *s = &v->search.select;
    int level;

    switch (opt) {
    case OPT_CALLS:
        v->search.mode = SC_LOG_CALLS;
        break;
    case OPT_CALL:
        v->search.mode = SC_LOG_STORY;
        s->call = value;
        if (!*value || strspn(value, "0123456789abcdef") != strlen(value)) {
            sc_usage_wrong(&usage, "--call: \"%s\" is no id of a call", value);
            return -1;
        }
        break;
    case OPT_SINCE:
        if (!sc_when_read(&usage, value, false, &s->since))
            return -1;
        break;
    case OPT_UNTIL:
        if (!sc_when_read(&usage, value, true, &s->until))
            return -1;
        break;
    case OPT_FAILED:
        s->failed = true;
        break;
    case 'm':
        s->model = value;
        break;
    case OPT_PROGRAM:
        s->program = value;
        break;
    case OPT_RULE:
        s->rule = value;
        break;
    case OPT_LEVEL:
        if ((level = sc_log_level_named(value)) < 0) {
            sc_usage_wrong(&usage, "--level: \"%s\" is none of error, warn, info, debug", value);
            return -1;
        }
        s->level = (enum sc_log_level)level;
        break;
    default:
        return 0;
    }
    v->searched = true;
    return 1;
}

int sc_cmd_log(int argc, char **argv)
{
    static struct view v = {.lines = DEFAULT_LINES,
                            .search.select = {.until = INT64_MAX, .level = SC_LOG_DEBUG}};
    struct sc_args a = sc_args_begin(argc, argv);
    const char *policy = NULL, *log = NULL;
    int opt, wish;
    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if ((wish = take_wish(&v, opt, a.value)) < 0)
            return 2;
        if (wish > 0)
            continue;
        if (opt == 'f')
            v.follow = true;
        else if (opt == SC_OPT_JSON)
            v.json_only = true;
        else if (opt == SC_OPT_POLICY)
            policy = a.value;
        else if (opt == SC_OPT_LOG)
            log = a.value;
        else if (opt == SC_OPT_STATE)
            v.state = a.value;
        else if (v.counted = true, !read_count(a.value, &v.lines))
            return sc_usage_wrong(&usage, "-n: \"%s\" is not a number of lines", a.value);
    }
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (v.follow && v.search.mode == SC_LOG_STORY)
        return sc_usage_wrong(&usage, "--call tells what was; it does not go with --follow");
    if (argc - a.i > 1)
        return sc_usage_wrong(&usage, "one FILE, please; \"%s\" is too much", argv[a.i + 1]);
    if (a.i < argc)
        log = argv[a.i];
    if (!sc_logfile_find(&usage, log, policy, v.path, sizeof v.path))
        return 1;
    v.coloured = sc_log_coloured();
    return show_log(&v);
}
