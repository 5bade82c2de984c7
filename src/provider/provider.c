/* provider.c - names, and which host is whose. See provider.h. */
#include "provider/provider.h"

#include <stdbool.h>
#include <string.h>

static const char *const names[SC_PROVIDER_COUNT] = {
#define SC_PROVIDER_NAME(id, name) name,
    SC_PROVIDER_LIST(SC_PROVIDER_NAME)
#undef SC_PROVIDER_NAME
};

/* "*" stands for any run of characters but the empty one. From the providers' API pages and SDKs,
 * 2026-08. */
static const struct {
    const char *pattern;
    enum sc_provider provider;
} hosts[] = {
    {"api.openai.com", SC_PROVIDER_OPENAI},
    {"*.api.openai.com", SC_PROVIDER_OPENAI},
    {"*.openai.azure.com", SC_PROVIDER_AZURE},
    {"*.services.ai.azure.com", SC_PROVIDER_AZURE},
    {"*.cognitiveservices.azure.com", SC_PROVIDER_AZURE},
    {"api.anthropic.com", SC_PROVIDER_ANTHROPIC},
    {"generativelanguage.googleapis.com", SC_PROVIDER_GEMINI},
    {"aiplatform.googleapis.com", SC_PROVIDER_VERTEX},
    {"*-aiplatform.googleapis.com", SC_PROVIDER_VERTEX},
    {"api.mistral.ai", SC_PROVIDER_MISTRAL},
    {"codestral.mistral.ai", SC_PROVIDER_MISTRAL},
    {"api.cohere.com", SC_PROVIDER_COHERE},
    {"api.cohere.ai", SC_PROVIDER_COHERE},
    {"api.groq.com", SC_PROVIDER_GROQ},
    {"api.deepseek.com", SC_PROVIDER_DEEPSEEK},
    {"api.x.ai", SC_PROVIDER_XAI},
    {"*.api.x.ai", SC_PROVIDER_XAI},
    {"api.together.xyz", SC_PROVIDER_TOGETHER},
    {"api.together.ai", SC_PROVIDER_TOGETHER},
    {"openrouter.ai", SC_PROVIDER_OPENROUTER},
    {"bedrock-runtime.*.amazonaws.com", SC_PROVIDER_BEDROCK},
    {"bedrock-runtime-fips.*.amazonaws.com", SC_PROVIDER_BEDROCK},
    {"bedrock-runtime.*.amazonaws.com.cn", SC_PROVIDER_BEDROCK},
    {"*.bedrock-runtime.*.vpce.amazonaws.com", SC_PROVIDER_BEDROCK},
};

/* Only on this machine does a port tell what listens. */
static const struct {
    int port;
    enum sc_provider provider;
} local_ports[] = {
    {11434, SC_PROVIDER_OLLAMA},
    {8000, SC_PROVIDER_VLLM},
    {8080, SC_PROVIDER_LLAMACPP},
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

const char *sc_provider_name(enum sc_provider p)
{
    return (unsigned)p < SC_PROVIDER_COUNT ? names[p] : "unknown";
}

enum sc_provider sc_provider_by_name(const char *name)
{
    for (int p = 0; name && p < SC_PROVIDER_COUNT; p++)
        if (strcmp(names[p], name) == 0)
            return (enum sc_provider)p;
    return SC_PROVIDER_COUNT;
}

static bool matches(const char *pattern, const char *s, size_t n)
{
    const char *star = strchr(pattern, '*');
    if (!star)
        return strlen(pattern) == n && memcmp(pattern, s, n) == 0;
    size_t head = (size_t)(star - pattern);
    if (n <= head || memcmp(pattern, s, head) != 0)
        return false;
    for (size_t taken = head + 1; taken <= n; taken++)
        if (matches(star + 1, s + taken, n - taken))
            return true;
    return false;
}

static bool is(const char *name, const char *s, size_t n)
{
    return strlen(name) == n && memcmp(name, s, n) == 0;
}

static bool is_loopback(const char *host, size_t n)
{
    if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
        host++;
        n -= 2;
    }
    if (is("localhost", host, n) || is("::1", host, n) || matches("*.localhost", host, n))
        return true;
    if (n < 5 || memcmp(host, "127.", 4) != 0)
        return false;
    for (size_t i = 0; i < n; i++) /* 127.evil.example is a name, not an address */
        if ((host[i] < '0' || host[i] > '9') && host[i] != '.')
            return false;
    return true;
}

enum sc_provider sc_provider_by_host(const char *host, size_t n, int port)
{
    if (n > 0 && host[n - 1] == '.') /* fully qualified */
        n--;
    for (size_t i = 0; i < COUNT(hosts); i++)
        if (matches(hosts[i].pattern, host, n))
            return hosts[i].provider;
    for (size_t i = 0; i < COUNT(local_ports); i++)
        if (local_ports[i].port == port && is_loopback(host, n))
            return local_ports[i].provider;
    return SC_PROVIDER_OPENAI_COMPATIBLE;
}
