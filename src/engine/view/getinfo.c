/*
 * getinfo.c - see getinfo.h.
 *
 * Three views: what is handed over later is answered as when it came, from the block's snapshot and
 * the item; in a replay's pause the size downloaded is what the program has got so far; after
 * retries the times count from the call's start, as the program measured them, and connects of all
 * attempts are one sum.
 */
#include "view/getinfo.h"

#include "handle/detour.h"
#include "handle/mark.h"
#include "view/answered.h"
#include "view/infos.h"
#include "view/kept.h"
#include "wire/playback.h"

static bool put(const struct sc_info *q, int64_t value)
{
    sc_info_put(q, value);
    return true;
}

static bool put_text(const struct sc_info *q, const char *text)
{
    sc_info_put_text(q, text);
    return true;
}

/* The program's own body would have had another size than what was sent in its stead. */
static bool size_uploaded(const struct sc_overlay *o, const struct sc_info *q)
{
    int64_t sent;

    if (q->means != SC_MEANS_UP_SIZE && q->means != SC_MEANS_UP_LENGTH)
        return false;
    sent = sc_info_value(q);
    if (sent >= o->sent_upload)
        return put(q, o->own_upload);
    return put(q, sent < o->own_upload ? sent : o->own_upload);
}

static bool from_snapshot(const struct sc_snapshot *v, const struct sc_info *q)
{
    switch (q->means) {
    case SC_MEANS_STATUS:
        return put(q, v->response_code);
    case SC_MEANS_CONNECT_STATUS:
        return put(q, v->connect_code);
    case SC_MEANS_HTTP_VERSION:
        return put(q, v->http_version);
    case SC_MEANS_REDIRECTS:
        return put(q, v->redirect_count);
    case SC_MEANS_PROTOCOL:
        return put(q, v->protocol);
    case SC_MEANS_PORT:
        return put(q, v->primary_port);
    case SC_MEANS_DOWN_LENGTH:
        return put(q, v->content_length);
    case SC_MEANS_SCHEME:
        return put_text(q, v->scheme);
    case SC_MEANS_URL:
        return put_text(q, v->effective_url);
    case SC_MEANS_TYPE:
        return put_text(q, v->content_type);
    case SC_MEANS_ADDRESS:
        return put_text(q, v->primary_ip);
    default:
        return false;
    }
}

/* Before the last line of its block; libcurl settles the length there, or before 7.88 at its own
 * line. */
static bool in_the_head(const struct sc_playback *play, const struct sc_info *q)
{
    if (q->means == SC_MEANS_TYPE && !play->type_known)
        return put_text(q, play->type_before);
    return q->means == SC_MEANS_DOWN_LENGTH && !play->length_known && put(q, -1);
}

/* A call under way: what is handed over right now was answered so when it came. */
static bool under_way(const struct sc_playback *play, const struct sc_info *q)
{
    if (play->in_head && in_the_head(play, q))
        return true;
    if (play->shown && q->means == SC_MEANS_DOWN_SIZE)
        return put(q, play->shown->got);
    if (play->view && from_snapshot(play->view, q))
        return true;
    return play->replaying && q->means == SC_MEANS_DOWN_SIZE &&
           put(q, (int64_t)play->delivered_body);
}

/* The program refused a piece: nothing behind it has come, to the program. */
static bool where_it_stopped(const struct sc_overlay *o, const struct sc_info *q)
{
    switch (q->means) {
    case SC_MEANS_TYPE:
        return o->stopped_untyped && put_text(q, NULL);
    case SC_MEANS_REDIRECT_URL: /* libcurl looks where to go when all has come */
        return put_text(q, NULL);
    case SC_MEANS_HEAD_SIZE:
        return put(q, o->stopped_head);
    case SC_MEANS_DOWN_SIZE:
        return put(q, o->stopped_at);
    case SC_MEANS_DOWN_TAKEN:
        return put(q, o->delivered);
    case SC_MEANS_DOWN_LENGTH:
        return o->stopped_in_head && put(q, -1);
    default:
        return false;
    }
}

/* A fault on purpose has ended it before libcurl's own end. */
static bool where_it_ended(const struct sc_overlay *o, const struct sc_info *q)
{
    return (q->means == SC_MEANS_DOWN_SIZE || q->means == SC_MEANS_DOWN_TAKEN) &&
           put(q, o->altered_at);
}

/* Of an answer made of several: the last one's is not what the program gets. */
static bool size_merged(const struct sc_overlay *o, const struct sc_info *q)
{
    switch (q->means) {
    case SC_MEANS_DOWN_LENGTH:
        return sc_info_value(q) >= 0 && put(q, o->merged_size);
    case SC_MEANS_DOWN_SIZE:
        return put(q, o->merged_size);
    case SC_MEANS_DOWN_TAKEN:
        return put(q, o->delivered);
    default:
        return false;
    }
}

/* FAILONERROR was ours to apply. */
static bool without_body(const struct sc_shadow *s, const struct sc_info *q)
{
    switch (q->means) {
    case SC_MEANS_DOWN_SIZE:
    case SC_MEANS_DOWN_SPEED:
        return put(q, 0);
    case SC_MEANS_DOWN_TAKEN:
        return put(q, s->overlay.delivered);
    case SC_MEANS_DOWN_LENGTH:
        return s->real->version_num >= SC_SINCE_FAILS_BEFORE_LENGTH && put(q, -1);
    default:
        return false;
    }
}

/* What was taken out of the body has not come, to the program. */
static void less_hidden(int64_t hidden, const struct sc_info *q)
{
    if (q->means == SC_MEANS_DOWN_SIZE || q->means == SC_MEANS_DOWN_TAKEN)
        put(q, sc_info_value(q) - hidden);
}

/* Times count from the start of the call. Zero means "did not happen". */
static void several_attempts(const struct sc_overlay *o, const struct sc_info *q)
{
    if (sc_means_time(q->means) && sc_info_value(q) > 0)
        put(q, sc_info_value(q) + o->offset_us);
    else if (q->means == SC_MEANS_CONNECTS)
        put(q, sc_info_value(q) + o->earlier_connects);
    else if (q->means == SC_MEANS_OS_ERROR && o->ok) /* libcurl before 8.8 keeps an earlier one's */
        put(q, 0);
}

/* It went without TLS to an address of ours: to the program it did not. */
static bool as_asked(const struct sc_shadow *s, const struct sc_info *q)
{
    const char **text = q->out;

    if (q->means == SC_MEANS_URL)
        return put_text(q, sc_detour_url(s, *text));
    if (q->means == SC_MEANS_SCHEME)
        return *text && put_text(q, sc_answered_scheme(s));
    return q->means == SC_MEANS_PROTOCOL && sc_info_value(q) != 0 && put(q, CURLPROTO_HTTPS);
}

/* The first that has something to say to it does. */
static bool is_told(const struct sc_shadow *s, const struct sc_info *q)
{
    const struct sc_exchange *x = s->exchange;
    const struct sc_overlay *o = &s->overlay;

    return (s->answer && sc_answered_info(s, q)) ||
           (sc_detour_was_taken(s) && (!s->own || s->twin) && as_asked(s, q)) ||
           (x && x->phase != SC_COMMITTED && q->means == SC_MEANS_DOWN_TAKEN &&
            put(q, (int64_t)x->play->delivered_body)) ||
           (o->rewritten && size_uploaded(o, q)) || (x && under_way(x->play, q)) ||
           (o->merged && !o->stopped && size_merged(o, q)) ||
           (o->stopped && where_it_stopped(o, q)) || (o->altered && where_it_ended(o, q)) ||
           (o->no_body && without_body(s, q));
}

/* Most handles most of the time: nothing is under way, and nothing was ever in the way. */
static bool is_libcurls_own(const struct sc_shadow *s)
{
    const struct sc_overlay *o = &s->overlay;

    return !s->answer && !s->exchange && !s->kept && !s->mark && !o->rewritten && !o->merged &&
           !o->stopped && !o->no_body && !o->hidden && !o->active && !o->altered &&
           !sc_detour_was_taken(s);
}

CURLcode sc_getinfo(struct sc_shadow *s, CURLINFO info, void *out)
{
    CURLcode rc = s->real->easy_getinfo(sc_shadow_told(s), info, out);
    struct sc_info q;

    if (rc != CURLE_OK || !out) /* among them what this libcurl does not know yet */
        return rc;
    if (is_libcurls_own(s))
        return rc;
    q = (struct sc_info){.number = info, .means = sc_info_means(info), .out = out};
    if (s->kept && q.means != SC_MEANS_NOTHING)
        sc_kept_info(s->kept, &q);
    if (q.means == SC_MEANS_NOTHING || is_told(s, &q))
        return rc;
    if (s->mark && q.means == SC_MEANS_HEAD_SIZE)
        put(&q, sc_info_value(&q) + (int64_t)s->mark->added);
    if (s->overlay.hidden)
        less_hidden(s->overlay.hidden, &q);
    if (s->overlay.active)
        several_attempts(&s->overlay, &q);
    return rc;
}
