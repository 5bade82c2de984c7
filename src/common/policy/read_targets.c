/* read_targets.c - reads `targets`: where calls may go besides the host that a program asks. */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http/url.h"
#include "policy/home.h"
#include "policy/house.h"
#include "policy/layer.h"
#include "policy/options.h"
#include "policy/reader.h"

#define BIT(dialect) (1u << SC_DIALECT_##dialect)
#define ALL_DIALECTS ((1u << SC_DIALECT_COUNT) - 1)

static const cJSON *given(const struct sc_reader *r, const char *key)
{
    return sc_reader_given(r, SC_SECTION_TARGET, key);
}

/* An error at a key's value that repeats it, or one that says what it is instead. */
static void fail_at(struct sc_reader *r, const char *key, const char *found, const char *allowed)
{
    size_t before = sc_reader_enter(r, key);

    if (found == NULL)
        sc_reader_fail_value(r, given(r, key), allowed, NULL);
    else
        sc_reader_fail(r, sc_document_value(r->doc, given(r, key)), "found %s, allowed %s", found,
                       allowed);
    sc_reader_leave(r, before);
}

/* ---- dialects ---- */

/* What a provider's hosts speak, by their documentation (2026-11); first what is meant by silence.
 * Servers that anybody runs may speak all. */
static const struct {
    enum sc_dialect first;
    unsigned all;
} speaks[SC_PROVIDER_COUNT] = {
    [SC_PROVIDER_OPENAI] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES)},
    [SC_PROVIDER_AZURE] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES) | BIT(MESSAGES)},
    [SC_PROVIDER_ANTHROPIC] = {SC_DIALECT_MESSAGES, BIT(MESSAGES) | BIT(CHAT)},
    [SC_PROVIDER_GEMINI] = {SC_DIALECT_GEMINI, BIT(GEMINI) | BIT(CHAT)},
    [SC_PROVIDER_VERTEX] = {SC_DIALECT_GEMINI, BIT(GEMINI) | BIT(CHAT)},
    [SC_PROVIDER_MISTRAL] = {SC_DIALECT_CHAT, BIT(CHAT)},
    [SC_PROVIDER_COHERE] = {SC_DIALECT_CHAT, BIT(CHAT)},
    [SC_PROVIDER_GROQ] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES)},
    [SC_PROVIDER_DEEPSEEK] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(MESSAGES)},
    [SC_PROVIDER_XAI] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES) | BIT(MESSAGES)},
    [SC_PROVIDER_TOGETHER] = {SC_DIALECT_CHAT, BIT(CHAT)},
    [SC_PROVIDER_OPENROUTER] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES) | BIT(MESSAGES)},
    [SC_PROVIDER_BEDROCK] = {SC_DIALECT_CHAT, BIT(CHAT) | BIT(RESPONSES) | BIT(MESSAGES)},
    [SC_PROVIDER_OLLAMA] = {SC_DIALECT_CHAT, ALL_DIALECTS},
    [SC_PROVIDER_VLLM] = {SC_DIALECT_CHAT, ALL_DIALECTS},
    [SC_PROVIDER_LLAMACPP] = {SC_DIALECT_CHAT, ALL_DIALECTS},
    [SC_PROVIDER_OPENAI_COMPATIBLE] = {SC_DIALECT_CHAT, ALL_DIALECTS},
};

/* A host that nobody knows is told by what it speaks. */
static enum sc_provider provider_of(enum sc_dialect d)
{
    return d == SC_DIALECT_MESSAGES ? SC_PROVIDER_ANTHROPIC
           : d == SC_DIALECT_GEMINI ? SC_PROVIDER_GEMINI
                                    : SC_PROVIDER_OPENAI_COMPATIBLE;
}

static void set_provider(struct sc_reader *r, struct sc_target *t)
{
    const char *name = r->target.provider;
    struct sc_str host = {t->host, strlen(t->host)};

    if (name == NULL) {
        t->provider = sc_policy_provider(r->policy, host, t->port, &t->own_provider);
    } else {
        t->own_provider = sc_build_find_provider(r->policy, name);
        t->provider = t->own_provider ? t->own_provider->base : sc_provider_by_name(name);
    }
    t->dialect =
        r->target.dialect >= 0 ? (enum sc_dialect)r->target.dialect : speaks[t->provider].first;
    if (name == NULL && t->own_provider == NULL && t->provider == SC_PROVIDER_OPENAI_COMPATIBLE)
        t->provider = provider_of(t->dialect);
}

static void check_dialect(struct sc_reader *r, const struct sc_target *t)
{
    unsigned all = speaks[t->provider].all;
    char allowed[160] = "";
    size_t n = 0;

    if (all >> t->dialect & 1)
        return;
    for (unsigned d = 0; d < SC_DIALECT_COUNT; d++)
        if (all >> d & 1)
            n += (size_t)snprintf(allowed + n, sizeof allowed - n, "%s\"%s\"", n ? " or " : "",
                                  sc_dialect_name((enum sc_dialect)d));
    snprintf(allowed + n, sizeof allowed - n, ", which is what %s speaks",
             sc_provider_name(t->provider));
    fail_at(r, "dialect", NULL, allowed);
}

/* ---- where it is ---- */

static const char plain_url[] = "a plain URL: https://HOST[:PORT][/PATH]";

/* What is wrong with it, said without repeating what may be a credential. */
static bool check_url(struct sc_reader *r, struct sc_url *u)
{
    const char *url = r->target.url, *wrong = NULL, *allowed = plain_url;

    if (strncasecmp(url, "https://", 8) != 0 && strncasecmp(url, "http://", 7) != 0)
        wrong = "a URL of another kind", allowed = "one that begins with https:// or http://";
    else if (strcspn(url, "@") < 8 + strcspn(url + 8, "/?#"))
        wrong = "a name or password in the URL",
        allowed = "none: key_env names the variable that holds a key";
    else if (strpbrk(url, "?#") != NULL)
        wrong = "a query or fragment", allowed = plain_url;
    else if (!sc_url_split(url, strlen(url), u))
        wrong = "a URL that is read differently by different programs";
    else if (sc_dialect_of_path(u->path) != SC_DIALECT_COUNT)
        wrong = "the API's own path at the URL's end",
        allowed = "the URL without it, as base URLs of clients are";
    if (wrong == NULL)
        return true;
    fail_at(r, "url", wrong, allowed);
    return false;
}

/* Host and path without slashes at their end: the path is the prefix. */
static bool set_url(struct sc_reader *r, struct sc_target *t)
{
    const char *url = r->target.url;
    size_t whole = strlen(url), host, n;
    struct sc_url u;

    if (!check_url(r, &u))
        return false;
    while (url[whole - 1] == '/')
        whole--;
    host = (u.scheme_https ? 8 : 7);
    host += strcspn(url + host, "/");
    n = whole > host ? whole - host : 0;
    t->url = sc_build_copy(r->policy, url, whole);
    t->host = sc_build_copy(r->policy, u.host, u.host_len);
    t->prefix = sc_build_copy(r->policy, url + host, n);
    t->port = u.port;
    t->https = u.scheme_https;
    if (t->url != NULL && t->host != NULL && t->prefix != NULL)
        return true;
    sc_reader_fail(r, SIZE_MAX, "out of memory");
    return false;
}

/* ---- keys ---- */

/* A key that was pasted where its variable's name belongs would otherwise come out in messages. */
static bool is_variable(const char *s)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_0123456789";
    bool small = false, digit = false, large = false;
    size_t n = strlen(s);

    if (n == 0 || (s[0] >= '0' && s[0] <= '9') || s[strspn(s, letters)] != '\0')
        return false;
    for (size_t i = 0; i < n; i++) {
        small |= s[i] >= 'a' && s[i] <= 'z';
        large |= s[i] >= 'A' && s[i] <= 'Z';
        digit |= s[i] >= '0' && s[i] <= '9';
    }
    return n < 20 || !(small && digit && (large || n >= 32));
}

static const char *wrong_key(const char *s, bool file)
{
    if (file)
        return s[0] == '/' || strncmp(s, "~/", 2) == 0
                   ? NULL
                   : "an absolute path or one that starts with ~/";
    return is_variable(s) ? NULL : "the name of a variable of the environment";
}

/* A path with the home that "~" stands for; as it is where nobody says where that is. */
static const char *full_path(struct sc_reader *r, const char *path)
{
    char home[PATH_MAX];
    char *full;

    if (path[0] != '~' || !sc_home(home, sizeof home))
        return sc_build_copy(r->policy, path, strlen(path));
    full = sc_build_alloc(r->policy, strlen(home) + strlen(path));
    if (full != NULL) {
        strcpy(full, home);
        strcat(full, path + 1);
    }
    return full;
}

static bool is_known_key(const struct sc_target *t, const struct sc_target_key *keys,
                         const struct sc_target_key *k)
{
    for (size_t i = 0; i < t->n_keys; i++)
        if (k->env != NULL ? keys[i].env != NULL && strcmp(keys[i].env, k->env) == 0
                           : keys[i].file != NULL && strcmp(keys[i].file, k->file) == 0)
            return true;
    return false;
}

static void add_keys(struct sc_reader *r, struct sc_target *t, struct sc_target_key *keys,
                     const char *key)
{
    const char *strings[SC_STRINGS_MAX];
    bool file = strcmp(key, "key_file") == 0;
    size_t n = sc_reader_strings(given(r, key), strings);

    for (size_t i = 0; i < n; i++) {
        const char *wrong = wrong_key(strings[i], file);
        struct sc_target_key k = {.env = NULL};

        if (wrong == NULL && t->n_keys == SC_TARGET_KEYS_MAX) {
            fail_at(r, key, "more than 16 keys", "at most 16");
            return;
        }
        if (wrong != NULL) {
            fail_at(r, key, file ? "another path" : "what is no such name (a key itself?)", wrong);
            continue;
        }
        if (file)
            k.file = full_path(r, strings[i]);
        else
            k.env = sc_build_copy(r->policy, strings[i], strlen(strings[i]));
        if (k.env == NULL && k.file == NULL)
            sc_reader_fail(r, SIZE_MAX, "out of memory");
        else if (is_known_key(t, keys, &k))
            fail_at(r, key, "a key twice", "each once");
        else
            keys[t->n_keys++] = k;
    }
}

static void set_keys(struct sc_reader *r, struct sc_target *t)
{
    struct sc_target_key keys[SC_TARGET_KEYS_MAX] = {{NULL, NULL}}, *copy;

    add_keys(r, t, keys, "key_env");
    add_keys(r, t, keys, "key_file");
    copy = sc_build_alloc(r->policy, (t->n_keys + 1) * sizeof *copy);
    if (copy != NULL && t->n_keys > 0)
        memcpy(copy, keys, t->n_keys * sizeof *copy);
    t->keys = copy;
}

/* ---- headers ---- */

static const char token[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                            "!#$%&'*+-.^_`|~";
static const char *const transfers[] = {"host",
                                        "content-length",
                                        "content-type",
                                        "expect",
                                        "connection",
                                        "content-encoding",
                                        "upgrade",
                                        "te",
                                        "transfer-encoding",
                                        "trailer",
                                        "accept-encoding",
                                        NULL};

static bool is_one_of(const char *const *names, const char *s, size_t n)
{
    for (size_t i = 0; names[i] != NULL; i++)
        if (strlen(names[i]) == n && strncasecmp(names[i], s, n) == 0)
            return true;
    return false;
}

/* Why a header cannot be sent; NULL: it can. */
static const char *wrong_header(const struct sc_target *t, const char *const *before, size_t n,
                                const char *s)
{
    size_t name = strspn(s, token);

    if (name == 0 || s[name] != ':' || s[name + 1 + strspn(s + name + 1, " ")] == '\0')
        return "no \"Name: value\"";
    if (is_one_of(transfers, s, name))
        return "a header that the transfer sets itself";
    if (t->n_keys > 0 && sc_target_is_credential(s, name))
        return "a credential beside key_env or key_file, one of which would be lost";
    for (size_t i = 0; i < n; i++)
        if (strncasecmp(before[i], s, name + 1) == 0)
            return "a header a second time";
    return NULL;
}

static void set_headers(struct sc_reader *r, struct sc_target *t)
{
    const char *strings[SC_STRINGS_MAX];
    size_t n = sc_reader_strings(given(r, "headers"), strings);
    const char **copy;

    if (n == 0)
        return;
    copy = sc_build_alloc(r->policy, (n + 1) * sizeof *copy);
    for (size_t i = 0; i < n && copy != NULL; i++) {
        const char *wrong = wrong_header(t, copy, i, strings[i]);

        if (wrong != NULL) {
            fail_at(r, "headers", wrong, "headers that the target wants besides, each once");
            return;
        }
        copy[i] = sc_build_copy(r->policy, strings[i], strlen(strings[i]));
        copy[i + 1] = NULL;
    }
    t->headers = copy;
}

/* ---- a target ---- */

/* At the program's own host nothing but the model is another. */
static void check_own_host(struct sc_reader *r, const cJSON *item)
{
    static const char *const others[] = {"dialect", "provider", "key_env", "key_file", "headers"};

    if (r->target.model == NULL)
        sc_reader_fail(r, sc_document_value(r->doc, item),
                       "found neither url nor model, allowed at least one: where else, or what "
                       "else");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (given(r, others[i]) != NULL)
            fail_at(r, others[i], "it without url",
                    "beside url only: without one the program's own host is asked, and only the "
                    "model is another");
}

static void set_target(struct sc_reader *r, const cJSON *item, struct sc_target *t)
{
    const char *model = r->target.model;

    t->model = model != NULL ? sc_build_copy(r->policy, model, strlen(model)) : NULL;
    t->context = r->target.context;
    t->timeouts = r->layer.values.timeouts;
    t->provider = SC_PROVIDER_OPENAI_COMPATIBLE;
    t->dialect = SC_DIALECT_COUNT;
    t->host = t->prefix = "";
    if (given(r, "url") == NULL) {
        check_own_host(r, item);
        return;
    }
    if (r->target.url == NULL || !set_url(r, t))
        return;
    set_provider(r, t);
    check_dialect(r, t);
    set_keys(r, t);
    set_headers(r, t);
}

static void read_target(struct sc_reader *r, const cJSON *item, struct sc_target *t)
{
    size_t errors = r->errors;

    r->target = (struct sc_target_draft){.dialect = -1};
    memset(&r->layer, 0, sizeof r->layer);
    sc_read_into_layer(r, &r->layer);
    sc_reader_forget(r, SC_SECTION_TARGET);
    sc_read_object(r, item, SC_SECTION_TARGET);
    if (!r->stop && errors == r->errors && (item->type & cJSON_Object))
        set_target(r, item, t);
}

/* The name stands in a header of answers, in logs, and on command lines. */
static bool is_plain(const char *s)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-");

    return n > 0 && n <= 64 && s[n] == '\0';
}

static const char *wrong_name(const struct sc_policy *p, const char *name)
{
    if (!is_plain(name))
        return "no name for a target, allowed 1 to 64 letters, digits, dots, dashes and "
               "underscores";
    for (size_t i = 0; i < p->n_targets; i++)
        if (strcmp(p->targets[i].name, name) == 0)
            return "the target a second time, allowed once";
    return p->n_targets == SC_TARGETS_MAX ? "more than 256 targets, allowed at most 256" : NULL;
}

static void add_target(struct sc_reader *r, const cJSON *item)
{
    struct sc_policy *p = r->policy;
    const char *wrong = wrong_name(p, item->string);
    struct sc_target *t = &p->targets[p->n_targets];
    size_t before;

    if (wrong != NULL) {
        sc_reader_fail(r, sc_document_key(r->doc, item), "found %s", wrong);
        return;
    }
    before = sc_reader_enter(r, item->string);
    memset(t, 0, sizeof *t);
    t->name = sc_build_copy(p, item->string, strlen(item->string));
    t->index = p->n_targets;
    if (t->name != NULL)
        p->n_targets++;
    else
        sc_reader_fail(r, SIZE_MAX, "out of memory");
    read_target(r, item, t);
    sc_reader_leave(r, before);
}

void sc_read_targets(struct sc_reader *r, const cJSON *item)
{
    size_t before = sc_reader_enter(r, "targets"), n = 1;

    for (const cJSON *c = item->child; c != NULL; c = c->next)
        n++;
    r->policy->targets = sc_build_alloc(r->policy, (n < SC_TARGETS_MAX ? n : SC_TARGETS_MAX + 1) *
                                                       sizeof *r->policy->targets);
    if (!(item->type & cJSON_Object))
        sc_reader_fail_value(r, item, "an object: a name for each target", NULL);
    else if (r->policy->targets == NULL)
        sc_reader_fail(r, SIZE_MAX, "out of memory");
    else
        for (const cJSON *c = item->child; c != NULL && !r->stop; c = c->next)
            add_target(r, c);
    sc_reader_leave(r, before);
}
