/* event.h - what is told, and the log that it is told to. */
#ifndef SC_LOG_EVENT_H
#define SC_LOG_EVENT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "core/settings.h"

struct sc_log {
    const char *path; /* NULL: no log */
    enum sc_log_format format;
    enum sc_log_level level;
    int64_t max_bytes;
    mode_t mode;     /* of a file that is made */
    bool by_default; /* nobody asked for it: that it cannot be written is no complaint */
    bool batch;      /* lines may wait for others, and be written together with them */
};

enum sc_event_kind {
    SC_EVENT_ATTEMPT,  /* an attempt has ended */
    SC_EVENT_WAIT,     /* a wait begins */
    SC_EVENT_CALL,     /* a managed call has ended */
    SC_EVENT_STREAM,   /* an error after output began */
    SC_EVENT_WAITED,   /* a wait for limit or gate is over */
    SC_EVENT_BREAKER,  /* the breaker opened, half-opened or closed */
    SC_EVENT_LATCH,    /* attempts stop because of quota or credentials, or go on */
    SC_EVENT_GATE,     /* a server's hint keeps everybody waiting */
    SC_EVENT_REQUEST,  /* a request is too long, or was changed */
    SC_EVENT_BUDGET,   /* so much of a budget is spent */
    SC_EVENT_FALLBACK, /* another target is asked, or cannot be */
    SC_EVENT_HEDGE,    /* a second attempt is made, or cannot be */
    SC_EVENT_SHADOW,   /* what would have been done, were the rule in force */
    SC_EVENT_POLICY,   /* policy loaded, refused, replaced */
    SC_EVENT_FAULT,    /* a fault on purpose */
    SC_EVENT_NOTE      /* anything else worth one line */
};

struct sc_log_fixed;

/* Fields left zero, NULL or -1 (where so said) are left out. Strings are borrowed. */
struct sc_event {
    enum sc_event_kind kind;
    enum sc_log_level level;
    uint64_t call;              /* id of the call, 0: none */
    struct sc_log_fixed *fixed; /* of the handle: log/fixed.h; NULL: none */
    const char *rule, *provider, *host, *model;
    int attempt;      /* 1.. */
    int max_attempts; /* 0: unknown */
    int status;       /* 0: none */
    int curl_code;
    const char *class;                   /* sc_class_name */
    const char *row;                     /* which rule row decided the class */
    int64_t ms;                          /* duration, or length of the wait; -1: none */
    int64_t retry_after_ms;              /* -1: none */
    const char *priority;                /* class in which it waits for limits; NULL: none */
    const char *reason;                  /* of a wait, or why it was given up */
    const char *outcome;                 /* of a call: ok failed synthesized */
    int attempts;                        /* of a call */
    bool will_retry;                     /* of an attempt: another one follows (after a wait) */
    int64_t input_tokens, output_tokens; /* -1: unknown; input counts cached tokens too */
    /* The parts of these that have prices of their own. */
    int64_t cached_tokens, cache_write_tokens, reasoning_tokens;
    bool has_cost;
    int64_t cost_nano; /* 1e-9 USD */
    int64_t lost_nano; /* of it: of attempts that failed */
    int64_t
        first_token_ms; /* of a call with a stream: from its begin to its first output; 0: none */
    bool cached;        /* a kept answer was given */
    bool estimated;     /* tokens, and so the cost, are not what the provider said */
    int trimmed;        /* messages that were left out of the request */
    const char *task, *dag, *target;
    const char *from, *to; /* of SC_EVENT_FALLBACK: names of targets */
    bool shadow;           /* of a call: its rule only looked on */
    int hedges;            /* of a call: second attempts before the first had begun to answer */
    const char *hedge;     /* what became of the last of them: won lost failed */
    const char *budget;    /* which one is spent, or has refused the call */
    const char *scope;     /* of SC_EVENT_BUDGET, as the next lines */
    int64_t spent_nano, limit_nano;
    int fraction;     /* 1/10000 of the limit */
    const char *text; /* free text; of a transport error: libcurl's words for it */
    const char *said; /* of a failure: the server's words, as far as wording.h lets them through */
    int64_t wait_ms;  /* of an attempt: the wait before the next one; 0: none, -1: unknown */
};

#endif
