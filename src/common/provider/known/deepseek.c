/* deepseek.c - DeepSeek: OpenAI's shape, but codes say little; an empty balance is a 402. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {MODEL, "deepseek-model", {400, NO_STATUS}, PHRASE("model not exist"), IS(NOT_FOUND)},
    {CONTENT, "deepseek-risk", {400, NO_STATUS}, PHRASE("content exists risk"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(DEEPSEEK) = {.hosts = HOSTS("api.deepseek.com"),
                      .rows = {&own, &sc_rows_openai_like},
                      .asks = {sc_paths_openai, sc_paths_claude}};
