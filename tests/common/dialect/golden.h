/*
 * golden.h - files beside the tests: what is given, and byte for byte what must come of it.
 *
 * GIVEN is NAME.FROM.json (or .sse); for every other dialect there is NAME.FROM.TO. Run with
 * SC_GOLDEN=write the tests write these anew instead: read the difference before committing it.
 */
#ifndef TEST_DIALECT_GOLDEN_H
#define TEST_DIALECT_GOLDEN_H

#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dialect/dialect.h"

#define GOLDEN_MAX ((size_t)1 << 24)

static inline struct sc_buf golden_read(const char *path)
{
    struct sc_buf b = {.max = GOLDEN_MAX};
    char piece[4096];
    FILE *f = fopen(path, "rb");

    if (f == NULL)
        fail_msg("%s is missing (SC_GOLDEN=write makes it)", path);
    for (size_t n; (n = fread(piece, 1, sizeof piece, f)) > 0;)
        sc_buf_add(&b, piece, n);
    fclose(f);
    sc_buf_text(&b, ""); /* p is not NULL */
    return b;
}

static inline void golden_compare(const char *path, const struct sc_buf *got)
{
    const char *mode = getenv("SC_GOLDEN");

    if (mode && strcmp(mode, "write") == 0) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(got->p, 1, got->n, f), got->n);
        fclose(f);
        return;
    }
    struct sc_buf want = golden_read(path);
    if (want.n != got->n || (got->n > 0 && memcmp(want.p, got->p, got->n) != 0))
        fail_msg("%s\n--- want\n%.*s\n--- got\n%.*s\n", path, (int)want.n, want.p, (int)got->n,
                 got->p);
    sc_buf_free(&want);
}

/* The dialect in NAME.DIALECT.json, short: chat, responses, messages, gemini. */
static inline enum sc_dialect golden_dialect(const char *path)
{
    const char *end = strrchr(path, '.'), *begin = end;

    while (begin > path && begin[-1] != '.')
        begin--;
    enum sc_dialect d = sc_dialect_by_name((struct sc_str){begin, (size_t)(end - begin)});
    if (d == SC_DIALECT_COUNT)
        fail_msg("%s: of which dialect?", path);
    return d;
}

static inline void golden_expected(const char *given, enum sc_dialect to, char *out, size_t size)
{
    static const char *const names[] = {"chat", "responses", "messages", "gemini"};

    snprintf(out, size, "%.*s.%s", (int)(strrchr(given, '.') - given), given, names[to]);
}

/* Calls `check` for every file of a pattern and every other dialect. */
static inline void golden_all(const char *pattern,
                              void (*check)(const char *given, enum sc_dialect from,
                                            const struct sc_buf *text, enum sc_dialect to,
                                            const char *expected))
{
    glob_t found;

    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        struct sc_buf text = golden_read(found.gl_pathv[i]);
        enum sc_dialect from = golden_dialect(found.gl_pathv[i]);
        for (int to = 0; to < SC_DIALECT_COUNT; to++) {
            char expected[512];
            if (to == (int)from)
                continue;
            golden_expected(found.gl_pathv[i], (enum sc_dialect)to, expected, sizeof expected);
            check(found.gl_pathv[i], from, &text, (enum sc_dialect)to, expected);
        }
        sc_buf_free(&text);
    }
    globfree(&found);
}

#endif
