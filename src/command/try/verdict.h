/*
 * verdict.h - what a program made of a fault, in words: a pure function of what was seen.
 *
 * Example: undisturbed the program asks once, prints an answer and ends with 0. With an answer that
 * was cut in the middle it still ends with 0, and prints less: it takes half an answer for whole.
 */
#ifndef SC_TRY_VERDICT_H
#define SC_TRY_VERDICT_H

#include "try/kinds.h"

/* What a program does in the end. */
#define SC_VERDICT_LIST(X)                                                             \
    X(UNMET, "unmet", false, "does not meet it")                                       \
    X(UNMOVED, "unmoved", false, "does the same as without it")                        \
    X(RECOVERS, "recovers", false, "recovers")                                         \
    X(GIVES_UP, "gives-up", false, "gives up with a message")                          \
    X(MUTE, "mute", false, "gives up without a word")                                  \
    X(TRYING, "trying", false, "is still trying")                                      \
    X(SILENT, "silent", true, "gives up silently (exit 0!)")                           \
    X(HALF, "half", true, "takes half an answer for whole")                            \
    X(WRONG, "wrong", true, "does something else, and says that it is well (exit 0!)") \
    X(HANGS, "hangs", true, "hangs (no timeout)")                                      \
    X(CRASHES, "crashes", true, "crashes")

enum sc_verdict_end {
#define SC_VERDICT_ENUM(id, name, bad, words) SC_TRY_##id,
    SC_VERDICT_LIST(SC_VERDICT_ENUM)
#undef SC_VERDICT_ENUM
        SC_VERDICTS
};

/* And on its way there. */
#define SC_MANNER_LIST(X)                                          \
    X(EARLY, "early", true, "retries too early (before the hint)") \
    X(OFTEN, "often", true, "retries too often")                   \
    X(IN_VAIN, "in-vain", false, "retries what cannot succeed")    \
    X(NOT_AT_ALL, "never", false, "retries not at all")            \
    X(TWICE, "twice", false, "retries what costs money twice")     \
    X(LEAKS, "leaks", true, "leaks its key to a log")

enum sc_manner {
#define SC_MANNER_ENUM(id, name, bad, words) SC_TRY_##id,
    SC_MANNER_LIST(SC_MANNER_ENUM)
#undef SC_MANNER_ENUM
        SC_MANNERS
};

/* One request of the program, or for it; milliseconds since 1970. */
struct sc_try_request {
    int64_t begin_ms, end_ms; /* end -1: it was under way when the program ended */
};

enum { SC_TRY_REQUESTS_MAX = 256 };

/* What was seen of one run. */
struct sc_try_seen {
    int exit;        /* -1: a signal ended it */
    int signal;      /* that did, or that its shell says did (128 and more) */
    bool timed_out;  /* it was ended by us */
    int64_t ms;      /* that it took */
    int64_t faults;  /* that it met */
    size_t requests; /* all of them, of which the first are known */
    struct sc_try_request request[SC_TRY_REQUESTS_MAX];
    size_t out_len;
    bool same;  /* the output is that of the undisturbed run, but for numbers */
    bool part;  /* a part of it, and no more */
    bool said;  /* words that the undisturbed run has not: on stderr, or in what it printed */
    bool leaks; /* a key of its environment or arguments was printed */
};

struct sc_try_verdict {
    enum sc_verdict_end end;
    unsigned manners; /* bit by enum sc_manner */
};

/* `calm`: the undisturbed run. */
struct sc_try_verdict sc_try_judge(const struct sc_kind_traits *kind,
                                   const struct sc_try_seen *calm, const struct sc_try_seen *seen);

/* "gives up with a message; retries not at all" */
void sc_try_words(struct sc_try_verdict v, char *buf, size_t n);

/* Its names, separated by blanks: "gives-up never". */
void sc_try_names(struct sc_try_verdict v, char *buf, size_t n);

/* Those that are bad; as all sets of names bits first of ends, then of manners. */
uint32_t sc_try_bad(void);
/* False: `name` (n bytes) is the first that is none. */
bool sc_try_set(const char *names, uint32_t *set, const char **name, size_t *n);
bool sc_try_is(struct sc_try_verdict v, uint32_t set);

#endif
