/* event.c - see event.h. */
#include "http/event.h"

#include <string.h>

#include "http/header.h"
#include "http/json.h"
#include "http/scan.h"

/* Types of events are those of OpenAI's responses, Anthropic's messages, Cohere's chat (v1, v2),
 * Gemini's interactions (in `event_type`; two generations of names) and Mistral's conversations;
 * from their API references, 2026-08. */

/* Events that say only that an answer will come. */
static const char *const preamble_types[] = {
    "ping",
    "stream-start",
    "interaction.start",
    "interaction.created",
    "interaction.status_update",
    "conversation.response.started",
    "message_start",
    "message-start",
    "response.created",
    "response.queued",
    "response.in_progress",
    "response.output_item.added",
    "response.content_part.added",
    "response.reasoning_summary_part.added",
};

static const char *const error_types[] = {"error", "response.failed",
                                          "conversation.response.error"};

static const char *const last_types[] = {"message_stop",
                                         "message-end",
                                         "response.completed",
                                         "response.incomplete",
                                         "response.failed",
                                         "response.cancelled",
                                         "interaction.completed",
                                         "interaction.complete",
                                         "stream-end",
                                         "conversation.response.done"};

/* How the types of a stream begin that ends in one of those. */
static const char *const ended_types[] = {
    "message_",  "content_block_",  "message-",   "content-",
    "response.", "interaction.",    "step.",      "content.",
    "stream-",   "text-generation", "completion", "conversation.response."};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(s, list[i]) == 0)
            return true;
    return false;
}

struct members {
    struct sc_str error, type, event_type, choices, delta, content_block, message, done, response,
        thinking, candidates, prompt_feedback, interaction, status, step, content, stop,
        stop_reason, finish_reason, is_finished;
};

static void read_members(struct sc_str json, struct members *m)
{
    static const struct {
        const char *name;
        size_t at;
    } wanted[] = {
        {"error", offsetof(struct members, error)},
        {"type", offsetof(struct members, type)},
        {"choices", offsetof(struct members, choices)},
        {"delta", offsetof(struct members, delta)},
        {"content_block", offsetof(struct members, content_block)},
        {"message", offsetof(struct members, message)},
        {"done", offsetof(struct members, done)},
        {"response", offsetof(struct members, response)},
        {"thinking", offsetof(struct members, thinking)},
        {"event_type", offsetof(struct members, event_type)},
        {"candidates", offsetof(struct members, candidates)},
        {"promptFeedback", offsetof(struct members, prompt_feedback)},
        {"interaction", offsetof(struct members, interaction)},
        {"status", offsetof(struct members, status)},
        {"step", offsetof(struct members, step)},
        {"content", offsetof(struct members, content)},
        {"stop", offsetof(struct members, stop)},
        {"stop_reason", offsetof(struct members, stop_reason)},
        {"finish_reason", offsetof(struct members, finish_reason)},
        {"is_finished", offsetof(struct members, is_finished)},
    };
    struct sc_json_iter it;
    struct sc_str key, value;
    memset(m, 0, sizeof *m);
    if (!sc_json_enter(sc_json_find(json.p, json.n, ""), &it))
        return;
    while (sc_json_next(&it, &key, &value))
        for (size_t i = 0; i < COUNT(wanted); i++)
            if (sc_json_key_is(key, wanted[i].name))
                memcpy((char *)m + wanted[i].at, &value, sizeof value);
}

/* A delta or message that carries nothing yet: only its role or kind, everything else empty. */
static bool is_idle(struct sc_str value)
{
    struct sc_json_iter it;
    struct sc_str key, v;
    if (sc_json_is_empty(value))
        return true;
    if (!sc_json_enter(value, &it) || it.close != '}')
        return false;
    while (sc_json_next(&it, &key, &v))
        if (!sc_json_is_empty(v) && !sc_json_key_is(key, "role") && !sc_json_key_is(key, "type"))
            return false;
    return true;
}

/* One of OpenAI's `choices`. */
static bool is_idle_choice(struct sc_str choice)
{
    struct sc_json_iter it;
    struct sc_str key, v;
    if (!sc_json_enter(choice, &it))
        return false;
    while (sc_json_next(&it, &key, &v)) {
        if (sc_json_key_is(key, "delta") && !is_idle(v))
            return false;
        if ((sc_json_key_is(key, "finish_reason") || sc_json_key_is(key, "text") ||
             sc_json_key_is(key, "message")) &&
            !sc_json_is_empty(v))
            return false;
    }
    return true;
}

static bool all_choices_idle(struct sc_str choices)
{
    struct sc_json_iter it;
    struct sc_str key, choice;
    if (!sc_json_enter(choices, &it) || it.close != ']')
        return false;
    while (sc_json_next(&it, &key, &choice))
        if (!is_idle_choice(choice))
            return false;
    return true;
}

static bool is_word(struct sc_str value, const char *word)
{
    size_t n = strlen(word);
    return value.n == n && memcmp(value.p, word, n) == 0;
}

/* Of OpenRouter, Mistral, Cohere and LMDeploy; vLLM, SGLang; DeepSeek; Cohere. */
bool sc_end_is_failure(const char *stop)
{
    static const char *const ends[] = {"error", "abort", "insufficient_system_resource", "timeout"};
    struct sc_str word = {stop, strlen(stop)};
    for (size_t i = 0; word.n > 0 && i < COUNT(ends); i++)
        if (sc_str_is(word, ends[i]))
            return true;
    return false;
}

static bool ends_in_failure(struct sc_str reason)
{
    char word[40];
    return sc_json_string(reason, word, sizeof word) && sc_end_is_failure(word);
}

/* OpenRouter tells of a provider's failure in the choice itself. */
static bool has_failed_choice(struct sc_str choices)
{
    struct sc_json_iter it, inner;
    struct sc_str key, choice, v;
    if (!sc_json_enter(choices, &it) || it.close != ']')
        return false;
    while (sc_json_next(&it, &key, &choice)) {
        if (!sc_json_enter(choice, &inner))
            continue;
        while (sc_json_next(&inner, &key, &v))
            if ((sc_json_key_is(key, "error") && !sc_json_says_nothing(v)) ||
                (sc_json_key_is(key, "finish_reason") && ends_in_failure(v)))
                return true;
    }
    return false;
}

static bool has_failed_interaction(const struct members *m)
{
    return is_word(m->status, "\"failed\"") ||
           (m->interaction.p &&
            is_word(sc_json_find(m->interaction.p, m->interaction.n, "status"), "\"failed\""));
}

/* The block that Anthropic puts between the answers of two models says nothing itself. */
static bool is_idle_block(struct sc_str block)
{
    return is_idle(block) ||
           (block.p && is_word(sc_json_find(block.p, block.n, "type"), "\"fallback\""));
}

static enum sc_event_nature idle_or_output(bool idle)
{
    return idle ? SC_NATURE_PREAMBLE : SC_NATURE_OUTPUT;
}

static enum sc_event_nature by_type(const char *type, const struct members *m)
{
    if (is_one_of(type, error_types, COUNT(error_types)))
        return SC_NATURE_ERROR;
    if (strncmp(type, "interaction.", 12) == 0 && has_failed_interaction(m))
        return SC_NATURE_ERROR;
    if (is_one_of(type, preamble_types, COUNT(preamble_types)))
        return SC_NATURE_PREAMBLE;
    if (strcmp(type, "message-end") == 0 && m->delta.p) /* Cohere */
        return sc_json_says_nothing(sc_json_find(m->delta.p, m->delta.n, "error")) &&
                       !ends_in_failure(sc_json_find(m->delta.p, m->delta.n, "finish_reason"))
                   ? SC_NATURE_OUTPUT
                   : SC_NATURE_ERROR;
    if (strcmp(type, "content_block_start") == 0)
        return idle_or_output(is_idle_block(m->content_block));
    if (strcmp(type, "content_block_delta") == 0 ||
        strcmp(type, "response.output_text.delta") == 0 || strcmp(type, "step.delta") == 0 ||
        strcmp(type, "content.delta") == 0)
        return idle_or_output(is_idle(m->delta));
    if (strcmp(type, "step.start") == 0)
        return idle_or_output(is_idle(m->step));
    if (strcmp(type, "content.start") == 0)
        return idle_or_output(is_idle(m->content));
    if (strcmp(type, "content-start") == 0) {
        char text[8];
        bool found = m->delta.p && sc_json_find_string(m->delta.p, m->delta.n,
                                                       "message.content.text", text, sizeof text);
        return idle_or_output(found && !text[0]);
    }
    return SC_NATURE_OUTPUT;
}

static bool is_idle_ollama(const struct members *m)
{
    return m->done.n >= 5 && memcmp(m->done.p, "false", 5) == 0 && sc_json_is_empty(m->response) &&
           sc_json_is_empty(m->thinking) && is_idle(m->message);
}

static bool type_of(const struct members *m, char *type, size_t size)
{
    return sc_json_string(m->type, type, size) || sc_json_string(m->event_type, type, size);
}

/* A number that is not zero, also as a text: "0", "00000", "SUCCESS" and false are no failures. */
static bool is_failing(struct sc_str number)
{
    size_t i = number.n > 0 && number.p[0] == '"', end = number.n - i;
    bool failing = false;

    if (i < end && number.p[i] == '-')
        i++;
    for (size_t from = i; i < end; i++) {
        char c = number.p[i];

        if ((c < '0' || c > '9') && (c != '.' || i == from))
            return false;
        failing |= c >= '1' && c <= '9';
    }
    return failing;
}

bool sc_event_is_numbered_error(struct sc_str json)
{
    struct sc_json_want wants[] = {
        {.path = "base_resp.status_code"}, {.path = "error_code"}, {.path = "Response.Error"}};
    sc_json_pick(json.p, json.n, wants, COUNT(wants));
    return is_failing(wants[0].value) || is_failing(wants[1].value) ||
           !sc_json_says_nothing(wants[2].value);
}

enum sc_event_nature sc_event_nature(struct sc_str json)
{
    struct members m;
    char type[64];
    read_members(json, &m);
    if (!sc_json_says_nothing(m.error) || has_failed_choice(m.choices) ||
        ends_in_failure(m.finish_reason) || sc_event_is_numbered_error(json))
        return SC_NATURE_ERROR;
    if (type_of(&m, type, sizeof type))
        return by_type(type, &m);
    if (all_choices_idle(m.choices) || is_idle_ollama(&m))
        return SC_NATURE_PREAMBLE;
    return SC_NATURE_OUTPUT;
}

static bool starts(struct sc_str s, const char *what)
{
    size_t n = strlen(what);
    return s.n >= n && memcmp(s.p, what, n) == 0;
}

/* Quotes inside of JSON strings are escaped, so model output that talks about "error" does not
 * contain these bytes. Error events do: response.failed as a member of its response. */
bool sc_event_may_be_error(struct sc_str json)
{
    return sc_scan_has(json, "\"error\"");
}

void sc_event_stop(struct sc_str json, char *stop, size_t size)
{
    struct sc_json_want wants[] = {
        {.path = "choices.0.finish_reason"},    {.path = "candidates.0.finishReason"},
        {.path = "promptFeedback.blockReason"}, {.path = "delta.stop_reason"},
        {.path = "delta.finish_reason"},        {.path = "finish_reason"},
    };
    stop[0] = '\0';
    if (!sc_scan_has(json, "eason\":"))
        return;
    sc_json_pick(json.p, json.n, wants, COUNT(wants));
    for (size_t i = 0; i < COUNT(wants) && stop[0] == '\0'; i++)
        sc_json_string(wants[i].value, stop, size);
}

/* The names are told from those of most other events by their first letter. */
bool sc_event_name_is_last(const char *name)
{
    return ((name[0] && strchr("mris", name[0])) || strncmp(name, "conv", 4) == 0) &&
           is_one_of(name, last_types, COUNT(last_types));
}

/* {"type":"message_stop"} by its first bytes: APIs with typed events write the type first. */
static bool type_is_last(struct sc_str json)
{
    static const char begin[] = "{\"type\":";
    const char *p = json.p + sizeof begin - 1, *end = json.p + json.n;
    if (!starts(json, begin))
        return false;
    if (p < end && *p == ' ')
        p++;
    if (end - p < 2 || (p[1] != 'm' && p[1] != 'r'))
        return false;
    char type[64];
    return sc_json_find_string(json.p, json.n, "type", type, sizeof type) &&
           sc_event_name_is_last(type);
}

/* Whether a word is within these capitals, in any case. */
static bool has_word(struct sc_str s, const char *lower)
{
    return s.n >= strlen(lower) && sc_str_find(s, lower) != NULL;
}

static bool names_error(struct sc_str word)
{
    return has_word(word, "error") || has_word(word, "fail") || has_word(word, "exception");
}

/* The word in "[WORD]", "[WORD: ...]" or "[WORD] ..."; capitals, as no JSON has there, but for the
 * two that are also written small. */
static struct sc_str bracketed(struct sc_str data)
{
    struct sc_str word = {data.p + 1, 0};
    bool capitals = true;
    for (size_t i = 1; i < data.n && i < 40; i++) {
        char c = data.p[i];
        if (c >= 'a' && c <= 'z')
            capitals = false;
        else if (!(c >= 'A' && c <= 'Z') && c != '_' && c != '-')
            break;
        word.n++;
    }
    bool known = sc_str_is(word, "done") || sc_str_is(word, "error");
    return word.n > 1 && (capitals || known) ? word : (struct sc_str){data.p, 0};
}

enum sc_event_mark sc_event_mark(struct sc_str data)
{
    if (data.n < 4)
        return SC_MARK_NONE;
    if ((data.p[0] | 0x20) == 'e') /* some servers write their exceptions so */
        return sc_str_find((struct sc_str){data.p, data.n < 7 ? data.n : 7}, "error:") == data.p
                   ? SC_MARK_ERROR
                   : SC_MARK_NONE;
    if (data.p[0] != '[')
        return SC_MARK_NONE;
    struct sc_str word = bracketed(data);
    if (word.n == 0)
        return SC_MARK_NONE;
    if (names_error(word))
        return SC_MARK_ERROR;
    return word.p + word.n + 1 == data.p + data.n && word.p[word.n] == ']' ? SC_MARK_SENTINEL
                                                                           : SC_MARK_NONE;
}

bool sc_event_is_last(struct sc_str json)
{
    if (starts(json, "[DONE]") || type_is_last(json))
        return true;
    if (starts(json, "{\"candidates\""))
        return sc_scan_has(json, "\"finishReason\"");
    if (starts(json, "{\"model\"")) /* Ollama */
        return sc_scan_has(json, "\"done\":true");
    return false;
}

/* Whether one of the elements of a list has a value at one of these names. */
static bool one_has(struct sc_str list, const char *name, const char *other, bool empty_too)
{
    struct sc_json_iter it, inner;
    struct sc_str key, element, v;
    if (!sc_json_enter(list, &it) || it.close != ']')
        return false;
    while (sc_json_next(&it, &key, &element)) {
        if (!sc_json_enter(element, &inner))
            continue;
        while (sc_json_next(&inner, &key, &v))
            if ((sc_json_key_is(key, name) || sc_json_key_is(key, other)) &&
                (empty_too || !sc_json_is_empty(v)))
                return true;
    }
    return false;
}

static bool is_bool(struct sc_str value)
{
    return is_word(value, "true") || is_word(value, "false");
}

bool sc_event_has_end(struct sc_str json)
{
    struct members m;
    char type[64];
    read_members(json, &m);
    if (type_of(&m, type, sizeof type))
        for (size_t i = 0; i < COUNT(ended_types); i++)
            if (strncmp(type, ended_types[i], strlen(ended_types[i])) == 0)
                return true;
    return one_has(m.choices, "delta", "finish_reason", true) ||
           one_has(m.candidates, "content", "finishReason", true) ||
           (is_bool(m.done) && (m.message.p || m.response.p)) ||          /* Ollama */
           (is_bool(m.stop) && m.content.n > 0 && m.content.p[0] == '"'); /* llama.cpp */
}

static bool type_ends(const char *type, const struct members *m)
{
    if (strcmp(type, "message_delta") == 0 &&
        m->delta.p) /* what imitates Anthropic may stop here */
        return !sc_json_is_empty(sc_json_find(m->delta.p, m->delta.n, "stop_reason"));
    if (strcmp(type, "completion") == 0)
        return !sc_json_is_empty(m->stop_reason);
    return is_one_of(type, last_types, COUNT(last_types)) ||
           is_one_of(type, error_types, COUNT(error_types));
}

bool sc_event_ends(struct sc_str json)
{
    struct members m;
    char type[64];
    read_members(json, &m);
    if (!sc_json_says_nothing(m.error))
        return true;
    if (type_of(&m, type, sizeof type))
        return type_ends(type, &m);
    if (m.choices.p) /* none: what comes behind the last of them, as usage does */
        return sc_json_is_empty(m.choices) ||
               one_has(m.choices, "finish_reason", "finish_reason", false);
    if (m.candidates.p || m.prompt_feedback.p)
        return one_has(m.candidates, "finishReason", "finishReason", false) ||
               (m.prompt_feedback.p &&
                !sc_json_is_empty(
                    sc_json_find(m.prompt_feedback.p, m.prompt_feedback.n, "blockReason")));
    if (is_bool(m.done) || is_bool(m.stop) || is_bool(m.is_finished))
        return is_word(m.done, "true") || is_word(m.stop, "true") || is_word(m.is_finished, "true");
    return true;
}
