/*
 * class.h - what the outcome of an attempt means.
 *
 * One row per class: identifier, the name used in policy files and logs, whether a retry can help,
 * and whether the circuit breaker counts it (only what the service did wrong counts).
 */
#ifndef SC_PROVIDER_CLASS_H
#define SC_PROVIDER_CLASS_H

#define SC_CLASS_LIST(X)                        \
    X(OK, "ok", 0, 0)                           \
    X(RETRYABLE, "retryable", 1, 1)             \
    X(OVERLOADED, "overloaded", 1, 1)           \
    X(RATE_LIMITED, "rate_limited", 1, 0)       \
    X(QUOTA_EXHAUSTED, "quota_exhausted", 0, 0) \
    X(AUTH, "auth", 0, 0)                       \
    X(TOKEN_LIMIT, "token_limit", 0, 0)         \
    X(CONTENT_POLICY, "content_policy", 0, 0)   \
    X(NOT_FOUND, "not_found", 0, 0)             \
    X(BAD_REQUEST, "bad_request", 0, 0)         \
    X(ABORTED, "aborted", 0, 0)

enum sc_class {
#define SC_CLASS_ENUM(id, name, retry, breaker) SC_CLASS_##id,
    SC_CLASS_LIST(SC_CLASS_ENUM)
#undef SC_CLASS_ENUM
        SC_CLASS_COUNT
};

/* The name in logs and policies ("rate_limited"); never NULL. */
const char *sc_class_name(enum sc_class c);

/* The class of that name, or SC_CLASS_COUNT. */
enum sc_class sc_class_by_name(const char *name);

/* Whether sending the same request again can help. Asked of all classes at every attempt. */
#define SC_CLASS_BIT(id, name, retry, breaker) | (unsigned)(retry) << SC_CLASS_##id
static inline int sc_class_retryable(enum sc_class c)
{
    return (unsigned)c < SC_CLASS_COUNT && ((0u SC_CLASS_LIST(SC_CLASS_BIT)) >> c & 1u);
}

/* Whether the circuit breaker counts an outcome of this class as a failure of the service. */
int sc_class_counts_for_breaker(enum sc_class c);

#endif
