/*
 * read.h - from a parsed document to rules: the one walk that checks and collects.
 *
 * The walk follows the rows of options.c; what a row says is checked, stored into a draft or a
 * layer, and every departure is reported with its place.
 */
#ifndef SC_POLICY_READ_H
#define SC_POLICY_READ_H

#include "policy/build.h"
#include "policy/document.h"
#include "policy/policy.h"

/* What the sections outside of layers are stored into. */
struct sc_draft {
    int version;
    const char *log_path;
    int log_format, log_level, log_mode;
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

/* Called for each error; false: don't look for more. */
typedef bool sc_error_sink(const struct sc_policy_error *e, void *arg);

/* Walks the document and fills `p`. Returns the number of errors reported; p is good if it is 0. */
size_t sc_read(const struct sc_document *doc, struct sc_policy *p, sc_error_sink *sink, void *arg);

/* All of `log` but its path, which may depend on the user. */
void sc_draft_log(const struct sc_draft *d, struct sc_log_settings *log);

#endif
