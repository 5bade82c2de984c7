/* asked.c - see asked.h. */
#include "cassette/asked.h"

#include <stdio.h>
#include <string.h>

#include "http/header.h"

enum { PACE_MOST = 1000, PPM = 1000000 };

static const char *const part_names[] = {
#define NAME(id, name) name,
    SC_FIND_LIST(NAME)
#undef NAME
};

const char *sc_find_name(enum sc_find_part part)
{
    return part_names[part];
}

void sc_cassette_asked_init(struct sc_cassette_asked *a)
{
    *a = (struct sc_cassette_asked){.match = SC_FIND_ALL, .pace_ppm = PPM};
}

static bool is(struct sc_str s, const char *word)
{
    return s.n == strlen(word) && memcmp(s.p, word, s.n) == 0;
}

static bool take_file(struct sc_cassette_asked *a, struct sc_str value, char *why, size_t size)
{
    if (value.n == 0 || value.n >= sizeof a->file) {
        snprintf(why, size, "the path is %s", value.n == 0 ? "empty" : "too long");
        return false;
    }
    memcpy(a->file, value.p, value.n);
    a->file[value.n] = '\0';
    return true;
}

static bool take_part(struct sc_cassette_asked *a, struct sc_str name)
{
    for (unsigned i = 0; i < SC_FIND_PARTS; i++)
        if (is(name, part_names[i])) {
            a->match |= 1U << i;
            return true;
        }
    return false;
}

static bool take_match(struct sc_cassette_asked *a, struct sc_str list, char *why, size_t size)
{
    const char *p = list.p, *end = list.p + list.n;

    a->match = 0;
    for (;;) {
        const char *comma = p < end ? memchr(p, ',', (size_t)(end - p)) : NULL;
        struct sc_str name = sc_str_trim((struct sc_str){p, (size_t)((comma ? comma : end) - p)});

        if (!take_part(a, name)) {
            snprintf(why, size, "'%.*s' is none of method, host, path, query, body",
                     (int)(name.n > 40 ? 40 : name.n), name.p);
            return false;
        }
        if (!comma)
            return true;
        p = comma + 1;
    }
}

static bool take_pace(struct sc_cassette_asked *a, struct sc_str value, char *why, size_t size)
{
    double pace = 0;
    size_t used = 0;

    if (!sc_number(value, &pace, &used) || used != value.n || pace < 0 || pace > PACE_MOST) {
        snprintf(why, size, "'%.*s' is no number from 0 to %d", (int)(value.n > 40 ? 40 : value.n),
                 value.p, PACE_MOST);
        return false;
    }
    a->pace_ppm = (int64_t)(pace * PPM + 0.5);
    return true;
}

static bool take_miss(struct sc_cassette_asked *a, struct sc_str value, char *why, size_t size)
{
    static const char *const words[] = {"fail", "pass", "record"};

    for (unsigned i = 0; i < sizeof words / sizeof *words; i++)
        if (is(value, words[i])) {
            a->miss = (enum sc_miss)i;
            return true;
        }
    snprintf(why, size, "'%.*s' is none of fail, pass, record", (int)(value.n > 40 ? 40 : value.n),
             value.p);
    return false;
}

bool sc_cassette_ask(struct sc_cassette_asked *a, struct sc_str option, struct sc_str value,
                     char *why, size_t size)
{
    why[0] = '\0';
    if (is(option, "record"))
        return a->records = take_file(a, value, why, size);
    if (is(option, "replay"))
        return a->replays = take_file(a, value, why, size);
    if (is(option, "match"))
        return take_match(a, value, why, size);
    if (is(option, "pace"))
        return take_pace(a, value, why, size);
    if (is(option, "miss"))
        return take_miss(a, value, why, size);
    if (is(option, "bodies"))
        return a->bodies = true;
    return is(option, "once") && (a->once = true);
}
