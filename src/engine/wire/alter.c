/* alter.c - see alter.h. */
#include "wire/alter.h"

#include "handle/texts.h"
#include "process/runtime.h"

enum { NS_PER_MS = 1000000 };

/* Where an answer of that length ends, -1: nobody knows. */
static int64_t place_of(const struct sc_alter *a, int64_t length)
{
    if (a->at >= 0)
        return a->at;
    if (a->after >= 0)
        return -1;
    if (length < 0)
        return -1;
    return a->percent >= 0 ? length * a->percent / 100 : length / 2;
}

/* An event ends with an empty line. Where nobody knows the length, and no place was named, the
 * second one is the middle. */
static size_t until_event(struct sc_alter *a, const char *p, size_t n)
{
    int64_t after = a->after >= 0 ? a->after : 2;

    for (size_t i = 0; i < n; i++) {
        if (a->events >= after)
            return i;
        if (p[i] == '\n') {
            a->events += a->line_empty;
            a->line_empty = !a->line_empty;
        } else if (p[i] != '\r') {
            a->line_empty = false;
        }
    }
    return n;
}

size_t sc_alter_until(struct sc_alter *a, const char *p, size_t n, int64_t length)
{
    int64_t place = place_of(a, length);

    if (place < 0)
        return until_event(a, p, n);
    if ((uint64_t)place >= a->seen + n)
        return n;
    return (uint64_t)place > a->seen ? (size_t)((uint64_t)place - a->seen) : 0;
}

/* The place is reached: what is left of the answer never came, to the program. */
static size_t happens(struct sc_exchange *x, sc_take_body *take)
{
    struct sc_alter *a = x->alter;
    bool first = !a->happened;

    a->happened = true;
    if (first && a->last_len > 0)
        a->seen += take(x, a->last, a->last_len);
    if (a->end != SC_ALTER_STALL)
        return 0; /* libcurl closes the connection */
    a->since_ns = a->since_ns ? a->since_ns : sc_now_ns();
    return CURL_WRITEFUNC_PAUSE;
}

size_t sc_alter_body(struct sc_exchange *x, char *p, size_t n, sc_take_body *take)
{
    struct sc_alter *a = x->alter;
    size_t before = a->happened ? 0 : sc_alter_until(a, p, n, x->content_length), taken;

    if (a->happened)
        return happens(x, take);
    taken = before > 0 ? take(x, p, before) : 0;
    if (taken != before)
        return taken; /* the program's own doing */
    a->seen += before;
    return before == n ? n : happens(x, take);
}

bool sc_alter_is_over(const struct sc_alter *a, int64_t now_ns)
{
    return a && a->since_ns && a->stall_ms >= 0 && now_ns - a->since_ns >= a->stall_ms * NS_PER_MS;
}

/* getinfo speaks of what came as far as the place. */
static void stop_there(struct sc_exchange *x)
{
    x->shadow->overlay.altered = true;
    x->shadow->overlay.altered_at = (int64_t)x->alter->seen;
}

CURLcode sc_alter_code(const struct sc_exchange *x, char *text, size_t size)
{
    const struct sc_alter *a = x->alter;
    int64_t missing = x->content_length >= 0 ? x->content_length - (int64_t)a->seen : -1;
    CURLcode rc = a->end == SC_ALTER_RESET ? CURLE_RECV_ERROR : CURLE_PARTIAL_FILE;

    text[0] = '\0';
    if (a->end == SC_ALTER_OVER)
        return CURLE_OK;
    sc_text_of_code(x->shadow, rc, text, size);
    if (rc == CURLE_PARTIAL_FILE)
        sc_text_of_partial(missing, text, size);
    return rc;
}

CURLcode sc_alter_result(struct sc_exchange *x, CURLcode rc)
{
    struct sc_alter *a = x->alter;
    char text[CURL_ERROR_SIZE];

    if (!a->happened || rc == CURLE_OK || x->play->short_write)
        return rc;
    if (a->end == SC_ALTER_STALL && rc == CURLE_OPERATION_TIMEDOUT) {
        stop_there(x);
        sc_say_less_came(x->shadow, a->seen, x->content_length);
        return rc;
    }
    if (rc != CURLE_WRITE_ERROR && rc != CURLE_ABORTED_BY_CALLBACK)
        return rc;
    stop_there(x);
    rc = sc_alter_code(x, text, sizeof text);
    if (rc != CURLE_OK)
        sc_shadow_error(x->shadow, text);
    else if (x->shadow->o.error_buffer)
        x->shadow->o.error_buffer[0] = '\0';
    return rc;
}
