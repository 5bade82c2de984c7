/* What lies in a store: whatever a file of SQLite's or a row of Redis' holds, what is read of it
 * stays inside of its memory, and is given only as it was kept. */
/* link with: -lsqlite3 */
#include "fuzz.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "store/row.h"
#include "store/store.h"

static const uint8_t salt[SC_STORE_SALT] = "0123456789abcdef", key[SC_STORE_KEY] = "fedcba98";
static char place[64], other[80];

static const struct sc_kept_answer kept = {.kept_ms = 1000,
                                           .until_ms = 2000,
                                           .status = 200,
                                           .type = {"application/json", 16},
                                           .host = {"api.example.com", 15},
                                           .model = {"gpt-4o", 6},
                                           .body = {"{\"id\":\"x\"}", 10},
                                           .cost_nano = 7,
                                           .tokens = 9};

static bool is(struct sc_str a, struct sc_str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

static void check_same(const struct sc_kept_answer *a)
{
    CHECK(a->kept_ms == kept.kept_ms && a->until_ms == kept.until_ms);
    CHECK(a->status == kept.status && a->stream == kept.stream);
    CHECK(is(a->type, kept.type) && is(a->body, kept.body));
    CHECK(is(a->host, kept.host) && is(a->model, kept.model));
}

/* ---- a row that is one text ------------------------------------------------------------------ */

/* The input as it is, and the row that was kept with the input written over a part of it. */
static void check_row(struct input in)
{
    struct sc_kept_answer a;
    size_t n, at = take_byte(&in) | take_byte(&in) << 8;
    char *row = sc_row_write(salt, key, &kept, &n), *raw = text_of(in.p, in.n);

    CHECK(!sc_row_read(salt, key, (struct sc_str){raw, in.n}, &a)); /* nobody guesses the sum */
    CHECK(row && sc_row_read(salt, key, (struct sc_str){row, n}, &a));
    check_same(&a);
    at %= n;
    memcpy(row + at, in.p, in.n < n - at ? in.n : n - at);
    if (sc_row_read(salt, key, (struct sc_str){row, n}, &a))
        check_same(&a);
    free(row);
    free(raw);
}

/* ---- a file ---------------------------------------------------------------------------------- */

static void keyer(void *arg, const uint8_t s[SC_STORE_SALT], uint8_t out[SC_STORE_KEY])
{
    (void)arg;
    (void)s;
    memcpy(out, key, SC_STORE_KEY);
}

static void clean_up(void)
{
    char journal[80];

    snprintf(journal, sizeof journal, "%s-journal", place);
    unlink(journal);
    unlink(place);
    unlink(other);
}

/* The file with one answer in it, once; then a copy for each input. */
static const char *file_with_answer(size_t *size)
{
    static char *bytes;
    static size_t n;
    char note[SC_STORE_NOTE];
    struct sc_store_where w = {place, 1 << 20, 1500, SC_STORE_PATIENCE_MS, NULL};
    struct stat st;
    int fd;

    *size = n;
    if (bytes)
        return bytes;
    snprintf(place, sizeof place, "/dev/shm/sc-fuzz-%d.db", (int)getpid());
    snprintf(other, sizeof other, "%s.damaged", place);
    atexit(clean_up);
    sqlite3_config(SQLITE_CONFIG_SINGLETHREAD); /* as object.c has it */
    CHECK(sc_store_sqlite.keep(&w, keyer, NULL, &kept, note) == SC_STORE_FOUND);
    fd = open(place, O_RDONLY);
    CHECK(fd >= 0 && fstat(fd, &st) == 0 && (bytes = malloc((size_t)st.st_size)));
    n = *size = (size_t)st.st_size;
    CHECK(read(fd, bytes, n) == (ssize_t)n);
    close(fd);
    return bytes;
}

static void write_file(const char *bytes, size_t n, size_t at, struct input in)
{
    int fd = open(place, O_CREAT | O_TRUNC | O_WRONLY, 0600);

    CHECK(fd >= 0 && write(fd, bytes, n) == (ssize_t)n);
    if (in.n > 0)
        CHECK(pwrite(fd, in.p, in.n, (off_t)at) == (ssize_t)in.n);
    close(fd);
}

static void use_file(void)
{
    char note[SC_STORE_NOTE];
    struct sc_store_where w = {place, 1 << 20, 1500, SC_STORE_PATIENCE_MS, NULL};
    struct sc_kept_answer a;

    if (sc_store_sqlite.fetch(&w, keyer, NULL, &a, note) == SC_STORE_FOUND) {
        if (is(a.body, kept.body))
            check_same(&a);
        free(a.memory);
    }
    sc_store_sqlite.keep(&w, keyer, NULL, &kept, note);
    if (sc_store_sqlite.fetch(&w, keyer, NULL, &a, note) == SC_STORE_FOUND) {
        check_same(&a);
        free(a.memory);
    }
}

/* Bytes of the file are the input's: where, its first ones say; or all of the file is. */
static void check_file(struct input in)
{
    size_t n, at = take_byte(&in) | take_byte(&in) << 8;
    const char *bytes = file_with_answer(&n);

    if (at == 0xffff)
        write_file("", 0, 0, in);
    else
        write_file(bytes, n, at % n, in);
    use_file();
    clean_up();
}

/* Columns of an answer, of whatever type SQLite lets them have. */
static void bind_any(sqlite3_stmt *s, int column, struct input *in)
{
    unsigned kind = take_byte(in), n = take_byte(in);
    char text[256];

    for (unsigned i = 0; i < n; i++)
        text[i] = (char)take_byte(in);
    switch (kind % 4) {
    case 0:
        sqlite3_bind_blob(s, column, text, (int)n, SQLITE_TRANSIENT);
        break;
    case 1:
        sqlite3_bind_int64(s, column, (int64_t)(n * UINT64_C(0x0101010101010101)));
        break;
    case 2:
        sqlite3_bind_double(s, column, n / 3.0);
        break;
    default:
        sqlite3_bind_text(s, column, text, (int)n, SQLITE_TRANSIENT);
    }
}

static void check_columns(struct input in)
{
    static const char *const columns[] = {"kept",  "used", "until",     "status", "stream", "host",
                                          "model", "type", "cost_nano", "tokens", "sum",    "body"};
    size_t n;
    const char *bytes = file_with_answer(&n);
    sqlite3_stmt *s;
    char sql[64];
    sqlite3 *db;

    write_file(bytes, n, 0, (struct input){"", 0});
    CHECK(sqlite3_open(place, &db) == SQLITE_OK);
    while (in.n > 0) {
        snprintf(sql, sizeof sql, "UPDATE answers SET %s = ?",
                 columns[take_byte(&in) % (sizeof columns / sizeof *columns)]);
        CHECK(sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK);
        bind_any(s, 1, &in);
        sqlite3_step(s);
        sqlite3_finalize(s);
    }
    sqlite3_close(db);
    use_file();
    clean_up();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = input_of(data, size);

    switch (take_byte(&in) % 4) {
    case 0:
        check_file(in);
        break;
    case 1:
        check_columns(in);
        break;
    default:
        check_row(in);
    }
    return 0;
}
