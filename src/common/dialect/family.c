/* family.c - the dialects, one row each, and their names. */
#include "dialect/family.h"

#include <string.h>

static const struct sc_family *const families[SC_DIALECT_COUNT] = {
    [SC_DIALECT_CHAT] = &sc_family_chat,
    [SC_DIALECT_RESPONSES] = &sc_family_responses,
    [SC_DIALECT_MESSAGES] = &sc_family_messages,
    [SC_DIALECT_GEMINI] = &sc_family_gemini,
};

static const struct {
    const char *name;
    enum sc_dialect dialect;
} names[] = {
#define NAME(id, name) {name, SC_DIALECT_##id},
    SC_DIALECT_LIST(NAME)
#undef NAME
        {"chat", SC_DIALECT_CHAT},
    {"responses", SC_DIALECT_RESPONSES},
    {"messages", SC_DIALECT_MESSAGES},
};

const struct sc_family *sc_family_of(enum sc_dialect d)
{
    return (unsigned)d < SC_DIALECT_COUNT ? families[d] : NULL;
}

const char *sc_dialect_name(enum sc_dialect d)
{
    return (unsigned)d < SC_DIALECT_COUNT ? names[d].name : "none";
}

enum sc_dialect sc_dialect_by_name(struct sc_str name)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.n == strlen(names[i].name) && memcmp(name.p, names[i].name, name.n) == 0)
            return names[i].dialect;
    return SC_DIALECT_COUNT;
}

/* Messages that an assistant keeps are none that it is sent. */
static bool is_of_thread(struct sc_str path, enum sc_dialect d)
{
    return d == SC_DIALECT_MESSAGES && memmem(path.p, path.n, "/threads/", 9);
}

enum sc_dialect sc_dialect_of_path(struct sc_str path)
{
    static const struct {
        struct sc_str end;
        enum sc_dialect dialect;
    } ends[] = {
#define END(text, id) {{text, sizeof(text) - 1}, SC_DIALECT_##id}
        END("/chat/completions", CHAT),
        END("/responses", RESPONSES),
        END("/messages", MESSAGES),
        END(":generateContent", GEMINI),
        END(":streamGenerateContent", GEMINI),
#undef END
    };

    while (path.n > 1 && path.p[path.n - 1] == '/')
        path.n--;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        size_t n = ends[i].end.n;

        if (path.n >= n && memcmp(path.p + path.n - n, ends[i].end.p, n) == 0)
            return is_of_thread(path, ends[i].dialect) ? SC_DIALECT_COUNT : ends[i].dialect;
    }
    return SC_DIALECT_COUNT;
}

/* Own APIs, and OpenAI's at paths beside them. */
static bool has_chat_beside(enum sc_provider p)
{
    return p == SC_PROVIDER_ANTHROPIC || p == SC_PROVIDER_BEDROCK || p == SC_PROVIDER_OLLAMA;
}

static bool is_google(enum sc_provider p)
{
    return p == SC_PROVIDER_GEMINI || p == SC_PROVIDER_VERTEX;
}

enum sc_provider sc_dialect_voice(enum sc_dialect d, enum sc_provider provider)
{
    switch (d) {
    case SC_DIALECT_MESSAGES:
        return SC_PROVIDER_ANTHROPIC;
    case SC_DIALECT_GEMINI:
        return is_google(provider) ? provider : SC_PROVIDER_GEMINI;
    case SC_DIALECT_CHAT:
    case SC_DIALECT_RESPONSES:
        return is_google(provider) || has_chat_beside(provider) ? SC_PROVIDER_OPENAI_COMPATIBLE
                                                                : provider;
    default:
        return provider;
    }
}

enum sc_provider sc_dialect_voice_at(struct sc_str path, enum sc_provider provider)
{
    enum sc_dialect d = sc_dialect_of_path(path);

    if (d == SC_DIALECT_COUNT && provider == SC_PROVIDER_OLLAMA && path.n > 0 &&
        memmem(path.p, path.n, "/v1/", 4) != NULL)
        return SC_PROVIDER_OPENAI_COMPATIBLE;
    return sc_dialect_voice(d, provider);
}

static void put_model(struct sc_buf *out, const char *model)
{
    static const char good[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    static const char hex[] = "0123456789ABCDEF";

    for (; *model; model++) {
        unsigned char c = (unsigned char)*model;
        if (strchr(good, *model)) {
            sc_buf_char(out, *model);
        } else {
            char escape[3] = {'%', hex[c >> 4], hex[c & 15]};
            sc_buf_add(out, escape, sizeof escape);
        }
    }
}

void sc_dialect_path(enum sc_dialect d, const char *model, bool stream, struct sc_buf *out)
{
    static const char *const paths[SC_DIALECT_COUNT] = {
        [SC_DIALECT_CHAT] = "/v1/chat/completions",
        [SC_DIALECT_RESPONSES] = "/v1/responses",
        [SC_DIALECT_MESSAGES] = "/v1/messages",
        [SC_DIALECT_GEMINI] = "/v1beta/models/",
    };
    const char *behind = stream ? ":streamGenerateContent?alt=sse" : ":generateContent";

    if ((unsigned)d >= SC_DIALECT_COUNT)
        return;
    sc_buf_add(out, paths[d], strlen(paths[d]));
    if (d != SC_DIALECT_GEMINI)
        return;
    put_model(out, model ? model : "");
    sc_buf_add(out, behind, strlen(behind));
}
