/*
 * batch.h - embedding requests with more inputs than one request may have, and their answers.
 *
 * Providers bound the inputs of a request; who sends more gets a 400. Here is what to know of such
 * a request (where its list is, how many inputs go at most), and how the answers of its parts
 * become one: lists of embeddings one behind the other, `index` renumbered, counts of tokens
 * summed, all else as the first answer has it. Pure; texts are borrowed.
 */
#ifndef SC_PROVIDER_BATCH_H
#define SC_PROVIDER_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include "http/str.h"
#include "provider/provider.h"

struct sc_batch_list {
    struct sc_str array; /* the inputs in the request's body */
    size_t n;            /* how many they are */
    size_t max;          /* how many may go in one request */
};

/* Whether the request has to be split. own_max: the policy's bound, 0: the provider's. path: of
 * the URL, without query. */
bool sc_batch_find(enum sc_provider p, struct sc_str path, struct sc_str body, size_t own_max,
                   struct sc_batch_list *out);

/* The elements of an array: at most `room` of them go to `out`. Returns how many there are. */
size_t sc_batch_elements(struct sc_str array, struct sc_str *out, size_t room);

/* How many embeddings an answer has; 0 if it is none that can be merged. */
size_t sc_batch_count(struct sc_str answer);

/* Answers as one: the length of what was written to `out`, or would be if it is NULL. */
size_t sc_batch_merge(const struct sc_str *answers, size_t n, char *out);

#endif
