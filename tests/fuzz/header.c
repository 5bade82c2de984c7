/* Values of headers, and waits told in texts, are sane or none. */
#include "fuzz.h"

#include <math.h>

#include "http/header.h"
#include "http/stream.h"

static void check_wait(int64_t ms)
{
    CHECK(ms == -1 || (ms >= 0 && ms <= SC_WAIT_ABSURD_MS));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sc_str s = {(const char *)data, size};
    const char *at;
    int64_t unix_seconds;
    double number;
    size_t used;

    check_wait(sc_header_ms(s));
    check_wait(sc_header_retry_after(s, 1754640000));
    check_wait(sc_duration(s));
    check_wait(sc_wait_in_text(s));
    if (sc_http_date(s, &unix_seconds))
        CHECK(unix_seconds >= 0 && unix_seconds < INT64_C(253402300801) + 86400);
    if (sc_number(s, &number, &used))
        CHECK(used > 0 && used <= size && !isnan(number));
    at = sc_str_find(s, "again");
    if (at)
        CHECK(at >= s.p && sc_str_is((struct sc_str){at, 5}, "again"));
    CHECK(!(sc_is_json(s) && sc_stream_kind_of(s) != SC_STREAM_NONE));
    return 0;
}
