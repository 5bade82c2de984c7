/* own_server.c - what servers that one runs oneself have in common, wherever they are reached. */
#include "provider/known/known.h"

/* clang-format off */
/* llama.cpp, Ollama, vLLM, SGLang, TGI, LM Studio, and whatever has them behind it. Not all of them
 * tell the caller's mistakes from their own: what an exception says goes out as a 500. */
static const struct sc_class_row family_rows[] = {
    {TOKENS, "own-server-context", {400, 413, 422, 500, NO_STATUS},
     PHRASE("is too large to process|context size has been exceeded|"
            "longer than the model's context length|must have less than * tokens|"
            "tokens to keep from the initial prompt is greater than the context|"
            "when context the overflows|exceeds the max_model_len|"
            "model's context length is only|model's maximum context length of|"
            "exceeds the maximum allowed length|greater than max_seq_len|tokens + * must be"),
     IS(TOKEN_LIMIT)},
    {LOAD, "own-server-full", {429, ALL_5XX, NO_STATUS},
     PHRASE("request queue is full|model is overloaded"), IS(OVERLOADED)},
    {SERVICE, "tgi-generation", {424, NO_STATUS}, CODE("generation|incomplete_generation"),
     IS(RETRYABLE)},
    {SERVICE, "own-server-fault", {500},
     PHRASE("input is not supported|failed to parse tools|failed to parse messages|"
            "failed to parse grammar|is required|failed to load image|"
            "required for image input|cannot identify image file|only supported with|"
            "requires --jinja|roles must alternate|role not supported|"
            "json.exception.parse_error|json.exception.type_error|does not support tools|"
            "unsupported param|must be an array|must be a string|unsupported content"),
     IS(BAD_REQUEST)},
};
/* clang-format on */

ROWS(sc_rows_own_server, family_rows);
