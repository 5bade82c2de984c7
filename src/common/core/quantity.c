/* quantity.c - see quantity.h. */
#include "core/quantity.h"

#include <stddef.h>
#include <string.h>

enum { WHOLE_DIGITS_MAX = 9, DECIMALS_MAX = 6 };

struct unit {
    const char *name;
    int64_t worth;
};

/* The largest first; of two names of one unit either may be written. */
static const struct unit times[] = {{"d", 86400000}, {"h", 3600000}, {"min", 60000},
                                    {"m", 60000},    {"s", 1000},    {"ms", 1}};
static const struct unit sizes[] = {{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}};

static const char *skip_blanks(const char *p)
{
    while (*p == ' ')
        p++;
    return p;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* digits of a number; NULL: none, or too many. */
static const char *read_digits(const char *p, int most, int64_t *value, int *n)
{
    for (*n = 0; is_digit(*p); p++, ++*n) {
        if (*n == most)
            return NULL;
        *value = *value * 10 + (*p - '0');
    }
    return *n > 0 ? p : NULL;
}

/* "1.5" as 15 and 10; where it ends, NULL: it is no number. */
static const char *read_number(const char *p, int64_t *value, int64_t *per)
{
    int n;

    *value = 0;
    *per = 1;
    p = read_digits(p, WHOLE_DIGITS_MAX, value, &n);
    if (p == NULL || *p != '.')
        return p;
    p = read_digits(p + 1, DECIMALS_MAX, value, &n);
    for (; p != NULL && n > 0; n--)
        *per *= 10;
    return p;
}

/* The unit that stands there, from *at on in the list; *at becomes the next smaller one. */
static const char *read_unit(const char *p, const struct unit *units, size_t count, size_t *at,
                             int64_t *worth)
{
    size_t len = 0, i = *at;

    while ((p[len] | 0x20) >= 'a' && (p[len] | 0x20) <= 'z')
        len++;
    while (i < count && (strlen(units[i].name) != len || memcmp(units[i].name, p, len) != 0))
        i++;
    if (i == count)
        return NULL;
    *worth = units[i].worth;
    while (i < count && units[i].worth == *worth)
        i++;
    *at = i;
    return p + len;
}

static bool read_sum(const char *p, const struct unit *units, size_t count, int parts, int64_t *out)
{
    int64_t sum = 0, value, per, worth;
    size_t at = 0;

    for (p = skip_blanks(p); parts > 0 && *p != '\0'; parts--) {
        p = read_number(p, &value, &per);
        p = p != NULL ? read_unit(skip_blanks(p), units, count, &at, &worth) : NULL;
        if (p == NULL || value > INT64_MAX / worth || value * worth % per != 0 ||
            value * worth / per > INT64_MAX / 4 - sum)
            return false;
        sum += value * worth / per;
        p = skip_blanks(p);
    }
    if (at == 0 || *p != '\0')
        return false;
    *out = sum;
    return true;
}

bool sc_quantity_ms(const char *text, int64_t *out)
{
    return read_sum(text, times, sizeof times / sizeof *times, 5, out);
}

bool sc_quantity_bytes(const char *text, int64_t *out)
{
    return read_sum(text, sizes, sizeof sizes / sizeof *sizes, 1, out);
}
