/* texts.c - see texts.h. */
#include "handle/texts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#define OPERATION "Operation timed out after "

enum { WRITEFUNC_ERROR = 0xffffffff }; /* CURL_WRITEFUNC_ERROR, named in 7.87 */

void sc_say_timed_out(const struct sc_shadow *s, int64_t ms, uint64_t got, int64_t of)
{
    char text[CURL_ERROR_SIZE];

    if (of >= 0)
        snprintf(text, sizeof text,
                 OPERATION "%lld milliseconds with %llu out of %lld bytes received", (long long)ms,
                 (unsigned long long)got, (long long)of);
    else
        snprintf(text, sizeof text, OPERATION "%lld milliseconds with %llu bytes received",
                 (long long)ms, (unsigned long long)got);
    sc_shadow_error(s, text);
}

void sc_say_less_came(const struct sc_shadow *s, uint64_t got, int64_t of)
{
    const char *said = s->o.error_buffer;

    if (said && strncmp(said, OPERATION, sizeof OPERATION - 1) == 0)
        sc_say_timed_out(s, strtoll(said + sizeof OPERATION - 1, NULL, 10), got, of);
}

bool sc_say_timed_out_later(const struct sc_shadow *s, int64_t later_ms)
{
    static const char *const starts[] = {OPERATION, "Connection timed out after ",
                                         "Resolving timed out after "};
    const char *said = s->o.error_buffer;
    char text[CURL_ERROR_SIZE], *rest;

    for (size_t i = 0; said && i < sizeof starts / sizeof *starts; i++) {
        size_t n = strlen(starts[i]);
        long long ms;

        if (strncmp(said, starts[i], n) != 0)
            continue;
        ms = strtoll(said + n, &rest, 10) + later_ms;
        snprintf(text, sizeof text, "%s%lld%s", starts[i], ms, rest);
        sc_shadow_error(s, text);
        return true;
    }
    return false;
}

static void text_of_connect(const struct sc_shadow *s, char *buf, size_t n)
{
    const char *why = s->real->easy_strerror ? s->real->easy_strerror(CURLE_COULDNT_CONNECT) : "";

    snprintf(buf, n, "Failed to connect to %s port %d after 0 ms: %s", s->asked.host, s->asked.port,
             why);
}

void sc_text_of_code(const struct sc_shadow *s, CURLcode code, char *buf, size_t n)
{
    bool since_8 = s->real->version_num >= 0x080000;

    switch ((int)code) {
    case CURLE_COULDNT_RESOLVE_HOST:
        snprintf(buf, n, "Could not resolve host: %s", s->asked.host);
        break;
    case CURLE_COULDNT_CONNECT:
        text_of_connect(s, buf, n);
        break;
    case CURLE_PARTIAL_FILE:
        sc_text_of_partial(-1, buf, n);
        break;
    case CURLE_OPERATION_TIMEDOUT:
        sc_text_of_timeout(0, buf, n);
        break;
    case CURLE_SSL_CONNECT_ERROR:
        snprintf(buf, n, "OpenSSL SSL_connect: Connection reset by peer in connection to %s:%d ",
                 s->asked.host, s->asked.port);
        break;
    case CURLE_GOT_NOTHING:
        snprintf(buf, n, "Empty reply from server");
        break;
    case CURLE_RECV_ERROR:
        snprintf(buf, n, "Recv failure: Connection reset by peer");
        break;
    case CURLE_PEER_FAILED_VERIFICATION:
        snprintf(buf, n, "SSL certificate problem: unable to get local issuer certificate");
        break;
    case CURLE_HTTP2_STREAM:
        snprintf(buf, n, "HTTP/2 stream %d was not closed cleanly: INTERNAL_ERROR (err 2)",
                 since_8 ? 1 : 0);
        break;
    default:
        snprintf(buf, n, "%s", s->real->easy_strerror ? s->real->easy_strerror(code) : "");
        break;
    }
}

void sc_text_of_timeout(int64_t ms, char *buf, size_t n)
{
    snprintf(buf, n, OPERATION "%lld milliseconds with 0 bytes received", (long long)ms);
}

void sc_text_of_partial(int64_t missing, char *buf, size_t n)
{
    if (missing >= 0)
        snprintf(buf, n, "transfer closed with %lld bytes remaining to read", (long long)missing);
    else
        snprintf(buf, n, "transfer closed with outstanding read data remaining");
}

void sc_say_aborted(const struct sc_shadow *s)
{
    sc_shadow_error(s, "Callback aborted");
}

void sc_say_status(const struct sc_shadow *s, int status)
{
    char text[64];

    snprintf(text, sizeof text, "The requested URL returned error: %d", status);
    sc_shadow_error(s, text);
}

/* They changed with 7.69 and with 8.7. */
void sc_say_refused(const struct sc_shadow *s, bool header, size_t wanted, size_t got)
{
    char text[CURL_ERROR_SIZE];

    if (s->real->version_num >= 0x080800 && got == WRITEFUNC_ERROR)
        snprintf(text, sizeof text, "client returned ERROR on write of %zu bytes", wanted);
    else if (s->real->version_num >= 0x080700)
        snprintf(text, sizeof text,
                 "Failure writing output to destination, passed %zu returned %zd", wanted,
                 (ssize_t)got);
    else if (header)
        snprintf(text, sizeof text, "Failed writing header");
    else if (s->real->version_num < 0x074500)
        snprintf(text, sizeof text, "Failed writing body (%zu != %zu)", got, wanted);
    else
        snprintf(text, sizeof text, "Failure writing output to destination");
    sc_shadow_error(s, text);
}

void sc_say_in_multi(const struct sc_shadow *s)
{
    sc_shadow_error(s, "easy handle already used in multi handle");
}

void sc_say_no_policy(const struct sc_shadow *s)
{
    sc_shadow_error(s, "steadycurl: the policy is invalid and STEADYCURL_STRICT is set: "
                       "no transfer is made");
}
