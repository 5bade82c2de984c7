#include "mock/asked.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mock/buf.h"
#include "provider/request.h"

#define PROMPT_MAX 400

static bool starts(const char *s, const char *with)
{
    return strncmp(s, with, strlen(with)) == 0;
}

static bool ends(const char *s, const char *with)
{
    size_t n = strlen(s), m = strlen(with);
    return n >= m && strcmp(s + n - m, with) == 0;
}

/* By the path's end, so that /v1, /openai/v1, /api/v1 and /openai/deployments/NAME are all met. */
static const struct {
    const char *end;
    enum sc_mock_api api;
    enum sc_provider provider;
} paths[] = {
    {"/chat/completions", SC_MOCK_API_CHAT, SC_PROVIDER_OPENAI},
    {"/completions", SC_MOCK_API_COMPLETIONS, SC_PROVIDER_OPENAI},
    {"/responses", SC_MOCK_API_RESPONSES, SC_PROVIDER_OPENAI},
    {"/embeddings", SC_MOCK_API_EMBEDDINGS, SC_PROVIDER_OPENAI},
    {"/v1/models", SC_MOCK_API_MODELS, SC_PROVIDER_OPENAI},
    {"/v1/messages", SC_MOCK_API_MESSAGES, SC_PROVIDER_ANTHROPIC},
    {"/v1/messages/count_tokens", SC_MOCK_API_COUNT_TOKENS, SC_PROVIDER_ANTHROPIC},
    {":generateContent", SC_MOCK_API_GEMINI, SC_PROVIDER_GEMINI},
    {":streamGenerateContent", SC_MOCK_API_GEMINI, SC_PROVIDER_GEMINI},
    {":countTokens", SC_MOCK_API_GEMINI_COUNT, SC_PROVIDER_GEMINI},
    {"/api/chat", SC_MOCK_API_OLLAMA_CHAT, SC_PROVIDER_OLLAMA},
    {"/api/generate", SC_MOCK_API_OLLAMA_GENERATE, SC_PROVIDER_OLLAMA},
    {"/v2/chat", SC_MOCK_API_COHERE_CHAT, SC_PROVIDER_COHERE},
};

/* The Host header, with or without a port. Port 80 is as good as any that says nothing. */
static enum sc_provider by_host(const char *host)
{
    char name[256];
    size_t n = strcspn(host, ":");
    if (n >= sizeof name)
        return SC_PROVIDER_OPENAI_COMPATIBLE;
    for (size_t i = 0; i < n; i++)
        name[i] = (char)tolower((unsigned char)host[i]);
    return sc_provider_by_host(name, n, 80);
}

static void read_dialect(const struct sc_mock_came *came, struct sc_mock_asked *a)
{
    a->provider = SC_PROVIDER_OPENAI;
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (ends(came->path, paths[i].end)) {
            a->api = paths[i].api;
            a->provider = paths[i].provider;
            break;
        }
    enum sc_provider otherwise = sc_provider_by_name(came->otherwise);
    if (a->provider == SC_PROVIDER_OPENAI && otherwise != SC_PROVIDER_COUNT)
        a->provider = otherwise;
    if (starts(came->path, "/openai/deployments/"))
        a->provider = SC_PROVIDER_AZURE;
    enum sc_provider host = by_host(came->host);
    if (host != SC_PROVIDER_OPENAI_COMPATIBLE)
        a->provider = host;
    enum sc_provider named = sc_provider_by_name(came->provider);
    if (named != SC_PROVIDER_COUNT)
        a->provider = named;
}

/* FNV-1a */
static unsigned long long hash(unsigned long long h, const char *p, size_t n)
{
    for (size_t i = 0; p && i < n; i++)
        h = (h ^ (unsigned char)p[i]) * 1099511628211ULL;
    return h;
}

/* Adds up the text of all strings below v, and remembers the last one of them. */
static void walk_text(const cJSON *v, size_t *bytes, const char **last)
{
    if (!v)
        return;
    if (cJSON_IsString(v)) {
        *bytes += strlen(v->valuestring);
        *last = v->valuestring;
        return;
    }
    for (const cJSON *c = v->child; c; c = c->next) {
        bool label =
            c->string && (strcmp(c->string, "role") == 0 || strcmp(c->string, "type") == 0);
        if (!label)
            walk_text(c, bytes, last);
    }
}

static const char *const prompt_keys[] = {
    "system", "systemInstruction", "instructions", "messages", "contents", "prompt", "input", NULL};

static void read_prompt(const cJSON *json, struct sc_mock_asked *a)
{
    size_t bytes = 0, n = 0;
    const char *last = "";
    for (const char *const *k = prompt_keys; *k; k++)
        walk_text(cJSON_GetObjectItemCaseSensitive(json, *k), &bytes, &last);
    a->input_tokens = (int)((bytes + 3) / 4);
    while (last[n]) {
        size_t len = sc_mock_utf8_len((const unsigned char *)last + n, strlen(last + n));
        len = len ? len : 1;
        if (n + len > PROMPT_MAX)
            break;
        n += len;
    }
    a->prompt = sc_mock_strndup(last, n);
}

static int number_at(const cJSON *json, const char *key, int otherwise)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, key);
    return cJSON_IsNumber(v) && v->valuedouble >= 0 ? v->valueint : otherwise;
}

/* The segment of the path after `before`, up to '/' or ':'. */
static char *path_part(const char *path, const char *before)
{
    const char *p = strstr(path, before);
    if (!p)
        return NULL;
    p += strlen(before);
    return sc_mock_strndup(p, strcspn(p, "/:"));
}

static void read_model(const cJSON *json, const char *path, struct sc_mock_asked *a)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, "model");
    a->model = path_part(path, "/deployments/");
    if (!a->model && strchr(path, ':'))
        a->model = path_part(path, "/models/");
    if (!a->model)
        a->model = sc_mock_strdup(cJSON_IsString(v) ? v->valuestring : "mock-model");
}

static void read_stream(const cJSON *json, const struct sc_mock_came *came, struct sc_mock_asked *a)
{
    const cJSON *v = cJSON_GetObjectItemCaseSensitive(json, "stream");
    const cJSON *options = cJSON_GetObjectItemCaseSensitive(json, "stream_options");
    a->include_usage = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(options, "include_usage")) ||
                       a->provider == SC_PROVIDER_MISTRAL;
    a->stream = cJSON_IsTrue(v);
    if (a->api == SC_MOCK_API_OLLAMA_CHAT || a->api == SC_MOCK_API_OLLAMA_GENERATE)
        a->stream = !cJSON_IsFalse(v);
    if (a->api == SC_MOCK_API_GEMINI) {
        a->stream = ends(came->path, ":streamGenerateContent");
        a->as_array = a->stream && !(came->alt && strcmp(came->alt, "sse") == 0);
    }
}

static void add_piece(struct sc_mock_asked *a, const char *p, size_t n)
{
    if ((a->n_pieces & (a->n_pieces - 1)) == 0) {
        size_t room = a->n_pieces ? 2 * (size_t)a->n_pieces : 1;
        a->pieces = sc_mock_realloc(a->pieces, room * sizeof *a->pieces);
    }
    a->pieces[a->n_pieces++] = sc_mock_strndup(p, n);
}

static void split_answer(struct sc_mock_asked *a, const char *text, int limit)
{
    for (const char *p = text; *p;) {
        size_t n = strspn(p, " ");
        n += strcspn(p + n, " ");
        if (limit >= 0 && a->n_pieces >= limit) {
            a->truncated = true;
            return;
        }
        add_piece(a, p, n);
        p += n;
    }
}

static void make_answer(struct sc_mock_asked *a, int words, int limit)
{
    struct sc_mock_buf b = {0};
    char word[32];
    if (words <= 0)
        sc_mock_buf_str(&b, *a->prompt ? "You asked: " : "Hello from the mock.");
    if (words <= 0)
        sc_mock_buf_str(&b, a->prompt);
    for (int i = 1; i <= words; i++) {
        snprintf(word, sizeof word, i > 1 ? " word%d" : "word%d", i);
        sc_mock_buf_str(&b, word);
    }
    split_answer(a, b.p, limit);
    sc_mock_buf_free(&b);
}

/* The same input has the same embedding in every request. */
static void read_inputs(const cJSON *json, struct sc_mock_asked *a)
{
    const cJSON *input = cJSON_GetObjectItemCaseSensitive(json, "input");
    const cJSON *c = cJSON_IsArray(input) ? input->child : input;

    a->n_inputs = cJSON_IsArray(input) ? cJSON_GetArraySize(input) : 1;
    a->inputs = sc_mock_alloc((size_t)(a->n_inputs + 1) * sizeof *a->inputs);
    for (int i = 0; i < a->n_inputs; i++, c = c ? c->next : NULL) {
        char *text = c ? cJSON_PrintUnformatted(c) : NULL;

        a->inputs[i] = hash(14695981039346656037ULL, text ? text : "", text ? strlen(text) : 0);
        cJSON_free(text);
    }
}

void sc_mock_asked_read(const struct sc_mock_came *came, struct sc_mock_asked *a)
{
    int64_t limit;

    *a = (struct sc_mock_asked){0};
    cJSON *json = cJSON_ParseWithLength(came->body ? came->body : "", came->body_len);
    read_dialect(came, a);
    a->id = hash(hash(14695981039346656037ULL, came->path, strlen(came->path)), came->body,
                 came->body_len);
    read_model(json, came->path, a);
    read_prompt(json, a);
    read_stream(json, came, a);
    read_inputs(json, a);
    a->dimensions = number_at(json, "dimensions", 8);
    limit = sc_request_output_limit(came->body, came->body ? came->body_len : 0);
    make_answer(a, came->words, limit > 0 ? (int)limit : -1);
    cJSON_Delete(json);
}

char *sc_mock_asked_text(const struct sc_mock_asked *a)
{
    struct sc_mock_buf b = {0};
    sc_mock_buf_str(&b, "");
    for (int i = 0; i < a->n_pieces; i++)
        sc_mock_buf_str(&b, a->pieces[i]);
    return b.p;
}

void sc_mock_asked_free(struct sc_mock_asked *a)
{
    for (int i = 0; i < a->n_pieces; i++)
        free(a->pieces[i]);
    free(a->pieces);
    free(a->model);
    free(a->prompt);
    free(a->inputs);
    *a = (struct sc_mock_asked){0};
}
