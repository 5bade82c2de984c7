/* openai.c - OpenAI, and those who answer as it does. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row own_rows[] = {
    {QUOTA, "openai-not-active", {429, NO_STATUS}, PHRASE("account is not active"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "openai-over-limit", {413, 429, NO_STATUS}, CODE("rate_limit_exceeded"),
     NEEDS(EXCESS), IS(TOKEN_LIMIT)},
    {CONTENT, "openai-invalid_prompt", {400, NO_STATUS}, CODE("invalid_prompt"),
     IS(CONTENT_POLICY)},
};

static const struct sc_class_row family_rows[] = {
    {TOKENS, "openai-context", {400, 422, NO_STATUS}, PHRASE("maximum context length is"),
     IS(TOKEN_LIMIT)},
};

static const struct sc_class_row compatible_rows[] = {
    {QUOTA, "compatible-401-quota", {401}, CODE("insufficient_quota"), IS(QUOTA_EXHAUSTED)},
};
/* clang-format on */

static ROWS(own, own_rows);
static ROWS(compatible, compatible_rows);
ROWS(sc_rows_openai_like, family_rows);

SC_KNOWN(OPENAI) = {.hosts = HOSTS("api.openai.com", "*.api.openai.com"),
                    .rows = {&own, &sc_rows_openai_like},
                    .asks = {sc_paths_openai}};

/* Whoever is not known by host. */
SC_KNOWN(OPENAI_COMPATIBLE) = {
    .flat_errors = true,
    .rows = {&compatible, &sc_rows_openai_like, &sc_rows_own_server, &sc_rows_hosted},
    .asks = {sc_paths_own_server, sc_paths_google,
             PATHS("/v1/complete", "/fim/completions", "/api/v0/chat/completions",
                   "/api/v0/completions", "/api/v0/embeddings", "^/chat/completions",
                   "^/completions", "^/completion")}};
