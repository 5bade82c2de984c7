/* fake_table.h - the table of functions in libcurl's place, and what is kept of a transfer behind
 * it. See fake.h. */
#ifndef TESTS_WIRE_FAKE_TABLE_H
#define TESTS_WIRE_FAKE_TABLE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/call.h"
#include "handle/hooks.h"
#include "view/getinfo.h"
#include "wire/clock.h"
#include "wire/feed.h"
#include "wire/filter.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "wire/request.h"
#include "wire/response.h"
#include "wire/rewrite.h"

#ifndef CURL_WRITEFUNC_ERROR /* 7.87 */
#define CURL_WRITEFUNC_ERROR 0xFFFFFFFF
#endif

enum { FAKE_WAITING = 16, FAKE_CALLS = 64, FAKE_TEXT = 1 << 18, FAKE_ERROR = 256 };

enum { FAKE_BODY = 1, FAKE_HEADER = 2 }; /* whose callbacks a piece goes to */

/* A piece that was paused at. */
struct fake_piece {
    int to;
    char *p;
    size_t n;
};

/* One call of a callback of the program. */
struct fake_call {
    int to;
    size_t n, answer;
    long status;
    curl_off_t got, length;
    char type[48]; /* "": none */
};

struct fake {
    struct sc_libcurl real;
    struct sc_shadow *shadow;
    struct sc_exchange x;
    struct sc_request req;
    struct sc_playback play;

    /* In the handle. */
    curl_write_callback write, header;
    curl_read_callback read;
    curl_seek_callback seek;
    curl_ioctl_callback ioctl;
    curl_xferinfo_callback progress;
    void *write_arg, *header_arg, *read_arg, *seek_arg, *ioctl_arg, *progress_arg;
    long fail_on_error;
    const char *fields;
    curl_off_t fields_size;
    const struct curl_slist *headers;

    /* What getinfo says. */
    long status, protocol;
    curl_off_t got, length, coming_length;
    char type[48];

    /* libcurl's own state. */
    bool paused;
    struct fake_piece waiting[FAKE_WAITING];
    size_t n_waiting;
    CURLcode failed; /* a callback did not take its piece */

    /* The listener's answers, and what it was asked. */
    enum sc_final final; /* of what is no success */
    bool behind, good;
    int asked_behind, asked_head, asked_whole;
    char whole[4096]; /* the body that it saw the last time */

    /* The program. */
    struct fake_call calls[FAKE_CALLS];
    size_t n_calls;
    size_t answer_at, answer; /* to that call, counted from 1, it says this; 0: takes all */
    uint64_t pauses;          /* a seed: it pauses by chance; 0: never */
    bool lifts_at_once;       /* its progress callback lifts a pause, */
    bool aborts;              /* or ends the transfer */
    int n_progress;
    curl_off_t down, up;  /* what it was told the last time */
    char text[FAKE_TEXT]; /* what it took: "H:...", "B:..." at each change of kind */
    size_t text_n;
    int last_to;
    char error[FAKE_ERROR];
};

/* ---- chance ---------------------------------------------------------------------------------- */

/* 0 .. n - 1; the seed moves on. */
static inline size_t fake_below(uint64_t *seed, size_t n)
{
    *seed ^= *seed >> 12;
    *seed ^= *seed << 25;
    *seed ^= *seed >> 27;
    return (size_t)(*seed * UINT64_C(2685821657736338717) >> 33) % n;
}

/* ---- the table --------------------------------------------------------------------------------
 */

static CURLcode fake_setopt(CURL *easy, CURLoption option, ...)
{
    struct fake *f = easy;
    va_list ap;

    va_start(ap, option);
    switch (option) {
#define TAKE(option, member, type)    \
    case option:                      \
        f->member = va_arg(ap, type); \
        break;
        TAKE(CURLOPT_WRITEFUNCTION, write, curl_write_callback)
        TAKE(CURLOPT_WRITEDATA, write_arg, void *)
        TAKE(CURLOPT_HEADERFUNCTION, header, curl_write_callback)
        TAKE(CURLOPT_HEADERDATA, header_arg, void *)
        TAKE(CURLOPT_READFUNCTION, read, curl_read_callback)
        TAKE(CURLOPT_READDATA, read_arg, void *)
        TAKE(CURLOPT_SEEKFUNCTION, seek, curl_seek_callback)
        TAKE(CURLOPT_SEEKDATA, seek_arg, void *)
        TAKE(CURLOPT_IOCTLFUNCTION, ioctl, curl_ioctl_callback)
        TAKE(CURLOPT_IOCTLDATA, ioctl_arg, void *)
        TAKE(CURLOPT_XFERINFOFUNCTION, progress, curl_xferinfo_callback)
        TAKE(CURLOPT_XFERINFODATA, progress_arg, void *)
        TAKE(CURLOPT_FAILONERROR, fail_on_error, long)
        TAKE(CURLOPT_POSTFIELDS, fields, const char *)
        TAKE(CURLOPT_POSTFIELDSIZE_LARGE, fields_size, curl_off_t)
        TAKE(CURLOPT_INFILESIZE_LARGE, fields_size, curl_off_t)
        TAKE(CURLOPT_HTTPHEADER, headers, const struct curl_slist *)
#undef TAKE
    default:
        break;
    }
    va_end(ap);
    return CURLE_OK;
}

static CURLcode fake_getinfo(CURL *easy, CURLINFO info, ...)
{
    struct fake *f = easy;
    va_list ap;
    void *out;

    va_start(ap, info);
    out = va_arg(ap, void *);
    va_end(ap);
    switch (info) {
    case CURLINFO_RESPONSE_CODE:
        *(long *)out = f->status;
        break;
    case CURLINFO_PROTOCOL:
        *(long *)out = f->protocol;
        break;
    case CURLINFO_SIZE_DOWNLOAD_T:
        *(curl_off_t *)out = f->got;
        break;
    case CURLINFO_CONTENT_LENGTH_DOWNLOAD_T:
        *(curl_off_t *)out = f->length;
        break;
    case CURLINFO_CONTENT_TYPE:
        *(char **)out = f->type[0] ? f->type : NULL;
        break;
    default:
        break;
    }
    return CURLE_OK;
}

/* ---- the listener -----------------------------------------------------------------------------
 */

static bool fake_behind(struct sc_exchange *x)
{
    struct fake *f = x->owner;

    f->asked_behind++;
    return f->behind && x->status >= 400;
}

static enum sc_final fake_on_head(struct sc_exchange *x)
{
    struct fake *f = x->owner;

    f->asked_head++;
    return x->status / 100 == 2 ? SC_FINAL_SUCCESS : f->final;
}

static bool fake_whole(struct sc_exchange *x, const char *p, size_t n)
{
    struct fake *f = x->owner;
    struct sc_str held = sc_exchange_body(x);

    f->asked_whole++;
    snprintf(f->whole, sizeof f->whole, "%.*s%.*s", (int)held.n, held.p, (int)n, p);
    return f->good;
}

static const struct sc_listener fake_listener = {fake_behind, fake_on_head, fake_whole};

#endif
