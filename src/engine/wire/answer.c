/* answer.c - see answer.h. */
#include "wire/answer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "steadycurl/newer.h"
#include "handle/body.h"
#include "wire/playback.h"
#include "handle/url.h"

enum { HEADERS_MAX = 8, TEXT_MAX = 512 };

/* libcurl sets a reserved bit in `origin` so that programs do not compare it for equality. */
#define ORIGIN_BIT (1u << 27)

struct sc_answer {
    int status;
    size_t n_headers, header_size, body_len;
    size_t head_items;      /* in the hold, before the body */
    curl_off_t length;      /* Content-Length, -1: not known */
    int64_t got, delivered; /* of the body: as if downloaded; what the program took */
    bool reused;            /* as if over the connection of the call before */
    curl_off_t xfer_id;
    bool no_body; /* HEAD, or cut off by FAILONERROR */
    int64_t sent; /* bytes of the body: as if they had been */
    int64_t ready_us, took_us, retry_after_s;
    char *name[HEADERS_MAX], *value[HEADERS_MAX];
    struct curl_header out;
    char text[TEXT_MAX]; /* names and values, NUL-terminated */
    size_t text_len;
};

/* While the answer is handed over the program knows what it has got so far, as of a server's. */
static size_t headers_known(const struct sc_shadow *s)
{
    const struct sc_transfer *t = s->transfer;
    size_t line;

    if (!t || t->hold.n == 0)
        return s->answer->n_headers;
    line = t->next / (s->o.include_header ? 2 : 1); /* the first is the status line */
    return line < s->answer->n_headers ? line : s->answer->n_headers;
}

static bool in_head(const struct sc_shadow *s)
{
    return s->transfer && s->transfer->in_head;
}

/* The program refused a header line: what follows never came. */
static void cut_short(struct sc_shadow *s)
{
    struct sc_answer *a = s->answer;

    if (s->transfer->next >= (a->n_headers + 1) * (s->o.include_header ? 2 : 1))
        return;
    a->n_headers = headers_known(s);
    a->length = -1;
}

/* Whether a piece counts as downloaded before the program has taken it. */
static bool counts_ahead(const struct sc_shadow *s)
{
    return s->real->version_num < SC_SINCE_REFUSED_IS_NOT_COUNTED;
}

/* Bytes of the body in what has been handed over; with the piece that is, or was refused. */
static int64_t downloaded(const struct sc_shadow *s, const struct sc_transfer *t, bool with_current)
{
    size_t end = t->next + (with_current && t->next < t->hold.n ? 1 : 0);
    int64_t n = 0;

    for (size_t i = s->answer->head_items; i < end; i++)
        n += (int64_t)t->hold.items[i].len;
    return n;
}

void sc_answer_settle(struct sc_shadow *s, const struct sc_transfer *t, CURLcode rc)
{
    if (rc == CURLE_WRITE_ERROR)
        cut_short(s);
    s->answer->got = downloaded(s, t, rc == CURLE_WRITE_ERROR && counts_ahead(s));
    s->answer->delivered = (int64_t)t->delivered_body;
}

void sc_answer_forget(struct sc_shadow *s)
{
    free(s->answer);
    s->answer = NULL;
}

static char *keep_text(struct sc_answer *a, const char *p)
{
    size_t n = strlen(p) + 1;
    char *kept = a->text + a->text_len;

    if (a->text_len + n > sizeof a->text)
        return NULL;
    memcpy(kept, p, n);
    a->text_len += n;
    return kept;
}

static void hold_line(struct sc_shadow *s, struct sc_transfer *t, const char *line)
{
    size_t n = strlen(line);

    if (s->o.include_header)
        sc_hold_push(&t->hold, SC_ITEM_BODY, 0, line, n);
    sc_hold_push(&t->hold, SC_ITEM_HEADER, 0, line, n);
    s->answer->header_size += n;
}

static void hold_header(struct sc_shadow *s, struct sc_transfer *t, const char *name,
                        const char *value)
{
    struct sc_answer *a = s->answer;
    char line[256];

    if (a->n_headers == HEADERS_MAX)
        return;
    snprintf(line, sizeof line, "%s: %s\r\n", name, value);
    a->name[a->n_headers] = keep_text(a, name);
    a->value[a->n_headers] = keep_text(a, value);
    if (a->name[a->n_headers] && a->value[a->n_headers])
        a->n_headers++;
    hold_line(s, t, line);
}

static const char *reason_phrase(int status)
{
    switch (status) {
    case 200:
        return "OK";
    case 400:
        return "Bad Request";
    case 401:
        return "Unauthorized";
    case 429:
        return "Too Many Requests";
    case 503:
        return "Service Unavailable";
    default:
        return "Status";
    }
}

static void hold_date(struct sc_shadow *s, struct sc_transfer *t)
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    char text[64];
    time_t now = time(NULL);
    struct tm tm;

    if (!gmtime_r(&now, &tm))
        return;
    snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT", days + 3 * tm.tm_wday,
             tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900, tm.tm_hour, tm.tm_min,
             tm.tm_sec);
    hold_header(s, t, "date", text);
}

static void hold_head(struct sc_shadow *s, struct sc_transfer *t, const struct sc_reply *r)
{
    char text[128];

    snprintf(text, sizeof text, "HTTP/1.1 %d %s\r\n", r->status, reason_phrase(r->status));
    hold_line(s, t, text);
    hold_date(s, t);
    hold_header(s, t, "content-type", r->content_type ? r->content_type : "application/json");
    snprintf(text, sizeof text, "%zu", r->body_len);
    hold_header(s, t, "content-length", text);
    if (r->retry_after_ms > 0) {
        s->answer->retry_after_s = (r->retry_after_ms + 999) / 1000;
        snprintf(text, sizeof text, "%lld", (long long)s->answer->retry_after_s);
        hold_header(s, t, "retry-after", text);
    }
    if (r->error_type)
        hold_header(s, t, "x-amzn-errortype", r->error_type);
    if (r->final)
        hold_header(s, t, "x-should-retry", "false");
    hold_header(s, t, "x-steadycurl", r->reason);
    hold_line(s, t, "\r\n");
    t->body_start = t->hold.len;
    s->answer->head_items = t->hold.n;
}

static void hold_body(struct sc_transfer *t, const struct sc_reply *r)
{
    size_t at;

    for (at = 0; at < r->body_len; at += CURL_MAX_WRITE_SIZE) {
        size_t n = r->body_len - at;

        if (n > CURL_MAX_WRITE_SIZE)
            n = CURL_MAX_WRITE_SIZE;
        sc_hold_push(&t->hold, SC_ITEM_BODY, 0, r->body + at, n);
    }
}

static int64_t passed_us(const struct sc_transfer *t)
{
    return (sc_now_ns() - t->call.start_ns) / 1000 + 1; /* 0 would say that nothing happened */
}

static void hold_answer(struct sc_shadow *s, struct sc_transfer *t, const struct sc_reply *r)
{
    struct sc_answer *a = s->answer;

    t->status = a->status = r->status;
    t->place = SC_IN_BODY;
    hold_head(s, t, r);
    a->no_body = s->o.no_body || (s->o.fail_on_error && r->status >= 400);
    if (!a->no_body) {
        hold_body(t, r);
        t->body_len = a->body_len = r->body_len;
    }
    a->length = (curl_off_t)r->body_len;
    if (s->o.fail_on_error && r->status >= 400 &&
        s->real->version_num >= SC_SINCE_FAILS_BEFORE_LENGTH)
        a->length = -1;
    t->content_length = a->length;
    a->sent = s->o.no_body || s->o.method == SC_METHOD_GET ? 0 : sc_body_size(s);
    a->ready_us = a->took_us = passed_us(t);
}

static CURLcode returned_error(struct sc_shadow *s, int status)
{
    char text[64];

    snprintf(text, sizeof text, "The requested URL returned error: %d", status);
    sc_shadow_error(s, text);
    return CURLE_HTTP_RETURNED_ERROR;
}

static CURLcode aborted(struct sc_shadow *s)
{
    sc_shadow_error(s, "Callback aborted");
    return CURLE_ABORTED_BY_CALLBACK;
}

static bool has_connection(const struct sc_shadow *s)
{
    curl_socket_t socket = CURL_SOCKET_BAD;

    s->real->easy_getinfo(s->easy, CURLINFO_ACTIVESOCKET, &socket);
    return socket != CURL_SOCKET_BAD;
}

/* A handle in a multi has its number already; else it would get the one after its last, -1: none.
 */
static curl_off_t next_xfer_id(const struct sc_shadow *s)
{
    curl_off_t id = -1;

    s->real->easy_getinfo(s->easy, (CURLINFO)SC_CURLINFO_XFER_ID, &id);
    return s->member ? id : id + 1 + s->answered;
}

/* Without memory for the answer the call fails as libcurl's own would. */
CURLcode sc_answer(struct sc_shadow *s, struct sc_transfer *t, const struct sc_reply *r)
{
    CURLcode rc;

    sc_answer_forget(s);
    sc_transfer_attempt(t);
    s->answer = calloc(1, sizeof *s->answer);
    if (!s->answer)
        return CURLE_OUT_OF_MEMORY;
    if (s->o.error_buffer)
        s->o.error_buffer[0] = '\0';
    s->answer->reused = s->answered > 0 || has_connection(s);
    s->answer->xfer_id = next_xfer_id(s);
    s->answered++;
    hold_answer(s, t, r);
    if (sc_progress(s, t, 0, 0))
        return aborted(s);
    rc = sc_deliver_result(s, t, CURLE_OK);
    if (rc == CURLE_OK && s->o.fail_on_error && r->status >= 400)
        rc = returned_error(s, r->status);
    sc_answer_settle(s, t, rc);
    /* libcurl tells of the end however it went, but listens only if it went well. */
    if (sc_progress(s, t, s->answer->length > 0 ? s->answer->length : 0,
                    (curl_off_t)s->answer->got) &&
        rc == CURLE_OK)
        rc = aborted(s);
    s->answer->took_us = passed_us(t);
    return rc;
}

/* ---- getinfo ------------------------------------------------------------------------------- */

static bool get_long(const struct sc_shadow *s, const struct sc_answer *a, CURLINFO info, long *out)
{
    switch ((int)info) {
    case CURLINFO_RESPONSE_CODE:
        *out = a->status;
        return true;
    case CURLINFO_HTTP_VERSION:
        *out = CURL_HTTP_VERSION_1_1;
        return true;
    case CURLINFO_HEADER_SIZE:
        *out = (long)a->header_size;
        return true;
    case CURLINFO_PROTOCOL:
        *out = s->target.scheme_https ? CURLPROTO_HTTPS : CURLPROTO_HTTP;
        return true;
    case CURLINFO_FILETIME:
    case CURLINFO_LASTSOCKET:
        *out = -1;
        return true;
    case CURLINFO_HTTP_CONNECTCODE:
    case CURLINFO_REDIRECT_COUNT:
    case CURLINFO_REQUEST_SIZE:
    case CURLINFO_NUM_CONNECTS:
    case CURLINFO_PRIMARY_PORT:
    case CURLINFO_LOCAL_PORT:
    case CURLINFO_OS_ERRNO:
    case CURLINFO_PROXY_ERROR:
    case CURLINFO_SSL_VERIFYRESULT:
    case CURLINFO_PROXY_SSL_VERIFYRESULT:
    case CURLINFO_HTTPAUTH_AVAIL:
    case CURLINFO_PROXYAUTH_AVAIL:
    case CURLINFO_CONDITION_UNMET:
    case SC_CURLINFO_USED_PROXY:
    case SC_CURLINFO_HTTPAUTH_USED:
    case SC_CURLINFO_PROXYAUTH_USED:
        *out = 0;
        return true;
    default:
        return false;
    }
}

static double seconds(int64_t us)
{
    return (double)us / 1e6;
}

/* All that happened before the answer happened at once. What did not: a handshake without TLS, and
 * all of it where a connection is there. */
static int64_t when_us(const struct sc_shadow *s, CURLINFO info)
{
    const struct sc_answer *a = s->answer;

    switch ((int)info) {
    case CURLINFO_NAMELOOKUP_TIME:
    case CURLINFO_NAMELOOKUP_TIME_T:
        return a->reused && s->real->version_num >= SC_SINCE_REUSE_HAS_NO_LOOKUP ? 0 : a->ready_us;
    case CURLINFO_CONNECT_TIME:
    case CURLINFO_CONNECT_TIME_T:
        return a->reused ? 0 : a->ready_us;
    case CURLINFO_APPCONNECT_TIME:
    case CURLINFO_APPCONNECT_TIME_T:
        return a->reused || !s->target.scheme_https ? 0 : a->ready_us;
    default:
        return a->ready_us;
    }
}

/* What has come by now: in a callback of the program, no more than it has been shown. */
static int64_t got_by_now(const struct sc_shadow *s)
{
    const struct sc_transfer *t = s->transfer;

    if (t && t->shown)
        return in_head(s) ? 0 : downloaded(s, t, counts_ahead(s));
    return s->answer->got;
}

static double speed(int64_t bytes, const struct sc_answer *a)
{
    return bytes > 0 ? (double)bytes * 1e6 / (double)a->took_us : 0;
}

static bool get_double(const struct sc_shadow *s, const struct sc_answer *a, CURLINFO info,
                       double *out)
{
    switch ((int)info) {
    case CURLINFO_TOTAL_TIME:
        *out = seconds(a->took_us);
        return true;
    case CURLINFO_NAMELOOKUP_TIME:
    case CURLINFO_CONNECT_TIME:
    case CURLINFO_APPCONNECT_TIME:
    case CURLINFO_PRETRANSFER_TIME:
    case CURLINFO_STARTTRANSFER_TIME:
        *out = seconds(when_us(s, info));
        return true;
    case CURLINFO_SIZE_DOWNLOAD:
        *out = (double)got_by_now(s);
        return true;
    case CURLINFO_CONTENT_LENGTH_DOWNLOAD:
        *out = in_head(s) ? -1 : (double)a->length;
        return true;
    case CURLINFO_SIZE_UPLOAD:
        *out = a->sent > 0 ? (double)a->sent : 0;
        return true;
    case CURLINFO_CONTENT_LENGTH_UPLOAD:
        *out = (double)a->sent;
        return true;
    case CURLINFO_SPEED_DOWNLOAD:
        *out = speed(a->got, a);
        return true;
    case CURLINFO_SPEED_UPLOAD:
        *out = speed(a->sent, a);
        return true;
    case CURLINFO_REDIRECT_TIME:
        *out = 0;
        return true;
    default:
        return false;
    }
}

static const char *value_of(const struct sc_shadow *s, const char *name)
{
    const struct sc_answer *a = s->answer;
    size_t i, n = headers_known(s);

    for (i = 0; i < n; i++)
        if (strcasecmp(a->name[i], name) == 0)
            return a->value[i];
    return NULL;
}

static bool get_offset(const struct sc_shadow *s, const struct sc_answer *a, CURLINFO info,
                       curl_off_t *out)
{
    switch ((int)info) {
    case CURLINFO_TOTAL_TIME_T:
        *out = a->took_us;
        return true;
    case CURLINFO_NAMELOOKUP_TIME_T:
    case CURLINFO_CONNECT_TIME_T:
    case CURLINFO_APPCONNECT_TIME_T:
    case CURLINFO_PRETRANSFER_TIME_T:
    case CURLINFO_STARTTRANSFER_TIME_T:
    case SC_CURLINFO_POSTTRANSFER_TIME_T:
    case SC_CURLINFO_QUEUE_TIME_T:
        *out = when_us(s, info);
        return true;
    case CURLINFO_SIZE_DOWNLOAD_T:
        *out = got_by_now(s);
        return true;
    case SC_CURLINFO_SIZE_DELIVERED:
        *out = s->transfer ? (curl_off_t)s->transfer->delivered_body : a->delivered;
        return true;
    case CURLINFO_CONTENT_LENGTH_DOWNLOAD_T:
        *out = in_head(s) ? -1 : a->length;
        return true;
    case CURLINFO_SIZE_UPLOAD_T:
        *out = a->sent > 0 ? a->sent : 0;
        return true;
    case CURLINFO_CONTENT_LENGTH_UPLOAD_T:
        *out = a->sent;
        return true;
    case CURLINFO_SPEED_DOWNLOAD_T:
        *out = (curl_off_t)speed(a->got, a);
        return true;
    case CURLINFO_SPEED_UPLOAD_T:
        *out = (curl_off_t)speed(a->sent, a);
        return true;
    case CURLINFO_RETRY_AFTER:
        *out = value_of(s, "retry-after") ? a->retry_after_s : 0;
        return true;
    case CURLINFO_FILETIME_T:
        *out = -1;
        return true;
    case SC_CURLINFO_XFER_ID:
        *out = a->xfer_id;
        return true;
    case SC_CURLINFO_CONN_ID: /* the connection that it would use again, or the first */
        *out = *out < 0 ? 0 : *out;
        return true;
    case SC_CURLINFO_EARLYDATA_SENT_T:
    case CURLINFO_REDIRECT_TIME_T:
        *out = 0;
        return true;
    default:
        return false;
    }
}

static bool get_string(struct sc_shadow *s, CURLINFO info, const char **out)
{
    switch ((int)info) {
    case CURLINFO_EFFECTIVE_URL:
        if (!s->o.url.set)
            return false;
        *out = s->o.url.p;
        return true;
    case CURLINFO_EFFECTIVE_METHOD:
        *out = sc_target_method(s);
        return true;
    case CURLINFO_CONTENT_TYPE:
        *out = value_of(s, "content-type");
        return true;
    case CURLINFO_SCHEME:
        /* Upper case until 8.7, lower case since. */
        if (s->real->version_num < 0x080800)
            *out = s->target.scheme_https ? "HTTPS" : "HTTP";
        else
            *out = s->target.scheme_https ? "https" : "http";
        return true;
    case CURLINFO_PRIMARY_IP:
    case CURLINFO_LOCAL_IP:
        *out = "";
        return true;
    case CURLINFO_REDIRECT_URL:
        *out = NULL;
        return true;
    default:
        return false;
    }
}

bool sc_answer_getinfo(struct sc_shadow *s, CURLINFO info, void *out)
{
    const struct sc_answer *a = s->answer;

    if (info == CURLINFO_ACTIVESOCKET) {
        *(curl_socket_t *)out = CURL_SOCKET_BAD;
        return true;
    }
    switch (info & CURLINFO_TYPEMASK) {
    case CURLINFO_LONG:
        return get_long(s, a, info, out);
    case CURLINFO_DOUBLE:
        return get_double(s, a, info, out);
    case CURLINFO_OFF_T:
        return get_offset(s, a, info, out);
    case CURLINFO_STRING:
        return get_string(s, info, out);
    default:
        return false;
    }
}

/* ---- the header API ------------------------------------------------------------------------ */

static struct curl_header *header_at(struct sc_answer *a, size_t i, size_t amount, size_t index)
{
    a->out = (struct curl_header){
        .name = a->name[i],
        .value = a->value[i],
        .amount = amount,
        .index = index,
        .origin = CURLH_HEADER | ORIGIN_BIT,
        .anchor = &a->name[i],
    };
    return &a->out;
}

/* How many headers of that name there are, and which of them stands at `at`. */
static size_t same_name(const struct sc_shadow *s, const char *name, size_t at, size_t *index)
{
    const struct sc_answer *a = s->answer;
    size_t i, n = 0, known = headers_known(s);

    for (i = 0; i < known; i++) {
        if (strcasecmp(a->name[i], name) != 0)
            continue;
        if (i == at)
            *index = n;
        n++;
    }
    return n;
}

CURLHcode sc_answer_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                           int request, struct curl_header **out)
{
    struct sc_answer *a = s->answer;
    size_t i, seen = 0, amount, unused;

    if (!name || !out || origin == 0 || origin > 31 || request < -1)
        return CURLHE_BAD_ARGUMENT;
    if (headers_known(s) == 0)
        return CURLHE_NOHEADERS;
    if (request > 0)
        return CURLHE_NOREQUEST;
    amount = origin & CURLH_HEADER ? same_name(s, name, 0, &unused) : 0;
    if (amount == 0)
        return CURLHE_MISSING;
    if (index >= amount)
        return CURLHE_BADINDEX;
    for (i = 0; i < a->n_headers; i++)
        if (strcasecmp(a->name[i], name) == 0 && seen++ == index)
            break;
    *out = header_at(a, i, amount, index);
    return CURLHE_OK;
}

struct curl_header *sc_answer_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                         struct curl_header *previous)
{
    struct sc_answer *a = s->answer;
    size_t i = 0, index = 0, amount;

    if (request > 0 || request < -1 || !(origin & CURLH_HEADER))
        return NULL;
    if (previous) {
        char **anchor = previous->anchor;

        if (anchor < a->name || anchor >= a->name + HEADERS_MAX)
            return NULL;
        i = (size_t)(anchor - a->name) + 1;
    }
    if (i >= headers_known(s))
        return NULL;
    amount = same_name(s, a->name[i], i, &index);
    return header_at(a, i, amount, index);
}
