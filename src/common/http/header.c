/* header.c - see header.h. */
#include "http/header.h"

#include <stdio.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Not tolower(): that one asks the host's locale. */
static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static struct sc_str skip(struct sc_str s, size_t n)
{
    return (struct sc_str){s.p + n, s.n - n};
}

static bool starts(struct sc_str s, const char *prefix)
{
    size_t n = strlen(prefix);
    if (s.n < n)
        return false;
    for (size_t i = 0; i < n; i++)
        if (lower(s.p[i]) != prefix[i])
            return false;
    return true;
}

bool sc_str_is(struct sc_str s, const char *name)
{
    size_t i = 0;
    while (i < s.n && name[i] && (s.p[i] == name[i] || lower(s.p[i]) == name[i]))
        i++;
    return i == s.n && name[i] == '\0';
}

const char *sc_str_find(struct sc_str s, const char *needle)
{
    for (; s.n > 0; s = skip(s, 1))
        if (lower(*s.p) == *needle && starts(s, needle))
            return s.p;
    return NULL;
}

static double power_of_ten(double v, int exponent)
{
    for (; exponent > 0; exponent--)
        v *= 10;
    for (; exponent < 0; exponent++)
        v /= 10;
    return v;
}

/* "e3", "E+3", "e-3": 0 if s does not go on with an exponent. */
static int take_exponent(struct sc_str s, size_t *i)
{
    size_t k = *i + 1;
    bool negative = false;
    if (*i >= s.n || lower(s.p[*i]) != 'e')
        return 0;
    if (k < s.n && (s.p[k] == '+' || s.p[k] == '-'))
        negative = s.p[k++] == '-';
    if (k >= s.n || !is_digit(s.p[k]))
        return 0;
    int e = 0;
    for (; k < s.n && is_digit(s.p[k]); k++)
        e = e < 400 ? e * 10 + (s.p[k] - '0') : e;
    *i = k;
    return negative ? -e : e;
}

bool sc_number(struct sc_str s, double *value, size_t *used)
{
    double v = 0;
    int scale = 0;
    size_t i = 0, digits = 0;
    for (; i < s.n && is_digit(s.p[i]); i++, digits++)
        v = v * 10 + (s.p[i] - '0');
    if (i < s.n && s.p[i] == '.' && (digits > 0 || (i + 1 < s.n && is_digit(s.p[i + 1]))))
        for (i++; i < s.n && is_digit(s.p[i]); i++, digits++)
            if (scale > -18) { /* more digits than a double tells apart */
                v = v * 10 + (s.p[i] - '0');
                scale--;
            }
    if (digits == 0)
        return false;
    *value = power_of_ten(v, scale + take_exponent(s, &i));
    *used = i;
    return true;
}

static int64_t usable(double ms)
{
    if (!(ms > 0) || ms > (double)SC_WAIT_ABSURD_MS)
        return -1;
    int64_t rounded = (int64_t)(ms + 0.5);
    return rounded > 0 ? rounded : 1;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct sc_str sc_str_trim(struct sc_str s)
{
    while (s.n > 0 && is_blank(*s.p))
        s = skip(s, 1);
    while (s.n > 0 && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

static int64_t whole_number(struct sc_str s, double unit_ms)
{
    double v;
    size_t used;
    s = sc_str_trim(s);
    return sc_number(s, &v, &used) && used == s.n ? usable(v * unit_ms) : -1;
}

int64_t sc_header_ms(struct sc_str value)
{
    return whole_number(value, 1);
}

/* Days since 1970-01-01 of a date of the Gregorian calendar. */
static int64_t days_of(int64_t year, int month, int day)
{
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    int64_t past = year - 1;
    return past * 365 + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] +
           (leap && month > 2) + day - 1;
}

static int month_named(struct sc_str s)
{
    static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                         "jul", "aug", "sep", "oct", "nov", "dec"};
    for (int m = 0; m < 12; m++)
        if (starts(s, months[m]))
            return m + 1;
    return 0;
}

struct date {
    int64_t numbers[5]; /* in the order of their appearance */
    size_t n;
    int month;
    bool year_last; /* asctime */
    bool zone_bad;
};

static size_t take_word(struct sc_str s, struct date *d)
{
    size_t i = 0;
    while (i < s.n && ((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z')))
        i++;
    struct sc_str word = {s.p, i};
    if (!d->month && d->n <= 1 && i == 3 && month_named(word)) {
        d->month = month_named(word);
        d->year_last = d->n == 0;
    } else if (d->n > 0 && !sc_str_is(word, "gmt") && !sc_str_is(word, "utc")) {
        d->zone_bad = true;
    }
    return i;
}

static size_t take_digits(struct sc_str s, struct date *d)
{
    size_t i = 0;
    int64_t v = 0;
    for (; i < s.n && is_digit(s.p[i]); i++)
        v = v < 100000 ? v * 10 + (s.p[i] - '0') : v;
    if (d->n < 5)
        d->numbers[d->n] = v;
    d->n++;
    return i;
}

/* Splits all three forms alike: words, numbers, and what separates them. */
static bool split_date(struct sc_str s, struct date *d)
{
    *d = (struct date){.n = 0};
    while (s.n > 0) {
        size_t used = 1;
        if (is_digit(*s.p))
            used = take_digits(s, d);
        else if (!strchr(" ,:-\t", *s.p) || *s.p == '\0')
            used = take_word(s, d);
        if (used == 0)
            return false;
        s = skip(s, used);
    }
    return d->n == 5 && d->month && !d->zone_bad;
}

static int digits(const char *p, int n)
{
    int v = 0;
    for (int i = 0; i < n; i++) {
        if (!is_digit(p[i]))
            return -1;
        v = v * 10 + (p[i] - '0');
    }
    return v;
}

/* " +0200" at the end, as mail has it and Python's date functions write it: seconds east. */
static int64_t cut_zone(struct sc_str *s)
{
    const char *zone = s->p + s->n - 6;
    int h, m;
    if (s->n < 6 || zone[0] != ' ' || (zone[1] != '+' && zone[1] != '-'))
        return 0;
    h = digits(zone + 2, 2);
    m = digits(zone + 4, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59)
        return 0;
    s->n -= 6;
    return (h * 3600 + m * 60) * (zone[1] == '-' ? -1 : 1);
}

bool sc_http_date(struct sc_str value, int64_t *unix_seconds)
{
    struct date d;
    int64_t east;
    value = sc_str_trim(value);
    east = cut_zone(&value);
    if (!split_date(value, &d))
        return false;
    int64_t day = d.numbers[0];
    int64_t year = d.year_last ? d.numbers[4] : d.numbers[1];
    const int64_t *clock = d.year_last ? d.numbers + 1 : d.numbers + 2;
    if (year < 100) /* RFC 850 */
        year += year < 70 ? 2000 : 1900;
    if (day < 1 || day > 31 || year < 1970 || year > 9999 || clock[0] > 23 || clock[1] > 59 ||
        clock[2] > 60)
        return false;
    *unix_seconds = days_of(year, d.month, (int)day) * 86400 + clock[0] * 3600 + clock[1] * 60 +
                    clock[2] - east;
    return *unix_seconds >= 0;
}

/* "+02:00" or "Z" behind a time, as minutes east; false: neither. */
static bool zone_of(struct sc_str s, int *minutes)
{
    int h, m;
    *minutes = 0;
    if (s.n == 1 && lower(s.p[0]) == 'z')
        return true;
    if (s.n != 6 || (s.p[0] != '+' && s.p[0] != '-') || s.p[3] != ':')
        return false;
    h = digits(s.p + 1, 2);
    m = digits(s.p + 4, 2);
    *minutes = (h * 60 + m) * (s.p[0] == '-' ? -1 : 1);
    return h >= 0 && h < 24 && m >= 0 && m < 60;
}

bool sc_rfc3339(struct sc_str s, int64_t *unix_ms)
{
    int y, mo, d, h, mi, sec, ms = 0, scale = 100, east;
    size_t i = 19;
    if (s.n < 20 || s.p[4] != '-' || s.p[7] != '-' || s.p[13] != ':' || s.p[16] != ':')
        return false;
    y = digits(s.p, 4);
    mo = digits(s.p + 5, 2);
    d = digits(s.p + 8, 2);
    h = digits(s.p + 11, 2);
    mi = digits(s.p + 14, 2);
    sec = digits(s.p + 17, 2);
    if (y < 1970 || mo < 1 || mo > 12 || d < 1 || d > 31 || h < 0 || h > 23 || mi < 0 || mi > 59 ||
        sec < 0 || sec > 60)
        return false;
    if (s.p[i] == '.')
        for (i++; i < s.n && is_digit(s.p[i]); i++, scale /= 10)
            ms += (s.p[i] - '0') * scale;
    if (!zone_of(skip(s, i), &east))
        return false;
    *unix_ms = ((days_of(y, mo, d) * 24 + h) * 60 + mi - east) * 60000 + sec * 1000 + ms;
    return true;
}

/* Units of durations, and of sentences after one space. The longer name comes first. */
static const struct {
    const char *name;
    double ms;
} units[] = {
    {"milliseconds", 1},  {"millisecond", 1}, {"ms", 1},         {"us", 0.001},
    {"\xC2\xB5s", 0.001}, {"ns", 0.000001},   {"seconds", 1000}, {"second", 1000},
    {"secs", 1000},       {"sec", 1000},      {"s", 1000},       {"minutes", 60000},
    {"minute", 60000},    {"mins", 60000},    {"min", 60000},    {"m", 60000},
    {"hours", 3600000},   {"hour", 3600000},  {"h", 3600000},    {"days", 86400000},
    {"day", 86400000},    {"d", 86400000},
};

static size_t take_unit(struct sc_str s, double *ms)
{
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (!starts(s, units[i].name))
            continue;
        *ms = units[i].ms;
        return strlen(units[i].name);
    }
    return 0;
}

/* Number and unit, again and again; *used: how far it went. */
static double take_duration(struct sc_str s, bool spaces, size_t *used)
{
    double total = 0, v, unit;
    *used = 0;
    for (;;) {
        size_t number, name, at = *used;
        while (spaces && at < s.n && s.p[at] == ' ')
            at++;
        if (!sc_number(skip(s, at), &v, &number))
            return total;
        at += number;
        while (spaces && at < s.n && s.p[at] == ' ')
            at++;
        name = take_unit(skip(s, at), &unit);
        if (name == 0)
            return total;
        total += v * unit;
        *used = at + name;
    }
}

/* .NET's TimeSpan, "00:20:12" and "22.14:18:12" with days. */
static double take_clock(struct sc_str s, size_t *used)
{
    double days = 0;
    size_t i = 0;
    int h, m, sec;
    *used = 0;
    while (i < s.n && i < 4 && is_digit(s.p[i]))
        i++;
    if (i > 0 && i < s.n && s.p[i] == '.')
        days = digits(s.p, (int)i++);
    else
        i = 0;
    if (s.n < i + 8 || s.p[i + 2] != ':' || s.p[i + 5] != ':')
        return 0;
    h = digits(s.p + i, 2);
    m = digits(s.p + i + 3, 2);
    sec = digits(s.p + i + 6, 2);
    if (h < 0 || h > 23 || m < 0 || m > 59 || sec < 0 || sec > 59)
        return 0;
    *used = i + 8;
    return ((days * 24 + h) * 60 + m) * 60000 + sec * 1000.0;
}

int64_t sc_duration(struct sc_str value)
{
    size_t used;
    struct sc_str s = sc_str_trim(value);
    double ms = take_duration(s, false, &used);
    return used > 0 && used == s.n ? usable(ms) : -1;
}

/* Seconds or milliseconds since 1970: as a wait it would be one of decades. */
static bool since_1970(struct sc_str s, int64_t *unix_ms)
{
    double v;
    size_t used;
    if (!sc_number(s, &v, &used) || used != s.n || v < 1e9 || v > 1e15)
        return false;
    *unix_ms = (int64_t)(v < 1e11 ? v * 1000 : v);
    return true;
}

static bool is_moment(struct sc_str s, int64_t *unix_ms)
{
    int64_t seconds;
    if (!sc_http_date(s, &seconds))
        return sc_rfc3339(s, unix_ms) || since_1970(s, unix_ms);
    *unix_ms = seconds * 1000;
    return true;
}

static int64_t one_retry_after(struct sc_str s, int64_t now_unix)
{
    int64_t then, ms;
    size_t used;
    double duration;
    if (is_moment(s, &then))
        return usable((double)(then - now_unix * 1000));
    ms = whole_number(s, 1000);
    if (ms >= 0)
        return ms;
    duration = take_duration(s, true, &used);
    if (used == 0)
        duration = take_clock(s, &used);
    return used > 0 && used == s.n ? usable(duration) : -1;
}

/* A string of RFC 8941 where a number is due. */
static struct sc_str unquoted(struct sc_str s)
{
    bool quoted = s.n > 2 && s.p[0] == '"' && s.p[s.n - 1] == '"';
    return quoted ? (struct sc_str){s.p + 1, s.n - 2} : s;
}

int64_t sc_header_retry_after(struct sc_str value, int64_t now_unix)
{
    struct sc_str s = unquoted(sc_str_trim(value));
    int64_t ms = one_retry_after(s, now_unix), longest = ms;
    const char *comma;
    while (ms < 0 && (comma = memchr(s.p, ',', s.n)) != NULL) { /* a list: not before any of it */
        struct sc_str first = {s.p, (size_t)(comma - s.p)};
        int64_t one = one_retry_after(sc_str_trim(first), now_unix);
        longest = one > longest ? one : longest;
        s = sc_str_trim(skip(s, first.n + 1));
        ms = one_retry_after(s, now_unix);
        longest = ms > longest ? ms : longest;
        if (s.n == 0)
            break;
    }
    return longest;
}

bool sc_header_lists(struct sc_str value, const char *word)
{
    size_t n = strlen(word);
    while (value.n > 0) {
        const char *comma = memchr(value.p, ',', value.n);
        size_t length = comma ? (size_t)(comma - value.p) : value.n;
        struct sc_str item = sc_str_trim((struct sc_str){value.p, length});
        if (item.n >= n && sc_str_is((struct sc_str){item.p, n}, word) &&
            (item.n == n || item.p[n] == '=' || item.p[n] == ';'))
            return true;
        value = skip(value, comma ? length + 1 : length);
    }
    return false;
}

int64_t sc_wait_in_text(struct sc_str text)
{
    static const char *const phrases[] = {"try again in ", "try again after ", "retry after ",
                                          "retry in ",     "please wait ",     "available in ",
                                          "resets in ",    "reset in ",        "replenished in "};
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
        const char *at = sc_str_find(text, phrases[i]);
        if (!at)
            continue;
        size_t used;
        struct sc_str rest = skip(text, (size_t)(at - text.p) + strlen(phrases[i]));
        double ms = take_duration(rest, true, &used);
        if (used == 0)
            ms = take_clock(rest, &used);
        if (used > 0)
            return usable(ms);
    }
    return -1;
}

void sc_http_date_put(time_t at, char out[SC_HTTP_DATE_SIZE])
{
    static const char days[] = "SunMonTueWedThuFriSat";
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    struct tm tm;

    out[0] = '\0';
    if (gmtime_r(&at, &tm))
        snprintf(out, SC_HTTP_DATE_SIZE, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                 days + 3 * tm.tm_wday, tm.tm_mday, months + 3 * tm.tm_mon, tm.tm_year + 1900,
                 tm.tm_hour, tm.tm_min, tm.tm_sec);
}
