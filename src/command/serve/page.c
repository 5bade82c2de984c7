/*
 * page.c - the page as it is first sent, which tells what there is without a script; see inside.h.
 *
 * page.html has comments where something goes; the script writes over it.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/markup.h"
#include "core/units.h"
#include "ledger/reading.h"
#include "ledger/status_words.h"
#include "serve/inside.h"
#include "state/state.h"

enum { FIRST_CALLS = 50 };

static void put_headline(struct sc_serve *s, FILE *f)
{
    struct sc_finding worst;

    sc_state_view_read(&s->view);
    sc_state_worst(&s->view, NULL, sc_state_now(), (int64_t)time(NULL), &worst);
    fprintf(f, "<p id=\"headline\"><span class=\"lamp %s\">%s</span> ",
            s->view.region ? sc_how_name(worst.how) : "unknown",
            s->view.region ? sc_how_words(worst.how) : "nothing known yet");
    if (worst.how != SC_CALLS_GO) {
        sc_markup(f, worst.words);
        fputs(" (", f);
        sc_markup(f, worst.scope);
        fputs(")", f);
    }
    fputs("</p>\n", f);
}

/* In the words of `status`. */
static void put_scopes(struct sc_serve *s, FILE *f)
{
    struct sc_page words;
    struct sc_writer w;

    if (!sc_page_begin(&words))
        return;
    w = (struct sc_writer){.to = words.f};
    for (size_t i = 0; i < s->view.n; i++)
        sc_status_scope(&w, &s->view, &s->view.scopes[i], sc_state_now());
    fputs("<pre>", f);
    if (fclose(words.f) == 0)
        sc_markup(f, words.text);
    fputs("</pre>", f);
    free(words.text);
}

static void put_cell(FILE *f, const char *class, const char *text)
{
    fprintf(f, "<td%s>", class);
    sc_markup(f, text[0] ? text : "-");
    fputs("</td>", f);
}

static void put_call(FILE *f, const struct sc_call_seen *seen)
{
    static const char number[] = " class=\"n\"";
    const struct sc_log_line *l = &seen->end;
    bool ok = sc_ending_of(l) != SC_CALL_FAILED;
    time_t t = (time_t)(l->time_ms / 1000);
    char text[96] = "";
    struct tm tm;

    fputs("<tr>", f);
    if (localtime_r(&t, &tm))
        strftime(text, sizeof text, "%H:%M:%S", &tm);
    put_cell(f, "", text);
    put_cell(f, "", l->program);
    put_cell(f, "", l->model);
    sc_log_outcome_words(l, text, sizeof text);
    put_cell(f, ok ? " class=\"good\"" : " class=\"failed\"", text);
    snprintf(text, sizeof text, "%lld", (long long)(l->attempts < 0 ? 0 : l->attempts));
    put_cell(f, number, text);
    put_cell(f, number, seen->waited_ms > 0 ? sc_time_words(seen->waited_ms).s : "");
    put_cell(f, number, l->ms >= 0 ? sc_time_words(l->ms).s : "");
    put_cell(f, number, l->cost_nano >= 0 ? sc_usd_words(l->cost_nano).s : "");
    fputs("<td class=\"wide\"></td></tr>\n", f);
}

static void put_calls(struct sc_serve *s, FILE *f)
{
    uint64_t last = sc_calls_last(s->calls), first = sc_calls_first(s->calls);

    for (uint64_t i = last; i > first && last - i < FIRST_CALLS; i--)
        put_call(f, sc_calls_at(s->calls, i - 1));
}

static const struct {
    const char *mark;
    void (*put)(struct sc_serve *s, FILE *f);
} places[] = {
    {"<!--headline-->", put_headline},
    {"<!--scopes-->", put_scopes},
    {"<!--calls-->", put_calls},
};

/* The places stand in the order of the table. */
void sc_page_first(struct sc_serve *s, FILE *f)
{
    const char *rest = sc_serve_page;

    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        const char *at = strstr(rest, places[i].mark);

        if (!at)
            break;
        fwrite(rest, 1, (size_t)(at - rest), f);
        places[i].put(s, f);
        rest = at + strlen(places[i].mark);
    }
    fputs(rest, f);
}
