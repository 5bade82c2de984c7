/* worth.c - see worth.h. */
#include "store/worth.h"

#include <string.h>

#include "http/event.h"
#include "http/json.h"
#include "http/valid.h"

/* What is seen of an answer, in one piece or event by event. */
struct seen {
    bool wrong; /* no JSON, an error, an end that is none */
    bool ended; /* it says itself that it is whole */
    bool tools;
};

/* ---- its end --------------------------------------------------------------------------------- */

static const char *const good_ends[] = {
    "stop",     "end_turn",      "stop_sequence", "STOP",        "completed", "COMPLETE",
    "complete", "STOP_SEQUENCE", "eos",           "end_of_text", NULL};
static const char *const tool_ends[] = {"tool_calls", "tool_use", "function_call", "TOOL_CALL",
                                        NULL};

static bool is_among(const char *word, const char *const *list)
{
    for (; *list; list++)
        if (strcmp(word, *list) == 0)
            return true;
    return false;
}

static void see_end(struct seen *s, const char *why)
{
    if (!why[0])
        return;
    if (is_among(why, tool_ends))
        s->tools = true;
    else if (!is_among(why, good_ends))
        s->wrong = true;
    s->ended = true;
}

/* ---- what is in it --------------------------------------------------------------------------- */

/* Names of members that hold a call of a tool, and what a block says that is one. */
static const char *const tool_names[] = {"tool_calls", "function_call", "functionCall", NULL};
static const char *const tool_types[] = {
    "tool_use",         "server_tool_use",      "function_call",
    "custom_tool_call", "computer_call",        "mcp_tool_use",
    "mcp_call",         "shell_call",           "local_shell_call",
    "apply_patch_call", "mcp_approval_request", NULL};

/* Names of members that say why each of several answers ends. */
static const char *const end_names[] = {"finish_reason", "stop_reason", "finishReason",
                                        "done_reason",   "blockReason", NULL};

enum { DEPTH = 12 };

static bool name_is_among(struct sc_str key, const char *const *list)
{
    for (; *list; list++)
        if (sc_json_key_is(key, *list))
            return true;
    return false;
}

static void see_member(struct seen *s, struct sc_str key, struct sc_str value)
{
    char word[48];

    if (name_is_among(key, tool_names) && !sc_json_is_empty(value))
        s->tools = true;
    if (!sc_json_string(value, word, sizeof word))
        return;
    if (name_is_among(key, end_names))
        see_end(s, word);
    if (sc_json_key_is(key, "type") && is_among(word, tool_types))
        s->tools = true;
    if (sc_json_key_is(key, "refusal") && word[0])
        s->wrong = true;
}

static bool is_container(struct sc_str value)
{
    return value.n > 0 && (value.p[0] == '{' || value.p[0] == '[');
}

/* All members at all depths that an API's own words can be at. */
static void see_json(struct seen *s, struct sc_str json)
{
    struct sc_json_iter levels[DEPTH];
    struct sc_str key, value;
    size_t depth = 0;

    if (!sc_json_enter(json, &levels[depth++]))
        s->wrong = true;
    while (depth > 0 && !s->wrong) {
        if (!sc_json_next(&levels[depth - 1], &key, &value)) {
            depth--;
            continue;
        }
        if (key.n > 0)
            see_member(s, key, value);
        if (is_container(value) && depth < DEPTH && sc_json_enter(value, &levels[depth]))
            depth++;
    }
}

/* The Responses API says how the whole went; its blocks have a status as well. */
static void see_status(struct seen *s, struct sc_str response)
{
    char status[24];

    if (!sc_json_find_string(response.p, response.n, "status", status, sizeof status))
        return;
    s->ended = true;
    s->wrong = s->wrong || strcmp(status, "completed") != 0;
}

static void see_responses_event(struct seen *s, struct sc_str json)
{
    struct sc_str response = sc_json_find(json.p, json.n, "response");
    char type[48];

    if (!sc_json_find_string(json.p, json.n, "type", type, sizeof type))
        return;
    if (strcmp(type, "response.completed") == 0) {
        see_status(s, response);
        see_json(s, response);
    } else if (strcmp(type, "response.failed") == 0 || strcmp(type, "error") == 0 ||
               strcmp(type, "response.incomplete") == 0) {
        s->wrong = true;
    }
}

static void see_event(struct seen *s, enum sc_asked_api api, struct sc_str json)
{
    if (sc_event_nature(json) == SC_NATURE_ERROR)
        s->wrong = true;
    else if (api == SC_ASKED_RESPONSES)
        see_responses_event(s, json);
    else
        see_json(s, json);
}

/* ---- streams --------------------------------------------------------------------------------- */

static struct sc_str trimmed(struct sc_str line)
{
    while (line.n > 0 && strchr(" \t\r", line.p[0])) {
        line.p++;
        line.n--;
    }
    while (line.n > 0 && strchr(" \t\r", line.p[line.n - 1]))
        line.n--;
    return line;
}

/* A line of SSE or NDJSON. */
static void see_line(struct seen *s, enum sc_asked_api api, struct sc_str line)
{
    static const char data[] = "data:";
    bool field = line.n >= sizeof data - 1 && memcmp(line.p, data, sizeof data - 1) == 0;

    if (field)
        line = (struct sc_str){line.p + sizeof data - 1, line.n - (sizeof data - 1)};
    line = trimmed(line);
    if (line.n > 0 && line.p[0] == '{')
        see_event(s, api, line);
    else if (field && line.n == 6 && memcmp(line.p, "[DONE]", 6) == 0)
        s->ended = true;
}

static void see_stream(struct seen *s, enum sc_asked_api api, struct sc_str body)
{
    const char *p = body.p, *end = p + body.n;

    while (p < end && !s->wrong) {
        const char *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop ? stop : end;
        see_line(s, api, (struct sc_str){p, (size_t)(stop - p)});
        p = stop + 1;
    }
}

static bool is_array(struct sc_str body)
{
    return trimmed(body).n > 0 && trimmed(body).p[0] == '[';
}

bool sc_worth_keeping(enum sc_asked_api api, bool stream, bool tools, struct sc_str body)
{
    struct seen s = {.wrong = false};

    if (body.n == 0)
        return false;
    if (stream && !is_array(body)) {
        see_stream(&s, api, body);
    } else {
        if (sc_json_check(body, NULL) != SC_JSON_GOOD)
            return false;
        see_json(&s, body);
        if (api == SC_ASKED_RESPONSES)
            see_status(&s, body);
        s.wrong = s.wrong || !sc_json_is_empty(sc_json_find(body.p, body.n, "error"));
        s.ended = s.ended || (!stream && api <= SC_ASKED_CHAT); /* embeddings have no end */
    }
    return !s.wrong && s.ended && (tools || !s.tools);
}
