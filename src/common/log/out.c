/* out.c - numbers and times. */
#include "log/out.h"

#include <endian.h>
#include <stdatomic.h>
#include <time.h>

#include "core/time.h"

/* "00" to "99". */
static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546"
    "4748495051525354555657585960616263646566676869707172737475767778798081828384858687888990919293"
    "949596979899";

static char *put_two(char *p, unsigned v)
{
    return memcpy(p, pairs + (size_t)v * 2, 2);
}

/* Written where it belongs, from its last digits on. */
bool sc_out_int(struct sc_out *o, int64_t v)
{
    uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
    size_t n = 1 + (v < 0);
    for (uint64_t power = 10; u >= power; power *= 10)
        n++;
    if (n > o->cap - o->n)
        return false;
    char *p = o->p + o->n;
    o->n += n;
    if (v < 0)
        *p = '-';
    for (p += n; u >= 100; u /= 100)
        p = put_two(p - 2, (unsigned)(u % 100));
    if (u >= 10)
        put_two(p - 2, (unsigned)u);
    else
        p[-1] = (char)('0' + u);
    return true;
}

bool sc_out_digits(struct sc_out *o, unsigned v, int width)
{
    char b[10];
    for (int i = width; i-- > 0; v /= 10)
        b[i] = (char)('0' + v % 10);
    return sc_out_bytes(o, b, (size_t)width);
}

bool sc_out_dollars(struct sc_out *o, int64_t nano)
{
    return sc_out_int(o, nano / 1000000000) && SC_OUT_LITERAL(o, ".") &&
           sc_out_digits(o, (unsigned)(nano % 1000000000), 9);
}

/* Eight digits at once: each half byte gets a byte of its own, and a letter's distance from ':'. */
static void put_hex(char *to, uint32_t v)
{
    const uint64_t ones = UINT64_C(0x0101010101010101);
    uint64_t x = v, letters;
    x = (x << 16 & UINT64_C(0xffff00000000)) | (x & 0xffff);
    x = (x << 8 | x) & UINT64_C(0x00ff00ff00ff00ff);
    x = (x << 4 | x) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    letters = (x + 6 * ones) >> 4 & ones;
    x += '0' * ones + letters * ('a' - ':');
    x = htobe64(x);
    memcpy(to, &x, sizeof x);
}

bool sc_out_hex(struct sc_out *o, uint64_t v)
{
    char b[16];
    put_hex(b, (uint32_t)(v >> 32));
    put_hex(b + 8, (uint32_t)v);
    return sc_out_bytes(o, b, sizeof b);
}

/* Days since 1970-01-01 to year, month, day: shifts the year to start in March, so that the leap
 * day comes last, and counts in eras of 400 years. */
static void civil(int64_t days, int *year, unsigned *month, unsigned *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    unsigned doe = (unsigned)(days - era * 146097);
    unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
    unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    unsigned mp = (5 * doy + 2) / 153;
    *day = doy - (153 * mp + 2) / 5 + 1;
    *month = mp < 10 ? mp + 3 : mp - 9;
    *year = (int)(yoe + era * 400) + (*month <= 2);
}

/* As long as a day lasts its date is not computed again. */
static void put_date(char *p, int64_t days)
{
    static _Atomic int64_t cached; /* days << 32 | year << 16 | month << 8 | day */
    int64_t word = atomic_load_explicit(&cached, memory_order_relaxed);
    int year = (int)(word >> 16 & 0xffff);
    unsigned month = (unsigned)(word >> 8 & 0xff), day = (unsigned)(word & 0xff);
    if (word == 0 || word >> 32 != days) {
        civil(days, &year, &month, &day);
        word = (int64_t)((uint64_t)days << 32) | (int64_t)year << 16 | month << 8 | day;
        if (year > 0 && year < 0x10000)
            atomic_store_explicit(&cached, word, memory_order_relaxed);
    }
    put_two(p, (unsigned)year / 100 % 100);
    put_two(p + 2, (unsigned)year % 100);
    put_two(p + 5, month);
    put_two(p + 8, day);
}

static bool put_date_time(struct sc_out *o, int64_t seconds, char between)
{
    int64_t days = seconds / 86400;
    int64_t rest = seconds % 86400;
    if (rest < 0)
        days--, rest += 86400;
    unsigned s = (unsigned)rest;
    char b[] = "0000-00-00 00:00:00";
    put_date(b, days);
    b[10] = between;
    put_two(b + 11, s / 3600);
    put_two(b + 14, s / 60 % 60);
    put_two(b + 17, s % 60);
    return sc_out_bytes(o, b, sizeof b - 1);
}

/* The offset of local time, asked of libc once per quarter of an hour: no zone changes its offset
 * within one, and localtime_r takes a lock that a fork in another thread can leave taken. */
static int64_t local_offset(int64_t seconds)
{
    static _Atomic int64_t cached; /* quarter << 20 | offset + 2^19 */
    int64_t quarter = seconds / 900;
    int64_t word = atomic_load_explicit(&cached, memory_order_relaxed);
    if (word && word >> 20 == quarter)
        return (word & 0xfffff) - 0x80000;
    struct tm tm;
    time_t t = (time_t)seconds;
    int64_t offset = localtime_r(&t, &tm) ? tm.tm_gmtoff : 0;
    atomic_store_explicit(&cached, quarter << 20 | (offset + 0x80000), memory_order_relaxed);
    return offset;
}

bool sc_out_local_time(struct sc_out *o, int64_t wall_ns)
{
    int64_t seconds = wall_ns / SC_NS_PER_S;
    return put_date_time(o, seconds + local_offset(seconds), ' ');
}

bool sc_out_utc_time(struct sc_out *o, int64_t wall_ns)
{
    int64_t ms = wall_ns / SC_NS_PER_MS;
    return put_date_time(o, ms / 1000, 'T') && SC_OUT_LITERAL(o, ".") &&
           sc_out_digits(o, (unsigned)(ms % 1000), 3) && SC_OUT_LITERAL(o, "Z");
}
