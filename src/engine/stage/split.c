/* split.c - see batch.h. */
#include "stage/split.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/time.h"
#include "provider/batch.h"
#include "handle/texts.h"
#include "stage/ask.h"
#include "call/report.h"

enum { PIECE = CURL_MAX_WRITE_SIZE };

void sc_batch_free(struct sc_transfer *t)
{
    struct sc_batch *b = t->batch;
    size_t i;

    if (!b)
        return;
    for (i = 0; i < b->n_answers; i++)
        free((char *)(uintptr_t)b->answers[i].p);
    free(b->answers);
    free(b);
    t->batch = NULL;
}

/* ---- the parts ----------------------------------------------------------------------------- */

/* All other inputs go. */
static bool cut_out(struct sc_batch *b, struct sc_str array, struct sc_edits *e)
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

void sc_batch_rewrite(struct sc_shadow *s, struct sc_transfer *t, struct sc_edits *e)
{
    const struct sc_settings *set = t->rule->settings;
    struct sc_batch_list list;
    struct sc_batch *b = t->batch;

    if (!set->split_embeddings || t->batch_off || (!b && t->call.attempts > 0) ||
        !sc_batch_find(t->provider, s->target.path, e->original, (size_t)set->max_embeddings,
                       &list) ||
        sc_ask_reads_compressed(s))
        return;
    if (!b) {
        b = t->batch = calloc(1, sizeof *b);
        if (!b)
            return;
        b->n = list.n;
        b->max = list.max;
    }
    b->count = b->n - b->from < b->max ? b->n - b->from : b->max;
    if (!cut_out(b, list.array, e))
        sc_batch_free(t);
}

/* ---- the answers --------------------------------------------------------------------------- */

static bool keep_answer(struct sc_batch *b, struct sc_str body)
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

static char *merge(const struct sc_batch *b, size_t *n)
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
static bool replace_body(struct sc_transfer *t, const char *body, size_t n)
{
    struct sc_hold to = {0};
    size_t at = 0, i, body_start = 0;
    bool good = true, put = false;

    for (i = 0; i < t->hold.n && good; at += t->hold.items[i++].len) {
        const struct sc_item *item = &t->hold.items[i];

        if (at >= t->body_start && item->kind == SC_ITEM_BODY) {
            body_start = put ? body_start : to.len;
            good = put || push_body(&to, item->block, body, n);
            put = true;
        } else {
            good = copy_item(&to, item, t->hold.bytes + at,
                             at >= t->block_start && !t->encoded ? &n : NULL);
        }
    }
    if (!good || !put) {
        sc_hold_free(&to);
        return false;
    }
    sc_hold_free(&t->hold);
    t->hold = to;
    t->body_start = body_start;
    t->body_len = n;
    return true;
}

static bool finish(struct sc_shadow *s, struct sc_transfer *t)
{
    size_t n = 0;
    char *body = merge(t->batch, &n);
    bool good = body && replace_body(t, body, n);

    free(body);
    if (!good)
        return false;
    t->batch->whole = true;
    t->content_length = t->content_length >= 0 ? (curl_off_t)n : -1;
    s->overlay.merged = true;
    s->overlay.merged_size = (int64_t)n;
    return true;
}

/* The program's own request, and whatever comes of it. */
static void give_up(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns)
{
    sc_report_note(s, t, SC_EVENT_NOTE,
                   "Answers to parts of an embedding request cannot be merged: sent in one piece");
    sc_batch_free(t);
    t->batch_off = true;
    sc_call_repeat(&t->call, now_ns);
    sc_transfer_attempt(t);
}

void sc_batch_answered(struct sc_shadow *s, struct sc_transfer *t, int64_t now_ns)
{
    struct sc_batch *b = t->batch;
    struct sc_str body = sc_transfer_body(t);

    if (t->verdict.class != SC_CLASS_OK || t->phase != SC_HOLDING)
        return;
    if (!t->rewrite.bytes) { /* all of it was sent after all */
        sc_batch_free(t);
        t->batch_off = true;
        return;
    }
    if (sc_batch_count(body) != b->count || !keep_answer(b, body)) {
        give_up(s, t, now_ns);
        return;
    }
    b->from += b->count;
    if (b->from < b->n) {
        sc_call_continue(&t->call, now_ns);
        sc_transfer_attempt(t);
    } else if (!finish(s, t)) {
        give_up(s, t, now_ns);
    }
}

CURLcode sc_batch_timed_out(struct sc_shadow *s, struct sc_transfer *t)
{
    sc_say_timed_out(s, (sc_now_ns() - t->call.start_ns) / SC_NS_PER_MS, 0, -1);
    t->verdict.class = SC_CLASS_RETRYABLE;
    return CURLE_OPERATION_TIMEDOUT;
}
