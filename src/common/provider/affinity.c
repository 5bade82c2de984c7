/* affinity.c - see affinity.h. */
#include "provider/affinity.h"

#include <string.h>

#include "http/json.h"

#define START UINT64_C(0xcbf29ce484222325)
#define BYTES_MAX ((size_t)16 << 10) /* of one text: what differs later is still one prefix */

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t add(uint64_t hash, struct sc_str text)
{
    uint64_t word;
    size_t n = text.n < BYTES_MAX ? text.n : BYTES_MAX, i;

    for (i = 0; i + sizeof word <= n; i += sizeof word) {
        memcpy(&word, text.p + i, sizeof word);
        hash = mix(hash, word);
    }
    for (word = 0; i < n; i++)
        word = word << 8 | (unsigned char)text.p[i];
    return mix(mix(hash, word), text.n);
}

uint64_t sc_affinity_hash(struct sc_str text)
{
    return add(START, text);
}

/* Instructions that stand among the messages. */
static bool is_system(struct sc_str message)
{
    char role[16];

    sc_json_find_string(message.p, message.n, "role", role, sizeof role);
    return strcmp(role, "system") == 0 || strcmp(role, "developer") == 0;
}

/* All messages to the first that is no system text; a text is one itself. */
static uint64_t add_messages(uint64_t hash, struct sc_str messages)
{
    struct sc_json_iter it;
    struct sc_str key, message;

    if (messages.n == 0 || messages.p[0] != '[' || !sc_json_enter(messages, &it))
        return add(hash, messages);
    while (sc_json_next(&it, &key, &message)) {
        hash = add(hash, message);
        if (!is_system(message))
            break;
    }
    return hash;
}

uint64_t sc_request_affinity(struct sc_str body)
{
    enum { CACHE_KEY, USER, SYSTEM, MESSAGES = 6, WANTS = 9 };
    struct sc_json_want wants[WANTS] = {
        {.path = "prompt_cache_key"},
        {.path = "metadata.user_id"},
        {.path = "system"},
        {.path = "instructions"},
        {.path = "systemInstruction"},
        {.path = "system_instruction"},
        {.path = "messages"},
        {.path = "input"},
        {.path = "contents"},
    };
    uint64_t hash = START;

    sc_json_pick(body.p, body.n, wants, WANTS);
    for (int i = CACHE_KEY; i <= USER; i++)
        if (wants[i].value.n > 2 && wants[i].value.p[0] == '"')
            return add(hash, wants[i].value);
    for (int i = SYSTEM; i < MESSAGES; i++)
        if (wants[i].value.n > 0)
            hash = add(hash, wants[i].value);
    for (int i = MESSAGES; i < WANTS; i++)
        if (wants[i].value.n > 0)
            hash = add_messages(hash, wants[i].value);
    return hash == START ? 0 : hash;
}
