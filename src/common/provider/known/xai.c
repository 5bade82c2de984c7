/* xai.c - xAI: {"code": a sentence, "error": a sentence}. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {QUOTA, "xai-credits", {403, 429, NO_STATUS},
     PHRASE("used all available credits|reached its monthly spending limit|"
            "doesn't have any credits"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "xai-context", {400, NO_STATUS}, PHRASE("maximum prompt length is"),
     IS(TOKEN_LIMIT)},
    {KEY, "xai-key", {400, NO_STATUS}, PHRASE("incorrect api key"), IS(AUTH)},
    {CONTENT, "xai-guidelines", {400, 403, NO_STATUS}, PHRASE("content violates usage guidelines"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(XAI) = {.hosts = HOSTS("api.x.ai", "*.api.x.ai"),
                 .flat_errors = true,
                 .rows = {&own},
                 .asks = {PATHS("/v1/tokenize-text"), sc_paths_openai, sc_paths_claude}};
