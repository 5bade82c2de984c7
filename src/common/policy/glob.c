#include "policy/glob.h"

#include <stdint.h>

bool sc_glob_match(struct sc_str pattern, struct sc_str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, mark = 0;

    while (t < text.n) {
        if (p < pattern.n && pattern.p[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.n && pattern.p[p] == text.p[t]) {
            p++;
            t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

#define MEET_MAX 520 /* longer than any pattern of a policy */

/* Row by row: whether what is left of both patterns, from here on, can be one text. */
bool sc_glob_meet(struct sc_str a, struct sc_str b)
{
    bool meets[MEET_MAX + 1] = {false}, diagonal, below;

    if (b.n > MEET_MAX)
        return true;
    for (size_t i = a.n + 1; i-- > 0;) {
        diagonal = false;
        for (size_t k = b.n + 1; k-- > 0;) {
            below = meets[k];
            if (i == a.n && k == b.n)
                meets[k] = true;
            else if (i < a.n && a.p[i] == '*')
                meets[k] = below || (k < b.n && meets[k + 1]);
            else if (k < b.n && b.p[k] == '*')
                meets[k] = meets[k + 1] || (i < a.n && below);
            else
                meets[k] = i < a.n && k < b.n && a.p[i] == b.p[k] && diagonal;
            diagonal = below;
        }
    }
    return meets[0];
}
