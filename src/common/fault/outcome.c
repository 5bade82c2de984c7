/* outcome.c - see outcome.h. */
#include "fault/outcome.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/nearest.h"

#define BLANKS " \t\r\n"

enum { BODY_FILE_MAX = 64 << 20 };

/* Words that may stand where a status may stand. */
static const struct word {
    const char *word;
    enum sc_fault fault;
    enum sc_error_kind kind;
    int status;
    int curl_code; /* != 0: what no server could do */
} words[] = {
    {"ok", SC_FAULT_NONE, SC_ERROR_PLAIN, 200, 0},
    {"quota", SC_FAULT_NONE, SC_ERROR_QUOTA, 429, 0},
    {"context", SC_FAULT_NONE, SC_ERROR_CONTEXT, 400, 0},
    {"reset", SC_FAULT_RESET, SC_ERROR_PLAIN, 200, 0},
    {"reset-body", SC_FAULT_RESET_BODY, SC_ERROR_PLAIN, 200, 0},
    {"truncate", SC_FAULT_TRUNCATE, SC_ERROR_PLAIN, 200, 0},
    {"truncate-chunked", SC_FAULT_TRUNCATE_CHUNKED, SC_ERROR_PLAIN, 200, 0},
    {"cut", SC_FAULT_CUT, SC_ERROR_PLAIN, 200, 0},
    {"cut-after", SC_FAULT_CUT, SC_ERROR_PLAIN, 200, 0},
    {"stall", SC_FAULT_STALL, SC_ERROR_PLAIN, 200, 0},
    {"hang", SC_FAULT_HANG, SC_ERROR_PLAIN, 200, 0},
    {"drip", SC_FAULT_DRIP, SC_ERROR_PLAIN, 200, 0},
    {"delay", SC_FAULT_NONE, SC_ERROR_PLAIN, 200, 0},
    {"sse-error", SC_FAULT_STREAM_ERROR, SC_ERROR_PLAIN, 200, 0},
    {"sse-error-late", SC_FAULT_STREAM_ERROR_LATE, SC_ERROR_PLAIN, 200, 0},
    {"unresolved", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 6},
    {"refused", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 7},
    {"timeout", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 28},
    {"tls", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 35},
    {"empty-reply", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 52},
    {"untrusted", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 60},
    {"stream-reset", SC_FAULT_CODE, SC_ERROR_PLAIN, 200, 92},
};

/* What the value of a word is: `cut=50%` is `cut;at=50%`. */
static const struct {
    const char *word, *option;
} values[] = {{"cut", "at"},   {"cut-after", "after"}, {"delay", "latency"}, {"drip", "ms"},
              {"stall", "at"}, {"truncate", "at"},     {"reset-body", "at"}, {"timeout", "ms"}};

static const char *const options[] = {"latency",
                                      "ms",
                                      "at",
                                      "after",
                                      "bytes",
                                      "retry-after-date",
                                      "status",
                                      "type",
                                      "code",
                                      "message",
                                      "retry-in",
                                      "content-type",
                                      "body-text",
                                      "body",
                                      "header",
                                      "close",
                                      "early",
                                      "bare",
                                      "retry-after",
                                      "retry-after-ms",
                                      "x-ms-retry-after-ms",
                                      "x-should-retry",
                                      "for",
                                      "program",
                                      NULL};

struct parse {
    unsigned flags;
    struct sc_script *script;
    struct sc_script_error *err;
    const char *text;                  /* all of it */
    size_t at;                         /* where the part lies that is being read */
    char *cooked;                      /* room for texts without their backslashes */
    struct sc_outcome_header *headers; /* room for further headers */
};

__attribute__((format(printf, 2, 3))) static bool fail(const struct parse *ps, const char *format,
                                                       ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(ps->err->text, sizeof ps->err->text, format, args);
    va_end(args);
    ps->err->at = ps->at;
    return false;
}

static bool fail_word(const struct parse *ps, const char *what, const char *text, const char *near)
{
    if (near)
        return fail(ps, "%s: '%.60s'; did you mean '%s'?", what, text, near);
    return fail(ps, "%s: '%.60s'", what, text);
}

bool sc_script_number(const char *p, size_t n, int64_t max, int64_t *out)
{
    int64_t v = 0;

    if (n == 0)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return false;
        v = v * 10 + (p[i] - '0');
        if (v > max)
            return false;
    }
    *out = v;
    return true;
}

/* ---- options ------------------------------------------------------------------------------- */

static void add_header(struct parse *ps, struct sc_outcome *o, const char *name, const char *value)
{
    if (!o->headers)
        o->headers = ps->headers;
    *ps->headers++ = (struct sc_outcome_header){name, value};
    o->n_headers++;
}

static bool read_file(FILE *f, struct sc_outcome *o)
{
    struct sc_buf b = {.max = BODY_FILE_MAX};
    char chunk[8192];
    size_t n;

    while ((n = fread(chunk, 1, sizeof chunk, f)) > 0)
        sc_buf_add(&b, chunk, n);
    sc_buf_char(&b, '\0');
    if (ferror(f) || b.failed) {
        sc_buf_free(&b);
        return false;
    }
    free(o->file);
    o->body = o->file = b.p;
    o->body_len = b.n - 1;
    return true;
}

static bool set_body_file(const struct parse *ps, struct sc_outcome *o, const char *path)
{
    FILE *f;
    bool good;

    if (!(ps->flags & SC_SCRIPT_FILES))
        return fail_word(ps, "body=FILE is not allowed here", path, NULL);
    f = fopen(path, "rb");
    if (!f)
        return fail_word(ps, strerror(errno), path, NULL);
    good = read_file(f, o);
    fclose(f);
    return good || fail_word(ps, "cannot read", path, NULL);
}

static bool set_header(struct parse *ps, struct sc_outcome *o, char *value)
{
    char *colon = strchr(value, ':');

    if (!colon || colon == value || strpbrk(value, "\r\n"))
        return fail_word(ps, "header wants Name:Value", value, NULL);
    *colon = '\0';
    add_header(ps, o, value, colon + 1 + strspn(colon + 1, " "));
    return true;
}

static bool set_status(const struct parse *ps, struct sc_outcome *o, const char *value)
{
    int64_t status;

    if (!sc_script_number(value, strlen(value), 999, &status))
        return fail_word(ps, "not a number that fits", value, NULL);
    if (status < 200)
        return fail_word(ps, "a status is 200 to 999", value, NULL);
    o->status = (int)status;
    return true;
}

/* A byte, or a percentage of all of them. */
static bool set_place(const struct parse *ps, struct sc_outcome *o, const char *value)
{
    size_t n = strlen(value);
    bool percent = n > 0 && value[n - 1] == '%';

    if (sc_script_number(value, n - percent, percent ? 100 : INT64_C(1) << 40,
                         percent ? &o->percent : &o->at))
        return true;
    return fail_word(ps, "neither a number of bytes nor a percentage", value, NULL);
}

/* "3", "3 events"; to the client's side also "3 calls", which is said of the whole script. */
static bool set_after(const struct parse *ps, struct sc_outcome *o, const char *value)
{
    size_t digits = strspn(value, "0123456789");
    const char *unit = value + digits + strspn(value + digits, " ");
    bool calls = strcmp(unit, "calls") == 0 || strcmp(unit, "call") == 0;

    if (*unit && !calls && strcmp(unit, "events") != 0 && strcmp(unit, "event") != 0)
        return fail_word(ps, "neither calls nor events", value, NULL);
    if (calls && !(ps->flags & SC_SCRIPT_CLIENT))
        return fail_word(ps, "after=N calls is for steadycurl run --fault", value, NULL);
    if (!sc_script_number(value, digits, 1000000, calls ? &ps->script->skip : &o->after))
        return fail_word(ps, "not a number that fits", value, NULL);
    return true;
}

static bool set_for(const struct parse *ps, const char *value)
{
    static const struct {
        const char *unit;
        int64_t ms;
    } units[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {"h", 3600000}, {"", 1000}};
    size_t digits = strspn(value, "0123456789");
    int64_t n;

    if (!(ps->flags & SC_SCRIPT_CLIENT))
        return fail_word(ps, "for= is for steadycurl run --fault", value, NULL);
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strcmp(value + digits, units[i].unit) == 0 &&
            sc_script_number(value, digits, 1000000000, &n) && n > 0) {
            ps->script->for_ms = n * units[i].ms;
            return true;
        }
    return fail_word(ps, "not a time like 500ms, 30s or 5m", value, NULL);
}

/* Options whose value is a number go into a field; those that are a text into another. */
static bool set_number(const struct parse *ps, struct sc_outcome *o, const char *name,
                       const char *value, bool *known)
{
    const int64_t year_ms = INT64_C(366) * 24 * 3600 * 1000;
    const struct {
        const char *name;
        int64_t *field;
        int64_t max;
    } numbers[] = {
        {"latency", &o->latency_ms, year_ms},
        {"ms", &o->ms, year_ms},
        {"bytes", &o->bytes, INT64_C(1) << 40},
        {"retry-after-date", &o->retry_after_date, year_ms},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        if (strcmp(name, numbers[i].name) != 0)
            continue;
        *known = true;
        if (!sc_script_number(value, strlen(value), numbers[i].max, numbers[i].field))
            return fail_word(ps, "not a number that fits", value, NULL);
    }
    return true;
}

static bool set_text(struct sc_outcome *o, const char *name, const char *value)
{
    const struct {
        const char *name;
        const char **field;
    } texts[] = {
        {"type", &o->error_type},           {"code", &o->error_code},
        {"message", &o->error_message},     {"retry-in", &o->retry_in},
        {"content-type", &o->content_type}, {"body-text", &o->body},
    };

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(name, texts[i].name) != 0)
            continue;
        *texts[i].field = value;
        if (texts[i].field == &o->body)
            o->body_len = strlen(value);
        return true;
    }
    return false;
}

static bool set_flag(struct parse *ps, struct sc_outcome *o, const char *name)
{
    if (strcmp(name, "close") == 0)
        add_header(ps, o, "Connection", "close");
    else if (strcmp(name, "early") == 0)
        o->early = true;
    else if (strcmp(name, "bare") == 0)
        o->bare = true;
    else
        return false;
    return true;
}

static bool set_program(const struct parse *ps, const char *value)
{
    if (!(ps->flags & SC_SCRIPT_CLIENT))
        return fail_word(ps, "program= is for steadycurl run --fault", value, NULL);
    ps->script->program = value;
    return true;
}

static bool set_option(struct parse *ps, struct sc_outcome *o, const char *name, char *value)
{
    static const char *const headers[] = {"retry-after", "retry-after-ms", "x-ms-retry-after-ms",
                                          "x-should-retry"};
    bool known = false;

    if (!set_number(ps, o, name, value, &known))
        return false;
    if (known || set_text(o, name, value) || set_flag(ps, o, name))
        return true;
    if (strcmp(name, "at") == 0)
        return set_place(ps, o, value);
    if (strcmp(name, "after") == 0)
        return set_after(ps, o, value);
    if (strcmp(name, "status") == 0)
        return set_status(ps, o, value);
    if (strcmp(name, "for") == 0)
        return set_for(ps, value);
    if (strcmp(name, "program") == 0)
        return set_program(ps, value);
    if (strcmp(name, "body") == 0)
        return set_body_file(ps, o, value);
    if (strcmp(name, "header") == 0)
        return set_header(ps, o, value);
    for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++)
        if (strcmp(name, headers[i]) == 0) {
            if (strpbrk(value, "\r\n"))
                return fail_word(ps, "a header has one line", value, NULL);
            add_header(ps, o, name, value);
            return true;
        }
    return fail_word(ps, "no such option", name, sc_word_nearest(options, name));
}

/* ---- parts --------------------------------------------------------------------------------- */

size_t sc_script_until(const char *text, size_t n, char stop)
{
    size_t i = 0;

    while (i < n && text[i] != stop)
        i += text[i] == '\\' && i + 1 < n ? 2 : 1;
    return i;
}

/* The n bytes of text at `at`, without blanks around them and without backslashes. */
static char *cook(struct parse *ps, size_t at, size_t n)
{
    const char *p = ps->text + at;
    char *start = ps->cooked, *to = start;

    for (; n > 0 && strchr(BLANKS, *p); p++, n--)
        at++;
    ps->at = at;
    for (size_t i = 0; i < n; i++) {
        if (p[i] == '\\' && i + 1 < n)
            *to++ = p[++i] == 'n' ? '\n' : p[i];
        else
            *to++ = p[i];
    }
    *to = '\0';
    ps->cooked = to + 1;
    return start;
}

static void trim_end(char *s)
{
    size_t n = strlen(s);

    while (n > 0 && strchr(BLANKS, s[n - 1]))
        s[--n] = '\0';
}

static const char *nearest_word(const struct parse *ps, const char *typed)
{
    const char *known[sizeof words / sizeof words[0] + 1];
    size_t n = 0;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (!words[i].curl_code || (ps->flags & SC_SCRIPT_CLIENT))
            known[n++] = words[i].word;
    known[n] = NULL;
    return sc_word_nearest(known, typed);
}

/* "curl-28": any other result of libcurl. */
static bool is_curl_code(const char *word, int *code)
{
    int64_t n;

    if (strncmp(word, "curl-", 5) != 0 || !sc_script_number(word + 5, strlen(word + 5), 99, &n) ||
        n == 0)
        return false;
    *code = (int)n;
    return true;
}

static bool set_word(const struct parse *ps, struct sc_outcome *o, const char *word)
{
    int64_t status;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i].word) != 0)
            continue;
        if (words[i].curl_code && !(ps->flags & SC_SCRIPT_CLIENT))
            return fail_word(ps, "no server can do this, steadycurl run --fault can", word, NULL);
        if (words[i].fault == SC_FAULT_DRIP && (ps->flags & SC_SCRIPT_CLIENT))
            return fail_word(ps, "the mock can do this, a real answer keeps its pace", word, NULL);
        o->fault = words[i].fault;
        o->kind = words[i].kind;
        o->status = words[i].status;
        o->curl_code = words[i].curl_code;
        return true;
    }
    if ((ps->flags & SC_SCRIPT_CLIENT) && is_curl_code(word, &o->curl_code)) {
        o->fault = SC_FAULT_CODE;
        return true;
    }
    if (!sc_script_number(word, strlen(word), 999, &status) || status < 200)
        return fail_word(ps, "neither a status nor a word of the script language", word,
                         nearest_word(ps, word));
    o->status = (int)status;
    return true;
}

/* The part before the first ';': a status or a word, with its value, and an optional *COUNT. */
static bool read_word(struct parse *ps, struct sc_outcome *o, char *word, int64_t *count)
{
    char *star = strchr(word, '*'), *value;

    trim_end(word);
    *count = 1;
    if (star) {
        *star = '\0';
        if (!sc_script_number(star + 1, strlen(star + 1), 1000000000, count) || *count == 0)
            return fail_word(ps, "not a count", star + 1, NULL);
    }
    trim_end(word);
    value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    if (!set_word(ps, o, word))
        return false;
    for (size_t i = 0; value && i < sizeof values / sizeof *values; i++)
        if (strcmp(word, values[i].word) == 0)
            return set_option(ps, o, values[i].option, value);
    return !value || fail_word(ps, "takes no value", word, NULL);
}

static bool read_outcome(struct parse *ps, struct sc_outcome *o, size_t at, size_t n,
                         int64_t *count)
{
    size_t end = at + n, part = sc_script_until(ps->text + at, n, ';');
    bool good = read_word(ps, o, cook(ps, at, part), count);

    for (at += part; good && at < end; at += part) {
        char *option, *equal;

        at++;
        part = sc_script_until(ps->text + at, end - at, ';');
        option = cook(ps, at, part);
        equal = strchr(option, '=');
        if (equal)
            *equal = '\0';
        trim_end(option);
        good = set_option(ps, o, option, equal ? equal + 1 : option + strlen(option));
    }
    return good;
}

/* What is one outcome's, of all the text. */
static bool add_outcome(struct parse *ps, size_t at, size_t n)
{
    struct sc_script *s = ps->script;
    struct sc_outcome *o = &s->items[s->n];
    int64_t count;
    size_t before = 0;

    while (before < n && strchr(BLANKS, ps->text[at + before]))
        before++;
    while (n > before && strchr(BLANKS, ps->text[at + n - 1]))
        n--;
    *o = (struct sc_outcome){.status = 200,
                             .ms = -1,
                             .at = -1,
                             .percent = -1,
                             .after = -1,
                             .bytes = -1,
                             .retry_after_date = -1,
                             .text = ps->cooked};
    memcpy(ps->cooked, ps->text + at + before, n - before);
    ps->cooked += n - before;
    *ps->cooked++ = '\0';
    s->n++;
    if (!read_outcome(ps, o, at, n, &count))
        return false;
    o->upto = (s->n > 1 ? s->items[s->n - 2].upto : 0) + (uint64_t)count;
    return true;
}

/* ---- scripts ------------------------------------------------------------------------------- */

static size_t count_of(const char *text, size_t n, char c)
{
    size_t count = 0;

    for (size_t i = 0; i < n; i++)
        count += text[i] == c;
    return count;
}

/* One block: the script, its outcomes, their headers, and all texts twice, as written and as meant.
 */
static bool make_room(struct parse *ps, size_t n)
{
    size_t items = count_of(ps->text, n, ',') + 1, headers = count_of(ps->text, n, ';') + items;
    size_t texts = 2 * (n + items + headers + 1);
    char *block = calloc(1, sizeof *ps->script + items * sizeof(struct sc_outcome) +
                                headers * sizeof(struct sc_outcome_header) + texts);

    if (!block)
        return false;
    ps->script = (struct sc_script *)block;
    ps->script->refs = 1;
    ps->script->items = (struct sc_outcome *)(block + sizeof *ps->script);
    ps->headers = (struct sc_outcome_header *)(ps->script->items + items);
    ps->cooked = (char *)(ps->headers + headers);
    return true;
}

struct sc_script *sc_script_parse(const char *text, size_t n, unsigned flags,
                                  struct sc_script_error *err)
{
    struct parse ps = {.flags = flags, .err = err, .text = text};
    size_t at = 0;
    bool good;

    if (!make_room(&ps, n)) {
        *err = (struct sc_script_error){0, "out of memory"};
        return NULL;
    }
    do {
        size_t part = sc_script_until(text + at, n - at, ',');

        good = add_outcome(&ps, at, part);
        at += part + 1;
    } while (good && at <= n);
    if (good)
        return ps.script;
    sc_script_unref(ps.script);
    return NULL;
}

struct sc_script *sc_script_ref(struct sc_script *s)
{
    s->refs++;
    return s;
}

void sc_script_unref(struct sc_script *s)
{
    if (!s || --s->refs > 0)
        return;
    for (size_t i = 0; i < s->n; i++)
        free(s->items[i].file);
    free(s);
}

const struct sc_outcome *sc_script_at(const struct sc_script *s, uint64_t turn)
{
    for (size_t i = 0; i + 1 < s->n; i++)
        if (turn < s->items[i].upto)
            return &s->items[i];
    return &s->items[s->n - 1];
}
