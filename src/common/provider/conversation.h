/*
 * conversation.h - the messages of a chat request, and which of them may go.
 *
 * For OpenAI's `messages` (and all who took the format over), Anthropic's, Bedrock's and Gemini's
 * `contents`. What goes is oldest first, and never a part of what belongs together:
 *
 *   1. everything but system messages before one of the user's own messages, the first one behind
 *      which the rest fits: a conversation goes on to begin with a user's message, which some
 *      services demand, and a call of a tool is never parted from its results;
 *   2. if the last of them is reached, rounds behind it: an answer of the model with the results of
 *      the tools that it called. The last round stays, and so does the user's last message.
 *
 * Pure but for the list of messages, which is allocated.
 */
#ifndef SC_PROVIDER_CONVERSATION_H
#define SC_PROVIDER_CONVERSATION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/edit.h"
#include "http/str.h"

enum sc_speaker {
    SC_SPEAKER_SYSTEM, /* and developer: never goes */
    SC_SPEAKER_USER,   /* the user's own words */
    SC_SPEAKER_MODEL,
    SC_SPEAKER_RESULT /* of a tool that the model called */
};

struct sc_message {
    enum sc_speaker speaker;
    bool gone;
    int64_t weight; /* what it counts for, in the caller's unit */
};

struct sc_conversation {
    struct sc_message *message;
    struct sc_str *text; /* of each, as it stands in the request */
    size_t n;
};

/* The array of messages of a request; p NULL: it has none. */
struct sc_str sc_conversation_find(struct sc_str body);

/* False if there is none, or no memory. */
bool sc_conversation_read(struct sc_str messages, struct sc_conversation *c);

/* Marks what goes so that at least `excess` of weight is gone; returns how much is, which may be
 * less: then nothing else may go. */
int64_t sc_conversation_trim(struct sc_conversation *c, int64_t excess);

/* Takes what was marked out of the request; returns how many messages that are. */
size_t sc_conversation_edit(const struct sc_conversation *c, struct sc_edits *e);

void sc_conversation_free(struct sc_conversation *c);

#endif
