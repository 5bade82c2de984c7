/* The default policy without a parser: the same rules as policies/default.json, which a test
 * compares field by field. Hosts are those of the providers' API references. */
#include <errno.h>
#include <string.h>

#include "policy/build.h"
#include "policy/layer.h"
#include "policy/options.h"
#include "policy/policy.h"
#include "policy/read.h"

#define LIST_MAX 16

struct builtin_rule {
    const char *name;
    enum sc_provider provider;
    const char *host[LIST_MAX];
    const char *path[LIST_MAX];
};

static const struct builtin_rule builtin_rules[] = {
    {"openai", SC_PROVIDER_OPENAI, {"api.openai.com", "*.api.openai.com"}, {NULL}},
    {"azure",
     SC_PROVIDER_AZURE,
     {"*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com",
      "*.openai.azure.us", "*.services.ai.azure.us", "*.cognitiveservices.azure.us",
      "*.openai.azure.cn", "*.cognitiveservices.azure.cn", "*.models.ai.azure.com",
      "*.inference.ai.azure.com"},
     {NULL}},
    {"anthropic",
     SC_PROVIDER_ANTHROPIC,
     {"api.anthropic.com", "aws-external-anthropic.*.api.aws"},
     {NULL}},
    {"gemini", SC_PROVIDER_GEMINI, {"generativelanguage.googleapis.com"}, {NULL}},
    {"vertex",
     SC_PROVIDER_VERTEX,
     {"aiplatform.googleapis.com", "*-aiplatform.googleapis.com",
      "aiplatform.*.rep.googleapis.com"},
     {NULL}},
    {"mistral", SC_PROVIDER_MISTRAL, {"api.mistral.ai", "codestral.mistral.ai"}, {NULL}},
    {"cohere", SC_PROVIDER_COHERE, {"api.cohere.com", "api.cohere.ai"}, {NULL}},
    {"groq", SC_PROVIDER_GROQ, {"api.groq.com"}, {NULL}},
    {"deepseek", SC_PROVIDER_DEEPSEEK, {"api.deepseek.com"}, {NULL}},
    {"xai", SC_PROVIDER_XAI, {"api.x.ai", "*.api.x.ai"}, {NULL}},
    {"together", SC_PROVIDER_TOGETHER, {"api.together.xyz", "api.together.ai"}, {NULL}},
    {"openrouter", SC_PROVIDER_OPENROUTER, {"openrouter.ai", "*.openrouter.ai"}, {"/api/*"}},
    {"bedrock",
     SC_PROVIDER_BEDROCK,
     {"bedrock-runtime.*.amazonaws.com", "bedrock-runtime-fips.*.amazonaws.com",
      "bedrock-runtime.*.amazonaws.com.cn", "*.bedrock-runtime.*.vpce.amazonaws.com",
      "bedrock-runtime.*.api.aws", "bedrock-mantle.*.api.aws"},
     {NULL}},
    {"ollama",
     SC_PROVIDER_OLLAMA,
     {"localhost:11434", "127.0.0.1:11434", "[::1]:11434"},
     {"/api/*", "/v1/*"}},
    {"ollama-cloud", SC_PROVIDER_OLLAMA, {"ollama.com"}, {"/api/*", "/v1/*"}},
    {"vllm", SC_PROVIDER_VLLM, {"localhost:8000", "127.0.0.1:8000", "[::1]:8000"}, {"/v1/*"}},
    {"llamacpp",
     SC_PROVIDER_LLAMACPP,
     {"localhost:8080", "127.0.0.1:8080", "[::1]:8080", "localhost:9931", "127.0.0.1:9931",
      "[::1]:9931"},
     {"/v1/*", "/completion", "/completions", "/chat/completions", "/chat/completions/input_tokens",
      "/embedding", "/embeddings", "/infill", "/responses", "/responses/input_tokens", "/rerank",
      "/reranking", "/tokenize", "/detokenize", "/apply-template"}},
    {"lmstudio",
     SC_PROVIDER_OPENAI_COMPATIBLE,
     {"localhost:1234", "127.0.0.1:1234", "[::1]:1234"},
     {"/v1/*", "/api/v0/*"}},
};

static struct sc_strings list_of(const char *const items[LIST_MAX])
{
    struct sc_strings s = {items, 0};

    while (s.n < LIST_MAX && items[s.n] != NULL)
        s.n++;
    return s;
}

static bool is_local(const struct builtin_rule *r)
{
    static const char machine[] = "localhost:";

    return strncmp(r->host[0], machine, sizeof machine - 1) == 0;
}

/* A server on this machine refuses connections while it starts and calls while its model loads,
 * which takes seconds to minutes, and nobody else suffers from asking it again. One process serves
 * all models. The same as in policies/local.json. */
static void be_patient(struct sc_settings *s)
{
    const struct sc_strategy starting = {
        .max_attempts = 12,
        .total_timeout_ms = 60000,
        .backoff = {.base_ms = 200, .factor = 2, .max_ms = 2000, .jitter = SC_JITTER_EQUAL},
    };
    struct sc_strategy *loading = &s->retry.by_class[SC_CLASS_OVERLOADED];
    const int64_t delays[] = {500, 1000, 2000, 5000, 10000};

    for (int c = 0; c < SC_CLASS_COUNT; c++) {
        struct sc_backoff *b = &s->retry.by_class[c].backoff;

        s->retry.by_class[c].max_attempts = starting.max_attempts;
        s->retry.by_class[c].total_timeout_ms = starting.total_timeout_ms;
        b->base_ms = starting.backoff.base_ms;
        b->factor = starting.backoff.factor;
        b->max_ms = starting.backoff.max_ms;
        b->jitter = starting.backoff.jitter;
    }
    loading->max_attempts = 20;
    loading->total_timeout_ms = 300000;
    loading->backoff.max_ms = 10000;
    loading->backoff.jitter = SC_JITTER_PROPORTIONAL;
    loading->backoff.n_delays = sizeof delays / sizeof delays[0];
    memcpy(loading->backoff.delays_ms, delays, sizeof delays);
    s->retry.budget_enabled = false;
    s->breaker.consecutive_failures = 5;
    s->breaker.scope = SC_SCOPE_HOST;
    s->breaker.open_ms = 5000;
    s->breaker.open_max_ms = 30000;
}

static bool add_all(struct sc_policy *p)
{
    struct sc_layer builtin, nothing;
    struct sc_settings settings, local;
    struct sc_rule_spec spec = {.provider_given = true};
    struct sc_script_error unused;

    sc_layer_builtin(&builtin);
    memset(&nothing, 0, sizeof nothing);
    sc_layer_resolve(&nothing, &nothing, &builtin, &settings, NULL, NULL);
    memcpy(&local, &settings, sizeof local);
    be_patient(&local);
    for (size_t i = 0; i < sizeof builtin_rules / sizeof builtin_rules[0]; i++) {
        spec.settings = is_local(&builtin_rules[i]) ? &local : &settings;
        spec.name = builtin_rules[i].name;
        spec.provider = builtin_rules[i].provider;
        spec.host = list_of(builtin_rules[i].host);
        spec.path = list_of(builtin_rules[i].path);
        if (!sc_build_rule(p, &spec))
            return false;
    }
    return sc_build_faults(p, &settings, &unused) && sc_build_finish(p);
}

struct sc_policy *sc_policy_builtin(void)
{
    struct sc_policy *p = sc_build_new();
    struct sc_draft draft = {0};
    int saved = errno;

    sc_section_store_initial(sc_section(SC_SECTION_LOG), &draft);
    if (p != NULL && !add_all(p)) {
        sc_build_free(p);
        p = NULL;
    }
    if (p != NULL)
        sc_draft_log(&draft, &p->log);
    errno = saved;
    return p;
}
