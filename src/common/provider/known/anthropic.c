/* anthropic.c - Anthropic, and its models wherever they are served. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row own_rows[] = {
    {QUOTA, "anthropic-spend-cap", {429, NO_STATUS}, DETAIL("enforced_spend_limit_reached"),
     NEEDS(NO_HINT), IS(QUOTA_EXHAUSTED)},
    /* The same type as a rate limit has, which always says when to come back. */
    {QUOTA, "anthropic-spend-limit", {429, NO_STATUS},
     PHRASE("monthly spend limit|api usage limits"), NEEDS(NO_HINT), IS(QUOTA_EXHAUSTED)},
    {QUOTA, "anthropic-credit", {400, 403, NO_STATUS},
     PHRASE("credit balance is too low|you have reached your specified"), IS(QUOTA_EXHAUSTED)},
    /* "rate_limit_error", and yet no wait helps: the account may not send so much at once. */
    {TOKENS, "anthropic-long-context", {400, 429, NO_STATUS},
     PHRASE("extra usage is required for long context|long context beta is not yet available"),
     IS(TOKEN_LIMIT)},
    {LOAD, "code-overloaded_error", {0}, CODE("overloaded_error"), IS(OVERLOADED)},
    {KEY, "anthropic-disabled", {400, NO_STATUS}, PHRASE("organization has been disabled"),
     IS(AUTH)},
    {CONTENT, "anthropic-output-blocked", {400, NO_STATUS},
     PHRASE("output blocked by content filtering policy"), IS(CONTENT_POLICY)},
};

static const struct sc_class_row family_rows[] = {
    {TOKENS, "claude-context", {400, 413, NO_STATUS},
     PHRASE("prompt is too long|exceed context limit"), IS(TOKEN_LIMIT)},
};
/* clang-format on */

static ROWS(own, own_rows);
ROWS(sc_rows_claude, family_rows);

SC_KNOWN(ANTHROPIC) = {.hosts = HOSTS("api.anthropic.com", "aws-external-anthropic.*.api.aws"),
                       .rows = {&own, &sc_rows_claude},
                       .asks = {sc_paths_claude, sc_paths_openai}};
