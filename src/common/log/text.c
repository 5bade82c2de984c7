/*
 * text.c - an event as a line for people: "[time] sentence (name=value ...)".
 *
 * The sentences "Retry N: HTTP S" and "Max retries reached. Request failed." are relied upon by
 * users' scripts; fields come after the sentence, never before.
 */
#include "log/out.h"

#include <errno.h>
#include <stdatomic.h>
#include <unistd.h>

#include "core/call.h"
#include "core/units.h"
#include "log/event.h"
#include "log/fixed.h"
#include "log/plain.h"
#include "log/program.h"
#include "log/redact.h"

#define WORDS_MAX 1024 /* bytes of a free text in a line */
#define VALUE_MAX 256  /* and of a field's value */

/* HTTP_RETURNED_ERROR: FAILONERROR turned a status into an error; the status says more. */
#define CURL_HTTP_ERROR 22

/* Foreign text: nothing in it may start a line of its own or act on a terminal. */
static void put_words(struct sc_out *o, const char *s, size_t max)
{
    size_t n = strnlen(s, max);
    for (size_t i = 0, length; i < n; i += length) {
        bool plain;
        length = sc_plain_char(s + i, n - i, &plain);
        if (!sc_out_bytes(o, plain ? s + i : " ", plain ? length : 1))
            return;
    }
}

static void put_redacted(struct sc_out *o, const char *s)
{
    char clean[WORDS_MAX];
    sc_redact(s, strlen(s), clean, sizeof clean);
    put_words(o, clean, sizeof clean);
}

/* "HTTP 503", or what libcurl says about the transport. */
static void put_cause(struct sc_out *o, const struct sc_event *e)
{
    if (e->curl_code == 0 || (e->curl_code == CURL_HTTP_ERROR && e->status)) {
        SC_OUT_LITERAL(o, "HTTP ");
        sc_out_int(o, e->status);
        return;
    }
    const char *words = e->text ? e->text : sc_log_curl_words(e->curl_code);
    if (words) {
        put_redacted(o, words);
    } else {
        SC_OUT_LITERAL(o, "curl error ");
        sc_out_int(o, e->curl_code);
    }
}

/* Fields: the first opens the parenthesis, a blank separates the others. A value with blanks or
 * quotes in it is quoted. */
struct fields {
    struct sc_out *o;
    bool open;
};

/* A field's name is a constant wherever one is put: inlined it is a move or two instead of a call,
 * of which a line has twenty. */
#define INLINE static inline __attribute__((always_inline))

INLINE bool begin_field(struct fields *f, const char *name, size_t n, size_t value)
{
    if (f->o->cap - f->o->n < n + value + 4)
        return false;
    if (f->open)
        SC_OUT_LITERAL(f->o, " ");
    else
        SC_OUT_LITERAL(f->o, " (");
    f->open = true;
    return sc_out_bytes(f->o, name, n);
}

/* Bytes that are foreign to a bare word: 1, but welcome between quotes; 2, nowhere; 4, perhaps. */
static const unsigned char odd[256] = {
    [' '] = 1, ['"'] = 1, ['('] = 1, [')'] = 1, [1 ... 0x1f] = 2, [0x7f] = 2, [0x80 ... 0xff] = 4,
};

#define NAME(name) name "=", sizeof(name "=") - 1

INLINE void number(struct fields *f, const char *name, size_t n, int64_t v)
{
    if (begin_field(f, name, n, 20))
        sc_out_int(f->o, v);
}

static bool is_plain(const char *v, size_t n)
{
    bool plain = true;
    for (size_t i = 0; i < n && plain;)
        i += sc_plain_char(v + i, n - i, &plain);
    return plain;
}

/* How long a value is, and which kinds of odd bytes it has. */
static unsigned look_at(const char *v, size_t *length)
{
    unsigned seen = 0;
    size_t len = 0;
    for (; len < VALUE_MAX && v[len]; len++)
        seen |= odd[(unsigned char)v[len]];
    if (seen & 4 && !is_plain(v, len))
        seen |= 2;
    *length = len;
    return seen & 3;
}

static void put_quoted(struct sc_out *o, const char *v, size_t len)
{
    SC_OUT_LITERAL(o, "\"");
    put_words(o, v, len);
    SC_OUT_LITERAL(o, "\"");
}

INLINE void string(struct fields *f, const char *name, size_t n, const char *v)
{
    size_t len;
    if (!v || !*v)
        return;
    unsigned seen = look_at(v, &len);
    if (!begin_field(f, name, n, len + 2))
        return;
    if (seen)
        put_quoted(f->o, v, len);
    else
        sc_out_bytes(f->o, v, len);
}

/* Mostly the first fields of a line: then they are kept, with the parenthesis that they open. */
static void put_place(struct fields *f, const struct sc_event *e)
{
    bool first = !f->open;
    size_t start = f->o->n;
    if (first && sc_log_fixed_put(e, SC_LOG_TEXT, f->o)) {
        f->open = true;
    } else {
        string(f, NAME("provider"), e->provider);
        string(f, NAME("model"), e->model);
        string(f, NAME("host"), e->host);
        string(f, NAME("rule"), e->rule);
        if (first)
            sc_log_fixed_keep(e, SC_LOG_TEXT, f->o, start);
    }
    string(f, NAME("class"), e->class);
}

static void put_process(struct fields *f, pid_t pid)
{
    string(f, NAME("program"), sc_log_program());
    number(f, NAME("pid"), pid);
}

/* The same as long as the process is: kept of it, for fields behind others. `of` says whose it is;
 * while it is written, nobody's. */
static struct {
    _Atomic pid_t of;
    size_t n;
    char text[128];
} process;

enum { NOBODY = -1 };

static void keep_process(pid_t pid, pid_t before, const char *text, size_t n)
{
    if (n > sizeof process.text || before == NOBODY ||
        !atomic_compare_exchange_strong(&process.of, &before, NOBODY))
        return;
    memcpy(process.text, text, n);
    process.n = n;
    atomic_store(&process.of, pid);
}

static void put_who(struct fields *f, const struct sc_event *e)
{
    pid_t pid = getpid(), of = atomic_load_explicit(&process.of, memory_order_acquire);
    bool behind = f->open;
    size_t start = f->o->n;
    if (!behind || of != pid || !sc_out_bytes(f->o, process.text, process.n)) {
        put_process(f, pid);
        if (behind && of != pid && f->o->cap - f->o->n > VALUE_MAX) /* else one may be left out */
            keep_process(pid, of, f->o->p + start, f->o->n - start);
    }
    if (e->call && begin_field(f, NAME("call"), 16))
        sc_out_hex(f->o, e->call);
    if (f->open)
        SC_OUT_LITERAL(f->o, ")");
}

static void put_attempt(struct sc_out *o, struct fields *f, const struct sc_event *e)
{
    sc_out_string(o, e->will_retry ? "Retry " : "Attempt ");
    sc_out_int(o, e->attempt);
    SC_OUT_LITERAL(o, ": ");
    put_cause(o, e);
    put_place(f, e);
    string(f, NAME("row"), e->row);
    if (e->ms >= 0)
        number(f, NAME("ms"), e->ms);
    if (e->retry_after_ms >= 0)
        number(f, NAME("retry_after_ms"), e->retry_after_ms);
    if (e->will_retry && e->wait_ms >= 0)
        number(f, NAME("wait_ms"), e->wait_ms);
    string(f, NAME("said"), e->said);
}

static void put_wait(struct sc_out *o, struct fields *f, const struct sc_event *e)
{
    sc_out_string(o, e->kind == SC_EVENT_WAITED ? "Waited " : "Waiting ");
    sc_out_string(o, sc_time_words(e->ms).s);
    if (e->ms >= 1000) /* the words are rounded then */
        number(f, NAME("ms"), e->ms);
    string(f, NAME("reason"), e->reason);
    string(f, NAME("priority"), e->priority);
    put_place(f, e);
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

static void put_failed_call(struct sc_out *o, const struct sc_event *e)
{
    bool never = same(e->reason, sc_give_up_name(SC_GIVE_UP_CLASS));
    if (same(e->reason, sc_give_up_name(SC_GIVE_UP_ATTEMPTS))) {
        SC_OUT_LITERAL(o, "Max retries reached. Request failed.");
        return;
    }
    if (same(e->class, "aborted"))
        SC_OUT_LITERAL(o, "Stopped by the program: ");
    else if (never)
        SC_OUT_LITERAL(o, "Non-retryable error: ");
    else
        SC_OUT_LITERAL(o, "Request failed: ");
    put_cause(o, e);
    if (e->reason && !never && !same(e->class, "aborted")) {
        SC_OUT_LITERAL(o, ", not retried: ");
        put_words(o, e->reason, WORDS_MAX);
    }
}

static void put_call(struct sc_out *o, struct fields *f, const struct sc_event *e)
{
    if (same(e->outcome, "ok")) {
        SC_OUT_LITERAL(o, "Success: ");
        put_cause(o, e);
    } else if (same(e->outcome, "synthesized")) {
        SC_OUT_LITERAL(o, "Answered by steadycurl: ");
        put_words(o, e->reason ? e->reason : "HTTP", WORDS_MAX);
    } else {
        put_failed_call(o, e);
    }
    put_place(f, e);
    if (e->status && (e->curl_code || !same(e->outcome, "ok")))
        number(f, NAME("status"), e->status);
    number(f, NAME("attempts"), e->attempts);
    if (e->ms >= 0)
        number(f, NAME("ms"), e->ms);
    if (e->input_tokens >= 0)
        number(f, NAME("input_tokens"), e->input_tokens);
    if (e->output_tokens >= 0)
        number(f, NAME("output_tokens"), e->output_tokens);
    if (e->has_cost && begin_field(f, NAME("cost_usd"), 24))
        sc_out_dollars(f->o, e->cost_nano);
    if (e->lost_nano > 0 && begin_field(f, NAME("lost_usd"), 24))
        sc_out_dollars(f->o, e->lost_nano);
    if (e->first_token_ms > 0)
        number(f, NAME("first_token_ms"), e->first_token_ms);
    if (e->cached)
        string(f, NAME("cached"), "yes");
    if (e->estimated)
        string(f, NAME("estimated"), "yes");
    if (e->trimmed > 0)
        number(f, NAME("trimmed"), e->trimmed);
    string(f, NAME("task"), e->task);
    string(f, NAME("dag"), e->dag);
    string(f, NAME("target"), e->target);
    if (e->shadow)
        string(f, NAME("mode"), "shadow");
    if (e->hedges > 0)
        number(f, NAME("hedges"), e->hedges);
    string(f, NAME("hedge"), e->hedge);
    string(f, NAME("budget"), e->budget);
}

static void put_other(struct sc_out *o, struct fields *f, const struct sc_event *e)
{
    if (e->kind == SC_EVENT_STREAM)
        SC_OUT_LITERAL(o, "Error after output began: ");
    else if (e->kind == SC_EVENT_POLICY)
        SC_OUT_LITERAL(o, "Policy: ");
    else if (e->kind == SC_EVENT_FALLBACK)
        SC_OUT_LITERAL(o, "Fallback: ");
    else if (e->kind == SC_EVENT_REQUEST)
        SC_OUT_LITERAL(o, "Request: ");
    else if (e->kind == SC_EVENT_FAULT)
        SC_OUT_LITERAL(o, "Fault on purpose: ");
    else if (e->kind == SC_EVENT_HEDGE)
        SC_OUT_LITERAL(o, "Hedge: ");
    else if (e->kind == SC_EVENT_SHADOW)
        SC_OUT_LITERAL(o, "Shadow: ");
    put_redacted(o, e->text ? e->text : e->class ? e->class : "(no text)");
    string(f, NAME("from"), e->from);
    string(f, NAME("to"), e->to);
    string(f, NAME("reason"), e->reason);
    if (e->kind == SC_EVENT_SHADOW && e->ms >= 0)
        number(f, NAME("ms"), e->ms);
    if (e->trimmed > 0)
        number(f, NAME("trimmed"), e->trimmed);
    put_place(f, e);
    string(f, NAME("row"), e->row);
    string(f, NAME("said"), e->said);
}

static bool only_for_debugging(const struct sc_event *e)
{
    if (e->kind == SC_EVENT_ATTEMPT)
        return !e->will_retry;
    return e->kind == SC_EVENT_WAIT && (same(e->reason, "backoff") || same(e->reason, "hint"));
}

bool sc_log_text(const struct sc_log *log, const struct sc_event *e, int64_t wall_ns,
                 struct sc_out *o)
{
    struct fields f = {o, false};
    if (only_for_debugging(e) && log->level < SC_LOG_DEBUG)
        return false;
    SC_OUT_LITERAL(o, "[");
    sc_out_local_time(o, wall_ns);
    SC_OUT_LITERAL(o, "] ");
    if (e->kind == SC_EVENT_ATTEMPT)
        put_attempt(o, &f, e);
    else if (e->kind == SC_EVENT_WAIT || e->kind == SC_EVENT_WAITED)
        put_wait(o, &f, e);
    else if (e->kind == SC_EVENT_CALL)
        put_call(o, &f, e);
    else
        put_other(o, &f, e);
    put_who(&f, e);
    return true;
}
