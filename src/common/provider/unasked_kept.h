/*
 * unasked_kept.h - what is kept back of a stream until it is known whether it may be shown.
 *
 * For unasked.c alone, in which it happens with every byte.
 */
#ifndef SC_PROVIDER_UNASKED_KEPT_H
#define SC_PROVIDER_UNASKED_KEPT_H

#include <string.h>

#include "provider/unasked_state.h"

#define NO_MEMBER SIZE_MAX

/* Where the bytes go that may be shown. */
struct sink {
    char *p;
    size_t n;
};

static inline void pass_end(struct sc_unasked *u, struct sink *out)
{
    memcpy(out->p + out->n, u->end, u->end_n);
    out->n += u->end_n;
    u->end_n = 0;
    u->ending = false;
}

static inline void release(struct sc_unasked *u, struct sink *out)
{
    if (u->kept > 0)
        pass_end(u, out);
    memcpy(out->p + out->n, u->keep, u->kept);
    out->n += u->kept;
    u->kept = 0;
    u->member = NO_MEMBER;
}

static inline bool keeps(const struct sc_unasked *u)
{
    return u->undecided || u->member != NO_MEMBER;
}

static inline void put_run(struct sc_unasked *u, const char *p, size_t n, struct sink *out)
{
    if (keeps(u) && u->kept + n <= sizeof u->keep) {
        memcpy(u->keep + u->kept, p, n);
        u->kept += n;
        return;
    }
    if (keeps(u)) { /* too long to be waited for */
        release(u, out);
        u->undecided = false;
    }
    pass_end(u, out);
    memcpy(out->p + out->n, p, n);
    out->n += n;
}

static inline void put(struct sc_unasked *u, char c, struct sink *out)
{
    if (keeps(u)) {
        if (u->kept < sizeof u->keep)
            u->keep[u->kept++] = c;
        else
            put_run(u, &c, 1, out);
        return;
    }
    if (u->ending && u->end_n < sizeof u->end) {
        u->end[u->end_n++] = c;
        return;
    }
    if (u->end_n > 0)
        pass_end(u, out);
    out->p[out->n++] = c;
}

/* The event is not the extra one. What is kept of a member stays until that is decided. */
static inline void pass_event(struct sc_unasked *u, struct sink *out)
{
    size_t n = u->member == NO_MEMBER ? u->kept : u->member;

    if (!u->undecided)
        return;
    u->undecided = false;
    pass_end(u, out);
    memcpy(out->p + out->n, u->keep, n);
    out->n += n;
    memmove(u->keep, u->keep + n, u->kept - n);
    u->kept -= n;
    if (u->member != NO_MEMBER)
        u->member = 0;
}

/* The member is none to be taken out. */
static inline void pass_member(struct sc_unasked *u, struct sink *out)
{
    u->member = NO_MEMBER;
    u->first = false;
    if (!u->undecided)
        release(u, out);
}

static inline void drop_member(struct sc_unasked *u, struct sink *out)
{
    if (u->member == NO_MEMBER) { /* too long: it has passed */
        u->first = false;
        return;
    }
    if (u->keep_length) {
        memset(u->keep + u->member, ' ', u->kept - u->member);
        u->member = NO_MEMBER;
        if (!u->undecided)
            release(u, out);
    } else {
        u->kept = u->member;
        u->member = NO_MEMBER;
    }
    u->drop_comma = u->first;
}

#endif
