/*
 * phrase.h - how the rows of provider/rows.h compare words and phrases with what a failure says.
 *
 * Lists have alternatives separated by '|'; letters fit in both cases. Pure.
 */
#ifndef SC_PROVIDER_PHRASE_H
#define SC_PROVIDER_PHRASE_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"

/* A short message is compared with a handful of phrases; a long one is cut: what matters is said
 * at its beginning, and what follows is often the caller's own text. */
#define SC_MESSAGE_READ 2048

/* A message with marks on what stands between quotation marks, made when first asked for. */
struct sc_said {
    struct sc_str text;
    bool looked;
    bool quoted[SC_MESSAGE_READ];
};

void sc_said_begin(struct sc_said *s, struct sc_str message);

/* Whether the value is one of the words. "" is none. */
bool sc_is_one_of(const char *value, const char *list);

bool sc_contains_one_of(struct sc_str text, const char *list);

/* Whether a message says one of the phrases itself: what it quotes is the request's, as a rule. A
 * phrase may have parts with '*' between them for any text, and '^' before it: then the message
 * begins with it ("^model *not found"). */
bool sc_says_one_of(struct sc_said *s, const char *list);

#endif
