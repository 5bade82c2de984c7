/* general.c - what holds for every provider, known or not. */
#include "provider/known/known.h"

/* clang-format off */
static const struct sc_class_row rows[] = {
    /* A value that is wrong is quoted in the message: nothing else is read out of that. */
    {FAULT, "code-invalid_value", {400, 422, NO_STATUS},
     CODE("string_above_max_length|invalid_type|invalid_value|unsupported_value|"
          "unknown_parameter|unsupported_parameter|missing_required_parameter|invalid_json"),
     IS(BAD_REQUEST)},
    /* A path that nobody serves, which may have the word model in it. */
    {FAULT, "words-path", {404, 410},
     PHRASE("invalid url|unknown request url|unrecognized request url|no route|"
            "method not found|404 page not found"),
     IS(NOT_FOUND)},

    {QUOTA, "status-402", {402}, IS(QUOTA_EXHAUSTED)},
    {QUOTA, "code-insufficient_quota", {400, 403, 429, NO_STATUS},
     CODE("insufficient_quota|credit_balance_exhausted|organization_spend_limit_exceeded|"
          "project_spend_limit_exceeded|organization_usage_limit_exceeded|billing_error|"
          "billing_hard_limit_reached|billing_not_active|insufficient_balance|credit_limit|"
          "exceeded_current_quota_error|Arrearage|insufficient_funds|budget_exceeded|"
          "LimitExceededException"),
     IS(QUOTA_EXHAUSTED)},
    /* Those who have no code for it. */
    {QUOTA, "words-quota", {403, 429, NO_STATUS},
     PHRASE("insufficient balance|account balance is insufficient|tokens per day limit exceeded|"
            "requests per day limit exceeded|per 86400s exceeded|credit limit exceeded|"
            "out of call volume quota"),
     IS(QUOTA_EXHAUSTED)},

    {TOKENS, "code-context_length_exceeded", {400, 413, 422, NO_STATUS},
     CODE("context_length_exceeded|exceed_context_size_error|tokens_limit_reached"),
     IS(TOKEN_LIMIT)},

    {LOAD, "code-overloaded", {429, ALL_5XX, NO_STATUS},
     CODE("overloaded_error|slow_down|server_is_overloaded|engine_overloaded_error|"
          "engine_overloaded|overloaded|ServerOverloaded|queue_exceeded|no_capacity|"
          "insufficient_system_resource"),
     IS(OVERLOADED)},
    {LOAD, "code-unavailable", {NO_STATUS},
     CODE("service_unavailable_error|service_unavailable|unavailable_error|UNAVAILABLE"),
     IS(OVERLOADED)},

    {RATE, "inner-429", {ALL_5XX}, NEEDS(INNER_429), IS(RATE_LIMITED)},
    {RATE, "code-rate_limit", {NO_STATUS},
     CODE("rate_limit_error|rate_limit_exceeded|rate_limited|RESOURCE_EXHAUSTED|"
          "too_many_requests"),
     IS(RATE_LIMITED)},

    /* A firewall, a proxy, a captive portal: it says nothing of the key, but of this request. */
    {KEY, "foreign-403", {403}, NEEDS(FOREIGN), IS(BAD_REQUEST)},
    {KEY, "code-key", {400, 401, 403, NO_STATUS},
     CODE("invalid_api_key|expired_api_key|expired_key|account_deactivated|api_key_expired|"
          "unsupported_country_region_territory"),
     IS(AUTH)},
    {KEY, "words-key", {401, 403, NO_STATUS},
     PHRASE("incorrect api key|invalid api key|invalid x-api-key|api key not valid|"
            "api key is invalid|api key expired|api key has expired|invalid api token|"
            "your api key: |key has been revoked"),
     IS(AUTH)},
    {KEY, "code-authentication", {400, NO_STATUS},
     CODE("authentication_error|permission_error|UNAUTHENTICATED|PERMISSION_DENIED|"
          "AccessDeniedException"),
     IS(AUTH), VAGUE},

    {MODEL, "code-model_not_found", {400, 403, 410, 422, NO_STATUS},
     CODE("model_not_found|DeploymentNotFound|model_decommissioned|unknown_model|invalid_model|"
          "model_not_available|ResourceNotFoundException|not_found_error|NOT_FOUND|"
          "NotFoundError|model_not_supported"),
     IS(NOT_FOUND)},
    {MODEL, "words-model", {400, 422, NO_STATUS},
     PHRASE("^model *not found|^the model *not found|^the model *does not exist|"
            "^the requested model *does not exist|^model *does not exist|is not a valid model id|invalid model id|invalid model name|model not found|"
            "unknown model|llm provider not provided|could not find real model"),
     IS(NOT_FOUND)},
    /* Of a 404 it is not the class that is in question, but whether another model would do. */
    {MODEL, "gone-code-model", {404, 410},
     CODE("model_not_found|DeploymentNotFound|model_decommissioned|unknown_model|invalid_model|"
          "model_not_available|model_not_supported"),
     IS(NOT_FOUND)},
    {MODEL, "gone-words-model", {404, 410}, PHRASE("model|deployment|no endpoints found"),
     IS(NOT_FOUND)},

    {CONTENT, "code-content_filter", {400, 403, 422, NO_STATUS},
     CODE("content_filter|content_policy_violation|moderation_blocked|"
          "responsible_ai_policy_violation"),
     IS(CONTENT_POLICY)},

    {STATUS, "status-401", {401, 403, 407, 511}, IS(AUTH)},
    {STATUS, "status-404", {404, 410}, IS(NOT_FOUND)},
    {STATUS, "status-408", {408, 409, 425}, IS(RETRYABLE)},
    {STATUS, "status-429", {429}, IS(RATE_LIMITED)},
    {STATUS, "status-503", {503, 529}, IS(OVERLOADED)},
    {STATUS, "status-501", {501, 505}, IS(BAD_REQUEST)},
    {STATUS, "status-5xx", {ALL_5XX}, IS(RETRYABLE)},
    {STATUS, "status-4xx", {ALL_4XX}, IS(BAD_REQUEST)},

    {STREAM, "code-bad_request", {NO_STATUS},
     CODE("invalid_request_error|invalid_request|BadRequestError|INVALID_ARGUMENT|"
          "FAILED_PRECONDITION|ValidationException|request_too_large|"
          "not_supported_error"),
     IS(BAD_REQUEST)},
    {STREAM, "stream-error", {NO_STATUS}, IS(RETRYABLE)},
};
/* clang-format on */

ROWS(sc_rows_general, rows);
