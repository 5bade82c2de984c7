/*
 * sqlite.c - answers in a file of SQLite's, shared by all processes of a user.
 *
 * Opened for each use and closed behind it: no descriptor stays in a program that is not ours, no
 * connection crosses a fork. So the journal is a plain one: a write-ahead log is read again and
 * written back by whoever is first and last, and between two calls each is both (docs/cache.md has
 * the numbers). Nothing is synced: a kill at any instruction leaves a file that SQLite mends; what
 * a power cut leaves is found out by checksums, and costs kept answers, not calls.
 *
 * SQLite is told that there is one thread (object.c): one at a time is let in here, and a
 * child that was forked while another thread was inside does without.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "core/time.h"
#include "store/place.h"
#include "store/row.h"
#include "store/store.h"

enum { VERSION = 2, USED_STEP_MS = 60000, PAGE = 4096 };

/* Of an older version's file nothing is kept: its answers are what it holds, and can be asked
 * again.
 */
static const char schema[] =
    "DROP TABLE IF EXISTS store;"
    "DROP TABLE IF EXISTS answers;"
    "CREATE TABLE store(salt BLOB NOT NULL);"
    "CREATE TABLE answers(key BLOB NOT NULL UNIQUE, kept INTEGER NOT NULL, used INTEGER NOT NULL,"
    " until INTEGER NOT NULL, bytes INTEGER NOT NULL, hits INTEGER NOT NULL, status INTEGER NOT"
    " NULL, stream INTEGER NOT NULL, host TEXT NOT NULL, model TEXT NOT NULL, type TEXT NOT NULL,"
    " cost_nano INTEGER NOT NULL, tokens INTEGER NOT NULL, sum INTEGER NOT NULL, body BLOB NOT"
    " NULL);"
    "CREATE INDEX answers_used ON answers(used);"
    "PRAGMA user_version = 2";

struct use {
    sqlite3 *db;
    const struct sc_store_where *where;
    int64_t deadline_ns;
    int cancel;  /* whether the thread might have been cancelled: inside it must not be */
    ino_t inode; /* of the file that is open */
    bool damaged;
    int wrong; /* what SQLite has said last, if it was no good; its first byte */
    uint8_t salt[SC_STORE_SALT];
    char *note;
};

static int64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * SC_NS_PER_S + t.tv_nsec;
}

/* A millisecond, while there is time. */
static bool nap(int64_t deadline_ns)
{
    static const struct timespec tick = {0, SC_NS_PER_MS};

    if (now_ns() + SC_NS_PER_MS > deadline_ns)
        return false;
    nanosleep(&tick, NULL);
    return true;
}

/* ---- one at a time --------------------------------------------------------------------------- */

/* Who is inside, 0: nobody. Of another process: this one was forked from it meanwhile, and what
 * SQLite has in memory is as that thread left it. */
static _Atomic pid_t inside;

static bool come_in(struct use *u)
{
    pid_t self = getpid(), found = 0;

    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &u->cancel);
    while (!atomic_compare_exchange_strong(&inside, &found, self)) {
        if (found != self || !nap(u->deadline_ns)) {
            pthread_setcancelstate(u->cancel, NULL);
            return false;
        }
        found = 0;
    }
    return true;
}

static void go_out(const struct use *u)
{
    atomic_store(&inside, 0);
    pthread_setcancelstate(u->cancel, NULL);
}

/* ---- the file -------------------------------------------------------------------------------- */

static int wait_while_busy(void *arg, int times)
{
    const struct use *u = arg;

    (void)times;
    return nap(u->deadline_ns);
}

static bool is_good(struct use *u, int rc)
{
    if (rc == SQLITE_OK || rc == SQLITE_ROW || rc == SQLITE_DONE)
        return true;
    u->wrong = rc & 0xff;
    return false;
}

static bool run(struct use *u, const char *sql)
{
    return is_good(u, sqlite3_exec(u->db, sql, NULL, NULL, NULL));
}

static sqlite3_stmt *prepared(struct use *u, const char *sql)
{
    sqlite3_stmt *s = NULL;

    return is_good(u, sqlite3_prepare_v2(u->db, sql, -1, &s, NULL)) ? s : NULL;
}

/* Runs a statement that may give a number, and may have one in it. */
static bool number(struct use *u, const char *sql, int64_t in, int64_t *out)
{
    sqlite3_stmt *s = prepared(u, sql);
    int rc;

    if (!s)
        return false;
    sqlite3_bind_int64(s, 1, in);
    rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && out)
        *out = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    return is_good(u, rc);
}

static bool fill_salt(struct use *u)
{
    uint8_t salt[SC_STORE_SALT];
    sqlite3_stmt *s;
    bool good;

    if (getrandom(salt, sizeof salt, GRND_NONBLOCK) != sizeof salt)
        return false;
    s = prepared(u, "INSERT INTO store VALUES(?)");
    sqlite3_bind_blob(s, 1, salt, sizeof salt, SQLITE_STATIC);
    good = s && is_good(u, sqlite3_step(s));
    sqlite3_finalize(s);
    return good;
}

/* Two processes may come to an empty file together: the second finds it made. */
static bool make_tables(struct use *u)
{
    int64_t version = 0;

    if (!run(u, "BEGIN IMMEDIATE"))
        return false;
    if (number(u, "PRAGMA user_version", 0, &version) && version < VERSION && run(u, schema) &&
        fill_salt(u))
        version = VERSION;
    return run(u, version == VERSION ? "COMMIT" : "ROLLBACK") && version == VERSION;
}

static bool read_salt(struct use *u)
{
    sqlite3_stmt *s = prepared(u, "SELECT salt FROM store");
    bool good = s && sqlite3_step(s) == SQLITE_ROW && sqlite3_column_bytes(s, 0) == SC_STORE_SALT;

    if (good)
        memcpy(u->salt, sqlite3_column_blob(s, 0), SC_STORE_SALT);
    sqlite3_finalize(s);
    return good;
}

static bool is_made(struct use *u, bool make)
{
    int64_t version = 0;

    if (!number(u, "PRAGMA user_version", 0, &version))
        return false;
    if (version == VERSION)
        return true;
    if (version > VERSION) {
        snprintf(u->note, SC_STORE_NOTE, "The answers in %s are a newer version's: none are kept",
                 u->where->place);
        return false;
    }
    return make && make_tables(u);
}

static bool is_damage(int code)
{
    return (code & 0xff) == SQLITE_CORRUPT || (code & 0xff) == SQLITE_NOTADB;
}

/* A full disk, a limit of the program, a file system that fails. Who is busy only says nothing. */
static void say_what_is_wrong(struct use *u)
{
    if (!u->note[0] &&
        (u->wrong == SQLITE_FULL || u->wrong == SQLITE_IOERR || u->wrong == SQLITE_READONLY))
        snprintf(u->note, SC_STORE_NOTE, "Answers cannot be kept in %.150s: %.60s", u->where->place,
                 sqlite3_errstr(u->wrong));
}

static bool open_file(struct use *u, bool make)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW;

    if (sqlite3_open_v2(u->where->place, &u->db, flags, NULL) != SQLITE_OK)
        return false;
    sqlite3_busy_handler(u->db, wait_while_busy, u);
    /* Who only reads may have to write back what one who was killed has left. */
    if (!run(u, "PRAGMA synchronous = OFF"))
        return false;
    return is_made(u, make) && read_salt(u);
}

/* What cannot be read stays for who wants to look at it; the next answer begins a new file. One
 * that another process has begun meanwhile is let be. */
static void set_aside(const struct use *u)
{
    char other[4096], journal[4096];
    struct stat st;

    if (lstat(u->where->place, &st) != 0 || st.st_ino != u->inode ||
        snprintf(other, sizeof other, "%s.damaged", u->where->place) >= (int)sizeof other ||
        snprintf(journal, sizeof journal, "%s-journal", u->where->place) >= (int)sizeof journal ||
        rename(u->where->place, other) != 0)
        return;
    unlink(journal);
    snprintf(u->note, SC_STORE_NOTE,
             "The file of kept answers is damaged: set aside as %.150s.damaged", u->where->place);
}

static void close_file(struct use *u)
{
    u->damaged = u->damaged || is_damage(u->wrong) || (u->db && is_damage(sqlite3_errcode(u->db)));
    say_what_is_wrong(u);
    sqlite3_close_v2(u->db);
    if (u->damaged)
        set_aside(u);
    go_out(u);
}

/* The file is this user's, and there; SC_STORE_FOUND, else what is to be answered. make: an answer
 * is to be kept, so it may be made. */
static enum sc_store_result look_at_file(struct use *u, bool make)
{
    bool there;

    if (!sc_store_is_own_file(u->where->place, &there, &u->inode)) {
        snprintf(u->note, SC_STORE_NOTE,
                 "Answers are not kept in %.150s: it has to be a file of this user's, mode 0600",
                 u->where->place);
        return SC_STORE_AWAY;
    }
    if (there)
        return SC_STORE_FOUND;
    if (!make)
        return SC_STORE_NONE;
    if (sc_store_make_file(u->where->place))
        return SC_STORE_FOUND;
    snprintf(u->note, SC_STORE_NOTE, "Answers cannot be kept in %.150s: %.60s", u->where->place,
             strerrordesc_np(errno));
    return SC_STORE_AWAY;
}

/* Made inside: closing a descriptor of the file would give up another thread's locks on it. */
static enum sc_store_result begin(struct use *u, bool make)
{
    enum sc_store_result result;

    u->note[0] = '\0';
    u->deadline_ns = now_ns() + u->where->patience_ms * SC_NS_PER_MS;
    if (!come_in(u))
        return SC_STORE_AWAY;
    result = look_at_file(u, make);
    if (result != SC_STORE_FOUND) {
        go_out(u);
        return result;
    }
    if (open_file(u, make))
        return SC_STORE_FOUND;
    close_file(u);
    return SC_STORE_AWAY;
}

/* ---- an answer ------------------------------------------------------------------------------- */

enum {
    COLUMN_ROW,
    COLUMN_KEPT,
    COLUMN_USED,
    COLUMN_UNTIL,
    COLUMN_STATUS,
    COLUMN_STREAM,
    COLUMN_HOST,
    COLUMN_MODEL,
    COLUMN_TYPE,
    COLUMN_COST,
    COLUMN_TOKENS,
    COLUMN_SUM,
    COLUMN_BODY
};

static struct sc_str take_text(sqlite3_stmt *s, int column, char **to)
{
    struct sc_str text = {*to, (size_t)sqlite3_column_bytes(s, column)};

    if (text.n > 0)
        memcpy(*to, sqlite3_column_blob(s, column), text.n);
    *to += text.n;
    return text;
}

static bool read_row(const struct use *u, const uint8_t key[SC_STORE_KEY], sqlite3_stmt *s,
                     struct sc_kept_answer *out)
{
    size_t n = (size_t)sqlite3_column_bytes(s, COLUMN_BODY);
    char *to;

    memset(out, 0, sizeof *out);
    for (int c = COLUMN_HOST; c <= COLUMN_TYPE; c++)
        n += (size_t)sqlite3_column_bytes(s, c);
    out->memory = to = malloc(n + 1);
    if (!to)
        return false;
    out->kept_ms = sqlite3_column_int64(s, COLUMN_KEPT);
    out->until_ms = sqlite3_column_int64(s, COLUMN_UNTIL);
    out->status = sqlite3_column_int(s, COLUMN_STATUS);
    out->stream = sqlite3_column_int(s, COLUMN_STREAM) != 0;
    out->cost_nano = sqlite3_column_int64(s, COLUMN_COST);
    out->tokens = sqlite3_column_int64(s, COLUMN_TOKENS);
    out->host = take_text(s, COLUMN_HOST, &to);
    out->model = take_text(s, COLUMN_MODEL, &to);
    out->type = take_text(s, COLUMN_TYPE, &to);
    out->body = take_text(s, COLUMN_BODY, &to);
    return (uint64_t)sqlite3_column_int64(s, COLUMN_SUM) == sc_row_sum(u->salt, key, out);
}

/* Who is used is kept; but a write for each hit would cost more than the hit. */
static void note_use(struct use *u, int64_t row, int64_t used_ms)
{
    sqlite3_stmt *s;

    if (u->where->now_ms - used_ms < USED_STEP_MS)
        return;
    s = prepared(u, "UPDATE answers SET used = ?1, hits = hits + 1 WHERE rowid = ?2");
    sqlite3_bind_int64(s, 1, u->where->now_ms);
    sqlite3_bind_int64(s, 2, row);
    if (s)
        (void)sqlite3_step(s);
    sqlite3_finalize(s);
}

static enum sc_store_result fetch(const struct sc_store_where *w, sc_store_keyer *keyer, void *arg,
                                  struct sc_kept_answer *out, char note[SC_STORE_NOTE])
{
    struct use u = {.where = w, .note = note};
    enum sc_store_result result = begin(&u, false);
    uint8_t key[SC_STORE_KEY];
    sqlite3_stmt *s;
    int64_t row = 0, used = 0;

    if (result != SC_STORE_FOUND)
        return result;
    keyer(arg, u.salt, key);
    s = prepared(&u, "SELECT rowid, kept, used, until, status, stream, host, model, type,"
                     " cost_nano, tokens, sum, body FROM answers WHERE key = ?");
    sqlite3_bind_blob(s, 1, key, sizeof key, SQLITE_STATIC);
    result = SC_STORE_NONE;
    if (s && sqlite3_step(s) == SQLITE_ROW) {
        row = sqlite3_column_int64(s, COLUMN_ROW);
        used = sqlite3_column_int64(s, COLUMN_USED);
        result = read_row(&u, key, s, out) ? SC_STORE_FOUND : SC_STORE_NONE;
        u.damaged = result == SC_STORE_NONE && out->memory;
        if (u.damaged)
            free(out->memory);
    }
    sqlite3_finalize(s);
    if (result == SC_STORE_FOUND)
        note_use(&u, row, used);
    close_file(&u);
    return result;
}

/* ---- room ------------------------------------------------------------------------------------ */

static int64_t bytes_in_use(struct use *u)
{
    int64_t pages = 0, unused = 0;

    (void)number(u, "PRAGMA page_count", 0, &pages);
    (void)number(u, "PRAGMA freelist_count", 0, &unused);
    return (pages - unused) * PAGE;
}

/* What nobody can use any more goes first, then what was used longest ago; a part of all at a time,
 * so that no step is much longer than the call has patience. */
static bool make_room(struct use *u, int64_t bytes)
{
#define PART " LIMIT max(1, (SELECT count(*) FROM answers) / 16))"
    static const char *const ways[] = {
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers WHERE until <= ?" PART,
        "DELETE FROM answers WHERE rowid IN (SELECT rowid FROM answers ORDER BY used" PART};
#undef PART
    int64_t left = u->where->max_bytes - bytes - 8 * PAGE, before;
    size_t way = 0;

    if (left < 0)
        return false;
    while ((before = bytes_in_use(u)) > left) {
        if (!number(u, ways[way], u->where->now_ms, NULL) || now_ns() > u->deadline_ns)
            return false;
        if (bytes_in_use(u) >= before && way++ > 0)
            return false;
    }
    return true;
}

static bool insert(struct use *u, const uint8_t key[SC_STORE_KEY], const struct sc_kept_answer *a)
{
    sqlite3_stmt *s = prepared(u, "INSERT OR REPLACE INTO answers VALUES"
                                  "(?1,?2,?2,?3,?4,0,?5,?6,?7,?8,?9,?10,?11,?12,?13)");
    bool good;

    if (!s)
        return false;
    sqlite3_bind_blob(s, 1, key, SC_STORE_KEY, SQLITE_STATIC);
    sqlite3_bind_int64(s, 2, a->kept_ms);
    sqlite3_bind_int64(s, 3, a->until_ms);
    sqlite3_bind_int64(s, 4, (int64_t)a->body.n);
    sqlite3_bind_int(s, 5, a->status);
    sqlite3_bind_int(s, 6, a->stream);
    sqlite3_bind_text(s, 7, a->host.p, (int)a->host.n, SQLITE_STATIC);
    sqlite3_bind_text(s, 8, a->model.p, (int)a->model.n, SQLITE_STATIC);
    sqlite3_bind_text(s, 9, a->type.p, (int)a->type.n, SQLITE_STATIC);
    sqlite3_bind_int64(s, 10, a->cost_nano);
    sqlite3_bind_int64(s, 11, a->tokens);
    sqlite3_bind_int64(s, 12, (int64_t)sc_row_sum(u->salt, key, a));
    sqlite3_bind_blob(s, 13, a->body.p, (int)a->body.n, SQLITE_STATIC);
    good = is_good(u, sqlite3_step(s));
    sqlite3_finalize(s);
    return good;
}

static enum sc_store_result keep(const struct sc_store_where *w, sc_store_keyer *keyer, void *arg,
                                 const struct sc_kept_answer *a, char note[SC_STORE_NOTE])
{
    struct use u = {.where = w, .note = note};
    enum sc_store_result result = begin(&u, true);
    uint8_t key[SC_STORE_KEY];
    bool good;

    if (result != SC_STORE_FOUND)
        return result;
    keyer(arg, u.salt, key);
    good = run(&u, "BEGIN IMMEDIATE");
    if (good && make_room(&u, (int64_t)a->body.n))
        good = insert(&u, key, a) && run(&u, "COMMIT");
    if (!sqlite3_get_autocommit(u.db)) {
        good = good && run(&u, "COMMIT");
        if (!good)
            (void)run(&u, "ROLLBACK");
    }
    close_file(&u);
    return good ? SC_STORE_FOUND : SC_STORE_AWAY;
}

const struct sc_store sc_store_sqlite = {.name = "sqlite", .fetch = fetch, .keep = keep};
