/*
 * drafts.h - what the sections of a policy are stored into while it is read.
 *
 * Plain structs: the rows of options.c say by offset and size where each value goes.
 */
#ifndef SC_POLICY_DRAFTS_H
#define SC_POLICY_DRAFTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "provider/rows.h"

struct cJSON;

/* Keys of one section, at most (options.c sees to it). */
#define SC_DRAFT_KEYS_MAX 16

/* What the sections outside of layers are stored into. */
struct sc_draft {
    int version;
    const char *log_path;
    int log_format, log_level, log_mode, log_flush;
    int64_t log_max_bytes;
};

enum sc_match_part {
    SC_MATCH_HOST,
    SC_MATCH_PATH,
    SC_MATCH_METHOD,
    SC_MATCH_MODEL,
    SC_MATCH_PARTS
};

struct sc_rule_draft {
    const char *name;
    const char *provider;
    const struct cJSON *match[SC_MATCH_PARTS];
};

struct sc_provider_draft {
    const char *name;
    int extends; /* -1: not given */
    const struct cJSON *hosts;
};

struct sc_class_draft {
    const char *name;
    short status[SC_ROW_NUMBERS];
    const struct cJSON *type, *code, *message;
    short curl_code[SC_ROW_NUMBERS];
    int class; /* index of the word, -1: not given */
};

struct sc_money_draft {
    struct sc_money_budget budget;
    const struct cJSON *rules;
};

struct sc_target_draft {
    const char *url, *provider, *model;
    int dialect; /* index of the word, -1: not given */
    int64_t context;
    const struct cJSON *key_env, *key_file, *headers;
};

struct sc_route_draft {
    double share;
    const char *to;
    int64_t above, below; /* -1: not given, likewise below */
    const char *model, *task, *dag, *header;
    int stream, tools, hour_from, hour_to;
};

struct sc_reply_draft {
    int status;
    const char *text;
    const struct cJSON *json;
};

struct sc_faults_draft {
    const struct cJSON *specs;
    int64_t seed;
    bool steady, unmarked;
};

struct sc_state_draft {
    const char *redis, *prefix, *password_env;
    int64_t hosts;
    int share;
};

/* Rows while their number is not yet known. */
struct sc_rows_draft {
    struct sc_class_row *rows;
    size_t n, room;
};

/* Strategies: 0 for all classes, then those with an object of their own. */
enum { SC_GROUP_ALL, SC_GROUP_RETRYABLE, SC_GROUP_OVERLOADED, SC_GROUP_RATE_LIMITED, SC_GROUPS };

#define SC_GIVEN_MAX 96
#define SC_GIVEN_STRATEGY_MAX 16

struct sc_layer {
    struct sc_settings values;
    bool limits_on;
    const struct cJSON *fallback, *route; /* NULL: not given, or an empty list */
    const struct cJSON *vary;             /* of `cache`; NULL: not given */
    const struct cJSON *who[2];           /* of `limits`: interactive, batch; likewise */
    unsigned on;                          /* bit i: word i; 0: not given */
    struct sc_strategy strategy[SC_GROUPS];
    /* The value in the file that gave each key, by section->first + row; NULL: not given. */
    const struct cJSON *given[SC_GIVEN_MAX];
    const struct cJSON *given_strategy[SC_GROUPS][SC_GIVEN_STRATEGY_MAX];
};

#endif
