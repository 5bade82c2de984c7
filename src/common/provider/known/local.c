/* local.c - servers that one runs oneself: known by their usual port on this machine. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row ollama_rows[] = {
    {QUOTA, "ollama-usage-limit", {403, 429, NO_STATUS},
     PHRASE("reached your usage limit|session usage limit|hourly usage limit|daily usage limit|"
            "weekly usage limit|monthly usage limit"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "ollama-context", {400, 500, NO_STATUS}, PHRASE("exceeds the context length"),
     IS(TOKEN_LIMIT)},
};

static const struct sc_class_row vllm_rows[] = {
    {TOKENS, "vllm-context", {400, 422, NO_STATUS},
     PHRASE("longer than the maximum model length|model's maximum context length"),
     IS(TOKEN_LIMIT)},
};

static const struct sc_class_row llamacpp_rows[] = {
    {TOKENS, "llamacpp-context", {400, 500, NO_STATUS},
     PHRASE("exceeds the available context size"), IS(TOKEN_LIMIT)},
};
/* clang-format on */

static ROWS(ollama, ollama_rows);
static ROWS(vllm, vllm_rows);
static ROWS(llamacpp, llamacpp_rows);

SC_KNOWN(OLLAMA) = {.hosts = HOSTS("ollama.com"),
                    .local_ports = {11434},
                    .flat_errors = true,
                    .rows = {&ollama, &sc_rows_own_server},
                    .asks = {PATHS("/api/chat", "/api/generate", "/api/embed", "/api/embeddings"),
                             sc_paths_own_server}};
SC_KNOWN(VLLM) = {
    .local_ports = {8000},
    .flat_errors = true,
    .rows = {&vllm, &sc_rows_openai_like, &sc_rows_own_server},
    .asks = {PATHS("^/pooling", "^/score", "^/rerank", "^/classify", "^/tokenize", "^/detokenize",
                   "^/generate", "^/generate_stream", "^/invocations", "/inference/v1/generate"),
             sc_paths_own_server}};
SC_KNOWN(LLAMACPP) = {
    .local_ports = {8080, 9931},
    .flat_errors = true,
    .rows = {&llamacpp, &sc_rows_openai_like, &sc_rows_own_server},
    .asks = {PATHS("^/completion", "^/completions", "^/chat/completions", "^/embedding",
                   "^/embeddings", "^/infill", "^/rerank", "^/reranking", "^/responses",
                   "^/chat/completions/input_tokens", "^/responses/input_tokens",
                   "^/audio/transcriptions", "^/api/chat", "^/tokenize", "^/detokenize",
                   "^/apply-template"),
             sc_paths_own_server}};
