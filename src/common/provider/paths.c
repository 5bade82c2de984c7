/* paths.c - see paths.h. */
#include "provider/paths.h"

#include <string.h>

#include "http/json.h"
#include "provider/known/known.h"

/* ---- lists that several providers share -----------------------------------------------------
 *
 * A path is compared from its end: what begins with '/' or ':' stands for all paths that end so,
 * what begins with '^' for that one alone. From the providers' API references, 2026-11. */

/* clang-format off */
const char *const sc_paths_openai[] = {
    "/chat/completions", "/completions", "/responses", "/responses/compact",
    "/responses/input_tokens", "/chat/completions/input_tokens", "/embeddings", "/moderations", "/images/generations",
    "/images/edits", "/images/variations", "/audio/speech", "/audio/transcriptions",
    "/audio/translations", "/rerank", "/graders/run", NULL};

const char *const sc_paths_claude[] = {
    "/v1/messages", "/v1/messages/count_tokens", "/v1/complete", NULL};

/* ":predictLongRunning", ":batchGenerateContent" and their like make a job. */
const char *const sc_paths_google[] = {
    ":generateContent", ":streamGenerateContent", ":countTokens", ":computeTokens",
    ":embedContent", ":batchEmbedContents", ":generateAnswer", ":predict", ":rawPredict",
    ":streamRawPredict", ":serverStreamingPredict", "/interactions", NULL};

/* What servers of one's own offer of all these. A port of this machine may as well be that of
 * anything else: only whole names count. */
const char *const sc_paths_own_server[] = {
    "/v1/chat/completions", "/v1/completions", "/v1/responses", "/v1/embeddings",
    "/v1/chat/completions/input_tokens", "/v1/responses/input_tokens",
    "/v1/moderations", "/v1/images/generations", "/v1/images/edits", "/v1/audio/speech",
    "/v1/audio/transcriptions", "/v1/audio/translations", "/v1/rerank", "/v1/reranking",
    "/v2/rerank", "/v1/score", "/v1/messages", "/v1/messages/count_tokens", NULL};

/* Requests that only look something up, and are a POST nevertheless. */
static const char *const looks_up[] = {
    ":fetchPredictOperation", "/api/show", NULL};
/* clang-format on */

/* ---- comparing ---- */

/* The end of a path, as far as any name is long, with an encoded ':' decoded. */
struct end {
    char text[128];
    size_t n;
    bool whole;
};

static bool is_encoded_colon(struct sc_str s, size_t i)
{
    return i + 2 < s.n && s.p[i] == '%' && s.p[i + 1] == '3' && (s.p[i + 2] | 0x20) == 'a';
}

static void end_of(struct sc_str path, struct end *e)
{
    size_t from = 0;

    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    e->whole = path.n <= sizeof e->text;
    if (!e->whole)
        from = path.n - sizeof e->text;
    e->n = 0;
    for (size_t i = from; i < path.n; i++) {
        bool colon = is_encoded_colon(path, i);

        e->text[e->n++] = colon ? ':' : path.p[i];
        i += colon ? 2 : 0;
    }
}

static bool ends_with(const struct end *e, const char *name)
{
    size_t n;

    if (name[0] == '^')
        return e->whole && strlen(name + 1) == e->n && memcmp(e->text, name + 1, e->n) == 0;
    n = strlen(name);
    return n <= e->n && memcmp(e->text + e->n - n, name, n) == 0;
}

static bool is_on(const char *const *list, const struct end *e)
{
    for (; list && *list; list++)
        if (ends_with(e, *list))
            return true;
    return false;
}

static bool asks_a_model(enum sc_provider p, const struct end *e)
{
    const struct sc_provider_info *known = sc_provider_info(p);

    for (size_t i = 0; i < SC_FAMILIES_MAX; i++)
        if (is_on(known->asks[i], e))
            return true;
    return false;
}

/* Whether a path that is on no list may be judged by the body: of those who have APIs for jobs and
 * things as well, not below what makes them, and not where a verb says what is done. A port of this
 * machine may be anybody's. */
static bool is_for_the_body_to_say(enum sc_provider p, struct sc_str path)
{
    /* clang-format off */
    static const char *const makes[] = {
        "/files", "/uploads", "/batch", "/fine", "/assistants", "/threads", "/vector_stores",
        "/videos", "/evals", "/containers", "/conversations", "/realtime", "/jobs", "/responses/",
        "/async-invoke", "/datasets", "/agents", "/skills", "/embed-jobs", "/chat/completions/",
        "/cachedContents", "/tunedModels", "/keys", "/models", "/libraries", "/sessions", NULL};
    /* clang-format on */

    if (p == SC_PROVIDER_OPENAI_COMPATIBLE)
        return true;
    if (sc_provider_info(p)->local_ports[0] > 0 || memchr(path.p, ':', path.n))
        return false;
    for (size_t i = 0; makes[i]; i++)
        if (memmem(path.p, path.n, makes[i], strlen(makes[i])))
            return false;
    return true;
}

/* What is known of a method: a model is asked with it; twice is as good as once (RFC 9110, 9.2.2);
 * it may carry a body for a model to a path that nobody knows. */
enum { ASKS = 1, REPEATS = 2, CARRIES = 4 };

static unsigned use_of_method(struct sc_str method)
{
    static const struct {
        char name[8];
        unsigned char n, use;
    } methods[] = {
        {"POST", 4, ASKS | CARRIES}, {"GET", 3, ASKS | REPEATS}, {"HEAD", 4, REPEATS},
        {"PUT", 3, REPEATS},         {"OPTIONS", 7, REPEATS},    {"TRACE", 5, REPEATS},
        {"QUERY", 5, REPEATS},
    };

    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++)
        if (method.n == methods[i].n && memcmp(method.p, methods[i].name, method.n) == 0)
            return methods[i].use;
    return 0;
}

enum sc_path_use sc_path_use(enum sc_provider p, struct sc_str path)
{
    struct end e;

    end_of(path, &e);
    if (asks_a_model(p, &e))
        return SC_PATH_ASKS_MODEL;
    if (is_on(looks_up, &e))
        return SC_PATH_LOOKS_UP;
    return is_for_the_body_to_say(p, path) ? SC_PATH_BODY_SAYS : SC_PATH_CHANGES;
}

enum sc_request_kind sc_request_kind_of(struct sc_str method, enum sc_path_use use, bool body_asks)
{
    unsigned can = use_of_method(method);

    if (use == SC_PATH_ASKS_MODEL && (can & ASKS))
        return SC_REQUEST_GENERATES;
    if (use == SC_PATH_LOOKS_UP || (can & REPEATS))
        return SC_REQUEST_IDEMPOTENT;
    if (use == SC_PATH_BODY_SAYS && body_asks && (can & CARRIES))
        return SC_REQUEST_GENERATES;
    return SC_REQUEST_CHANGES;
}

enum sc_request_kind sc_request_kind(enum sc_provider p, struct sc_str method, struct sc_str path,
                                     bool body_asks)
{
    return sc_request_kind_of(method, sc_path_use(p, path), body_asks);
}

bool sc_request_asks(const char *body, size_t n)
{
    struct sc_json_want wants[] = {{.path = "model"},    {.path = "messages"}, {.path = "prompt"},
                                   {.path = "contents"}, {.path = "inputs"},   {.path = "input"}};
    const size_t count = sizeof wants / sizeof *wants;

    sc_json_pick(body, n, wants, count);
    for (size_t i = 0; i < count; i++)
        if (wants[i].value.p)
            return true;
    return false;
}

const char *sc_request_kind_name(enum sc_request_kind k)
{
    static const char *const names[] = {"generates", "idempotent", "changes"};

    return (unsigned)k < sizeof names / sizeof *names ? names[k] : "unknown";
}
