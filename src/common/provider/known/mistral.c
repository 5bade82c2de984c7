/* mistral.c - Mistral: codes are numbers as texts. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {TOKENS, "mistral-context", {400, 422, NO_STATUS}, CODE("3051"), IS(TOKEN_LIMIT)},
    {TOKENS, "mistral-context", {400, 422, NO_STATUS}, PHRASE("too large for model with"),
     IS(TOKEN_LIMIT)},
    {LOAD, "mistral-capacity", {429, NO_STATUS}, CODE("3505|service_tier_capacity_exceeded"),
     IS(OVERLOADED)},
    {LOAD, "mistral-capacity", {429, NO_STATUS}, PHRASE("service tier capacity exceeded"),
     IS(OVERLOADED)},
    {RATE, "mistral-rate", {400, 429, NO_STATUS}, CODE("rate_limited|1300"), IS(RATE_LIMITED)},
    {MODEL, "mistral-model", {400, 422, NO_STATUS}, CODE("1500"), IS(NOT_FOUND)},
    {CONTENT, "mistral-guardrail", {403, NO_STATUS}, PHRASE("blocked by guardrail"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(MISTRAL) = {.hosts = HOSTS("api.mistral.ai", "codestral.mistral.ai"),
                     .flat_errors = true,
                     .rows = {&own},
                     /* What is added to a conversation that there is would be added twice. */
                     .asks = {PATHS("/chat/moderations", "/chat/classifications",
                                    "/classifications", "/ocr", "/v1/conversations"),
                              sc_paths_openai}};
