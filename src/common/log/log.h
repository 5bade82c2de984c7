/*
 * log.h - events to lines.
 *
 * One event, one line, written with O_APPEND on a descriptor opened for it and closed again: a host
 * program may close or reuse any descriptor at any time. Lines that tell of nothing but success may
 * wait in the shared state and be written together (batch.h). Rotation at max_bytes by rename to
 * PATH.1 is safe with many processes. Never allocates in the common case, keeps errno, never
 * writes anywhere but to the log file (and, with no log configured, one line to stderr by
 * sc_log_complain, once per process).
 *
 * Nothing secret may reach a line: URLs lose user info and values of key-like query parameters,
 * texts lose what looks like a key (sc_redact). What a server says is told by class and row; its
 * words come at level debug alone, and built anew of words that are no secrets (wording.h).
 */
#ifndef SC_LOG_LOG_H
#define SC_LOG_LOG_H

#include <stddef.h>
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
    SC_EVENT_ATTEMPT, /* an attempt has ended */
    SC_EVENT_WAIT,    /* a wait begins */
    SC_EVENT_CALL,    /* a managed call has ended */
    SC_EVENT_STREAM,  /* an error after output began */
    SC_EVENT_WAITED,  /* a wait for limit or gate is over */
    SC_EVENT_BREAKER, /* the breaker opened, half-opened or closed */
    SC_EVENT_LATCH,   /* attempts stop because of quota or credentials, or go on */
    SC_EVENT_GATE,    /* a server's hint keeps everybody waiting */
    SC_EVENT_REQUEST, /* a request is too long, or was changed */
    SC_EVENT_BUDGET,  /* so much of a budget is spent */
    SC_EVENT_POLICY,  /* policy loaded, refused, replaced */
    SC_EVENT_NOTE     /* anything else worth one line */
};

/* Fields left zero, NULL or -1 (where so said) are left out. Strings are borrowed. */
struct sc_event {
    enum sc_event_kind kind;
    enum sc_log_level level;
    uint64_t call; /* id of the call, 0: none */
    const char *rule, *provider, *host, *model;
    int attempt;      /* 1.. */
    int max_attempts; /* 0: unknown */
    int status;       /* 0: none */
    int curl_code;
    const char *class;                   /* sc_class_name */
    const char *row;                     /* which rule row decided the class */
    int64_t ms;                          /* duration, or length of the wait; -1: none */
    int64_t retry_after_ms;              /* -1: none */
    const char *reason;                  /* of a wait, or why it was given up */
    const char *outcome;                 /* of a call: ok failed synthesized */
    int attempts;                        /* of a call */
    bool will_retry;                     /* of an attempt: another one follows (after a wait) */
    int64_t input_tokens, output_tokens; /* -1: unknown; input counts cached tokens too */
    /* The parts of these that have prices of their own. */
    int64_t cached_tokens, cache_write_tokens, reasoning_tokens;
    bool has_cost;
    int64_t cost_nano; /* 1e-9 USD */
    bool estimated;    /* tokens, and so the cost, are not what the provider said */
    int trimmed;       /* messages that were left out of the request */
    const char *task, *dag, *target;
    const char *budget, *scope; /* of SC_EVENT_BUDGET, as the next line */
    int64_t spent_nano, limit_nano;
    int fraction;     /* 1/10000 of the limit */
    const char *text; /* free text; of a transport error: libcurl's words for it */
    const char *said; /* of a failure: the server's words, as far as wording.h lets them through */
    int64_t wait_ms;  /* of an attempt: the wait before the next one; 0: none, -1: unknown */
};

#define SC_LOG_LINE_MAX 4096

void sc_log_event(const struct sc_log *log, const struct sc_event *e);

/* Whether this process has put lines of the log aside, and writing them out; for_good: the process
 * is at its end, and none may wait from now on. */
bool sc_log_waits(void);
void sc_log_flush(const struct sc_log *log, bool for_good);

/* Formats without writing: returns the length (without NUL), at most n - 1; always ends in '\n'.
 * Returns 0 if the format has no line for the event: in text, the last attempt (the call's line
 * says it) and waits for backoff and hints (the "Retry" line says them) appear at level debug
 * only. wall_ns: CLOCK_REALTIME. For tests and sc_log_event. */
size_t sc_log_format(const struct sc_log *log, const struct sc_event *e, int64_t wall_ns, char *buf,
                     size_t n);

/* A line about steadycurl itself (a broken policy, an unwritable log). Goes to the log if there
 * is one that works, else once per process to stderr. */
void sc_log_complain(const struct sc_log *log, const char *text);

/* Copies src to dst with secrets replaced by "[redacted]": sk-..., Bearer ..., key=..., api keys
 * of the known providers, user:password@ in URLs. Always NUL-terminates; returns the length. */
size_t sc_redact(const char *src, size_t n, char *dst, size_t size);

/* The same for names and codes with blanks between them ("insufficient_quota FreeTier"), of which
 * those go as well that look drawn rather than written. */
size_t sc_redact_names(const char *src, char *dst, size_t size);

/* What lines have as `program`, and budgets by program go by. Kept, not copied; "" or never set:
 * what libc reads from the arguments, over which some programs write. */
void sc_log_set_program(const char *name);
const char *sc_log_program(void);

#endif
