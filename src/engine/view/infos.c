/* infos.c - see infos.h. */
#include "view/infos.h"

/* libcurl counts its infos through; those that mean the same in another type may share a number. */
#define NUMBER(info) ((unsigned)(info)&CURLINFO_MASK)
#define TYPE(info) (((unsigned)(info)&CURLINFO_TYPEMASK) >> 20)
#define ROW(info, what) [TYPE(info)][NUMBER(info)] = SC_MEANS_##what

enum { TYPES = TYPE(CURLINFO_OFF_T) + 1, NUMBERS = NUMBER(SC_CURLINFO_SIZE_DELIVERED) + 1 };

static const uint8_t meanings[TYPES][NUMBERS] = {
    ROW(CURLINFO_RESPONSE_CODE, STATUS),
    ROW(CURLINFO_HTTP_CONNECTCODE, CONNECT_STATUS),
    ROW(CURLINFO_HTTP_VERSION, HTTP_VERSION),
    ROW(CURLINFO_PROTOCOL, PROTOCOL),
    ROW(CURLINFO_REDIRECT_COUNT, REDIRECTS),
    ROW(CURLINFO_PRIMARY_PORT, PORT),
    ROW(CURLINFO_HEADER_SIZE, HEAD_SIZE),
    ROW(CURLINFO_NUM_CONNECTS, CONNECTS),
    ROW(CURLINFO_OS_ERRNO, OS_ERROR),
    ROW(CURLINFO_RETRY_AFTER, RETRY_AFTER),
    ROW(SC_CURLINFO_XFER_ID, TRANSFER_ID),
    ROW(SC_CURLINFO_CONN_ID, CONNECTION_ID),

    ROW(CURLINFO_SIZE_DOWNLOAD, DOWN_SIZE),
    ROW(CURLINFO_SIZE_DOWNLOAD_T, DOWN_SIZE),
    ROW(SC_CURLINFO_SIZE_DELIVERED, DOWN_TAKEN),
    ROW(CURLINFO_CONTENT_LENGTH_DOWNLOAD, DOWN_LENGTH),
    ROW(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, DOWN_LENGTH),
    ROW(CURLINFO_SPEED_DOWNLOAD, DOWN_SPEED),
    ROW(CURLINFO_SPEED_DOWNLOAD_T, DOWN_SPEED),
    ROW(CURLINFO_SIZE_UPLOAD, UP_SIZE),
    ROW(CURLINFO_SIZE_UPLOAD_T, UP_SIZE),
    ROW(CURLINFO_CONTENT_LENGTH_UPLOAD, UP_LENGTH),
    ROW(CURLINFO_CONTENT_LENGTH_UPLOAD_T, UP_LENGTH),
    ROW(CURLINFO_SPEED_UPLOAD, UP_SPEED),
    ROW(CURLINFO_SPEED_UPLOAD_T, UP_SPEED),

    ROW(CURLINFO_NAMELOOKUP_TIME, LOOKED_UP),
    ROW(CURLINFO_NAMELOOKUP_TIME_T, LOOKED_UP),
    ROW(CURLINFO_CONNECT_TIME, CONNECTED),
    ROW(CURLINFO_CONNECT_TIME_T, CONNECTED),
    ROW(CURLINFO_APPCONNECT_TIME, SECURED),
    ROW(CURLINFO_APPCONNECT_TIME_T, SECURED),
    ROW(CURLINFO_PRETRANSFER_TIME, READY),
    ROW(CURLINFO_PRETRANSFER_TIME_T, READY),
    ROW(CURLINFO_STARTTRANSFER_TIME, REACHED),
    ROW(CURLINFO_STARTTRANSFER_TIME_T, REACHED),
    ROW(SC_CURLINFO_POSTTRANSFER_TIME_T, REACHED),
    ROW(SC_CURLINFO_QUEUE_TIME_T, REACHED), /* waits are a queue, too */
    ROW(CURLINFO_TOTAL_TIME, ENDED),
    ROW(CURLINFO_TOTAL_TIME_T, ENDED),

    ROW(CURLINFO_EFFECTIVE_URL, URL),
    ROW(CURLINFO_EFFECTIVE_METHOD, METHOD),
    ROW(CURLINFO_CONTENT_TYPE, TYPE),
    ROW(CURLINFO_SCHEME, SCHEME),
    ROW(CURLINFO_PRIMARY_IP, ADDRESS),
    ROW(CURLINFO_LOCAL_IP, OWN_ADDRESS),
    ROW(CURLINFO_REDIRECT_URL, REDIRECT_URL),

    ROW(CURLINFO_FILETIME, UNKNOWN),
    ROW(CURLINFO_FILETIME_T, UNKNOWN),
    ROW(CURLINFO_LASTSOCKET, UNKNOWN),
    ROW(CURLINFO_ACTIVESOCKET, UNKNOWN), /* CURL_SOCKET_BAD */
    ROW(CURLINFO_REQUEST_SIZE, ABSENT),
    ROW(CURLINFO_LOCAL_PORT, ABSENT),
    ROW(CURLINFO_PROXY_ERROR, ABSENT),
    ROW(CURLINFO_SSL_VERIFYRESULT, ABSENT),
    ROW(CURLINFO_PROXY_SSL_VERIFYRESULT, ABSENT),
    ROW(CURLINFO_HTTPAUTH_AVAIL, ABSENT),
    ROW(CURLINFO_PROXYAUTH_AVAIL, ABSENT),
    ROW(CURLINFO_CONDITION_UNMET, ABSENT),
    ROW(CURLINFO_REDIRECT_TIME, ABSENT),
    ROW(CURLINFO_REDIRECT_TIME_T, ABSENT),
    ROW(SC_CURLINFO_USED_PROXY, ABSENT),
    ROW(SC_CURLINFO_HTTPAUTH_USED, ABSENT),
    ROW(SC_CURLINFO_PROXYAUTH_USED, ABSENT),
    ROW(SC_CURLINFO_EARLYDATA_SENT_T, ABSENT),
};

enum sc_means sc_info_means(CURLINFO info)
{
    if (TYPE(info) >= TYPES || NUMBER(info) >= NUMBERS)
        return SC_MEANS_NOTHING;
    return (enum sc_means)meanings[TYPE(info)][NUMBER(info)];
}

CURLINFO sc_info_after(CURLINFO info)
{
    unsigned type = TYPE(info), number = NUMBER(info);

    while (type < TYPES) {
        if (++number >= NUMBERS) {
            number = 0;
            type++;
        } else if (meanings[type][number] != SC_MEANS_NOTHING) {
            return (CURLINFO)(type << 20 | number);
        }
    }
    return CURLINFO_NONE;
}

void sc_info_put(const struct sc_info *q, int64_t value)
{
    switch (q->number & CURLINFO_TYPEMASK) {
    case CURLINFO_LONG:
        *(long *)q->out = (long)value;
        break;
    case CURLINFO_DOUBLE:
        *(double *)q->out = sc_means_time(q->means) ? (double)value / 1e6 : (double)value;
        break;
    case CURLINFO_SOCKET:
        *(curl_socket_t *)q->out = (curl_socket_t)value;
        break;
    default:
        *(curl_off_t *)q->out = value;
        break;
    }
}

void sc_info_put_text(const struct sc_info *q, const char *text)
{
    *(const char **)q->out = text;
}

/* Times are of whole microseconds. */
static int64_t of_double(const struct sc_info *q)
{
    double value = *(const double *)q->out;

    return (int64_t)(sc_means_time(q->means) ? value * 1e6 + 0.5 : value);
}

int64_t sc_info_value(const struct sc_info *q)
{
    switch (q->number & CURLINFO_TYPEMASK) {
    case CURLINFO_LONG:
        return *(const long *)q->out;
    case CURLINFO_DOUBLE:
        return of_double(q);
    case CURLINFO_SOCKET:
        return *(const curl_socket_t *)q->out;
    default:
        return *(const curl_off_t *)q->out;
    }
}
