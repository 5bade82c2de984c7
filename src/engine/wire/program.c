/* program.c - see program.h. */
#include "wire/program.h"

#include <stdio.h>

#include "handle/hooks.h"
#include "handle/progress.h"
#include "process/runtime.h"
#include "wire/alter.h"
#include "wire/clock.h"

static size_t give_body(const struct sc_shadow *s, char *p, size_t n)
{
    if (s->o.write_fn)
        return s->o.write_fn(p, 1, n, s->o.write_data);
    return fwrite(p, 1, n, s->o.write_data);
}

static void keep_piece(struct sc_record *r, const char *p, size_t n)
{
    int64_t piece[2];

    for (; r; r = r->next) {
        sc_buf_add(&r->bytes, p, n);
        if (!r->times)
            continue;
        piece[0] = sc_now_ns();
        piece[1] = (int64_t)r->bytes.n;
        sc_buf_add(r->times, (const char *)piece, sizeof piece);
    }
}

static void forget_piece(struct sc_record *r, size_t n)
{
    for (; r; r = r->next) {
        if (!r->bytes.failed)
            r->bytes.n -= n;
        if (r->times && !r->times->failed)
            r->times->n -= 2 * sizeof(int64_t);
    }
}

/* The program may write into what it is given: the copy comes first. */
size_t sc_program_body(const struct sc_shadow *s, char *p, size_t n)
{
    struct sc_exchange *x = s->exchange;
    struct sc_record *record = x ? x->wants.record : NULL;
    size_t taken;

    if (!record || x->play->is_head_copy)
        return give_body(s, p, n);
    keep_piece(record, p, n);
    taken = give_body(s, p, n);
    if (taken != n && s->exchange == x && x->wants.record == record)
        forget_piece(record, n); /* it comes again, or never */
    return taken;
}

/* Without a header function, but with header data, libcurl calls the write function with it. */
size_t sc_program_header(const struct sc_shadow *s, char *p, size_t n)
{
    if (s->o.header_fn)
        return s->o.header_fn(p, 1, n, s->o.header_data);
    if (!s->o.header_data)
        return n;
    if (s->o.write_fn)
        return s->o.write_fn(p, 1, n, s->o.header_data);
    return fwrite(p, 1, n, s->o.header_data);
}

size_t sc_program_read(const struct sc_shadow *s, char *p, size_t size, size_t n)
{
    if (s->o.read_fn)
        return s->o.read_fn(p, size, n, s->o.read_data);
    return fread(p, size, n, s->o.read_data);
}

/* ---- progress ------------------------------------------------------------------------------ */

bool sc_program_progress(struct sc_exchange *x, curl_off_t dltotal, curl_off_t dlnow)
{
    struct sc_playback *play = x->play;
    int rc;

    if (!sc_progress_wanted(x->shadow))
        return false;
    play->in_callback = true;
    rc = sc_progress_call(x->shadow, dltotal, dlnow, play->told.up_total, play->told.up);
    play->in_callback = false;
    return rc != 0 && rc != CURL_PROGRESSFUNC_CONTINUE;
}

static void keep_most(curl_off_t *most, curl_off_t *now)
{
    if (*now > *most)
        *most = *now;
    *now = *most;
}

/* A failure that is held may never be shown: what came of it is told once it is. */
static void keep_failure(struct sc_exchange *x, curl_off_t *total, curl_off_t *now)
{
    struct sc_progress_told *told = &x->play->told;

    told->owed = x->phase == SC_HOLDING && x->status >= 400 && (*total > 0 || *now > 0);
    if (!told->owed)
        return;
    told->down_total = *total;
    told->down = *now;
    *total = *now = 0;
}

/* The program's part of it. */
static int pass_progress(struct sc_exchange *x, curl_off_t dltotal, curl_off_t dlnow,
                         curl_off_t ultotal, curl_off_t ulnow)
{
    int64_t from;
    int rc;

    keep_most(&x->play->told.up_total, &ultotal);
    keep_most(&x->play->told.up, &ulnow);
    keep_failure(x, &dltotal, &dlnow);
    from = sc_clock_aside(x);
    rc = sc_progress_call(x->shadow, dltotal, dlnow, ultotal, ulnow);
    sc_clock_back(x, from);
    return rc;
}

int sc_on_progress(void *arg, curl_off_t dltotal, curl_off_t dlnow, curl_off_t ultotal,
                   curl_off_t ulnow)
{
    struct sc_shadow *s = arg;
    struct sc_exchange *x = s->exchange;

    if (x && (x->bound = sc_clock_broken(x)) != NULL)
        return 1;
    if (x && x->alter && sc_alter_is_over(x->alter, sc_now_ns()))
        return 1;
    if (s->o.no_progress)
        return 0;
    if (!x)
        return sc_progress_call(s, dltotal, dlnow, ultotal, ulnow);
    return pass_progress(x, dltotal, dlnow, ultotal, ulnow);
}
