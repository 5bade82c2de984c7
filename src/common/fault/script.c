/* script.c - the words of an outcome, and scripts of them, see outcome.h. */
#include "fault/outcome.h"

#include <stdlib.h>
#include <string.h>

#include "fault/option.h"
#include "http/nearest.h"

#define BLANKS " \t\r\n"

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

/* ---- parts --------------------------------------------------------------------------------- */

size_t sc_script_until(const char *text, size_t n, char stop)
{
    size_t i = 0;

    while (i < n && text[i] != stop)
        i += text[i] == '\\' && i + 1 < n ? 2 : 1;
    return i;
}

/* The n bytes of text at `at`, without blanks around them and without backslashes. */
static char *cook(struct sc_script_reading *ps, size_t at, size_t n)
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

static const char *nearest_word(const struct sc_script_reading *ps, const char *typed)
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

static bool set_word(const struct sc_script_reading *ps, struct sc_outcome *o, const char *word)
{
    int64_t status;

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if (strcmp(word, words[i].word) != 0)
            continue;
        if (words[i].curl_code && !(ps->flags & SC_SCRIPT_CLIENT))
            return sc_script_fail(ps, "no server can do this, steadycurl run --fault can", word,
                                  NULL);
        if (words[i].fault == SC_FAULT_DRIP && (ps->flags & SC_SCRIPT_CLIENT))
            return sc_script_fail(ps, "the mock can do this, a real answer keeps its pace", word,
                                  NULL);
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
    if (!*word)
        return sc_script_fail(ps, "an outcome is missing here, such as 503, reset or ok", "", NULL);
    if (!sc_script_number(word, strlen(word), 999, &status) || status < 200)
        return sc_script_fail(ps, "neither a status nor a word of the script language", word,
                              nearest_word(ps, word));
    o->status = (int)status;
    return true;
}

/* The part before the first ';': a status or a word, with its value, and an optional *COUNT. */
static bool read_word(struct sc_script_reading *ps, struct sc_outcome *o, char *word,
                      int64_t *count)
{
    char *star = strchr(word, '*'), *value;

    trim_end(word);
    *count = 1;
    if (star) {
        *star = '\0';
        if (!sc_script_number(star + 1, strlen(star + 1), 1000000000, count) || *count == 0)
            return sc_script_fail(ps, "not a count", star + 1, NULL);
    }
    trim_end(word);
    value = strchr(word, '=');
    if (value)
        *value++ = '\0';
    if (!set_word(ps, o, word))
        return false;
    for (size_t i = 0; value && i < sizeof values / sizeof *values; i++)
        if (strcmp(word, values[i].word) == 0)
            return sc_outcome_option(ps, o, values[i].option, value);
    return !value || sc_script_fail(ps, "takes no value", word, NULL);
}

static bool read_outcome(struct sc_script_reading *ps, struct sc_outcome *o, size_t at, size_t n,
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
        good = sc_outcome_option(ps, o, option, equal ? equal + 1 : option + strlen(option));
    }
    return good;
}

/* What is one outcome's, of all the text. */
static bool add_outcome(struct sc_script_reading *ps, size_t at, size_t n)
{
    struct sc_script *s = ps->script;
    struct sc_outcome *o = &s->items[s->n];
    int64_t count;
    size_t before = 0;

    while (before < n && strchr(BLANKS, ps->text[at + before]))
        before++;
    while (n > before && strchr(BLANKS, ps->text[at + n - 1]))
        n--;
    *o = (struct sc_outcome)SC_OUTCOME(ps->cooked, 200);
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
static bool make_room(struct sc_script_reading *ps, size_t n)
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
    struct sc_script_reading ps = {.flags = flags, .err = err, .text = text};
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
