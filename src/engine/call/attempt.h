/* attempt.h - what is known of the running attempt, and of those before it, beside its response. */
#ifndef SC_CALL_ATTEMPT_H
#define SC_CALL_ATTEMPT_H

#include <stdbool.h>
#include <stdint.h>

/* What the attempt's answer took, as far as it is known. */
struct sc_took {
    int64_t input_tokens, output_tokens, used_tokens; /* -1: unknown */
    int64_t estimated_input;                          /* see sc_attempt_facts; 0: unknown */
    int64_t cost_nano;                                /* -1: unknown */
};

struct sc_attempt {
    int64_t start_ns, end_ns;
    int curl_code; /* its result, once it has ended */
    struct sc_took took;
    long connects;         /* NUM_CONNECTS of this attempt */
    long earlier_connects; /* of all before it */
    int connect_code;      /* what a proxy said to CONNECT, 0: nothing; known at the end */
    bool bounded;          /* TIMEOUT_MS in the handle is ours */
    bool forbidden;        /* the program forbade to resolve or connect */
    bool granted;          /* and yet allowed another try within the attempt */
    bool unsent;           /* there is no memory for its request: it is not made */
    bool decided;          /* its verdict was already taken, in the middle of the transfer */
    bool replayable;       /* its request can be sent again from its start */
    bool once;             /* but must not be processed twice */
    bool answered;         /* an attempt had an answer, be it a failure */
    bool fresh, fresh_on;  /* the next attempt, all further ones need a connection of their own */
};

#endif
