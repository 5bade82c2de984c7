#include "simulate/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/backoff.h"
#include "core/time.h"
#include "http/url.h"
#include "provider/prices.h"
#include "simulate/random.h"

/* A hint that asks for more is not waited for by programs, as openai-python has it. */
#define PROGRAM_PATIENCE_MS 60000

/* Names of the streams of random numbers that a seed has. */
enum { OF_SERVICE = 1, OF_CALLS = 2, OF_JITTER = 3, OF_MEMORY = 4 };

static uint64_t stream(uint64_t seed, uint64_t what, uint64_t which)
{
    uint64_t s = seed * 8 + what;
    uint64_t mixed = sc_sim_bits(&s) ^ (which * UINT64_C(0xd1342543de82ef95));

    return sc_sim_bits(&mixed);
}

/* ---- making it ---- */

/* Whose call it is, by the policy; as engine/handle/url.c. */
static bool find_rule(struct sc_sim_world *w)
{
    const char *url = w->scenario->calls.url, *model = w->scenario->calls.model;
    struct sc_subject t = {.method = {"POST", 4}, .model = {model, strlen(model)}};
    struct sc_url u;

    if (!sc_url_split(url, strlen(url), &u))
        return false;
    t.host = (struct sc_str){u.host, u.host_len};
    t.port = u.port;
    t.path = w->path = u.path;
    if (u.port == (u.scheme_https ? 443 : 80))
        snprintf(w->host, sizeof w->host, "%s", u.host);
    else
        snprintf(w->host, sizeof w->host, "%s:%d", u.host, u.port);
    w->provider = sc_provider_by_host(u.host, u.host_len, u.port);
    if (!w->way->policy)
        return true;
    w->provider = sc_policy_provider(w->way->policy, t.host, u.port, &w->own_provider);
    w->rule = sc_policy_match(w->way->policy, &t);
    if (w->rule && w->rule->provider_given) {
        w->provider = w->rule->provider;
        w->own_provider = w->rule->own_provider;
    }
    return true;
}

static void find_price(struct sc_sim_world *w)
{
    size_t n = 0;
    const struct sc_price *own = w->way->policy ? sc_policy_prices(w->way->policy, &n) : NULL;

    w->price = sc_price_find(own, n, w->provider, w->scenario->calls.model);
}

/* Pages that nobody writes to cost nothing. */
static struct sc_region *make_region(uint64_t seed, uint64_t which)
{
    struct sc_region *r = mmap(NULL, sizeof *r, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    if (r == MAP_FAILED)
        return NULL;
    r->head.hash_key[0] = stream(seed, OF_MEMORY, 2 * which);
    r->head.hash_key[1] = stream(seed, OF_MEMORY, 2 * which + 1);
    return r;
}

static bool make_memories(struct sc_sim_world *w, uint64_t seed)
{
    const struct sc_scenario *s = w->scenario;
    size_t n = (size_t)(s->share == SC_SIM_BY_PROCESS ? s->processes : s->hosts + 1);

    w->memories = calloc(n, sizeof *w->memories);
    if (!w->memories)
        return false;
    for (; w->n_memories < n; w->n_memories++) {
        struct sc_world *m = &w->memories[w->n_memories];

        m->wall_ns = sc_sim_wall_ns();
        m->region = make_region(seed, w->n_memories);
        if (!m->region)
            return false;
    }
    return true;
}

static void find_most_of_day(struct sc_sim_world *w)
{
    const struct sc_sim_calls *c = &w->scenario->calls;

    w->most_of_day = c->n_day ? 0 : 1;
    for (size_t i = 0; i < c->n_day; i++)
        if (c->day[i] > w->most_of_day)
            w->most_of_day = c->day[i];
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

static void start_client(struct sc_sim_world *w, struct sc_sim_client *c, uint64_t seed)
{
    uint64_t n = (uint64_t)(c - w->clients);
    const struct sc_sim_calls *calls = &w->scenario->calls;

    c->random = stream(seed, OF_CALLS, n);
    c->luck = stream(seed, OF_JITTER, n);
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

static void ask_something(struct sc_sim_world *w, struct sc_sim_client *c)
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
}

static void make_call(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_sim_second *second = sc_sim_second(&w->tally, c->due_ns);

    if (second)
        second->due++;
    w->tally.calls++;
    ask_something(w, c);
    c->calls++;
    if (w->scenario->calls.when_busy == SC_SIM_CATCH_UP)
        c->next_ns = next_due(w, c, c->due_ns);
    c->phase = SC_SIM_CALLING;
    c->tries = 0;
    c->own_delay_ms = 0;
    sc_sim_call_begin(w, c);
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

/* ---- what happens ---- */

void sc_sim_await(struct sc_sim_world *w, struct sc_sim_client *c, int64_t at,
                  enum sc_sim_what what)
{
    c->turn++;
    w->no_memory |= !sc_sim_push(&w->heap, at, what, (uint32_t)(c - w->clients), c->turn);
}

void sc_sim_serve_queue(struct sc_sim_world *w)
{
    struct sc_sim_waiting next;

    while (sc_sim_service_next(&w->service, w->now_ns, &next)) {
        struct sc_sim_client *c = &w->clients[next.who];

        if (c->turn != next.turn)
            continue;
        sc_sim_service_forget(&w->service);
        sc_sim_service_begin(&w->service, &next, w->now_ns, &c->reply);
        sc_sim_attempt_begun(w, c);
    }
}

static void plan_burst(struct sc_sim_world *w, int64_t at)
{
    if (w->scenario->calls.burst_clients > 0 && at < w->scenario->for_ns)
        w->no_memory |= !sc_sim_push(&w->heap, at, SC_SIM_BURST, 0, 0);
}

/* Those who are free call, from a place on that moves with the time. */
static void burst(struct sc_sim_world *w)
{
    const struct sc_sim_calls *calls = &w->scenario->calls;
    int64_t n = w->scenario->clients, left = (int64_t)((double)n * calls->burst_clients);
    int64_t from = w->now_ns / SC_NS_PER_S % n;

    for (int64_t i = 0; i < n && left > 0; i++) {
        struct sc_sim_client *c = &w->clients[(from + i) % n];

        if (c->phase != SC_SIM_IDLE)
            continue;
        c->turn++; /* of the call that it has waited for */
        c->due_ns = w->now_ns;
        left--;
        make_call(w, c);
    }
    if (calls->burst_every_ns > 0)
        plan_burst(w, w->now_ns + calls->burst_every_ns);
}

static void happen_to_client(struct sc_sim_world *w, const struct sc_sim_due *d)
{
    struct sc_sim_client *c = &w->clients[d->who];

    if (d->turn != c->turn)
        return;
    w->now_ns = d->at_ns;
    switch (d->what) {
    case SC_SIM_DUE:
        make_call(w, c);
        break;
    case SC_SIM_TRY:
        sc_sim_call_begin(w, c);
        break;
    case SC_SIM_GO_ON:
        sc_sim_call_go_on(w, c);
        break;
    case SC_SIM_HEAD:
        sc_sim_attempt_head(w, c);
        break;
    case SC_SIM_BOUND:
        sc_sim_attempt_bound(w, c);
        break;
    default:
        sc_sim_attempt_ended(w, c);
    }
}

static void happen(struct sc_sim_world *w, const struct sc_sim_due *d)
{
    switch (d->what) {
    case SC_SIM_LEFT:
        w->now_ns = d->at_ns;
        sc_sim_service_leave(&w->service);
        sc_sim_serve_queue(w);
        break;
    case SC_SIM_BURST:
        w->now_ns = d->at_ns;
        burst(w);
        break;
    case SC_SIM_CHANGE:
        w->now_ns = d->at_ns;
        sc_sim_serve_queue(w);
        break;
    default:
        happen_to_client(w, d);
    }
}

static void count_busy(struct sc_sim_world *w)
{
    struct sc_sim_second *second = sc_sim_second(&w->tally, w->now_ns);

    if (second && second->busy < (uint32_t)w->service.busy)
        second->busy = (uint32_t)w->service.busy;
    w->no_memory |= second == NULL;
}

bool sc_sim_step(struct sc_sim_world *w)
{
    struct sc_sim_due d;

    if (w->no_memory || !sc_sim_pop(&w->heap, &d))
        return false;
    if (d.at_ns != INT64_MAX) { /* what waits for ever */
        happen(w, &d);
        count_busy(w);
    }
    return true;
}

static void plan_changes(struct sc_sim_world *w)
{
    for (size_t i = 0; i < w->scenario->n_events; i++) {
        const struct sc_sim_event *e = &w->scenario->events[i];

        if (e->kind != SC_SIM_BROWNOUT || e->for_ns > INT64_MAX - e->at_ns)
            continue;
        w->no_memory |= !sc_sim_push(&w->heap, e->at_ns + e->for_ns, SC_SIM_CHANGE, 0, 0);
    }
}

bool sc_sim_open(struct sc_sim_world *w, const struct sc_scenario *s, const struct sc_sim_way *way,
                 const struct sc_sim_log *log, uint64_t seed)
{
    memset(w, 0, sizeof *w);
    w->scenario = s;
    w->way = way;
    w->log = log;
    w->programs = way->programs ? *way->programs : s->programs;
    if (!find_rule(w))
        return false;
    find_price(w);
    find_most_of_day(w);
    w->clients = calloc((size_t)s->clients, sizeof *w->clients);
    if (!w->clients || !make_memories(w, seed) ||
        !sc_sim_service_open(&w->service, s, w->provider, stream(seed, OF_SERVICE, 0)))
        return false;
    for (int64_t i = 0; i < s->clients; i++)
        start_client(w, &w->clients[i], seed);
    plan_burst(w, s->calls.burst_at_ns);
    plan_changes(w);
    return !w->no_memory;
}

void sc_sim_close(struct sc_sim_world *w)
{
    for (int64_t i = 0; w->clients && i < w->scenario->clients; i++)
        free(w->clients[i].money);
    free(w->clients);
    for (size_t i = 0; i < w->n_memories; i++)
        munmap(w->memories[i].region, sizeof *w->memories[i].region);
    free(w->memories);
    sc_sim_service_close(&w->service);
    sc_sim_heap_free(&w->heap);
    sc_sim_tally_free(&w->tally);
}
