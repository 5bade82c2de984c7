/*
 * split.c - an embedding request with too many inputs, sent in parts (policy: embeddings.split).
 *
 * Each part is an attempt, or several, of the same call: with its own place in limits and breaker,
 * its own retries and cost. Nothing is shown until all have been answered; then the program gets
 * the last one's status and headers, and a body made of all (provider/batch.h). A part that fails
 * for good is the call's failure. If an answer cannot be merged, the program's own request is sent
 * as it is.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "call/report.h"
#include "provider/batch.h"
#include "stage/stage.h"

/* Of an answer's body beyond what is held of any, for each input: several times what the longest
 * embeddings take as text. A longer one is no such answer, and would only fill the memory. */
enum { PIECE = CURL_MAX_WRITE_SIZE, ROOM = 1 << 20 };

struct batch {
    size_t n, max;          /* inputs of the request, and of a part at most */
    size_t from, count;     /* the part that is sent now */
    struct sc_str *answers; /* of the parts before it; copies */
    size_t n_answers, room;
    bool whole; /* the answer to all of them is in the hold */
};

struct split {
    struct batch *batch; /* the request is sent in parts */
    bool off;            /* it cannot be: its answers were not understood */
    bool say_off;        /* ... and nobody was told yet */
};

static void free_batch(struct split *me)
{
    struct batch *b = me->batch;
    size_t i;

    if (!b)
        return;
    for (i = 0; i < b->n_answers; i++)
        free((char *)(uintptr_t)b->answers[i].p);
    free(b->answers);
    free(b);
    me->batch = NULL;
}

/* ---- the parts ----------------------------------------------------------------------------- */

/* All other inputs go. */
static bool cut_out(struct batch *b, struct sc_str array, struct sc_edits *e)
{
    struct sc_str *inputs = malloc(b->n * sizeof *inputs);
    size_t behind = b->from + b->count;
    bool good;

    good = inputs && sc_batch_elements(array, inputs, b->n) == b->n;
    if (good && b->from > 0)
        good = sc_edit_delete_elements(e, inputs, b->n, 0, b->from);
    if (good && behind < b->n)
        good = sc_edit_delete_elements(e, inputs, b->n, behind, b->n - behind);
    free(inputs);
    return good;
}

static void edit(struct sc_transfer *t, void *state, struct sc_edits *e)
{
    const struct sc_settings *set = t->route.rule->settings;
    struct split *me = state;
    struct sc_batch_list list;
    struct batch *b = me->batch;

    if (!set->split_embeddings || me->off || (!b && t->call.attempts > 0) ||
        !sc_batch_find(t->route.provider, t->shadow->asked.path, e->original,
                       (size_t)set->max_embeddings, &list) ||
        sc_request_reads_compressed(t->shadow))
        return;
    if (!b) {
        b = me->batch = calloc(1, sizeof *b);
        if (!b)
            return;
        b->n = list.n;
        b->max = list.max;
    }
    b->count = b->n - b->from < b->max ? b->n - b->from : b->max;
    if (!cut_out(b, list.array, e))
        free_batch(me);
}

static enum sc_go plan(struct sc_transfer *t, void *state, struct sc_plan *p)
{
    const struct split *me = state;

    (void)p;
    t->x.wants.whole = me->batch != NULL;
    if (me->batch)
        t->x.wants.room = me->batch->count * ROOM;
    return SC_GO;
}

/* ---- the answers --------------------------------------------------------------------------- */

static bool keep_answer(struct batch *b, struct sc_str body)
{
    size_t room = b->room ? 2 * b->room : 8;
    char *copy;

    if (b->n_answers == b->room) {
        struct sc_str *grown = realloc(b->answers, room * sizeof *grown);

        if (!grown)
            return false;
        b->answers = grown;
        b->room = room;
    }
    copy = malloc(body.n);
    if (!copy)
        return false;
    memcpy(copy, body.p, body.n);
    b->answers[b->n_answers].p = copy;
    b->answers[b->n_answers++].n = body.n;
    return true;
}

static char *merge(const struct batch *b, size_t *n)
{
    char *out;

    *n = sc_batch_merge(b->answers, b->n_answers, NULL);
    out = malloc(*n);
    if (out)
        sc_batch_merge(b->answers, b->n_answers, out);
    return out;
}

/* A held piece of the last answer; a Content-Length becomes that of the whole. */
static bool copy_item(struct sc_hold *to, const struct sc_item *item, const char *p,
                      const size_t *whole)
{
    static const char name[] = "content-length:";
    char line[64];
    size_t n = item->len;

    if (whole && n > sizeof name && strncasecmp(p, name, sizeof name - 1) == 0) {
        n = (size_t)snprintf(line, sizeof line, "%.*s %zu\r\n", (int)sizeof name - 1, p, *whole);
        p = line;
    }
    if (!sc_hold_push(to, item->kind, item->block, p, n))
        return false;
    to->items[to->n - 1].got = item->got;
    return true;
}

static bool push_body(struct sc_hold *to, unsigned block, const char *p, size_t n)
{
    size_t at, len;

    for (at = 0; at < n; at += len) {
        len = n - at < PIECE ? n - at : PIECE;
        if (!sc_hold_push(to, SC_ITEM_BODY, block, p + at, len))
            return false;
        to->items[to->n - 1].got = (int64_t)(at + len);
    }
    return true;
}

/* The last answer's hold again, with another body. */
static bool replace_body(struct sc_exchange *x, const char *body, size_t n)
{
    struct sc_hold to = {0};
    size_t at = 0, i, body_start = 0;
    bool good = true, put = false;

    for (i = 0; i < x->hold.n && good; at += x->hold.items[i++].len) {
        const struct sc_item *item = &x->hold.items[i];

        if (at >= x->body_start && item->kind == SC_ITEM_BODY) {
            body_start = put ? body_start : to.len;
            good = put || push_body(&to, item->block, body, n);
            put = true;
        } else {
            good = copy_item(&to, item, x->hold.bytes + at,
                             at >= x->block_start && !x->encoded ? &n : NULL);
        }
    }
    if (!good || !put) {
        sc_hold_free(&to);
        return false;
    }
    sc_hold_free(&x->hold);
    x->hold = to;
    x->body_start = body_start;
    x->body_len = n;
    return true;
}

static bool finish(struct sc_transfer *t, struct batch *b)
{
    size_t n = 0;
    char *body = merge(b, &n);
    bool good = body && replace_body(&t->x, body, n);

    free(body);
    if (!good)
        return false;
    b->whole = true;
    t->x.content_length = t->x.content_length >= 0 ? (curl_off_t)n : -1;
    t->shadow->overlay.merged = true;
    t->shadow->overlay.merged_size = (int64_t)n;
    return true;
}

/* The program's own request, and whatever comes of it. */
static enum sc_next give_up(struct split *me)
{
    free_batch(me);
    me->off = me->say_off = true;
    return SC_REPEAT;
}

/* A part was answered: the next one, or one answer of all. */
static enum sc_next go_on(struct sc_transfer *t, struct split *me)
{
    struct sc_str body = sc_exchange_body(&t->x);
    struct batch *b = me->batch;

    if (sc_batch_count(body) != b->count || !keep_answer(b, body))
        return give_up(me);
    b->from += b->count;
    if (b->from < b->n)
        return SC_CONTINUE;
    return finish(t, b) ? SC_AS_DECIDED : give_up(me);
}

static struct sc_wish judged(struct sc_transfer *t, void *state)
{
    struct sc_wish wish = {SC_AS_DECIDED, SC_GIVE_UP_NOT};
    struct split *me = state;

    if (!me->batch || t->attempt.curl_code != CURLE_OK || t->verdict.class != SC_CLASS_OK ||
        t->x.phase != SC_HOLDING)
        return wish;
    if (t->req.rewrite.bytes) {
        wish.next = go_on(t, me);
    } else { /* all of it was sent after all */
        free_batch(me);
        me->off = true;
    }
    return wish;
}

static void logged(struct sc_transfer *t, void *state)
{
    struct split *me = state;

    if (me->say_off)
        sc_report_note(
            t, SC_EVENT_NOTE,
            "Answers to parts of an embedding request cannot be merged: sent in one piece");
    me->say_off = false;
}

static void end(struct sc_transfer *t, void *state, enum sc_how how)
{
    (void)t;
    (void)how;
    free_batch(state);
}

const struct sc_stage sc_stage_split = {.name = "split",
                                        .state = sizeof(struct split),
                                        .edit = edit,
                                        .plan = plan,
                                        .judged = judged,
                                        .logged = logged,
                                        .end = end};
