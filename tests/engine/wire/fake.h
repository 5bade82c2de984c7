/*
 * fake.h - a table of functions in libcurl's place, and a program behind it, for tests of wire.
 *
 * The handle is a `struct fake`. What is set in it is kept, so that a test calls the trampolines as
 * libcurl would; getinfo answers what has come so far. Like libcurl 7.88, it cuts what comes into
 * pieces of 16 KiB, keeps what is paused at with all that comes behind it, bytes of one kind
 * joined, and gives that once more when the pause is lifted.
 *
 * The program writes down what it takes: runs of header and body bytes, and before each piece what
 * getinfo says.
 */
#ifndef TESTS_WIRE_FAKE_H
#define TESTS_WIRE_FAKE_H

#include "fake_table.h"

/* ---- the program ------------------------------------------------------------------------------
 */

static inline void fake_note(struct fake *f, int to, const char *p, size_t n)
{
    if (f->last_to != to)
        f->text_n += (size_t)sprintf(f->text + f->text_n, "%c:", to == FAKE_BODY ? 'B' : 'H');
    f->last_to = to;
    assert_true(f->text_n + n + 8 < sizeof f->text);
    memcpy(f->text + f->text_n, p, n);
    f->text_n += n;
    f->text[f->text_n] = '\0';
}

static inline void fake_ask_info(struct fake *f, struct fake_call *c)
{
    const char *type = NULL;

    sc_getinfo(f->shadow, CURLINFO_RESPONSE_CODE, &c->status);
    sc_getinfo(f->shadow, CURLINFO_SIZE_DOWNLOAD_T, &c->got);
    sc_getinfo(f->shadow, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &c->length);
    sc_getinfo(f->shadow, CURLINFO_CONTENT_TYPE, &type);
    snprintf(c->type, sizeof c->type, "%s", type ? type : "");
}

static size_t fake_program(struct fake *f, int to, const char *p, size_t n)
{
    struct fake_call call = {.to = to, .n = n, .answer = n};

    fake_ask_info(f, &call);
    if (f->n_calls + 1 == f->answer_at)
        call.answer = f->answer;
    else if (f->pauses && fake_below(&f->pauses, 3) == 0)
        call.answer = CURL_WRITEFUNC_PAUSE;
    if (f->n_calls < FAKE_CALLS)
        f->calls[f->n_calls] = call;
    f->n_calls++;
    if (call.answer == n)
        fake_note(f, to, p, n);
    return call.answer;
}

static size_t fake_on_body(char *p, size_t size, size_t n, void *arg)
{
    return fake_program(arg, FAKE_BODY, p, size * n);
}

static size_t fake_on_header(char *p, size_t size, size_t n, void *arg)
{
    return fake_program(arg, FAKE_HEADER, p, size * n);
}

/* curl_easy_pause, as drive/pause.c has it while libcurl does not have the transfer. */
static inline void fake_unpause(struct fake *f)
{
    f->play.recv_paused = false;
    f->play.recv_withheld = false;
    f->play.send_stopped = false;
    f->play.send_withheld = false;
    f->play.unpaused = true;
    sc_clock_paused(&f->x);
}

static int fake_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                            curl_off_t ulnow)
{
    struct fake *f = arg;

    (void)dltotal, (void)ultotal;
    f->down = dlnow;
    f->up = ulnow;
    f->n_progress++;
    if (f->lifts_at_once)
        fake_unpause(f);
    return f->aborts;
}

/* ---- a call -----------------------------------------------------------------------------------
 */

/* A POST that asks a model; the program's callbacks and all of ours are in. */
static inline struct fake *fake_new(enum sc_provider provider)
{
    struct fake *f = calloc(1, sizeof *f);

    assert_non_null(f);
    f->real = (struct sc_libcurl){
        .version_num = 0x075801, .easy_setopt = fake_setopt, .easy_getinfo = fake_getinfo};
    f->shadow = sc_shadow_new(f, &f->real);
    assert_non_null(f->shadow);
    f->shadow->o.write_fn = fake_on_body;
    f->shadow->o.header_fn = fake_on_header;
    f->shadow->o.write_data = f->shadow->o.header_data = f;
    f->shadow->o.xferinfo_fn = fake_on_progress;
    f->shadow->o.progress_data = f;
    f->shadow->o.error_buffer = f->error;
    f->shadow->o.method = SC_METHOD_POST;
    f->shadow->asked.path = (struct sc_str){"/v1/chat", 8};
    f->shadow->exchange = &f->x;
    f->final = SC_FINAL_OPEN;
    f->protocol = CURLPROTO_HTTPS;
    sc_request_init(&f->req);
    sc_upload_init(&f->req.upload, 65536, 1 << 20);
    f->req.kind = SC_REQUEST_GENERATES;
    f->play.deadline_ns = SC_NEVER;
    f->x = (struct sc_exchange){.shadow = f->shadow,
                                .req = &f->req,
                                .play = &f->play,
                                .listener = &fake_listener,
                                .owner = f,
                                .provider = provider,
                                .wants = {.success_max = 1 << 20, .failure_max = 1 << 16}};
    sc_exchange_restart(&f->x);
    sc_response_install(f->shadow);
    return f;
}

static inline void fake_drop_waiting(struct fake *f)
{
    for (size_t i = 0; i < f->n_waiting; i++)
        free(f->waiting[i].p);
    f->n_waiting = 0;
    f->paused = false;
}

static inline void fake_free(struct fake *f)
{
    fake_drop_waiting(f);
    sc_exchange_free(&f->x);
    sc_hold_free(&f->x.hold);
    sc_request_free(&f->req);
    sc_shadow_free(f->shadow);
    free(f);
}

/* The attempt before is forgotten: another one begins, on a connection of its own. */
static inline void fake_again(struct fake *f)
{
    fake_drop_waiting(f);
    sc_exchange_restart(&f->x);
    f->status = 0;
    f->type[0] = '\0';
    f->got = f->length = 0;
    f->failed = CURLE_OK;
    f->fail_on_error = f->shadow->o.fail_on_error;
}

/* ---- what comes -------------------------------------------------------------------------------
 */

static inline void fake_wait(struct fake *f, int to, const char *p, size_t n)
{
    struct fake_piece *w = f->n_waiting > 0 ? &f->waiting[f->n_waiting - 1] : NULL;

    f->paused = true;
    if (!w || w->to != to) {
        assert_true(f->n_waiting < FAKE_WAITING);
        w = &f->waiting[f->n_waiting++];
        *w = (struct fake_piece){.to = to};
    }
    w->p = realloc(w->p, w->n + n);
    assert_non_null(w->p);
    memcpy(w->p + w->n, p, n);
    w->n += n;
}

static inline size_t fake_call_back(struct fake *f, int to, const char *p, size_t n)
{
    char *own = (char *)(uintptr_t)p;

    return to == FAKE_BODY ? f->write(own, 1, n, f->write_arg)
                           : f->header(own, 1, n, f->header_arg);
}

/* libcurl's chop_write. */
static inline void fake_give(struct fake *f, int to, const char *p, size_t n)
{
    const char *line = p;
    size_t line_n = n;

    while ((to & FAKE_BODY) && n > 0 && f->failed == CURLE_OK) {
        size_t len = n < CURL_MAX_WRITE_SIZE ? n : CURL_MAX_WRITE_SIZE;
        size_t took = fake_call_back(f, FAKE_BODY, p, len);

        if (took == CURL_WRITEFUNC_PAUSE) {
            fake_wait(f, to, p, n);
            return;
        }
        if (took != len)
            f->failed = CURLE_WRITE_ERROR;
        p += len;
        n -= len;
    }
    if ((to & FAKE_HEADER) && f->failed == CURLE_OK) {
        size_t took = fake_call_back(f, FAKE_HEADER, line, line_n);

        if (took == CURL_WRITEFUNC_PAUSE)
            fake_wait(f, FAKE_HEADER, line, line_n);
        else if (took != line_n)
            f->failed = CURLE_WRITE_ERROR;
    }
}

/* In memory of its own size, so that a tool sees who reads beyond it. */
static inline void fake_write(struct fake *f, int to, const char *p, size_t n)
{
    char *own;

    if (f->failed != CURLE_OK || n == 0)
        return;
    if (f->paused) {
        fake_wait(f, to, p, n);
        return;
    }
    own = malloc(n);
    assert_non_null(own);
    memcpy(own, p, n);
    fake_give(f, to, own, n);
    free(own);
}

/* What libcurl knows of a header line by the time of its callback. */
static inline void fake_parse(struct fake *f, const char *line)
{
    if (strncmp(line, "HTTP/", 5) == 0) {
        f->status = strtol(strchr(line, ' '), NULL, 10);
        f->coming_length = -1;
    } else if (strncasecmp(line, "content-type: ", 14) == 0) {
        snprintf(f->type, sizeof f->type, "%.*s", (int)strcspn(line + 14, "\r\n"), line + 14);
    } else if (strncasecmp(line, "content-length: ", 16) == 0) {
        f->coming_length = strtoll(line + 16, NULL, 10);
    } else if (strcmp(line, "\r\n") == 0) {
        f->length = f->coming_length;
    }
}

/* Header lines, each to its end: a block, or a part of one. */
static inline void fake_head(struct fake *f, const char *lines)
{
    char line[1024];

    while (*lines && f->failed == CURLE_OK) {
        size_t n = strcspn(lines, "\n") + 1;

        snprintf(line, sizeof line, "%.*s", (int)n, lines);
        fake_parse(f, line);
        fake_write(f, FAKE_HEADER | (f->shadow->o.include_header ? FAKE_BODY : 0), line, n);
        lines += n;
    }
}

static inline void fake_body(struct fake *f, const char *p, size_t n)
{
    if (f->failed != CURLE_OK)
        return;
    f->got += (curl_off_t)n;
    fake_write(f, FAKE_BODY, p, n);
}

static inline void fake_text(struct fake *f, const char *text)
{
    fake_body(f, text, strlen(text));
}

/* The program lifts its pause: what waits comes once more. */
static inline void fake_resume(struct fake *f)
{
    struct fake_piece waiting[FAKE_WAITING];
    size_t n = f->n_waiting;

    fake_unpause(f);
    memcpy(waiting, f->waiting, sizeof waiting);
    f->n_waiting = 0;
    f->paused = false;
    for (size_t i = 0; i < n; i++) {
        if (f->paused)
            fake_wait(f, waiting[i].to, waiting[i].p, waiting[i].n);
        else if (f->failed == CURLE_OK)
            fake_give(f, waiting[i].to, waiting[i].p, waiting[i].n);
        free(waiting[i].p);
    }
}

/* The transfer is over, and the call with it: what the program's perform returns. */
static inline CURLcode fake_end(struct fake *f, CURLcode rc)
{
    while (f->paused && f->failed == CURLE_OK)
        fake_resume(f);
    return sc_deliver_result(&f->x, f->failed ? f->failed : rc);
}

/* ---- what the program has ---------------------------------------------------------------------
 */

#define assert_shown(f, expected) assert_string_equal((f)->text, (expected))

#define HEAD_JSON(length) "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n" length "\r\n"
#define HEAD_SSE "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"

#endif
