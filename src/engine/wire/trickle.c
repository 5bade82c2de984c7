/* trickle.c - see trickle.h. */
#include "wire/trickle.h"

#include <string.h>

#include "process/runtime.h"

/* Slots that time has gone by are empty. */
static void advance(struct sc_trickle *t, int64_t now_ns, int64_t span_ns)
{
    int64_t step = span_ns / SC_TRICKLE_SLOTS;

    for (unsigned n = 0; now_ns - t->slot_ns >= step; n++) {
        if (n == SC_TRICKLE_SLOTS) { /* all are */
            t->slot_ns = now_ns;
            return;
        }
        t->slot = (t->slot + 1) % SC_TRICKLE_SLOTS;
        t->chars[t->slot] = 0;
        t->slot_ns += step;
    }
}

static bool is_alive_only(const struct sc_trickle *t)
{
    size_t n = t->line_len < SC_TRICKLE_LINE ? t->line_len : SC_TRICKLE_LINE;

    return n == 0 || t->line[0] == ':' || memmem(t->line, n, "ping", 4) != NULL;
}

/* What of a line is known to be no sign of life alone counts at its end, of a long one at once. */
static void count_byte(struct sc_trickle *t, char ch)
{
    if (ch == '\r')
        return;
    if (ch == '\n') {
        if (t->line_len <= SC_TRICKLE_LINE && !is_alive_only(t))
            t->chars[t->slot] += t->line_len;
        t->line_len = 0;
        return;
    }
    if (t->line_len < SC_TRICKLE_LINE)
        t->line[t->line_len] = ch;
    t->line_len++;
    if (t->line_len > SC_TRICKLE_LINE && !is_alive_only(t))
        t->chars[t->slot] += t->line_len == SC_TRICKLE_LINE + 1 ? t->line_len : 1;
}

void sc_trickle_fed(struct sc_trickle *t, int64_t now_ns, int64_t span_ns, const char *p, size_t n)
{
    if (t->since_ns == 0)
        t->since_ns = t->slot_ns = now_ns;
    advance(t, now_ns, span_ns);
    for (size_t i = 0; i < n; i++)
        count_byte(t, p[i]);
}

void sc_trickle_back(struct sc_trickle *t, int64_t ns)
{
    if (t->since_ns == 0)
        return;
    t->since_ns += ns;
    t->slot_ns += ns;
}

bool sc_trickle_is_slow(struct sc_trickle *t, int64_t now_ns, int64_t span_ns, int64_t chars_s)
{
    int64_t sum = 0;

    if (t->since_ns == 0 || now_ns - t->since_ns < span_ns)
        return false;
    advance(t, now_ns, span_ns);
    for (unsigned i = 0; i < SC_TRICKLE_SLOTS; i++)
        sum += t->chars[i];
    return sum * SC_NS_PER_S < chars_s * span_ns;
}
