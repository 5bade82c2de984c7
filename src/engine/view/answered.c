/* answered.c - see answered.h. */
#include "view/answered.h"

#include <errno.h>
#include <strings.h>

#include "handle/url.h"
#include "wire/answer.h"

/* ---- numbers ------------------------------------------------------------------------------- */

static const char *value_of(const struct sc_shadow *s, const char *name)
{
    const struct sc_answer *a = s->answer;
    size_t i, n = sc_answer_headers(s);

    for (i = 0; i < n; i++)
        if (strcasecmp(a->name[i], name) == 0)
            return a->value[i];
    return NULL;
}

static int64_t absent(const struct sc_shadow *s)
{
    (void)s;
    return 0;
}

static int64_t unknown(const struct sc_shadow *s)
{
    (void)s;
    return -1;
}

static int64_t status(const struct sc_shadow *s)
{
    return s->answer->status;
}

static int64_t http_version(const struct sc_shadow *s)
{
    return s->answer->reach == SC_REACH_ANSWER ? s->answer->version : 0;
}

static int64_t redirects(const struct sc_shadow *s)
{
    return s->answer->redirects;
}

/* libcurl knows of neither before there is a connection. */
static bool was_connected(const struct sc_shadow *s)
{
    return s->answer->reach <= SC_REACH_CONNECTION;
}

static int64_t protocol(const struct sc_shadow *s)
{
    if (!was_connected(s))
        return 0;
    return s->asked.scheme_https ? CURLPROTO_HTTPS : CURLPROTO_HTTP;
}

static int64_t head_size(const struct sc_shadow *s)
{
    return (int64_t)s->answer->header_size;
}

static int64_t retry_after(const struct sc_shadow *s)
{
    return value_of(s, "retry-after") ? s->answer->retry_after_s : 0;
}

/* A fault on purpose is one of a server that was asked. */
static int64_t connects(const struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    return a->feigned && !a->reused && a->reach <= SC_REACH_CONNECTION;
}

static int64_t transfer_id(const struct sc_shadow *s)
{
    return s->answer->xfer_id;
}

static int64_t length(const struct sc_shadow *s)
{
    return sc_answer_is_in_head(s) ? -1 : s->answer->length;
}

static int64_t speed(int64_t bytes, const struct sc_answer *a)
{
    return bytes > 0 ? (int64_t)((double)bytes * 1e6 / (double)a->took_us) : 0;
}

static int64_t down_speed(const struct sc_shadow *s)
{
    return speed(s->answer->got, s->answer);
}

static int64_t up_size(const struct sc_shadow *s)
{
    return s->answer->sent > 0 ? s->answer->sent : 0;
}

/* libcurl knows it once it sends. */
static int64_t up_length(const struct sc_shadow *s)
{
    return s->answer->feigned && s->answer->reach > SC_REACH_SENT ? -1 : s->answer->sent;
}

/* What the system would have said to libcurl. */
static int64_t os_error(const struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    return !a->feigned                        ? 0
           : a->code == CURLE_RECV_ERROR      ? ECONNRESET
           : a->code == CURLE_COULDNT_CONNECT ? ECONNREFUSED
                                              : 0;
}

static int64_t up_speed(const struct sc_shadow *s)
{
    return speed(s->answer->sent, s->answer);
}

/* All that happened before the answer happened at once. What did not: a handshake without TLS, and
 * all of it where a connection is there. */
static int64_t reached(const struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    /* libcurl takes the end of a connection for a first byte. */
    if (a->reach != SC_REACH_ANSWER && a->code != CURLE_GOT_NOTHING)
        return 0;
    return a->reached_us > 0 ? a->reached_us : a->ready_us;
}

static int64_t ready(const struct sc_shadow *s)
{
    return s->answer->reach <= SC_REACH_SENT ? s->answer->ready_us : 0;
}

static int64_t looked_up(const struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    if (a->reach == SC_REACH_NOTHING)
        return 0;
    return a->reused && s->real->version_num >= SC_SINCE_REUSE_HAS_NO_LOOKUP ? 0 : a->ready_us;
}

static int64_t connected(const struct sc_shadow *s)
{
    const struct sc_answer *a = s->answer;

    return a->reused || a->reach > SC_REACH_CONNECTION ? 0 : a->ready_us;
}

static int64_t secured(const struct sc_shadow *s)
{
    return s->asked.scheme_https && s->answer->reach <= SC_REACH_SENT ? connected(s) : 0;
}

static int64_t ended(const struct sc_shadow *s)
{
    return s->answer->took_us;
}

static int64_t (*const numbers[SC_MEANINGS])(const struct sc_shadow *s) = {
    [SC_MEANS_ABSENT] = absent,
    [SC_MEANS_UNKNOWN] = unknown,
    [SC_MEANS_STATUS] = status,
    [SC_MEANS_CONNECT_STATUS] = absent,
    [SC_MEANS_HTTP_VERSION] = http_version,
    [SC_MEANS_PROTOCOL] = protocol,
    [SC_MEANS_REDIRECTS] = redirects,
    [SC_MEANS_PORT] = absent,
    [SC_MEANS_HEAD_SIZE] = head_size,
    [SC_MEANS_CONNECTS] = connects,
    [SC_MEANS_OS_ERROR] = os_error,
    [SC_MEANS_RETRY_AFTER] = retry_after,
    [SC_MEANS_TRANSFER_ID] = transfer_id,
    [SC_MEANS_DOWN_SIZE] = sc_answer_downloaded,
    [SC_MEANS_DOWN_TAKEN] = sc_answer_delivered,
    [SC_MEANS_DOWN_LENGTH] = length,
    [SC_MEANS_DOWN_SPEED] = down_speed,
    [SC_MEANS_UP_SIZE] = up_size,
    [SC_MEANS_UP_LENGTH] = up_length,
    [SC_MEANS_UP_SPEED] = up_speed,
    [SC_MEANS_LOOKED_UP] = looked_up,
    [SC_MEANS_CONNECTED] = connected,
    [SC_MEANS_SECURED] = secured,
    [SC_MEANS_READY] = ready,
    [SC_MEANS_REACHED] = reached,
    [SC_MEANS_ENDED] = ended,
};

/* ---- texts --------------------------------------------------------------------------------- */

static const char *url(const struct sc_shadow *s)
{
    return s->answer->led_to ? s->answer->led_to : s->o.url.p;
}

static const char *type(const struct sc_shadow *s)
{
    return value_of(s, "content-type");
}

/* Upper case until 8.7, lower case since. */
const char *sc_answered_scheme(const struct sc_shadow *s)
{
    if (s->real->version_num < 0x080800)
        return s->asked.scheme_https ? "HTTPS" : "HTTP";
    return s->asked.scheme_https ? "https" : "http";
}

static const char *scheme(const struct sc_shadow *s)
{
    return was_connected(s) ? sc_answered_scheme(s) : NULL;
}

static const char *empty(const struct sc_shadow *s)
{
    (void)s;
    return "";
}

static const char *none(const struct sc_shadow *s)
{
    (void)s;
    return NULL;
}

static const char *(*const texts[SC_MEANINGS])(const struct sc_shadow *s) = {
    [SC_MEANS_URL] = url,           [SC_MEANS_METHOD] = sc_asked_method,
    [SC_MEANS_TYPE] = type,         [SC_MEANS_SCHEME] = scheme,
    [SC_MEANS_ADDRESS] = empty,     [SC_MEANS_OWN_ADDRESS] = empty,
    [SC_MEANS_REDIRECT_URL] = none,
};

bool sc_answered_info(const struct sc_shadow *s, const struct sc_info *q)
{
    if (q->means == SC_MEANS_URL && !s->o.url.set)
        return false;
    if (q->means == SC_MEANS_CONNECTION_ID) /* that which it would use again, or the first */
        sc_info_put(q, sc_info_value(q) < 0 ? 0 : sc_info_value(q));
    else if (numbers[q->means])
        sc_info_put(q, numbers[q->means](s));
    else if (texts[q->means])
        sc_info_put_text(q, texts[q->means](s));
    else
        return false;
    return true;
}

/* ---- the header API ------------------------------------------------------------------------ */

static struct curl_header *header_at(struct sc_answer *a, size_t i, size_t amount, size_t index)
{
    a->out = (struct curl_header){
        .name = a->name[i],
        .value = a->value[i],
        .amount = amount,
        .index = index,
        .origin = CURLH_HEADER | SC_ORIGIN_BIT,
        .anchor = &a->name[i],
    };
    return &a->out;
}

/* How many headers of that name there are, and which of them stands at `at`. */
static size_t same_name(const struct sc_shadow *s, const char *name, size_t at, size_t *index)
{
    const struct sc_answer *a = s->answer;
    size_t i, n = 0, known = sc_answer_headers(s);

    for (i = 0; i < known; i++) {
        if (strcasecmp(a->name[i], name) != 0)
            continue;
        if (i == at)
            *index = n;
        n++;
    }
    return n;
}

CURLHcode sc_answered_header(struct sc_shadow *s, const char *name, size_t index, unsigned origin,
                             int request, struct curl_header **out)
{
    struct sc_answer *a = s->answer;
    size_t i, seen = 0, amount, unused;

    if (!name || !out || origin == 0 || origin > 31 || request < -1)
        return CURLHE_BAD_ARGUMENT;
    if (sc_answer_headers(s) == 0)
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

struct curl_header *sc_answered_nextheader(struct sc_shadow *s, unsigned origin, int request,
                                           struct curl_header *previous)
{
    struct sc_answer *a = s->answer;
    size_t i = 0, index = 0, amount;

    if (request > 0 || request < -1 || !(origin & CURLH_HEADER))
        return NULL;
    if (previous) {
        char **anchor = previous->anchor;

        if (anchor < a->name || anchor >= a->name + a->room)
            return NULL;
        i = (size_t)(anchor - a->name) + 1;
    }
    if (i >= sc_answer_headers(s))
        return NULL;
    amount = same_name(s, a->name[i], i, &index);
    return header_at(a, i, amount, index);
}
