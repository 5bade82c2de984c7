/* conversation.c - see conversation.h. */
#include "provider/conversation.h"

#include <stdlib.h>
#include <string.h>

#include "http/json.h"

struct sc_str sc_conversation_find(struct sc_str body)
{
    struct sc_json_want wants[] = {{.path = "messages"}, {.path = "contents"}};

    sc_json_pick(body.p, body.n, wants, 2);
    for (int i = 0; i < 2; i++)
        if (wants[i].value.p && *wants[i].value.p == '[')
            return wants[i].value;
    return (struct sc_str){NULL, 0};
}

/* Anthropic's {"type": "tool_result"}, Bedrock's toolResult, Gemini's functionResponse. */
static bool is_result(struct sc_str part)
{
    struct sc_json_want wants[] = {{.path = "type"},
                                   {.path = "toolResult"},
                                   {.path = "functionResponse"},
                                   {.path = "function_response"}};
    char type[32];

    sc_json_pick(part.p, part.n, wants, 4);
    if (wants[1].value.p || wants[2].value.p || wants[3].value.p)
        return true;
    return sc_json_string(wants[0].value, type, sizeof type) && strstr(type, "tool_result") != NULL;
}

static bool has_results(struct sc_str message)
{
    struct sc_str parts = sc_json_find(message.p, message.n, "content"), key, part;
    struct sc_json_iter it;

    if (!parts.p)
        parts = sc_json_find(message.p, message.n, "parts");
    if (!parts.p || *parts.p != '[' || !sc_json_enter(parts, &it))
        return false;
    while (sc_json_next(&it, &key, &part))
        if (*part.p == '{' && is_result(part))
            return true;
    return false;
}

static enum sc_speaker speaker_of(struct sc_str message)
{
    char role[16];

    sc_json_find_string(message.p, message.n, "role", role, sizeof role);
    if (strcmp(role, "system") == 0 || strcmp(role, "developer") == 0)
        return SC_SPEAKER_SYSTEM;
    if (strcmp(role, "assistant") == 0 || strcmp(role, "model") == 0)
        return SC_SPEAKER_MODEL;
    if (role[0] && strcmp(role, "user") != 0) /* tool, function */
        return SC_SPEAKER_RESULT;
    return has_results(message) ? SC_SPEAKER_RESULT : SC_SPEAKER_USER;
}

static bool make_room(struct sc_conversation *c, size_t room)
{
    void *message = realloc(c->message, room * sizeof *c->message), *text;

    if (!message)
        return false;
    c->message = message;
    text = realloc(c->text, room * sizeof *c->text);
    if (!text)
        return false;
    c->text = text;
    return true;
}

bool sc_conversation_read(struct sc_str messages, struct sc_conversation *c)
{
    struct sc_json_iter it;
    struct sc_str key, value;
    size_t room = 0;

    *c = (struct sc_conversation){NULL, NULL, 0};
    if (!sc_json_enter(messages, &it) || it.close != ']')
        return false;
    while (sc_json_next(&it, &key, &value)) {
        if (c->n == room && !make_room(c, room = room ? 2 * room : 64)) {
            sc_conversation_free(c);
            return false;
        }
        c->text[c->n] = value;
        c->message[c->n++] = (struct sc_message){speaker_of(value), false, 0};
    }
    return c->n > 0;
}

void sc_conversation_free(struct sc_conversation *c)
{
    free(c->message);
    free(c->text);
    *c = (struct sc_conversation){NULL, NULL, 0};
}

/* Everything between two places but system messages; returns what it weighs. */
static int64_t drop(struct sc_conversation *c, size_t from, size_t to)
{
    int64_t gone = 0;

    for (size_t i = from; i < to; i++) {
        if (c->message[i].speaker == SC_SPEAKER_SYSTEM)
            continue;
        c->message[i].gone = true;
        gone += c->message[i].weight;
    }
    return gone;
}

/* The next message of that speaker from i on, n if there is none. */
static size_t next_of(const struct sc_conversation *c, size_t i, enum sc_speaker speaker)
{
    while (i < c->n && c->message[i].speaker != speaker)
        i++;
    return i;
}

static size_t last_own(const struct sc_conversation *c)
{
    size_t i = c->n;

    while (i-- > 0)
        if (c->message[i].speaker == SC_SPEAKER_USER)
            return i;
    return c->n;
}

/* Rounds behind the user's last message, each from one answer of the model to the next. */
static int64_t drop_rounds(struct sc_conversation *c, size_t last, int64_t excess)
{
    size_t from = next_of(c, last + 1, SC_SPEAKER_MODEL);
    int64_t gone = 0;

    while (gone < excess && from < c->n) {
        size_t to = next_of(c, from + 1, SC_SPEAKER_MODEL);

        if (to == c->n) /* the last one is what the model is to go on with */
            break;
        gone += drop(c, from, to);
        from = to;
    }
    return gone;
}

int64_t sc_conversation_trim(struct sc_conversation *c, int64_t excess)
{
    size_t from = 0, last = last_own(c), cut = next_of(c, 0, SC_SPEAKER_USER);
    int64_t gone = 0;

    if (last == c->n)
        return 0;
    while (gone < excess && from < last) {
        cut = next_of(c, cut + (cut == from), SC_SPEAKER_USER);
        gone += drop(c, from, cut);
        from = cut;
    }
    if (gone < excess)
        gone += drop_rounds(c, last, excess - gone);
    return gone;
}

size_t sc_conversation_edit(const struct sc_conversation *c, struct sc_edits *e)
{
    size_t i = 0, count, total = 0;

    while (i < c->n) {
        for (count = 0; i + count < c->n && c->message[i + count].gone; count++)
            ;
        if (count > 0)
            sc_edit_delete_elements(e, c->text, c->n, i, count);
        total += count;
        i += count + 1;
    }
    return e->failed ? 0 : total;
}
