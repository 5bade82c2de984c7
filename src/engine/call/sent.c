/* sent.c - see sent.h. */
#include "call/sent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handle/headers.h"
#include "http/header.h"
#include "policy/key.h"
#include "wire/rewrite.h"

enum { URL_MAX = 4096, HEADERS_MAX = 32, BODY_MAX = 64 << 20 };

struct sc_sent {
    const struct sc_target *target;
    enum sc_dialect from; /* the program's */
    struct sc_dialect_asked asked;
    struct sc_dialect_made made;
    struct sc_translation translation;
    struct sc_translator *translator;
    struct sc_buf body, url;
    char model[SC_MODEL_MAX];
    char *key; /* NULL: it needs none */
    size_t key_len;
    bool http2_known;
    struct curl_slist headers[HEADERS_MAX]; /* our nodes; the texts are ours, too */
    size_t n_headers;
};

/* ---- headers --------------------------------------------------------------------------------- */

/* What of the program's headers goes to a host that speaks the same dialect: which form of it is
 * meant. All else stays: who asks for something unusual asks its own host. */
static const struct {
    const char *name;
    enum sc_dialect dialect;
} travels[] = {
    {"anthropic-version", SC_DIALECT_MESSAGES},
    {"anthropic-beta", SC_DIALECT_MESSAGES},
    {"openai-beta", SC_DIALECT_RESPONSES},
};

static bool add(struct sc_sent *s, const char *before, struct sc_str text)
{
    size_t n = strlen(before);
    char *line = s->n_headers < HEADERS_MAX ? malloc(n + text.n + 1) : NULL;
    struct curl_slist *node = &s->headers[s->n_headers];

    if (!line)
        return false;
    memcpy(line, before, n);
    memcpy(line + n, text.p, text.n);
    line[n + text.n] = '\0';
    node->data = line;
    if (s->n_headers > 0)
        node[-1].next = node;
    s->n_headers++;
    return true;
}

static bool add_text(struct sc_sent *s, const char *line)
{
    return add(s, "", (struct sc_str){line, strlen(line)});
}

static bool add_credential(struct sc_sent *s)
{
    struct sc_str key = {s->key, s->key_len};

    if (!s->key)
        return true;
    if (s->target->dialect == SC_DIALECT_MESSAGES)
        return add(s, "x-api-key: ", key);
    if (s->target->dialect == SC_DIALECT_GEMINI)
        return add(s, "x-goog-api-key: ", key);
    if (s->target->provider == SC_PROVIDER_AZURE)
        return add(s, "api-key: ", key);
    return add(s, "Authorization: Bearer ", key);
}

static bool gives(const struct sc_sent *s, const char *name)
{
    const char *const names[] = {name, NULL};

    return sc_header_find(s->headers, names).p != NULL;
}

static bool add_travelling(struct sc_sent *s, const struct sc_shadow *program)
{
    bool good = true;

    for (size_t i = 0; i < sizeof travels / sizeof *travels; i++) {
        const char *const names[] = {travels[i].name, NULL};
        struct sc_str value = sc_header_find(program->o.headers, names);
        char before[64];

        if (s->from != travels[i].dialect || s->target->dialect != s->from || !value.p)
            continue;
        snprintf(before, sizeof before, "%s: ", travels[i].name);
        good = good && add(s, before, value);
    }
    return good;
}

static bool add_headers(struct sc_sent *s, const struct sc_shadow *program)
{
    bool good = add_text(s, "Content-Type: application/json") && add_text(s, "Expect:") &&
                add_credential(s) && add_travelling(s, program);

    for (const char *const *h = s->target->headers; h && *h; h++)
        good = good && add_text(s, *h);
    if (s->target->dialect == SC_DIALECT_MESSAGES && !gives(s, "anthropic-version"))
        good = good && add_text(s, "anthropic-version: 2023-06-01");
    return good;
}

/* ---- the request ----------------------------------------------------------------------------- */

static bool put_url(struct sc_sent *s)
{
    const struct sc_target *to = s->target;

    sc_buf_add(&s->url, to->url, strlen(to->url) - strlen(to->prefix));
    sc_target_path(to, s->model, s->asked.stream, &s->url);
    sc_buf_char(&s->url, '\0');
    return !s->url.failed;
}

static void tell_misfit(const struct sc_fit *fit, char *why, size_t size)
{
    for (size_t i = 0; i < fit->n; i++)
        if (fit->reason[i].kind != SC_MISFIT_LEFT_OUT) {
            snprintf(why, size, "%s %s", fit->reason[i].where, fit->reason[i].why);
            return;
        }
    snprintf(why, size, "the request cannot be said in its dialect");
}

struct sc_str sc_sent_path(const struct sc_shadow *s, char *buf, size_t size)
{
    int n = snprintf(buf, size, "%.*s%s%.*s", (int)s->asked.path.n, s->asked.path.p,
                     s->asked.query.n > 0 ? "?" : "", (int)s->asked.query.n, s->asked.query.p);

    return (struct sc_str){buf, n > 0 && (size_t)n < size ? (size_t)n : 0};
}

static bool put_body(struct sc_sent *s, const struct sc_transfer *t, char *why, size_t size)
{
    struct sc_dialect_to to = {
        .dialect = s->target->dialect, .provider = s->target->provider, .model = s->target->model};
    struct sc_str body = sc_rewrite_own(&t->x), path;
    struct sc_fit fit = {.n = 0};
    char text[2048];

    s->from = sc_dialect_of_path(t->shadow->asked.path);
    path = sc_sent_path(t->shadow, text, sizeof text);
    if (!body.p || path.n == 0) {
        snprintf(why, size, "the request's body cannot be read");
        return false;
    }
    if (sc_dialect_request(s->from, path, body, &to, &s->body, &s->asked, &fit))
        return true;
    tell_misfit(&fit, why, size);
    return false;
}

static bool put_key(struct sc_sent *s, int number, char *why, size_t size)
{
    char key[SC_KEY_MAX + 1], reason[SC_KEY_WHY_MAX];

    if (number < 0)
        return true;
    s->key_len = sc_key_read(&s->target->keys[number], key, reason);
    s->key = s->key_len > 0 ? strdup(key) : NULL;
    sc_key_forget(key, sizeof key);
    if (!s->key)
        snprintf(why, size, "%s", s->key_len > 0 ? "no memory" : reason);
    return s->key != NULL;
}

struct sc_sent *sc_sent_new(const struct sc_transfer *t, const struct sc_target *target, int key,
                            char *why, size_t size)
{
    struct sc_sent *s = calloc(1, sizeof *s);

    if (!s)
        return NULL;
    s->target = target;
    s->body.max = BODY_MAX;
    s->url.max = URL_MAX;
    s->http2_known = t->shadow->o.knows_http2;
    snprintf(s->model, sizeof s->model, "%s", target->model ? target->model : t->route.model);
    s->made.model = s->model[0] ? s->model : NULL;
    snprintf(why, size, "no memory");
    if (put_key(s, key, why, size) && put_body(s, t, why, size) && put_url(s) &&
        add_headers(s, t->shadow))
        return s;
    sc_sent_free(s);
    return NULL;
}

void sc_sent_free(struct sc_sent *s)
{
    if (!s)
        return;
    sc_translator_free(s->translator);
    for (size_t i = 0; i < s->n_headers; i++) {
        explicit_bzero(s->headers[i].data, strlen(s->headers[i].data));
        free(s->headers[i].data);
    }
    if (s->key)
        explicit_bzero(s->key, s->key_len);
    free(s->key);
    sc_buf_free(&s->body);
    sc_buf_free(&s->url);
    free(s);
}

void sc_sent_request(const struct sc_sent *s, struct sc_standin *out)
{
    *out = (struct sc_standin){.url = s->url.p,
                               .headers = s->headers,
                               .body = s->body.p,
                               .body_len = s->body.n,
                               .http2_known = s->http2_known};
}

struct sc_str sc_sent_key(const struct sc_sent *s)
{
    return (struct sc_str){s->key ? s->key : "", s->key_len};
}

/* ---- the answer ------------------------------------------------------------------------------ */

static struct sc_str feed(void *arg, const char *p, size_t n)
{
    return sc_translator_feed(arg, p, n);
}

static struct sc_str end(void *arg)
{
    return sc_translator_end(arg);
}

bool sc_sent_is_stream(const struct sc_sent *s)
{
    return s->asked.stream;
}

static bool begin_translator(struct sc_sent *s, uint64_t seed)
{
    sc_translator_free(s->translator);
    s->made.seed = seed;
    s->made.unix_time = (int64_t)time(NULL);
    s->translator = sc_translator_new(s->target->dialect, s->from, &s->asked, &s->made);
    return s->translator != NULL;
}

const struct sc_translation *sc_sent_stream(struct sc_sent *s, uint64_t seed, const char *reason)
{
    if (!begin_translator(s, seed))
        return NULL;
    s->translation = (struct sc_translation){
        .feed = feed, .end = end, .arg = s->translator, .type = sc_sent_type(s), .reason = reason};
    return &s->translation;
}

bool sc_sent_answer(struct sc_sent *s, struct sc_str answer, uint64_t seed, struct sc_buf *out)
{
    if (s->asked.stream)
        return begin_translator(s, seed) && sc_translator_whole(s->translator, answer, out);
    s->made.seed = seed;
    s->made.unix_time = (int64_t)time(NULL);
    return sc_dialect_answer(s->target->dialect, answer, s->from, &s->asked, &s->made, out);
}

int sc_sent_error(const struct sc_sent *s, int status, struct sc_str body, struct sc_buf *out)
{
    return sc_dialect_error(s->target->dialect, status, body, s->from, out);
}

const char *sc_sent_type(const struct sc_sent *s)
{
    if (s->asked.stream && !s->asked.array)
        return "text/event-stream";
    return "application/json";
}
