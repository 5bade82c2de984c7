/*
 * getinfo.c - see getinfo.h.
 *
 * Three views: what is handed over later is answered as when it came, from the block's snapshot and
 * the item; in a replay's pause the size downloaded is what the program has got so far; after
 * retries the times count from the call's start, as the program measured them, and connects of all
 * attempts are one sum.
 */
#include "view/getinfo.h"

#include "steadycurl/newer.h"
#include "wire/answer.h"
#include "wire/request.h"
#include "call/transfer.h"

static bool from_snapshot(const struct sc_snapshot *v, CURLINFO info, void *out)
{
    switch ((int)info) {
    case CURLINFO_RESPONSE_CODE:
        *(long *)out = v->response_code;
        return true;
    case CURLINFO_HTTP_CONNECTCODE:
        *(long *)out = v->connect_code;
        return true;
    case CURLINFO_HTTP_VERSION:
        *(long *)out = v->http_version;
        return true;
    case CURLINFO_REDIRECT_COUNT:
        *(long *)out = v->redirect_count;
        return true;
    case CURLINFO_PROTOCOL:
        *(long *)out = v->protocol;
        return true;
    case CURLINFO_PRIMARY_PORT:
        *(long *)out = v->primary_port;
        return true;
    case CURLINFO_CONTENT_LENGTH_DOWNLOAD_T:
        *(curl_off_t *)out = v->content_length;
        return true;
    case CURLINFO_CONTENT_LENGTH_DOWNLOAD:
        *(double *)out = (double)v->content_length;
        return true;
    case CURLINFO_SCHEME:
        *(const char **)out = v->scheme;
        return true;
    case CURLINFO_EFFECTIVE_URL:
        *(const char **)out = v->effective_url;
        return true;
    case CURLINFO_CONTENT_TYPE:
        *(const char **)out = v->content_type;
        return true;
    case CURLINFO_PRIMARY_IP:
        *(const char **)out = v->primary_ip;
        return true;
    default:
        return false;
    }
}

/* libcurl settles the length at a block's last line, or before 7.88 at its own. */
static bool length_unknown(CURLINFO info, void *out)
{
    if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
        *(curl_off_t *)out = -1;
    else if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD)
        *(double *)out = -1;
    else
        return false;
    return true;
}

/* Before the last line of its block. */
static bool in_the_head(const struct sc_transfer *t, CURLINFO info, void *out)
{
    if (info == CURLINFO_CONTENT_TYPE && !t->type_known) {
        *(const char **)out = t->type_before;
        return true;
    }
    return !t->length_known && length_unknown(info, out);
}

static bool size_downloaded(CURLINFO info, void *out, uint64_t n)
{
    if (info == CURLINFO_SIZE_DOWNLOAD_T)
        *(curl_off_t *)out = (curl_off_t)n;
    else if (info == CURLINFO_SIZE_DOWNLOAD)
        *(double *)out = (double)n;
    else
        return false;
    return true;
}

/* What the write function took. */
static bool size_delivered(CURLINFO info, void *out, uint64_t n)
{
    if ((int)info != SC_CURLINFO_SIZE_DELIVERED)
        return false;
    *(curl_off_t *)out = (curl_off_t)n;
    return true;
}

static bool no_speed(CURLINFO info, void *out)
{
    if (info == CURLINFO_SPEED_DOWNLOAD_T)
        *(curl_off_t *)out = 0;
    else if (info == CURLINFO_SPEED_DOWNLOAD)
        *(double *)out = 0;
    else
        return false;
    return true;
}

static bool where_it_stopped(const struct sc_overlay *o, CURLINFO info, void *out)
{
    if ((info == CURLINFO_CONTENT_TYPE && o->stopped_untyped) || info == CURLINFO_REDIRECT_URL) {
        *(const char **)out = NULL; /* libcurl looks where to go when all has come */
        return true;
    }
    if (info == CURLINFO_HEADER_SIZE) {
        *(long *)out = (long)o->stopped_head;
        return true;
    }
    return size_downloaded(info, out, (uint64_t)o->stopped_at) ||
           size_delivered(info, out, (uint64_t)o->delivered) ||
           (o->stopped_in_head && length_unknown(info, out));
}

/* The times that libcurl counts from the start of a perform. Zero means "did not happen". */
static void shift(const struct sc_overlay *o, CURLINFO info, void *out)
{
    switch ((int)info) {
    case CURLINFO_TOTAL_TIME:
    case CURLINFO_NAMELOOKUP_TIME:
    case CURLINFO_CONNECT_TIME:
    case CURLINFO_APPCONNECT_TIME:
    case CURLINFO_PRETRANSFER_TIME:
    case CURLINFO_STARTTRANSFER_TIME:
        if (*(double *)out > 0)
            *(double *)out += (double)o->offset_us / 1e6;
        break;
    case CURLINFO_TOTAL_TIME_T:
    case CURLINFO_NAMELOOKUP_TIME_T:
    case CURLINFO_CONNECT_TIME_T:
    case CURLINFO_APPCONNECT_TIME_T:
    case CURLINFO_PRETRANSFER_TIME_T:
    case CURLINFO_STARTTRANSFER_TIME_T:
    case SC_CURLINFO_POSTTRANSFER_TIME_T:
    case SC_CURLINFO_QUEUE_TIME_T: /* waits are a queue, too, and it ends before the lookup */
        if (*(curl_off_t *)out > 0)
            *(curl_off_t *)out += o->offset_us;
        break;
    case CURLINFO_NUM_CONNECTS:
        *(long *)out += o->earlier_connects;
        break;
    case CURLINFO_OS_ERRNO: /* libcurl before 8.8 keeps an earlier perform's */
        if (o->ok)
            *(long *)out = 0;
        break;
    default:
        break;
    }
}

/* Of an answer made of several: the last one's is not what the program gets. */
static bool size_merged(const struct sc_overlay *o, CURLINFO info, void *out)
{
    if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD_T && *(curl_off_t *)out >= 0)
        *(curl_off_t *)out = o->merged_size;
    else if (info == CURLINFO_CONTENT_LENGTH_DOWNLOAD && *(double *)out >= 0)
        *(double *)out = (double)o->merged_size;
    else
        return size_downloaded(info, out, (uint64_t)o->merged_size) ||
               size_delivered(info, out, (uint64_t)o->delivered);
    return true;
}

/* FAILONERROR was ours to apply. */
static bool without_body(const struct sc_shadow *s, CURLINFO info, void *out)
{
    return size_downloaded(info, out, 0) || no_speed(info, out) ||
           size_delivered(info, out, (uint64_t)s->overlay.delivered) ||
           (s->real->version_num >= SC_SINCE_FAILS_BEFORE_LENGTH && length_unknown(info, out));
}

/* What was taken out of the body has not come, to the program. */
static void less_hidden(int64_t hidden, CURLINFO info, void *out)
{
    if (info == CURLINFO_SIZE_DOWNLOAD_T || (int)info == SC_CURLINFO_SIZE_DELIVERED)
        *(curl_off_t *)out -= hidden;
    else if (info == CURLINFO_SIZE_DOWNLOAD)
        *(double *)out -= (double)hidden;
}

CURLcode sc_getinfo(struct sc_shadow *s, CURLINFO info, void *out)
{
    const struct sc_transfer *t = s->transfer;
    CURLcode rc = s->real->easy_getinfo(s->easy, info, out);

    if (rc != CURLE_OK || !out) /* among them what this libcurl does not know yet */
        return rc;
    if (s->answer && sc_answer_getinfo(s, info, out))
        return rc;
    if (t && t->phase != SC_COMMITTED && size_delivered(info, out, t->delivered_body))
        return rc;
    if (s->overlay.rewritten && sc_rewrite_getinfo(s, info, out))
        return rc;
    if (t && t->in_head && in_the_head(t, info, out))
        return rc;
    if (t && t->shown && size_downloaded(info, out, (uint64_t)t->shown->got))
        return rc;
    if (t && t->view && from_snapshot(t->view, info, out))
        return rc;
    if (t && t->replaying && size_downloaded(info, out, t->delivered_body))
        return rc;
    if (s->overlay.merged && !s->overlay.stopped && size_merged(&s->overlay, info, out))
        return rc;
    if (s->overlay.stopped && where_it_stopped(&s->overlay, info, out))
        return rc;
    if (s->overlay.no_body && without_body(s, info, out))
        return rc;
    if (s->overlay.hidden)
        less_hidden(s->overlay.hidden, info, out);
    if (s->overlay.active)
        shift(&s->overlay, info, out);
    return rc;
}
