/*
 * error_body.h - the error body that a provider sends with a status.
 *
 * Shapes and texts as seen on the wire; where a provider's own documents name a `type` or `code`
 * for a status it is that one. For who plays the server: the mock, and faults that are laid over a
 * real one. reply.h is about failures of our own, which have a class before they have a status.
 */
#ifndef SC_PROVIDER_ERROR_BODY_H
#define SC_PROVIDER_ERROR_BODY_H

#include <stdbool.h>

#include "http/buf.h"
#include "provider/provider.h"

enum sc_error_kind {
    SC_ERROR_PLAIN,  /* what the status says */
    SC_ERROR_QUOTA,  /* the account is empty */
    SC_ERROR_CONTEXT /* the prompt is too long */
};

struct sc_error_asked {
    enum sc_provider provider;
    enum sc_error_kind kind;
    int status;            /* of an event: below 400, it says what a 503 would say */
    bool event;            /* within a stream */
    bool as_array;         /* Gemini's stream without alt=sse */
    bool flat;             /* the Responses API's own stream */
    bool native;           /* Ollama's own paths, not those of OpenAI */
    unsigned long long id; /* of the request: made-up ids follow from it */
    const char *model;     /* NULL: null */
    /* Instead of the provider's own; NULL: not. */
    const char *type, *code, *message;
    const char *retry_in; /* "2s": its hint, where it gives one in the body */
};

void sc_error_body(const struct sc_error_asked *q, struct sc_buf *b);

#endif
