/* ratelimit_ietf.c - see ratelimit_ietf.h. Structured fields: RFC 9651; versions 00 to 10 of the
 * draft, datatracker.ietf.org, 2025-09. */
#include "provider/ratelimit_ietf.h"

#include <string.h>

#include "http/header.h"

#define NUMBER_MAX 1e12

/* One limit, of one member of a list; -1: not said. */
struct item {
    struct sc_str name;
    int64_t quota, left, reset_s, window_s;
};

static const struct item nothing = {{"", 0}, -1, -1, -1, -1};

/* Takes what comes before the next `stop` that is in no string, and it, off the list. */
static struct sc_str take_until(struct sc_str *rest, char stop)
{
    struct sc_str part = {rest->p, 0};
    bool quoted = false;
    while (part.n < rest->n && (quoted || part.p[part.n] != stop)) {
        if (quoted && part.p[part.n] == '\\' && part.n + 1 < rest->n)
            part.n++;
        else if (part.p[part.n] == '"')
            quoted = !quoted;
        part.n++;
    }
    size_t used = part.n + (part.n < rest->n);
    *rest = (struct sc_str){rest->p + used, rest->n - used};
    return sc_str_trim(part);
}

static int64_t number_of(struct sc_str v)
{
    double n;
    size_t used;
    if (!sc_number(v, &n, &used) || used != v.n || !(n >= 0 && n < NUMBER_MAX))
        return -1;
    return (int64_t)(n + 0.999); /* a wait is never cut short */
}

/* "r=0" of the newer form, "remaining=0" of the older one. False: it is neither. */
static bool take_parameter(struct item *it, struct sc_str parameter)
{
    const struct {
        const char *name;
        int64_t *to;
    } known[] = {
        {"q", &it->quota},        {"limit", &it->quota},     {"r", &it->left},
        {"remaining", &it->left}, {"t", &it->reset_s},       {"reset", &it->reset_s},
        {"w", &it->window_s},     {"window", &it->window_s},
    };
    struct sc_str value = parameter;
    struct sc_str name = take_until(&value, '=');
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sc_str_is(name, known[i].name)) {
            *known[i].to = number_of(sc_str_trim(value));
            return true;
        }
    return false;
}

/* What a member says. True: it is one of its own; false: a further one of the older form's limit.
 */
static bool read_member(struct sc_str member, struct item *it)
{
    struct sc_str first = take_until(&member, ';');
    bool own = !take_parameter(it, first);
    if (own) {
        *it = nothing;
        it->name = first;
        it->quota = number_of(first); /* "100;w=60" */
    }
    while (member.n > 0)
        take_parameter(it, take_until(&member, ';'));
    return own;
}

static bool matters_more(const struct item *a, const struct item *b)
{
    if (b->left < 0 || a->left < 0)
        return a->left >= 0;
    if (a->left == 0 && b->left == 0)
        return a->reset_s > b->reset_s;
    return a->left < b->left;
}

static void keep(const struct item *it, struct item *best)
{
    if (matters_more(it, best))
        *best = *it;
}

static void read_list(struct sc_str value, struct item *best)
{
    struct item it = nothing;
    while (value.n > 0) {
        struct sc_str member = take_until(&value, ',');
        struct item before = it;
        if (read_member(member, &it))
            keep(&before, best);
    }
    keep(&it, best);
}

static bool same(struct sc_str a, struct sc_str b)
{
    return a.n == b.n && memcmp(a.p, b.p, a.n) == 0;
}

/* Quota and window of the policy of that name; of the only one where limits have no names. */
static void read_policy(struct sc_str value, struct item *best)
{
    struct item it = nothing;
    while (value.n > 0) {
        read_member(take_until(&value, ','), &it);
        bool fits = best->name.n > 0 ? same(it.name, best->name)
                                     : best->quota < 0 || it.quota == best->quota;
        if (!fits || best->window_s >= 0)
            continue;
        best->quota = best->quota < 0 ? it.quota : best->quota;
        best->window_s = it.window_s;
    }
}

bool sc_ratelimit_ietf(const struct sc_header *headers, size_t n, struct sc_rate *out)
{
    struct item best = nothing;
    for (size_t i = 0; i < n; i++)
        if (sc_str_is(headers[i].name, "ratelimit"))
            read_list(headers[i].value, &best);
    if (best.left < 0)
        return false;
    for (size_t i = 0; i < n; i++)
        if (sc_str_is(headers[i].name, "ratelimit-policy"))
            read_policy(headers[i].value, &best);
    *out = (struct sc_rate){
        .limit = best.quota,
        .remaining = best.left,
        .reset_ms =
            best.reset_s >= 0 && best.reset_s < SC_WAIT_ABSURD_MS / 1000 ? best.reset_s * 1000 : -1,
        .window_ms = best.window_s > 0 && best.window_s < SC_WAIT_ABSURD_MS / 1000
                         ? best.window_s * 1000
                         : 0,
        .kind = SC_RATE_WINDOW,
    };
    return true;
}
