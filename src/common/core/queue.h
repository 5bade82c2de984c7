/*
 * queue.h - who goes first where calls wait for a limit: three classes that share it by weight.
 *
 * Start-time fair queueing (Goyal, Vin and Cheng, SIGCOMM 1996). A call of a class costs virtual
 * time: what it takes of the limit, divided by its class's weight. The class's *mark* is where its
 * last call ended in virtual time; its next one starts there, or at the queue's own time if the
 * class had nothing to do meanwhile (idle time is no credit). The call that starts first goes
 * first, and the queue's time is the start of the first that waits. Within a class calls go in the
 * order in which they came. Worked example, weights 6:3:1, each call 12 ms of the limit, three
 * classes that always have one waiting; starts in virtual ms (cost / weight: 2, 4 and 12):
 *
 *     interactive  0  2  4  6  8  10  12 ...
 *     normal       0  4  8  12 ...
 *     batch        0  12 ...
 *     order        i n b i i n i i n i | i n b ...      6 : 3 : 1 of every ten
 *
 * Only who goes is counted: a call that waits and is killed, or gives up, has cost its class
 * nothing, and moves nobody. What each call has to know is how much goes before it; all of that
 * follows from the marks and from how many wait in each class. With a class that waits without
 * pause, any other gets no less than its weight's part of what goes, but for one call of each: so
 * nobody starves (docs/limits.md has the bound).
 *
 * Any value of the words is valid: a mark that is further ahead than one call can have moved it is
 * damage and reads as "nothing to pay". Pure.
 */
#ifndef SC_CORE_QUEUE_H
#define SC_CORE_QUEUE_H

#include <stdint.h>

/* A rule's `priority`; the classes are the values from 1 on. */
enum sc_priority {
    SC_PRIORITY_OFF,
    SC_PRIORITY_INTERACTIVE,
    SC_PRIORITY_NORMAL,
    SC_PRIORITY_BATCH,
    SC_PRIORITIES
};

enum { SC_QUEUE_CLASSES = SC_PRIORITIES - 1, SC_QUEUE_WEIGHT_MAX = 100 };

/* "interactive", and so on. */
const char *sc_priority_name(enum sc_priority p);

/* Virtual time; by class, from 0 on (sc_priority - 1). */
struct sc_queue {
    uint64_t time;
    uint64_t mark[SC_QUEUE_CLASSES];
    unsigned weight[SC_QUEUE_CLASSES]; /* 1 to SC_QUEUE_WEIGHT_MAX */
};

/* Calls that wait, and what they cost together: ns of the limit, and tokens. */
struct sc_queue_line {
    int64_t calls, cost_ns, units;
};

/* Where the class's next call starts, if it comes now. */
uint64_t sc_queue_start(const struct sc_queue *q, int class);

/* What goes before a call. lines: all that wait, but of its own class only those that came before
 * it. */
struct sc_queue_line sc_queue_ahead(const struct sc_queue *q,
                                    const struct sc_queue_line lines[SC_QUEUE_CLASSES], int class);

/* A call of `class` goes. Changes the class's mark; `arg`: struct sc_queue_go. */
struct sc_queue_go {
    const struct sc_queue *queue;
    int class;
    int64_t cost_ns;
};
uint64_t sc_queue_pay(uint64_t mark, void *arg);

/* The queue's time when it has gone and only those in `lines` are left; q has its new mark. */
uint64_t sc_queue_time(const struct sc_queue *q,
                       const struct sc_queue_line lines[SC_QUEUE_CLASSES]);

/* Moves the queue's time, never back. `arg`: the time, uint64_t. */
uint64_t sc_queue_advance(uint64_t time, void *arg);

#endif
