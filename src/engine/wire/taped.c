/* taped.c - see taped.h. */
#include "wire/taped.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "handle/texts.h"
#include "http/header.h"
#include "process/runtime.h"
#include "wire/alter.h"
#include "wire/playback.h"
#include "wire/program.h"

enum { TICK_MS = 100 };

/* ---- the head -------------------------------------------------------------------------------- */

/* A line with its end; n 0: there is none any more. */
static struct sc_str next_line(struct sc_str *rest)
{
    const char *end = rest->n > 0 ? memchr(rest->p, '\n', rest->n) : NULL;
    struct sc_str line = {rest->p, end ? (size_t)(end - rest->p) + 1 : rest->n};

    rest->p += line.n;
    rest->n -= line.n;
    return line;
}

static size_t count_lines(struct sc_str head)
{
    size_t n = 0;

    while (next_line(&head).n > 0)
        n++;
    return n;
}

/* A line may lie there twice, for CURLOPT_HEADER. A last event and a piece that is cut in two may
 * come to a body. */
void sc_taped_sizes(const struct sc_reply_tape *tape, size_t *headers, size_t *text, size_t *due)
{
    *headers = count_lines(tape->head);
    *text = tape->head.n + tape->led_to.n + *headers * 2 + 2;
    *due = 2 * *headers + tape->n_pieces + 4;
}

/* "HTTP/2 200" */
static int version_of(struct sc_str line)
{
    char digit = line.n > 5 ? line.p[5] : '\0';

    if (digit == '3')
        return 30; /* CURL_HTTP_VERSION_3, which older headers do not have */
    if (digit == '2')
        return CURL_HTTP_VERSION_2_0;
    return line.n > 7 && line.p[7] == '0' ? CURL_HTTP_VERSION_1_0 : CURL_HTTP_VERSION_1_1;
}

/* A block begins with its status line: of the one before nothing is known any more. */
static void begin_block(struct sc_exchange *x, struct sc_str line, size_t at)
{
    struct sc_answer *a = x->shadow->answer;

    a->first_line = at;
    a->n_headers = 0;
    a->length = -1;
    a->version = version_of(line);
}

static int64_t number_in(struct sc_str value)
{
    int64_t n = 0;

    for (size_t i = 0; i < value.n && value.p[i] >= '0' && value.p[i] <= '9'; i++)
        n = n > INT64_MAX / 10 - 1 ? n : n * 10 + (value.p[i] - '0');
    return value.n > 0 && value.p[0] >= '0' && value.p[0] <= '9' ? n : -1;
}

static void note_header(struct sc_answer *a, struct sc_str line)
{
    const char *colon = memchr(line.p, ':', line.n);
    struct sc_str name = {line.p, colon ? (size_t)(colon - line.p) : 0}, value;

    if (name.n == 0)
        return;
    value = sc_str_trim((struct sc_str){colon + 1, line.n - name.n - 1});
    sc_made_header(a, name, value);
    if (sc_str_is(name, "content-length"))
        a->length = number_in(value);
    else if (sc_str_is(name, "retry-after"))
        a->retry_after_s = number_in(value) > 0 ? number_in(value) : 0;
}

static void hold_head(struct sc_exchange *x, const struct sc_reply_tape *tape)
{
    struct sc_answer *a = x->shadow->answer;
    struct sc_str rest = tape->head, line;
    bool begins = true;

    for (size_t at = 0; (line = next_line(&rest)).n > 0; at++) {
        sc_made_line(x, line.p, line.n);
        if (begins)
            begin_block(x, line, at);
        else
            note_header(a, line);
        begins = sc_is_empty_line(line.p, line.n);
    }
    x->body_start = x->hold.len;
    a->head_items = x->hold.n;
}

/* ---- the body -------------------------------------------------------------------------------- */

/* When the items that came to the hold are due. */
static void set_due(struct sc_exchange *x, int64_t ns)
{
    struct sc_answer *a = x->shadow->answer;

    while (a->n_due < x->hold.n)
        a->due[a->n_due++] = ns;
}

/* `len` bytes of it in its pieces. Returns when the last one of them comes. */
static int64_t hold_body(struct sc_exchange *x, const struct sc_reply *r, size_t len, int64_t from)
{
    const struct sc_reply_tape *tape = r->tape;
    int64_t last = from + (tape->paced ? tape->head_ns : 0);
    size_t at = 0;

    for (size_t i = 0; i < tape->n_pieces && at < len; i++) {
        size_t n = tape->pieces[i].n < len - at ? tape->pieces[i].n : len - at;

        sc_hold_push(&x->hold, SC_ITEM_BODY, 0, r->body + at, n);
        if (tape->paced && from + tape->pieces[i].ns > last)
            last = from + tape->pieces[i].ns;
        set_due(x, last);
        at += n;
    }
    return last;
}

/* How much of the body comes, and how it then ends. */
static size_t alter(struct sc_exchange *x, const struct sc_reply *r)
{
    struct sc_answer *a = x->shadow->answer;
    size_t n = sc_alter_until(x->alter, r->body, r->body_len, a->length);

    x->alter->seen = n;
    if (n == r->body_len)
        return n;
    x->alter->happened = true;
    a->code = sc_alter_code(x, a->error, sizeof a->error);
    return n;
}

static void end_altered(struct sc_exchange *x, int64_t at)
{
    struct sc_answer *a = x->shadow->answer;
    const struct sc_alter *how = x->alter;

    if (how->last_len > 0)
        sc_hold_push(&x->hold, SC_ITEM_BODY, 0, how->last, how->last_len);
    set_due(x, at);
    a->end_ns = at;
    if (how->end == SC_ALTER_STALL)
        a->end_ns = how->stall_ms >= 0 ? at + how->stall_ms * SC_NS_PER_MS : INT64_MAX;
}

static void keep_led_to(struct sc_answer *a, struct sc_str url)
{
    if (url.n == 0 || a->text_len + url.n + 1 > a->text_size)
        return;
    memcpy(a->text + a->text_len, url.p, url.n);
    a->led_to = a->text + a->text_len;
    a->text_len += url.n + 1;
}

void sc_taped_hold(struct sc_exchange *x, const struct sc_reply *r)
{
    const struct sc_reply_tape *tape = r->tape;
    struct sc_answer *a = x->shadow->answer;
    int64_t now = sc_now_ns(), last;
    size_t len = r->body_len;

    x->status = a->status = r->status;
    x->place = SC_IN_BODY;
    hold_head(x, tape);
    set_due(x, now + (tape->paced ? tape->head_ns : 0));
    a->no_body = sc_made_hides_body(x->shadow, r->status);
    x->content_length = a->length;
    if (a->no_body)
        len = 0;
    else if (x->alter)
        len = alter(x, r);
    last = hold_body(x, r, len, now);
    a->end_ns = tape->paced && now + tape->end_ns > last ? now + tape->end_ns : last;
    if (!a->no_body && x->alter && x->alter->happened)
        end_altered(x, last);
    x->body_len = a->body_len = x->hold.len - x->body_start;
    a->redirects = tape->redirects;
    keep_led_to(a, tape->led_to);
    if (a->end_ns <= now)
        a->due = NULL; /* all of it is there */
}

/* ---- in its time ----------------------------------------------------------------------------- */

static size_t count_due(const struct sc_answer *a, size_t from, size_t held, int64_t now)
{
    size_t n = from;

    while (n < held && (n >= a->n_due || a->due[n] <= now))
        n++;
    return n;
}

/* Of what is held the first n pieces have come. */
static CURLcode deliver_first(struct sc_exchange *x, size_t n)
{
    size_t held = x->hold.n;
    CURLcode rc;

    if (x->shadow->answer->reached_us == 0)
        x->shadow->answer->reached_us = (sc_now_ns() - x->play->start_ns) / 1000 + 1;
    x->hold.n = n;
    rc = sc_deliver_result(x, CURLE_OK);
    x->hold.n = held;
    return rc;
}

static CURLcode time_out(const struct sc_exchange *x)
{
    sc_say_timed_out(x->shadow, (sc_now_ns() - x->play->start_ns) / SC_NS_PER_MS,
                     x->play->delivered_body, x->content_length);
    return CURLE_OPERATION_TIMEDOUT;
}

static void sleep_until(int64_t ns)
{
    struct timespec ts = {.tv_sec = ns / SC_NS_PER_S, .tv_nsec = ns % SC_NS_PER_S};

    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL);
}

/* As libcurl waits for a server: progress goes on, and so does the program's time. */
static CURLcode await(struct sc_exchange *x, int64_t until)
{
    int64_t now;

    if (until > x->play->deadline_ns)
        until = x->play->deadline_ns;
    while ((now = sc_now_ns()) < until) {
        int64_t tick = now + TICK_MS * SC_NS_PER_MS;

        if (sc_program_progress(x, x->content_length > 0 ? x->content_length : 0,
                                (curl_off_t)x->play->delivered_body)) {
            sc_say_aborted(x->shadow);
            return CURLE_ABORTED_BY_CALLBACK;
        }
        sleep_until(tick < until ? tick : until);
    }
    return CURLE_OK;
}

CURLcode sc_taped_deliver(struct sc_exchange *x)
{
    struct sc_answer *a = x->shadow->answer;
    struct sc_playback *play = x->play;
    CURLcode rc = CURLE_OK;

    play->due_ns = 0;
    while (rc == CURLE_OK) {
        int64_t now = sc_now_ns(), next;
        size_t n = count_due(a, play->next, x->hold.n, now);

        if (n > play->next) {
            rc = deliver_first(x, n);
            if (rc != CURLE_OK || play->replay_paused)
                return rc;
        }
        next = n < x->hold.n ? a->due[n] : a->end_ns;
        if (next <= now)
            return CURLE_OK;
        if (now >= play->deadline_ns)
            return time_out(x);
        if (play->may_pause) {
            play->replay_paused = true;
            play->due_ns = next;
            return CURLE_OK;
        }
        rc = await(x, next);
    }
    return rc;
}
