/*
 * wording.h - what a server says about a failure, as far as it may be written down.
 *
 * Errors echo what was sent: keys in every dress (cut, masked, percent-encoded, glued to a word),
 * prompts between quotes and without. To look for secrets in such a text is to guess what they look
 * like. So it is the other way round: the text is built anew of the words that errors are made of,
 * and whatever else it has becomes "[...]".
 *
 *     Incorrect API key provided: aB3xY. You can find your key at https://...
 *     Incorrect API key provided: [...]. You can find your key at [...]
 *
 *     Rate limit reached for gpt-4o in organization org-x on tokens per min: Limit 30000
 *     Rate limit reached for gpt-4o in organization [...] on tokens per min: Limit 30000
 *
 * Of these words, too, none is written that a credential of the call contains (a password may be a
 * word), and no two in a row that stand in the request like that. A word that is no error's ends
 * its sentence: what comes behind it may be somebody's prose. Numbers stand where errors have them.
 *
 * Pure; for failures at level debug, so it may take its time.
 */
#ifndef SC_LOG_WORDING_H
#define SC_LOG_WORDING_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"

#define SC_WORDING_ELIDED "[...]"

enum { SC_WORDING_SECRETS = 32 };

/* What the call itself tells. All borrowed. */
struct sc_wording {
    struct sc_str secrets[SC_WORDING_SECRETS]; /* header values, user info, query... */
    size_t n_secrets;
    struct sc_str request; /* its body, n 0: nobody can see it */
    const char *model;     /* may be said as it is; NULL: unknown */
};

/* False: there is no room for more, and then nothing at all may be written. */
bool sc_wording_secret(struct sc_wording *w, struct sc_str secret);

/* Plain text in, plain ASCII out (but for the model): no control characters. NUL-terminates
 * (size > 0); returns the length. */
size_t sc_wording_put(const struct sc_wording *w, struct sc_str text, char *out, size_t size);

#endif
