/*
 * ledger.c - see ledger.h.
 *
 * A file is known by its device and inode and by how its first line begins: inode numbers are used
 * again. Read anew from its beginning it adds nothing, since a call's id, process and time are its
 * key; the position only spares the work. A log that was moved takes its calls along.
 */
#include "ledger/ledger.h"

#include <errno.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ledger/ledger_line.h"
#include "ledger/text_line.h"

#define WAIT_MS 120000
#define HEAD_MAX 200

const char *const sc_ledger_keys[] = {"model",   "provider", "task", "dag",
                                      "program", "day",      "rule", NULL};

struct sc_ledger {
    sqlite3 *db;
    sqlite3_stmt *insert;
    char error[512];
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS calls("
    " id TEXT NOT NULL, pid INTEGER NOT NULL, time INTEGER NOT NULL, log TEXT NOT NULL,"
    " day TEXT NOT NULL, program TEXT, rule TEXT, provider TEXT, host TEXT, model TEXT,"
    " task TEXT, dag TEXT, outcome TEXT, input INTEGER, output INTEGER, cached INTEGER,"
    " written INTEGER, reasoning INTEGER, cost_nano INTEGER, estimated INTEGER NOT NULL,"
    " PRIMARY KEY(id, pid, time)) WITHOUT ROWID;"
    "CREATE INDEX IF NOT EXISTS calls_by_time ON calls(time);"
    "CREATE TABLE IF NOT EXISTS files("
    " dev INTEGER NOT NULL, ino INTEGER NOT NULL, log TEXT NOT NULL, head TEXT NOT NULL,"
    " position INTEGER NOT NULL, PRIMARY KEY(dev, ino)) WITHOUT ROWID;"
    "PRAGMA user_version = 1;";

const char *sc_ledger_error(const struct sc_ledger *l)
{
    return l->error;
}

static bool fail(struct sc_ledger *l)
{
    snprintf(l->error, sizeof l->error, "%s", sqlite3_errmsg(l->db));
    return false;
}

static bool run(struct sc_ledger *l, const char *sql)
{
    return sqlite3_exec(l->db, sql, NULL, NULL, NULL) == SQLITE_OK || fail(l);
}

static bool make_folders(const char *path)
{
    char b[PATH_MAX];
    if (snprintf(b, sizeof b, "%s", path) >= (int)sizeof b)
        return false;
    for (char *slash = strchr(b + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(b, 0700) != 0 && errno != EEXIST)
            return false;
        *slash = '/';
    }
    return true;
}

/* A file of a later version may mean something else by its columns. */
static bool is_ours(struct sc_ledger *l)
{
    sqlite3_stmt *s;
    int version = 0;
    if (sqlite3_prepare_v2(l->db, "PRAGMA user_version", -1, &s, NULL) != SQLITE_OK)
        return fail(l);
    if (sqlite3_step(s) == SQLITE_ROW)
        version = sqlite3_column_int(s, 0);
    else
        fail(l);
    sqlite3_finalize(s);
    if (version > 1)
        snprintf(l->error, sizeof l->error, "it was written by a later version");
    return l->error[0] == '\0';
}

static bool prepare(struct sc_ledger *l)
{
    static const char sql[] =
        "INSERT INTO calls VALUES(?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,"
        "?19,?20) ON CONFLICT DO UPDATE SET log = excluded.log WHERE log IS NOT excluded.log";
    sqlite3_busy_timeout(l->db, WAIT_MS);
    return is_ours(l) && run(l, "BEGIN IMMEDIATE") && run(l, schema) && run(l, "COMMIT") &&
           (sqlite3_prepare_v2(l->db, sql, -1, &l->insert, NULL) == SQLITE_OK || fail(l));
}

struct sc_ledger *sc_ledger_open(const char *path, char *why, size_t n)
{
    struct sc_ledger *l = calloc(1, sizeof *l);
    mode_t before = umask(077); /* models and tasks are nobody else's business */
    bool good = l && make_folders(path) && (sqlite3_open(path, &l->db) == SQLITE_OK || fail(l)) &&
                prepare(l);
    umask(before);
    if (good)
        return l;
    snprintf(why, n, "%s", l && l->error[0] ? l->error : strerror(errno));
    if (l)
        sc_ledger_close(l);
    return NULL;
}

void sc_ledger_close(struct sc_ledger *l)
{
    sqlite3_finalize(l->insert);
    sqlite3_close(l->db);
    free(l);
}

/* ---- import ---- */

static void bind_text(sqlite3_stmt *s, int i, const char *text)
{
    if (text[0])
        sqlite3_bind_text(s, i, text, -1, SQLITE_TRANSIENT);
    else
        sqlite3_bind_null(s, i);
}

static void bind_count(sqlite3_stmt *s, int i, int64_t v)
{
    if (v >= 0)
        sqlite3_bind_int64(s, i, v);
    else
        sqlite3_bind_null(s, i);
}

/* An answer in the service's stead is no failure, a refusal is (sc_ending_of, of log_line.h). */
static const char *outcome_of(const struct sc_ledger_line *c)
{
    bool own = strcmp(c->outcome, "synthesized") == 0;

    return c->kept || (own && c->status < 400) ? "answered" : c->outcome;
}

static bool insert(struct sc_ledger *l, const struct sc_ledger_line *c, const char *log)
{
    sqlite3_stmt *s = l->insert;
    sqlite3_reset(s);
    bind_text(s, 1, c->id);
    sqlite3_bind_int64(s, 2, c->pid);
    sqlite3_bind_int64(s, 3, c->time_ms);
    bind_text(s, 4, log);
    bind_text(s, 5, c->day);
    bind_text(s, 6, c->program);
    bind_text(s, 7, c->rule);
    bind_text(s, 8, c->provider);
    bind_text(s, 9, c->host);
    bind_text(s, 10, c->model);
    bind_text(s, 11, c->task);
    bind_text(s, 12, c->dag);
    bind_text(s, 13, outcome_of(c));
    bind_count(s, 14, c->input);
    bind_count(s, 15, c->output);
    bind_count(s, 16, c->cached);
    bind_count(s, 17, c->written);
    bind_count(s, 18, c->reasoning);
    bind_count(s, 19, c->cost_nano);
    sqlite3_bind_int(s, 20, c->estimated);
    return sqlite3_step(s) == SQLITE_DONE || fail(l);
}

static enum sc_line_kind read_line(struct sc_ledger_line *c, const char *line, size_t n,
                                   struct sc_ledger_import *r)
{
    static char json[SC_TEXT_LINE_JSON];
    if (line[0] == '{')
        return sc_ledger_line_read(c, line, n);
    n = sc_text_line_json(line, n, json, sizeof json);
    r->foreign += n == 0;
    return n ? sc_ledger_line_read(c, json, n) : SC_LINE_OTHER;
}

/* Whole lines only: the last one may be in the making. */
static bool read_lines(struct sc_ledger *l, FILE *f, const char *log, int64_t *position,
                       struct sc_ledger_import *r)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t n;
    bool good = true;
    while (good && (n = getline(&line, &room, f)) > 0 && line[n - 1] == '\n') {
        struct sc_ledger_line call;
        *position += n;
        r->lines++;
        switch (read_line(&call, line, (size_t)n, r)) {
        case SC_LINE_CALL:
            good = insert(l, &call, log);
            r->calls += good ? sqlite3_changes(l->db) : 0;
            break;
        case SC_LINE_BROKEN:
            r->unreadable++;
            break;
        default:
            break;
        }
    }
    free(line);
    return good;
}

/* How far the file was read before; 0 if it is another file by now. */
static int64_t known_position(struct sc_ledger *l, const struct stat *st, const char *log,
                              const char *head)
{
    static const char sql[] =
        "SELECT position FROM files WHERE dev = ?1 AND ino = ?2 AND log = ?3 AND head = ?4"
        " AND position <= ?5";
    sqlite3_stmt *s;
    int64_t position = 0;
    if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) != SQLITE_OK)
        return 0;
    sqlite3_bind_int64(s, 1, (sqlite3_int64)st->st_dev);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)st->st_ino);
    bind_text(s, 3, log);
    bind_text(s, 4, head);
    sqlite3_bind_int64(s, 5, st->st_size);
    if (sqlite3_step(s) == SQLITE_ROW)
        position = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return position;
}

static bool keep_position(struct sc_ledger *l, const struct stat *st, const char *log,
                          const char *head, int64_t position)
{
    static const char sql[] = "INSERT OR REPLACE INTO files VALUES(?1, ?2, ?3, ?4, ?5)";
    sqlite3_stmt *s;
    if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) != SQLITE_OK)
        return fail(l);
    sqlite3_bind_int64(s, 1, (sqlite3_int64)st->st_dev);
    sqlite3_bind_int64(s, 2, (sqlite3_int64)st->st_ino);
    bind_text(s, 3, log);
    bind_text(s, 4, head);
    sqlite3_bind_int64(s, 5, position);
    bool good = sqlite3_step(s) == SQLITE_DONE || fail(l);
    sqlite3_finalize(s);
    return good;
}

/* The first line as far as it matters: its time, process and call make it unique. */
static bool read_head(FILE *f, char *head)
{
    if (!fgets(head, HEAD_MAX, f))
        return false;
    head[strcspn(head, "\n")] = '\0';
    return head[0] != '\0';
}

static bool import_file(struct sc_ledger *l, FILE *f, const char *log, struct sc_ledger_import *r)
{
    struct stat st;
    char head[HEAD_MAX];
    if (fstat(fileno(f), &st) != 0 || !S_ISREG(st.st_mode)) {
        r->no_file = true;
        return true;
    }
    if (!read_head(f, head))
        return true;
    int64_t position = known_position(l, &st, log, head);
    return fseeko(f, position, SEEK_SET) == 0 && read_lines(l, f, log, &position, r) &&
           (r->foreign == r->lines || keep_position(l, &st, log, head, position));
}

/* One name for a log, whether or not it is there now. A link's target is what gets rotated. */
static void canonical(const char *log, char name[PATH_MAX])
{
    char copy[PATH_MAX], folder[PATH_MAX];
    if (realpath(log, name))
        return;
    snprintf(copy, sizeof copy, "%s", log);
    const char *slash = strrchr(log, '/');
    copy[slash ? slash - log + 1 : 0] = '\0';
    if (!realpath(slash ? copy : ".", folder) ||
        snprintf(name, PATH_MAX, "%s/%s", folder, slash ? slash + 1 : log) >= PATH_MAX)
        snprintf(name, PATH_MAX, "%s", log);
}

/* PATH is opened first: if it is rotated away meanwhile, PATH.1 is the same file, and what it was
 * called when it was opened does not matter. */
bool sc_ledger_import(struct sc_ledger *l, const char *log, struct sc_ledger_import *r)
{
    char name[PATH_MAX], rotated[PATH_MAX + 2];
    memset(r, 0, sizeof *r);
    FILE *now = fopen(log, "re");
    canonical(log, name);
    snprintf(rotated, sizeof rotated, "%s.1", name);
    FILE *earlier = fopen(rotated, "re");
    r->found = now || earlier;
    bool good = run(l, "BEGIN IMMEDIATE") && (!earlier || import_file(l, earlier, name, r)) &&
                (!now || import_file(l, now, name, r));
    good = good ? run(l, "COMMIT") : (sqlite3_exec(l->db, "ROLLBACK", NULL, NULL, NULL), false);
    if (now)
        fclose(now);
    if (earlier)
        fclose(earlier);
    return good;
}

/* ---- report ---- */

static bool report_rows(struct sc_ledger *l, sqlite3_stmt *s,
                        void (*each)(const struct sc_ledger_row *row, void *arg), void *arg)
{
    int step;
    while ((step = sqlite3_step(s)) == SQLITE_ROW) {
        struct sc_ledger_row row = {
            .key = (const char *)sqlite3_column_text(s, 0),
            .calls = sqlite3_column_int64(s, 1),
            .failed = sqlite3_column_int64(s, 2),
            .input = sqlite3_column_int64(s, 3),
            .output = sqlite3_column_int64(s, 4),
            .cached = sqlite3_column_int64(s, 5),
            .written = sqlite3_column_int64(s, 6),
            .cost_nano = sqlite3_column_int64(s, 7),
            .estimated = sqlite3_column_int64(s, 8),
            .unpriced = sqlite3_column_int64(s, 9),
        };
        each(&row, arg);
    }
    return step == SQLITE_DONE || fail(l);
}

bool sc_ledger_report(struct sc_ledger *l, const struct sc_ledger_query *q,
                      void (*each)(const struct sc_ledger_row *row, void *arg), void *arg)
{
    char sql[1024], name[PATH_MAX];
    sqlite3_stmt *s;
    bool by_day = strcmp(q->by, "day") == 0;
    snprintf(sql, sizeof sql,
             "SELECT coalesce(%s, '') AS k, count(*), sum(coalesce(outcome, '') NOT IN ('ok', "
             "'answered')), sum(input),"
             " sum(output), sum(cached), sum(written), coalesce(sum(cost_nano), 0) AS cost,"
             " sum(estimated), sum(input IS NOT NULL AND cost_nano IS NULL) FROM calls"
             " WHERE time >= ?1 AND time < ?2 AND (?3 IS NULL OR log = ?3) GROUP BY k ORDER BY %s",
             q->by, by_day ? "k" : "cost DESC, k");
    if (sqlite3_prepare_v2(l->db, sql, -1, &s, NULL) != SQLITE_OK)
        return fail(l);
    sqlite3_bind_int64(s, 1, q->since);
    sqlite3_bind_int64(s, 2, q->until);
    if (q->log) {
        canonical(q->log, name);
        sqlite3_bind_text(s, 3, name, -1, SQLITE_TRANSIENT);
    }
    bool good = report_rows(l, s, each, arg);
    sqlite3_finalize(s);
    return good;
}
