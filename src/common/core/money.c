#include "core/money.h"

#include <stdio.h>
#include <string.h>

#define TAG_BITS 12
#define TAG_SHIFT 52
#define TAG_MASK ((UINT64_C(1) << TAG_BITS) - 1)
#define NANO_MASK ((UINT64_C(1) << TAG_SHIFT) - 1)
#define REFUSED (UINT64_C(1) << 51)
#define TOLD_MASK (REFUSED - 1)

/* So many periods a clock may be set back. A word that seems to be of a later time than that is an
 * old one, whose hour's number has come round: twelve bits of hours are half a year. */
#define AHEAD_MAX 64

#define HOUR_S 3600
#define DAY_S 86400
#define WHOLE 10000

/* ---- periods ---- */

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Months since year 0 of the proleptic Gregorian calendar. Years are taken to begin in March, so
 * that the leap day is their last. */
static int64_t month_of_day(int64_t day)
{
    int64_t z = day + 719468, era = floor_div(z, 146097), of_era = z - era * 146097;
    int64_t year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);

    return (era * 400 + year) * 12 + (5 * of_year + 2) / 153 + 2;
}

static int64_t first_day_of_month(int64_t month)
{
    int64_t from_march = month - 2, year = floor_div(from_march, 12);
    int64_t m = from_march - year * 12, era = floor_div(year, 400), of_era = year - era * 400;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * m + 2) / 5 - 719468;
}

int64_t sc_period_number(enum sc_period per, int64_t wall_s)
{
    switch (per) {
    case SC_PERIOD_HOUR:
        return floor_div(wall_s, HOUR_S);
    case SC_PERIOD_DAY:
        return floor_div(wall_s, DAY_S);
    case SC_PERIOD_MONTH:
        return month_of_day(floor_div(wall_s, DAY_S));
    default:
        return 0;
    }
}

int64_t sc_period_end(enum sc_period per, int64_t number)
{
    switch (per) {
    case SC_PERIOD_HOUR:
        return (number + 1) * HOUR_S;
    case SC_PERIOD_DAY:
        return (number + 1) * DAY_S;
    case SC_PERIOD_MONTH:
        return first_day_of_month(number + 1) * DAY_S;
    default:
        return INT64_MAX;
    }
}

const char *sc_period_name(enum sc_period per)
{
    static const char *const names[] = {"hour", "day", "month", "ever"};

    return names[per];
}

void sc_money_text(int64_t nano, char *buf, size_t n)
{
    char places[12];
    size_t len;

    nano = nano < 0 ? 0 : nano;
    snprintf(places, sizeof places, "%09u", (unsigned)(nano % 1000000000));
    for (len = strlen(places); len > 2 && places[len - 1] == '0'; len--)
        places[len - 1] = '\0';
    snprintf(buf, n, "%lld.%s", (long long)(nano / 1000000000), places);
}

/* ---- a period's sum ---- */

/* What a word is to this period: of an earlier one it counts no more. `keep`: the period that it
 * goes on with. */
static bool counts(uint64_t word, int64_t period, uint64_t *keep)
{
    uint64_t mine = (uint64_t)period & TAG_MASK, its = word >> TAG_SHIFT;
    uint64_t ahead = (its - mine) & TAG_MASK;

    /* Nothing, in whatever period, is nothing in this one. */
    *keep = ahead == 1 && (word & NANO_MASK) != 0 ? its : mine;
    return ahead <= AHEAD_MAX;
}

static uint64_t pack(uint64_t tag, int64_t nano)
{
    uint64_t n = nano < 0 ? 0 : (uint64_t)nano;

    return tag << TAG_SHIFT | (n > NANO_MASK ? NANO_MASK : n);
}

int64_t sc_money_spent(uint64_t word, int64_t period)
{
    uint64_t keep;

    return counts(word, period, &keep) ? (int64_t)(word & NANO_MASK) : 0;
}

uint64_t sc_money_add(uint64_t word, void *arg)
{
    struct sc_money_add *a = arg;
    uint64_t keep, new;

    a->before = counts(word, a->period, &keep) ? (int64_t)(word & NANO_MASK) : 0;
    if (a->nano <= 0) {
        a->after = a->before;
        return word;
    }
    new = pack(keep, a->nano > SC_MONEY_MAX_NANO ? (int64_t)NANO_MASK : a->before + a->nano);
    a->after = (int64_t)(new &NANO_MASK);
    return new;
}

uint64_t sc_money_restore(uint64_t word, void *arg)
{
    struct sc_money_add *a = arg;
    uint64_t keep;

    a->before = counts(word, a->period, &keep) ? (int64_t)(word & NANO_MASK) : 0;
    a->after = a->before > a->nano ? a->before : a->nano;
    return a->after > a->before ? pack(keep, a->after) : word;
}

/* ---- what is set aside ---- */

static uint64_t check_of(uint64_t lease)
{
    return lease * UINT64_C(0x9e3779b97f4a7c15) >> TAG_SHIFT;
}

uint64_t sc_money_held_write(uint64_t lease, int64_t nano)
{
    return pack(check_of(lease), nano);
}

int64_t sc_money_held_read(uint64_t word, uint64_t lease)
{
    return word >> TAG_SHIFT == check_of(lease) ? (int64_t)(word & NANO_MASK) : 0;
}

enum sc_money_answer sc_money_decide(int64_t limit, int64_t spent, int64_t others, int64_t mine)
{
    if (mine == 0)
        return SC_MONEY_FITS;
    if (mine < 0)
        return spent < limit ? SC_MONEY_FITS : SC_MONEY_SPENT;
    if (mine > limit - spent)
        return SC_MONEY_SPENT;
    return mine + others > limit - spent ? SC_MONEY_BUSY : SC_MONEY_FITS;
}

/* ---- alerts ---- */

struct sc_money_told sc_money_told(uint64_t word, int64_t period)
{
    uint64_t keep;

    if (!counts(word, period, &keep))
        return (struct sc_money_told){0, false};
    return (struct sc_money_told){(int64_t)(word & TOLD_MASK), (word & REFUSED) != 0};
}

uint64_t sc_money_tell(uint64_t word, void *arg)
{
    struct sc_money_tell *t = arg;
    struct sc_money_told old = sc_money_told(word, t->period);
    uint64_t keep;

    counts(word, t->period, &keep);
    t->from = old.nano;
    t->was_refused = old.refused;
    t->to = t->nano > old.nano ? t->nano : old.nano;
    if ((uint64_t)t->to > TOLD_MASK)
        t->to = (int64_t)TOLD_MASK;
    if (t->to == t->from && (old.refused || !t->refused))
        return word;
    return keep << TAG_SHIFT | (old.refused || t->refused ? REFUSED : 0) | (uint64_t)t->to;
}

int64_t sc_money_part(int64_t limit, int fraction)
{
    __int128 part = (__int128)limit * fraction / WHOLE;

    return part > (__int128)TOLD_MASK ? (int64_t)TOLD_MASK : (int64_t)part;
}

bool sc_money_alerts(const struct sc_money_tell *t, int64_t limit, int fraction)
{
    int64_t at = sc_money_part(limit, fraction);
    bool crossed = t->from < at && at <= t->to;

    if (fraction != WHOLE)
        return crossed;
    return !t->was_refused && (crossed || (t->refused && t->from < at));
}
