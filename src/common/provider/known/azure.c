/* azure.c - Azure OpenAI: a model's name is that of a deployment, and codes are often statuses. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {TOKENS, "azure-over-limit", {413, 429, NO_STATUS}, CODE("rate_limit_exceeded"),
     NEEDS(EXCESS), IS(TOKEN_LIMIT)},
    {LOAD, "azure-high-demand", {429, NO_STATUS}, PHRASE("high demand"), IS(OVERLOADED)},
    {MODEL, "azure-deprecating", {400, NO_STATUS}, CODE("ServiceModelDeprecating"),
     IS(NOT_FOUND)},
    {CONTENT, "azure-invalid_prompt", {400, NO_STATUS}, CODE("invalid_prompt"),
     IS(CONTENT_POLICY)},
    {CONTENT, "azure-responsible-ai", {400, NO_STATUS}, DETAIL("ResponsibleAIPolicyViolation"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(AZURE) = {
    .hosts = HOSTS("*.openai.azure.com", "*.services.ai.azure.com", "*.cognitiveservices.azure.com",
                   "*.openai.azure.us", "*.services.ai.azure.us", "*.cognitiveservices.azure.us",
                   "*.openai.azure.cn", "*.cognitiveservices.azure.cn", "*.models.ai.azure.com",
                   "*.inference.ai.azure.com"),
    .flat_errors = true,
    .rows = {&own, &sc_rows_openai_like},
    .asks = {PATHS("/embed", "/ocr", "/images/embeddings"), sc_paths_openai, sc_paths_claude}};
