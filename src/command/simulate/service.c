#include "simulate/service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/time.h"
#include "simulate/random.h"

/* libcurl's results. */
enum { COULDNT_CONNECT = 7, PARTIAL_FILE = 18, GOT_NOTHING = 52, RECV_ERROR = 56 };

bool sc_sim_service_open(struct sc_sim_service_state *s, const struct sc_scenario *scenario,
                         enum sc_provider provider, uint64_t seed)
{
    const struct sc_sim_service *is = &scenario->service;

    *s = (struct sc_sim_service_state){
        .scenario = scenario, .provider = provider, .random = seed, .room = 64};
    s->queue = malloc(s->room * sizeof *s->queue);
    if (is->rpm > 0 || is->tpm > 0)
        s->limits = sc_mock_limits_new(is->rpm, is->tpm, is->burst, 0);
    return s->queue != NULL;
}

void sc_sim_service_close(struct sc_sim_service_state *s)
{
    sc_mock_limits_free(s->limits);
    free(s->queue);
    s->queue = NULL;
    s->limits = NULL;
}

/* ---- what happens to it ---- */

static bool is_on(const struct sc_sim_event *e, int64_t now)
{
    return now >= e->at_ns && now - e->at_ns < e->for_ns;
}

/* The product of the factors of one kind. */
static double factor(const struct sc_sim_service_state *s, enum sc_sim_kind kind, int64_t now)
{
    double f = 1;

    for (size_t i = 0; i < s->scenario->n_events; i++) {
        const struct sc_sim_event *e = &s->scenario->events[i];

        if (e->kind == (int)kind && is_on(e, now))
            f *= e->factor;
    }
    return f;
}

static bool has_place(const struct sc_sim_service_state *s, int64_t now)
{
    int64_t capacity = s->scenario->service.capacity;

    return capacity == 0 || (double)s->busy < (double)capacity * factor(s, SC_SIM_BROWNOUT, now);
}

static enum sc_sim_fault draw(const double faults[SC_SIM_FAULTS], double *u)
{
    for (int f = 1; f < SC_SIM_FAULTS; f++) {
        if (*u < faults[f])
            return (enum sc_sim_fault)f;
        *u -= faults[f];
    }
    return SC_SIM_NO_FAULT;
}

/* What stands before everything else. */
static enum sc_sim_fault trouble(const struct sc_sim_service_state *s,
                                 const struct sc_sim_request *q, int64_t now, int64_t *hint_s)
{
    for (size_t i = 0; i < s->scenario->n_events; i++) {
        const struct sc_sim_event *e = &s->scenario->events[i];

        if (!is_on(e, now))
            continue;
        *hint_s = e->hint_s;
        if (e->kind == SC_SIM_OUTAGE)
            return (enum sc_sim_fault)e->fault;
        if (e->kind == SC_SIM_KEY_LOST && q->key < e->keys)
            return SC_SIM_S401;
    }
    *hint_s = 0;
    return SC_SIM_NO_FAULT;
}

/* By chance: one number for all of it, so that the same seed has the same luck. */
static enum sc_sim_fault chance(struct sc_sim_service_state *s, int64_t now)
{
    double u = sc_sim_uniform(&s->random);
    enum sc_sim_fault f = draw(s->scenario->service.faults, &u);

    for (size_t i = 0; f == SC_SIM_NO_FAULT && i < s->scenario->n_events; i++)
        if (s->scenario->events[i].kind == SC_SIM_FAULTY && is_on(&s->scenario->events[i], now))
            f = draw(s->scenario->events[i].faults, &u);
    return f;
}

/* ---- what comes of a request ---- */

static int status_of(enum sc_sim_fault f)
{
    return f == SC_SIM_QUOTA ? 429 : (int)strtol(sc_sim_fault_name(f), NULL, 10);
}

/* An error, that takes no place. */
static void fail(const struct sc_sim_service_state *s, enum sc_sim_fault f, int64_t hint_s,
                 int64_t now, struct sc_sim_reply *out)
{
    *out = (struct sc_sim_reply){.fault = f,
                                 .hint_s = hint_s,
                                 .first_ns = INT64_MAX,
                                 .end_ns = now + s->scenario->service.fail_ns};
    switch (f) {
    case SC_SIM_REFUSED:
        out->curl_code = COULDNT_CONNECT;
        break;
    case SC_SIM_RESET:
        out->curl_code = RECV_ERROR;
        break;
    case SC_SIM_HANG:
        out->curl_code = GOT_NOTHING;
        out->end_ns = now + SC_SIM_SILENCE_NS;
        break;
    default:
        out->status = status_of(f);
    }
}

/* Nothing takes longer, whatever is drawn. */
#define LONGEST_NS (86400 * SC_NS_PER_S)

static int64_t span(double ns)
{
    return ns < (double)LONGEST_NS ? (int64_t)ns : LONGEST_NS;
}

void sc_sim_service_begin(struct sc_sim_service_state *s, const struct sc_sim_waiting *w,
                          int64_t now, struct sc_sim_reply *out)
{
    const struct sc_sim_service *is = &s->scenario->service;
    double slow = factor(s, SC_SIM_SLOW, now);
    int64_t first = span(sc_sim_draw(&is->first_token_ns, &s->random) * slow);
    int64_t rest = span((double)w->output / is->tokens_per_s * 1e9 * slow);

    s->busy++;
    *out = (struct sc_sim_reply){.fault = w->fault,
                                 .status = 200,
                                 .told = s->limits && is->tells_limits,
                                 .charge = w->charge,
                                 .place = true,
                                 .first_ns = now + first,
                                 .end_ns = now + first + rest};
    if (w->fault == SC_SIM_NO_FAULT)
        return;
    out->end_ns -= rest / 2;
    out->curl_code = PARTIAL_FILE;
    if (w->fault == SC_SIM_STALL)
        out->end_ns += SC_SIM_SILENCE_NS;
}

static bool put_in_queue(struct sc_sim_service_state *s, const struct sc_sim_waiting *w)
{
    if (s->n == s->room) {
        struct sc_sim_waiting *grown = malloc(2 * s->room * sizeof *grown);

        if (!grown)
            return false;
        for (size_t i = 0; i < s->n; i++)
            grown[i] = s->queue[(s->first + i) % s->room];
        free(s->queue);
        s->queue = grown;
        s->first = 0;
        s->room *= 2;
    }
    s->queue[(s->first + s->n++) % s->room] = *w;
    s->waiting++;
    return true;
}

/* The account is charged when a request arrives. */
static bool is_over_limit(struct sc_sim_service_state *s, const struct sc_sim_request *q,
                          int64_t now, struct sc_sim_reply *out, struct sc_mock_charge *charge)
{
    if (!s->limits)
        return false;
    sc_mock_limits_charge(s->limits, q->input + q->output, now, charge);
    if (!charge->refused)
        return false;
    fail(s, SC_SIM_S429, 0, now, out);
    out->told = s->scenario->service.tells_limits;
    out->charge = *charge;
    return true;
}

static bool takes_a_place(enum sc_sim_fault f)
{
    return f == SC_SIM_NO_FAULT || f == SC_SIM_TRUNCATE || f == SC_SIM_STALL;
}

enum sc_sim_asked sc_sim_service_ask(struct sc_sim_service_state *s, const struct sc_sim_request *q,
                                     int64_t now, struct sc_sim_reply *out)
{
    const struct sc_sim_service *is = &s->scenario->service;
    struct sc_sim_waiting w = {.who = q->who, .turn = q->turn, .output = q->output};
    int64_t hint_s;

    w.fault = trouble(s, q, now, &hint_s);
    if (w.fault == SC_SIM_NO_FAULT)
        w.fault = chance(s, now);
    if (!takes_a_place(w.fault)) {
        fail(s, w.fault, hint_s, now, out);
        return SC_SIM_KNOWN;
    }
    if (is_over_limit(s, q, now, out, &w.charge))
        return SC_SIM_KNOWN;
    if (s->waiting == 0 && has_place(s, now)) {
        sc_sim_service_begin(s, &w, now, out);
        return SC_SIM_KNOWN;
    }
    if (s->waiting < is->queue && put_in_queue(s, &w))
        return SC_SIM_QUEUED;
    fail(s, SC_SIM_S503, is->hint_s, now, out);
    out->status = (int)is->turned_away;
    return SC_SIM_KNOWN;
}

void sc_sim_service_leave(struct sc_sim_service_state *s)
{
    s->busy--;
}

void sc_sim_service_forget(struct sc_sim_service_state *s)
{
    s->waiting--;
}

bool sc_sim_service_next(struct sc_sim_service_state *s, int64_t now, struct sc_sim_waiting *out)
{
    if (s->n == 0 || !has_place(s, now))
        return false;
    *out = s->queue[s->first];
    s->first = (s->first + 1) % s->room;
    s->n--;
    return true;
}

/* ---- on the wire ---- */

#define HEADERS_MAX 12

struct headers {
    struct sc_header h[HEADERS_MAX];
    char text[HEADERS_MAX][2][64];
    size_t n;
};

static void add_header(void *arg, const char *name, const char *value)
{
    struct headers *h = arg;
    char(*text)[64];

    if (h->n == HEADERS_MAX)
        return;
    text = h->text[h->n];
    snprintf(text[0], sizeof text[0], "%s", name);
    snprintf(text[1], sizeof text[1], "%s", value);
    h->h[h->n++] = (struct sc_header){{text[0], strlen(text[0])}, {text[1], strlen(text[1])}};
}

static void fill_headers(const struct sc_sim_reply *r, const struct sc_sim_seen *as,
                         struct headers *h)
{
    char seconds[24];

    if (r->told)
        sc_mock_charge_headers(&r->charge, as->provider, as->now_unix, add_header, h);
    if (r->hint_s > 0) {
        snprintf(seconds, sizeof seconds, "%lld", (long long)r->hint_s);
        add_header(h, "retry-after", seconds);
    }
}

/* The error body that this provider has for it. */
static void fill_body(const struct sc_sim_reply *r, const struct sc_sim_seen *as, struct sc_buf *b)
{
    char model[128], wait[32];
    struct sc_error_asked asked = {.provider = as->provider,
                                   .model = model,
                                   .status = r->status,
                                   .kind =
                                       r->fault == SC_SIM_QUOTA ? SC_ERROR_QUOTA : SC_ERROR_PLAIN};

    snprintf(model, sizeof model, "%s", as->model);
    if (r->told && r->charge.refused) {
        snprintf(wait, sizeof wait, "%lld.%03llds", (long long)r->charge.wait_ms / 1000,
                 (long long)r->charge.wait_ms % 1000);
        asked.retry_in = wait;
    }
    sc_error_body(&asked, b);
}

bool sc_sim_judge(const struct sc_sim_reply *r, const struct sc_sim_seen *as, struct sc_verdict *v,
                  struct sc_ratelimit *said)
{
    struct headers h = {.n = 0};
    struct sc_buf body = {.max = 1 << 16};
    struct sc_facts facts;
    struct sc_response response = {.provider = as->provider,
                                   .curl_code = as->curl_code,
                                   .status = r->status,
                                   .is_stream = as->stream && r->status == 200,
                                   .output_seen = as->output_seen,
                                   .kind = SC_REQUEST_GENERATES,
                                   .now_unix = as->now_unix};

    if (r->status >= 400)
        fill_body(r, as, &body);
    fill_headers(r, as, &h);
    response.body = body.p;
    response.body_len = body.n;
    if (as->curl_code != 0 || r->status >= 400) { /* of a success they say nothing, as ever */
        response.headers = h.h;
        response.n_headers = h.n;
    }
    sc_facts_read(&response, &facts);
    sc_classify_by(&facts, as->own, v);
    sc_buf_free(&body);
    return r->told && sc_ratelimit_read(as->provider, h.h, h.n, as->now_unix, said);
}
