/*
 * request.h - what a request asks for, as far as rules and logs need it.
 */
#ifndef SC_PROVIDER_REQUEST_H
#define SC_PROVIDER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/json.h"
#include "http/str.h"
#include "provider/provider.h"

/*
 * The model of a request: from the path where the API puts it there (Gemini, Vertex, Azure's
 * deployment, Bedrock; URL-decoded), else from the body's top-level "model". path: with leading
 * '/', a query is ignored. body may be NULL or cut. False, and "", if it is not said; a name
 * longer than size - 1 is cut.
 */
bool sc_request_model(enum sc_provider p, struct sc_str path, const char *body, size_t n, char *out,
                      size_t size);

/* The most output tokens that a request asks for (max_tokens and its kin), 0 if it does not say. */
int64_t sc_request_output_limit(const char *body, size_t n);

/* The same for a caller that looks for other things in the same walk: the paths to pick, and what
 * the picked values mean. */
enum { SC_OUTPUT_LIMIT_WANTS = 6 };
void sc_request_limit_paths(struct sc_json_want wants[SC_OUTPUT_LIMIT_WANTS]);
int64_t sc_request_limit_of(const struct sc_json_want wants[SC_OUTPUT_LIMIT_WANTS]);

#endif
