/* tier.c - see tier.h. Price pages and API references of the providers, 2026-08. */
#include "provider/tier.h"

#include <strings.h>

#include "http/header.h"

/* clang-format off */
static const struct {
    enum sc_provider provider; /* SC_PROVIDER_COUNT: any */
    char name[32];
    short percent;
    bool exact;
} tiers[] = {
    {SC_PROVIDER_COUNT, "default", 100, true},
    {SC_PROVIDER_COUNT, "standard", 100, true},
    {SC_PROVIDER_COUNT, "auto", 100, true},
    {SC_PROVIDER_COUNT, "on_demand", 100, true},       /* Groq; Vertex's trafficType */
    {SC_PROVIDER_COUNT, "batch", 50, true},

    {SC_PROVIDER_OPENAI, "flex", 50, true},            /* the price of batches */
    {SC_PROVIDER_OPENAI, "priority", 200, false},      /* 1.7 to 2.5 times, by model */
    {SC_PROVIDER_OPENAI, "fast", 200, false},
    {SC_PROVIDER_AZURE, "priority", 200, false},

    {SC_PROVIDER_GEMINI, "flex", 50, true},
    {SC_PROVIDER_GEMINI, "priority", 200, false},      /* 1.75 to 2 times, by model */
    {SC_PROVIDER_VERTEX, "flex", 50, true},
    {SC_PROVIDER_VERTEX, "on_demand_flex", 50, true},
    {SC_PROVIDER_VERTEX, "priority", 200, false},
    {SC_PROVIDER_VERTEX, "on_demand_priority", 200, false},

    {SC_PROVIDER_ANTHROPIC, "fast", 600, false},       /* a speed; priority is by contract */
    {SC_PROVIDER_GROQ, "flex", 100, true},
};
/* clang-format on */

struct sc_tier sc_tier_of(enum sc_provider p, const char *name)
{
    for (size_t i = 0; name[0] && i < sizeof tiers / sizeof *tiers; i++)
        if ((tiers[i].provider == p || tiers[i].provider == SC_PROVIDER_COUNT) &&
            strcasecmp(tiers[i].name, name) == 0)
            return (struct sc_tier){tiers[i].percent, tiers[i].exact};
    return (struct sc_tier){100, name[0] == '\0'};
}

void sc_tier_header(enum sc_provider p, const char *line, size_t n, char *to, size_t size)
{
    static const char name[] = "x-gemini-service-tier:";
    size_t i, used = 0;

    if (n < sizeof name || (line[0] | 32) != 'x' ||
        (p != SC_PROVIDER_GEMINI && p != SC_PROVIDER_VERTEX) ||
        !sc_str_is((struct sc_str){line, sizeof name - 1}, name))
        return;
    for (i = sizeof name - 1; i < n && used + 1 < size; i++)
        if ((unsigned char)line[i] > ' ')
            to[used++] = line[i];
    to[used] = '\0';
}
