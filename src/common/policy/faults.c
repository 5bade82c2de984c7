/* faults.c - see faults.h. */
#include "policy/faults.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/glob.h"
#include "policy/host.h"
#include "policy/rule.h"

static void *fail(struct sc_script_error *err, size_t at, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void *fail(struct sc_script_error *err, size_t at, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    err->at = at;
    return NULL;
}

/* ---- what comes before the "=" --------------------------------------------------------------- */

/* "10%", "0.5%": of a million; false if it is none. */
static bool read_share(const char *p, size_t n, int64_t *ppm)
{
    const char *dot = memchr(p, '.', n);
    size_t whole = dot ? (size_t)(dot - p) : n - 1, digits = dot ? n - 1 - whole - 1 : 0;
    int64_t percent = 0, part = 0;

    if (n < 2 || p[n - 1] != '%' || !sc_script_number(p, whole, 100, &percent))
        return false;
    if (dot && (digits < 1 || digits > 4 || !sc_script_number(dot + 1, digits, 9999, &part)))
        return false;
    for (size_t i = digits; dot && i < 4; i++)
        part *= 10;
    *ppm = percent * 10000 + part;
    return *ppm <= SC_CHAOS_ALL;
}

/* Where the head's ":N%" begins; n: there is none. */
static size_t chance_at(const char *p, size_t n)
{
    size_t at = n;

    if (n == 0 || p[n - 1] != '%')
        return n;
    while (at > 0 && p[at - 1] != ':')
        at--;
    return at > 0 ? at - 1 : n;
}

/* HOST[:PORT][/PATH][@MODEL] */
static bool read_subject(struct sc_fault_spec *f, char *p, size_t n, struct sc_script_error *err)
{
    const char *slash = memchr(p, '/', n), *sign = memchr(p, '@', n);
    size_t path = slash ? (size_t)(slash - p) : n, model, host;
    const char *why;

    model = sign ? (size_t)(sign - p) : n;
    if (path > model)
        path = model; /* a slash of the model's name */
    host = path;
    for (size_t i = 0; i < host; i++)
        if (p[i] >= 'A' && p[i] <= 'Z')
            p[i] = (char)(p[i] + 32);
    if (host > 0 && p[host - 1] == ':' && slash && path + 1 < n && p[path + 1] == '/')
        return fail(err, 0, "a fault begins with the HOST alone, without '%.*s//'", (int)host, p);
    if (host == 0)
        return fail(err, 0, "a fault begins with the HOST that it is for");
    if (!sc_host_split((struct sc_str){p, host}, &f->host, &f->port, &why))
        return fail(err, 0, "'%.*s' is no host, allowed %s", (int)host, p, why);
    f->path = (struct sc_str){p + path, model - path};
    if (sign && model + 1 == n)
        return fail(err, model, "a model follows the @");
    if (sign)
        f->model = (struct sc_str){p + model + 1, n - model - 1};
    return true;
}

/* ---- what comes behind it -------------------------------------------------------------------- */

static bool read_script(struct sc_fault_spec *f, size_t at, size_t n, struct sc_script_error *err)
{
    f->script = sc_script_parse(f->text + at, n, SC_SCRIPT_CLIENT, err);
    if (!f->script)
        err->at += at;
    return f->script;
}

static int64_t sum_of(const struct sc_fault_spec *f)
{
    int64_t sum = 0;

    for (size_t i = 0; i < f->n_shares; i++)
        sum += f->shares[i].ppm;
    return sum;
}

/* One outcome with its share; `share` lies at `at`. */
static bool add_share(struct sc_fault_spec *f, size_t at, size_t share, size_t outcome, size_t end,
                      struct sc_script_error *err)
{
    struct sc_chaos_share *s = &f->shares[f->n_shares];
    struct sc_script *script;

    if (f->n_shares == SC_FAULT_SHARES_MAX)
        return fail(err, at, "more than %d outcomes", SC_FAULT_SHARES_MAX);
    if (!read_share(f->text + at, share, &s->ppm))
        return fail(err, at, "'%.*s' is no share like 10%% or 0.5%%", (int)share, f->text + at);
    script = sc_script_parse(f->text + outcome, end - outcome, SC_SCRIPT_CLIENT, err);
    if (!script) {
        err->at += outcome;
        return false;
    }
    s->script = script;
    f->n_shares++;
    if (sum_of(f) > SC_CHAOS_ALL)
        return fail(err, at, "the shares are more than 100%% together");
    return true;
}

/* N%=OUTCOME,N%=OUTCOME from `at` on. */
static bool read_shares(struct sc_fault_spec *f, size_t at, size_t n, struct sc_script_error *err)
{
    while (at <= n) {
        size_t end = at + sc_script_until(f->text + at, n - at, ',');
        const char *equal;

        while (at < end && f->text[at] == ' ')
            at++;
        equal = memchr(f->text + at, '=', end - at);
        if (!equal)
            return fail(err, at, "by chance, each outcome has its share: N%%=OUTCOME");
        if (!add_share(f, at, (size_t)(equal - f->text) - at, (size_t)(equal - f->text) + 1, end,
                       err))
            return false;
        at = end + 1;
    }
    return true;
}

/* FNV-1a: tells the counters of two specs apart. */
static uint64_t id_of(const char *p, size_t n)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)p[i]) * UINT64_C(0x100000001b3);
    return hash;
}

static bool read_spec(struct sc_fault_spec *f, size_t n, struct sc_script_error *err)
{
    const char *equal = memchr(f->text, '=', n);
    size_t head = equal ? (size_t)(equal - f->text) : n, chance = chance_at(f->text, head);

    if (!equal)
        return fail(err, n, "no '=' in it: a fault is HOST[:PORT][/PATH][@MODEL]=OUTCOME,...");
    if (!read_subject(f, f->text + n + 1, chance, err))
        return false;
    if (chance < head)
        return read_shares(f, chance + 1, n, err);
    return read_script(f, head + 1, n - head - 1, err);
}

struct sc_fault_spec *sc_fault_spec_read(const char *text, size_t n, struct sc_script_error *err)
{
    struct sc_fault_spec *f = calloc(1, sizeof *f + 2 * (n + 1));

    if (!f)
        return fail(err, 0, "out of memory");
    memcpy(f->text, text, n);
    memcpy(f->text + n + 1, text, n); /* what patterns point into, in lower case */
    f->id = id_of(text, n);
    if (read_spec(f, n, err))
        return f;
    sc_fault_spec_free(f);
    return NULL;
}

void sc_fault_spec_free(struct sc_fault_spec *f)
{
    if (!f)
        return;
    sc_script_unref(f->script);
    for (size_t i = 0; i < f->n_shares; i++)
        sc_script_unref(f->shares[i].script);
    free(f);
}

/* ---- what it is for -------------------------------------------------------------------------- */

static bool host_fits(const struct sc_fault_spec *f, struct sc_str host)
{
    if (f->host.n == 1 && f->host.p[0] == '*')
        return true;
    if (memchr(f->host.p, '*', f->host.n))
        return sc_host_match(f->host, host);
    return f->host.n == host.n && memcmp(f->host.p, host.p, host.n) == 0;
}

bool sc_fault_spec_fits(const struct sc_fault_spec *f, const struct sc_subject *t)
{
    return (f->port == 0 || f->port == t->port) && host_fits(f, t->host) &&
           (f->path.n == 0 || sc_glob_match(f->path, t->path)) &&
           (f->model.n == 0 || sc_glob_match(f->model, t->model));
}

/* ---- many ------------------------------------------------------------------------------------ */

void sc_faults_add(struct sc_faults *f, struct sc_fault_spec *spec)
{
    struct sc_fault_spec **end = &f->specs;

    while (*end)
        end = &(*end)->next;
    *end = spec;
}

/* "OPTION VALUE" */
static bool read_cassette(struct sc_faults *f, const char *p, size_t n, struct sc_script_error *err)
{
    const char *blank = memchr(p, ' ', n);
    size_t name = blank ? (size_t)(blank - p) : n;
    struct sc_str value = {blank ? blank + 1 : p + n, blank ? n - name - 1 : 0};

    if (!f->cassette) {
        f->cassette = malloc(sizeof *f->cassette);
        if (!f->cassette)
            return fail(err, 0, "out of memory");
        sc_cassette_asked_init(f->cassette);
    }
    err->at = 0;
    return sc_cassette_ask(f->cassette, (struct sc_str){p, name}, value, err->text,
                           sizeof err->text);
}

static bool read_option(struct sc_faults *f, const char *p, size_t n, struct sc_script_error *err)
{
    static const char seed[] = "--seed ", run[] = "--run ", mock[] = "--mock ",
                      cassette[] = "--cassette ";
    int64_t value;

    if (n == 8 && memcmp(p, "--steady", 8) == 0)
        return f->steady = true;
    if (n == 10 && memcmp(p, "--unmarked", 10) == 0)
        return f->unmarked = true;
    if (n == 7 && memcmp(p, "--trace", 7) == 0)
        return f->trace = true;
    if (n >= sizeof seed && memcmp(p, seed, sizeof seed - 1) == 0 &&
        sc_script_number(p + sizeof seed - 1, n - sizeof seed + 1, INT64_MAX / 20, &value)) {
        f->seed = (uint64_t)value;
        return true;
    }
    if (n >= sizeof run && memcmp(p, run, sizeof run - 1) == 0) {
        f->run = id_of(p, n);
        return true;
    }
    if (n >= sizeof mock && memcmp(p, mock, sizeof mock - 1) == 0 &&
        sc_script_number(p + sizeof mock - 1, n - sizeof mock + 1, 65535, &value)) {
        f->mock_port = (int)value;
        return true;
    }
    if (n >= sizeof cassette && memcmp(p, cassette, sizeof cassette - 1) == 0)
        return read_cassette(f, p + sizeof cassette - 1, n - sizeof cassette + 1, err);
    return fail(err, 0, "no such option: '%.*s'", (int)(n > 60 ? 60 : n), p);
}

bool sc_faults_read(struct sc_faults *f, const char *lines, struct sc_script_error *err)
{
    for (const char *p = lines; *p;) {
        size_t n = strcspn(p, "\n");
        struct sc_fault_spec *spec;

        if (n >= 2 && p[0] == '-' && p[1] == '-') {
            if (!read_option(f, p, n, err))
                return false;
        } else if (n > 0) {
            spec = sc_fault_spec_read(p, n, err);
            if (!spec)
                return false;
            sc_faults_add(f, spec);
        }
        p += n + (p[n] == '\n');
    }
    return true;
}

void sc_faults_free(struct sc_faults *f)
{
    struct sc_fault_spec *next;

    for (struct sc_fault_spec *s = f->specs; s; s = next) {
        next = s->next;
        sc_fault_spec_free(s);
    }
    f->specs = NULL;
    free(f->cassette);
    f->cassette = NULL;
}
