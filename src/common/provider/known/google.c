/* google.c - Gemini's own API and Vertex AI: google.rpc statuses, and details that tell quotas
 * apart. "You exceeded your current quota" is said of a minute's as of a month's. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row family_rows[] = {
    {QUOTA, "google-daily-quota", {429, NO_STATUS}, DETAIL("perday|daily"), IS(QUOTA_EXHAUSTED)},
    {QUOTA, "google-spent", {429, NO_STATUS},
     PHRASE("limit: 0|prepayment credits|prepaid credits|spending cap|per_day|per day"),
     IS(QUOTA_EXHAUSTED)},
    {QUOTA, "google-no-billing", {403}, PHRASE("requires billing to be enabled"),
     IS(QUOTA_EXHAUSTED)},
    {TOKENS, "google-context", {400, NO_STATUS},
     PHRASE("exceeds the maximum number of tokens allowed|but the model only supports up to"),
     IS(TOKEN_LIMIT)},
    {LOAD, "google-capacity", {429, NO_STATUS}, DETAIL("MODEL_CAPACITY_EXHAUSTED"),
     IS(OVERLOADED)},
    {SERVICE, "google-cancelled", {499}, IS(RETRYABLE)},
    {KEY, "google-key", {400, 401, 403, NO_STATUS},
     DETAIL("API_KEY_INVALID|API_KEY_EXPIRED|ACCESS_TOKEN_EXPIRED"), IS(AUTH)},
    {KEY, "google-key", {400, NO_STATUS},
     PHRASE("api key not valid|api key expired|api key not found"), IS(AUTH)},
    {KEY, "google-place", {400, NO_STATUS},
     PHRASE("location is not supported|not available in your country"), IS(AUTH)},
};

static const struct sc_class_row vertex_rows[] = {
    {MODEL, "vertex-model", {403}, PHRASE("(or it may not exist)"), IS(NOT_FOUND)},
    {MODEL, "vertex-publisher-model", {400, NO_STATUS}, CODE("FAILED_PRECONDITION"),
     PHRASE("publisher model"), IS(NOT_FOUND)},
};
/* clang-format on */

static ROWS(vertex, vertex_rows);
ROWS(sc_rows_google, family_rows);

SC_KNOWN(GEMINI) = {.hosts = HOSTS("generativelanguage.googleapis.com"),
                    .rows = {&sc_rows_google},
                    .asks = {sc_paths_google, sc_paths_openai}};

SC_KNOWN(VERTEX) = {.hosts = HOSTS("aiplatform.googleapis.com", "*-aiplatform.googleapis.com",
                                   "aiplatform.*.rep.googleapis.com"),
                    .rows = {&vertex, &sc_rows_google, &sc_rows_claude},
                    .asks = {sc_paths_google, sc_paths_openai, sc_paths_claude}};
