/*
 * provider.h - the providers that steadycurl knows, by the names used in policies and logs.
 */
#ifndef SC_PROVIDER_PROVIDER_H
#define SC_PROVIDER_PROVIDER_H

#include <stddef.h>

#define SC_PROVIDER_LIST(X)     \
    X(OPENAI, "openai")         \
    X(AZURE, "azure")           \
    X(ANTHROPIC, "anthropic")   \
    X(GEMINI, "gemini")         \
    X(VERTEX, "vertex")         \
    X(MISTRAL, "mistral")       \
    X(COHERE, "cohere")         \
    X(GROQ, "groq")             \
    X(DEEPSEEK, "deepseek")     \
    X(XAI, "xai")               \
    X(TOGETHER, "together")     \
    X(OPENROUTER, "openrouter") \
    X(BEDROCK, "bedrock")       \
    X(OLLAMA, "ollama")         \
    X(VLLM, "vllm")             \
    X(LLAMACPP, "llamacpp")     \
    X(OPENAI_COMPATIBLE, "openai-compatible")

enum sc_provider {
#define SC_PROVIDER_ENUM(id, name) SC_PROVIDER_##id,
    SC_PROVIDER_LIST(SC_PROVIDER_ENUM)
#undef SC_PROVIDER_ENUM
        SC_PROVIDER_COUNT
};

const char *sc_provider_name(enum sc_provider p);

/* The provider of that name, or SC_PROVIDER_COUNT. */
enum sc_provider sc_provider_by_name(const char *name);

/* The provider that serves a host ("api.openai.com", "localhost" with port 11434), else
 * SC_PROVIDER_OPENAI_COMPATIBLE. host: lower case, no port; port: effective port of the URL. */
enum sc_provider sc_provider_by_host(const char *host, size_t n, int port);

#endif
