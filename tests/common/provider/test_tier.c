/* What the tier that an answer names costs, beside the list price. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "provider/tier.h"

struct expected {
    enum sc_provider provider;
    const char *name;
    int percent;
    bool exact;
};

static void assert_tiers(const struct expected *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct sc_tier tier = sc_tier_of(e[i].provider, e[i].name);

        print_message("# %s\n", e[i].name);
        assert_int_equal(tier.percent, e[i].percent);
        assert_true(tier.exact == e[i].exact);
    }
}

/* As the APIs spell them: Google and Vertex in capitals. */
static void tiers_of_the_providers(void **state)
{
    static const struct expected cases[] = {
        {SC_PROVIDER_OPENAI, "default", 100, true},
        {SC_PROVIDER_OPENAI, "flex", 50, true},
        {SC_PROVIDER_OPENAI, "batch", 50, true},
        {SC_PROVIDER_OPENAI, "priority", 200, false},
        {SC_PROVIDER_OPENAI, "fast", 200, false},
        {SC_PROVIDER_AZURE, "priority", 200, false},
        {SC_PROVIDER_GEMINI, "standard", 100, true},
        {SC_PROVIDER_GEMINI, "FLEX", 50, true},
        {SC_PROVIDER_GEMINI, "priority", 200, false},
        {SC_PROVIDER_VERTEX, "ON_DEMAND", 100, true},
        {SC_PROVIDER_VERTEX, "ON_DEMAND_FLEX", 50, true},
        {SC_PROVIDER_VERTEX, "ON_DEMAND_PRIORITY", 200, false},
        {SC_PROVIDER_ANTHROPIC, "standard", 100, true},
        {SC_PROVIDER_ANTHROPIC, "batch", 50, true},
        {SC_PROVIDER_ANTHROPIC, "fast", 600, false},
        {SC_PROVIDER_GROQ, "on_demand", 100, true},
        {SC_PROVIDER_GROQ, "flex", 100, true},
    };

    (void)state;
    assert_tiers(cases, sizeof cases / sizeof *cases);
}

/* An answer that names none is at the list price; a name nobody knows is too, as a guess. */
static void unknown_tiers_are_guesses(void **state)
{
    static const struct expected cases[] = {
        {SC_PROVIDER_OPENAI, "", 100, true},
        {SC_PROVIDER_OPENAI_COMPATIBLE, "", 100, true},
        {SC_PROVIDER_OPENAI, "scale", 100, false},
        {SC_PROVIDER_OPENAI, "fle", 100, false},
        {SC_PROVIDER_OPENAI, "flexible", 100, false},
        {SC_PROVIDER_ANTHROPIC, "priority", 100, false},
        {SC_PROVIDER_MISTRAL, "flex", 100, false},
        {SC_PROVIDER_OPENAI, "on_demand_flex", 100, false},
    };

    (void)state;
    assert_tiers(cases, sizeof cases / sizeof *cases);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_of_the_providers),
        cmocka_unit_test(unknown_tiers_are_guesses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
