/* translator.c - the stages of a stream's translation, from bytes to bytes; see dialect.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dialect/fit.h"
#include "dialect/stream.h"
#include "dialect/write.h"
#include "http/valid.h"

struct sc_translator *sc_translator_new(enum sc_dialect from, enum sc_dialect to,
                                        const struct sc_dialect_asked *asked,
                                        const struct sc_dialect_made *made)
{
    const struct sc_family *source = sc_family_of(from), *target = sc_family_of(to);
    struct sc_translator *t = source && target ? calloc(1, sizeof *t) : NULL;

    if (t == NULL)
        return NULL;
    t->from = source;
    t->to = target;
    t->writer = target->writer;
    t->asked = *asked;
    t->made = *made;
    if (made->model) {
        snprintf(t->asked_model, sizeof t->asked_model, "%s", made->model);
        t->made.model = t->asked_model;
    }
    sc_events_init(&t->events, SC_TRANSLATOR_MAX);
    /* An event that is read at once may say all that is kept anew, and twice; not more. */
    t->out.max = 4 * SC_TRANSLATOR_MAX;
    t->clean.max = t->scratch.max = 3 * SC_TRANSLATOR_MAX;
    t->prefix.max = t->error.max = SC_TRANSLATOR_MAX;
    sc_usage_init(&t->usage, source->usage);
    return t;
}

void sc_translator_free(struct sc_translator *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; i < t->n_blocks; i++) {
        sc_buf_free(&t->blocks[i].id);
        sc_buf_free(&t->blocks[i].name);
        sc_buf_free(&t->blocks[i].text);
    }
    free(t->blocks);
    free(t->a.parts.p);
    sc_events_free(&t->events);
    sc_buf_free(&t->out);
    sc_buf_free(&t->clean);
    sc_buf_free(&t->scratch);
    sc_buf_free(&t->prefix);
    sc_buf_free(&t->error);
    free(t);
}

bool sc_translator_whole(struct sc_translator *t, struct sc_str answer, struct sc_buf *out)
{
    sc_buf_str(out, sc_translator_feed(t, answer.p, answer.n));
    sc_buf_str(out, sc_translator_end(t));
    return !out->failed && sc_translator_state(t) == SC_TRANSLATED_DONE;
}

enum sc_translated sc_translator_state(const struct sc_translator *t)
{
    return t->state;
}

struct sc_str sc_translator_error(const struct sc_translator *t)
{
    return sc_buf_view(&t->error);
}

static bool is_over(const struct sc_translator *t)
{
    return t->state == SC_TRANSLATED_DONE || t->state == SC_TRANSLATED_FAILED;
}

/* Bytes that are no UTF-8 become U+FFFD, as a browser would show them. */
static struct sc_str mended(struct sc_translator *t, struct sc_str text)
{
    sc_buf_clear(&t->clean);
    while (text.n > 0) {
        size_t good = sc_utf8_valid(text);
        sc_buf_add(&t->clean, text.p, good);
        text = (struct sc_str){text.p + good, text.n - good};
        if (text.n == 0)
            break;
        sc_buf_text(&t->clean, "\xEF\xBF\xBD");
        text = (struct sc_str){text.p + 1, text.n - 1};
    }
    return sc_buf_view(&t->clean);
}

static bool is_done_mark(struct sc_str data)
{
    return data.n >= 6 && memcmp(data.p, "[DONE]", 6) == 0;
}

static void take_json(struct sc_translator *t, struct sc_str name, struct sc_str data)
{
    enum sc_json_fault fault = sc_json_check(data, NULL);

    if (fault == SC_JSON_BAD_UTF8) {
        data = mended(t, data);
        fault = sc_json_check(data, NULL);
    }
    if (fault != SC_JSON_GOOD) {
        sc_say_failed(t, "An event of the service cannot be read.");
        return;
    }
    if (sc_usage_may_be_in(data.p, data.n))
        sc_usage_event(&t->usage, data.p, data.n);
    t->from->read_event(t, name, data);
}

static void take_event(void *arg, struct sc_str name, struct sc_str data, bool comment)
{
    struct sc_translator *t = arg;

    if (is_over(t) || data.n == 0)
        return;
    if (comment) { /* the service is alive: so is this */
        if (t->head && !t->asked.array)
            sc_buf_text(&t->out, ": keep-alive\n\n");
    } else if (is_done_mark(data)) {
        if (t->from->read_done)
            sc_say_done(t);
    } else {
        take_json(t, name, data);
    }
}

/* What is due to the program. A lack of memory is the end: an event must not be half there. */
static struct sc_str due(struct sc_translator *t)
{
    if (t->out.failed || t->scratch.failed || t->clean.failed) {
        sc_buf_clear(&t->out);
        sc_buf_clear(&t->scratch);
        sc_buf_clear(&t->clean);
        t->state = SC_TRANSLATED_OUTPUT; /* what seemed to be its end is not out */
        sc_say_failed(t, "The answer is longer than can be kept.");
    }
    if (t->state == SC_TRANSLATED_HEAD && t->out.n > 0)
        t->state = SC_TRANSLATED_OUTPUT;
    return sc_buf_view(&t->out);
}

struct sc_str sc_translator_feed(struct sc_translator *t, const char *p, size_t n)
{
    if (t->from == t->to)
        return (struct sc_str){p, n};
    sc_buf_clear(&t->out);
    if (is_over(t))
        return (struct sc_str){"", 0};
    sc_events_feed(&t->events, p, n, take_event, t);
    if (t->events.too_long)
        sc_say_failed(t, "An event of the service is longer than can be kept.");
    return due(t);
}

/* A whole answer, as a service gives it that does not stream, said piece by piece. */
static void play(struct sc_translator *t, struct sc_turn_answer *a)
{
    sc_say_start(t, a->id, a->model, a->created);
    for (size_t i = 0; i < a->parts.n; i++) {
        const struct sc_turn_part *p = &a->parts.p[i];
        if (p->kind != SC_PART_CALL) {
            sc_say_text(t, (enum sc_turn_kind)p->kind, p->text);
            continue;
        }
        sc_say_call(t, (int64_t)i, p->id, p->name);
        sc_say_arguments(t, (int64_t)i, p->text, p->is_quoted);
    }
    sc_say_end(t, a->end, a->sequence);
    sc_say_done(t);
}

/* Text beside the events: an answer that is no stream, or an error. */
static void take_bare(struct sc_translator *t)
{
    struct sc_str text = sc_buf_view(&t->events.data);
    struct sc_turn_answer a = {0};

    if (sc_json_check(text, NULL) == SC_JSON_BAD_UTF8)
        text = mended(t, text);
    if (sc_json_check(text, NULL) != SC_JSON_GOOD) {
        sc_say_failed(t, "The service said what cannot be read.");
        return;
    }
    if (!t->head && sc_answer_read(t->from, text, &a)) {
        sc_usage_body(&t->usage, text.p, text.n);
        play(t, &a);
    } else {
        sc_say_error(t, text);
    }
    free(a.parts.p);
}

struct sc_str sc_translator_end(struct sc_translator *t)
{
    if (t->from == t->to)
        return (struct sc_str){"", 0};
    sc_buf_clear(&t->out);
    if (is_over(t))
        return (struct sc_str){"", 0};
    sc_events_end(&t->events, take_event, t);
    if (t->events.bare && !is_over(t))
        take_bare(t);
    sc_say_done(t); /* if it has said its last word; else it broke off */
    return due(t);
}

struct sc_str sc_translator_fail(struct sc_translator *t, int status, const char *message)
{
    struct sc_buf inside = {.max = 4096};
    struct sc_turn_error e;

    if (t->from == t->to)
        return (struct sc_str){"", 0};
    sc_buf_clear(&t->out);
    if (is_over(t))
        return (struct sc_str){"", 0};
    sc_error_read(status, (struct sc_str){"", 0}, &e);
    sc_buf_escaped(&inside, (struct sc_str){message, strlen(message)});
    e.message = sc_buf_view(&inside);
    t->state = SC_TRANSLATED_FAILED;
    t->writer->fault(t, &e);
    sc_buf_free(&inside);
    return due(t);
}
