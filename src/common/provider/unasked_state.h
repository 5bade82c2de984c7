/* unasked_state.h - what is known of a stream that is rewritten (unasked.h). */
#ifndef SC_PROVIDER_UNASKED_STATE_H
#define SC_PROVIDER_UNASKED_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SC_UNASKED_KEEP = 4096, SC_UNASKED_END = 32 };

struct sc_unasked {
    bool keep_length; /* blanks and comments take the place of what is taken out */

    uint8_t state; /* private from here on */
    uint8_t key;   /* the current member of the event's object */
    uint8_t matched;
    bool begun;      /* a line of the current event has come */
    bool undecided;  /* the event may be the extra one: all of it is kept back */
    bool data_seen;  /* it has a data line already */
    bool no_choices; /* "choices":[] */
    bool has_usage;  /* "usage":{ */
    bool whole;      /* the object of its data is closed */
    bool finishes;   /* a choice of it has come to its end */
    bool ending;     /* such an event's object is closed: what follows goes to `end` */
    bool first;      /* no member of the object has passed yet */
    bool drop_comma;
    bool drop_lf;
    bool last_cr;
    bool in_string, escaped;
    uint8_t finish_matched;
    uint8_t end_n;
    uint32_t depth;
    size_t kept;
    size_t member;            /* where in `keep` a member to be taken out begins; SIZE_MAX: none */
    char end[SC_UNASKED_END]; /* how the event before the extra one ends, from its last brace on */
    char keep[SC_UNASKED_KEEP - SC_UNASKED_END];
};

#endif
