/*
 * asked.h - what a request asks for: which API, whose dialect, which model, streamed or not.
 *
 * Everything the mock answers follows from this and nothing else, so that the same request gets
 * the same bytes again.
 */
#ifndef SC_MOCK_ASKED_H
#define SC_MOCK_ASKED_H

#include <stdbool.h>
#include <stddef.h>

#include "provider/provider.h"

enum sc_mock_api {
    SC_MOCK_API_NONE,
    SC_MOCK_API_CHAT,
    SC_MOCK_API_COMPLETIONS,
    SC_MOCK_API_RESPONSES,
    SC_MOCK_API_EMBEDDINGS,
    SC_MOCK_API_MODELS,
    SC_MOCK_API_MESSAGES,
    SC_MOCK_API_COUNT_TOKENS,
    SC_MOCK_API_GEMINI,
    SC_MOCK_API_GEMINI_COUNT,
    SC_MOCK_API_OLLAMA_CHAT,
    SC_MOCK_API_OLLAMA_GENERATE,
    SC_MOCK_API_COHERE_CHAT,
    SC_MOCK_API_COUNT
};

#define SC_MOCK_WORDS_MAX 100000

/* A request as it came in; borrowed. */
struct sc_mock_came {
    const char *path;      /* decoded, without the query */
    const char *host;      /* the Host header, "" if none */
    const char *provider;  /* x-mock-provider, NULL if none */
    const char *otherwise; /* the server's own choice for paths that many share, NULL if none */
    const char *alt;       /* query alt=, NULL if none */
    const char *body;
    size_t body_len;
    int words; /* x-mock-words: length of the answer, 0 for the usual one */
};

struct sc_mock_asked {
    enum sc_mock_api api;
    enum sc_provider provider;
    unsigned long long id; /* a hash of path and body, the source of every made-up id */
    char *model;
    char *prompt; /* the last text of the user, cut to a few hundred bytes */
    bool stream;
    bool include_usage;
    bool as_array;  /* Gemini's stream without alt=sse: one JSON array */
    bool truncated; /* the answer was cut at the request's own token limit */
    int input_tokens;
    int n_inputs;               /* embeddings asked for */
    unsigned long long *inputs; /* a hash of each */
    int dimensions;
    char **pieces; /* the answer, word by word, each with the space before it */
    int n_pieces;
};

void sc_mock_asked_read(const struct sc_mock_came *came, struct sc_mock_asked *out);
void sc_mock_asked_free(struct sc_mock_asked *a);

/* The whole answer as one string; the caller frees it. */
char *sc_mock_asked_text(const struct sc_mock_asked *a);

#endif
