/* together.c - Together: a 403 may say that the request is too long. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {TOKENS, "together-context", {400, 403, 422, NO_STATUS},
     PHRASE("`max_new_tokens` must be <=|max_tokens must be <=|model context length"),
     IS(TOKEN_LIMIT)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(TOGETHER) = {.hosts = HOSTS("api.together.xyz", "api.together.ai"),
                      .flat_errors = true,
                      .rows = {&own, &sc_rows_openai_like},
                      .asks = {PATHS("/inference"), sc_paths_openai}};
