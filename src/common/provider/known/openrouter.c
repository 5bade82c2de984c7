/* openrouter.c - OpenRouter: the status again as the error's code, the cause in its metadata. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    {QUOTA, "openrouter-in-flight-budget", {402, NO_STATUS},
     DETAIL("openrouter_in_flight_budget"), NEEDS(HINT), IS(RATE_LIMITED)},
    {QUOTA, "openrouter-key-limit", {403, 429, NO_STATUS}, PHRASE("key limit exceeded"),
     IS(QUOTA_EXHAUSTED)},
    {QUOTA, "openrouter-daily-quota", {429, NO_STATUS}, PHRASE("models-per-day"),
     IS(QUOTA_EXHAUSTED)},
    {CONTENT, "openrouter-moderation", {403}, DETAIL("flagged_input"), IS(CONTENT_POLICY)},
    {CONTENT, "openrouter-moderation", {403}, PHRASE("requires moderation|input was flagged"),
     IS(CONTENT_POLICY)},
};
/* clang-format on */

static ROWS(own, rows);

SC_KNOWN(OPENROUTER) = {.hosts = HOSTS("openrouter.ai", "*.openrouter.ai"),
                        .rows = {&own, &sc_rows_openai_like, &sc_rows_claude},
                        .asks = {sc_paths_openai, sc_paths_claude}};
