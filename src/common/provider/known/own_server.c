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
/* clang-format on */

ROWS(sc_rows_own_server, family_rows);
