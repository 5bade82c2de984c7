/*
 * cmd_cassette.c - steadycurl cassette: what `run --record` has written, listed, shown, compared,
 * and as an HTTP archive.
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/print.h"
#include "archive/compare.h"
#include "archive/har.h"
#include "cassette/tape.h"
#include "cli/cli.h"
#include "cli/usage.h"
#include "log/file.h"

enum { OPT_HAR = 256, OPT_MATCH, READ_MAX = 1 << 30 };

static const struct sc_option options[] = {
    {"har", OPT_HAR, NULL, "export, import: as an HTTP archive (HAR 1.2)"},
    {"match", OPT_MATCH, "LIST", "diff: by what requests are paired: method,host,path,query,body"},
    SC_OPTION_JSON("ls: print JSON, a line each"),
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "cassette", "ls FILE | show FILE LINE | diff FILE FILE | export --har FILE | import --har FILE",
    "Lists the exchanges of a cassette (run --record), prints one, compares two cassettes, or\n"
    "writes one as an HTTP archive or out of one, to standard output.",
    options};

struct job {
    const char *file, *other; /* the operands */
    bool json, har;
    struct sc_cassette_asked asked; /* of --match */
};

/* ---- the file -------------------------------------------------------------------------------- */

/* NULL, and said. What is damaged in it is said, too, and the rest is there. */
static struct sc_cassette *load(const char *path)
{
    struct sc_cassette *c = sc_cassette_new(path);
    int error = c ? sc_cassette_read(c) : ENOMEM;
    size_t n, number;
    const char *why;

    if (error != 0) {
        sc_usage_wrong(&usage, "%s: %s", path, sc_log_errno_words(error));
        sc_cassette_free(c);
        return NULL;
    }
    n = sc_cassette_damage(c, &number, &why);
    if (n > 0)
        sc_usage_wrong(&usage, "%s: line %zu %s%s", path, number, why,
                       n > 1 ? ", and others are damaged, too" : "");
    return c;
}

static int status_of_damage(const struct sc_cassette *c)
{
    size_t number;
    const char *why;

    return sc_cassette_damage(c, &number, &why) > 0;
}

/* ---- ls -------------------------------------------------------------------------------------- */

static void put_when(int64_t ms, char out[32])
{
    time_t s = (time_t)(ms / 1000);
    struct tm local;

    snprintf(out, 32, "-");
    if (ms > 0 && localtime_r(&s, &local))
        strftime(out, 32, "%Y-%m-%d %H:%M:%S", &local);
}

/* What came of it: a status, or libcurl's code. */
static void put_result(const struct sc_tape *t, char *out, size_t size)
{
    int status = sc_tape_status(t->head);

    if (t->code != 0 && status > 0)
        snprintf(out, size, "%d (%d)", status, t->code);
    else if (t->code != 0)
        snprintf(out, size, "(%d)", t->code);
    else
        snprintf(out, size, "%d", status);
}

static void list_one(size_t number, const struct sc_tape *t)
{
    char when[32], result[32];

    put_when(t->time_ms, when);
    put_result(t, result, sizeof result);
    sc_print(stdout, "%4zu  %-19s  %-8s %8zu bytes %6zu pieces %9.1f ms  %.*s %.*s\n", number, when,
             result, t->content.n, t->n_pieces, (double)t->us / 1000, (int)t->method.n, t->method.p,
             (int)t->url.n, t->url.p);
}

static void put_json(const char *name, struct sc_str s)
{
    struct sc_buf b = {.max = SC_TAPE_LINE_MAX};

    sc_buf_escaped(&b, s);
    printf("%s\"%.*s\"", name, (int)b.n, b.p ? b.p : "");
    sc_buf_free(&b);
}

static void list_json(size_t number, const struct sc_tape *t)
{
    printf("{\"line\":%zu,\"time_ms\":%lld,\"status\":%d,\"code\":%d,\"bytes\":%zu,\"pieces\":%zu,"
           "\"us\":%lld",
           number, (long long)t->time_ms, sc_tape_status(t->head), t->code, t->content.n,
           t->n_pieces, (long long)t->us);
    put_json(",\"method\":", t->method);
    put_json(",\"url\":", t->url);
    printf("}\n");
}

static int list(struct job *j)
{
    struct sc_cassette *c = load(j->file);
    struct sc_cassette_place at;
    int bad;

    if (!c)
        return 1;
    bad = status_of_damage(c);
    for (size_t i = 0; sc_cassette_at(c, i, &at); i++) {
        struct sc_buf memory = {0};
        struct sc_tape t;
        const char *why;

        if (!sc_tape_read(at.line, &t, &memory, &why))
            bad = (sc_usage_wrong(&usage, "%s: line %zu %s", j->file, at.number, why), 1);
        else if (j->json)
            list_json(at.number, &t);
        else
            list_one(at.number, &t);
        sc_tape_free(&t, &memory);
    }
    sc_cassette_free(c);
    return bad;
}

/* ---- show ------------------------------------------------------------------------------------ */

static void print_lines(const char *mark, struct sc_str lines)
{
    while (lines.n > 0) {
        const char *end = memchr(lines.p, '\n', lines.n);
        size_t n = end ? (size_t)(end - lines.p) : lines.n;

        sc_print(stdout, "%s %.*s\n", mark, (int)(n > 0 && lines.p[n - 1] == '\r' ? n - 1 : n),
                 lines.p);
        lines.p += n + (end != NULL);
        lines.n -= n + (end != NULL);
    }
}

static void print_body(struct sc_str body)
{
    sc_print_text(stdout, body.n > 0 ? body.p : "", body.n, 1);
    if (body.n > 0 && body.p[body.n - 1] != '\n')
        putchar('\n');
}

static void print_one(const struct sc_tape *t)
{
    sc_print(stdout, "> %.*s %.*s\n", (int)t->method.n, t->method.p, (int)t->url.n, t->url.p);
    print_lines(">", t->headers);
    if (t->body.p)
        print_body(t->body);
    else if (t->size > 0)
        printf("(a body of %lld bytes, of which only a hash was kept)\n", (long long)t->size);
    print_lines("<", t->head);
    print_body(t->content);
    for (size_t i = 0; i < t->n_pieces; i++)
        printf("* %zu bytes after %.1f ms\n", t->pieces[i].n, (double)t->pieces[i].us / 1000);
    if (t->code != 0)
        sc_print(stdout, "* libcurl: (%d) %.*s\n", t->code, (int)t->error.n, t->error.p);
    if (t->attempts > 1)
        printf("* the answer of attempt %d\n", t->attempts);
}

static int show(struct job *j)
{
    struct sc_cassette *c = load(j->file);
    char *end = NULL;
    unsigned long wanted = strtoul(j->other, &end, 10);
    struct sc_cassette_place at = {.number = 0};
    struct sc_buf memory = {0};
    struct sc_tape t = {.pieces = NULL};
    const char *why = "is no exchange, or is not there";
    bool good = false;

    if (!c)
        return 1;
    for (size_t i = 0; sc_cassette_at(c, i, &at) && at.number < wanted; i++)
        ;
    if (!*end && at.number == wanted)
        good = sc_tape_read(at.line, &t, &memory, &why);
    if (good)
        print_one(&t);
    else
        sc_usage_wrong(&usage, "%s: line %.20s %s", j->file, j->other, why);
    sc_tape_free(&t, &memory);
    sc_cassette_free(c);
    return !good;
}

/* ---- diff ------------------------------------------------------------------------------------ */

static void tell(void *arg, const struct sc_difference *d)
{
    const struct job *j = arg;

    if (!d->what)
        sc_print(stdout, "%s %s:%zu  %.*s %.*s\n", d->a ? "-" : "+", d->a ? j->file : j->other,
                 d->a ? d->a : d->b, (int)d->method.n, d->method.p, (int)d->url.n, d->url.p);
    else
        sc_print(stdout, "! %s:%zu %s:%zu  %.*s %.*s: another %s (%s)\n", j->file, d->a, j->other,
                 d->b, (int)d->method.n, d->method.p, (int)d->url.n, d->url.p, d->what, d->detail);
}

static int compare(struct job *j)
{
    struct sc_cassette *a = load(j->file), *b = load(j->other);
    size_t n = 1;

    if (a && b)
        n = sc_cassette_compare(a, b, j->asked.match, tell, j) + (size_t)status_of_damage(a) +
            (size_t)status_of_damage(b);
    sc_cassette_free(a);
    sc_cassette_free(b);
    return n > 0;
}

/* ---- archives -------------------------------------------------------------------------------- */

static int print_all(const struct sc_buf *b)
{
    if (fwrite(b->p ? b->p : "", 1, b->n, stdout) == b->n && fflush(stdout) == 0)
        return 0;
    sc_usage_wrong(&usage, "standard output: %s", strerror(errno));
    return 1;
}

static int export_har(struct job *j)
{
    struct sc_cassette *c = load(j->file);
    struct sc_buf out = {.max = READ_MAX};
    size_t bad = 0;
    int status;

    if (!c)
        return 1;
    status = sc_har_write(c, &out, &bad) ? print_all(&out)
                                         : (sc_usage_wrong(&usage, "%s: too long", j->file), 1);
    if (bad > 0)
        sc_usage_wrong(&usage, "%s: %zu lines cannot be read", j->file, bad);
    status |= bad > 0 || status_of_damage(c);
    sc_buf_free(&out);
    sc_cassette_free(c);
    return status;
}

static bool read_file(const char *path, struct sc_buf *b)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    size_t got = 1;
    bool good;

    if (!f) {
        sc_usage_wrong(&usage, "%s: %s", path, strerror(errno));
        return false;
    }
    while (got > 0) {
        char *to = sc_buf_room(b, 1 << 16);

        got = to ? fread(to, 1, 1 << 16, f) : 0;
        b->n += got;
    }
    good = !ferror(f) && !b->failed;
    if (!good)
        sc_usage_wrong(&usage, "%s: %s", path, b->failed ? "too long" : strerror(errno));
    if (f != stdin)
        fclose(f);
    return good;
}

static int import_har(struct job *j)
{
    struct sc_buf text = {.max = READ_MAX}, out = {.max = READ_MAX};
    struct sc_har_read r;
    int status = 1;

    if (read_file(j->file, &text)) {
        if (sc_har_read(sc_buf_view(&text), &out, &r))
            status = print_all(&out);
        else
            sc_usage_wrong(&usage, "%s: %s", j->file, r.err);
        if (status == 0 && r.left_out > 0)
            fprintf(stderr,
                    "steadycurl cassette: %zu exchanges; %zu entries are none, and left out\n",
                    r.taken, r.left_out);
    }
    sc_buf_free(&text);
    sc_buf_free(&out);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static const struct verb {
    const char *name;
    int (*run)(struct job *j);
    int operands;
    const char *missing; /* what the last operand is */
    bool har;
} verbs[] = {{"ls", list, 1, "a cassette", false},
             {"show", show, 2, "the number of a line (steadycurl cassette ls)", false},
             {"diff", compare, 2, "another cassette", false},
             {"export", export_har, 1, "a cassette", true},
             {"import", import_har, 1, "an archive", true}};

enum { VERBS = sizeof verbs / sizeof *verbs };

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < VERBS; i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

/* -1: go on, else the exit status. */
static int read_options(struct sc_args *a, struct job *j)
{
    char why[120];
    int opt;

    sc_cassette_asked_init(&j->asked);
    while ((opt = sc_args_next(a, &usage)) > 0) {
        if (opt == OPT_HAR)
            j->har = true;
        else if (opt == SC_OPT_JSON)
            j->json = true;
        else if (!sc_cassette_ask(&j->asked, (struct sc_str){"match", 5},
                                  (struct sc_str){a->value, strlen(a->value)}, why, sizeof why))
            return sc_usage_wrong(&usage, "--match: %s", why);
    }
    return opt == SC_ARGS_HELP ? 0 : opt == SC_ARGS_WRONG ? 2 : -1;
}

int sc_cmd_cassette(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    static struct job j;
    const struct verb *v;
    int status = read_options(&a, &j);

    if (status >= 0)
        return status;
    if (a.i >= argc)
        return sc_usage_wrong(&usage, "what to do is missing: ls, show, diff, export or import");
    if (!(v = find_verb(argv[a.i])))
        return sc_usage_wrong(&usage, "\"%s\" is none of ls, show, diff, export, import",
                              argv[a.i]);
    if (argc - a.i - 1 > v->operands)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[argc - 1]);
    if (argc - a.i - 1 < v->operands)
        return sc_usage_wrong(&usage, "%s is missing", argc - a.i > 1 ? v->missing : "a cassette");
    if (v->har && !j.har)
        return sc_usage_wrong(&usage, "%s: as what? --har", v->name);
    j.file = argv[a.i + 1];
    j.other = v->operands > 1 ? argv[a.i + 2] : NULL;
    return v->run(&j);
}
