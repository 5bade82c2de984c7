/* explain_url.c - the URL of a call to a provider, where none is given. */
#include <stdio.h>
#include <string.h>

#include "cli/explain.h"
#include "provider/rows.h"

static const char *path_of(enum sc_provider p)
{
    switch (p) {
    case SC_PROVIDER_AZURE:
    case SC_PROVIDER_GROQ:
        return "openai/v1/chat/completions";
    case SC_PROVIDER_ANTHROPIC:
        return "v1/messages";
    case SC_PROVIDER_GEMINI:
        return "v1beta/models";
    case SC_PROVIDER_VERTEX:
        return "v1/projects";
    case SC_PROVIDER_COHERE:
        return "v2/chat";
    case SC_PROVIDER_OPENROUTER:
        return "api/v1/chat/completions";
    case SC_PROVIDER_BEDROCK:
        return "model";
    case SC_PROVIDER_OLLAMA:
        return "api/chat";
    default:
        return "v1/chat/completions";
    }
}

void sc_explain_url(enum sc_provider p, char *url, size_t size)
{
    const struct sc_provider_info *info = sc_provider_info(p);
    const char *host = info->hosts ? info->hosts[0] : "localhost", *star = strchr(host, '*');
    if (info->local_ports[0] > 0)
        snprintf(url, size, "http://localhost:%d/%s", info->local_ports[0], path_of(p));
    else
        snprintf(url, size, "https://%.*s%s%s/%s", star ? (int)(star - host) : (int)strlen(host),
                 host, star ? "x" : "", star ? star + 1 : "", path_of(p));
}
