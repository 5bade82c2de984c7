/*
 * usage_reader.h - what is kept between the pieces of an answer whose usage is read, see usage.h.
 */
#ifndef SC_PROVIDER_USAGE_READER_H
#define SC_PROVIDER_USAGE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "provider/provider.h"
#include "provider/usage_field.h"

#define SC_USAGE_DEPTH 8
#define SC_USAGE_TEXT 64
#define SC_USAGE_CHOICES 64

/* llama.cpp tells of each of several prompts or choices for itself. */
struct sc_usage_choice {
    int32_t index;
    int32_t input, cached, output;
};

struct sc_usage_reader {
    enum sc_provider provider;
    int64_t count[SC_USAGE_FIELDS]; /* -1: not said */
    int64_t cost_nano;              /* -1 */
    uint64_t events;                /* events of a stream that were read or passed by */
    char model[SC_USAGE_TEXT];      /* as the answer names it, "" */
    char tier[24];                  /* at what service tier it was answered, "" not said */
    char other[SC_USAGE_TEXT];      /* Anthropic: the last model that worked on it */
    bool fell_back;                 /* and that is not the one that was asked */
    bool more;                      /* something came behind the JSON text */
    bool unusual;                   /* an error, or an end other than the common ones, was seen */

    uint8_t state; /* private from here on */
    uint8_t depth; /* containers entered and not skipped */
    uint8_t node[SC_USAGE_DEPTH];
    bool is_array[SC_USAGE_DEPTH];
    bool escaped;       /* the last piece ended in a backslash of a string */
    uint8_t target;     /* what the coming value is if it is a container */
    uint8_t field;      /* and if it is not */
    uint32_t skipped;   /* depth within a container that is of no interest */
    uint8_t key_len;    /* of the key or scalar in `text` */
    bool ttl_is_hour;   /* Bedrock's cacheDetails */
    int64_t ttl_tokens; /* -1 */
    int32_t choice;     /* which of several the text is about, -1: it does not say */
    int32_t shown;      /* choices in it */
    int32_t n_choices;
    bool listed;            /* it is a list of answers */
    bool partly;            /* of several choices the counts of one only are known */
    int64_t this_answer[8]; /* what it says, by sc_usage_own; -1 */
    char text[SC_USAGE_TEXT];
    struct sc_usage_choice choices[SC_USAGE_CHOICES];
};

#endif
