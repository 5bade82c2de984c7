/* cohere.c - Cohere: {"message": ...} and nothing else, so phrases have to do. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {QUOTA, "cohere-trial-month", {429}, PHRASE("/ month"), IS(QUOTA_EXHAUSTED)},
    {TOKENS, "cohere-context", {400, 422, NO_STATUS}, PHRASE("too many tokens"),
     IS(TOKEN_LIMIT)},
    {KEY, "cohere-498", {498}, IS(AUTH)},
    {CONTENT, "cohere-blocked", {400, NO_STATUS}, PHRASE("blocked input|blocked output"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(COHERE) = {
    .hosts = HOSTS("api.cohere.com", "api.cohere.ai"),
    .flat_errors = true,
    .rows = {&own},
    .asks = {PATHS("/v1/chat", "/v2/chat", "/v1/generate", "/v1/embed", "/v2/embed", "/v1/classify",
                   "/v1/summarize", "/v1/tokenize", "/v1/detokenize", "/v1/check-api-key"),
             sc_paths_openai}};
