/*
 * One call, as a program makes it: the order of what the engine does (drive/sequence.c,
 * stage/admit.c), with events in the place of sleep. See call.h.
 */
#include <stdlib.h>
#include <string.h>

#include "core/cost.h"
#include "core/time.h"
#include "provider/reply.h"
#include "simulate/random.h"
#include "simulate/call.h"

/* As the engine: how long a wait goes on without asking again. */
#define RECHECK_NS (100 * SC_NS_PER_MS)

/* The state's clock at the scenario's beginning; far from 0, as that of a machine. */
#define BEGIN_NS (1000000 * SC_NS_PER_S)

/* Its day: a new year. */
#define BEGIN_UNIX INT64_C(1767225600)

enum { OPERATION_TIMEDOUT = 28 };

static int64_t boot(const struct sc_sim_world *w)
{
    return w->now_ns + BEGIN_NS;
}

static int64_t to_boot(int64_t ns)
{
    return ns == SC_NEVER ? SC_NEVER : ns + BEGIN_NS;
}

static uint32_t number(const struct sc_sim_world *w, const struct sc_sim_client *c)
{
    return (uint32_t)(c - w->clients);
}

static bool is_apart(const struct sc_sim_world *w)
{
    for (size_t i = 0; i < w->scenario->n_events; i++) {
        const struct sc_sim_event *e = &w->scenario->events[i];

        if (e->kind == SC_SIM_APART && w->now_ns >= e->at_ns && w->now_ns - e->at_ns < e->for_ns)
            return true;
    }
    return false;
}

/* With whom a client shares what is known. */
static struct sc_world *memory_of(struct sc_sim_world *w, uint32_t client)
{
    int64_t process = client % w->scenario->processes;

    if (w->scenario->share == SC_SIM_BY_PROCESS)
        return &w->memories[process];
    if (w->scenario->share == SC_SIM_BY_FLEET && !is_apart(w))
        return &w->memories[w->n_memories - 1];
    return &w->memories[process % w->scenario->hosts];
}

static int key_of(const struct sc_sim_world *w, uint32_t client)
{
    return (int)(client % (uint32_t)w->scenario->calls.keys);
}

static struct sc_scope_key scope_key(const struct sc_sim_world *w, uint32_t client, char text[16])
{
    char *end = text + 15;
    int key = key_of(w, client);

    *end = '\0';
    do
        *--end = (char)('0' + key % 10);
    while ((key /= 10) > 0);
    return (struct sc_scope_key){
        .provider = w->provider,
        .host = {w->host, strlen(w->host)},
        .model = {w->scenario->calls.model, strlen(w->scenario->calls.model)},
        .path = w->path,
        .rule = {w->rule->name, strlen(w->rule->name)},
        .key = {end, strlen(end)},
    };
}

/* ---- begin and end ---- */

static struct sc_money_ticket *open_money(struct sc_sim_world *w)
{
    const struct sc_money_budget *const *budgets = w->rule->budgets;
    struct sc_money_ticket *m;
    size_t n = 0;

    while (budgets && budgets[n])
        n++;
    m = n > 0 ? calloc(1, sc_money_size(n)) : NULL;
    if (!m) {
        w->no_memory |= n > 0;
        return NULL;
    }
    m->n = n;
    for (size_t i = 0; i < n; i++)
        m->held[i].budget = budgets[i];
    return m;
}

static int64_t after_ms(int64_t now, int64_t ms)
{
    return ms > 0 ? now + ms * SC_NS_PER_MS : SC_NEVER;
}

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static void send(struct sc_sim_world *w, struct sc_sim_client *c);

void sc_sim_call_begin(struct sc_sim_world *w, struct sc_sim_client *c)
{
    const struct sc_settings *s;
    struct sc_call_facts facts = {.deadline_ns = SC_NEVER};
    struct sc_scope_key key;
    char text[16];

    c->tries++;
    w->tally.tries++;
    c->asked = c->turned_away = false;
    c->verdict = (struct sc_verdict){.class = SC_CLASS_OK};
    if (!w->rule) {
        send(w, c);
        return;
    }
    s = w->rule->settings;
    if (w->scenario->calls.timeout_ns > 0 && s->program_timeout == SC_TIMEOUT_TOTAL)
        facts.deadline_ns = w->now_ns + w->scenario->calls.timeout_ns;
    facts.deadline_ns = least(facts.deadline_ns, after_ms(w->now_ns, s->timeouts.total_ms));
    sc_call_begin(&c->call, s, w->now_ns, facts.deadline_ns);
    c->call.deadline_ns = facts.deadline_ns;
    key = scope_key(w, number(w, c), text);
    facts.deadline_ns = to_boot(facts.deadline_ns);
    facts.money = c->money = open_money(w);
    facts.world = memory_of(w, number(w, c));
    sc_state_begin(&c->ticket, &key, s, &facts, boot(w));
    sc_sim_call_go_on(w, c);
}

static struct sc_sim_outcome answer(const struct sc_sim_world *w, const struct sc_sim_client *c)
{
    const struct sc_breaker_settings *b = &w->rule->settings->breaker;
    enum sc_class class = sc_refusal_class(c->admission.refusal);
    struct sc_sim_outcome o = {.hint_ms = -1};
    struct sc_reply_text text;

    if (c->admission.refusal == SC_REFUSE_BREAKER && b->on_open_error) {
        o.curl_code = b->error_code;
        return o;
    }
    sc_reply_error(w->provider, class, "", &text);
    o.status = text.status;
    o.final = !sc_class_retryable(class);
    if (c->admission.retry_after_ms > 0)
        o.hint_ms = c->admission.retry_after_ms;
    return o;
}

static struct sc_sim_outcome delivered(const struct sc_sim_client *c)
{
    return (struct sc_sim_outcome){.ok = c->verdict.class == SC_CLASS_OK,
                                   .status = c->reply.status,
                                   .curl_code = c->curl_code,
                                   .hint_ms = c->verdict.hint_ms};
}

static void finish(struct sc_sim_world *w, struct sc_sim_client *c)
{
    bool ok = c->verdict.class == SC_CLASS_OK;
    enum sc_end end = c->turned_away ? SC_END_SYNTHESIZED : ok ? SC_END_OK : SC_END_FAILED;
    struct sc_sim_outcome o = c->turned_away ? answer(w, c) : delivered(c);

    w->tally.turned_away += c->turned_away;
    sc_state_end(&c->ticket, c->verdict.class, end, boot(w), sc_sim_bits(&c->luck), NULL);
    free(c->money);
    c->money = NULL;
    sc_sim_call_over(w, c, &o);
}

/* ---- may it go ---- */

static int64_t tokens_asked_for(struct sc_sim_world *w, struct sc_sim_client *c)
{
    if (!sc_state_counts_tokens(&c->ticket, boot(w)))
        return 0;
    return sc_state_estimate(&c->ticket, c->input) + w->scenario->calls.max_output;
}

/* True: the attempt may be sent; else it waits, or is over. */
static bool ask(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_admission *a = &c->admission;
    int64_t most = w->scenario->calls.max_output;

    if (c->money && !c->asked)
        sc_money_quote(c->money, w->price, sc_state_estimate(&c->ticket, c->input),
                       most > 0 ? most : -1);
    if (c->asked)
        sc_state_recheck(&c->ticket, boot(w), sc_sim_bits(&c->luck), a);
    else
        sc_state_admit(&c->ticket, tokens_asked_for(w, c), boot(w), sc_sim_bits(&c->luck), a);
    c->asked = a->verdict == SC_ADMIT_WAIT;
    if (a->verdict == SC_ADMIT_WAIT) {
        int64_t until = a->until_ns > boot(w) ? a->until_ns - BEGIN_NS : w->now_ns + SC_NS_PER_MS;

        sc_sim_await(w, c, least(until, w->now_ns + RECHECK_NS), SC_SIM_GO_ON);
    } else if (a->verdict == SC_ADMIT_REFUSE) {
        if (c->call.attempts > 0)
            sc_call_stop(&c->call, SC_GIVE_UP_REFUSED);
        else
            c->turned_away = true;
        finish(w, c);
    }
    return a->verdict == SC_ADMIT_GO;
}

void sc_sim_call_go_on(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_step step;

    sc_call_next(&c->call, w->now_ns, &step);
    if (step.kind == SC_STEP_WAIT)
        sc_sim_await(w, c, step.until_ns, SC_SIM_GO_ON);
    else if (step.kind == SC_STEP_DELIVER)
        finish(w, c);
    else if (ask(w, c))
        send(w, c);
}

/* ---- an attempt ---- */

/* When the program's own timeout, or what is left of it, ends an attempt. */
static int64_t attempt_deadline(const struct sc_sim_world *w, const struct sc_sim_client *c)
{
    int64_t own = w->scenario->calls.timeout_ns, end = own > 0 ? c->sent_ns + own : SC_NEVER;

    return w->rule ? least(end, c->call.deadline_ns) : end;
}

static int64_t first_token_deadline(const struct sc_sim_world *w, const struct sc_sim_client *c)
{
    return w->rule ? after_ms(c->sent_ns, w->rule->settings->timeouts.first_token_ms) : SC_NEVER;
}

static void end_by(struct sc_sim_client *c, int64_t at)
{
    if (at >= c->end_ns)
        return;
    c->end_ns = at;
    c->curl_code = OPERATION_TIMEDOUT;
}

/* When a stalled answer has come as far as it does. */
static int64_t stalls_at(const struct sc_sim_reply *r)
{
    return r->end_ns - SC_SIM_SILENCE_NS;
}

/* An answer that is no stream comes as a whole. */
static int64_t output_at(const struct sc_sim_world *w, const struct sc_sim_reply *r)
{
    if (r->place && w->scenario->calls.stream)
        return r->first_ns;
    return r->fault == SC_SIM_STALL ? stalls_at(r) : r->end_ns;
}

static void begin_attempt(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_sim_reply *r = &c->reply;
    int64_t output = output_at(w, r), patience = first_token_deadline(w, c);

    c->end_ns = r->end_ns;
    c->curl_code = r->curl_code;
    if (patience < output)
        end_by(c, patience);
    if (w->rule && r->fault == SC_SIM_STALL)
        end_by(c, after_ms(stalls_at(r), w->rule->settings->timeouts.gap_ms));
    end_by(c, attempt_deadline(w, c));
    if (r->place && w->scenario->service.finishes && c->end_ns < r->end_ns) {
        w->no_memory |= !sc_sim_push(&w->heap, r->end_ns, SC_SIM_LEFT, 0, 0);
        r->place = false;
    }
    if (r->told && output < c->end_ns)
        sc_sim_await(w, c, output, SC_SIM_HEAD);
    else
        sc_sim_await(w, c, c->end_ns, SC_SIM_ENDED);
}

static void send(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_sim_request q = {.who = number(w, c),
                               .turn = c->turn + 1, /* that of the wait for a place */
                               .key = key_of(w, number(w, c)),
                               .input = c->input,
                               .output = c->output};
    struct sc_sim_second *second = sc_sim_second(&w->tally, w->now_ns);

    c->sent_ns = w->now_ns;
    w->tally.attempts++;
    if (second)
        second->attempts++;
    if (w->watcher.sent)
        w->watcher.sent(w->watcher.arg, q.who, w->now_ns, q.input + q.output);
    if (sc_sim_service_ask(&w->service, &q, w->now_ns, &c->reply) == SC_SIM_KNOWN)
        begin_attempt(w, c);
    else
        sc_sim_await(w, c, least(attempt_deadline(w, c), first_token_deadline(w, c)), SC_SIM_BOUND);
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
        begin_attempt(w, c);
    }
}

static void told(struct sc_sim_world *w, struct sc_sim_client *c, const struct sc_ratelimit *said)
{
    if (w->rule)
        sc_state_told(&c->ticket, said, c->reply.status == 429, to_boot(c->sent_ns), boot(w));
}

static struct sc_sim_seen seen(const struct sc_sim_world *w, const struct sc_sim_client *c,
                               struct sc_class_rows own[SC_OWN_TABLES])
{
    struct sc_sim_seen s = {.provider = w->provider,
                            .model = w->scenario->calls.model,
                            .stream = w->scenario->calls.stream,
                            .curl_code = c->curl_code,
                            .now_unix = BEGIN_UNIX + w->now_ns / SC_NS_PER_S};

    s.output_seen = s.stream && c->reply.status == 200 && w->now_ns >= c->reply.first_ns;
    s.own = w->rule ? sc_rule_class_rows(w->rule, w->own_provider, own) : NULL;
    return s;
}

void sc_sim_attempt_head(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_class_rows own[SC_OWN_TABLES];
    struct sc_sim_seen as = seen(w, c, own);
    struct sc_ratelimit said;
    struct sc_verdict unused;

    as.curl_code = 0;
    if (sc_sim_judge(&c->reply, &as, &unused, &said))
        told(w, c, &said);
    c->reply.told = false; /* once */
    sc_sim_await(w, c, c->end_ns, SC_SIM_ENDED);
}

/* Of what a request has cost at the service, and of what its answer tells. */
static int64_t cost_of(const struct sc_sim_world *w, int64_t input, int64_t output)
{
    struct sc_usage u = {.known = true, .input = input, .output = output, .cost_reported_nano = -1};
    int64_t cost = sc_cost_nano(w->price, &u);

    return cost > 0 ? cost : 0;
}

/* Services bill what they have generated, read or not. */
static void bill(struct sc_sim_world *w, const struct sc_sim_client *c)
{
    bool whole = c->curl_code == 0 || w->scenario->service.finishes;

    if (c->reply.status != 200 || w->now_ns < c->reply.first_ns)
        return;
    w->tally.billed_nano += cost_of(w, c->input, whole ? c->output : c->output / 2);
}

static void count(struct sc_sim_world *w, const struct sc_sim_client *c)
{
    struct sc_sim_second *second = sc_sim_second(&w->tally, w->now_ns);
    bool refused = c->curl_code == 0 && c->reply.status == 429;

    w->tally.by_class[c->verdict.class]++;
    w->tally.status_429 += refused;
    w->tally.given_up_by_client += c->curl_code == OPERATION_TIMEDOUT;
    if (second)
        second->refused += refused;
    bill(w, c);
}

static void settle(struct sc_sim_world *w, struct sc_sim_client *c)
{
    bool ok = c->verdict.class == SC_CLASS_OK;
    struct sc_attempt_facts f = {.class = c->verdict.class,
                                 .proof = c->verdict.proof,
                                 .hint_ms = c->verdict.hint_ms,
                                 .used_tokens = ok ? c->input + c->output : -1,
                                 .input_tokens = ok ? c->input : -1,
                                 .output_tokens = ok ? c->output : -1,
                                 .estimated_input = ok ? c->input : 0,
                                 .ms = (w->now_ns - c->sent_ns) / SC_NS_PER_MS,
                                 .cost_nano =
                                     ok && w->price ? cost_of(w, c->input, c->output) : -1};
    struct sc_scope_key key;
    char text[16];

    if (f.hint_ms > 0) {
        key = scope_key(w, number(w, c), text);
        f.key = &key;
    }
    w->tally.told_nano += f.cost_nano > 0 ? f.cost_nano : 0;
    sc_state_settle(&c->ticket, &f, boot(w), sc_sim_bits(&c->luck), NULL);
    if (sc_call_wants_retry(&c->call) && !sc_state_retry_allowed(&c->ticket, c->verdict.class))
        sc_call_stop(&c->call, SC_GIVE_UP_BUDGET);
}

/* The attempt's end is known to the client. */
static void judge(struct sc_sim_world *w, struct sc_sim_client *c)
{
    struct sc_class_rows own[SC_OWN_TABLES];
    struct sc_sim_seen as = seen(w, c, own);
    struct sc_ratelimit said;
    struct sc_result r = {.committed = as.output_seen, .replayable = true};

    if (c->curl_code != 0 && !as.output_seen)
        c->reply.status = 0; /* the head comes with the first output */
    if (sc_sim_judge(&c->reply, &as, &c->verdict, &said) && c->reply.status != 0)
        told(w, c, &said);
    count(w, c);
    if (!w->rule) {
        struct sc_sim_outcome o = delivered(c);

        sc_sim_call_over(w, c, &o);
        return;
    }
    r.verdict = c->verdict;
    sc_call_outcome(&c->call, &r, w->now_ns, sc_sim_bits(&c->luck));
    settle(w, c);
    sc_sim_call_go_on(w, c);
}

void sc_sim_attempt_ended(struct sc_sim_world *w, struct sc_sim_client *c)
{
    if (c->reply.place) {
        c->reply.place = false;
        sc_sim_service_leave(&w->service);
        sc_sim_serve_queue(w);
    }
    judge(w, c);
}

void sc_sim_attempt_bound(struct sc_sim_world *w, struct sc_sim_client *c)
{
    sc_sim_service_forget(&w->service);
    c->turn++; /* of its place in the queue */
    c->reply = (struct sc_sim_reply){.first_ns = INT64_MAX, .end_ns = w->now_ns};
    c->curl_code = OPERATION_TIMEDOUT;
    judge(w, c);
}

int64_t sc_sim_wall_ns(void)
{
    return BEGIN_UNIX * SC_NS_PER_S - BEGIN_NS;
}
