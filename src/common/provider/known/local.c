/* local.c - servers that one runs oneself: known by their usual port on this machine. */
#include "provider/known/known.h"

/* clang-format off */
/* llama.cpp, Ollama, vLLM, SGLang, TGI, LM Studio, and whatever has them behind it. Not all of them
 * tell the caller's mistakes from their own: what an exception says goes out as a 500. */
static const struct sc_class_row family_rows[] = {
    {TOKENS, "own-server-context", {400, 413, 422, 500, NO_STATUS},
     PHRASE("is too large to process|context size has been exceeded|"
            "longer than the model's context length|must have less than * tokens|"
            "tokens to keep from the initial prompt is greater than the context|"
            "when context the overflows"),
     IS(TOKEN_LIMIT)},
    {SERVICE, "own-server-fault", {500},
     PHRASE("input is not supported|failed to parse tools|failed to parse messages|"
            "failed to parse grammar|is required|failed to load image|"
            "required for image input|cannot identify image file|only supported with|"
            "requires --jinja|roles must alternate|role not supported|"
            "json.exception.parse_error|json.exception.type_error|does not support tools|"
            "unsupported param|must be an array|must be a string|unsupported content"),
     IS(BAD_REQUEST)},
};

static const struct sc_class_row ollama_rows[] = {
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

ROWS(sc_rows_own_server, family_rows);
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
