/* client.c - see client.h. */
#include "simulate/client.h"

#include <math.h>

#include "core/backoff.h"
#include "core/time.h"
#include "simulate/random.h"

/* A hint that asks for more is not waited for by programs, as openai-python has it. */
#define PROGRAM_PATIENCE_MS 60000

void sc_sim_await(struct sc_sim_world *w, struct sc_sim_client *c, int64_t at,
                  enum sc_sim_what what)
{
    c->turn++;
    w->no_memory |= !sc_sim_push(&w->heap, at, what, (uint32_t)(c - w->clients), c->turn);
}

/* ---- when calls are due ---- */

static double of_day(const struct sc_sim_world *w, int64_t ns)
{
    const struct sc_sim_calls *c = &w->scenario->calls;

    if (c->n_day == 0)
        return 1;
    return c->day[(size_t)((double)(ns % c->day_ns) / (double)c->day_ns * (double)c->n_day)];
}

static int64_t interval(const struct sc_sim_world *w, struct sc_sim_client *c, int64_t from)
{
    double every = (double)w->scenario->calls.every_ns / w->most_of_day;

    switch (w->scenario->calls.pattern) {
    case SC_SIM_EVEN:
        return from + (int64_t)every;
    case SC_SIM_TOGETHER:
        return (int64_t)((floor((double)from / every) + 1) * every);
    default:
        return from + 1 + (int64_t)(every * sc_sim_exponential(&c->random));
    }
}

/* Those that a quiet hour leaves out are passed over one by one. */
static int64_t next_due(const struct sc_sim_world *w, struct sc_sim_client *c, int64_t from)
{
    int64_t due = interval(w, c, from);

    while (due < w->scenario->for_ns &&
           sc_sim_uniform(&c->random) * w->most_of_day >= of_day(w, due))
        due = interval(w, c, due);
    return due;
}

/* A log's calls are dealt out to the clients in turn. */
static int64_t logged_due(const struct sc_sim_world *w, struct sc_sim_client *c)
{
    size_t i = (size_t)(c - w->clients) + (size_t)c->calls * (size_t)w->scenario->clients;

    return i < w->log->n ? w->log->calls[i].at_ns : INT64_MAX;
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The client is free. */
static void plan_next(struct sc_sim_world *w, struct sc_sim_client *c)
{
    if (w->log)
        c->due_ns = logged_due(w, c);
    else if (w->scenario->calls.when_busy == SC_SIM_CATCH_UP)
        c->due_ns = c->next_ns;
    else
        c->due_ns = next_due(w, c, w->now_ns);
    if (c->due_ns >= w->scenario->for_ns) {
        c->phase = SC_SIM_GONE;
        return;
    }
    c->phase = SC_SIM_IDLE;
    sc_sim_await(w, c, later(c->due_ns, w->now_ns), SC_SIM_DUE);
}

void sc_sim_client_start(struct sc_sim_world *w, struct sc_sim_client *c, uint64_t random,
                         uint64_t luck)
{
    const struct sc_sim_calls *calls = &w->scenario->calls;

    c->random = random;
    c->luck = luck;
    c->next_ns = calls->pattern == SC_SIM_TOGETHER
                     ? 0
                     : (int64_t)((double)calls->every_ns * sc_sim_uniform(&c->random));
    if (!w->log && calls->pattern == SC_SIM_POISSON)
        c->next_ns = next_due(w, c, 0);
    c->due_ns = w->log ? logged_due(w, c) : c->next_ns;
    if (c->due_ns < w->scenario->for_ns)
        sc_sim_await(w, c, c->due_ns, SC_SIM_DUE);
    else
        c->phase = SC_SIM_GONE;
}

static int64_t whole(double v)
{
    return v < 1 ? 1 : v > 1e9 ? 1000000000 : (int64_t)v;
}

void sc_sim_client_ask(struct sc_sim_world *w, struct sc_sim_client *c)
{
    const struct sc_sim_calls *calls = &w->scenario->calls;
    size_t i = (size_t)(c - w->clients) + (size_t)c->calls * (size_t)w->scenario->clients;

    c->input = whole(sc_sim_draw(&calls->input, &c->random));
    c->output = whole(sc_sim_draw(&calls->output, &c->random));
    if (w->log && i < w->log->n && w->log->calls[i].input >= 0)
        c->input = w->log->calls[i].input;
    if (w->log && i < w->log->n && w->log->calls[i].output >= 0)
        c->output = w->log->calls[i].output;
    if (calls->max_output > 0 && c->output > calls->max_output)
        c->output = calls->max_output;
    c->calls++;
    if (calls->when_busy == SC_SIM_CATCH_UP)
        c->next_ns = next_due(w, c, c->due_ns);
}

/* ---- what the program does ---- */

static void end_call(struct sc_sim_world *w, struct sc_sim_client *c, bool ok)
{
    struct sc_sim_second *second = sc_sim_second(&w->tally, w->now_ns);

    if (second && ok)
        second->answered++;
    if (second && !ok)
        second->failed++;
    w->tally.answered += ok;
    w->tally.failed += !ok;
    w->tally.last_ns = w->now_ns;
    if (ok) {
        sc_spread_add(&w->tally.took, w->now_ns - c->due_ns);
        sc_spread_add(&w->tally.waited, c->sent_ns - c->due_ns);
        w->tally.input += c->input;
        w->tally.output += c->output;
    }
    if (w->watcher.ended)
        w->watcher.ended(w->watcher.arg, (uint32_t)(c - w->clients), ok);
    plan_next(w, c);
}

/* As the client libraries of the providers do it. */
static bool tries_again(const struct sc_sim_world *w, const struct sc_sim_client *c,
                        const struct sc_sim_outcome *o)
{
    if (c->tries >= w->programs.tries || (o->final && w->programs.obeys_hints))
        return false;
    return o->curl_code != 0 || o->status == 408 || o->status == 409 || o->status == 429 ||
           o->status >= 500;
}

static int64_t own_delay_ms(const struct sc_sim_world *w, struct sc_sim_client *c,
                            const struct sc_sim_outcome *o)
{
    int64_t own =
        sc_backoff_delay(&w->programs.backoff, c->tries, &c->own_delay_ms, sc_sim_bits(&c->luck));

    if (w->programs.obeys_hints && o->hint_ms > 0 && o->hint_ms <= PROGRAM_PATIENCE_MS)
        return o->hint_ms;
    return own;
}

void sc_sim_call_over(struct sc_sim_world *w, struct sc_sim_client *c,
                      const struct sc_sim_outcome *o)
{
    if (!o->ok && tries_again(w, c, o))
        sc_sim_await(w, c, w->now_ns + own_delay_ms(w, c, o) * SC_NS_PER_MS, SC_SIM_TRY);
    else
        end_call(w, c, o->ok);
}
