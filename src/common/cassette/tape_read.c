/* tape_read.c - exchanges read; see tape.h. */
#include "cassette/tape.h"

#include <stdlib.h>
#include <string.h>

#include "cassette/base64.h"
#include "http/header.h"
#include "http/json.h"
#include "http/valid.h"

static bool fail(const char **why, const char *text)
{
    *why = text;
    return false;
}

static bool number(struct sc_str raw, int64_t *out)
{
    double value;
    size_t used;
    bool minus = raw.n > 0 && raw.p[0] == '-';

    if (!raw.p)
        return false;
    if (minus)
        raw = (struct sc_str){raw.p + 1, raw.n - 1};
    if (!sc_number(raw, &value, &used) || used != raw.n || value > 9e15)
        return false;
    *out = minus ? -(int64_t)value : (int64_t)value;
    return true;
}

static int64_t number_or(struct sc_str raw, int64_t otherwise)
{
    int64_t value;

    return number(raw, &value) ? value : otherwise;
}

static bool is_string(struct sc_str raw)
{
    return raw.p && raw.n >= 2 && raw.p[0] == '"' && raw.p[raw.n - 1] == '"';
}

/* ---- what it is found by --------------------------------------------------------------------- */

enum { VERSION, METHOD, URL, HASH, CODE, LOOKS };

bool sc_tape_look(struct sc_str line, struct sc_tape *t, const char **why)
{
    struct sc_json_want want[LOOKS] = {[VERSION] = {.path = "cassette"},
                                       [METHOD] = {.path = "request.method"},
                                       [URL] = {.path = "request.url"},
                                       [HASH] = {.path = "request.hash"},
                                       [CODE] = {.path = "answer.code"}};
    int64_t version = 0, code;

    *t = (struct sc_tape){.size = -1, .head_us = -1};
    if (line.n < 2 || line.p[0] != '{')
        return fail(why, "is no JSON object");
    if (line.p[line.n - 1] != '}')
        return fail(why, "is cut off");
    sc_json_pick(line.p, line.n, want, LOOKS);
    if (!number(want[VERSION].value, &version))
        return fail(why, "is no exchange");
    if (version != SC_TAPE_VERSION)
        return fail(why, "is of a later version");
    if (!is_string(want[METHOD].value) || !is_string(want[URL].value))
        return fail(why, "has no request");
    if (!number(want[CODE].value, &code))
        return fail(why, "has no answer");
    t->method = sc_json_inside(want[METHOD].value);
    t->url = sc_json_inside(want[URL].value);
    if (is_string(want[HASH].value))
        (void)sc_json_string(want[HASH].value, t->hash, sizeof t->hash);
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

/* While memory may move, texts are places in it. */
static struct sc_str place(size_t at, const struct sc_buf *memory)
{
    return (struct sc_str){(const char *)(uintptr_t)(at + 1), memory->n - at};
}

static bool add_bytes(struct sc_str raw, struct sc_buf *memory)
{
    struct sc_str encoded;

    if (is_string(raw)) {
        sc_buf_unescaped(memory, sc_json_inside(raw));
        return true;
    }
    encoded = raw.p ? sc_json_find(raw.p, raw.n, "base64") : raw;
    return is_string(encoded) && sc_base64_take(memory, sc_json_inside(encoded));
}

static bool take_bytes(struct sc_str raw, struct sc_buf *memory, struct sc_str *out)
{
    size_t at = memory->n;

    if (!raw.p)
        return true;
    if (!add_bytes(raw, memory))
        return false;
    *out = place(at, memory);
    return true;
}

static bool take_lines(struct sc_str raw, struct sc_buf *memory, bool ends, struct sc_str *out)
{
    struct sc_json_iter it;
    struct sc_str key, line;
    size_t at = memory->n;

    if (!raw.p)
        return true;
    if (raw.p[0] != '[' || !sc_json_enter(raw, &it))
        return false;
    while (sc_json_next(&it, &key, &line)) {
        if (!add_bytes(line, memory))
            return false;
        sc_buf_text(memory, "\r\n");
    }
    if (memory->n == at)
        return true;
    if (ends)
        sc_buf_text(memory, "\r\n");
    *out = place(at, memory);
    return true;
}

static bool take_piece(struct sc_str raw, struct sc_tape_piece *p)
{
    struct sc_json_iter it;
    struct sc_str key, us, n;
    int64_t bytes;

    if (raw.p[0] != '[' || !sc_json_enter(raw, &it) || !sc_json_next(&it, &key, &us) ||
        !sc_json_next(&it, &key, &n) || !number(us, &p->us) || !number(n, &bytes) || bytes < 0)
        return false;
    p->n = (size_t)bytes;
    return true;
}

/* Whatever they say, all of the body comes, and nothing more. */
static void fit_pieces(struct sc_tape *t)
{
    size_t sum = 0, n = 0;

    for (size_t i = 0; i < t->n_pieces; i++) {
        if (t->pieces[i].n == 0)
            continue;
        if (t->pieces[i].n > t->content.n - sum)
            t->pieces[i].n = t->content.n - sum;
        sum += t->pieces[i].n;
        t->pieces[n] = t->pieces[i];
        n += t->pieces[n].n > 0;
    }
    t->n_pieces = n;
    if (sum < t->content.n)
        t->pieces[t->n_pieces++] = (struct sc_tape_piece){t->us, t->content.n - sum};
}

static bool take_pieces(struct sc_str raw, struct sc_tape *t)
{
    struct sc_json_iter it, count;
    struct sc_str key, piece;
    size_t n = 0;

    if (raw.p && sc_json_enter(raw, &count))
        while (sc_json_next(&count, &key, &piece))
            n++;
    t->pieces = calloc(n + 1, sizeof *t->pieces);
    if (!t->pieces)
        return false;
    if (raw.p && raw.p[0] == '[' && sc_json_enter(raw, &it))
        while (t->n_pieces < n && sc_json_next(&it, &key, &piece)) {
            if (!take_piece(piece, &t->pieces[t->n_pieces]))
                return false;
            t->n_pieces++;
        }
    fit_pieces(t);
    return true;
}

enum {
    PROGRAM,
    TIME,
    ATTEMPTS,
    HEADERS,
    SIZE,
    BODY,
    ANSWER_CODE,
    ERROR,
    US,
    HEAD_US,
    REDIRECTS,
    LED_TO,
    HEAD,
    PIECES,
    CONTENT,
    WANTS
};

static const char *const paths[WANTS] = {
    [PROGRAM] = "program",
    [TIME] = "time",
    [ATTEMPTS] = "attempts",
    [HEADERS] = "request.headers",
    [SIZE] = "request.size",
    [BODY] = "request.body",
    [ANSWER_CODE] = "answer.code",
    [ERROR] = "answer.error",
    [US] = "answer.us",
    [HEAD_US] = "answer.head_us",
    [REDIRECTS] = "answer.redirects",
    [LED_TO] = "answer.url",
    [HEAD] = "answer.head",
    [PIECES] = "answer.pieces",
    [CONTENT] = "answer.body",
};

static bool take_numbers(const struct sc_json_want *want, struct sc_tape *t)
{
    int64_t code = number_or(want[ANSWER_CODE].value, -1);

    if (code < 0 || code > 1000)
        return false;
    t->code = (int)code;
    t->size = number_or(want[SIZE].value, -1);
    t->us = number_or(want[US].value, 0);
    t->head_us = number_or(want[HEAD_US].value, t->us);
    t->attempts = (int)number_or(want[ATTEMPTS].value, 1);
    t->redirects = (int)number_or(want[REDIRECTS].value, 0);
    return true;
}

static void take_time(struct sc_str raw, struct sc_tape *t)
{
    struct sc_str text = sc_json_inside(raw);

    if (!is_string(raw) || !sc_rfc3339(text, &t->time_ms))
        t->time_ms = 0;
}

static void settle_one(struct sc_str *s, const struct sc_buf *memory)
{
    if (s->p)
        s->p = sc_buf_view(memory).p + ((uintptr_t)s->p - 1);
}

static void settle(struct sc_tape *t, const struct sc_buf *memory)
{
    struct sc_str *const all[] = {&t->program, &t->method, &t->url,  &t->headers, &t->body,
                                  &t->error,   &t->led_to, &t->head, &t->content};

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        settle_one(all[i], memory);
}

bool sc_tape_read(struct sc_str line, struct sc_tape *t, struct sc_buf *memory, const char **why)
{
    struct sc_json_want want[WANTS];
    struct sc_str method, url;

    if (!sc_tape_look(line, t, why))
        return false;
    if (sc_json_check(line, NULL) != SC_JSON_GOOD)
        return fail(why, sc_json_fault_words(sc_json_check(line, NULL)));
    for (int i = 0; i < WANTS; i++)
        want[i] = (struct sc_json_want){.path = paths[i]};
    sc_json_pick(line.p, line.n, want, WANTS);
    method = (struct sc_str){t->method.p - 1, t->method.n + 2};
    url = (struct sc_str){t->url.p - 1, t->url.n + 2};
    memory->max = SC_TAPE_LINE_MAX;
    if (!take_numbers(want, t) || !take_bytes(method, memory, &t->method) ||
        !take_bytes(url, memory, &t->url) ||
        !take_bytes(want[PROGRAM].value, memory, &t->program) ||
        !take_lines(want[HEADERS].value, memory, false, &t->headers) ||
        !take_bytes(want[BODY].value, memory, &t->body) ||
        !take_bytes(want[ERROR].value, memory, &t->error) ||
        !take_bytes(want[LED_TO].value, memory, &t->led_to) ||
        !take_lines(want[HEAD].value, memory, true, &t->head) ||
        !take_bytes(want[CONTENT].value, memory, &t->content) ||
        !take_pieces(want[PIECES].value, t))
        return fail(why, "has a part that cannot be read");
    take_time(want[TIME].value, t);
    settle(t, memory);
    if (memory->failed)
        return fail(why, "is too long");
    return true;
}

void sc_tape_free(struct sc_tape *t, struct sc_buf *memory)
{
    free(t->pieces);
    t->pieces = NULL;
    t->n_pieces = 0;
    sc_buf_free(memory);
}
