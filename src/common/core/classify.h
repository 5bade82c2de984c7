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

#include "provider/class.h"
#include "provider/facts.h"
#include "provider/rows.h"

/* A hint beyond this is an answer for people, not for a program that waits: openai-python refuses
 * above 120 s, gemini-cli above 300 s (2026-08). The class stays, `retry` becomes false. */
#define SC_HINT_PATIENCE_MS 120000

/* What a failure of class auth or quota_exhausted proves of the key. */
enum sc_proof {
    SC_PROOF_NONE, /* nothing: it is not in the API's own shape, or of another class */
    SC_PROOF_SAID, /* the API refuses; it may have erred */
    SC_PROOF_NAMED /* by a code or words that leave no doubt: invalid_api_key, insufficient_quota */
};

struct sc_verdict {
    enum sc_class class;
    bool retry;       /* sending the same request again may help, as far as the response tells */
    int64_t hint_ms;  /* server's hint, -1 if none: a floor for the wait */
    bool of_model;    /* not_found: it is the model, and not the path */
    bool unprocessed; /* the request surely did nothing: refused, or it never got there */
    enum sc_proof proof;
    const char *row; /* which row decided ("status-429", "code-insufficient_quota") */
};

void sc_classify(const struct sc_facts *facts, struct sc_verdict *out);

/* What they come to for a 200 with nothing unusual in it, as most answers are. */
void sc_classify_ok(struct sc_verdict *out);

/* The same where a policy has rows of its own: its rule's, then its provider's. They come before
 * all others. NULL: none. */
#define SC_OWN_TABLES 2
void sc_classify_by(const struct sc_facts *facts, const struct sc_class_rows *own,
                    struct sc_verdict *out);

/* What can be said once the final header block is complete and before any body byte. */
enum sc_head_verdict {
    SC_HEAD_SUCCESS,   /* below 400 */
    SC_HEAD_FINAL,     /* a failure whose class no body can change (404, 401...) */
    SC_HEAD_RETRY,     /* retryable whatever the body says (500, 503) */
    SC_HEAD_NEEDS_BODY /* the body decides (429: rate or quota? 402, 413, 400...) */
};
enum sc_head_verdict sc_classify_head(enum sc_provider p, const struct sc_class_rows *own,
                                      int status);

/* The same with the headers at hand: x-should-retry settles it without a body. Reads provider,
 * status and headers of the response only. */
enum sc_head_verdict sc_classify_headers(const struct sc_response *r,
                                         const struct sc_class_rows *own);

#endif
