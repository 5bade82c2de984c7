/*
 * response.c - the response side: the trampolines, and the decision when to commit.
 *
 * Pieces come in libcurl's order: header blocks (of proxies, 1xx, redirects, auth rounds, the
 * final one), then the body, then trailers; with CURLOPT_HEADER each header line goes to the body
 * callback first. Nothing is shown until the final block is complete. What happens then depends on
 * it: success of a type without a retryable middle and failures that nothing can change commit at
 * once; JSON is held to its end, a stream to its first output, a failure until the decision.
 */
#include "wire/response.h"

#include <stdio.h>
#include <string.h>

#include "handle/hooks.h"
#include "handle/mark.h"
#include "http/name.h"
#include "process/runtime.h"
#include "provider/ratelimit.h"
#include "provider/tier.h"
#include "wire/alter.h"
#include "wire/clock.h"
#include "wire/commit.h"
#include "wire/filter.h"
#include "wire/kind.h"
#include "wire/playback.h"
#include "wire/program.h"
#include "wire/relay.h"
#include "wire/request.h"

#define HTTP_PROTOCOLS (CURLPROTO_HTTP | CURLPROTO_HTTPS)

static long info_long(const struct sc_exchange *x, CURLINFO info)
{
    long v = 0;

    x->shadow->real->easy_getinfo(x->shadow->easy, info, &v);
    return v;
}

/* libcurl may have been led elsewhere by a redirect; never in the middle of a response. */
static bool speaks_http(const struct sc_exchange *x)
{
    long protocol;

    if (x->place == SC_IN_BLOCK || x->place == SC_IN_BODY ||
        (x->place == SC_BEFORE && !x->shadow->o.follow))
        return true;
    protocol = info_long(x, CURLINFO_PROTOCOL);
    return protocol == 0 || (protocol & HTTP_PROTOCOLS) != 0;
}

/* ---- the decision -------------------------------------------------------------------------- */

/* FAILONERROR drops the body, and with it what tells a rate limit from an empty account, or (where
 * a server says 500 to what the caller did wrong) whether to try again. For the statuses where that
 * matters it is switched off for this response and applied by ourselves. */
static void look_behind_fail_on_error(struct sc_exchange *x)
{
    struct sc_shadow *s = x->shadow;

    if (x->fail_suppressed) /* of the block before: a round of authentication */
        s->real->easy_setopt(s->easy, CURLOPT_FAILONERROR, 1L);
    x->fail_suppressed = false;
    if (!s->o.fail_on_error || !sc_exchange_is_worth_holding(x) || sc_exchange_holds_nothing(x) ||
        !x->listener->behind_fail_on_error(x))
        return;
    s->real->easy_setopt(s->easy, CURLOPT_FAILONERROR, 0L);
    x->fail_suppressed = true;
}

/* What libcurl has counted as downloaded: nothing of a body comes between the lines of a block, and
 * who sees none of them cannot ask. */
static curl_off_t got_so_far(const struct sc_exchange *x)
{
    const struct sc_item *last = x->hold.n > 0 ? &x->hold.items[x->hold.n - 1] : NULL;
    curl_off_t got = 0;

    if (x->place == SC_IN_BLOCK && !sc_program_hears_headers(x->shadow))
        return 0;
    if (x->place == SC_IN_BLOCK && last && last->block == x->block && last->kind == SC_ITEM_HEADER)
        return last->got;
    x->shadow->real->easy_getinfo(x->shadow->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    return got;
}

static inline size_t keep(struct sc_exchange *x, enum sc_item_kind kind, const char *p, size_t n)
{
    curl_off_t got = got_so_far(x);

    if (!sc_hold_push(&x->hold, kind, x->block, p, n))
        return 0;
    x->hold.items[x->hold.n - 1].got = got;
    return n;
}

/* One line more at the end of the held head, before its empty line, which has just come. */
static void add_mark(struct sc_exchange *x)
{
    struct sc_hold *h = &x->hold;
    struct sc_item end = h->items[h->n - 1];
    char line[320], empty[4];
    int n = snprintf(line, sizeof line, "%s: %s\r\n", sc_mark_name, x->shadow->mark->text);
    int last = x->shadow->o.include_header ? 1 : 0; /* a copy for the body goes before it */

    if (n < 0 || (size_t)n >= sizeof line || end.len >= sizeof empty)
        return;
    memcpy(empty, h->bytes + h->len - end.len, end.len);
    for (int i = 0; i <= last; i++)
        sc_hold_pop(h);
    for (int i = 0; i <= last; i++)
        keep(x, i < last ? SC_ITEM_BODY : SC_ITEM_HEADER, line, (size_t)n);
    for (int i = 0; i <= last; i++)
        keep(x, i < last ? SC_ITEM_BODY : SC_ITEM_HEADER, empty, end.len);
    x->shadow->mark->added = (size_t)n;
    x->body_start = h->len;
}

/* The final header block is complete. True: hold the body; false: commit. */
static bool hold_final(struct sc_exchange *x)
{
    enum sc_final final = x->listener->head(x);
    bool useful =
        sc_exchange_is_worth_holding(x) && !sc_exchange_holds_nothing(x) && !x->req->upload.lost;

    if (final == SC_FINAL_SUCCESS && x->shadow->mark && x->hold.n > 0)
        add_mark(x);

    if (final == SC_FINAL_SUCCESS && x->wants.translation && !x->wants.whole) {
        sc_kind_by_type(x);
        return true;
    }
    if (final == SC_FINAL_SUCCESS && x->wants.whole) {
        x->mode = SC_HOLD_JSON; /* a part of an answer, whatever it looks like */
        if (x->encoded)
            x->content_length = -1;
        return true;
    }
    if (final == SC_FINAL_SUCCESS)
        return sc_kind_by_type(x) && useful;
    x->mode = SC_HOLD_FAILURE;
    return useful && (final == SC_FINAL_OPEN || x->wants.last || x->fail_suppressed ||
                      sc_exchange_may_change(x));
}

/* Whether libcurl may go on to another response after this block. */
static bool may_go_on(const struct sc_exchange *x, int status)
{
    if (status < 200)
        return true; /* 1xx; a proxy's CONNECT answer shows as 0 here */
    if (status < 300)
        return false;
    if (status < 400)
        return x->shadow->o.follow;
    return status == 401 || status == 407 || status == 417;
}

/* ---- holding --------------------------------------------------------------------------------- */

/* libcurl's own CURLINFO knows the length at its line, or (as 7.88 does) at the last line only. */
static bool tells_length_early(const struct sc_shadow *s, const char *p, size_t n)
{
    static const char name[] = "content-length:";
    curl_off_t known = -1;

    if (s->real->version_num >= 0x075800 || n < sizeof name ||
        !sc_name_is(p, name, sizeof name - 1))
        return false;
    s->real->easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &known);
    return known >= 0;
}

/* The number in n bytes that need not end in anything; beyond all sizes: a huge one; none: -1. */
static curl_off_t number_in(const char *p, size_t n)
{
    const curl_off_t most = INT64_MAX / 10 - 1;
    curl_off_t value = 0;

    for (; n > 0 && (*p == ' ' || *p == '\t'); p++, n--)
        ;
    if (n == 0 || *p < '0' || *p > '9')
        return -1;
    for (; n > 0 && *p >= '0' && *p <= '9'; p++, n--)
        value = value > most ? value : value * 10 + (*p - '0');
    return value;
}

/* What says when the body is complete. */
static void note_length(struct sc_exchange *x, const char *p, size_t n)
{
    static const char length[] = "content-length:", encoding[] = "content-encoding:";

    if (n >= sizeof length && sc_name_is(p, length, sizeof length - 1))
        x->content_length = number_in(p + sizeof length - 1, n - (sizeof length - 1));
    else if (n >= sizeof encoding && sc_name_is(p, encoding, sizeof encoding - 1))
        x->encoded = !sc_str_is(
            sc_str_trim((struct sc_str){p + sizeof encoding - 1, n - (sizeof encoding - 1)}),
            "identity");
}

/* What a line says to us; most lines nothing, by their first letter. */
static void note_line(struct sc_exchange *x, const char *p, size_t n)
{
    if (n == 0)
        return;
    if ((*p | 32) == 'c')
        note_length(x, p, n);
    else if ((*p | 32) == 'x')
        sc_tier_header(x->provider, p, n, x->usage.tier, sizeof x->usage.tier);
    /* Only where somebody wants to know: most policies set their own limits, or none. */
    if (x->wants.limit_headers && sc_ratelimit_may_be(p, n))
        x->tells_limits = true;
}

/* ---- header lines ---------------------------------------------------------------------------- */

/* With CURLOPT_HEADER the body callback gets the line first, at the same address. */
static bool is_copy_of_pending(const struct sc_exchange *x, const char *p, size_t n)
{
    return x->pending == p && x->pending_len == n;
}

static void begin_block(struct sc_exchange *x, size_t copied)
{
    if (x->place == SC_UNDECIDED)
        x->block++;
    if (copied && x->hold.n > 0)
        x->hold.items[x->hold.n - 1].block = (uint16_t)x->block;
    x->place = SC_IN_BLOCK;
    x->content_length = -1;
    x->encoded = false;
    x->tells_limits = false;
    x->block_start = x->hold.len - copied;
    x->status = (int)info_long(x, CURLINFO_RESPONSE_CODE);
    look_behind_fail_on_error(x);
}

/* True: the program may see what is held, and this line. */
static bool end_block(struct sc_exchange *x)
{
    if (x->status == 0)
        x->status = (int)info_long(x, CURLINFO_RESPONSE_CODE);
    x->body_start = x->hold.len;
    if (may_go_on(x, x->status)) {
        x->place = SC_UNDECIDED;
        sc_exchange_snapshot(x);
        return false;
    }
    x->place = SC_IN_BODY;
    return !hold_final(x);
}

static size_t hold_header(struct sc_exchange *x, char *p, size_t n)
{
    bool copied = is_copy_of_pending(x, p, n);
    bool commit = false;
    size_t kept;

    x->pending = NULL;
    if (x->place == SC_UNDECIDED && x->body_len > 0 && !copied)
        x->place = SC_IN_BODY;
    if (x->place == SC_IN_BODY)
        return keep(x, SC_ITEM_HEADER, p, n); /* a trailer */
    if (x->place == SC_UNDECIDED)
        x->body_len = 0; /* the pending piece was no body */
    if (x->place != SC_IN_BLOCK)
        begin_block(x, copied ? n : 0);
    note_line(x, p, n);
    kept = keep(x, SC_ITEM_HEADER, p, n);
    if (kept == n && tells_length_early(x->shadow, p, n))
        x->hold.items[x->hold.n - 1 - copied].length_known = true;
    if (kept == n && sc_is_empty_line(p, n))
        commit = end_block(x);
    if (!commit && kept == n && !sc_exchange_holds_nothing(x))
        return n;
    if (kept == n)
        sc_hold_pop(&x->hold);
    x->body_start = x->hold.len;
    return sc_commit_header(x, p, n);
}

static size_t take_header(struct sc_exchange *x, char *p, size_t n)
{
    if (x->phase == SC_COMMITTED)
        return sc_pass_header(x, p, n);
    if (x->phase == SC_RELEASING || !speaks_http(x))
        return sc_commit_header(x, p, n);
    return hold_header(x, p, n);
}

size_t sc_on_header(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    struct sc_exchange *x = s->exchange;
    int64_t from;
    size_t taken;

    n *= size;
    if (!x)
        return sc_program_header(s, p, n);
    from = sc_clock_aside(x);
    taken = take_header(x, p, n);
    sc_clock_back(x, from);
    return taken;
}

/* ---- body pieces ----------------------------------------------------------------------------- */

/* The one place where a piece of the body is read, whether it is held or goes by. What the program
 * paused at comes again, and is not read twice. */
static void read_piece(struct sc_exchange *x, const char *p, size_t n)
{
    size_t again = n < x->counted_ahead ? n : (size_t)x->counted_ahead;

    x->counted_ahead -= again;
    p += again;
    n -= again;
    x->body_len += n;
    if (x->stream) {
        sc_stream_feed(x->stream, p, n);
        if (x->output_ns == 0 && x->stream->state == SC_STREAM_OUTPUT)
            x->output_ns = sc_now_ns();
    } else if (x->mode == SC_HOLD_JSON) {
        sc_usage_feed(&x->usage, p, n);
        x->read_len += n;
    } else if (x->phase != SC_HOLDING) {
        sc_tee(x, p, n);
    }
}

static bool over_limit(const struct sc_exchange *x, size_t n)
{
    size_t max = x->mode == SC_HOLD_JSON ? x->wants.success_max : x->wants.failure_max;

    return !(x->mode == SC_HOLD_JSON && x->wants.whole) && x->hold.len + n > max;
}

/* All of a JSON answer is there: hand it over now, from inside libcurl's own callback, if it is
 * what it seems to be. */
static bool is_good_whole(struct sc_exchange *x, const char *p, size_t n)
{
    return x->content_length > 0 && x->body_len >= (uint64_t)x->content_length &&
           x->listener->whole(x, p, n);
}

/* True: commit before this piece. */
static bool decide_body(struct sc_exchange *x, const char *p, size_t n)
{
    if (sc_relay_is_whole(x))
        return false;
    if (sc_exchange_holds_nothing(x) || over_limit(x, n))
        return true;
    switch (x->mode) {
    case SC_HOLD_STREAM:
        if (x->stream->state == SC_STREAM_ERROR)
            x->mode = SC_HOLD_FAILURE;
        return x->stream->state == SC_STREAM_OUTPUT;
    case SC_HOLD_JSON:
        return !x->wants.whole && is_good_whole(x, p, n);
    default:
        return false;
    }
}

/* A body piece while nothing says that it is one: with CURLOPT_HEADER it may be a header line's
 * copy, which only the next callback tells. */
static size_t hold_pending(struct sc_exchange *x, const char *p, size_t n)
{
    x->pending = p;
    x->pending_len = n;
    if (x->place != SC_IN_BLOCK)
        x->body_len += n;
    return keep(x, SC_ITEM_BODY, p, n);
}

/* A part of an answer without an end: it is not to be shown as the whole, and cannot be kept. */
static bool is_beyond_room(const struct sc_exchange *x, size_t n)
{
    return ((x->mode == SC_HOLD_JSON && x->wants.whole) || sc_relay_is_whole(x)) &&
           x->hold.len + n > x->wants.success_max + x->wants.room;
}

/* The first piece behind a block settles that it was the final one. */
static void begin_body(struct sc_exchange *x)
{
    if (x->place == SC_BEFORE) {
        x->commit_early = true; /* HTTP/0.9: a body without a header */
    } else if (x->place == SC_UNDECIDED) {
        x->place = SC_IN_BODY;
        if (!hold_final(x))
            x->commit_early = true;
    }
}

static size_t hold_body(struct sc_exchange *x, char *p, size_t n)
{
    size_t kept;

    if (x->place == SC_IN_BLOCK ||
        (x->place != SC_IN_BODY && x->shadow->o.include_header && x->pending == NULL))
        return hold_pending(x, p, n);
    x->pending = NULL;
    begin_body(x);
    if (!x->kind_told && !x->wants.whole)
        sc_kind_by_bytes(x, p, n);
    read_piece(x, p, n);
    if (x->mode == SC_HOLD_JSON && x->usage.more && x->kind_told && !x->wants.whole)
        sc_kind_is_lines(x, p, n);
    if (decide_body(x, p, n)) {
        sc_tee(x, p, n);
        return sc_commit_body(x, p, n);
    }
    if (is_beyond_room(x, n))
        return 0;
    kept = keep(x, SC_ITEM_BODY, p, n);
    if (kept == n || x->wants.whole || sc_relay_is_whole(x))
        return kept;
    x->commit_early = true; /* out of memory: the program comes first */
    return sc_commit_body(x, p, n);
}

static size_t take_body(struct sc_exchange *x, char *p, size_t n)
{
    size_t taken;

    if (x->phase == SC_HOLDING && speaks_http(x)) {
        taken = hold_body(x, p, n);
    } else {
        read_piece(x, p, n);
        taken = x->phase == SC_COMMITTED ? sc_pass_body(x, p, n) : sc_commit_body(x, p, n);
    }
    if (taken == CURL_WRITEFUNC_PAUSE)
        x->counted_ahead += n;
    return taken;
}

size_t sc_on_body(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    struct sc_exchange *x = s->exchange;
    int64_t from;
    size_t taken;

    n *= size;
    if (!x)
        return sc_program_body(s, p, n);
    from = sc_clock_aside(x);
    if (x->alter && x->place == SC_IN_BODY)
        taken = sc_alter_body(x, p, n, take_body);
    else
        taken = take_body(x, p, n);
    sc_clock_fed(x, from, p, n);
    return taken;
}

void sc_response_install(struct sc_shadow *s)
{
    sc_hook_stay(s, SC_HOOK_WRITE, (sc_trampoline *)sc_on_body);
    sc_hook_stay(s, SC_HOOK_HEADER, (sc_trampoline *)sc_on_header);
}
