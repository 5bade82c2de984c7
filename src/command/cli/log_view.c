/* log_view.c - see log_view.h: what is wanted, and one call's story. */
#include "cli/log_view.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/print.h"
#include "cli/when.h"
#include "core/units.h"

static bool fits(const char *pattern, const char *text)
{
    return !pattern || fnmatch(pattern, text, 0) == 0;
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

bool sc_log_selects(const struct sc_log_select *s, const struct sc_log_line *l)
{
    if (l->time_ms < s->since || l->time_ms >= s->until || l->level > s->level)
        return false;
    if (s->failed && l->level > SC_LOG_WARN)
        return false;
    if (s->call && strncmp(l->call, s->call, strlen(s->call)) != 0)
        return false;
    return fits(s->model, l->model) && fits(s->program, l->program) && fits(s->rule, l->rule);
}

int sc_log_level_named(const char *name)
{
    static const char *const names[] = {"error", "warn", "info", "debug"};

    for (int i = 0; i < 4; i++)
        if (is(names[i], name))
            return i;
    return -1;
}

bool sc_log_coloured(void)
{
    const char *no = getenv("NO_COLOR");

    return isatty(STDOUT_FILENO) && !(no && *no);
}

const char *sc_log_colour(enum sc_log_level level)
{
    return level == SC_LOG_ERROR ? "\033[31m" : level == SC_LOG_WARN ? "\033[33m" : "";
}

/* ---- the story ---- */

/* "HTTP 503", or what libcurl said. */
static void put_cause(const struct sc_log_line *l)
{
    if (l->text[0] && l->curl_code != 0 && l->status <= 0)
        sc_print(stdout, "%s", l->text);
    else if (l->status > 0)
        printf("HTTP %" PRId64, l->status);
    else if (l->curl_code > 0)
        printf("curl error %" PRId64, l->curl_code);
    else
        sc_print(stdout, "%s", l->text[0] ? l->text : "nothing came");
}

static void put_class(const struct sc_log_line *l)
{
    if (l->class[0] && !is(l->class, "ok"))
        sc_print(stdout, " (%s)", l->class);
}

static void tell_attempt(const struct sc_log_line *l)
{
    printf("attempt %" PRId64 ": ", l->attempt);
    put_cause(l);
    put_class(l);
    if (l->ms >= 0)
        printf(" after %s", sc_time_words(l->ms).s);
    if (l->will_retry && l->wait_ms > 0)
        printf("; tried again %s later", sc_time_words(l->wait_ms).s);
    else if (l->will_retry)
        printf("; tried again at once");
    else if (!is(l->class, "ok") && l->class[0])
        sc_print(stdout, "; not tried again%s%s", l->reason[0] ? ": " : "", l->reason);
}

static void tell_wait(const struct sc_log_line *l)
{
    sc_print(stdout, "%s %s%s%s%s", is(l->event, "waited") ? "waited" : "waits",
             sc_time_words(l->ms < 0 ? 0 : l->ms).s, l->reason[0] ? " (" : "", l->reason,
             l->reason[0] ? ")" : "");
}

static void tell_call(const struct sc_log_line *l)
{
    if (is(l->outcome, "ok"))
        printf("it went well: ");
    else if (is(l->outcome, "synthesized"))
        printf("answered by steadycurl, not sent: ");
    else
        printf("it failed: ");
    put_cause(l);
    put_class(l);
    if (l->reason[0])
        sc_print(stdout, ", %s", l->reason);
    if (l->attempts >= 0)
        printf("; %" PRId64 " attempt%s", l->attempts, l->attempts == 1 ? "" : "s");
    if (l->ms >= 0)
        printf(", %s in all", sc_time_words(l->ms).s);
    if (l->input >= 0 || l->output >= 0)
        printf("; %" PRId64 " tokens in, %" PRId64 " out%s", l->input < 0 ? 0 : l->input,
               l->output < 0 ? 0 : l->output, l->estimated ? " (estimated)" : "");
    if (l->cost_nano >= 0)
        printf("; %s", sc_usd_words(l->cost_nano).s);
}

void sc_log_tell(const struct sc_log_line *l, bool coloured)
{
    char when[40];
    const char *colour = coloured ? sc_log_colour(l->level) : "";

    printf("%s%s  ", colour, sc_when_write(l->time_ms, !l->from_text, when));
    if (is(l->event, "attempt"))
        tell_attempt(l);
    else if (is(l->event, "wait") || is(l->event, "waited"))
        tell_wait(l);
    else if (is(l->event, "call"))
        tell_call(l);
    else
        sc_print(stdout, "%s: %s", l->event, l->text[0] ? l->text : l->class);
    printf("%s\n", *colour ? SC_LOG_COLOUR_END : "");
}
