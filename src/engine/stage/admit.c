/* admit.c - see admission.h. */
#include "stage/admit.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "core/time.h"
#include "http/header.h"
#include "provider/reply.h"
#include "wire/answer.h"
#include "stage/split.h"
#include "handle/body.h"
#include "handle/headers.h"
#include "stage/budget.h"
#include "call/estimate.h"
#include "call/report.h"
#include "wire/request.h"
#include "stage/meter.h"
#include "core/units.h"

/* ---- what a call is known by --------------------------------------------------------------- */

/* The credential as the program sends it, to tell keys apart; only a keyed hash of it is kept. */
static struct sc_str credential(const struct sc_shadow *s)
{
    static const char *const names[] = {"authorization", "x-api-key", "api-key", "x-goog-api-key",
                                        NULL};
    struct sc_str value = sc_header_find(s->o.headers, names);

    if (value.p)
        return value;
    if (s->o.bearer.set)
        return (struct sc_str){s->o.bearer.p, s->o.bearer.n};
    return s->target.query; /* ?key=...; other parameters only tell more calls apart */
}

static int64_t estimated_tokens(const struct sc_shadow *s, struct sc_transfer *t, int64_t boot_ns)
{
    int64_t input, output;

    if (!sc_state_counts_tokens(&t->ticket, boot_ns))
        return 0;
    sc_estimate_tokens(s, t, &input, &output);
    return input + output;
}

/* The state counts in CLOCK_BOOTTIME, which all processes share and which runs on in sleep. */
static int64_t to_boottime(int64_t ns)
{
    return ns == SC_NEVER ? SC_NEVER : ns + (sc_state_now() - sc_now_ns());
}

/* "HOST:PORT", by hand: this is said of every call. Returns the length. */
static size_t put_authority(char out[SC_URL_HOST_MAX + 8], const struct sc_url *u)
{
    char digits[8];
    size_t i = sizeof digits, n = u->host_len;
    unsigned port = (unsigned)u->port & 0xffff;

    do
        digits[--i] = (char)('0' + port % 10);
    while ((port /= 10) > 0);
    memcpy(out, u->host, n);
    out[n++] = ':';
    memcpy(out + n, digits + i, sizeof digits - i);
    return n + sizeof digits - i;
}

static void fill_key(const struct sc_shadow *s, const struct sc_transfer *t,
                     char host[SC_URL_HOST_MAX + 8], struct sc_scope_key *key)
{
    size_t n = put_authority(host, &s->target);
    bool plain = s->target.port == (s->target.scheme_https ? 443 : 80);

    *key = (struct sc_scope_key){
        .provider = t->provider,
        .host = {host, plain ? s->target.host_len : n},
        .model = {t->model, strlen(t->model)},
        .path = s->target.path,
        .rule = {t->rule->name, strlen(t->rule->name)},
        .key = credential(s),
    };
}

void sc_admission_begin(struct sc_shadow *s, struct sc_transfer *t)
{
    char host[SC_URL_HOST_MAX + 8];
    struct sc_scope_key key;
    struct sc_call_facts facts = {.deadline_ns = to_boottime(t->call.deadline_ns)};
    char note[512];

    fill_key(s, t, host, &key);
    if (t->rule->budgets != NULL)
        facts.money = sc_purse_open(t);
    sc_state_begin(&t->ticket, &key, t->rule->settings, &facts, sc_state_now());
    while (sc_state_take_note(note, sizeof note))
        sc_report_note(s, t, SC_EVENT_NOTE, note);
}

/* ---- may it go ----------------------------------------------------------------------------- */

static void granted(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns)
{
    if (t->waiting_since_ns)
        sc_report_waited(s, t, now_ns - t->waiting_since_ns);
    t->waiting_since_ns = 0;
    t->asked = false;
    if (t->admission.half_opened)
        sc_report_note(s, t, SC_EVENT_BREAKER, "Breaker half-open: one attempt goes through");
}

static void refused(struct sc_shadow *s, struct sc_transfer *t, struct sc_step *step)
{
    (void)s;
    t->asked = false;
    step->kind = SC_STEP_DELIVER;
    if (t->call.attempts > 0 && !sc_batch_is_between(t))
        sc_call_stop(&t->call, SC_GIVE_UP_REFUSED);
    else
        t->turned_away = true;
}

void sc_admission_ask(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns,
                      struct sc_step *step)
{
    struct sc_admission *a = &t->admission;
    int64_t boot_ns = sc_state_now();

    if (t->money && !t->asked)
        sc_purse_quote(s, t);
    if (t->asked)
        sc_state_recheck(&t->ticket, boot_ns, sc_random_next(&t->random), a);
    else
        sc_state_admit(&t->ticket, estimated_tokens(s, t, boot_ns), boot_ns,
                       sc_random_next(&t->random), a);
    t->asked = true;
    if (t->money)
        sc_purse_report(s, t);
    if (a->verdict == SC_ADMIT_GO) {
        granted(s, t, now_ns);
    } else if (a->verdict == SC_ADMIT_REFUSE) {
        refused(s, t, step);
    } else {
        int64_t until = now_ns + (a->until_ns > boot_ns ? a->until_ns - boot_ns : SC_NS_PER_MS);

        t->wait_end_ns = until;
        if (until > now_ns + t->recheck_ns)
            until = now_ns + t->recheck_ns;
        *step = (struct sc_step){SC_STEP_WAIT, until, a->reason};
    }
}

/* ---- how it went --------------------------------------------------------------------------- */

void sc_admission_report(struct sc_shadow *s, struct sc_transfer *t, const struct sc_effects *fx)
{
    char text[128];

    if (fx->breaker_opened) {
        snprintf(text, sizeof text, "Breaker open for %s: the service keeps failing",
                 sc_time_words(fx->open_ms).s);
        sc_report_note(s, t, SC_EVENT_BREAKER, text);
    }
    if (fx->breaker_closed)
        sc_report_note(s, t, SC_EVENT_BREAKER, "Breaker closed: the service answers again");
    if (fx->latched)
        sc_report_note(s, t, SC_EVENT_LATCH,
                       t->verdict.class == SC_CLASS_AUTH
                           ? "Credentials are refused: no more attempts, but one probe a minute"
                           : "Quota is used up: no more attempts, but one probe a minute");
    if (fx->doubted)
        sc_report_note(s, t, SC_EVENT_LATCH,
                       "Refused, though these credentials worked lately: the next refusal stops "
                       "them");
    if (fx->unlatched)
        sc_report_note(s, t, SC_EVENT_LATCH, "A probe went well: attempts go on");
    if (fx->gate_ms > 0) {
        snprintf(text, sizeof text, "Gate closed for %s: the server asks for it",
                 sc_time_words(fx->gate_ms).s);
        sc_report_note(s, t, SC_EVENT_GATE, text);
    }
}

void sc_admission_told(struct sc_transfer *t)
{
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_ratelimit said;
    size_t n;

    n = sc_transfer_headers(t, headers);
    if (sc_ratelimit_read(t->provider, headers, n, (int64_t)time(NULL), &said))
        sc_state_told(&t->ticket, &said, t->status == 429, to_boottime(t->attempt_start_ns),
                      sc_state_now());
}

/* Where the program's own callbacks failed, the service has shown neither health nor fault. */
static enum sc_class class_of_service(const struct sc_transfer *t)
{
    return t->programs_doing ? SC_CLASS_ABORTED : t->verdict.class;
}

void sc_admission_settle(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns,
                         struct sc_effects *fx)
{
    struct sc_attempt_facts facts = {
        .class = class_of_service(t),
        .proof = t->verdict.proof,
        .hint_ms = t->verdict.hint_ms,
        .used_tokens = -1,
        .input_tokens = -1,
        .output_tokens = -1,
        .cost_nano = -1,
        .ms = (now_ns - t->attempt_start_ns) / SC_NS_PER_MS,
    };

    char host[SC_URL_HOST_MAX + 8];
    struct sc_scope_key key;

    memset(fx, 0, sizeof *fx);
    if (facts.hint_ms > 0 && s->url_known) { /* not set anew by a callback */
        fill_key(s, t, host, &key);
        facts.key = &key;
    }
    sc_spend_attempt(s, t, &facts);
    sc_state_settle(&t->ticket, &facts, sc_state_now(), sc_random_next(&t->random), fx);
    if (t->money)
        sc_purse_report(s, t);
    if (sc_call_wants_retry(&t->call) && !sc_state_retry_allowed(&t->ticket, t->verdict.class))
        sc_call_stop(&t->call, SC_GIVE_UP_BUDGET);
}

void sc_admission_end(struct sc_shadow *s, struct sc_transfer *t, bool ok)
{
    enum sc_end end = t->turned_away ? SC_END_SYNTHESIZED : ok ? SC_END_OK : SC_END_FAILED;
    struct sc_effects fx;

    memset(&fx, 0, sizeof fx);
    sc_state_end(&t->ticket, class_of_service(t), end, sc_state_now(), sc_random_next(&t->random),
                 &fx);
    sc_admission_report(s, t, &fx);
}

/* ---- the answer in the service's stead ----------------------------------------------------- */

static const struct {
    enum sc_refusal refusal;
    enum sc_class class;
    const char *message;
} refusals[] = {
    {SC_REFUSE_BREAKER, SC_CLASS_OVERLOADED,
     "The service keeps failing; the circuit breaker is open."},
    {SC_REFUSE_LIMIT, SC_CLASS_RATE_LIMITED,
     "The rate limit set for this call leaves no room in time."},
    {SC_REFUSE_CONCURRENT, SC_CLASS_RATE_LIMITED, "Too many calls are under way at the same time."},
    {SC_REFUSE_GATE, SC_CLASS_RATE_LIMITED,
     "The service has asked to wait longer than this call can."},
    {SC_REFUSE_QUOTA, SC_CLASS_QUOTA_EXHAUSTED, "The quota of this key is used up."},
    {SC_REFUSE_AUTH, SC_CLASS_AUTH, "The service has refused these credentials."},
    {SC_REFUSE_NEVER_FITS, SC_CLASS_TOKEN_LIMIT,
     "The request is larger than the token limit set for it allows in a minute: it never fits."},
    {SC_REFUSE_BUDGET, SC_CLASS_QUOTA_EXHAUSTED, ""}, /* it says which */
};

/* A wait as a program is told it: never shorter than it is, and of a long one no seconds. */
static int64_t told(int64_t ms)
{
    int64_t step = ms >= 86400000 ? 3600000 : ms >= 600000 ? 60000 : 1000;

    return (ms + step - 1) / step * step;
}

/* A call that no waiting helps is a wrong request, whatever limits it. */
static enum sc_class class_of_refusal(const struct sc_transfer *t, size_t i)
{
    if (refusals[i].refusal == SC_REFUSE_BUDGET && sc_purse_never_fits(t))
        return SC_CLASS_BAD_REQUEST;
    return refusals[i].class;
}

static void put_message(const struct sc_transfer *t, const char *why, char *buf, size_t n)
{
    if (t->admission.retry_after_ms <= 0 || t->verdict.class == SC_CLASS_BAD_REQUEST) {
        snprintf(buf, n, "%s", why);
        return;
    }
    snprintf(buf, n, "%s Please try again in %s.", why,
             sc_time_words(told(t->admission.retry_after_ms)).s);
}

CURLcode sc_admission_answer(struct sc_shadow *s, struct sc_transfer *t)
{
    const struct sc_breaker_settings *b = &t->rule->settings->breaker;
    struct sc_reply r = {.reason = sc_refusal_name(t->admission.refusal)};
    struct sc_reply_text text;
    char message[512], budget[400];
    const char *why;
    size_t i = 0;

    if (t->rewrite.refused)
        return sc_rewrite_answer(s, t);
    while (i + 1 < sizeof refusals / sizeof *refusals &&
           refusals[i].refusal != t->admission.refusal)
        i++;
    t->verdict.class = class_of_refusal(t, i);
    why = refusals[i].message;
    if (t->admission.refusal == SC_REFUSE_BUDGET) {
        sc_purse_refusal(t, budget, sizeof budget);
        why = budget;
    }
    if (t->admission.refusal == SC_REFUSE_BREAKER && b->on_open_error) {
        sc_shadow_error(s, refusals[i].message);
        return (CURLcode)b->error_code;
    }
    put_message(t, why, message, sizeof message);
    sc_reply_error(t->provider, t->verdict.class, message, &text);
    r.status = text.status;
    r.error_type = text.error_type;
    r.body = text.body;
    r.body_len = text.len;
    r.final = !sc_class_retryable(t->verdict.class);
    if (t->verdict.class != SC_CLASS_BAD_REQUEST)
        r.retry_after_ms = t->admission.retry_after_ms;
    return sc_answer(s, t, &r);
}
