/*
 * dialect.h - one model API said in the words of another.
 *
 * A program speaks the dialect that it was written for; the target that answers may speak another.
 * Here a request becomes the other's request, and the answer, the error or the stream that comes
 * back becomes what the program understands:
 *
 *     struct sc_dialect_to to = {.dialect = SC_DIALECT_MESSAGES, .model = "claude-haiku-4-5"};
 *     struct sc_buf body = {.max = 8 << 20};
 *     if (!sc_dialect_request(SC_DIALECT_CHAT, path, request, &to, &body, &asked, &fit))
 *         ... fit.reason[] says what cannot be said there, parameter by parameter
 *     ...
 *     sc_dialect_answer(SC_DIALECT_MESSAGES, answer, SC_DIALECT_CHAT, &asked, &made, &out)
 *
 * and for a stream, piece by piece as it comes:
 *
 *     t = sc_translator_new(SC_DIALECT_MESSAGES, SC_DIALECT_CHAT, &asked, &made);
 *     bytes = sc_translator_feed(t, piece, n);      the program's bytes, maybe none
 *     bytes = sc_translator_end(t);                 the body is over: what was still due
 *     sc_translator_free(t);
 *
 * What cannot be said truthfully is not said: a parameter that would change what the answer means,
 * and that the other side lacks, makes the request unfit, with a reason that names it. What only
 * tunes cost or speed is left out, and named as well. docs/dialects.md has the tables.
 *
 * Everything goes through one neutral form (turn.h), so each dialect is read and written once and
 * pairs are not written at all. Texts, numbers and schemas are copied as they stand in the source,
 * escapes and all: no number loses digits, no string its U+0000.
 *
 * Pure: no clock, no randomness, no I/O. Memory is allocated; a lack of it makes a request unfit
 * and a translation fail. Functions are thread-safe, a translator belongs to one thread at a time.
 *
 * What the dialects demand: the providers' API references and the official clients' own code
 * (openai 6.49.0 and 7.59.0, @anthropic-ai/sdk 1.14.0, @google/genai 2.32.0), 2026-11.
 */
#ifndef SC_DIALECT_DIALECT_H
#define SC_DIALECT_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/buf.h"
#include "http/str.h"
#include "provider/provider.h"

/* By the names of policies: what a target's "dialect" may be. */
#define SC_DIALECT_LIST(X)           \
    X(CHAT, "openai")                \
    X(RESPONSES, "openai-responses") \
    X(MESSAGES, "anthropic")         \
    X(GEMINI, "gemini")

enum sc_dialect {
#define SC_DIALECT_ENUM(id, name) SC_DIALECT_##id,
    SC_DIALECT_LIST(SC_DIALECT_ENUM)
#undef SC_DIALECT_ENUM
        SC_DIALECT_COUNT
};

const char *sc_dialect_name(enum sc_dialect d);

/* The dialect of that name, or SC_DIALECT_COUNT. Besides the names above: chat, responses,
 * messages. */
enum sc_dialect sc_dialect_by_name(struct sc_str name);

/* What a request to this path speaks, or SC_DIALECT_COUNT. path: of the URL, without a query. */
enum sc_dialect sc_dialect_of_path(struct sc_str path);

/* Whose words an error has that is written in a provider's stead for a program of this dialect: the
 * provider's own if it has any for that, else those of the dialect's author. A server of any make
 * that speaks Anthropic's Messages fails in Anthropic's words, and so do OpenAI's clients expect
 * OpenAI's. Without a dialect (COUNT) the provider's. */
enum sc_provider sc_dialect_voice(enum sc_dialect d, enum sc_provider provider);

/* The same by a path, also where it is that of none: Ollama's /v1/embeddings, /v1/completions and
 * /v1/models answer as OpenAI's, its /api/... in its own way (middleware/openai.go, 2026-08). */
enum sc_provider sc_dialect_voice_at(struct sc_str path, enum sc_provider provider);

/* ---- requests ---- */

struct sc_dialect_to {
    enum sc_dialect dialect;
    enum sc_provider provider; /* who speaks it there: some spellings differ by that */
    const char *model;         /* plain text; NULL: the model that the request names */
    int64_t max_output; /* tokens, where the dialect needs a limit and the request has none; 0:
                           SC_DIALECT_MAX_OUTPUT */
};

/* All models of the Messages API that are not retired take as much. */
#define SC_DIALECT_MAX_OUTPUT 8192

enum sc_misfit {
    SC_MISFIT_UNFIT,   /* cannot be said there */
    SC_MISFIT_BOUND,   /* lies with the provider: it may go to no other, whatever its dialect */
    SC_MISFIT_LEFT_OUT /* changes nothing of what the answer means: not said */
};

struct sc_reason {
    enum sc_misfit kind;
    char where[80]; /* "messages[3].content[1]", in the words of the program's dialect */
    char why[104];  /* holds nothing of the request but names of members */
};

#define SC_REASONS_MAX 16

struct sc_fit {
    bool unfit; /* at least one reason is not of LEFT_OUT */
    size_t n;
    size_t more; /* that found no room */
    struct sc_reason reason[SC_REASONS_MAX];
};

/* What the request asks of the form of its answer; kept by the caller until the answer came. */
struct sc_dialect_asked {
    bool stream;
    bool array;     /* Gemini: a stream as a JSON array that grows, not as events */
    bool usage;     /* the stream is to tell its usage, where that is asked for (chat) */
    bool reasoning; /* what the model thought is to be shown */
};

/* The request in the target's dialect goes to `out`. False: it is unfit, and `out` means nothing.
 * Between equal dialects only the model changes, and only what is bound makes it unfit.
 * path: of the program's URL with its query, which Gemini says part of the request in. */
bool sc_dialect_request(enum sc_dialect from, struct sc_str path, struct sc_str body,
                        const struct sc_dialect_to *to, struct sc_buf *out,
                        struct sc_dialect_asked *asked, struct sc_fit *fit);

/* Where the target's dialect is spoken, below the target's URL: "/v1/messages". */
void sc_dialect_path(enum sc_dialect d, const char *model, bool stream, struct sc_buf *out);

/* ---- what comes back ---- */

/* What an answer has to say that its source may not have said. */
struct sc_dialect_made {
    uint64_t seed; /* random bits, from which missing ids are made: the same seed, the same ids */
    int64_t unix_time; /* seconds */
    const char *model; /* plain text, who was asked; NULL: unknown */
};

/* A whole, good answer. False: it is none (no JSON, an error, nothing said), or no memory. */
bool sc_dialect_answer(enum sc_dialect from, struct sc_str answer, enum sc_dialect to,
                       const struct sc_dialect_asked *asked, const struct sc_dialect_made *made,
                       struct sc_buf *out);

/* A failure's body; whatever it is, it becomes an error of the program's dialect. Returns the HTTP
 * status to go with it: the same, but for those that the dialect does not know. */
int sc_dialect_error(enum sc_dialect from, int status, struct sc_str body, enum sc_dialect to,
                     struct sc_buf *out);

/* ---- streams ---- */

enum sc_translated {
    SC_TRANSLATED_HEAD,   /* the program has got nothing yet */
    SC_TRANSLATED_OUTPUT, /* it has, and more is to come */
    SC_TRANSLATED_DONE,   /* its terminal event is out */
    SC_TRANSLATED_FAILED  /* an error event was the last thing that it got, or is to get */
};

/* Bytes of one event of the source, and of all that has to be kept of an answer until its end. */
#define SC_TRANSLATOR_MAX ((size_t)8 << 20)

struct sc_translator;

/* NULL: no memory. Between equal dialects nothing changes, bytes come back as they came. */
struct sc_translator *sc_translator_new(enum sc_dialect from, enum sc_dialect to,
                                        const struct sc_dialect_asked *asked,
                                        const struct sc_dialect_made *made);

/* The next piece of the source, of any length; what it means for the program. The bytes are valid
 * until the next call. After DONE and FAILED nothing more comes out. */
struct sc_str sc_translator_feed(struct sc_translator *t, const char *p, size_t n);

/* The source's body has ended in order. If the answer had not, it ends in an error event: a stream
 * is never well-formed and cut. */
struct sc_str sc_translator_end(struct sc_translator *t);

/* The source broke off: the same, with these words. message: plain text. */
struct sc_str sc_translator_fail(struct sc_translator *t, int status, const char *message);

/* All of an answer that is there: what becomes of it goes to `out`. False: it is no whole, good
 * one, or there is no memory. */
bool sc_translator_whole(struct sc_translator *t, struct sc_str answer, struct sc_buf *out);

enum sc_translated sc_translator_state(const struct sc_translator *t);

/* While FAILED: what the source said, for who wants to judge it before the program sees it: the
 * event's JSON, borrowed until the next call. n 0: it said nothing. */
struct sc_str sc_translator_error(const struct sc_translator *t);

void sc_translator_free(struct sc_translator *t);

#endif
