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
