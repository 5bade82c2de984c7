/* batch.c - see batch.h. */
#include "provider/batch.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "http/edit.h"
#include "http/json.h"

/* Inputs in one request. OpenAI: openapi.yaml, CreateEmbeddingRequest.input. Azure: "Learn how to
 * generate embeddings", limits. Mistral: its error 3210, "Too many inputs in request". Cohere: API
 * reference, /v2/embed, texts. Gemini: its error "at most 100 requests can be in one batch", which
 * also comes from its OpenAI-compatible path. 2026-09. */
static const struct {
    enum sc_provider provider;
    const char *path; /* what the URL's ends with */
    const char *list; /* member of the request */
    size_t max;       /* 0: not known */
} apis[] = {
    {SC_PROVIDER_OPENAI, "/embeddings", "input", 2048},
    {SC_PROVIDER_AZURE, "/embeddings", "input", 2048},
    {SC_PROVIDER_MISTRAL, "/embeddings", "input", 512},
    {SC_PROVIDER_COHERE, "/embed", "texts", 96},
    {SC_PROVIDER_GEMINI, ":batchEmbedContents", "requests", 100},
    {SC_PROVIDER_GEMINI, "/embeddings", "input", 100},
    {SC_PROVIDER_TOGETHER, "/embeddings", "input", 0},
    {SC_PROVIDER_OPENROUTER, "/embeddings", "input", 0},
    {SC_PROVIDER_VLLM, "/embeddings", "input", 0},
    {SC_PROVIDER_LLAMACPP, "/embeddings", "input", 0},
    {SC_PROVIDER_OLLAMA, "/embeddings", "input", 0},
    {SC_PROVIDER_OPENAI_COMPATIBLE, "/embeddings", "input", 0},
};

/* ---- requests ------------------------------------------------------------------------------ */

static bool ends_with(struct sc_str s, const char *end)
{
    size_t n = strlen(end);

    return s.n >= n && memcmp(s.p + s.n - n, end, n) == 0;
}

/* Texts, lists of tokens, or objects. A list of numbers is one input. */
static bool are_inputs(struct sc_str array, size_t *n)
{
    struct sc_json_iter it;
    struct sc_str key, value;

    *n = 0;
    if (array.n == 0 || !sc_json_enter(array, &it) || it.close != ']')
        return false;
    while (sc_json_next(&it, &key, &value)) {
        if (value.n == 0 || !strchr("\"[{", value.p[0]))
            return false;
        ++*n;
    }
    return true;
}

bool sc_batch_find(enum sc_provider p, struct sc_str path, struct sc_str body, size_t own_max,
                   struct sc_batch_list *out)
{
    for (size_t i = 0; i < sizeof apis / sizeof *apis; i++) {
        if (apis[i].provider != p || !ends_with(path, apis[i].path))
            continue;
        out->max = own_max ? own_max : apis[i].max;
        return out->max > 0 && sc_edit_find(body, apis[i].list, &out->array) == 1 &&
               are_inputs(out->array, &out->n) && out->n > out->max;
    }
    return false;
}

size_t sc_batch_elements(struct sc_str array, struct sc_str *out, size_t room)
{
    struct sc_json_iter it;
    struct sc_str key, value;
    size_t n = 0;

    if (!sc_json_enter(array, &it) || it.close != ']')
        return 0;
    for (; sc_json_next(&it, &key, &value); n++)
        if (n < room)
            out[n] = value;
    return n;
}

/* ---- answers ------------------------------------------------------------------------------- */

/* What becomes of a value: the first answer's, those of all in a row, or their sum. */
enum rule { FIRST, ROW, SUM, LOOK };

/* "data" is OpenAI's, "embeddings" Google's and Cohere's, which repeats the texts and says in
 * "meta" what it billed. */
static const struct {
    const char *key;
    enum rule rule;
} members[] = {
    {"data", ROW},          {"embeddings", ROW}, {"texts", ROW},        {"usage", SUM},
    {"usageMetadata", SUM}, {"meta", LOOK},      {"billed_units", SUM}, {"tokens", SUM},
};

static enum rule rule_of(struct sc_str key)
{
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (sc_json_key_is(key, members[i].key))
            return members[i].rule;
    return FIRST;
}

/* Real answers have less. Each value that is put together is looked for in all answers, so that an
 * answer made of nothing else would take forever, and one without a bottom all of the stack. */
enum { DEPTH_MAX = 6, JOINED_MAX = 100 };

struct merge {
    const struct sc_str *answers;
    size_t n, joined;
    char *out;
    size_t len;
};

/* Where a value stands: the keys from the answer's root. */
struct place {
    const struct place *up;
    struct sc_str key;
    size_t depth;
};

static void put(struct merge *m, const char *p, size_t n)
{
    if (m->out)
        memcpy(m->out + m->len, p, n);
    m->len += n;
}

static void put_number(struct merge *m, long long v)
{
    char digits[24];

    put(m, digits, (size_t)snprintf(digits, sizeof digits, "%lld", v));
}

static bool member_named(struct sc_str object, struct sc_str name, struct sc_str *value)
{
    struct sc_json_iter it;
    struct sc_str key;

    if (!object.p || !sc_json_enter(object, &it) || it.close != '}')
        return false;
    while (sc_json_next(&it, &key, value))
        if (key.n == name.n && memcmp(key.p, name.p, name.n) == 0)
            return true;
    return false;
}

/* The same value of another answer; p NULL: it has none. */
static struct sc_str value_at(struct sc_str answer, const struct place *at)
{
    struct sc_str parent, value;

    if (!at)
        return answer;
    parent = value_at(answer, at->up);
    return member_named(parent, at->key, &value) ? value : (struct sc_str){NULL, 0};
}

/* At most 15 digits: no sum of them overflows. */
static bool is_count(struct sc_str v, long long *number)
{
    *number = 0;
    if (!v.p || v.n == 0 || v.n > 15)
        return false;
    for (size_t i = 0; i < v.n; i++) {
        if (v.p[i] < '0' || v.p[i] > '9')
            return false;
        *number = *number * 10 + (v.p[i] - '0');
    }
    return true;
}

/* An element of a list, which may have its number in it. */
static void put_element(struct merge *m, struct sc_str element, size_t number)
{
    static const struct sc_str name = {"index", 5};
    struct sc_str index;
    long long unused;

    if (!member_named(element, name, &index) || !is_count(index, &unused)) {
        put(m, element.p, element.n);
        return;
    }
    put(m, element.p, (size_t)(index.p - element.p));
    put_number(m, (long long)number);
    put(m, index.p + index.n, (size_t)(element.p + element.n - index.p - index.n));
}

static void put_row(struct merge *m, const struct place *at)
{
    struct sc_str key, value;
    struct sc_json_iter it;
    size_t number = 0;

    put(m, "[", 1);
    for (size_t i = 0; i < m->n; i++) {
        struct sc_str list = value_at(m->answers[i], at);

        if (!list.p || !sc_json_enter(list, &it) || it.close != ']')
            continue;
        for (; sc_json_next(&it, &key, &value); number++) {
            if (number > 0)
                put(m, ",", 1);
            put_element(m, value, number);
        }
    }
    put(m, "]", 1);
}

static void put_sum(struct merge *m, struct sc_str first, const struct place *at)
{
    long long sum = 0, v;

    for (size_t i = 0; i < m->n; i++) {
        struct sc_str value = value_at(m->answers[i], at);

        if (value.p && !is_count(value, &v)) {
            put(m, first.p, first.n);
            return;
        }
        sum += value.p ? v : 0;
    }
    put_number(m, sum);
}

/* The first answer's text with some of its values replaced. */
static void put_value(struct merge *m, struct sc_str first, const struct place *at, enum rule rule)
{
    const char *done = first.p;
    struct place inner = {.up = at, .depth = at ? at->depth + 1 : 0};
    struct sc_json_iter it;
    struct sc_str value;
    long long unused;
    bool join = m->joined < JOINED_MAX;

    if (join && rule == ROW && first.p[0] == '[') {
        m->joined++;
        put_row(m, at);
        return;
    }
    if (join && rule == SUM && is_count(first, &unused)) {
        m->joined++;
        put_sum(m, first, at);
        return;
    }
    if (rule != FIRST && inner.depth < DEPTH_MAX && first.p[0] == '{' &&
        sc_json_enter(first, &it)) {
        while (sc_json_next(&it, &inner.key, &value)) {
            put(m, done, (size_t)(value.p - done));
            put_value(m, value, &inner, rule == LOOK ? rule_of(inner.key) : rule);
            done = value.p + value.n;
        }
    }
    put(m, done, (size_t)(first.p + first.n - done));
}

static size_t length_of(struct sc_str list)
{
    return list.p ? sc_batch_elements(list, NULL, 0) : 0;
}

/* Cohere's may be lists by type: all of them are as long. */
size_t sc_batch_count(struct sc_str answer)
{
    static const struct sc_str names[] = {{"data", 4}, {"embeddings", 10}};
    struct sc_json_iter it;
    struct sc_str key, value, list;

    if (answer.n == 0 || sc_json_length(answer.p, answer.n) != answer.n)
        return 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!member_named(answer, names[i], &list))
            continue;
        if (sc_json_enter(list, &it) && it.close == '}')
            return sc_json_next(&it, &key, &value) ? length_of(value) : 0;
        return length_of(list);
    }
    return 0;
}

size_t sc_batch_merge(const struct sc_str *answers, size_t n, char *out)
{
    struct merge m = {.answers = answers, .n = n, .out = out};
    struct sc_str first = answers[0];
    size_t blanks = 0;

    while (blanks < first.n && (unsigned char)first.p[blanks] <= ' ')
        blanks++;
    put(&m, first.p, blanks);
    put_value(&m, (struct sc_str){first.p + blanks, first.n - blanks}, NULL, LOOK);
    return m.len;
}
