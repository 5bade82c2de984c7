/* scan.c - see scan.h. */
#include "http/scan.h"

#include <stdint.h>
#include <string.h>

/* Sixteen bytes compared at once, by the compiler's vectors: this runs for each token. */
typedef unsigned char block __attribute__((vector_size(16)));

static block load(const char *p)
{
    block b;
    memcpy(&b, p, sizeof b);
    return b;
}

/* Whether the first two bytes of `what` are anywhere in s; true of a text too short to ask. */
static bool may_contain(struct sc_str s, const char *what)
{
    const block first = (block){0} + (unsigned char)what[0];
    const block second = (block){0} + (unsigned char)what[1];
    block hit = {0};
    uint64_t halves[2];
    if (s.n <= sizeof hit)
        return true;
    const char *last = s.p + s.n - sizeof hit - 1;
    for (const char *p = s.p; p < last; p += sizeof hit)
        hit |= (block)((load(p) == first) & (load(p + 1) == second));
    hit |= (block)((load(last) == first) & (load(last + 1) == second));
    memcpy(halves, &hit, sizeof halves);
    return (halves[0] | halves[1]) != 0;
}

/* Where what begins with a quote and a letter of "error", "eval_count", "usage" or "billed_units".
 */
static inline block names_at(const char *p)
{
    block letter = load(p + 1);
    return (block)((load(p) == '"') & (((letter | 0x10) == 'u') | (letter == 'b')));
}

bool sc_scan_is_plain(struct sc_str line)
{
    block hit = {0};
    uint64_t halves[2];
    if (line.n <= sizeof hit)
        return false;
    const char *last = line.p + line.n - sizeof hit - 1;
    for (const char *p = line.p; p <= last; p += sizeof hit)
        hit |= names_at(p) | (block)(load(p) == '\r');
    hit |= names_at(last) | (block)(load(last + 1) == '\r');
    memcpy(halves, &hit, sizeof halves);
    return (halves[0] | halves[1]) == 0;
}

bool sc_scan_has(struct sc_str s, const char *what)
{
    return may_contain(s, what) && memmem(s.p, s.n, what, strlen(what)) != NULL;
}
