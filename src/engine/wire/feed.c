/* feed.c - the upload side: the program's read callback behind a spool. */
#include <stdio.h>

#include "handle/hooks.h"
#include "wire/feed.h"
#include "wire/clock.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "wire/rewrite.h"

static size_t next_piece(struct sc_exchange *x, char *p, size_t size, size_t n);

/* What is held may be what makes the program lift its pause: let go of it first, and if that
 * lifted the pause, ask again. What comes while the pause lasts is not held either. */
static size_t paused(struct sc_exchange *x, char *p, size_t size, size_t n)
{
    size_t verdict;

    x->play->unpaused = false;
    x->send_paused = true;
    x->play->send_stopped = true;
    x->play->send_withheld = false;
    sc_clock_paused(x);
    if (x->phase == SC_HOLDING && x->hold.n > 0 && !x->wants.translation &&
        !sc_deliver_held(x, &verdict))
        x->phase = SC_RELEASING;
    return x->play->unpaused ? next_piece(x, p, size, n) : CURL_READFUNC_PAUSE;
}

/* What the program said when it was asked ahead of time; 0: nothing that still holds. */
static size_t told_before(struct sc_exchange *x)
{
    size_t told = x->req->upload.pending;

    x->req->upload.pending = 0;
    return told == CURL_READFUNC_PAUSE && x->play->unpaused ? 0 : told;
}

static size_t next_piece(struct sc_exchange *x, char *p, size_t size, size_t n)
{
    size_t got;

    if (x->req->rewrite.bytes)
        return sc_rewrite_take(&x->req->rewrite, p, size * n);
    got = sc_upload_take(&x->req->upload, p, size * n);
    if (got > 0)
        return got;
    if (x->req->upload.ended && !x->req->upload.lost)
        return 0;
    if (x->play->send_withheld) /* libcurl would not ask */
        return paused(x, p, size, n);
    got = told_before(x);
    if (got == 0)
        got = sc_program_read(x->shadow, p, size, n);
    if (got == CURL_READFUNC_PAUSE)
        return paused(x, p, size, n);
    x->send_paused = false;
    if (got <= size * n)
        sc_upload_keep(&x->req->upload, p, got);
    return got;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    struct sc_exchange *x = s->exchange;
    int64_t from;
    size_t got;

    if (!x)
        return sc_program_read(s, p, size, n);
    from = sc_clock_aside(x);
    got = next_piece(x, p, size, n);
    sc_clock_back(x, from);
    return got;
}

/* What is sent lies in memory: the program's source has nothing to do with it. */
static int seek_rewritten(struct sc_rewrite *r, curl_off_t offset, int origin)
{
    if (origin != SEEK_SET || offset < 0 || (uint64_t)offset > r->n)
        return CURL_SEEKFUNC_CANTSEEK;
    r->pos = (size_t)offset;
    return CURL_SEEKFUNC_OK;
}

static int seek_program(const struct sc_shadow *s, curl_off_t offset, int origin)
{
    if (s->o.seek_fn)
        return s->o.seek_fn(s->o.seek_data, offset, origin);
    if (offset != 0)
        return CURL_SEEKFUNC_CANTSEEK; /* as without a seek function: libcurl reads up to there */
    return fseek(s->o.read_data, 0, SEEK_SET) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
}

/* libcurl wants to rewind within one perform (a redirect, an auth round, a dead connection) or to
 * skip to where an upload resumes: the program's own source moves, so the copy starts anew. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct sc_shadow *s = arg;
    struct sc_request *r = s->exchange ? s->exchange->req : NULL;
    int rc;

    if (r && r->rewrite.bytes)
        return seek_rewritten(&r->rewrite, offset, origin);
    if (r && r->rewinds && offset == 0 && origin == SEEK_SET) {
        r->upload.pos = 0;
        return r->upload.lost ? CURL_SEEKFUNC_CANTSEEK : CURL_SEEKFUNC_OK;
    }
    rc = seek_program(s, offset, origin);
    if (rc == CURL_SEEKFUNC_OK && r)
        sc_upload_restart(&r->upload);
    return rc;
}

static curlioerr on_ioctl(CURL *easy, int command, void *arg)
{
    struct sc_shadow *s = arg;
    struct sc_request *r = s->exchange ? s->exchange->req : NULL;
    curlioerr rc;

    if (r && r->rewrite.bytes) {
        r->rewrite.pos = 0;
        return command == CURLIOCMD_RESTARTREAD ? CURLIOE_OK : CURLIOE_UNKNOWNCMD;
    }
    rc = s->o.ioctl_fn ? s->o.ioctl_fn(easy, command, s->o.ioctl_data) : CURLIOE_UNKNOWNCMD;
    if (rc == CURLIOE_OK && r)
        sc_upload_restart(&r->upload);
    return rc;
}

void sc_feed_install_seek(struct sc_shadow *s)
{
    sc_hook_in(s, SC_HOOK_SEEK, (sc_trampoline *)on_seek);
}

void sc_feed_install(struct sc_shadow *s)
{
    sc_hook_in(s, SC_HOOK_READ, (sc_trampoline *)on_read);
    /* Without a seek or ioctl function libcurl rewinds a FILE* read by fread itself; with our
     * read function it no longer sees that it could, so on_seek does it. */
    if (s->o.seek_fn || (!s->o.ioctl_fn && !s->o.read_fn))
        sc_feed_install_seek(s);
    else if (s->o.ioctl_fn)
        sc_hook_in(s, SC_HOOK_IOCTL, (sc_trampoline *)on_ioctl);
}
