/*
 * request.h - what a request asks for, as far as rules and logs need it.
 */
#ifndef SC_PROVIDER_REQUEST_H
#define SC_PROVIDER_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/buf.h"
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

/* Where the path names the model, encoded as it stands there; n 0: it does not. */
struct sc_str sc_request_path_model(enum sc_provider p, struct sc_str path);

/* Whether what is sent there is the same for all models that the path may name, though it is said
 * in none of the dialects that can be translated (dialect/dialect.h). */
bool sc_request_suits_models(enum sc_provider p, struct sc_str path);

/* The same path and query for another model, plain text, which is encoded. False: the path names
 * none, or there is no memory. */
bool sc_request_other_path(enum sc_provider p, struct sc_str path, const char *model,
                           struct sc_buf *out);

/*
 * Where requests say how many tokens of output they want at most, in all dialects. Whoever reads or
 * changes such a limit goes by this list.
 */
#define SC_OUTPUT_LIMIT_LIST(IN_BODY, IN_OBJECT)                                                \
    IN_BODY("max_completion_tokens")                   /* OpenAI's chat, and all that follow */ \
    IN_BODY("max_tokens")                              /* the same; Anthropic, Cohere, ... */   \
    IN_BODY("max_output_tokens")                       /* OpenAI's responses */                 \
    IN_OBJECT("generationConfig", "maxOutputTokens")   /* Gemini, Vertex; protobuf's JSON */    \
    IN_OBJECT("generationConfig", "max_output_tokens") /* takes both ways to write a name */    \
    IN_OBJECT("generation_config", "max_output_tokens")                                         \
    IN_OBJECT("generation_config", "maxOutputTokens")                                           \
    IN_OBJECT("inferenceConfig", "maxTokens")          /* Bedrock: Converse */                  \
    IN_OBJECT("inferenceConfig", "max_new_tokens")     /* Bedrock's InvokeModel: Nova, */       \
    IN_OBJECT("textGenerationConfig", "maxTokenCount") /* Titan, */                             \
    IN_BODY("max_gen_len")                             /* Llama, */                             \
    IN_BODY("max_tokens_to_sample")                    /* Claude before messages */             \
    IN_OBJECT("options", "num_predict")                /* Ollama */                             \
    IN_BODY("n_predict")                               /* llama.cpp */                          \
    IN_OBJECT("parameters", "max_new_tokens")          /* text-generation-inference */

/* The path of a limit, and its two parts; parent is NULL in the body itself. */
struct sc_output_limit {
    const char *path, *parent, *name;
};

#define SC_OUTPUT_LIMIT_ONE(...) +1
enum { SC_OUTPUT_LIMITS = SC_OUTPUT_LIMIT_LIST(SC_OUTPUT_LIMIT_ONE, SC_OUTPUT_LIMIT_ONE) };
extern const struct sc_output_limit sc_output_limits[SC_OUTPUT_LIMITS];

/* The most output tokens that a request asks for, 0 if it does not say (or says "any number"). */
int64_t sc_request_output_limit(const char *body, size_t n);

/* The same for a caller that looks for other things in the same walk: the paths to pick, and what
 * the picked values mean. */
void sc_request_limit_paths(struct sc_json_want wants[SC_OUTPUT_LIMITS]);
int64_t sc_request_limit_of(const struct sc_json_want wants[SC_OUTPUT_LIMITS]);

#endif
