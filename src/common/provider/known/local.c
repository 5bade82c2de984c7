/* local.c - servers that one runs oneself: known by their usual port on this machine. */
#include "provider/known/known.h"

/* clang-format off */
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

static ROWS(ollama, ollama_rows);
static ROWS(vllm, vllm_rows);
static ROWS(llamacpp, llamacpp_rows);

SC_KNOWN(OLLAMA) = {.local_port = 11434, .rows = {&ollama}};
SC_KNOWN(VLLM) = {.local_port = 8000, .rows = {&vllm, &sc_rows_openai_like}};
SC_KNOWN(LLAMACPP) = {.local_port = 8080, .rows = {&llamacpp, &sc_rows_openai_like}};
