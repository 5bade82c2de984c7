/*
 * cassette.c - `run --record` and `run --replay`: exchanges written down, and given again.
 *
 * Recorded is what the program got of its call, once it is over: of several attempts the last one's
 * head, of the body what went to the program's own callback. Replayed, an exchange stands in for
 * the wire of one attempt, as a fault on purpose does, which may lie over it.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "call/recording.h"
#include "call/report.h"
#include "call/taped.h"
#include "log/file.h"
#include "process/cassette.h"
#include "stage/stage.h"
#include "state/counts.h"
#include "wire/alter.h"

enum { NOTE_MAX = 500 };

/* The call's own, on the heap: few runs have any. */
struct cassette {
    const struct sc_cassette_asked *asked;
    uint64_t run;
    bool records, replays;
    bool given; /* this attempt's answer is ours */
    struct sc_cassette_place at;
    char *miss; /* why there is none; NULL: there is */
    struct sc_recording got;
};

/* ---- what is in the file --------------------------------------------------------------------- */

/* Once a process, while nothing else is to be said. */
static void note_once(struct sc_transfer *t, const char *text)
{
    static _Atomic uint64_t last;

    sc_report_note_once(t, text, &last);
}

static const char *name_of(const struct sc_cassette_asked *a)
{
    const char *slash = strrchr(a->file, '/');

    return slash ? slash + 1 : a->file;
}

static void note_damage(struct sc_transfer *t, const struct cassette *me,
                        const struct sc_cassette *c)
{
    const char *why;
    size_t number, n = sc_cassette_damage(c, &number, &why);
    char text[NOTE_MAX];

    if (n == 0)
        return;
    snprintf(text, sizeof text, "Cassette %.200s: line %zu %s%s; the other %zu exchanges are used",
             name_of(me->asked), number, why, n > 1 ? ", and others are damaged" : "",
             sc_cassette_count(c));
    note_once(t, text);
}

/* "another path and body" */
static void name_parts(unsigned bits, char *out, size_t size)
{
    size_t at = 0;

    out[0] = '\0';
    for (int i = 0; i < SC_FIND_PARTS; i++) {
        unsigned rest = bits >> i >> 1;

        if (bits >> i & 1 && at < size)
            at += (size_t)snprintf(out + at, size - at, "%s%s", sc_find_name((enum sc_find_part)i),
                                   rest == 0                       ? ""
                                   : __builtin_popcount(rest) == 1 ? " and "
                                                                   : ", ");
    }
}

static void say_miss(struct cassette *me, const struct sc_recorded_request *r,
                     const struct sc_wanted *w, const struct sc_cassette *c, size_t given)
{
    struct sc_str url = sc_buf_view(&r->url);
    struct sc_cassette_place near;
    char text[NOTE_MAX], parts[80];
    unsigned bits;
    int n = snprintf(text, sizeof text, "steadycurl: cassette %.80s has no answer for %.*s %.*s",
                     name_of(me->asked), (int)(r->method.n < 20 ? r->method.n : 20), r->method.p,
                     (int)(url.n < 120 ? url.n : 120), url.p);

    if (given > 0) {
        snprintf(text + n, sizeof text - (size_t)n, ": it has been given %zu times", given);
    } else if (c && (bits = sc_cassette_nearest(c, w, me->asked->match, &near)) != 0) {
        name_parts(bits, parts, sizeof parts);
        snprintf(text + n, sizeof text - (size_t)n, "; line %zu is nearest: it has another %s",
                 near.number, parts);
    } else {
        snprintf(text + n, sizeof text - (size_t)n, ": it is empty");
    }
    me->miss = strdup(text);
}

/* Which of those that match comes now. False: none does any more; *n: how many there are. */
static bool choose(struct cassette *me, const struct sc_cassette *c, const struct sc_wanted *w,
                   size_t *n)
{
    const struct sc_cassette_asked *a = me->asked;
    uint64_t nth = 0;

    *n = sc_cassette_find(c, w, a->match, 0, &me->at);
    if (*n == 0 || (*n == 1 && !a->once))
        return *n > 0;
    nth = sc_state_count(sc_wanted_id(w, a->match) ^ me->run, sc_state_now());
    if (a->once && nth >= *n)
        return false;
    sc_cassette_find(c, w, a->match, nth, &me->at);
    return true;
}

/* Finds the call's answer, or says why there is none. */
static void look(struct sc_transfer *t, struct cassette *me, const struct sc_recorded_request *r)
{
    struct sc_wanted w;
    struct sc_cassette *c;
    char text[NOTE_MAX];
    size_t n = 0;
    int error;

    c = sc_cassette_of_run(me->asked->file, &error);
    if (!c) {
        snprintf(text, sizeof text, "steadycurl: cassette %.200s: %s", name_of(me->asked),
                 sc_log_errno_words(error));
        me->miss = strdup(text);
        return;
    }
    note_damage(t, me, c);
    sc_wanted_of(r->method, sc_buf_view(&r->url), r->hash, &w);
    if (choose(me, c, &w, &n))
        return;
    if (n == 0 && me->asked->miss == SC_MISS_RECORD && sc_cassette_read(c) == 0 &&
        choose(me, c, &w, &n)) /* another process's, meanwhile */
        return;
    say_miss(me, r, &w, c, n);
}

/* ---- the call begins ------------------------------------------------------------------------- */

static bool is_steady(const struct sc_transfer *t)
{
    const struct sc_faults *f = sc_policy_faults(t->route.policy);

    return f && f->steady;
}

static void start(struct sc_transfer *t, struct cassette *me)
{
    me->records = true;
    sc_recording_begin(t, &me->got);
}

/* What is answered from a file takes no place of limits, costs nothing, and tells nobody of the
 * service. */
static unsigned narrow(struct sc_transfer *t, void *state, unsigned on)
{
    struct cassette *me = calloc(1, sizeof *me);
    struct sc_recorded_request r;

    if (!me)
        return on;
    *(struct cassette **)state = me;
    me->asked = sc_policy_cassette(t->route.policy, &me->run);
    if (me->asked->replays) {
        sc_recorded_request_read(t, &r);
        look(t, me, &r);
        sc_recorded_request_free(&r);
    }
    me->replays = me->asked->replays && (!me->miss || me->asked->miss == SC_MISS_FAIL);
    if (!me->replays) {
        if (me->asked->records || me->asked->miss == SC_MISS_RECORD)
            start(t, me);
        return on;
    }
    return is_steady(t) ? on
                        : on & (SC_STAGE_BIT(SC_STAGE_CHAOS) | SC_STAGE_BIT(SC_STAGE_CASSETTE));
}

/* ---- replay ---------------------------------------------------------------------------------- */

static struct sc_own_answer *answer(struct sc_transfer *t, struct cassette *me)
{
    struct sc_buf memory = {0};
    struct sc_own_answer *a;
    struct sc_tape tape;
    char text[NOTE_MAX];
    const char *why;

    if (me->miss) {
        note_once(t, me->miss);
        return sc_taped_miss(me->miss);
    }
    if (sc_tape_read(me->at.line, &tape, &memory, &why)) {
        a = sc_taped_answer(t, &tape, me->asked->pace_ppm);
    } else {
        snprintf(text, sizeof text, "steadycurl: cassette %.200s: line %zu %s", name_of(me->asked),
                 me->at.number, why);
        note_once(t, text);
        a = sc_taped_miss(text);
    }
    sc_tape_free(&tape, &memory);
    return a;
}

/* Where no fault stands in already. */
static void go_out(struct sc_transfer *t, void *state)
{
    struct cassette *me = *(struct cassette **)state;
    struct sc_own_answer *a;

    if (me && !me->replays)
        return;
    if (me)
        me->given = false;
    if (t->feigned.answer)
        return;
    a = me ? answer(t, me) : NULL;
    if (!a) {
        t->attempt.unsent = true; /* rather than to the real host */
        return;
    }
    sc_feigned_set(t, a);
    me->given = true;
}

/* It is what the call ended with, then: nothing is tried again, but for a fault that lies over it.
 */
static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    const struct cassette *me = *(struct cassette **)state;

    if (!me || !me->given || t->verdict.class == SC_CLASS_OK ||
        (t->x.alter && t->x.alter->happened))
        return (struct sc_wish){SC_AS_DECIDED, SC_GIVE_UP_NOT};
    return (struct sc_wish){SC_STOP, SC_GIVE_UP_CLASS};
}

/* ---- record -------------------------------------------------------------------------------- */

static void head(struct sc_transfer *t, void *state)
{
    struct cassette *me = *(struct cassette **)state;

    if (me && me->records)
        sc_recording_head(t, &me->got);
}

static void write_line(struct sc_transfer *t, struct cassette *me, int code)
{
    const struct sc_log file = {.path = me->asked->file, .mode = 0600};
    struct sc_buf line = {0};
    char text[NOTE_MAX];
    int error = 0;

    if (!sc_recording_write(t, &me->got, code, me->asked->bodies, &line))
        note_once(t, "Cassette: an answer is too long to be written down");
    else
        error = sc_log_append(&file, line.p, line.n);
    sc_buf_free(&line);
    if (error == 0)
        return;
    snprintf(text, sizeof text, "Cassette %.200s: not written: %s", name_of(me->asked),
             sc_log_errno_words(error));
    note_once(t, text);
}

static void forget(struct sc_transfer *t, struct cassette **me)
{
    if (!*me)
        return;
    if ((*me)->records)
        sc_recording_end(t, &(*me)->got);
    free((*me)->miss);
    free(*me);
    *me = NULL;
}

/* No service has given it, and it costs nothing. */
static void describe(const struct sc_transfer *t, void *state, struct sc_event *e)
{
    const struct cassette *me = state ? *(struct cassette **)state : NULL;

    (void)t;
    if (!me || !me->given)
        return;
    e->reason = me->miss ? "miss" : "replay";
    if (me->miss)
        return;
    e->outcome = "synthesized";
    e->has_cost = true;
    e->cost_nano = 0;
}

/* Now, since `end` may come before all has been handed over. */
static void over(struct sc_transfer *t, void *state, CURLcode rc)
{
    struct cassette **me = state;

    if (!me || !*me)
        return;
    if ((*me)->records && t->ended)
        write_line(t, *me, (int)rc);
    forget(t, me);
}

static void end(struct sc_transfer *t, void *state, enum sc_how how)
{
    if (how == SC_ENDED_LEFT)
        forget(t, state);
}

const struct sc_stage sc_stage_cassette = {.name = "cassette",
                                           .state = sizeof(struct cassette *),
                                           .narrow = narrow,
                                           .send = go_out,
                                           .head = head,
                                           .judged = judged,
                                           .describe = describe,
                                           .end = end,
                                           .over = over};
