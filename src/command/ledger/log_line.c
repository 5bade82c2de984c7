/* log_line.c - see log_line.h. */
#include "ledger/log_line.h"

#include <stdio.h>
#include <string.h>

#include "http/decimal.h"
#include "http/json.h"
#include "ledger/ledger_line.h"
#include "ledger/text_line.h"

/* A member and where it goes; texts have a size. */
static const struct {
    const char *name;
    size_t at, size;
    int scale;
} members[] = {
#define TEXT(name, field)                                                                         \
    {                                                                                             \
        name, offsetof(struct sc_log_line, field), sizeof(((struct sc_log_line *)NULL)->field), 0 \
    }
#define NUMBER(name, field, scale)                          \
    {                                                       \
        name, offsetof(struct sc_log_line, field), 0, scale \
    }
    TEXT("event", event),
    TEXT("call", call),
    TEXT("program", program),
    TEXT("model", model),
    TEXT("rule", rule),
    TEXT("provider", provider),
    TEXT("host", host),
    TEXT("outcome", outcome),
    TEXT("class", class),
    TEXT("reason", reason),
    TEXT("task", task),
    TEXT("dag", dag),
    TEXT("target", target),
    TEXT("mode", mode),
    TEXT("text", text),
    NUMBER("pid", pid, 0),
    NUMBER("status", status, 0),
    NUMBER("curl_code", curl_code, 0),
    NUMBER("attempt", attempt, 0),
    NUMBER("attempts", attempts, 0),
    NUMBER("ms", ms, 0),
    NUMBER("wait_ms", wait_ms, 0),
    NUMBER("input_tokens", input, 0),
    NUMBER("output_tokens", output, 0),
    NUMBER("cost_usd", cost_nano, 9),
    NUMBER("lost_usd", lost_nano, 9),
    NUMBER("first_token_ms", first_token_ms, 0),
};

static void take(struct sc_log_line *l, struct sc_str key, struct sc_str value)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        char *at = (char *)l + members[i].at;

        if (!sc_json_key_is(key, members[i].name))
            continue;
        if (members[i].size > 0) {
            sc_json_string(value, at, members[i].size);
        } else {
            int64_t v = sc_decimal(value.p, value.n, members[i].scale);

            memcpy(at, &v, sizeof v);
        }
        return;
    }
}

static bool is(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static enum sc_log_level level_of(const struct sc_log_line *l)
{
    static const struct {
        const char *event;
        enum sc_log_level level;
    } always[] = {
        {"wait", SC_LOG_INFO},    {"waited", SC_LOG_INFO},  {"gate", SC_LOG_DEBUG},
        {"breaker", SC_LOG_WARN}, {"latch", SC_LOG_WARN},   {"stream", SC_LOG_WARN},
        {"budget", SC_LOG_WARN},  {"request", SC_LOG_WARN}, {"fallback", SC_LOG_WARN},
        {"shadow", SC_LOG_INFO},  {"hedge", SC_LOG_INFO},
    };

    if (is(l->event, "call"))
        return is(l->outcome, "ok") || l->cached ? SC_LOG_INFO : SC_LOG_ERROR;
    if (is(l->event, "attempt"))
        return l->will_retry || !is(l->class, "ok") ? SC_LOG_WARN
               : l->attempt > 1                     ? SC_LOG_INFO
                                                    : SC_LOG_DEBUG;
    if (is(l->event, "policy"))
        return strstr(l->text, "refused") ? SC_LOG_ERROR : SC_LOG_INFO;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (is(l->event, always[i].event))
            return always[i].level;
    return SC_LOG_WARN;
}

static bool read_json(struct sc_log_line *l, const char *line, size_t n)
{
    struct sc_json_iter it;
    struct sc_str key, value;
    char when[40] = "";

    memset(l, 0, sizeof *l);
    l->pid = l->status = l->curl_code = l->attempt = l->attempts = l->ms = l->wait_ms = -1;
    l->first_token_ms = l->input = l->output = l->cost_nano = l->lost_nano = -1;
    if (!sc_json_enter((struct sc_str){line, n}, &it))
        return false;
    while (sc_json_next(&it, &key, &value)) {
        if (sc_json_key_is(key, "time"))
            sc_json_string(value, when, sizeof when);
        else if (sc_json_key_is(key, "will_retry"))
            l->will_retry = value.n > 0 && value.p[0] == 't';
        else if (sc_json_key_is(key, "estimated"))
            l->estimated = value.n > 0 && value.p[0] == 't';
        else if (sc_json_key_is(key, "cached"))
            l->cached = value.n > 0 && value.p[0] == 't';
        else
            take(l, key, value);
    }
    if (!l->event[0] || !sc_time_read(when, &l->time_ms, NULL))
        return false;
    l->level = level_of(l);
    return true;
}

bool sc_log_line_read(struct sc_log_line *l, const char *line, size_t n)
{
    static char json[SC_TEXT_LINE_JSON];

    if (n == 0)
        return false;
    if (line[0] == '{')
        return read_json(l, line, n);
    n = sc_text_line_json(line, n, json, sizeof json);
    if (n == 0 || !read_json(l, json, n))
        return false;
    l->from_text = true;
    return true;
}

int64_t sc_log_line_time(const char *line, size_t n)
{
    char when[40];
    int64_t ms;

    if (n == 0)
        return -1;
    if (line[0] != '{')
        return sc_text_line_time(line, n);
    return sc_json_find_string(line, n, "time", when, sizeof when) && sc_time_read(when, &ms, NULL)
               ? ms
               : -1;
}

enum sc_ending sc_ending_of(const struct sc_log_line *l)
{
    if (l->cached)
        return SC_CALL_OWN;
    if (is(l->outcome, "synthesized"))
        return l->status >= 400 || l->curl_code > 0 ? SC_CALL_FAILED : SC_CALL_OWN;
    if (!is(l->outcome, "ok"))
        return SC_CALL_FAILED;
    return l->attempts > 1 ? SC_CALL_RETRIED : SC_CALL_OK;
}

void sc_log_outcome_words(const struct sc_log_line *l, char *buf, size_t n)
{
    if (is(l->outcome, "ok"))
        snprintf(buf, n, "ok");
    else if (is(l->outcome, "synthesized"))
        snprintf(buf, n, "answered: %s", l->reason[0] ? l->reason : "by steadycurl");
    else
        snprintf(buf, n, "failed: %s", l->class[0] ? l->class : "?");
}
