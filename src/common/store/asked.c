/* asked.c - see asked.h. */
#include "store/asked.h"

#include <string.h>

#include "dialect/dialect.h"
#include "http/json.h"
#include "state/siphash.h"
#include "store/canon.h"

/* ---- members that change nothing of the answer ----------------------------------------------- */

#define BIT(api) (1u << SC_ASKED_##api)
#define OPENAI (BIT(CHAT) | BIT(RESPONSES))
#define ALL (OPENAI | BIT(MESSAGES) | BIT(GEMINI))

/* What a member is to the key. What is in no row counts. */
enum part {
    NOTHING, /* who asks, what it is billed to, how fast it is to be */
    DEFAULT, /* nothing while it says what its absence does */
    STATE,   /* the answer goes by what lies with the provider: it has no key */
    FORBIDS  /* this value says that the answer is not to be kept */
};

/* Responses echo their request, and who asks with it: there all of it counts. */
static const struct row {
    const char *name, *value; /* value: as it stands in the text */
    unsigned apis;
    enum part part;
} rows[] = {
    {"user", NULL, BIT(CHAT), NOTHING},
    {"safety_identifier", NULL, BIT(CHAT), NOTHING},
    {"metadata", NULL, BIT(CHAT) | BIT(MESSAGES), NOTHING},
    {"prompt_cache_key", NULL, BIT(CHAT), NOTHING},
    {"prompt_cache_retention", NULL, BIT(CHAT), NOTHING},
    {"service_tier", NULL, BIT(CHAT) | BIT(MESSAGES), NOTHING},
    {"serviceTier", NULL, BIT(GEMINI), NOTHING},
    {"labels", NULL, BIT(GEMINI), NOTHING},
    {"store", "false", OPENAI, FORBIDS},
    {"store", NULL, BIT(CHAT), NOTHING},
    {"background", "true", BIT(RESPONSES), FORBIDS},
    {"previous_response_id", NULL, BIT(RESPONSES), STATE},
    {"conversation", NULL, BIT(RESPONSES), STATE},
    {"container", NULL, BIT(MESSAGES), STATE},
    {"stream", "false", ALL, DEFAULT},
    {"background", "false", BIT(RESPONSES), DEFAULT},
    {"n", "1", BIT(CHAT), DEFAULT},
};

enum { ROWS = sizeof rows / sizeof *rows };

/* In a message's blocks, where a provider is to keep its own cache. */
static const char *const nowhere[SC_ASKED_APIS] = {[SC_ASKED_MESSAGES] = "cache_control"};

static bool is(struct sc_str text, const char *word)
{
    return text.n == strlen(word) && memcmp(text.p, word, text.n) == 0;
}

/* The row of a member; NULL: it counts. A null says nothing. */
static const struct row *row_of(enum sc_asked_api api, struct sc_str name, struct sc_str value)
{
    for (size_t i = 0; i < ROWS; i++)
        if ((rows[i].apis >> api & 1) && sc_json_key_is(name, rows[i].name) &&
            (!rows[i].value || is(value, rows[i].value)))
            return is(value, "null") && rows[i].part == STATE ? NULL : &rows[i];
    return NULL;
}

struct reading {
    enum sc_asked_api api;
    bool bound;
};

static bool keeps(void *arg, struct sc_str name, struct sc_str value)
{
    struct reading *r = arg;
    const struct row *row = row_of(r->api, name, value);

    if (!row)
        return r->api == SC_ASKED_OTHER || !is(value, "null");
    r->bound = r->bound || row->part == STATE;
    return false;
}

bool sc_asked_forbids(enum sc_asked_api api, struct sc_str body)
{
    struct sc_json_iter it;
    struct sc_str name, value;

    if (!sc_json_enter(body, &it))
        return true;
    while (sc_json_next(&it, &name, &value)) {
        const struct row *row = row_of(api, name, value);

        if (row && row->part == FORBIDS)
            return true;
    }
    return false;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool ends_with(struct sc_str path, const char *end)
{
    size_t n = strlen(end);

    return path.n >= n && memcmp(path.p + path.n - n, end, n) == 0;
}

enum sc_asked_api sc_asked_api_of(struct sc_str path)
{
    switch (sc_dialect_of_path(path)) {
    case SC_DIALECT_CHAT:
        return SC_ASKED_CHAT;
    case SC_DIALECT_RESPONSES:
        return SC_ASKED_RESPONSES;
    case SC_DIALECT_MESSAGES:
        return SC_ASKED_MESSAGES;
    case SC_DIALECT_GEMINI:
        return SC_ASKED_GEMINI;
    default:
        break;
    }
    return ends_with(path, "/embeddings") || ends_with(path, "/completions") ? SC_ASKED_CHAT
                                                                             : SC_ASKED_OTHER;
}

bool sc_asked_text(const struct sc_asked *a, struct sc_buf *out)
{
    struct reading r = {.api = sc_asked_api_of(a->path)};
    struct sc_canon_rules rules = {.keeps = keeps, .arg = &r, .nowhere = nowhere[r.api]};
    struct sc_str parts[] = {a->method, a->host, a->path, a->query, a->credential};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        sc_canon_text(out, parts[i].p ? parts[i] : (struct sc_str){"", 0});
    for (size_t i = 0; i < a->n_headers; i++) {
        sc_canon_text(out, a->headers[i].name);
        sc_canon_text(out, a->headers[i].value);
    }
    return sc_canon_json(a->body, &rules, out) && !r.bound;
}

/* Two keyed hashes of 64 bits are one of 128. */
void sc_asked_key(const uint8_t salt[SC_STORE_SALT], struct sc_str text, uint8_t key[SC_STORE_KEY])
{
    for (uint64_t half = 0; half < 2; half++) {
        uint64_t under[2], hash;

        memcpy(under, salt, sizeof under);
        under[1] ^= half;
        hash = sc_siphash(under, text.p, text.n);
        memcpy(key + 8 * half, &hash, sizeof hash);
    }
}
