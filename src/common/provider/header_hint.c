/* header_hint.c - see header_hint.h. */
#include "provider/header_hint.h"

#include <stdbool.h>

/* The time of the server's clock: Retry-After dates are its own. */
static int64_t server_time(const struct sc_header *headers, size_t n, int64_t now_unix)
{
    int64_t t;
    for (size_t i = 0; i < n; i++)
        if (sc_str_is(headers[i].name, "date") && sc_http_date(headers[i].value, &t))
            return t;
    return now_unix;
}

/* Each hop may have added one, and a hint is the least to be waited. */
static int64_t longest_of(const struct sc_header *headers, size_t n, int64_t server_unix,
                          const char *name, bool in_ms)
{
    int64_t longest = -1, ms;
    for (size_t i = 0; i < n; i++) {
        if (!sc_str_is(headers[i].name, name))
            continue;
        ms = in_ms ? sc_header_ms(headers[i].value)
                   : sc_header_retry_after(headers[i].value, server_unix);
        longest = ms > longest ? ms : longest;
    }
    return longest;
}

/* The first that says something counts. The order of the first three is the SDKs' (openai-python,
 * azure-core); the others are of gateways: x-retry-after of proxies that keep Retry-After for
 * themselves, bucket4j's and Kong's, LiteLLM's for what it got from the provider, Discord's. */
int64_t sc_header_hint(const struct sc_header *headers, size_t n, int64_t now_unix)
{
    static const struct {
        const char *name;
        bool in_ms;
    } known[] = {
        {"retry-after-ms", true},
        {"retry-after", false},
        {"x-ms-retry-after-ms", true},
        {"x-retry-after-ms", true},
        {"x-retry-after", false},
        {"x-rate-limit-retry-after-seconds", false},
        {"x-ratelimit-retry-after", false},
        {"ratelimit-retry-after", false},
        {"llm_provider-retry-after-ms", true},
        {"llm_provider-retry-after", false},
        {"x-ratelimit-reset-after", false},
    };
    int64_t server_unix = server_time(headers, n, now_unix), ms = -1;
    for (size_t i = 0; i < sizeof known / sizeof *known && ms < 0; i++)
        ms = longest_of(headers, n, server_unix, known[i].name, known[i].in_ms);
    return ms;
}
