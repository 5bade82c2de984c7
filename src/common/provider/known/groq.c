/* groq.c - Groq: OpenAI's shape; a day's limits are told by the message alone. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {QUOTA, "groq-blocked", {400, 403, 429, NO_STATUS}, CODE("blocked_api_access"),
     IS(QUOTA_EXHAUSTED)},
    {QUOTA, "groq-daily-quota", {413, 429, NO_STATUS},
     PHRASE("(tpd)|(rpd)|(asd)|tokens per day|requests per day|audio per day"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "groq-over-limit", {413, 429, NO_STATUS}, CODE("rate_limit_exceeded"),
     NEEDS(EXCESS), IS(TOKEN_LIMIT)},
    {LOAD, "groq-capacity", {498}, IS(OVERLOADED)},
    {RATE, "groq-request-rate", {413}, CODE("rate_limit_exceeded"), IS(RATE_LIMITED)},
    {KEY, "groq-restricted", {400, NO_STATUS}, CODE("organization_restricted"), IS(AUTH)},
    {MODEL, "groq-model", {400, 403, NO_STATUS},
     CODE("model_permission_blocked_org|model_permission_blocked_project|model_terms_required"),
     IS(NOT_FOUND)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(GROQ) = {.hosts = HOSTS("api.groq.com"),
                  .rows = {&own, &sc_rows_openai_like},
                  .asks = {sc_paths_openai}};
