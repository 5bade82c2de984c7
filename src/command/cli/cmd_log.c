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
#include "cli/logfile.h"
#include "cli/print.h"
#include "cli/usage.h"
#include "cli/waiting.h"
#include "ledger/text_line.h"

#define DEFAULT_LINES 20
#define POLL_NS 100000000L

static const struct sc_option options[] = {
    {"follow", 'f', NULL, "go on as the log grows, also across rotations"},
    {"lines", 'n', "N", "show the last N lines (default 20), \"all\" for all"},
    SC_OPTION_JSON("JSON objects, one a line, for jq; lines of a text log are turned into some"),
    SC_OPTION_POLICY("the policy whose log to show"),
    SC_OPTION_LOG("the log to show, as FILE"),
    SC_OPTION_STATE("folder of the state in which lines may wait to be written"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "log", "[OPTION...] [FILE]",
    "Shows the log: FILE (\"-\": standard input), else $STEADYCURL_LOG, else the policy's.",
    options};

struct view {
    char path[PATH_MAX];
    bool follow, json_only;
    long lines; /* -1: all */
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
static void show(const struct view *v, const char *line, size_t n)
{
    static char json[SC_TEXT_LINE_JSON];
    if (!v->json_only || line[0] == '{') {
        sc_print_text(stdout, line, n, 1);
        return;
    }
    n = sc_text_line_json(line, n, json, sizeof json);
    if (n > 0) {
        sc_print_text(stdout, json, n, 0);
        putchar('\n');
    }
}

/* Of a log that is followed whole lines only: the last one may be in the making. */
static void show_rest(struct view *v, FILE *f)
{
    ssize_t n;
    clearerr(f);
    while ((n = getline(&v->line, &v->room, f)) > 0) {
        if (v->follow && v->line[n - 1] != '\n') {
            fseek(f, -n, SEEK_CUR);
            break;
        }
        show(v, v->line, (size_t)n);
    }
    fflush(stdout);
}

static void pause_a_little(void)
{
    struct timespec t = {0, POLL_NS};
    nanosleep(&t, NULL);
}

/* Whether the path names another file than the one that is open, or that was cut. */
static bool replaced(const char *path, FILE *f)
{
    struct stat ours, now;
    if (fstat(fileno(f), &ours) != 0 || stat(path, &now) != 0)
        return false;
    return ours.st_ino != now.st_ino || ours.st_dev != now.st_dev || now.st_size < ftell(f);
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
    for (;;) {
        sc_waiting_write_out(v->path, v->state);
        show_rest(v, f);
        if (ferror(stdout))
            return;
        if (replaced(v->path, f)) {
            show_rest(v, f); /* what came between the last look and the rename */
            fclose(f);
            f = wait_for(v->path);
        } else {
            pause_a_little();
        }
    }
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

static int show_log(struct view *v)
{
    sc_waiting_write_out(v->path, v->state);
    FILE *f = strcmp(v->path, "-") == 0 ? stdin : fopen(v->path, "re");
    if (!f && errno == ENOENT && v->follow)
        f = wait_for(v->path);
    if (!f || is_folder(f)) {
        sc_usage_wrong(&usage, "%s: %s", v->path, strerror(f ? EISDIR : errno));
        return 1;
    }
    fseek(f, tail_position(f, v->lines), SEEK_SET);
    if (v->follow) {
        follow(v, f);
        return 1;
    }
    show_rest(v, f);
    fclose(f);
    return ferror(stdout) ? 1 : 0;
}

int sc_cmd_log(int argc, char **argv)
{
    static struct view v = {.lines = DEFAULT_LINES};
    struct sc_args a = sc_args_begin(argc, argv);
    const char *policy = NULL, *log = NULL;
    int opt;
    while ((opt = sc_args_next(&a, &usage)) > 0) {
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
        else if (!read_count(a.value, &v.lines))
            return sc_usage_wrong(&usage, "-n: \"%s\" is not a number of lines", a.value);
    }
    if (opt < 0)
        return opt == SC_ARGS_HELP ? 0 : 2;
    if (argc - a.i > 1)
        return sc_usage_wrong(&usage, "one FILE, please; \"%s\" is too much", argv[a.i + 1]);
    if (a.i < argc)
        log = argv[a.i];
    if (!sc_logfile_find(&usage, log, policy, v.path, sizeof v.path))
        return 1;
    return show_log(&v);
}
