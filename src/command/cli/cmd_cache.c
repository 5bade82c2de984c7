/*
 * cmd_cache.c - steadycurl cache: the answers that are kept in a file.
 *
 * Reads what store/sqlite.c writes, beside any number of processes that do; prompts are not in it.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/now.h"
#include "cli/cli.h"
#include "base/print.h"
#include "cli/usage.h"
#include "cli/when.h"
#include "policy/home.h"
#include "store/place.h"

enum { OPT_FILE = 256, OPT_OLDER, OPT_HOST, WAIT_MS = 5000 };

static const struct sc_option options[] = {
    {"file", OPT_FILE, "FILE",
     "the file of answers (default: where rules without a path keep them)"},
    {"older", OPT_OLDER, "WHEN", "purge: what was kept before then (7d, 36h, 2025-08-08)"},
    {"model", 'm', "PATTERN", "ls, purge: answers of this model; * stands for any characters"},
    {"host", OPT_HOST, "NAME", "ls, purge: answers that this host was asked for; likewise"},
    SC_OPTION_JSON("print JSON"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "cache", "ls|show|purge|stats [OPTION...] [KEY]",
    "Lists the answers that are kept, prints one, removes some, or says how much there is.",
    options};

struct job {
    const char *verb, *key, *file, *model, *host;
    int64_t before_ms; /* 0: not given */
    bool json;
    sqlite3 *db;
};

static int fail(struct job *j)
{
    sc_usage_wrong(&usage, "%s: %s", j->file, sqlite3_errmsg(j->db));
    return 1;
}

/* What `which` of the answers: with the filters bound. NULL, and it has been said. */
static sqlite3_stmt *prepare(struct job *j, const char *start, const char *end)
{
    char sql[1024];
    sqlite3_stmt *s = NULL;

    snprintf(sql, sizeof sql,
             "%s WHERE (?1 IS NULL OR model GLOB ?1) AND (?2 IS NULL OR host GLOB ?2)"
             " AND (?3 = 0 OR kept < ?3) AND (?4 IS NULL OR hex(key) LIKE ?4 || '%%') %s",
             start, end);
    if (sqlite3_prepare_v2(j->db, sql, -1, &s, NULL) != SQLITE_OK) {
        fail(j);
        return NULL;
    }
    sqlite3_bind_text(s, 1, j->model, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, j->host, -1, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, j->before_ms);
    sqlite3_bind_text(s, 4, j->key, -1, SQLITE_STATIC);
    return s;
}

static const char *text_of(sqlite3_stmt *s, int column)
{
    const char *text = (const char *)sqlite3_column_text(s, column);

    return text ? text : "";
}

/* ---- ls -------------------------------------------------------------------------------------- */

static void print_row_json(sqlite3_stmt *s)
{
    char when[40];

    printf("{\"key\":\"%s\",\"kept\":\"%s\"", text_of(s, 0),
           sc_when_write(sqlite3_column_int64(s, 1), true, when));
    printf(",\"until\":\"%s\"", sc_when_write(sqlite3_column_int64(s, 2), true, when));
    printf(",\"bytes\":%lld,\"stream\":%s,\"status\":%d,\"host\":",
           (long long)sqlite3_column_int64(s, 3), sqlite3_column_int(s, 4) ? "true" : "false",
           sqlite3_column_int(s, 5));
    sc_print_json(stdout, text_of(s, 6));
    printf(",\"model\":");
    sc_print_json(stdout, text_of(s, 7));
    printf("}\n");
}

static void print_row(sqlite3_stmt *s)
{
    char when[40];

    sc_print(stdout, "%.12s  %s %8lld  %-6s  %s  %s\n", text_of(s, 0),
             sc_when_write(sqlite3_column_int64(s, 1), false, when),
             (long long)sqlite3_column_int64(s, 3), sqlite3_column_int(s, 4) ? "stream" : "whole",
             text_of(s, 6), text_of(s, 7));
}

static int list(struct job *j)
{
    sqlite3_stmt *s = prepare(j,
                              "SELECT hex(key), kept, until, bytes, stream, status, host, model"
                              " FROM answers",
                              "ORDER BY kept DESC");
    int rc = SQLITE_ERROR;

    while (s && (rc = sqlite3_step(s)) == SQLITE_ROW)
        if (j->json)
            print_row_json(s);
        else
            print_row(s);
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? 0 : s ? fail(j) : 1;
}

/* ---- show, purge, stats ---------------------------------------------------------------------- */

static int show(struct job *j)
{
    sqlite3_stmt *s = prepare(j, "SELECT body, count(*) OVER () FROM answers", "LIMIT 1");
    int rc = s ? sqlite3_step(s) : SQLITE_ERROR;
    size_t n;

    if (rc == SQLITE_ROW && sqlite3_column_int(s, 1) == 1) {
        n = (size_t)sqlite3_column_bytes(s, 0);
        fwrite(sqlite3_column_blob(s, 0), 1, n, stdout);
        if (n > 0 && ((const char *)sqlite3_column_blob(s, 0))[n - 1] != '\n' && isatty(1))
            putchar('\n');
        sqlite3_finalize(s);
        return 0;
    }
    if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        sc_usage_wrong(&usage, "%s answer has a key that begins with %s",
                       rc == SQLITE_ROW ? "more than one" : "no", j->key);
    else if (s)
        fail(j);
    sqlite3_finalize(s);
    return 1;
}

static int purge(struct job *j)
{
    sqlite3_stmt *s = prepare(j, "DELETE FROM answers", "");
    int rc = s ? sqlite3_step(s) : SQLITE_ERROR, n = sqlite3_changes(j->db);

    sqlite3_finalize(s);
    if (rc != SQLITE_DONE)
        return s ? fail(j) : 1;
    (void)sqlite3_exec(j->db, "VACUUM", NULL, NULL, NULL);
    if (j->json)
        printf("{\"purged\":%d}\n", n);
    else
        printf("%d %s purged\n", n, n == 1 ? "answer" : "answers");
    return 0;
}

static void print_stats_json(long long n, long long bytes, long long expired, const char *oldest,
                             const char *newest)
{
    printf("{\"answers\":%lld,\"bytes\":%lld,\"expired\":%lld,\"oldest\":\"%s\",\"newest\":"
           "\"%s\"}\n",
           n, bytes, expired, oldest, newest);
}

static int stats(struct job *j)
{
    char sql[200], from[40] = "", to[40] = "";
    sqlite3_stmt *s = NULL;
    long long n, bytes, stale;

    snprintf(sql, sizeof sql,
             "SELECT count(*), total(bytes), sum(until <= %lld), min(kept), max(kept) FROM answers",
             (long long)sc_wall_ms());
    if (sqlite3_prepare_v2(j->db, sql, -1, &s, NULL) != SQLITE_OK ||
        sqlite3_step(s) != SQLITE_ROW) {
        sqlite3_finalize(s);
        return fail(j);
    }
    n = sqlite3_column_int64(s, 0);
    bytes = (long long)sqlite3_column_double(s, 1);
    stale = sqlite3_column_int64(s, 2);
    if (n > 0) {
        sc_when_write(sqlite3_column_int64(s, 3), false, from);
        sc_when_write(sqlite3_column_int64(s, 4), false, to);
    }
    sqlite3_finalize(s);
    if (j->json)
        print_stats_json(n, bytes, stale, from, to);
    else if (n == 0)
        printf("no answers in %s\n", j->file);
    else
        sc_print(stdout, "%lld answers, %lld bytes, %lld of no use any more\nkept from %s to %s\n",
                 n, bytes, stale, from, to);
    return 0;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const struct verb {
    const char *name;
    int (*run)(struct job *j);
    bool takes_key, writes;
} verbs[] = {{"ls", list, false, false},
             {"show", show, true, false},
             {"purge", purge, false, true},
             {"stats", stats, false, false}};

enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static int with_file(struct job *j, const struct verb *v)
{
    int result;

    if (access(j->file, F_OK) != 0 && errno == ENOENT) {
        if (v->takes_key)
            return sc_usage_wrong(&usage, "there is no file %s", j->file) - 1;
        if (!j->json)
            printf("no answers in %s\n", j->file);
        else if (v->run == stats)
            print_stats_json(0, 0, 0, "", "");
        else if (v->run == purge)
            printf("{\"purged\":0}\n");
        return 0;
    }
    if (sqlite3_open_v2(j->file, &j->db, v->writes ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY,
                        NULL) != SQLITE_OK)
        result = fail(j);
    else
        result = (sqlite3_busy_timeout(j->db, WAIT_MS), v->run(j));
    sqlite3_close(j->db);
    return result;
}

/* Reads the options into the job; -1: go on, else the exit status. */
static int read_options(struct sc_args *a, struct job *j)
{
    int opt;

    while ((opt = sc_args_next(a, &usage)) > 0) {
        if (opt == OPT_FILE)
            j->file = a->value;
        else if (opt == 'm')
            j->model = a->value;
        else if (opt == OPT_HOST)
            j->host = a->value;
        else if (opt == SC_OPT_JSON)
            j->json = true;
        else if (!sc_when_read(&usage, a->value, false, &j->before_ms))
            return 2;
    }
    return opt == SC_ARGS_HELP ? 0 : opt == SC_ARGS_WRONG ? 2 : -1;
}

int sc_cmd_cache(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    struct job j = {.verb = NULL};
    char place[PATH_MAX], home[PATH_MAX];
    const struct verb *v;
    int status = read_options(&a, &j);

    if (status >= 0)
        return status;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "what to do is missing: ls, show, purge or stats");
    if (!(v = find_verb(argv[a.i])))
        return sc_usage_wrong(&usage, "\"%s\" is none of ls, show, purge, stats", argv[a.i]);
    if (argc - a.i > (v->takes_key ? 2 : 1))
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[argc - 1]);
    if (v->takes_key && argc - a.i < 2)
        return sc_usage_wrong(&usage, "the key of an answer is missing (steadycurl cache ls)");
    j.key = v->takes_key ? argv[a.i + 1] : NULL;
    if (!sc_home(home, sizeof home))
        home[0] = '\0';
    if (!j.file && sc_store_default_path(home, place, sizeof place))
        j.file = place;
    if (!j.file)
        return sc_usage_wrong(&usage, "no file can be named: give --file");
    return with_file(&j, v);
}
