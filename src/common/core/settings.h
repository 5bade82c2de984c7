/*
 * settings.h - what a rule of the policy asks of the engine, fully resolved.
 *
 * The policy layer fills these structs (a rule inherits `defaults` key by key before it gets
 * here), the core only reads them. All times are milliseconds; 64-bit so that products cannot
 * overflow. Immutable once published: shared by all threads without locks.
 */
#ifndef SC_CORE_SETTINGS_H
#define SC_CORE_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/kept.h"
#include "core/queue.h"
#include "provider/class.h"

enum sc_log_format { SC_LOG_TEXT, SC_LOG_JSON };
enum sc_log_flush { SC_LOG_LINE, SC_LOG_BATCH };
enum sc_log_level { SC_LOG_ERROR, SC_LOG_WARN, SC_LOG_INFO, SC_LOG_DEBUG };

/* How randomness enters an own delay d = min(max, base * factor^n). A server's hint is never
 * undercut whatever the jitter. */
enum sc_jitter {
    SC_JITTER_FULL,         /* uniform in [d/10, d] */
    SC_JITTER_EQUAL,        /* d/2 + uniform in [0, d/2] */
    SC_JITTER_DECORRELATED, /* uniform in [base, 3 * previous], capped */
    SC_JITTER_PROPORTIONAL, /* d + uniform in [0, d * jitter_ratio] */
    SC_JITTER_ADDITIVE,     /* d + uniform in [0, jitter_ms] */
    SC_JITTER_NONE          /* d */
};

#define SC_DELAYS_MAX 16

struct sc_backoff {
    int64_t base_ms;
    double factor;
    int64_t max_ms;
    enum sc_jitter jitter;
    double jitter_ratio; /* proportional only, default 0.1 */
    int64_t jitter_ms;   /* additive only, default 300 */
    /* An explicit list of delays replaces base and factor; its last entry repeats. */
    uint32_t n_delays;
    int64_t delays_ms[SC_DELAYS_MAX];
};

/* How one class of failures is retried. */
struct sc_strategy {
    int max_attempts;         /* first attempt included; 1 means never retry */
    int64_t total_timeout_ms; /* no wait may end later than this after the call's start; 0: none */
    struct sc_backoff backoff;
};

/* The retry budget; see budget.h. */
struct sc_budget_terms {
    double per_success; /* attempts that may fail for each one that is answered */
    int64_t reserve;    /* ... and for nothing, in two minutes */
};

struct sc_retry {
    bool enabled;
    bool unsafe;                                 /* also what may be processed twice by it */
    struct sc_strategy by_class[SC_CLASS_COUNT]; /* meaningful for retryable classes */
    struct sc_budget_terms budget;
    bool budget_enabled;
};

/* program_timeout: what CURLOPT_TIMEOUT of the program bounds. */
enum sc_timeout_scope { SC_TIMEOUT_TOTAL, SC_TIMEOUT_PER_ATTEMPT };

/* Bit set: what the key of a breaker, limiter or gate is made of. */
enum { SC_SCOPE_HOST = 1, SC_SCOPE_MODEL = 2, SC_SCOPE_RULE = 4, SC_SCOPE_KEY = 8 };

struct sc_breaker_settings {
    bool enabled;
    int consecutive_failures;
    double failure_ratio;
    int min_calls;
    int64_t window_ms;
    int64_t open_ms;
    int64_t open_max_ms;
    int success_threshold;
    int half_open_probes;
    unsigned scope;
    bool count_attempts; /* "count": "attempts"; else calls */
    bool on_open_error;  /* "on_open": "error"; else a synthesized reply */
    int error_code;      /* the CURLcode for on_open_error */
};

struct sc_limits {
    int64_t rpm; /* 0: no limit; likewise below */
    int64_t tpm;
    int concurrent;
    double burst; /* fraction of a minute's allowance */
    int64_t max_wait_ms;
    unsigned scope;
    bool learn;                    /* keep the service's own limits too, as it tells them */
    int priority;                  /* enum sc_priority: who goes first where calls wait */
    int weights[SC_QUEUE_CLASSES]; /* by class */
    const char *who[2]; /* "program:NAME" of interactive, of batch; NUL behind each, and one more at
                           the end; NULL: nobody */
};

/* How much of an answer or a request may be kept in memory (bytes). */
struct sc_hold_settings {
    size_t success_max;   /* JSON success body, default 8 MiB */
    size_t failure_max;   /* failure body, default 1 MiB */
    size_t upload_memory; /* spool of a READFUNCTION body before it moves to a file, 1 MiB */
    size_t upload_max;    /* a larger body makes the call non-retryable, default 64 MiB */
};

/* Bounds that a call to a model needs beyond the program's own (ms, 0: none). */
struct sc_timeouts {
    int64_t first_token_ms; /* from an attempt's start to its first output */
    int64_t gap_ms;         /* between two pieces of output */
    int64_t total_ms;       /* the whole call, waits included */
    int64_t slow_chars_s;   /* a stream that brings less a second before its first output ... */
    int64_t slow_ms;        /* ... for so long is given up */
};

/* What is done about a request that is too long for its model. */
enum sc_context_check { SC_CONTEXT_OFF, SC_CONTEXT_WARN, SC_CONTEXT_REJECT, SC_CONTEXT_TRIM };

struct sc_token_settings {
    enum sc_context_check context;
    bool repair_max_tokens; /* an output limit that was refused is lowered, once */
};

/* What money may be spent, and who shares it. */
enum sc_period { SC_PERIOD_HOUR, SC_PERIOD_DAY, SC_PERIOD_MONTH, SC_PERIOD_EVER };
enum sc_on_spent { SC_ON_SPENT_REJECT, SC_ON_SPENT_WARN };

/* Bit set: each value of these has the whole amount for itself. None of them, or "total": all calls
 * share it. */
enum {
    SC_BY_TOTAL = 1,
    SC_BY_RULE = 2,
    SC_BY_TASK = 4,
    SC_BY_DAG = 8,
    SC_BY_PROGRAM = 16,
    SC_BY_PROVIDER = 32,
    SC_BY_MODEL = 64
};

#define SC_MONEY_BUDGETS_MAX 16
#define SC_ALERTS_MAX 10

struct sc_money_budget {
    const char *name;
    int64_t limit_nano;
    enum sc_period per;
    unsigned by;
    enum sc_on_spent on_spent;
    int64_t output_tokens; /* set aside for a call that does not say how much it wants; 0: what the
                              model gives at most */
    uint32_t n_alerts;
    int32_t alerts[SC_ALERTS_MAX]; /* 1/10000 of the limit, rising; 10000 is among them */
};

/* A second attempt before the first has begun to answer; see hedge.h. */
enum sc_hedge_after { SC_HEDGE_P90, SC_HEDGE_P95, SC_HEDGE_P99 };

struct sc_hedge_settings {
    bool enabled;
    enum sc_hedge_after after; /* within which part of all answers begin */
    int64_t after_ms;          /* > 0: then, whatever was learned */
    double max_extra;          /* hedges for each call */
};

struct sc_settings {
    enum sc_timeout_scope program_timeout;
    struct sc_retry retry;
    struct sc_breaker_settings breaker;
    struct sc_limits limits;
    struct sc_hold_settings hold;
    struct sc_timeouts timeouts;
    struct sc_token_settings tokens;
    struct sc_cache_settings cache;
    struct sc_hedge_settings hedge;
    bool shadow;            /* nothing of all this is done, but said in the log */
    bool split_embeddings;  /* requests with too many inputs are sent in parts */
    int64_t max_embeddings; /* of one request, 0: what the provider takes */
    bool include_usage;     /* streams are asked to tell their usage */
    bool edits_requests;    /* one of the stages that look at request bodies is on */
    uint32_t stages;        /* SC_STAGE_BIT of those that are on (stages.h) */
};

#endif
