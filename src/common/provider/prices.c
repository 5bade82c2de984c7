/* prices.c - see prices.h. */
#include "provider/prices.h"

#include <stdbool.h>
#include <string.h>

#define NAME_MAX_LEN 128

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether a name matches a pattern whose * stands for any run of characters. */
static bool matches(const char *pattern, const char *name)
{
    const char *star = NULL, *resume = NULL;
    while (*name) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = name;
        } else if (*pattern == *name) {
            pattern++;
            name++;
        } else if (star) {
            pattern = star;
            name = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return !*pattern;
}

/* How much a pattern says: its characters, and that it has no star. */
static size_t weight(const char *pattern)
{
    size_t n = 0;
    bool star = false;
    for (; *pattern; pattern++) {
        n += *pattern != '*';
        star |= *pattern == '*';
    }
    return 2 * n + !star;
}

static const struct sc_price *best_of(const struct sc_price *rows, size_t n, enum sc_provider p,
                                      const char *name)
{
    const struct sc_price *best = NULL;
    for (size_t i = 0; i < n; i++)
        if ((rows[i].provider == p || rows[i].provider == SC_PROVIDER_COUNT) &&
            matches(rows[i].model, name) && (!best || weight(rows[i].model) > weight(best->model)))
            best = &rows[i];
    return best;
}

/* The built-in rows have names, or * alone. */
static const struct sc_price *built_in(enum sc_provider p, const char *name)
{
    size_t n, len = strlen(name);
    const struct sc_price *row = sc_price_table(&n), *last = row + n;
    for (; row < last; row++)
        if (row->provider == p && ((row->name_len == len && memcmp(row->name, name, len) == 0) ||
                                   (row->name_len == 1 && row->name[0] == '*')))
            return row;
    return NULL;
}

/* ---- names ---- */

static bool all_digits(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!is_digit(s[i]))
            return false;
    return n > 0;
}

/* Length of a date at the end of a name, with what sets it off: -2024-08-06, -20250929,
 * @20250929, -0613, -001; 0 if there is none. */
static size_t date_at_end(const char *s, size_t n)
{
    static const size_t lengths[] = {8, 4, 3};
    if (n > 11 && s[n - 11] == '-' && s[n - 6] == '-' && s[n - 3] == '-' &&
        all_digits(s + n - 10, 4) && all_digits(s + n - 5, 2) && all_digits(s + n - 2, 2))
        return 11;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        size_t len = lengths[i];
        if (n > len + 1 && (s[n - len - 1] == '-' || s[n - len - 1] == '@') &&
            all_digits(s + n - len, len))
            return len + 1;
    }
    return 0;
}

static bool ends_with(const char *s, size_t n, const char *end)
{
    size_t len = strlen(end);
    return n > len && memcmp(s + n - len, end, len) == 0;
}

/* Takes one addition off the end of a name; false if there is none. "-v1:0" is Bedrock's, "@..."
 * Vertex's, ":free" OpenRouter's. */
static bool shorten(char *name)
{
    static const char *const words[] = {"-latest", "-preview", "-exp"};
    size_t n = strlen(name), cut = date_at_end(name, n);
    char *colon = strrchr(name, ':');
    for (size_t i = 0; cut == 0 && i < sizeof words / sizeof *words; i++)
        if (ends_with(name, n, words[i]))
            cut = strlen(words[i]);
    if (cut == 0 && colon && colon - name > 3 && colon[-3] == '-' && colon[-2] == 'v')
        cut = n - (size_t)(colon - name) + 3;
    else if (cut == 0 && colon && colon > name)
        cut = n - (size_t)(colon - name);
    name[n - cut] = '\0';
    return cut > 0;
}

/* ---- providers that serve the models of others ---- */

static const struct {
    enum sc_provider server;
    const char *prefix; /* of the model's name there */
    enum sc_provider maker;
} served[] = {
    {SC_PROVIDER_AZURE, "", SC_PROVIDER_OPENAI},
    {SC_PROVIDER_VERTEX, "gemini-", SC_PROVIDER_GEMINI},
    {SC_PROVIDER_VERTEX, "claude-", SC_PROVIDER_ANTHROPIC},
    {SC_PROVIDER_VERTEX, "google/", SC_PROVIDER_GEMINI},
    {SC_PROVIDER_GEMINI, "models/", SC_PROVIDER_GEMINI},
    {SC_PROVIDER_BEDROCK, "anthropic.", SC_PROVIDER_ANTHROPIC},
    {SC_PROVIDER_OPENROUTER, "openai/", SC_PROVIDER_OPENAI},
    {SC_PROVIDER_OPENROUTER, "anthropic/", SC_PROVIDER_ANTHROPIC},
    {SC_PROVIDER_OPENROUTER, "google/", SC_PROVIDER_GEMINI},
    {SC_PROVIDER_OPENROUTER, "mistralai/", SC_PROVIDER_MISTRAL},
    {SC_PROVIDER_OPENROUTER, "deepseek/", SC_PROVIDER_DEEPSEEK},
    {SC_PROVIDER_OPENROUTER, "x-ai/", SC_PROVIDER_XAI},
};

/* Bedrock's inference profiles: "us.anthropic.claude-..." */
static const char *without_region(const char *name)
{
    static const char *const regions[] = {"us.", "eu.", "apac.", "jp.", "au.", "global."};
    for (size_t i = 0; i < sizeof regions / sizeof *regions; i++)
        if (strncmp(name, regions[i], strlen(regions[i])) == 0)
            return name + strlen(regions[i]);
    return name;
}

/* Copies the name as its maker calls it; returns the maker. */
static enum sc_provider maker_of(enum sc_provider p, const char *model, char *name)
{
    if (p == SC_PROVIDER_BEDROCK)
        model = without_region(model);
    strcpy(name, model);
    for (size_t i = 0; i < sizeof served / sizeof *served; i++) {
        const char *prefix = served[i].prefix;
        if (served[i].server != p || strncmp(model, prefix, strlen(prefix)) != 0)
            continue;
        if (strchr("/.", prefix[0] ? prefix[strlen(prefix) - 1] : '-'))
            strcpy(name, model + strlen(prefix));
        if (p == SC_PROVIDER_OPENROUTER && served[i].maker == SC_PROVIDER_ANTHROPIC)
            for (char *dot = name; (dot = strchr(dot, '.')) != NULL;)
                *dot = '-';
        return served[i].maker;
    }
    return p;
}

const struct sc_price *sc_price_find(const struct sc_price *own, size_t n_own, enum sc_provider p,
                                     const char *model)
{
    char name[NAME_MAX_LEN];
    const struct sc_price *found = best_of(own, n_own, p, model);
    if (found || strlen(model) >= sizeof name)
        return found;
    enum sc_provider maker = maker_of(p, model, name);
    do {
        found = n_own ? best_of(own, n_own, p, name) : NULL;
        if (!found)
            found = built_in(maker, name);
    } while (!found && shorten(name));
    return found;
}
