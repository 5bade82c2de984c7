#include "simulate/world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "core/time.h"
#include "http/url.h"
#include "provider/prices.h"
#include "simulate/call.h"
#include "simulate/random.h"

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

/* ---- what happens ---- */

static void make_call(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_sim_second *second = sc_sim_second(&w->tally, c->due_ns);

    if (second)
        second->due++;
    w->tally.calls++;
    sc_sim_client_ask(w, c);
    c->phase = SC_SIM_CALLING;
    c->tries = 0;
    c->own_delay_ms = 0;
    sc_sim_call_begin(w, c);
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
        sc_sim_client_start(w, &w->clients[i], stream(seed, OF_CALLS, (uint64_t)i),
                            stream(seed, OF_JITTER, (uint64_t)i));
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
