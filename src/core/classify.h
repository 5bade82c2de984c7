/*
 * classify.h - from facts to a class.
 *
 * Order of checks as measured against the providers' own SDKs: directive header, quota, context
 * length, rate limit, overload, transient, auth, not found, content policy, the rest. Status,
 * header type, code and type come before any text; text counts only inside error.message.
 */
#ifndef SC_CORE_CLASSIFY_H
#define SC_CORE_CLASSIFY_H

#include <stdbool.h>

#include "core/class.h"
#include "provider/facts.h"

struct sc_verdict {
    enum sc_class class;
    bool retry;       /* sending the same request again may help, as far as the response tells */
    int64_t hint_ms;  /* server's hint, -1 if none: a floor for the wait */
    const char *row;  /* which row decided ("status-429", "code-insufficient_quota"); static */
};

void sc_classify(const struct sc_facts *facts, struct sc_verdict *out);

/* What can be said once the final header block is complete and before any body byte. */
enum sc_head_verdict {
    SC_HEAD_SUCCESS,    /* 2xx */
    SC_HEAD_FINAL,      /* a failure that no body can make retryable (404, 401...) */
    SC_HEAD_RETRY,      /* retryable whatever the body says (500, 503) */
    SC_HEAD_NEEDS_BODY  /* the body decides (429: rate or quota? 402, 413, 400...) */
};
enum sc_head_verdict sc_classify_head(enum sc_provider p, int status);

#endif
