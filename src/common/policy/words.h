/*
 * words.h - what the rows of rows_*.h are written with, and the words that
 * values may be. For options.c alone.
 */
#ifndef SC_POLICY_WORDS_H
#define SC_POLICY_WORDS_H

#include "core/stages.h"
#include "dialect/dialect.h"
#include "policy/drafts.h"
#include "policy/section.h"
#include "policy/target.h"
#include "provider/prices.h"
#include "provider/provider.h"

#define FIELD(type, field) .offset = offsetof(type, field), .size = sizeof(((type *)NULL)->field)
#define STAGE(id) .stage = SC_STAGE_##id + 1

#define DAY_MS 86400000.0
#define HOUR_MS 3600000.0

static const char *const log_formats[] = {"text", "json", NULL};
static const char *const log_levels[] = {"error", "warn", "info", "debug", NULL};
static const char *const log_flushes[] = {"line", "batch", NULL};
static const char *const log_modes[] = {"0600", "0640", "0644", "0660", "0664", "0666", NULL};
static const char *const cache_uses[] = {"on_error", "always", NULL};
static const char *const rule_modes[] = {"enforce", "shadow", NULL};
static const char *const hedge_afters[] = {"p90", "p95", "p99", NULL};
static const char *const stores[] = {"sqlite", "redis", NULL};
static const char *const shares[] = {"leased", NULL};
static const char *const timeout_scopes[] = {"total", "per_attempt", NULL};
static const char *const jitters[] = {"full", "equal", "decorrelated", "proportional", "additive",
                                      "none", NULL};
static const char *const scopes[] = {"host", "model", "rule", "key", NULL};
static const char *const priorities[] = {"off", "interactive", "normal", "batch", NULL};
static const char *const periods[] = {"hour", "day", "month", "ever", NULL};
static const char *const sharers[] = {"total",   "rule",     "task",  "dag",
                                      "program", "provider", "model", NULL};
static const char *const on_spents[] = {"reject", "warn", NULL};
static const char *const counts[] = {"calls", "attempts", NULL};
static const char *const context_checks[] = {"off", "warn", "reject", "trim", NULL};
static const char *const on_opens[] = {"reply", "error", NULL};
#define PROVIDER_WORD(id, name) name,
static const char *const providers[] = {SC_PROVIDER_LIST(PROVIDER_WORD) NULL};
#define DIALECT_WORD(id, name) name,
static const char *const dialects[] = {SC_DIALECT_LIST(DIALECT_WORD) NULL};
/* After which another target may be asked: a bad request is as bad everywhere. */
static const char *const movers[] = {"retryable",       "overloaded", "rate_limited",
                                     "quota_exhausted", "auth",       "token_limit",
                                     "content_policy",  "not_found",  NULL};
static const char *const failures[] = {
    "retryable",   "overloaded",     "rate_limited", "auth",        "quota_exhausted",
    "token_limit", "content_policy", "not_found",    "bad_request", NULL};

/* Rows name a list by its number; a pointer in one would have all rows copied in each process. */
#define WORD_LISTS(X) \
    X(log_formats)    \
    X(log_levels)     \
    X(log_flushes)    \
    X(log_modes)      \
    X(cache_uses)     \
    X(stores)         \
    X(rule_modes)     \
    X(hedge_afters)   \
    X(shares)         \
    X(timeout_scopes) \
    X(jitters)        \
    X(scopes)         \
    X(priorities)     \
    X(periods)        \
    X(sharers)        \
    X(on_spents)      \
    X(counts)         \
    X(context_checks) \
    X(on_opens)       \
    X(providers)      \
    X(dialects)       \
    X(movers)         \
    X(failures)
#define WORDS(list) .words = WORDS_##list
#define ID(list) WORDS_##list,
#define LIST(list) [WORDS_##list] = list,

enum { NO_WORDS, WORD_LISTS(ID) };
static const char *const *const word_lists[] = {WORD_LISTS(LIST)};

#endif
