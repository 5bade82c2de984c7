/* log_search.c - see log_search.h. */
#include "cli/log_search.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/print.h"
#include "ledger/log_find.h"
#include "log/plain.h"

#define FIRST_LOOK (1L << 18)

/* ---- what becomes of a line ---- */

/* The last `lines` of them; of all, each at once. */
static void keep_line(struct sc_log_search *s, const char *line, size_t n)
{
    char **place;

    if (s->lines < 0 || !s->last) {
        s->show(line, n, s->json);
    } else if (s->lines > 0) {
        place = &s->last[s->found % s->lines];
        free(*place);
        *place = strndup(line, n);
    }
    s->found++;
}

static void tell(struct sc_log_search *s, const struct sc_log_line *l, const char *line, size_t n)
{
    if (!l->call[0])
        return;
    if (!s->id[0]) {
        memcpy(s->id, l->call, sizeof s->id);
        if (!s->json) {
            sc_print(stdout, "call %s of %s (pid %lld)", l->call, l->program, (long long)l->pid);
            sc_print(stdout, ", model %s at %s, rule %s\n", l->model[0] ? l->model : "unknown",
                     l->host[0] ? l->host : "?", l->rule[0] ? l->rule : "?");
        }
    }
    if (strcmp(s->id, l->call) != 0) {
        s->ambiguous = true;
        return;
    }
    s->found++;
    s->ended = s->ended || strcmp(l->event, "call") == 0;
    s->coarse = s->coarse || l->from_text;
    if (s->json)
        s->show(line, n, true);
    else
        sc_log_tell(l, sc_log_coloured());
}

static void take(struct sc_log_search *s, const char *line, size_t n)
{
    struct sc_log_line l;

    if (!sc_log_line_read(&l, line, n)) {
        s->odd++;
        return;
    }
    if (s->mode == SC_LOG_CALLS)
        sc_log_calls_take(s->calls, &l);
    else if (!sc_log_selects(&s->select, &l))
        return;
    else if (s->mode == SC_LOG_STORY)
        tell(s, &l, line, n);
    else
        keep_line(s, line, n);
}

/* A call's id stands in each of its lines: what does not hold it needs no closer look. */
static bool may_be_told(const struct sc_log_search *s, const char *line, size_t n)
{
    return s->mode != SC_LOG_STORY || memmem(line, n, s->select.call, strlen(s->select.call));
}

/* Lines may be a little late (ledger/log_find.h). */
static bool is_over(const struct sc_log_search *s, const char *line, size_t n)
{
    return s->select.until < INT64_MAX - SC_LOG_LATE_MS &&
           sc_log_line_time(line, n) >= s->select.until + SC_LOG_LATE_MS;
}

static bool take_line(void *search, const char *line, size_t n)
{
    struct sc_log_search *s = search;

    if (may_be_told(s, line, n))
        take(s, line, n);
    return !is_over(s, line, n);
}

/* ---- where to begin ---- */

static void forget(struct sc_log_search *s)
{
    for (long i = 0; s->last && i < s->lines; i++) {
        free(s->last[i]);
        s->last[i] = NULL;
    }
    s->found = s->odd = 0;
}

static bool begin(struct sc_log_search *s)
{
    forget(s);
    if (s->mode == SC_LOG_CALLS) {
        if (s->calls)
            sc_log_calls_free(s->calls);
        s->calls = sc_log_calls_new(&s->select, s->lines, s->json);
        return s->calls != NULL;
    }
    if (s->mode == SC_LOG_LINES && s->lines > 0 && !s->last)
        s->last = calloc((size_t)s->lines, sizeof *s->last);
    return s->lines <= 0 || s->last || s->mode == SC_LOG_STORY;
}

static bool has_enough(const struct sc_log_search *s)
{
    return (s->mode == SC_LOG_CALLS ? sc_log_calls_found(s->calls) : s->found) >= s->lines;
}

static long size_of(FILE *f)
{
    return f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
}

/* From the end backwards, four times as far each time. */
static bool read_last(struct sc_log_search *s, FILE *f, FILE *old)
{
    long size = size_of(f), before = size_of(old), from = 0, from_old = 0;

    for (long bytes = FIRST_LOOK;; bytes *= 4) {
        if (!begin(s))
            return false;
        from = sc_log_find_end(f, bytes);
        from_old =
            from == 0 && old ? sc_log_find_end(old, bytes > size ? bytes - size : 0) : before;
        if (old && from_old < before)
            sc_log_read_from(old, from_old, take_line, s);
        sc_log_read_from(f, from, take_line, s);
        if (has_enough(s) || (from == 0 && (!old || from_old == 0)) || bytes > LONG_MAX / 8)
            return true;
    }
}

static void print_found(struct sc_log_search *s)
{
    long first = s->found > s->lines ? s->found - s->lines : 0;

    if (s->mode == SC_LOG_CALLS)
        sc_log_calls_print(s->calls);
    for (long i = first; s->last && i < s->found; i++)
        s->show(s->last[i % s->lines], strlen(s->last[i % s->lines]), s->json);
}

bool sc_log_search(struct sc_log_search *s, FILE *f, const char *path)
{
    bool limited = s->mode != SC_LOG_STORY && s->lines > 0 && s->select.since <= 0;
    FILE *old = limited && size_of(f) >= 0 ? sc_log_rotated(path) : NULL;
    bool good = true;

    if (limited && size_of(f) >= 0)
        good = read_last(s, f, old);
    else if ((good = begin(s)))
        sc_log_read_since(f, path, s->select.since, take_line, s);
    if (old)
        fclose(old);
    if (!good)
        return false;
    print_found(s);
    fflush(stdout);
    return true;
}

void sc_log_search_more(struct sc_log_search *s, const char *line, size_t n)
{
    if (s->mode == SC_LOG_CALLS)
        sc_log_calls_go_on(s->calls);
    s->lines = -1;
    take(s, line, n);
}
