/*
 * paths.h - what a request does, as far as its method and its path tell.
 *
 * Two things depend on it. An answer of a model says inside of a 200 that it failed; what a job, a
 * batch or a stored response says of its own failure is no failure of the request that asked for
 * it. And a model may be asked twice, which costs tokens; a file, a batch or an order that is made
 * twice is there twice.
 *
 * Each provider has a list of the paths that ask a model (known/NAME.c, `asks`); what is on none is
 * taken for something that changes the world, unless its body has what only a model is asked with
 * and its path is of none of the collections that are known to be filled. Pure, thread-safe.
 */
#ifndef SC_PROVIDER_PATHS_H
#define SC_PROVIDER_PATHS_H

#include <stdbool.h>

#include "http/str.h"
#include "provider/provider.h"

enum sc_request_kind {
    SC_REQUEST_GENERATES, /* a model answers, anew each time: chat, embeddings, a count of tokens */
    SC_REQUEST_IDEMPOTENT, /* twice is as good as once (RFC 9110, 9.2.2): GET, HEAD, PUT */
    SC_REQUEST_CHANGES     /* it makes, changes or deletes something, or nobody knows */
};

/* What a path alone tells, for a program that asks it again and again. */
enum sc_path_use {
    SC_PATH_CHANGES,
    SC_PATH_ASKS_MODEL,
    SC_PATH_LOOKS_UP,
    SC_PATH_BODY_SAYS /* it is on no list, and may be either */
};
enum sc_path_use sc_path_use(enum sc_provider p, struct sc_str path);

enum sc_request_kind sc_request_kind_of(struct sc_str method, enum sc_path_use use, bool body_asks);

/* The two in one. path: of the URL, without a query. body_asks: its body looks like one for a model
 * (sc_request_asks); counts only where the path is not known. */
enum sc_request_kind sc_request_kind(enum sc_provider p, struct sc_str method, struct sc_str path,
                                     bool body_asks);

/* Whether a JSON body has a member that a request to a model has, and hardly any other:
 * "messages", "prompt", "contents"... */
bool sc_request_asks(const char *body, size_t n);

/* "generates", "idempotent", "changes"; for `explain`. */
const char *sc_request_kind_name(enum sc_request_kind k);

#endif
