/*
 * asked.h - what a request asks, as far as its answer goes by it: the key of an answer that is
 * kept.
 *
 * Method, host, path and query, credential, the headers that count, and the body in its canonical
 * form (canon.h) less what changes nothing of the answer: a table of members by kind of API
 * (asked.c). Two requests with one key would have got the same answer; in doubt they have two.
 *
 * The key is a hash under a salt that each store has of its own: neither prompts nor credentials
 * are in it, and two stores cannot be compared. Pure; memory is allocated.
 */
#ifndef SC_STORE_ASKED_H
#define SC_STORE_ASKED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/buf.h"
#include "http/header.h"
#include "http/str.h"

enum { SC_STORE_SALT = 16, SC_STORE_KEY = 16 };

/* Whose members a body has. */
enum sc_asked_api {
    SC_ASKED_OTHER, /* all of them count */
    SC_ASKED_CHAT,  /* OpenAI's chat and legacy completions, and embeddings */
    SC_ASKED_RESPONSES,
    SC_ASKED_MESSAGES,
    SC_ASKED_GEMINI,
    SC_ASKED_APIS
};

enum sc_asked_api sc_asked_api_of(struct sc_str path);

struct sc_asked {
    struct sc_str method, host; /* with its port */
    struct sc_str path, query;
    struct sc_str credential;        /* p NULL: none */
    const struct sc_header *headers; /* those that count, in a fixed order */
    size_t n_headers;
    struct sc_str body;
};

/* All of it as one text. False: it has no key (its body is no JSON object, or it asks for what
 * lies with the provider), or there is no memory. */
bool sc_asked_text(const struct sc_asked *a, struct sc_buf *out);

/* Whether the request forbids to keep its answer ("store": false), or asks for what no kept answer
 * is ("background"). */
bool sc_asked_forbids(enum sc_asked_api api, struct sc_str body);

void sc_asked_key(const uint8_t salt[SC_STORE_SALT], struct sc_str text, uint8_t key[SC_STORE_KEY]);

#endif
