/* top_screen.c - the screen of top; see top.h. Everything that comes from outside goes through
 * sc_plain: a terminal must not obey it. */
#include <ncurses.h>
#include <string.h>
#include <time.h>

#include "base/now.h"
#include "cli/top.h"
#include "core/units.h"
#include "ledger/reading.h"
#include "log/plain.h"
#include "state/state.h"

enum { GOOD = 1, RISK, WAIT, BAD, BAR_WIDTH = 20, ROWS_MAX = 500 };

static const int colours[] = {[SC_CALLS_GO] = GOOD,
                              [SC_CALLS_AT_RISK] = RISK,
                              [SC_CALLS_WAIT] = WAIT,
                              [SC_CALLS_REFUSED] = BAD};

static void put(const char *text)
{
    char plain[512];

    sc_plain(text, strlen(text), '?', plain, sizeof plain);
    addstr(plain);
}

/* At most `width` columns of it with a blank behind, and blanks up to there. */
static void put_cell(const char *text, int width)
{
    int y, x, end, at;

    getyx(stdscr, y, x);
    end = x + width < COLS ? x + width : COLS;
    if (x >= end)
        return;
    put(text);
    getyx(stdscr, y, at);
    at = at < end ? at : end - 1; /* what is too long is cut */
    mvhline(y, at, ' ', COLS - at);
    move(y, end < COLS ? end : COLS - 1);
}

static void put_headline(struct sc_top *t, int64_t now)
{
    struct sc_finding worst;

    move(0, 0);
    if (!t->view.region) {
        addstr("nothing known yet");
        clrtoeol();
        return;
    }
    sc_state_worst(&t->view, NULL, now, (int64_t)time(NULL), &worst);
    attron(COLOR_PAIR(colours[worst.how]) | A_BOLD);
    addstr(sc_how_words(worst.how));
    attroff(COLOR_PAIR(colours[worst.how]) | A_BOLD);
    if (worst.how != SC_CALLS_GO) {
        addch(' ');
        put(worst.words);
        printw(" (");
        put(worst.scope);
        printw(")");
    }
    clrtoeol();
}

static void put_rates(struct sc_top *t)
{
    size_t width = COLS > 60 ? (size_t)(COLS - 50) : 10;
    char spark[3 * SC_TOP_RATES + 1];
    int64_t now_ms = sc_wall_ms();
    struct sc_calls_rate r;

    width = width < SC_TOP_RATES ? width : SC_TOP_RATES;
    sc_calls_rate(t->calls, now_ms - 10000, &r);
    sc_top_spark(t->rates + SC_TOP_RATES - width, width, spark);
    mvprintw(1, 0, "%.1f a second, %lld failed",
             (double)r.calls * 1000 / (double)sc_calls_rate_over_ms(&r, now_ms),
             (long long)r.failed);
    if (r.calls > 0)
        printw(", p50 %s, p95 %s", sc_time_words(r.p50_ms).s, sc_time_words(r.p95_ms).s);
    clrtoeol();
    mvaddstr(1, COLS - (int)width, spark);
}

static void put_bar(int64_t used, int64_t most)
{
    int full = most > 0 ? (int)(used * BAR_WIDTH / most) : 0;

    full = full < BAR_WIDTH ? full : BAR_WIDTH;
    addch('[');
    for (int i = 0; i < BAR_WIDTH; i++)
        addch(i < full ? '|' : ' ');
    addch(']');
}

/* A lamp, the scope, and the bars of what fills. */
static void put_scope(struct sc_top *t, const struct sc_scope_view *s, int64_t now)
{
    struct sc_limit_reading l;
    struct sc_finding worst;

    sc_scope_worst(&t->view, s, now, (int64_t)time(NULL), &worst);
    attron(COLOR_PAIR(colours[worst.how]));
    put_cell(sc_how_name(worst.how), 9);
    attroff(COLOR_PAIR(colours[worst.how]));
    put_cell(s->label, COLS > 110 ? 64 : 44);
    if (s->words[SC_SLOT_REQUESTS] && sc_limit_reading(s->words[SC_SLOT_REQUESTS], now, &l)) {
        put_bar(l.in_use, l.at_once);
        printw(" %lld/%lld calls", (long long)l.in_use, (long long)l.at_once);
    } else if (s->words[SC_SLOT_TOKENS] && sc_limit_reading(s->words[SC_SLOT_TOKENS], now, &l)) {
        put_bar(l.in_use, l.at_once);
        printw(" %lld/%lld tokens", (long long)l.in_use, (long long)l.at_once);
    } else if (worst.how != SC_CALLS_GO) {
        put(worst.words);
    }
    clrtoeol();
}

/* Those of which something is to be said, the worst first. Returns the next free line. */
static int put_scopes(struct sc_top *t, int64_t now)
{
    int y = 3, last = LINES / 3;

    for (int how = SC_CALLS_REFUSED; how >= SC_CALLS_GO; how--)
        for (size_t i = 0; i < t->view.n && y <= last; i++) {
            struct sc_finding f;

            sc_scope_worst(&t->view, &t->view.scopes[i], now, (int64_t)time(NULL), &f);
            if ((int)f.how != how)
                continue;
            move(y++, 0);
            put_scope(t, &t->view.scopes[i], now);
        }
    return y;
}

static void put_call(const struct sc_call_seen *s)
{
    const struct sc_log_line *l = &s->end;
    bool ok = sc_ending_of(l) != SC_CALL_FAILED;
    time_t at = (time_t)(l->time_ms / 1000);
    char text[64] = "";
    struct tm tm;

    if (localtime_r(&at, &tm))
        strftime(text, sizeof text, "%H:%M:%S", &tm);
    put_cell(text, 9);
    put_cell(l->program, 14);
    put_cell(l->model, 22);
    sc_log_outcome_words(l, text, sizeof text);
    attron(COLOR_PAIR(!ok ? BAD : l->attempts > 1 ? RISK : GOOD));
    put_cell(text, 26);
    attroff(COLOR_PAIR(!ok ? BAD : l->attempts > 1 ? RISK : GOOD));
    snprintf(text, sizeof text, "%lld", (long long)(l->attempts < 0 ? 0 : l->attempts));
    put_cell(text, 9);
    put_cell(s->waited_ms > 0 ? sc_time_words(s->waited_ms).s : "-", 11);
    put_cell(l->ms >= 0 ? sc_time_words(l->ms).s : "-", 11);
    put_cell(l->cost_nano >= 0 ? sc_usd_words(l->cost_nano).s : "-", 14);
    clrtoeol();
}

static void put_calls(struct sc_top *t, int y)
{
    uint64_t numbers[ROWS_MAX];
    size_t n = sc_top_order(t->calls, &t->wish, numbers, ROWS_MAX);
    size_t rows = LINES > y + 2 ? (size_t)(LINES - y - 2) : 0;

    if (t->first + rows > n)
        t->first = n > rows ? n - rows : 0;
    attron(A_REVERSE);
    mvprintw(y, 0, "%-8s %-13s %-21s %-25s %-8s %-10s %-10s %s", "TIME", "PROGRAM", "MODEL",
             "OUTCOME", "ATTEMPTS", "WAITED", "TOOK", "COST");
    hline(' ', COLS);
    attroff(A_REVERSE);
    for (size_t i = 0; i < rows; i++) {
        move(y + 1 + (int)i, 0);
        if (t->first + i < n)
            put_call(sc_calls_at(t->calls, numbers[t->first + i]));
        else
            clrtoeol();
    }
}

static void put_foot(const struct sc_top *t)
{
    move(LINES - 1, 0);
    if (t->typing) {
        printw("/");
        put(t->wish.text);
    } else {
        printw("q quit  s by %s  f %s  r %s  / %s%s  space %s", sc_top_sort_names[t->wish.sort],
               t->wish.failed ? "FAILED" : "failed", t->wish.retried ? "RETRIED" : "retried",
               t->wish.text[0] ? "\"" : "find", t->wish.text, t->held ? "GO ON" : "hold");
    }
    clrtoeol();
}

void sc_top_draw(struct sc_top *t)
{
    int64_t now = sc_state_now();
    int y;

    sc_state_view_read(&t->view);
    put_headline(t, now);
    put_rates(t);
    move(2, 0);
    clrtoeol();
    y = put_scopes(t, now);
    move(y, 0);
    clrtoeol();
    put_calls(t, y + 1);
    put_foot(t);
    refresh();
}
