/* feed.c - the upload side: the program's read callback behind a spool. */
#include <stdio.h>

#include "wire/feed.h"

#include "wire/playback.h"
#include "handle/hooks.h"
#include "wire/request.h"
#include "call/transfer.h"
#include "stage/watchdog.h"

size_t sc_feed_from_program(struct sc_shadow *s, char *p, size_t size, size_t n)
{
    if (s->o.read_fn)
        return s->o.read_fn(p, size, n, s->o.read_data);
    return fread(p, size, n, s->o.read_data);
}

static size_t next_piece(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t size,
                         size_t n);

/* What is held may be what makes the program lift its pause: let go of it first, and if that
 * lifted the pause, ask again. What comes while the pause lasts is not held either. */
static size_t paused(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t size, size_t n)
{
    size_t verdict;

    t->unpaused = false;
    t->send_paused = true;
    t->send_stopped = true;
    t->send_withheld = false;
    sc_watchdog_paused(t);
    if (t->phase == SC_HOLDING && t->hold.n > 0 && !sc_deliver_held(s, t, &verdict))
        t->phase = SC_RELEASING;
    return t->unpaused ? next_piece(s, t, p, size, n) : CURL_READFUNC_PAUSE;
}

/* What the program said when it was asked ahead of time; 0: nothing that still holds. */
static size_t told_before(struct sc_transfer *t)
{
    size_t told = t->upload.pending;

    t->upload.pending = 0;
    return told == CURL_READFUNC_PAUSE && t->unpaused ? 0 : told;
}

static size_t next_piece(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t size, size_t n)
{
    size_t got;

    if (t->rewrite.bytes)
        return sc_rewrite_take(&t->rewrite, p, size * n);
    got = sc_upload_take(&t->upload, p, size * n);
    if (got > 0)
        return got;
    if (t->upload.ended && !t->upload.lost)
        return 0;
    if (t->send_withheld) /* libcurl would not ask */
        return paused(s, t, p, size, n);
    got = told_before(t);
    if (got == 0)
        got = sc_feed_from_program(s, p, size, n);
    if (got == CURL_READFUNC_PAUSE)
        return paused(s, t, p, size, n);
    t->send_paused = false;
    if (got <= size * n)
        sc_upload_keep(&t->upload, p, got);
    return got;
}

static size_t on_read(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    int64_t from = sc_watchdog_aside(s);
    size_t got;

    got =
        s->transfer ? next_piece(s, s->transfer, p, size, n) : sc_feed_from_program(s, p, size, n);
    sc_watchdog_back(s, from);
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

/* libcurl wants to rewind within one perform (a redirect, an auth round, a dead connection) or to
 * skip to where an upload resumes: the program's own source moves, so the copy starts anew. */
static int on_seek(void *arg, curl_off_t offset, int origin)
{
    struct sc_shadow *s = arg;
    int rc;

    if (s->transfer && s->transfer->rewrite.bytes)
        return seek_rewritten(&s->transfer->rewrite, offset, origin);
    if (s->transfer && s->transfer->rewinds && offset == 0 && origin == SEEK_SET) {
        s->transfer->upload.pos = 0;
        return s->transfer->upload.lost ? CURL_SEEKFUNC_CANTSEEK : CURL_SEEKFUNC_OK;
    }
    if (s->o.seek_fn)
        rc = s->o.seek_fn(s->o.seek_data, offset, origin);
    else if (offset != 0)
        rc = CURL_SEEKFUNC_CANTSEEK; /* as without a seek function: libcurl reads up to there */
    else
        rc = fseek(s->o.read_data, 0, SEEK_SET) == 0 ? CURL_SEEKFUNC_OK : CURL_SEEKFUNC_FAIL;
    if (rc == CURL_SEEKFUNC_OK && s->transfer)
        sc_upload_restart(&s->transfer->upload);
    return rc;
}

static curlioerr on_ioctl(CURL *easy, int command, void *arg)
{
    struct sc_shadow *s = arg;
    curlioerr rc;

    if (s->transfer && s->transfer->rewrite.bytes) {
        s->transfer->rewrite.pos = 0;
        return command == CURLIOCMD_RESTARTREAD ? CURLIOE_OK : CURLIOE_UNKNOWNCMD;
    }
    rc = s->o.ioctl_fn ? s->o.ioctl_fn(easy, command, s->o.ioctl_data) : CURLIOE_UNKNOWNCMD;

    if (rc == CURLIOE_OK && s->transfer)
        sc_upload_restart(&s->transfer->upload);
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
