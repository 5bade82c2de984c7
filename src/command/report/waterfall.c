/* waterfall.c - calls, each with what happened within it along its time; see inside.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/markup.h"
#include "core/units.h"
#include "report/inside.h"

enum { SPANS_SHOWN = 24 };

static const char *class_of(const struct sc_span *s)
{
    if (s->kind == SC_SPAN_WAIT)
        return "gap-bar";
    if (s->kind == SC_SPAN_EVENT)
        return "mark-bar";
    return strcmp(s->what, "ok") == 0 ? "ok-bar" : "bad-bar";
}

/* One part: when, what, and where it lies in the call's time. */
static void put_part(FILE *f, const struct sc_span *s, int64_t begin_ms, int64_t whole_ms)
{
    double x = 400.0 * (double)(s->begin_ms - begin_ms) / (double)whole_ms;
    double width = 400.0 * (double)s->ms / (double)whole_ms;
    char words[256];

    if (width < 3)
        width = 3;
    if (x > 400 - width)
        x = 400 - width;
    fprintf(f, "<li><span class=\"at\">+%s</span><span class=\"what\">",
            sc_time_words(s->begin_ms - begin_ms).s);
    sc_markup(f, sc_span_words(s, words, sizeof words));
    fprintf(f,
            "</span><svg viewBox=\"0 0 400 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
            "<rect class=\"%s\" x=\"%.1f\" y=\"0\" width=\"%.1f\" height=\"10\" rx=\"1\"/></svg>"
            "</li>\n",
            class_of(s), x > 0 ? x : 0, width);
}

static void put_parts(FILE *f, const struct sc_call_seen *c)
{
    const struct sc_log_line *l = &c->end;
    int64_t begin = sc_call_begin_ms(c), whole = l->time_ms - begin;
    struct sc_span only = {.kind = SC_SPAN_ATTEMPT, .ms = l->ms, .status = l->status};
    struct sc_span first = {.kind = SC_SPAN_EVENT, .status = -1, .what = "first token"};

    if (whole < 1)
        whole = 1;
    fputs("<ol class=\"parts\">\n", f);
    for (size_t i = 0; i < c->n_spans && i < SPANS_SHOWN; i++)
        put_part(f, &c->spans[i], begin, whole);
    if (c->n_spans == 0 && l->ms >= 0 && l->attempts > 0) {
        only.begin_ms = l->time_ms - l->ms;
        snprintf(only.what, sizeof only.what, "%s", l->class);
        put_part(f, &only, begin, whole);
    }
    if (l->first_token_ms > 0 && l->ms >= 0) {
        first.begin_ms = l->time_ms - l->ms + l->first_token_ms;
        put_part(f, &first, begin, whole);
    }
    fputs("</ol>\n", f);
    if (c->n_spans > SPANS_SHOWN)
        fprintf(f, "<p class=\"dim\">and %zu more</p>\n", c->n_spans - SPANS_SHOWN);
}

static void put_fact(FILE *f, const char *before, const char *text)
{
    if (!text[0])
        return;
    fputs(before, f);
    sc_markup(f, text);
}

static void put_call(FILE *f, const struct sc_call_seen *c)
{
    const struct sc_log_line *l = &c->end;
    char when[32], words[96], money[32];

    sc_log_outcome_words(l, words, sizeof words);
    fprintf(f, "<article class=\"scope\"><h3><span class=\"%s\">",
            sc_ending_of(l) == SC_CALL_FAILED ? "failed" : "good");
    sc_markup(f, words);
    fputs("</span>", f);
    if (l->ms >= 0)
        fprintf(f, " after %s", sc_time_words(l->ms).s);
    fprintf(f, "</h3>\n<p class=\"dim\">%s", sc_utc_words(l->time_ms, when));
    put_fact(f, " &#183; ", l->program);
    put_fact(f, " &#183; ", l->model);
    put_fact(f, " at ", l->host);
    put_fact(f, " &#183; rule ", l->rule);
    put_fact(f, " &#183; ", l->task);
    put_fact(f, " &#183; ", l->reason);
    if (l->cost_nano > 0)
        put_fact(f, " &#183; ", sc_money_words(l->cost_nano, money));
    put_fact(f, " &#183; call ", l->call);
    fputs("</p>\n", f);
    put_parts(f, c);
    fputs("</article>\n", f);
}

void sc_put_shown(FILE *f, const struct sc_shown *s)
{
    bool coarse = false;

    fputs("<p class=\"legend\"><i class=\"ok-bar\"></i>attempt that went well "
          "<i class=\"bad-bar\"></i>one that did not <i class=\"gap-bar\"></i>wait "
          "<i class=\"mark-bar\"></i>event</p>\n",
          f);
    for (size_t i = 0; i < s->n; i++) {
        coarse |= s->calls[i].end.from_text;
        put_call(f, &s->calls[i]);
    }
    if (coarse)
        fputs("<p class=\"dim\">From a text log: times are to the second.</p>\n", f);
}
