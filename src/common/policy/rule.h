/*
 * rule.h - what a policy consists of, as the engine sees it; what a call is matched by; what an
 * error says. Immutable once loaded.
 */
#ifndef SC_POLICY_RULE_H
#define SC_POLICY_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/settings.h"
#include "http/str.h"
#include "policy/target.h"
#include "provider/prices.h"
#include "provider/provider.h"
#include "provider/rows.h"

/* `state`. */
struct sc_fleet_settings {
    const char *redis, *prefix;
    const char *password_env; /* NULL: none */
    int64_t hosts;            /* how many there may be; 0: not stated */
};

struct sc_log_settings {
    char *path; /* "~" expanded; NULL: no log */
    enum sc_log_format format;
    enum sc_log_level level;
    int64_t max_bytes; /* rotate beyond this, 0: never */
    unsigned mode;     /* of a file that is made */
    enum sc_log_flush flush;
    bool homeless; /* "~" it was, and nobody says where that is: no log */
};

/* A provider that the policy names: one of its own, or a built-in one with more hosts or rows. */
struct sc_policy_provider {
    const char *name;
    enum sc_provider base; /* whose wire format it speaks */
    struct sc_class_rows classify;
};

/* A rule as the engine sees it. */
struct sc_rule {
    const char *name;
    size_t index; /* position in the file, from 0 */
    bool provider_given;
    enum sc_provider provider;                     /* meaningful if provider_given, else by host */
    const struct sc_policy_provider *own_provider; /* likewise; NULL: not in `providers` */
    struct sc_class_rows classify;                 /* asked before all other rows */
    const struct sc_settings *settings;            /* rules with equal settings share them */
    /* That its calls must fit into, NULL at the end; NULL itself: none. */
    const struct sc_money_budget *const *budgets;
    const struct sc_chain *chain; /* where its calls may go (target.h); NULL: where they are sent */
};

/* What a call is matched by. Borrowed strings; host in lower case without port or brackets. */
struct sc_subject {
    struct sc_str host;
    int port;             /* effective port, from the URL or its scheme's default */
    struct sc_str path;   /* with leading '/', without query */
    struct sc_str method; /* "POST" */
    struct sc_str model;  /* n 0: unknown */
};

/* What tells one version of a file from the next without opening it. */
struct sc_policy_stamp {
    uint64_t dev, ino;
    int64_t size;
    int64_t mtime_ns, ctime_ns;
};

#define SC_POLICY_ERROR_MAX 768
#define SC_POLICY_ERRORS_MAX 100 /* of one file */

struct sc_policy_error {
    int line, column; /* 1-based, 0 when the whole file is meant */
    /* "FILE:LINE:COL: rules[2].retry.max_attempts: found ..., allowed ...; did you mean ...?" */
    char text[SC_POLICY_ERROR_MAX];
};

#endif
