/* cmd_top.c - steadycurl top: what calls do, live, in a terminal. */
#include <limits.h>
#include <locale.h>
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/now.h"
#include "cli/cli.h"
#include "cli/logfile.h"
#include "cli/top.h"
#include "cli/usage.h"
#include "ledger/waiting.h"

enum { FIRST_LOOK = 4 << 20, EACH_LOOK = 8 << 20, KEY_MS = 250 };

static const struct sc_option options[] = {
    SC_OPTION_POLICY("the policy whose log to show"),
    SC_OPTION_LOG("the log to show (default: $STEADYCURL_LOG, else the policy's)"),
    SC_OPTION_STATE_SHARED,
    SC_OPTIONS_END,
};

static const struct sc_usage usage = {
    "top", "[OPTION...]",
    "Shows in the terminal, live, what calls do: what is refused or waits, and the last calls.\n"
    "Keys: q ends; s sorts by time, took, cost or attempts; f and r show only what failed, what\n"
    "was tried again; / finds; space holds the rows; arrows and pages move among them.",
    options};

static void take_line(void *arg, const char *line, size_t n)
{
    struct sc_top *t = arg;
    struct sc_log_line l;

    if (sc_log_line_read(&l, line, n))
        sc_calls_take(t->calls, &l);
}

static void look(struct sc_top *t, const char *state, int64_t *counted)
{
    int64_t now = sc_monotonic_ms() / 1000;

    if (!t->view.region) {
        free(t->view.scopes);
        sc_state_view_open(&t->view, state);
    }
    if (t->tail.path && !t->held) {
        sc_waiting_write_out(t->tail.path, state);
        (void)sc_log_tail_read(&t->tail, EACH_LOOK, take_line, t);
    }
    for (; *counted < now; ++*counted) { /* of seconds that were slept through: nothing is known */
        memmove(t->rates, t->rates + 1, (SC_TOP_RATES - 1) * sizeof *t->rates);
        t->rates[SC_TOP_RATES - 1] = (int64_t)(sc_calls_last(t->calls) - t->seen);
        t->seen = sc_calls_last(t->calls);
    }
}

/* A key while text to look for is typed. */
static void type(struct sc_top *t, int key)
{
    size_t n = strlen(t->wish.text);

    if (key == '\n' || key == KEY_ENTER) {
        t->typing = false;
    } else if (key == 27) {
        t->typing = false;
        t->wish.text[0] = '\0';
    } else if (key == KEY_BACKSPACE || key == 127 || key == '\b') {
        if (n > 0)
            t->wish.text[n - 1] = '\0';
    } else if (key >= ' ' && key < 127 && n + 1 < sizeof t->wish.text) {
        t->wish.text[n] = (char)key;
        t->wish.text[n + 1] = '\0';
    }
}

static void move_rows(struct sc_top *t, long by)
{
    long to = (long)t->first + by;

    t->first = to > 0 ? (size_t)to : 0;
}

/* False: it ends. */
static bool obey(struct sc_top *t, int key)
{
    if (t->typing) {
        type(t, key);
        return true;
    }
    switch (key) {
    case 'q':
        return false;
    case 's':
        t->wish.sort = (t->wish.sort + 1) % SC_TOP_SORTS;
        break;
    case 'f':
        t->wish.failed = !t->wish.failed;
        break;
    case 'r':
        t->wish.retried = !t->wish.retried;
        break;
    case '/':
        t->typing = true;
        break;
    case ' ':
        t->held = !t->held;
        break;
    case KEY_UP:
    case KEY_DOWN:
        move_rows(t, key == KEY_UP ? -1 : 1);
        break;
    case KEY_PPAGE:
    case KEY_NPAGE:
        move_rows(t, (key == KEY_PPAGE ? -1 : 1) * (LINES / 2));
        break;
    case 'L' - '@': /* Control and L: all anew */
        clearok(stdscr, true);
        break;
    case KEY_HOME:
        t->first = 0;
        break;
    default:
        break;
    }
    return true;
}

static bool begin_screen(void)
{
    const char *no_colour = getenv("NO_COLOR");

    if (!newterm(NULL, stdout, stdin))
        return false;
    cbreak();
    noecho();
    curs_set(0);
    keypad(stdscr, true);
    set_escdelay(25);
    timeout(KEY_MS);
    if (has_colors() && !(no_colour && *no_colour)) {
        start_color();
        use_default_colors();
        for (short i = 1; i <= 4; i++)
            init_pair(i, (const short[]){COLOR_GREEN, COLOR_YELLOW, COLOR_BLUE, COLOR_RED}[i - 1],
                      -1);
    }
    return true;
}

static int run(struct sc_top *t, const char *state)
{
    int64_t counted = sc_monotonic_ms() / 1000;
    int key = ERR;

    if (!begin_screen())
        return sc_usage_wrong(&usage, "no such terminal: TERM is %s",
                              getenv("TERM") ? getenv("TERM") : "not set");
    do {
        look(t, state, &counted);
        sc_top_draw(t);
        key = getch();
    } while (obey(t, key));
    endwin();
    return 0;
}

int sc_cmd_top(int argc, char **argv)
{
    struct sc_args a = sc_args_begin(argc, argv);
    const char *policy = NULL, *log = NULL, *state = NULL;
    static struct sc_top t;
    char path[PATH_MAX];
    int opt, status;

    while ((opt = sc_args_next(&a, &usage)) > 0) {
        if (opt == SC_OPT_POLICY)
            policy = a.value;
        if (opt == SC_OPT_LOG)
            log = a.value;
        if (opt == SC_OPT_STATE)
            state = a.value;
    }
    if (opt == SC_ARGS_HELP)
        return 0;
    if (opt == SC_ARGS_WRONG)
        return 2;
    if (a.i < argc)
        return sc_usage_wrong(&usage, "unexpected argument \"%s\"", argv[a.i]);
    if (!isatty(STDOUT_FILENO) || !isatty(STDIN_FILENO))
        return sc_usage_wrong(&usage, "needs a terminal; for a pipe: status, log --calls");
    setlocale(LC_CTYPE, "");
    if (!sc_state_view_open(&t.view, state))
        return sc_usage_wrong(&usage, "no state folder can be named");
    if (!(t.calls = sc_calls_new()))
        return sc_usage_wrong(&usage, "out of memory");
    if (sc_logfile_find(&usage, log, policy, path, sizeof path)) {
        sc_log_tail_open(&t.tail, path, FIRST_LOOK);
        (void)sc_log_tail_read(&t.tail, EACH_LOOK, take_line, &t);
    } else if (log || policy) {
        return 1;
    }
    t.seen = sc_calls_last(t.calls);
    status = run(&t, state);
    sc_calls_free(t.calls);
    return status;
}
