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

#include <stdlib.h>
#include <string.h>

#include "http/header.h"
#include "stage/admit.h"
#include "stage/ask.h"
#include "stage/split.h"
#include "wire/commit.h"
#include "wire/playback.h"
#include "handle/hooks.h"
#include "wire/filter.h"
#include "wire/kind.h"
#include "stage/fit.h"
#include "call/transfer.h"
#include "stage/watchdog.h"

#define HTTP_PROTOCOLS (CURLPROTO_HTTP | CURLPROTO_HTTPS)

static long info_long(struct sc_shadow *s, CURLINFO info)
{
    long v = 0;

    s->real->easy_getinfo(s->easy, info, &v);
    return v;
}

/* libcurl may have been led elsewhere by a redirect; never in the middle of a response. */
static bool speaks_http(struct sc_shadow *s, const struct sc_transfer *t)
{
    long protocol;

    if (t->place == SC_IN_BLOCK || t->place == SC_IN_BODY)
        return true;
    protocol = info_long(s, CURLINFO_PROTOCOL);
    return protocol == 0 || (protocol & HTTP_PROTOCOLS) != 0;
}

static bool is_empty_line(const char *p, size_t n)
{
    return n > 0 && (p[0] == '\n' || (n > 1 && p[0] == '\r' && p[1] == '\n'));
}

static bool holds_nothing(const struct sc_transfer *t)
{
    return (t->commit_early || t->send_paused) && !sc_batch_holds(t);
}

/* ---- the decision -------------------------------------------------------------------------- */

/* The body of a refusal may say what to leave out, or to lower, for another request to be taken. */
static bool may_send_another(const struct sc_transfer *t)
{
    return sc_ask_may_be_refused(t) || sc_tokens_may_repair(t);
}

/* Nothing comes after the last attempt, but how it failed is news for all processes: an empty
 * account looks like a rate limit until the body is read. */
static bool worth_holding(const struct sc_transfer *t)
{
    return !t->last_attempt || may_send_another(t) || sc_batch_holds(t) || t->status == 429 ||
           t->status == 402 || t->status == 403;
}

/* FAILONERROR drops the body, and with it what tells a rate limit from an empty account, or (where
 * a server says 500 to what the caller did wrong) whether to try again. For the statuses where that
 * matters it is switched off for this response and applied by ourselves. */
static void look_behind_fail_on_error(struct sc_shadow *s, struct sc_transfer *t)
{
    struct sc_class_rows own[SC_OWN_TABLES];
    const struct sc_class_rows *rows;
    bool matters = t->status == 429 || t->status == 402 || t->status == 413 || may_send_another(t);

    if (!s->o.fail_on_error || !worth_holding(t) || holds_nothing(t))
        return;
    rows = sc_transfer_own_rows(t, own);
    if (!matters && (rows ? t->status >= 400 : t->status == 500))
        matters = sc_classify_head(t->provider, rows, t->status) == SC_HEAD_NEEDS_BODY;
    if (!matters)
        return;
    SC_SET(s, CURLOPT_FAILONERROR, 0L);
    t->fail_suppressed = true;
}

/* A server's x-should-retry counts as much as its status. */
static enum sc_head_verdict head_verdict(const struct sc_transfer *t)
{
    struct sc_class_rows rows[SC_OWN_TABLES];
    const struct sc_class_rows *own = sc_transfer_own_rows(t, rows);
    enum sc_head_verdict head = sc_classify_head(t->provider, own, t->status);
    struct sc_header headers[SC_HEADERS_MAX];
    struct sc_response r = {.provider = t->provider, .status = t->status, .headers = headers};

    if (head == SC_HEAD_SUCCESS)
        return head;
    r.n_headers = sc_transfer_headers(t, headers);
    return sc_classify_headers(&r, own);
}

/* The final header block is complete. True: hold the body; false: commit. */
static bool hold_final(struct sc_shadow *s, struct sc_transfer *t)
{
    enum sc_head_verdict head = head_verdict(t);
    bool useful = worth_holding(t) && !holds_nothing(t) && !t->upload.lost;

    if (head == SC_HEAD_SUCCESS && sc_batch_holds(t)) {
        t->mode = SC_HOLD_JSON; /* a part of an answer, whatever it looks like */
        if (t->encoded)
            t->content_length = -1;
        return true;
    }
    if (head == SC_HEAD_SUCCESS)
        return sc_kind_by_type(s, t) && useful;
    t->mode = SC_HOLD_FAILURE;
    return useful && (head != SC_HEAD_FINAL || t->fail_suppressed || may_send_another(t));
}

/* Whether libcurl may go on to another response after this block. */
static bool may_go_on(const struct sc_shadow *s, int status)
{
    if (status < 200)
        return true; /* 1xx; a proxy's CONNECT answer shows as 0 here */
    if (status < 300)
        return false;
    if (status < 400)
        return s->o.follow;
    return status == 401 || status == 407 || status == 417;
}

/* ---- holding --------------------------------------------------------------------------------- */

/* What libcurl has counted as downloaded: nothing of a body comes between the lines of a block. */
static curl_off_t got_so_far(struct sc_shadow *s, const struct sc_transfer *t)
{
    const struct sc_item *last = t->hold.n > 0 ? &t->hold.items[t->hold.n - 1] : NULL;
    curl_off_t got = 0;

    if (t->place == SC_IN_BLOCK && last && last->block == t->block && last->kind == SC_ITEM_HEADER)
        return last->got;
    s->real->easy_getinfo(s->easy, CURLINFO_SIZE_DOWNLOAD_T, &got);
    return got;
}

static size_t keep(struct sc_shadow *s, struct sc_transfer *t, enum sc_item_kind kind,
                   const char *p, size_t n)
{
    curl_off_t got = got_so_far(s, t);

    if (!sc_hold_push(&t->hold, kind, t->block, p, n))
        return 0;
    t->hold.items[t->hold.n - 1].got = got;
    return n;
}

/* libcurl's own CURLINFO knows the length at its line, or (as 7.88 does) at the last line only. */
static bool tells_length_early(struct sc_shadow *s, const char *p, size_t n)
{
    static const char name[] = "content-length:";
    curl_off_t known = -1;

    if (s->real->version_num >= 0x075800 || n < sizeof name ||
        !sc_str_is((struct sc_str){p, sizeof name - 1}, name))
        return false;
    s->real->easy_getinfo(s->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &known);
    return known >= 0;
}

/* What says when the body is complete. */
static void note_length(struct sc_transfer *t, const char *p, size_t n)
{
    static const char length[] = "content-length:", encoding[] = "content-encoding:";

    /* The ninth character tells these two and Content-Type apart. */
    if (n < sizeof length || (p[0] | 32) != 'c')
        return;
    if ((p[8] | 32) == 'l' && sc_str_is((struct sc_str){p, sizeof length - 1}, length))
        t->content_length = strtoll(p + sizeof length - 1, NULL, 10);
    else if (n >= sizeof encoding && (p[8] | 32) == 'e' &&
             sc_str_is((struct sc_str){p, sizeof encoding - 1}, encoding))
        t->encoded = true;
}

/* Only where somebody wants to know: most policies set their own limits, or none. */
static void note_limits(struct sc_transfer *t, const char *p, size_t n)
{
    if (t->rule->settings->limits.learn && sc_ratelimit_may_be(p, n))
        t->tells_limits = true;
}

/* Google says in a header at what tier it has answered. */
static void note_tier(struct sc_transfer *t, const char *p, size_t n)
{
    static const char name[] = "x-gemini-service-tier:";
    char *to = t->usage.tier;
    size_t i, used = 0;

    if (n < sizeof name || (p[0] | 32) != 'x' ||
        (t->provider != SC_PROVIDER_GEMINI && t->provider != SC_PROVIDER_VERTEX) ||
        !sc_str_is((struct sc_str){p, sizeof name - 1}, name))
        return;
    for (i = sizeof name - 1; i < n && used + 1 < sizeof t->usage.tier; i++)
        if ((unsigned char)p[i] > ' ')
            to[used++] = p[i];
    to[used] = '\0';
}

/* ---- header lines ---------------------------------------------------------------------------- */

/* With CURLOPT_HEADER the body callback gets the line first, at the same address. */
static bool is_copy_of_pending(const struct sc_transfer *t, const char *p, size_t n)
{
    return t->pending == p && t->pending_len == n;
}

static void begin_block(struct sc_shadow *s, struct sc_transfer *t, size_t copied)
{
    if (t->place == SC_UNDECIDED)
        t->block++;
    if (copied && t->hold.n > 0)
        t->hold.items[t->hold.n - 1].block = (uint16_t)t->block;
    t->place = SC_IN_BLOCK;
    t->content_length = -1;
    t->encoded = false;
    t->tells_limits = false;
    t->block_start = t->hold.len - copied;
    t->status = (int)info_long(s, CURLINFO_RESPONSE_CODE);
    look_behind_fail_on_error(s, t);
}

/* True: the program may see what is held, and this line. */
static bool end_block(struct sc_shadow *s, struct sc_transfer *t)
{
    t->status = (int)info_long(s, CURLINFO_RESPONSE_CODE);
    t->body_start = t->hold.len;
    if (may_go_on(s, t->status)) {
        t->place = SC_UNDECIDED;
        sc_snapshot_take(s, t);
        return false;
    }
    t->place = SC_IN_BODY;
    if (t->tells_limits)
        sc_admission_told(t);
    return !hold_final(s, t);
}

static size_t hold_header(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    bool copied = is_copy_of_pending(t, p, n);
    bool commit = false;
    size_t kept;

    t->pending = NULL;
    if (t->place == SC_UNDECIDED && t->body_len > 0 && !copied)
        t->place = SC_IN_BODY;
    if (t->place == SC_IN_BODY)
        return keep(s, t, SC_ITEM_HEADER, p, n); /* a trailer */
    if (t->place == SC_UNDECIDED)
        t->body_len = 0; /* the pending piece was no body */
    if (t->place != SC_IN_BLOCK)
        begin_block(s, t, copied ? n : 0);
    note_length(t, p, n);
    note_limits(t, p, n);
    note_tier(t, p, n);
    kept = keep(s, t, SC_ITEM_HEADER, p, n);
    if (kept == n && tells_length_early(s, p, n))
        t->hold.items[t->hold.n - 1 - copied].length_known = true;
    if (kept == n && is_empty_line(p, n))
        commit = end_block(s, t);
    if (!commit && kept == n && !holds_nothing(t))
        return n;
    if (kept == n)
        sc_hold_pop(&t->hold);
    t->body_start = t->hold.len;
    return sc_commit_header(s, t, p, n);
}

static size_t take_header(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    if (t->phase == SC_COMMITTED)
        return sc_pass_header(s, t, p, n);
    if (t->phase == SC_RELEASING || !speaks_http(s, t))
        return sc_commit_header(s, t, p, n);
    return hold_header(s, t, p, n);
}

static size_t on_header(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    int64_t from = sc_watchdog_aside(s);
    size_t taken;

    n *= size;
    taken = s->transfer ? take_header(s, s->transfer, p, n) : sc_deliver_header(s, p, n);
    sc_watchdog_back(s, from);
    return taken;
}

/* ---- body pieces ----------------------------------------------------------------------------- */

static bool over_limit(const struct sc_transfer *t, size_t n)
{
    const struct sc_hold_settings *limits = &t->rule->settings->hold;

    if (t->mode == SC_HOLD_JSON && sc_batch_holds(t))
        return false;
    return t->hold.len + n > (t->mode == SC_HOLD_JSON ? limits->success_max : limits->failure_max);
}

/* All of a JSON answer is there: hand it over now, from inside libcurl's own callback, if it is
 * what it seems to be. */
static bool is_good_whole(struct sc_shadow *s, struct sc_transfer *t, const char *p, size_t n)
{
    struct sc_verdict v;
    bool common = sc_transfer_is_common(t);

    if (t->content_length <= 0 || t->body_len < (uint64_t)t->content_length ||
        (!common && !sc_hold_append(&t->hold, p, n)))
        return false;
    sc_transfer_classify(s, t, CURLE_OK, &v);
    if (!common)
        t->hold.len -= n;
    if (v.retry)
        return false;
    t->verdict = v;
    t->decided = true;
    return true;
}

/* True: commit before this piece. */
static bool decide_body(struct sc_shadow *s, struct sc_transfer *t, const char *p, size_t n)
{
    if (holds_nothing(t) || over_limit(t, n))
        return true;
    switch (t->mode) {
    case SC_HOLD_STREAM:
        switch (sc_stream_feed(t->stream, p, n)) {
        case SC_STREAM_OUTPUT:
            return true;
        case SC_STREAM_ERROR:
            t->mode = SC_HOLD_FAILURE;
            return false;
        default:
            return false;
        }
    case SC_HOLD_JSON:
        return !sc_batch_holds(t) && is_good_whole(s, t, p, n);
    default:
        return false;
    }
}

/* A body piece while nothing says that it is one: with CURLOPT_HEADER it may be a header line's
 * copy, which only the next callback tells. */
static size_t hold_pending(struct sc_shadow *s, struct sc_transfer *t, const char *p, size_t n)
{
    t->pending = p;
    t->pending_len = n;
    if (t->place != SC_IN_BLOCK)
        t->body_len += n;
    return keep(s, t, SC_ITEM_BODY, p, n);
}

/* A part of an answer without an end: it is not to be shown as the whole, and cannot be kept. */
static bool is_beyond_batch(const struct sc_transfer *t, size_t n)
{
    return t->mode == SC_HOLD_JSON && sc_batch_holds(t) &&
           t->hold.len + n > t->rule->settings->hold.success_max + sc_batch_room(t);
}

static size_t hold_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    size_t kept;

    if (t->place == SC_IN_BLOCK ||
        (t->place != SC_IN_BODY && s->o.include_header && t->pending == NULL))
        return hold_pending(s, t, p, n);
    t->pending = NULL;
    if (t->place == SC_BEFORE) {
        t->commit_early = true; /* HTTP/0.9: a body without a header */
    } else if (t->place == SC_UNDECIDED) {
        t->place = SC_IN_BODY;
        if (!hold_final(s, t))
            t->commit_early = true;
    }
    t->body_len += n;
    if (!t->kind_told && !sc_batch_holds(t))
        sc_kind_by_bytes(s, t, p, n);
    if (t->mode == SC_HOLD_JSON) {
        sc_usage_feed(&t->usage, p, n);
        t->read_len += n;
        if (t->usage.more && t->kind_told && !sc_batch_holds(t))
            sc_kind_is_lines(t);
    }
    if (decide_body(s, t, p, n)) {
        sc_tee(t, p, n);
        return sc_commit_body(s, t, p, n);
    }
    if (is_beyond_batch(t, n))
        return 0;
    kept = keep(s, t, SC_ITEM_BODY, p, n);
    if (kept == n || sc_batch_holds(t))
        return kept;
    t->commit_early = true; /* out of memory: the program comes first */
    return sc_commit_body(s, t, p, n);
}

static size_t take_body(struct sc_shadow *s, struct sc_transfer *t, char *p, size_t n)
{
    if (t->phase == SC_COMMITTED)
        return sc_pass_body(s, t, p, n);
    if (t->phase == SC_RELEASING || !speaks_http(s, t))
        return sc_commit_body(s, t, p, n);
    return hold_body(s, t, p, n);
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
    struct sc_shadow *s = arg;
    int64_t from = sc_watchdog_aside(s);
    size_t taken;

    n *= size;
    taken = s->transfer ? take_body(s, s->transfer, p, n) : sc_deliver_body(s, p, n);
    sc_watchdog_fed(s, from, p, n);
    return taken;
}

void sc_response_install(struct sc_shadow *s)
{
    sc_hook_in(s, SC_HOOK_WRITE, (sc_trampoline *)on_body);
    sc_hook_in(s, SC_HOOK_HEADER, (sc_trampoline *)on_header);
}
